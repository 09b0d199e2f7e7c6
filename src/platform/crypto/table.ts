import { sql } from "drizzle-orm";
import { check, boolean, integer, pgTable } from "drizzle-orm/pg-core";

/** Which key's blind indexes are in force: one row; 0 until somebody asks, from then on the oldest of the versions there were. */
export const kunciIndeks = pgTable(
  "kunci_indeks",
  {
    satu: boolean().primaryKey().default(true),
    versi: integer().notNull(),
  },
  (kolom) => [check("kunci_indeks_satu", sql`${kolom.satu}`)],
);
