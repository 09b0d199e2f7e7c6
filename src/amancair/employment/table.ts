import { sql } from "drizzle-orm";
import { bigint, check, pgTable, text } from "drizzle-orm/pg-core";
import { id, indexUser, pada, user_id } from "../bagian/table.ts";

/** What customers live on. Income in whole rupiah a month. */
export const employment = pgTable(
  "employment",
  {
    id: id(),
    user_id: user_id(),
    employer_name: text(),
    job_title: text(),
    income_monthly: bigint({ mode: "number" }).notNull(),
    employment_type: text({
      enum: ["permanent", "contract", "self_employed", "freelance", "other"],
    }).notNull(),
    created_at: pada(),
  },
  (kolom) => [
    indexUser("employment", kolom),
    check(
      "employment_type_dikenal",
      sql`${kolom.employment_type} in ('permanent', 'contract', 'self_employed', 'freelance', 'other')`,
    ),
    check("employment_income", sql`${kolom.income_monthly} between 0 and 10000000000`),
  ],
);
