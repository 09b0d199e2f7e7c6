import { sql } from "drizzle-orm";
import { service } from "../../platform/db/actor.ts";
import type { Database } from "../../platform/db/database.ts";
import { documents } from "./table.ts";

/** Who fetches what a signed link leads to. */
export const pengunduh = service("unduhan");

/** Notes an object that is about to be stored: unless its row follows soon, it is swept away. */
export function titipBerkas(db: Database, baris: string) {
  return db.execute(sql`select app.titip_berkas(${baris})`);
}

/** Notes that a document is read, and why; no row when there is none that the caller may see. Raises `ALASAN_WAJIB`. */
export function bacaDokumen(db: Database, id: number, tujuan: string | null, alasan: string | null) {
  return db
    .select({ id: sql`id`.mapWith(documents.id) })
    .from(sql`app.baca_dokumen(${id}, ${tujuan}, ${alasan}) id`);
}

/** Where a document lies and what opens it, for a link that was checked; no row when it is gone. */
export function berkasDokumen(db: Database, id: number) {
  return db
    .select({
      baris: sql<string>`baris`,
      externalUserId: sql<string>`external_user_id`,
      kunci: sql<string>`kunci`,
      mimeType: sql<string>`mime_type`,
      fileName: sql<string>`file_name`,
    })
    .from(sql`app.berkas_dokumen(${id})`);
}
