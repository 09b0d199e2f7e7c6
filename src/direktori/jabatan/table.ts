import { sql } from "drizzle-orm";
import { integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";

/** Positions of the staff. */
export const jabatan = pgTable(
  "jabatan",
  {
    id: integer("id_jabatan").primaryKey().generatedAlwaysAsIdentity(),
    nama: text("nama_jabatan").notNull(),
    deskripsi: text(),
  },
  (kolom) => [uniqueIndex("jabatan_nama_unik").on(sql`lower(${kolom.nama})`)],
);
