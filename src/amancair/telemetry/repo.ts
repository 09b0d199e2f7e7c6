import { sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { telemetryEvents } from "./table.ts";

export interface Kejadian {
  event_name: string;
  event_props: Record<string, unknown>;
  device_id?: number | null | undefined;
}

/** Adds events to a file, the caller's own when none is named. */
export function catatKejadian(db: Database, userId: number | undefined, kejadian: Kejadian[]) {
  const user_id = sql`coalesce(${userId ?? null}::bigint, app.nasabah_id())`;
  return db.insert(telemetryEvents).values(kejadian.map((satu) => ({ ...satu, user_id })));
}
