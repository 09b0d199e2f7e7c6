import { sql } from "drizzle-orm";
import { bigint, check, index, pgEnum, pgTable, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";
import { akun } from "../../akun/table.ts";
import { mitra } from "../mitra/table.ts";
import { jurnal } from "../saldo/table.ts";

export const statusDeposit = pgEnum("status_deposit", ["menunggu", "lunas", "kedaluwarsa", "batal"]);

/** Tickets of mitra who will transfer money: the exact amount says whose it is. */
export const deposit = pgTable(
  "deposit",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    mitraId: bigint("mitra_id", { mode: "number" })
      .notNull()
      .references(() => mitra.id),
    /** What was asked for, and what has to be transferred and is credited: with the unique code on top. Rupiah. */
    jumlah: bigint({ mode: "bigint" }).notNull(),
    total: bigint({ mode: "bigint" }).notNull(),
    status: statusDeposit().notNull().default("menunggu"),
    dibuatPada: timestamp("dibuat_pada", { withTimezone: true }).notNull(),
    berlakuSampai: timestamp("berlaku_sampai", { withTimezone: true }).notNull(),
    /** Until then nobody else gets this amount: a transfer may come late. */
    terkunciSampai: timestamp("terkunci_sampai", { withTimezone: true }).notNull(),
    lunasPada: timestamp("lunas_pada", { withTimezone: true }),
    jurnalId: bigint("jurnal_id", { mode: "number" })
      .unique()
      .references(() => jurnal.id),
    /** The admin who confirmed it; null when the bank did. */
    akunId: bigint("akun_id", { mode: "number" }).references(() => akun.id),
  },
  (kolom) => [
    uniqueIndex("deposit_total_terbuka")
      .on(kolom.total)
      .where(sql`${kolom.status} = 'menunggu'`),
    index("deposit_total").on(kolom.total, kolom.terkunciSampai),
    index("deposit_mitra").on(kolom.mitraId, kolom.id),
    check(
      "deposit_kode_unik",
      sql`${kolom.jumlah} > 0 and ${kolom.total} - ${kolom.jumlah} between 1 and 999`,
    ),
    check(
      "deposit_lunas",
      sql`(${kolom.status} = 'lunas') = (${kolom.jurnalId} is not null) and (${kolom.status} = 'lunas') = (${kolom.lunasPada} is not null)`,
    ),
  ],
);

/** What the bank says came in, each once; those that paid no ticket wait for a person. */
export const mutasiBank = pgTable(
  "mutasi_bank",
  {
    /** The bank's or its messenger's own. */
    id: text().primaryKey(),
    jumlah: bigint({ mode: "bigint" }).notNull(),
    keterangan: text().notNull().default(""),
    waktu: timestamp({ withTimezone: true }).notNull(),
    depositId: bigint("deposit_id", { mode: "number" })
      .unique()
      .references(() => deposit.id),
  },
  (kolom) => [
    index("mutasi_bank_waktu").on(kolom.waktu, kolom.id),
    check("mutasi_bank_masuk", sql`${kolom.jumlah} > 0`),
  ],
);
