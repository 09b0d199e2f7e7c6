import { sql } from "drizzle-orm";
import { check, bigint, index, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { devices } from "../devices/table.ts";
import { baris, id, indexUser, pada, user_id } from "../bagian/table.ts";

/** Files of customers. Their bytes lie sealed in object storage, under `baris`. */
export const documents = pgTable(
  "documents",
  {
    id: id(),
    user_id: user_id(),
    device_id: bigint({ mode: "number" }).references(() => devices.id, { onDelete: "set null" }),
    baris: baris(),
    doc_type: text({ enum: ["ktp", "selfie", "bank_statement", "invoice"] }).notNull(),
    file_name: text().notNull(),
    mime_type: text().notNull(),
    /** In bytes, as it may be downloaded. */
    file_size: integer().notNull(),
    /** What the photo said of itself and is harmless: `orientation`, and whether a place (`gps`) was taken out. */
    exif: jsonb().notNull(),
    uploaded_at: pada(),
  },
  (kolom) => [
    indexUser("documents", kolom),
    index("documents_device").on(kolom.device_id),
    check(
      "documents_doc_type_dikenal",
      sql`${kolom.doc_type} in ('ktp', 'selfie', 'bank_statement', 'invoice')`,
    ),
  ],
);

/** Objects that no document names any more; the sweeper removes them. */
export const berkasTerbuang = pgTable(
  "berkas_terbuang",
  {
    baris: text().primaryKey(),
    sejak: timestamp({ withTimezone: true }).notNull(),
  },
  (kolom) => [index("berkas_terbuang_sejak").on(kolom.sejak, kolom.baris)],
);
