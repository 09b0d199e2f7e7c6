import { asc, eq } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { produk } from "./table.ts";

/** Everything on sale, in the order of ids. */
export function produkAktif(db: Database) {
  return db.select().from(produk).where(eq(produk.aktif, true)).orderBy(asc(produk.id));
}
