import { sql } from "drizzle-orm";
import { bigint, boolean, check, integer, pgTable, text } from "drizzle-orm/pg-core";

/** What can be bought. `harga` is what the mitra pays, in whole rupiah. */
export const produk = pgTable(
  "produk",
  {
    id: integer().primaryKey().generatedByDefaultAsIdentity(),
    /** The biller's code (SKU). */
    kode: text().notNull().unique(),
    nama: text().notNull(),
    kategori: text().notNull(),
    harga: bigint({ mode: "bigint" }).notNull(),
    /** Denomination in rupiah; null for an open one, where `harga` is the fee on top of what the buyer names. */
    nominal: bigint({ mode: "bigint" }),
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
  ],
);
