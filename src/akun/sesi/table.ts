import { bigint, index, integer, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { akun } from "../table.ts";

/** Sessions that are alive. A session that ends is deleted, and with it every token that names it is dead. */
export const sesi = pgTable(
  "sesi",
  {
    id: uuid().primaryKey(),
    akunId: bigint("akun_id", { mode: "number" })
      .notNull()
      .references(() => akun.id),
    /** Which refresh token is the current one; each refresh counts on. */
    putaran: integer().notNull().default(1),
    diputarPada: timestamp("diputar_pada", { withTimezone: true }).notNull(),
    /** What the owner recognises a session by: User-Agent and address of its login. */
    agen: text().notNull(),
    alamat: text().notNull(),
    dibuatPada: timestamp("dibuat_pada", { withTimezone: true }).notNull(),
    kedaluwarsaPada: timestamp("kedaluwarsa_pada", { withTimezone: true }).notNull(),
  },
  (kolom) => [
    index("sesi_akun").on(kolom.akunId, kolom.dibuatPada),
    index("sesi_kedaluwarsa").on(kolom.kedaluwarsaPada),
  ],
);
