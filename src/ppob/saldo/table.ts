import { sql } from "drizzle-orm";
import { bigint, check, index, pgEnum, pgTable, text, timestamp, unique } from "drizzle-orm/pg-core";
import { akun } from "../../akun/table.ts";
import { loanApplications } from "../../amancair/loan-applications/table.ts";
import { mitra } from "../mitra/table.ts";
import { transaksi } from "../transaksi/table.ts";

export const namaBuku = pgEnum("nama_buku", [
  "tersedia",
  "ditahan",
  "kas",
  "biller",
  "pendapatan",
  "penyesuaian",
  "pokok",
]);

export const jenisJurnal = pgEnum("jenis_jurnal", [
  "saldo_awal",
  "beli",
  "sukses",
  "gagal",
  "kembali",
  "isi_saldo",
  "cair",
  "batal_cair",
  "angsuran",
  "deposit",
]);

/**
 * Books (accounts of the ledger). A mitra has `tersedia` and `ditahan`, which we owe it; a loan has `pokok`, its principal,
 * which is owed to us and so below zero; the house has the rest.
 * `saldo` caches the sum of the entries. The house's books keep no cache: every settlement would queue on its row.
 */
export const buku = pgTable(
  "buku",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    mitraId: bigint("mitra_id", { mode: "number" }).references(() => mitra.id),
    loanId: bigint("loan_id", { mode: "number" }).references(() => loanApplications.id),
    nama: namaBuku().notNull(),
    saldo: bigint({ mode: "bigint" }),
  },
  (kolom) => [
    unique("buku_mitra_nama").on(kolom.mitraId, kolom.nama, kolom.loanId).nullsNotDistinct(),
    unique("buku_loan").on(kolom.loanId),
    check(
      "buku_saldo_tidak_negatif",
      sql`case when ${kolom.loanId} is null then ${kolom.saldo} >= 0 else ${kolom.saldo} <= 0 end`,
    ),
    // As text: a value that an enum got in this very transaction cannot be used in it yet.
    check(
      "buku_milik",
      sql`num_nonnulls(${kolom.mitraId}, ${kolom.loanId}) = num_nonnulls(${kolom.saldo})
        and (${kolom.mitraId} is not null) = (${kolom.nama}::text in ('tersedia', 'ditahan'))
        and (${kolom.loanId} is not null) = (${kolom.nama}::text = 'pokok')`,
    ),
  ],
);

/** Journals: one movement of money, once per `kunci`. Never updated, never deleted; a correction is a new journal. */
export const jurnal = pgTable(
  "jurnal",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    kunci: text().notNull().unique(),
    jenis: jenisJurnal().notNull(),
    transaksiId: bigint("transaksi_id", { mode: "number" }).references(() => transaksi.id),
    loanId: bigint("loan_id", { mode: "number" }).references(() => loanApplications.id),
    /** Whose books it moves, if a mitra's. */
    mitraId: bigint("mitra_id", { mode: "number" }).references(() => mitra.id),
    /** Who moved it by hand, and why; only of top-ups and loans. */
    akunId: bigint("akun_id", { mode: "number" }).references(() => akun.id),
    keterangan: text(),
    dibuatPada: timestamp("dibuat_pada", { withTimezone: true }).notNull(),
  },
  (kolom) => [
    index("jurnal_loan")
      .on(kolom.loanId, kolom.id)
      .where(sql`${kolom.loanId} is not null`),
  ],
);

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
    /** The journal's, beside the entry so that the entries of a book are found by them. */
    jenis: jenisJurnal().notNull(),
    /** Never before that of the entry before it, of a book with a balance: in such a book ids and times have one order. */
    waktu: timestamp({ withTimezone: true }).notNull(),
  },
  (kolom) => [
    index("mutasi_buku").on(kolom.bukuId, kolom.id),
    index("mutasi_buku_waktu").on(kolom.bukuId, kolom.waktu, kolom.id),
    index("mutasi_buku_jenis").on(kolom.bukuId, kolom.jenis, kolom.id),
    index("mutasi_jurnal").on(kolom.jurnalId),
    check("mutasi_jumlah_bukan_nol", sql`${kolom.jumlah} <> 0`),
  ],
);
