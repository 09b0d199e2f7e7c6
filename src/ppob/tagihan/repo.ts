import { and, eq, isNotNull, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import type { TagihanBiller } from "../biller/biller.ts";
import { buku } from "../saldo/table.ts";
import { transaksi } from "../transaksi/table.ts";
import { tagihan } from "./table.ts";

/** What a mitra wants to know. */
export interface Pertanyaan {
  produkId: number;
  nomorPelanggan: string;
  /** What else is asked with, normalised. */
  isian: string;
}

/** How often, and for how long, in seconds. */
export interface BatasTagihan {
  /** The same question within so long of its answer is not asked again. */
  ulang: number;
  /** While the same question has no answer it is not asked again, for at most so long. */
  tunggu: number;
  /** Questions a minute and mitra. */
  perMenit: number;
  /** How long an answer may be paid, within its day. */
  berlaku: number;
}

/**
 * Opens a question, or finds its answer (`ulangan`). Raises PRODUK_TIDAK_ADA, PRODUK_PRABAYAR, PRODUK_TIDAK_TERSEDIA,
 * PRODUK_TUTUP, SALDO_TIDAK_CUKUP, TAGIHAN_SEDANG_DITANYAKAN, TAGIHAN_TERLALU_SERING.
 */
export function bukaTagihan(
  db: Database,
  { produkId, nomorPelanggan, isian }: Pertanyaan,
  { ulang, tunggu, perMenit }: BatasTagihan,
) {
  return db
    .select({
      id: sql`id`.mapWith(Number),
      refId: sql<string>`ref_id`,
      kode: sql<string>`kode`,
      ulangan: sql<boolean>`ulangan`,
    })
    .from(sql`app.buka_tagihan(${produkId}, ${nomorPelanggan}, ${isian}, ${ulang}, ${tunggu}, ${perMenit})`);
}

/** Writes the biller's answer down. Raises TAGIHAN_TIDAK_ADA. */
export function jawabTagihan(db: Database, id: number, jawaban: TagihanBiller, { berlaku }: BatasTagihan) {
  const { namaPelanggan, harga, hargaJual, admin, periode, lembar, rincian } = jawaban;
  return db.execute(
    sql`select app.jawab_tagihan(${id}, ${namaPelanggan}, ${harga}, ${hargaJual}, ${admin}, ${periode}, ${lembar}, ${JSON.stringify(rincian)}, ${berlaku})`,
  );
}

/** One of the caller's bills that was answered, and what paid it. */
export function satuTagihan(db: Database, id: number) {
  return db
    .select({
      id: tagihan.id,
      produkId: tagihan.produkId,
      nomorPelanggan: tagihan.nomorPelanggan,
      namaPelanggan: sql<string>`${tagihan.namaPelanggan}`,
      periode: tagihan.periode,
      lembar: tagihan.lembar,
      admin: tagihan.admin,
      harga: sql<bigint>`${tagihan.harga}`.mapWith(tagihan.harga),
      hargaJual: sql<bigint>`${tagihan.hargaJual}`.mapWith(tagihan.hargaJual),
      rincian: tagihan.rincian,
      dimintaPada: tagihan.dimintaPada,
      berlakuSampai: sql<Date>`${tagihan.berlakuSampai}`.mapWith(tagihan.berlakuSampai),
      transaksiId: transaksi.id,
    })
    .from(tagihan)
    .leftJoin(transaksi, eq(transaksi.tagihanId, tagihan.id))
    .where(and(eq(tagihan.id, id), eq(tagihan.mitraId, sql`app.mitra_id()`), isNotNull(tagihan.dijawabPada)));
}

/** Who calls, and whether it has anything to pay with: for questions that touch nothing of ours. */
export function siapa(db: Database) {
  return db
    .select({ mitraId: sql`${buku.mitraId}`.mapWith(Number), bersaldo: sql<boolean>`${buku.saldo} > 0` })
    .from(buku)
    .where(and(eq(buku.mitraId, sql`app.mitra_id()`), eq(buku.nama, "tersedia")));
}
