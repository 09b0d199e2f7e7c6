import type { Actor } from "../../platform/db/actor.ts";
import { service } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { defineError } from "../../platform/http/errors.ts";
import { describeError, type Log } from "../../platform/log.ts";
import type { Biller } from "../biller/biller.ts";
import { operatorDari, type Operator } from "./operator.ts";
import {
  daftarBiller,
  daftarProduk,
  siapa,
  tambahProduk,
  terapkanSatu,
  ubahProduk,
  type ProdukBaru,
  type SaringanBiller,
  type SaringanDaftar,
  type UbahProduk,
} from "./repo.ts";

export const HargaTidakSah = defineError(
  422,
  "HARGA_TIDAK_SAH",
  "Harga 0 hanya berlaku untuk produk bebas nominal.",
  { pointer: "#/harga", constraint: "produk_harga_tidak_negatif" },
);
export const ProdukTidakDikenal = defineError(404, "PRODUK_TIDAK_DIKENAL", "Produk tidak ditemukan.");
export const KodeProdukDipakai = defineError(
  409,
  "KODE_PRODUK_DIPAKAI",
  "Kode ini sudah dipakai produk lain.",
  { pointer: "#/kode", constraint: "produk_kode_unique" },
);
/** What the policies of writing products refuse of an admin. */
export const CadanganSama = defineError(
  422,
  "CADANGAN_SAMA",
  "Kode cadangan harus lain dari kode produk itu sendiri.",
  { pointer: "#/kode_cadangan", constraint: "produk_buat" },
);

export type ProdukTampil = Awaited<ReturnType<typeof daftarProduk>>[number];
export type BarisBiller = Awaited<ReturnType<typeof daftarBiller>>[number];

export interface ProdukDeps {
  db: Database;
}

/**
 * What is on sale, to a mitra with its own price, and whether it is delivered now; to staff everything, with the list price.
 * In the order of ids, at most `batas`, behind id `sesudah` if given.
 */
export async function daftar(
  { db }: ProdukDeps,
  actor: Actor,
  batas: number,
  sesudah: number | undefined,
  saringan: SaringanDaftar,
): Promise<ProdukTampil[]> {
  const [baris] = await withActor(db, actor, [daftarProduk(db, batas, { sesudah }, saringan)]);
  return baris;
}

/** Whose a mobile number (`08…`) probably is: advice for a form, which the biller may contradict. */
export async function operator(
  { db }: ProdukDeps,
  actor: Actor,
  nomor: string,
): Promise<Operator | undefined> {
  const [[caller]] = await withActor(db, actor, [siapa(db)]);
  if (!caller) throw new Error("app.mitra_id() returned no row");
  return operatorDari(nomor);
}

/** For admins: puts a product on sale. Throws `KodeProdukDipakai`, `HargaTidakSah`, `CadanganSama`. */
export async function tambah({ db }: ProdukDeps, actor: Actor, baru: ProdukBaru): Promise<ProdukTampil> {
  const tertulis = daftarProduk(db, 1, { id: { kode: baru.kode } }, {});
  const [, [satu]] = await withActor(db, actor, [tambahProduk(db, baru), tertulis]);
  if (!satu) throw new Error("a product that was just written is not there");
  return satu;
}

/**
 * For admins: what a product is called and costs from the next purchase on, what is asked of the biller for it, and whether
 * it is sold; earlier purchases keep what they have. Throws `ProdukTidakDikenal`, `HargaTidakSah`, `KodeProdukDipakai`,
 * `CadanganSama`.
 */
export async function ubah(
  { db }: ProdukDeps,
  actor: Actor,
  id: number,
  menjadi: UbahProduk,
): Promise<ProdukTampil> {
  const [, [satu]] = await withActor(db, actor, [
    ubahProduk(db, id, menjadi),
    daftarProduk(db, 1, { id }, {}),
  ]);
  if (!satu) throw new ProdukTidakDikenal();
  return satu;
}

/** For admins: the biller's list in the order of codes, at most `batas`, behind code `sesudah` if given. */
export async function semuaBiller(
  { db }: ProdukDeps,
  actor: Actor,
  batas: number,
  sesudah: string | undefined,
  saringan: SaringanBiller,
): Promise<BarisBiller[]> {
  const [baris] = await withActor(db, actor, [daftarBiller(db, batas, sesudah, saringan)]);
  return baris;
}

export interface SegarkanDeps {
  db: Database;
  biller: Pick<Biller, "satuProduk">;
  log: Log;
}

/**
 * Reads one prepaid code of the biller's list again, after it has refused it: its price has risen, it is sold out or gone.
 * Best effort, never throws: whatever goes wrong is logged, and the next whole list puts it right.
 */
export async function segarkanSatu({ db, biller, log }: SegarkanDeps, kode: string): Promise<void> {
  try {
    const satu = await biller.satuProduk(kode);
    await withActor(db, service("sinkron"), [terapkanSatu(db, kode, satu)]);
    log.info("product_refreshed", { kode, ada: satu !== undefined });
  } catch (error) {
    log.warn("product_refresh_failed", { kode, ...describeError(error) });
  }
}
