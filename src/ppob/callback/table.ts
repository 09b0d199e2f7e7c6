import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  timestamp,
  unique,
} from "drizzle-orm/pg-core";
import { mitra } from "../mitra/table.ts";
import { transaksi } from "../transaksi/table.ts";

/** Where a mitra wants to be told how its purchases ended. */
export const callback = pgTable("callback", {
  mitraId: bigint("mitra_id", { mode: "number" })
    .primaryKey()
    .references(() => mitra.id),
  url: text().notNull(),
  aktif: boolean().notNull().default(true),
  /** Since when nothing has got through; null while it works. */
  gagalSejak: timestamp("gagal_sejak", { withTimezone: true }),
  /** When it was switched off because of that. */
  dimatikanPada: timestamp("dimatikan_pada", { withTimezone: true }),
  diubahPada: timestamp("diubah_pada", { withTimezone: true }).notNull(),
});

/** What became of a purchase: it succeeded, it failed, or its success was taken back. */
export const peristiwa = pgEnum("peristiwa", [
  "transaksi.sukses",
  "transaksi.gagal",
  "transaksi.dikembalikan",
]);

export const statusKiriman = pgEnum("status_kiriman", ["menunggu", "terkirim", "gagal"]);

/** Messages to mitra: one for each end of a purchase, with what was true then. */
export const kiriman = pgTable(
  "kiriman",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    /** The `webhook-id`, by which receivers know a message that comes again. */
    pesanId: text("pesan_id")
      .notNull()
      .unique()
      .default(sql`'msg_' || replace(gen_random_uuid()::text, '-', '')`),
    mitraId: bigint("mitra_id", { mode: "number" })
      .notNull()
      .references(() => mitra.id),
    transaksiId: bigint("transaksi_id", { mode: "number" })
      .notNull()
      .references(() => transaksi.id),
    peristiwa: peristiwa().notNull(),
    isi: jsonb().notNull(),
    status: statusKiriman().notNull().default("menunggu"),
    /** How often it was tried. */
    percobaan: integer().notNull().default(0),
    /** While waiting: when anyone may try. It is the lease of whoever tries now, and the date of the next attempt. */
    lanjutPada: timestamp("lanjut_pada", { withTimezone: true }).notNull(),
    dibuatPada: timestamp("dibuat_pada", { withTimezone: true }).notNull(),
    terkirimPada: timestamp("terkirim_pada", { withTimezone: true }),
  },
  (kolom) => [
    unique("kiriman_sekali").on(kolom.transaksiId, kolom.peristiwa),
    index("kiriman_mitra").on(kolom.mitraId, kolom.id),
    index("kiriman_jatuh_tempo")
      .on(kolom.lanjutPada)
      .where(sql`${kolom.status} = 'menunggu'`),
  ],
);

/** Attempts to deliver, and how each ended. */
export const kirimanLog = pgTable(
  "kiriman_log",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    kirimanId: bigint("kiriman_id", { mode: "number" })
      .notNull()
      .references(() => kiriman.id),
    waktu: timestamp({ withTimezone: true }).notNull(),
    url: text().notNull(),
    /** HTTP status; null when no answer came. */
    kodeHttp: integer("kode_http"),
    /** Why it failed, in words of ours. */
    galat: text(),
    /** How long it took, in milliseconds. */
    ms: integer().notNull(),
  },
  (kolom) => [
    index("kiriman_log_kiriman").on(kolom.kirimanId, kolom.id),
    check("kiriman_log_akhir", sql`${kolom.kodeHttp} between 100 and 599`),
  ],
);
