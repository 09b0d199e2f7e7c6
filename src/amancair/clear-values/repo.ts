import { sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";

export interface Bacaan {
  table: string;
  id: number;
  column: string;
  purpose: string;
  reason: string;
}

/** A sealed value with what opens it; raises `NILAI_TIDAK_ADA`, `TUJUAN_TIDAK_COCOK`, `KONTAK_BELUM_SETUJU`. */
export function bacaJelas(db: Database, { table, id, column, purpose, reason }: Bacaan) {
  return db
    .select({
      externalUserId: sql<string>`external_user_id`,
      kunci: sql<string | null>`kunci`,
      baris: sql<string>`baris`,
      segel: sql<string>`segel`,
    })
    .from(sql`app.baca_jelas(${table}, ${id}, ${column}, ${purpose}, ${reason})`);
}
