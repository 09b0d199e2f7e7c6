import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Changes, type Database } from "../../platform/db/database.ts";
import * as repo from "./repo.ts";

export interface BotSettingsDeps {
  db: Database;
}

/** What the bot says, for staff. */
export async function pengaturan({ db }: BotSettingsDeps, actor: Actor): Promise<repo.PengaturanBot> {
  return satu(await withActor(db, actor, [repo.baca(db)]));
}

/** For admins: words the bot anew; the very next reply has them. */
export async function atur(
  { db }: BotSettingsDeps,
  actor: Actor,
  ubahan: Changes<repo.PengaturanBot>,
): Promise<repo.PengaturanBot> {
  return satu(await withActor(db, actor, [repo.ubah(db, ubahan)]));
}

function satu([[baris]]: readonly [repo.PengaturanBot[]]): repo.PengaturanBot {
  if (!baris) throw new Error("bot_settings has no row");
  return baris;
}
