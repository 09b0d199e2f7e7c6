import { bigint, index, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";

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
  },
  (kolom) => [
    index("audit_sasaran").on(kolom.sasaranTabel, kolom.sasaranId, kolom.id),
    index("audit_pelaku").on(kolom.pelaku, kolom.id),
  ],
);
