import { sql } from "drizzle-orm";
import { check, bigint, boolean, index, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** Who did what to what. Rows are written in the transaction of the deed, and nobody but the owner can change them. */
export const audit = pgTable(
  "audit",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    waktu: timestamp({ withTimezone: true }).notNull(),
    /** `akun:<id>`, `mitra:<id>`, `layanan:<name>`, or `tamu` for somebody nobody knows. */
    pelaku: text().notNull(),
    /** Noun and verb, e.g. `akun.atur`. */
    aksi: text().notNull(),
    sasaranTabel: text("sasaran_tabel").notNull(),
    sasaranId: text("sasaran_id"),
    /** What changed, without secrets and without personal data beyond an address. */
    rincian: jsonb().notNull(),
    /** The customer that it is about, if any: who asks what became of their data, is told. */
    subjekId: bigint("subjek_id", { mode: "number" }),
  },
  (kolom) => [
    index("audit_sasaran").on(kolom.sasaranTabel, kolom.sasaranId, kolom.id),
    index("audit_pelaku").on(kolom.pelaku, kolom.id),
    index("audit_subjek").on(kolom.subjekId, kolom.id),
    index("audit_aksi").on(kolom.aksi, kolom.id),
    index("audit_waktu").on(kolom.waktu),
  ],
);

/** The chain over all rows of the audit, in the order of their transactions: each hash covers its row and the hash before. */
export const auditRantai = pgTable("audit_rantai", {
  /** Without gaps, from 1. */
  urut: bigint({ mode: "number" }).primaryKey(),
  auditId: bigint("audit_id", { mode: "number" }).notNull().unique(),
  /** SHA-256, hex. */
  hash: text().notNull(),
});

/** The end of the chain: one row. Without it the last links could be cut off unseen. */
export const auditUjung = pgTable(
  "audit_ujung",
  {
    satu: boolean().primaryKey().default(true),
    urut: bigint({ mode: "number" }).notNull(),
    hash: text().notNull(),
  },
  (kolom) => [check("audit_ujung_satu", sql`${kolom.satu}`)],
);
