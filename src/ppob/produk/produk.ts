import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { defineError } from "../../platform/http/errors.ts";
import { produkAktif, semuaProduk, ubahProduk, type SaringanProduk } from "./repo.ts";
import type { produk } from "./table.ts";

export const HargaTidakSah = defineError(
  422,
  "HARGA_TIDAK_SAH",
  "Harga 0 hanya berlaku untuk produk bebas nominal.",
  { pointer: "#/harga", constraint: "produk_harga_tidak_negatif" },
);
export const ProdukTidakDikenal = defineError(404, "PRODUK_TIDAK_DIKENAL", "Produk tidak ditemukan.");

export type Produk = typeof produk.$inferSelect;

export interface ProdukDeps {
  db: Database;
}

/** The products on sale to this mitra. */
export async function daftarProduk({ db }: ProdukDeps, actor: Actor): Promise<Produk[]> {
  const [baris] = await withActor(db, actor, [produkAktif(db)]);
  return baris;
}

/** For staff: products, on sale or not, in the order of ids, at most `batas`, behind id `sesudah` if given. */
export async function semua(
  { db }: ProdukDeps,
  actor: Actor,
  batas: number,
  sesudah: number | undefined,
  saringan: SaringanProduk,
): Promise<Produk[]> {
  const [baris] = await withActor(db, actor, [semuaProduk(db, batas, sesudah, saringan)]);
  return baris;
}

/**
 * For admins: what a product costs from the next purchase on, and whether it is sold; earlier purchases keep their price.
 * Throws `ProdukTidakDikenal`, `HargaTidakSah`.
 */
export async function ubah(
  { db }: ProdukDeps,
  actor: Actor,
  id: number,
  menjadi: { harga: bigint; aktif: boolean },
): Promise<void> {
  const [diubah] = await withActor(db, actor, [ubahProduk(db, id, menjadi)]);
  if (diubah.length === 0) throw new ProdukTidakDikenal();
}
