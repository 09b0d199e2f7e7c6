import { sql } from "drizzle-orm";
import { boolean, check, index, pgTable, text, timestamp, unique } from "drizzle-orm/pg-core";
import { blindIndex } from "../../platform/db/blind-index-column.ts";
import { baris, id, indexUser, pada, user_id } from "../bagian/table.ts";

/** Where loans are paid out to. Staff verifies one; another number makes it unverified again. */
export const bankAccounts = pgTable(
  "bank_accounts",
  {
    id: id(),
    user_id: user_id(),
    baris: baris(),
    bank_name: text().notNull(),
    account_number_segel: text().notNull(),
    account_number_indeks: blindIndex().notNull(),
    account_holder: text().notNull(),
    verified: boolean().notNull().default(false),
    verified_at: timestamp({ withTimezone: true }),
    created_at: pada(),
  },
  (kolom) => [
    indexUser("bank_accounts", kolom),
    unique("bank_accounts_user_nomor").on(kolom.user_id, kolom.account_number_indeks),
    index("bank_accounts_nomor").on(kolom.account_number_indeks),
    check("bank_accounts_verified", sql`${kolom.verified} = (${kolom.verified_at} is not null)`),
  ],
);
