import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { produkAktif } from "./repo.ts";
import type { produk } from "./table.ts";

export interface ProdukDeps {
  db: Database;
}

/** The products on sale to this mitra. */
export async function daftarProduk(
  { db }: ProdukDeps,
  actor: Actor,
): Promise<(typeof produk.$inferSelect)[]> {
  const [baris] = await withActor(db, actor, [produkAktif(db)]);
  return baris;
}
