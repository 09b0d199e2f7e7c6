import { sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { emergencyContacts } from "./table.ts";

export interface Persetujuan {
  status: "granted" | "refused";
  method: string;
  /** Where the recording or the paper is kept. */
  evidence: string;
}

/** Notes what a contact said; no row when there is none the caller looks after. Raises `PERAN_TIDAK_BOLEH`. */
export function catatPersetujuan(db: Database, id: number, { status, method, evidence }: Persetujuan) {
  return db
    .select({ id: sql`id`.mapWith(emergencyContacts.id) })
    .from(sql`app.catat_persetujuan_kontak(${id}, ${status}, ${method}, ${evidence}) id`);
}
