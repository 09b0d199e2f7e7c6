import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgEnum,
  pgTable,
  text,
  time,
  timestamp,
  unique,
} from "drizzle-orm/pg-core";
import { mitra } from "../mitra/table.ts";

/** Prepaid is paid for at once; of a postpaid product a bill is asked for first. */
export const jenisProduk = pgEnum("jenis_produk", ["prabayar", "pascabayar"]);

/** What can be bought. `harga` is what a mitra pays unless a rule says otherwise (`aturan_harga`), in whole rupiah. */
export const produk = pgTable(
  "produk",
  {
    id: integer().primaryKey().generatedByDefaultAsIdentity(),
    /** The biller's code (SKU). */
    kode: text().notNull().unique(),
    nama: text().notNull(),
    kategori: text().notNull(),
    harga: bigint({ mode: "bigint" }).notNull(),
    /**
     * Denomination in rupiah. Null for an open one, where `harga` is the fee on top of what the buyer names, and for a
     * postpaid product, where it is the fee on top of what the biller takes for the bill.
     */
    nominal: bigint({ mode: "bigint" }),
    jenis: jenisProduk().notNull().default("prabayar"),
    /** Brand, as the biller spells it: `TELKOMSEL`, `PLN`. */
    merek: text().notNull().default(""),
    /** Codes to try instead, in this order, after the biller has definitely refused. */
    kodeCadangan: text("kode_cadangan").array().notNull().default([]),
    deskripsi: text().notNull().default(""),
    aktif: boolean().notNull().default(true),
  },
  (kolom) => [
    // An open denomination may come without a fee; nothing else is free.
    check(
      "produk_harga_tidak_negatif",
      sql`${kolom.harga} > 0 or (${kolom.harga} = 0 and ${kolom.nominal} is null)`,
    ),
    check("produk_nominal_positif", sql`${kolom.nominal} > 0`),
    check(
      "produk_pascabayar_tanpa_nominal",
      sql`${kolom.jenis}::text = 'prabayar' or ${kolom.nominal} is null`,
    ),
    check("produk_cadangan_paling_banyak_dua", sql`cardinality(${kolom.kodeCadangan}) <= 2`),
    index("produk_aktif")
      .on(kolom.id)
      .where(sql`${kolom.aktif}`),
  ],
);

/** The biller's price list as it was last read; what we sell refers to it by code. Nothing in it has to be sold. */
export const produkBiller = pgTable(
  "produk_biller",
  {
    kode: text().primaryKey(),
    jenis: jenisProduk().notNull(),
    nama: text().notNull(),
    kategori: text().notNull(),
    merek: text().notNull(),
    deskripsi: text().notNull().default(""),
    /** What the biller takes from our deposit, in rupiah; null of postpaid products. */
    harga: bigint({ mode: "bigint" }),
    /** Rupiah a bill, of postpaid products: what the customer pays on top, and what of it is ours. */
    admin: bigint({ mode: "bigint" }),
    komisi: bigint({ mode: "bigint" }),
    /** On sale at the biller, and at its seller: both must hold. */
    aktifPembeli: boolean("aktif_pembeli").notNull(),
    aktifPenjual: boolean("aktif_penjual").notNull(),
    /** Pieces left; null is without limit. */
    stok: integer(),
    /** The same number may buy it more than once a day. */
    multi: boolean().notNull().default(true),
    /** Closed every day from here to there, in Asia/Jakarta; the end may lie behind midnight. Null: never. */
    tutupMulai: time("tutup_mulai"),
    tutupSelesai: time("tutup_selesai"),
    /** Whether the last list still had it. */
    ada: boolean().notNull().default(true),
    diperbaruiPada: timestamp("diperbarui_pada", { withTimezone: true }).notNull(),
  },
  (kolom) => [
    check("produk_biller_tutup", sql`num_nonnulls(${kolom.tutupMulai}, ${kolom.tutupSelesai}) in (0, 2)`),
    check("produk_biller_rupiah", sql`least(${kolom.harga}, ${kolom.admin}, ${kolom.komisi}, 0) = 0`),
  ],
);

/** When each of the biller's lists was last asked for: it may be at most every five minutes. */
export const sinkronBiller = pgTable("sinkron_biller", {
  jenis: jenisProduk().primaryKey(),
  dimintaPada: timestamp("diminta_pada", { withTimezone: true }).notNull(),
  berhasilPada: timestamp("berhasil_pada", { withTimezone: true }),
  jumlah: integer(),
});

/** `tetap`: that price. `markup`: so many rupiah above the biller's price. `persen`: so many hundredths of a percent above it. */
export const jenisAturan = pgEnum("jenis_aturan", ["tetap", "markup", "persen"]);

/**
 * What a mitra pays instead of a product's `harga`. Rules of the mitra itself go before those of its tier, and these before
 * everybody's; among them one for the product goes before one for its category, and that before one for all.
 */
export const aturanHarga = pgTable(
  "aturan_harga",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    mitraId: bigint("mitra_id", { mode: "number" }).references(() => mitra.id),
    tier: text(),
    produkId: integer("produk_id").references(() => produk.id),
    kategori: text(),
    jenis: jenisAturan().notNull(),
    nilai: bigint({ mode: "bigint" }).notNull(),
    diubahPada: timestamp("diubah_pada", { withTimezone: true }).notNull(),
  },
  (kolom) => [
    unique("aturan_harga_sasaran")
      .on(kolom.mitraId, kolom.tier, kolom.produkId, kolom.kategori)
      .nullsNotDistinct(),
    index("aturan_harga_tier").on(kolom.tier),
    check("aturan_harga_siapa", sql`num_nonnulls(${kolom.mitraId}, ${kolom.tier}) <= 1`),
    check("aturan_harga_apa", sql`num_nonnulls(${kolom.produkId}, ${kolom.kategori}) <= 1`),
    check(
      "aturan_harga_nilai",
      sql`${kolom.nilai} >= 0 and (${kolom.jenis}::text <> 'tetap' or ${kolom.produkId} is not null)`,
    ),
  ],
);
