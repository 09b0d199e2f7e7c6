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
  timestamp,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { mitra } from "../mitra/table.ts";
import { produk } from "../produk/table.ts";

/** `pending → proses → sukses | gagal`; `sukses → gagal` only when the biller refunds. */
export const statusTransaksi = pgEnum("status_transaksi", ["pending", "proses", "sukses", "gagal"]);

/** Purchases. Price and product code are a snapshot of the moment of purchase. */
export const transaksi = pgTable(
  "transaksi",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    mitraId: bigint("mitra_id", { mode: "number" })
      .notNull()
      .references(() => mitra.id),
    produkId: integer("produk_id")
      .notNull()
      .references(() => produk.id),
    kodeProduk: text("kode_produk").notNull(),
    nomorTujuan: text("nomor_tujuan").notNull(),
    nominal: bigint({ mode: "bigint" }).notNull(),
    /** The buyer named the nominal: the product had none of its own. */
    bebasNominal: boolean("bebas_nominal").notNull().default(false),
    harga: bigint({ mode: "bigint" }).notNull(),
    /** The client's idempotency key, unique per mitra. */
    kunci: text(),
    status: statusTransaksi().notNull().default("pending"),
    hasilEksekusi: text("hasil_eksekusi"),
    /** While open: when anyone may drive it on. It is the lease of whoever drives it now, and the date of the next check. */
    lanjutPada: timestamp("lanjut_pada", { withTimezone: true }).notNull(),
    waktu: timestamp({ withTimezone: true }).notNull(),
    selesaiPada: timestamp("selesai_pada", { withTimezone: true }),
  },
  (kolom) => [
    uniqueIndex("transaksi_mitra_kunci")
      .on(kolom.mitraId, kolom.kunci)
      .where(sql`${kolom.kunci} is not null`),
    index("transaksi_mitra_terbaru").on(kolom.mitraId, kolom.id),
    index("transaksi_nomor").on(kolom.nomorTujuan, kolom.id),
    index("transaksi_jatuh_tempo")
      .on(kolom.lanjutPada)
      .where(sql`${kolom.status} in ('pending', 'proses')`),
    check("transaksi_harga_positif", sql`${kolom.harga} > 0 and ${kolom.nominal} > 0`),
  ],
);

/** Attempts at the biller: one `ref_id` each, so that a late answer still finds the attempt it is about. */
export const percobaan = pgTable(
  "percobaan",
  {
    /** Unique for ever at the biller, also across databases, hence random. */
    refId: text("ref_id")
      .primaryKey()
      .default(sql`gen_random_uuid()::text`),
    transaksiId: bigint("transaksi_id", { mode: "number" })
      .notNull()
      .references(() => transaksi.id),
    ke: integer().notNull(),
    /** Set before the first call, in its own transaction: from then on the biller may have executed it. */
    dikirimPada: timestamp("dikirim_pada", { withTimezone: true }),
    /** How often the biller was asked, the purchase itself included. */
    ditanya: integer().notNull().default(0),
    /** When it was last asked; a trigger keeps it. */
    ditanyaPada: timestamp("ditanya_pada", { withTimezone: true }),
    rc: text(),
    pesan: text(),
    sn: text(),
    hargaBiller: bigint("harga_biller", { mode: "bigint" }),
    diperbaruiPada: timestamp("diperbarui_pada", { withTimezone: true }),
  },
  (kolom) => [unique("percobaan_urutan").on(kolom.transaksiId, kolom.ke)],
);
