import { sql } from "drizzle-orm";
import type { Database } from "../platform/db/database.ts";

/** Who has entered, e.g. `akun:3` or `mitra:7`. */
export function pemanggil(db: Database) {
  return db.select({ nama: sql<string>`nama` }).from(sql`app.pemanggil() nama`);
}
