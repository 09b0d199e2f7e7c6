import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  date,
  foreignKey,
  index,
  integer,
  pgSequence,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { akun } from "../../akun/table.ts";
import { blindIndex } from "../../platform/db/blind-index-column.ts";
import { jabatan } from "../jabatan/table.ts";

/** One sequence for both kinds of users: an id names one of them, whichever it is. */
export const usersId = pgSequence("users_id");

const nextId = () =>
  bigint("id", { mode: "number" })
    .primaryKey()
    .default(sql`nextval('users_id')`);

// Both names are searched through trigrams. Without `fastupdate` a new one is in the index at once: a list of pending ones
// in front of it makes the planner read the table.

/** Users of document 000: the staff directory. */
export const pegawai = pgTable(
  "pegawai",
  {
    id: nextId(),
    nama: text().notNull(),
    alamat: text().notNull(),
    telepon: text().notNull(),
    idJabatan: integer("id_jabatan").notNull(),
  },
  (kolom) => [
    foreignKey({ name: "pegawai_jabatan_ada", columns: [kolom.idJabatan], foreignColumns: [jabatan.id] }),
    index("pegawai_jabatan").on(kolom.idJabatan, kolom.id),
    index("pegawai_nama_cari")
      .using("gin", sql`lower(${kolom.nama}) gin_trgm_ops`)
      .with({ fastupdate: false }),
  ],
);

/**
 * Why a NIK looks wrong. `format`: it is not 16 digits, and nothing can be read from it. `recheck`: what it is compared with
 * has changed since.
 */
const NIK_FLAGS = [
  "format",
  "province",
  "date",
  "serial",
  "dob_mismatch",
  "gender_mismatch",
  "recheck",
] as const;
export type NikFlag = (typeof NIK_FLAGS)[number];

/** Users of document 002: customers of the lending app. What is sensitive is sealed; `_indeks` finds it without opening. */
export const nasabah = pgTable(
  "nasabah",
  {
    id: nextId(),
    /** The row's identity towards others, and in what is sealed. Never changes. */
    externalUserId: uuid("external_user_id").notNull().unique(),
    /** The account that this is the file of: whoever opens its own. Staff opens files without. */
    akunId: bigint("akun_id", { mode: "number" })
      .references(() => akun.id)
      .default(sql`case when app.peran() = 'nasabah' then app.akun_id() end`),
    /** The customer's data key, wrapped: what is sealed of it anywhere opens only with this. Gone once it is erased. */
    kunci: text(),
    /** The account of the staff that looks after it; whoever of them opens a file looks after it at first. */
    petugasId: bigint("petugas_id", { mode: "number" })
      .references(() => akun.id)
      .default(sql`case when app.peran() = 'karyawan' then app.akun_id() end`),
    name: text().notNull(),
    phoneSegel: text("phone_segel"),
    phoneIndeks: blindIndex("phone_indeks"),
    email: text(),
    dob: date({ mode: "string" }),
    gender: text(),
    nationalIdSegel: text("national_id_segel"),
    nationalIdIndeks: blindIndex("national_id_indeks"),
    /** What is odd about the NIK; people look at it before a loan. */
    nikFlag: text("nik_flag", { enum: NIK_FLAGS }),
    createdAt: timestamp("created_at", { withTimezone: true })
      .notNull()
      .default(sql`app.jam()`),
    updatedAt: timestamp("updated_at", { withTimezone: true })
      .notNull()
      .default(sql`app.jam()`),
    /** When everything personal was erased; the row stays for what refers to it. */
    dihapusPada: timestamp("dihapus_pada", { withTimezone: true }),
  },
  (kolom) => [
    index("nasabah_petugas").on(kolom.petugasId, kolom.id),
    index("nasabah_email").on(kolom.email),
    uniqueIndex("nasabah_akun_unik").on(kolom.akunId),
    uniqueIndex("nasabah_phone_unik").on(kolom.phoneIndeks),
    uniqueIndex("nasabah_national_id_unik").on(kolom.nationalIdIndeks),
    index("nasabah_nama_cari")
      .using("gin", sql`lower(${kolom.name}) gin_trgm_ops`)
      .with({ fastupdate: false }),
    check("nasabah_phone_segel", sql`(${kolom.phoneSegel} is null) = (${kolom.phoneIndeks} is null)`),
    check(
      "nasabah_national_id_segel",
      sql`(${kolom.nationalIdSegel} is null) = (${kolom.nationalIdIndeks} is null)`,
    ),
  ],
);
