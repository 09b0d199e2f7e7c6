import type { Changes, Database } from "../../platform/db/database.ts";
import { botSettings } from "./table.ts";

const { id: _, ...columns } = {
  id: botSettings.id,
  menu: botSettings.menu,
  info: botSettings.info,
  help: botSettings.help,
  agent_notice: botSettings.agent_notice,
  pause_notice: botSettings.pause_notice,
  pause_minutes: botSettings.pause_minutes,
};

/** The bot's words. */
export function baca(db: Database) {
  return db.select(columns).from(botSettings);
}

export type PengaturanBot = Awaited<ReturnType<typeof baca>>[number];

/** Changes the bot's words, for admins. */
export function ubah(db: Database, ubahan: Changes<PengaturanBot>) {
  return db.update(botSettings).set(ubahan).returning(columns);
}
