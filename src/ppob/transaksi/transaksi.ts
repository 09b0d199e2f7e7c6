import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { defineError } from "../../platform/http/errors.ts";
import { describeError, type Log } from "../../platform/log.ts";
import type { Queue } from "../../platform/queue/queue.ts";
import type { Biller } from "../biller/biller.ts";
import { tahan, type Pembelian } from "../saldo/saldo.ts";
import { kalimatHasil } from "./kalimat.ts";
import {
  mutasiTransaksi,
  percobaanTransaksi,
  putusanTransaksi,
  putuskanTransaksi,
  satuTransaksi,
  STATUS_DICARI,
  tagihanTransaksi,
  TUNGGU_PUTUSAN,
  transaksiUntukStaf,
  type Putusan,
  type SaringanTransaksi,
} from "./repo.ts";

export { beliAnswerHeaders, beliHeaders, diterimaSchema, transaksiSchema } from "./schema.ts";
export { satuPembelian } from "./wire.ts";
export { STATUS_DICARI };
export type { Putusan, SaringanTransaksi };

export const SaldoTidakCukup = defineError(402, "SALDO_TIDAK_CUKUP", "Saldo tidak cukup");
export const ProdukTidakAda = defineError(404, "PRODUK_TIDAK_ADA", "Produk tidak ditemukan");
export const ProdukPascabayar = defineError(
  422,
  "PRODUK_PASCABAYAR",
  "Produk ini pascabayar: tanyakan tagihannya lewat POST /tagihan, lalu bayar.",
  { pointer: "#/produk_id" },
);
export const HargaBerubah = defineError(
  409,
  "HARGA_BERUBAH",
  "Harga produk ini sekarang di atas harga_maks. Lihat GET /produk.",
  { pointer: "#/harga_maks" },
);
export const ProdukTidakTersedia = defineError(
  409,
  "PRODUK_TIDAK_TERSEDIA",
  "Produk sedang tidak tersedia (gangguan, stok habis, atau harga berubah). Coba lagi nanti.",
);
export const ProdukTutup = defineError(
  409,
  "PRODUK_TUTUP",
  "Produk sedang cut-off. Jamnya ada di GET /produk.",
);
export const SudahDibeliHariIni = defineError(
  409,
  "SUDAH_DIBELI_HARI_INI",
  "Produk ini tidak dapat dibeli dua kali sehari untuk nomor yang sama.",
);
export const TransaksiTidakAda = defineError(404, "TRANSAKSI_TIDAK_ADA", "Transaksi tidak ditemukan");
export const TransaksiSelesai = defineError(
  409,
  "TRANSAKSI_SELESAI",
  "Transaksi ini sudah selesai, tidak dapat diputuskan lagi.",
);
export const TransaksiBerjalan = defineError(
  409,
  "TRANSAKSI_BERJALAN",
  `Pembelian ini masih berjalan di biller. Putuskan paling cepat ${TUNGGU_PUTUSAN.dikirim} menit setelah dikirim, dan ${TUNGGU_PUTUSAN.ditanya} menit setelah biller terakhir ditanya.`,
);
export const BelumDikirim = defineError(
  409,
  "BELUM_DIKIRIM",
  "Pembelian ini belum pernah dikirim ke biller; putuskan gagal, atau tunggu.",
);
export const NominalWajib = defineError(422, "NOMINAL_WAJIB", "Produk bebas nominal membutuhkan nominal.", {
  pointer: "#/nominal",
});
export const NominalTidakSesuai = defineError(
  422,
  "NOMINAL_TIDAK_SESUAI",
  "Nominal tidak sesuai dengan produk.",
  {
    pointer: "#/nominal",
  },
);

/** Where QStash calls us back. */
export const QUEUE_PATH = "/queue/transaksi";

/** Seconds the queue has before the sweeper takes a purchase up. */
export const TENGGANG_DETIK = 15;

export interface TransaksiDeps {
  db: Database;
  queue: Queue;
  biller: Biller;
}

/**
 * Accepts a purchase and nudges the queue after it is committed. The same `kunci` with the same content is the same
 * purchase. Throws `SaldoTidakCukup`, `ProdukTidakAda`, `ProdukPascabayar`, `NominalWajib`, `NominalTidakSesuai`,
 * `KunciDipakai`, and what stands in the way of the product: `HargaBerubah`, `ProdukTidakTersedia`, `ProdukTutup`, `SudahDibeliHariIni`.
 * `background` runs on after the answer.
 */
export async function beli(
  { db, queue }: TransaksiDeps,
  actor: Actor,
  pembelian: Pembelian,
  log: Log,
  background: (work: Promise<unknown>) => void,
): Promise<{ id: number; ulangan: boolean }> {
  const [[diterima]] = await withActor(db, actor, [tahan(db, pembelian, TENGGANG_DETIK)]);
  if (!diterima) throw new Error("app.beli returned no row");
  if (!diterima.ulangan) {
    background(dorong(queue, diterima.id, 1, log));
  }
  return diterima;
}

/** Has the queue take up an attempt of a purchase. A nudge that is lost is only logged: the sweeper comes soon. */
export async function dorong(queue: Queue, transaksiId: number, ke: number, log: Log): Promise<void> {
  try {
    await queue.publish(QUEUE_PATH, { transaksi_id: transaksiId }, `transaksi-${transaksiId}-${ke}`);
  } catch (error) {
    log.warn("publish_failed", describeError(error));
  }
}

export type Transaksi = Awaited<ReturnType<typeof satuTransaksi>>[number];

/** One of the caller's own purchases. Throws `TransaksiTidakAda`, also for one of somebody else. */
export async function status({ db }: TransaksiDeps, actor: Actor, id: number): Promise<Transaksi> {
  const [[baris]] = await withActor(db, actor, [satuTransaksi(db, id)]);
  if (!baris) throw new TransaksiTidakAda();
  return baris;
}

export type TransaksiStaf = Awaited<ReturnType<typeof transaksiUntukStaf>>[number];

/** For staff: everybody's purchases, newest first, at most `batas`, older than id `sebelum` if given, that `saringan` lets through. */
export async function cari(
  { db }: Pick<TransaksiDeps, "db">,
  actor: Actor,
  batas: number,
  sebelum: number | undefined,
  saringan: SaringanTransaksi,
): Promise<TransaksiStaf[]> {
  const [baris] = await withActor(db, actor, [transaksiUntukStaf(db, batas, sebelum, saringan)]);
  return baris;
}

/** A purchase with everything that became of it; what moved the money and who decided is for admins, and empty for others. */
export interface RincianTransaksi {
  transaksi: TransaksiStaf;
  /** Of a purchase that pays a bill. */
  tagihan: Awaited<ReturnType<typeof tagihanTransaksi>>[number] | undefined;
  percobaan: Awaited<ReturnType<typeof percobaanTransaksi>>;
  mutasi: Awaited<ReturnType<typeof mutasiTransaksi>>;
  putusan: Awaited<ReturnType<typeof putusanTransaksi>>;
}

/** For staff. Throws `TransaksiTidakAda`. */
export async function rincian(
  { db }: Pick<TransaksiDeps, "db">,
  actor: Actor,
  id: number,
): Promise<RincianTransaksi> {
  const [[satu], [tagihan], percobaan, mutasi, putusan] = await withActor(db, actor, [
    transaksiUntukStaf(db, 1, undefined, { id }),
    tagihanTransaksi(db, id),
    percobaanTransaksi(db, id),
    mutasiTransaksi(db, id),
    putusanTransaksi(db, id),
  ]);
  if (!satu) throw new TransaksiTidakAda();
  return { transaksi: satu, tagihan, percobaan, mutasi, putusan };
}

/**
 * For admins: ends a purchase that stays open, after somebody has asked the biller what became of it; the money follows,
 * once. Throws `TransaksiTidakAda`, `TransaksiSelesai`, `TransaksiBerjalan`, `BelumDikirim`.
 */
export async function putuskan(
  { db }: Pick<TransaksiDeps, "db">,
  actor: Actor,
  id: number,
  putusan: Putusan,
): Promise<void> {
  await withActor(db, actor, [putuskanTransaksi(db, id, putusan, kalimatHasil(putusan))]);
}
