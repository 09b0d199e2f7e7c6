import { service, type Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { defineError } from "../../platform/http/errors.ts";
import { describeError, type Log } from "../../platform/log.ts";
import type { Queue } from "../../platform/queue/queue.ts";
import type { Biller, HasilBiller } from "../biller/biller.ts";
import { tahan, terapkanHasil, type Pembelian } from "../saldo/saldo.ts";
import {
  mutasiTransaksi,
  percobaanTransaksi,
  putusanTransaksi,
  putuskanTransaksi,
  satuTransaksi,
  STATUS_DICARI,
  TUNGGU_PUTUSAN,
  transaksiTerbaru,
  transaksiUntukStaf,
  type Putusan,
  type SaringanTransaksi,
} from "./repo.ts";

export { STATUS_DICARI };
export type { Putusan, SaringanTransaksi };

export const SaldoTidakCukup = defineError(402, "SALDO_TIDAK_CUKUP", "Saldo tidak cukup");
export const ProdukTidakAda = defineError(404, "PRODUK_TIDAK_ADA", "Produk tidak ditemukan");
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
const TENGGANG_DETIK = 15;

export interface TransaksiDeps {
  db: Database;
  queue: Queue;
  biller: Biller;
}

/**
 * Accepts a purchase and nudges the queue after it is committed. The same `kunci` with the same content is the same
 * purchase. Throws `SaldoTidakCukup`, `ProdukTidakAda`, `NominalWajib`, `NominalTidakSesuai`, `KunciDipakai`.
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
    const nudge = queue.publish(QUEUE_PATH, { transaksi_id: diterima.id }, `transaksi-${diterima.id}`);
    background(nudge.catch((error: unknown) => log.warn("publish_failed", describeError(error))));
  }
  return diterima;
}

export type Transaksi = Awaited<ReturnType<typeof satuTransaksi>>[number];

/** One of the caller's own purchases. Throws `TransaksiTidakAda`, also for one of somebody else. */
export async function status({ db }: TransaksiDeps, actor: Actor, id: number): Promise<Transaksi> {
  const [[baris]] = await withActor(db, actor, [satuTransaksi(db, id)]);
  if (!baris) throw new TransaksiTidakAda();
  return baris;
}

/** The caller's newest purchases, newest first, at most `batas`, older than id `sebelum` if given. */
export async function riwayat(
  { db }: TransaksiDeps,
  actor: Actor,
  batas: number,
  sebelum: number | undefined,
): Promise<Transaksi[]> {
  const [baris] = await withActor(db, actor, [transaksiTerbaru(db, batas, sebelum)]);
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
  const [[satu], percobaan, mutasi, putusan] = await withActor(db, actor, [
    transaksiUntukStaf(db, 1, undefined, { id }),
    percobaanTransaksi(db, id),
    mutasiTransaksi(db, id),
    putusanTransaksi(db, id),
  ]);
  if (!satu) throw new TransaksiTidakAda();
  return { transaksi: satu, percobaan, mutasi, putusan };
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

/** One of our own services; its caller has checked a signature or is the platform's scheduler. */
export function layanan(nama: "antrean" | "biller" | "penyapu"): Actor {
  return service(nama);
}

/** Reads a biller's webhook and applies it. Throws `SignatureInvalid`; what is not about one of our attempts is only logged. */
export async function terimaWebhook(
  deps: TransaksiDeps,
  headers: Headers,
  body: string,
  log: Log,
): Promise<void> {
  const webhook = deps.biller.bacaWebhook(headers, body);
  if (webhook.jenis === "hasil")
    await catatHasil(deps, layanan("biller"), webhook.refId, webhook.hasil, null, log);
  else if (webhook.jenis === "lain") log.warn("webhook_unreadable");
}

/**
 * Settles what the biller said of an attempt, from wherever it was heard; one roundtrip.
 * `lanjutDetik`: when to ask again if it is not final; null when nobody asked now.
 */
export async function catatHasil(
  { db }: TransaksiDeps,
  actor: Actor,
  refId: string,
  hasil: HasilBiller,
  lanjutDetik: number | null,
  log: Log,
): Promise<void> {
  const [[akhir]] = await withActor(db, actor, [
    terapkanHasil(db, refId, hasil, kalimatHasil(hasil), lanjutDetik),
  ]);
  const catatan = { ref_id: refId, hasil: hasil.hasil, rc: hasil.rc, transaksi_id: akhir?.transaksiId };
  if (!hasil.dikenal) log.warn("biller_reply_unknown", catatan);
  if (!akhir) log.warn("attempt_unknown", catatan);
  else if (akhir.janggal) log.error("attempt_contradicts", { ...catatan, janggal: akhir.janggal });
  else log.info("attempt_applied", { ...catatan, sebelum: akhir.sebelum, sesudah: akhir.sesudah });
}

/** `hasil_eksekusi`: what the mitra reads. */
function kalimatHasil({ hasil, sn, alasan }: Pick<HasilBiller, "hasil" | "sn" | "alasan">): string | null {
  switch (hasil) {
    case "sukses":
      return sn ? `Transaksi PPOB berhasil! SN: ${sn}` : "Transaksi PPOB berhasil!";
    case "gagal":
    case "ditolak":
    case "kembali":
      return `Transaksi PPOB gagal: ${alasan}. Saldo dikembalikan.`;
    case "tunda":
      return null;
  }
}
