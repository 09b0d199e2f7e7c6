import { sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { bankAccounts } from "./table.ts";

/** Marks an account as looked at; no row when there is none the caller looks after. Raises `PERAN_TIDAK_BOLEH`. */
export function verifikasiRekening(db: Database, id: number, sah: boolean) {
  return db
    .select({ id: sql`id`.mapWith(bankAccounts.id) })
    .from(sql`app.verifikasi_rekening(${id}, ${sah}) id`);
}
