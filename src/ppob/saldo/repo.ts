import { eq, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import type { Period } from "../../platform/http/period.ts";
import { buku, mutasi, type jenisJurnal } from "./table.ts";

/** What moves money in or out of a mitra's `tersedia`. */
export const JENIS_MUTASI = [
  "saldo_awal",
  "beli",
  "gagal",
  "kembali",
  "isi_saldo",
  "deposit",
] as const satisfies (typeof jenisJurnal.enumValues)[number][];
export type JenisMutasi = (typeof JENIS_MUTASI)[number];

/** The calling mitra's balances, now. One row. */
export function saldoSendiri(db: Database) {
  const saldo = (nama: "tersedia" | "ditahan") =>
    sql`coalesce(sum(${buku.saldo}) filter (where ${buku.nama} = ${nama}), 0)`.mapWith(BigInt);
  return db
    .select({
      tersedia: saldo("tersedia"),
      ditahan: saldo("ditahan"),
      waktu: sql`app.jam()`.mapWith(mutasi.waktu),
    })
    .from(buku)
    .where(eq(buku.mitraId, sql`(select app.mitra_id())`));
}

export interface SaringanMutasi extends Period {
  jenis?: JenisMutasi | undefined;
}

/**
 * Entries of the calling mitra's `tersedia`, newest first, before id `sebelum` if given: the same work in a book of any
 * size, wherever in it they stand.
 */
export function mutasiSendiri(
  db: Database,
  batas: number,
  sebelum: number | undefined,
  { jenis, dari, sampai }: SaringanMutasi,
) {
  return db
    .select({
      id: sql`id`.mapWith(Number),
      waktu: sql`waktu`.mapWith(mutasi.waktu),
      jenis: sql<JenisMutasi>`jenis`,
      jumlah: sql`jumlah`.mapWith(BigInt),
      /** Right after it. */
      saldo: sql`saldo`.mapWith(BigInt),
      transaksiId: sql<number | null>`transaksi_id`.mapWith(Number),
      keterangan: sql<string | null>`keterangan`,
    })
    .from(
      sql`app.mutasi_sendiri(${batas}, ${sebelum ?? null}, ${jenis ?? null}, ${dari?.toISOString() ?? null}, ${sampai?.toISOString() ?? null})`,
    );
}
