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
  uniqueIndex,
} from "drizzle-orm/pg-core";

export const peranAkun = pgEnum("peran_akun", ["admin", "karyawan", "nasabah"]);

/** People: staff and customers. The password is kept as bcrypt only. */
export const akun = pgTable(
  "akun",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    nama: text().notNull(),
    /** Lower case, so that uniqueness has no case. */
    email: text().notNull().unique(),
    /** As its owner writes it, unique without case. Customers have none. */
    username: text(),
    kataSandi: text("kata_sandi").notNull(),
    /** Counts changes of the password, not of its hash: the same password hashed anew is still the same. */
    versiKataSandi: integer("versi_kata_sandi").notNull().default(1),
    peran: peranAkun().notNull(),
    aktif: boolean().notNull().default(true),
    /** Tokens name the version they were made under; a higher one ends them all. */
    versiToken: integer("versi_token").notNull().default(1),
    dibuatPada: timestamp("dibuat_pada", { withTimezone: true }).notNull(),
  },
  (kolom) => [
    index("akun_peran").on(kolom.peran, kolom.id),
    uniqueIndex("akun_username_unik").on(sql`lower(${kolom.username})`),
    check("akun_email_huruf_kecil", sql`${kolom.email} = lower(${kolom.email})`),
    // Without an @ no username can be taken for somebody's e-mail address.
    check("akun_username_bentuk", sql`${kolom.username} ~ '^[A-Za-z0-9._-]{3,32}$'`),
    check("akun_kata_sandi_bcrypt", sql`${kolom.kataSandi} ~ '^\\$2[aby]\\$[0-9]{2}\\$[./A-Za-z0-9]{53}$'`),
  ],
);
