import { sql } from "drizzle-orm";
import { check, pgTable, text } from "drizzle-orm/pg-core";
import { id, indexUser, pada, user_id } from "../bagian/table.ts";

/** Where customers live and work. */
export const addresses = pgTable(
  "addresses",
  {
    id: id(),
    user_id: user_id(),
    type: text({ enum: ["home", "work", "billing"] }).notNull(),
    address_line: text().notNull(),
    city: text().notNull(),
    province: text(),
    postal_code: text(),
    country: text().notNull().default("ID"),
    created_at: pada(),
  },
  (kolom) => [
    indexUser("addresses", kolom),
    check("addresses_type_dikenal", sql`${kolom.type} in ('home', 'work', 'billing')`),
  ],
);
