import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  inet,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from "drizzle-orm/pg-core";

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
    /** When its API key was last used, to within five minutes. */
    kunciDipakaiPada: timestamp("kunci_dipakai_pada", { withTimezone: true }),
    /** Requests without a signature are refused. */
    wajibTandaTangan: boolean("wajib_tanda_tangan").notNull().default(false),
    /** Addresses and networks it may call from; none means anywhere. */
    alamatIp: inet("alamat_ip").array().notNull().default([]),
    /** The group whose price rules hold for it. */
    tier: text().notNull().default("standar"),
    dibuatPada: timestamp("dibuat_pada", { withTimezone: true }).notNull().defaultNow(),
  },
  (kolom) => [
    check("mitra_email_huruf_kecil", sql`${kolom.email} = lower(${kolom.email})`),
    check("mitra_kunci_api_hash_sha256", sql`${kolom.kunciApiHash} ~ '^[0-9a-f]{64}$'`),
    check("mitra_tier_nama", sql`${kolom.tier} ~ '^[a-z0-9-]{1,30}$'`),
    check("mitra_alamat_ip_paling_banyak", sql`cardinality(${kolom.alamatIp}) <= 20`),
  ],
);

/** Signatures that requests came with, so that none comes twice; each is forgotten when its time stamp is too old anyway. */
export const tandaTanganTerpakai = pgTable(
  "tanda_tangan_terpakai",
  {
    mitraId: bigint("mitra_id", { mode: "number" })
      .notNull()
      .references(() => mitra.id),
    /** SHA-256, hex. */
    hash: text().notNull(),
    waktu: timestamp({ withTimezone: true }).notNull(),
  },
  (kolom) => [
    primaryKey({ columns: [kolom.mitraId, kolom.hash] }),
    index("tanda_tangan_terpakai_waktu").on(kolom.waktu),
  ],
);
