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
import { tagihan } from "../tagihan/table.ts";

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
    /** What the biller wanted for it then, as far as we knew, in rupiah. */
    hargaModal: bigint("harga_modal", { mode: "bigint" }),
    /** Codes to try after the biller has definitely refused this one; a snapshot too. */
    kodeCadangan: text("kode_cadangan").array().notNull().default([]),
    /** The bill that it pays; each is paid once. */
    tagihanId: bigint("tagihan_id", { mode: "number" })
      .unique("transaksi_tagihan")
      .references(() => tagihan.id),
    /** The client's idempotency key, unique per mitra. */
    kunci: text(),
    status: statusTransaksi().notNull().default("pending"),
    hasilEksekusi: text("hasil_eksekusi"),
    /** Serial number or token of a success. */
    sn: text(),
    /** While open: when anyone may drive it on. It is the lease of whoever drives it now, and the date of the next check. */
    lanjutPada: timestamp("lanjut_pada", { withTimezone: true }).notNull(),
    /** Never before that of the mitra's purchase before it: in its own purchases ids and times have one order. */
    waktu: timestamp({ withTimezone: true }).notNull(),
    selesaiPada: timestamp("selesai_pada", { withTimezone: true }),
  },
  (kolom) => [
    uniqueIndex("transaksi_mitra_kunci")
      .on(kolom.mitraId, kolom.kunci)
      .where(sql`${kolom.kunci} is not null`),
    index("transaksi_mitra_terbaru").on(kolom.mitraId, kolom.id),
    index("transaksi_mitra_waktu").on(kolom.mitraId, kolom.waktu, kolom.id),
    index("transaksi_mitra_status").on(kolom.mitraId, kolom.status, kolom.id),
    index("transaksi_mitra_produk").on(kolom.mitraId, kolom.produkId, kolom.id),
    index("transaksi_mitra_nomor").on(kolom.mitraId, kolom.nomorTujuan, kolom.id),
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
    /** What the biller is asked for; null is the purchase's own code. */
    kode: text(),
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
    /** What the biller said that contradicts the books; a person has to look. */
    janggal: text(),
    diperbaruiPada: timestamp("diperbarui_pada", { withTimezone: true }),
  },
  (kolom) => [unique("percobaan_urutan").on(kolom.transaksiId, kolom.ke)],
);
