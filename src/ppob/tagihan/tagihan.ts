import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { defineError, unavailable } from "../../platform/http/errors.ts";
import type { Log } from "../../platform/log.ts";
import type { Queue } from "../../platform/queue/queue.ts";
import { wide, type Attempts } from "../../platform/redis/attempts.ts";
import type { Biller, PelangganPln, PermintaanTagihan } from "../biller/biller.ts";
import { tahanTagihan } from "../saldo/saldo.ts";
import { dorong, SaldoTidakCukup, TENGGANG_DETIK } from "../transaksi/transaksi.ts";
import { bukaTagihan, jawabTagihan, satuTagihan, siapa, type BatasTagihan } from "./repo.ts";

export const ProdukPrabayar = defineError(
  422,
  "PRODUK_PRABAYAR",
  "Produk ini prabayar dan tidak punya tagihan; beli lewat POST /beli.",
  { pointer: "#/produk_id" },
);
export const TagihanTidakAda = defineError(404, "TAGIHAN_TIDAK_ADA", "Tagihan tidak ditemukan.");
export const TagihanKedaluwarsa = defineError(
  409,
  "TAGIHAN_KEDALUWARSA",
  "Tagihan ini sudah tidak berlaku: dibayar paling lambat 30 menit setelah ditanyakan, pada hari yang sama (WIB). Tanyakan lagi.",
);
export const TagihanSudahDibayar = defineError(
  409,
  "TAGIHAN_SUDAH_DIBAYAR",
  "Tagihan ini sudah dibayar dengan kunci lain. Tanyakan lagi untuk membayar yang berikutnya.",
);
export const TagihanBerubah = defineError(
  409,
  "TAGIHAN_BERUBAH",
  "Nomor ini sudah dibayar setelah tagihan ini ditanyakan, atau pembayarannya masih berjalan. Tunggu sampai selesai, lalu tanyakan lagi.",
);
export const TagihanSedangDitanyakan = defineError(
  409,
  "TAGIHAN_SEDANG_DITANYAKAN",
  "Tagihan ini sedang ditanyakan kepada biller. Coba lagi sebentar lagi.",
);
export const TagihanTerlaluSering = defineError(
  429,
  "TAGIHAN_TERLALU_SERING",
  "Terlalu banyak pertanyaan tagihan: paling banyak 10 per menit.",
  { headers: { "retry-after": "60" } },
);

const BATAS: BatasTagihan = { ulang: 60, tunggu: 45, perMenit: 10, berlaku: 1_800 };

/** Questions whose meter it is; the biller counts them too. */
const CEK_PLN = { name: "cek-pln", what: "pertanyaan", quota: 30, windowSeconds: 60 };

export interface TagihanDeps {
  db: Database;
  queue: Queue;
  biller: Biller;
  attempts: Attempts;
  strictRateLimits: boolean;
}

export type Tagihan = Awaited<ReturnType<typeof satuTagihan>>[number];

/** What a mitra asks for a bill with. */
export interface IsianTagihan extends Pick<PermintaanTagihan, "nominal" | "tahun" | "nomorKedua"> {
  produkId: number;
  nomorPelanggan: string;
}

/**
 * Asks the biller for a bill. The same question again within a minute is answered with the same bill. Throws
 * `ProdukTidakAda`, `ProdukPrabayar`, `ProdukTidakTersedia`, `ProdukTutup`, `SaldoTidakCukup`, `TagihanSedangDitanyakan`,
 * `TagihanTerlaluSering`, `TagihanDitolak`, and `ServiceUnavailable` when the biller says nothing.
 */
export async function tanyakan(
  { db, biller }: TagihanDeps,
  actor: Actor,
  { produkId, nomorPelanggan, nominal, tahun, nomorKedua }: IsianTagihan,
): Promise<Tagihan> {
  const isian = [nominal, tahun, nomorKedua].map((bagian) => bagian ?? "").join("|");
  const [[buka]] = await withActor(db, actor, [bukaTagihan(db, { produkId, nomorPelanggan, isian }, BATAS)]);
  if (!buka) throw new Error("app.buka_tagihan returned no row");
  if (buka.ulangan) return await tagihan({ db }, actor, buka.id);
  const { refId, kode } = buka;
  const jawaban = await biller.inquiry({ refId, kode, nomor: nomorPelanggan, nominal, tahun, nomorKedua });
  if (jawaban.harga === 0n) throw unavailable(new Error("the biller asks for nothing"));
  const [, [baris]] = await withActor(db, actor, [
    jawabTagihan(db, buka.id, jawaban, BATAS),
    satuTagihan(db, buka.id),
  ]);
  if (!baris) throw new TagihanTidakAda();
  return baris;
}

/** One of the caller's own bills. Throws `TagihanTidakAda`. */
export async function tagihan({ db }: Pick<TagihanDeps, "db">, actor: Actor, id: number): Promise<Tagihan> {
  const [[baris]] = await withActor(db, actor, [satuTagihan(db, id)]);
  if (!baris) throw new TagihanTidakAda();
  return baris;
}

/**
 * Pays a bill, once: asked again, it answers the purchase that the first time made (`ulangan`). Throws `TagihanTidakAda`,
 * `TagihanKedaluwarsa`, `TagihanSudahDibayar`, `TagihanBerubah`, `SaldoTidakCukup`, `KunciDipakai`. `background` runs on after the answer.
 */
export async function bayar(
  { db, queue }: TagihanDeps,
  actor: Actor,
  id: number,
  kunci: string | undefined,
  log: Log,
  background: (work: Promise<unknown>) => void,
): Promise<{ id: number; ulangan: boolean }> {
  const [[diterima]] = await withActor(db, actor, [tahanTagihan(db, id, kunci, TENGGANG_DETIK)]);
  if (!diterima) throw new Error("app.bayar_tagihan returned no row");
  if (!diterima.ulangan) background(dorong(queue, diterima.id, 1, log));
  return diterima;
}

/** Whose a PLN meter is, from the biller; whoever has nothing to pay with asks nobody. Throws `SaldoTidakCukup`, `TooManyRequests`, `TagihanDitolak`, `ServiceUnavailable`. */
export async function cekPln(
  { db, biller, attempts, strictRateLimits }: TagihanDeps,
  actor: Actor,
  nomor: string,
): Promise<PelangganPln> {
  const [[caller]] = await withActor(db, actor, [siapa(db)]);
  if (!caller?.bersaldo) throw new SaldoTidakCukup();
  const limit = strictRateLimits ? CEK_PLN : wide(CEK_PLN);
  await attempts.take({ limit, of: String(caller.mitraId) });
  return await biller.cekPln(nomor);
}
