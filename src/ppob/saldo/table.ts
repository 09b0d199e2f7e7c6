import { sql } from "drizzle-orm";
import { bigint, check, index, pgEnum, pgTable, text, timestamp, unique } from "drizzle-orm/pg-core";
import { akun } from "../../akun/table.ts";
import { mitra } from "../mitra/table.ts";
import { transaksi } from "../transaksi/table.ts";

export const namaBuku = pgEnum("nama_buku", [
  "tersedia",
  "ditahan",
  "kas",
  "biller",
  "pendapatan",
  "penyesuaian",
]);

export const jenisJurnal = pgEnum("jenis_jurnal", [
  "saldo_awal",
  "beli",
  "sukses",
  "gagal",
  "kembali",
  "isi_saldo",
]);

/**
 * Books (accounts of the ledger). A mitra has `tersedia` and `ditahan`; the house has the rest.
 * `saldo` caches the sum of a mitra's entries. The house's books keep no cache: every settlement would queue on its row.
 */
export const buku = pgTable(
  "buku",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    mitraId: bigint("mitra_id", { mode: "number" }).references(() => mitra.id),
    nama: namaBuku().notNull(),
    saldo: bigint({ mode: "bigint" }),
  },
  (kolom) => [
    unique("buku_mitra_nama").on(kolom.mitraId, kolom.nama).nullsNotDistinct(),
    check("buku_saldo_tidak_negatif", sql`${kolom.saldo} >= 0`),
    check(
      "buku_milik",
      sql`(${kolom.mitraId} is null) = (${kolom.saldo} is null) and (${kolom.mitraId} is null) = (${kolom.nama} not in ('tersedia', 'ditahan'))`,
    ),
  ],
);

/** Journals: one movement of money, once per `kunci`. Never updated, never deleted; a correction is a new journal. */
export const jurnal = pgTable("jurnal", {
  id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  kunci: text().notNull().unique(),
  jenis: jenisJurnal().notNull(),
  transaksiId: bigint("transaksi_id", { mode: "number" }).references(() => transaksi.id),
  /** Who moved it by hand, and why; only of top-ups. */
  akunId: bigint("akun_id", { mode: "number" }).references(() => akun.id),
  keterangan: text(),
  dibuatPada: timestamp("dibuat_pada", { withTimezone: true }).notNull(),
});

/** Entries of a journal; they sum to zero. */
export const mutasi = pgTable(
  "mutasi",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    jurnalId: bigint("jurnal_id", { mode: "number" })
      .notNull()
      .references(() => jurnal.id),
    bukuId: bigint("buku_id", { mode: "number" })
      .notNull()
      .references(() => buku.id),
    jumlah: bigint({ mode: "bigint" }).notNull(),
    /** Balance of the book after this entry; null for the house's books. */
    saldoSesudah: bigint("saldo_sesudah", { mode: "bigint" }),
  },
  (kolom) => [
    index("mutasi_buku").on(kolom.bukuId, kolom.id),
    index("mutasi_jurnal").on(kolom.jurnalId),
    check("mutasi_jumlah_bukan_nol", sql`${kolom.jumlah} <> 0`),
  ],
);
