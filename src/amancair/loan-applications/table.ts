import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from "drizzle-orm/pg-core";
import { akun } from "../../akun/table.ts";
import { nasabah } from "../../direktori/users/table.ts";
import { bankAccounts } from "../bank-accounts/table.ts";
import { id, indexUser, pada } from "../bagian/table.ts";
import { STATUSES } from "./status.ts";

/** Loans, from the application on. Money in whole rupiah, rates in parts per million of the principal a day. */
export const loanApplications = pgTable(
  "loan_applications",
  {
    id: id(),
    /** The ledger refers to it: who has a loan is not deleted but made nameless. */
    user_id: bigint({ mode: "number" })
      .notNull()
      .references(() => nasabah.id),
    application_no: text().notNull(),
    amount: bigint({ mode: "bigint" }).notNull(),
    term_months: integer().notNull(),
    status: text({ enum: STATUSES }).notNull().default("submitted"),
    purpose: text(),
    /** Who reviews it. */
    officer_id: bigint({ mode: "number" }).references(() => akun.id),
    /** The first of two persons who approve a large loan. */
    first_approver_id: bigint({ mode: "number" }).references(() => akun.id),
    decided_by: bigint({ mode: "number" }).references(() => akun.id),
    submitted_at: pada(),
    decision_at: timestamp({ withTimezone: true }),
    decision_note: text(),
    daily_rate_ppm: integer(),
    bank_account_id: bigint({ mode: "number" }).references(() => bankAccounts.id),
    disbursed_at: timestamp({ withTimezone: true }),
    transfer_reference: text(),
    activated_at: timestamp({ withTimezone: true }),
    closed_at: timestamp({ withTimezone: true }),
  },
  (kolom) => [
    indexUser("loan_applications", kolom),
    unique("loan_applications_no_unik").on(kolom.application_no),
    index("loan_applications_status").on(kolom.status, kolom.id),
    index("loan_applications_petugas").on(kolom.officer_id, kolom.id),
    index("loan_applications_bank").on(kolom.bank_account_id),
    index("loan_applications_menunggu")
      .on(kolom.id)
      .where(sql`${kolom.status} in ('submitted', 'review')`),
    index("loan_applications_ditolak")
      .on(kolom.decision_at)
      .where(sql`${kolom.status} in ('rejected', 'withdrawn')`),
    check(
      "loan_applications_status_dikenal",
      sql`${kolom.status} in ('submitted', 'review', 'approved', 'rejected', 'withdrawn', 'disbursed', 'active', 'closed')`,
    ),
    check("loan_applications_amount", sql`${kolom.amount} > 0 and ${kolom.term_months} between 1 and 60`),
    check("loan_applications_rate", sql`${kolom.daily_rate_ppm} between 0 and 10000`),
  ],
);

/** What is to be paid when, and how much of it has been. */
export const loanInstalments = pgTable(
  "loan_instalments",
  {
    loan_id: bigint({ mode: "number" })
      .notNull()
      .references(() => loanApplications.id),
    number: integer().notNull(),
    due_on: date({ mode: "string" }).notNull(),
    principal: bigint({ mode: "bigint" }).notNull(),
    interest: bigint({ mode: "bigint" }).notNull(),
    principal_paid: bigint({ mode: "bigint" }).notNull(),
    interest_paid: bigint({ mode: "bigint" }).notNull(),
  },
  (kolom) => [
    primaryKey({ columns: [kolom.loan_id, kolom.number] }),
    check(
      "loan_instalments_dibayar",
      sql`${kolom.principal_paid} between 0 and ${kolom.principal} and ${kolom.interest_paid} between 0 and ${kolom.interest}`,
    ),
  ],
);

/** Dated limits of lending: those of the newest `valid_from` that has come are in force, by tenor. */
export const loanRules = pgTable(
  "loan_rules",
  {
    id: id(),
    valid_from: date({ mode: "string" }).notNull(),
    max_term_months: integer().notNull(),
    daily_rate_cap_ppm: integer().notNull(),
    total_cap_percent: integer().notNull(),
    min_amount: bigint({ mode: "bigint" }).notNull(),
    max_amount: bigint({ mode: "bigint" }).notNull(),
    /** Above it, two persons approve. */
    second_person_above: bigint({ mode: "bigint" }).notNull(),
    max_dti_percent: integer().notNull(),
  },
  (kolom) => [
    unique("loan_rules_satu").on(kolom.valid_from, kolom.max_term_months),
    check(
      "loan_rules_masuk_akal",
      sql`${kolom.max_term_months} between 1 and 60 and ${kolom.daily_rate_cap_ppm} between 0 and 10000
        and ${kolom.total_cap_percent} between 0 and 100 and ${kolom.max_dti_percent} between 1 and 100
        and ${kolom.min_amount} > 0 and ${kolom.max_amount} >= ${kolom.min_amount} and ${kolom.second_person_above} >= 0`,
    ),
  ],
);
