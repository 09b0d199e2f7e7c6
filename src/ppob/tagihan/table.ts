import { sql } from "drizzle-orm";
import { bigint, check, index, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { mitra } from "../mitra/table.ts";
import { produk } from "../produk/table.ts";

/** Postpaid bills as the biller told them. What was asked stays; a bill is paid by the purchase that names it. */
export const tagihan = pgTable(
  "tagihan",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    mitraId: bigint("mitra_id", { mode: "number" })
      .notNull()
      .references(() => mitra.id),
    produkId: integer("produk_id")
      .notNull()
      .references(() => produk.id),
    kodeProduk: text("kode_produk").notNull(),
    nomorPelanggan: text("nomor_pelanggan").notNull(),
    /** What else was asked, normalised: amount, year, identity number. Two questions with the same are one question. */
    isian: text().notNull().default(""),
    /** Under this name it is paid too. */
    refId: text("ref_id")
      .notNull()
      .unique()
      .default(sql`gen_random_uuid()::text`),
    dimintaPada: timestamp("diminta_pada", { withTimezone: true }).notNull(),
    /** The answer; null while there is none. */
    dijawabPada: timestamp("dijawab_pada", { withTimezone: true }),
    /** Until when it may be paid. */
    berlakuSampai: timestamp("berlaku_sampai", { withTimezone: true }),
    namaPelanggan: text("nama_pelanggan"),
    periode: text(),
    lembar: integer(),
    /** Rupiah: what the biller takes, what the mitra pays, what the customer is to pay, and of that the admin fee. */
    hargaModal: bigint("harga_modal", { mode: "bigint" }),
    harga: bigint({ mode: "bigint" }),
    hargaJual: bigint("harga_jual", { mode: "bigint" }),
    admin: bigint({ mode: "bigint" }),
    /** What the biller says about this kind of bill; its shape is the biller's. */
    rincian: jsonb(),
  },
  (kolom) => [
    index("tagihan_mitra").on(kolom.mitraId, kolom.id),
    check(
      "tagihan_lengkap",
      sql`num_nonnulls(${kolom.dijawabPada}, ${kolom.berlakuSampai}, ${kolom.namaPelanggan}, ${kolom.hargaModal},
        ${kolom.harga}, ${kolom.hargaJual}) in (0, 6)`,
    ),
    check("tagihan_rupiah", sql`${kolom.harga} > 0 and ${kolom.hargaModal} >= 0 and ${kolom.hargaJual} >= 0`),
  ],
);
