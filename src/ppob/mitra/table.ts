import { sql } from "drizzle-orm";
import { bigint, boolean, check, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** Resellers. Keys are kept as a hash (API key) and sealed (private key), never in clear. */
export const mitra = pgTable(
  "mitra",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    nama: text().notNull(),
    /** Lower case, so that uniqueness has no case. */
    email: text().notNull().unique(),
    hp: text(),
    aktif: boolean().notNull().default(true),
    kunciApiHash: text("kunci_api_hash").notNull().unique(),
    /** The first characters of the API key, to tell keys apart without knowing them. */
    kunciApiAwalan: text("kunci_api_awalan").notNull(),
    kunciPrivatSegel: text("kunci_privat_segel").notNull(),
    dibuatPada: timestamp("dibuat_pada", { withTimezone: true }).notNull().defaultNow(),
  },
  (kolom) => [
    check("mitra_email_huruf_kecil", sql`${kolom.email} = lower(${kolom.email})`),
    check("mitra_kunci_api_hash_sha256", sql`${kolom.kunciApiHash} ~ '^[0-9a-f]{64}$'`),
  ],
);
