import { sql } from "drizzle-orm";
import {
  check,
  pgTable,
  primaryKey,
  text,
  timestamp,
  integer,
  uniqueIndex,
  foreignKey,
  date,
} from "drizzle-orm/pg-core";
import { id, indexUser, pada, user_id } from "../bagian/table.ts";

const TUJUAN = ["credit_assessment", "kyc", "marketing", "analytics"] as const;

/** What customers are asked to agree to, word by word. A version never changes. */
export const consentTexts = pgTable(
  "consent_texts",
  {
    purpose: text({ enum: TUJUAN }).notNull(),
    version: integer().notNull(),
    text: text().notNull(),
    valid_from: date({ mode: "string" }).notNull(),
  },
  (kolom) => [primaryKey({ columns: [kolom.purpose, kolom.version] })],
);

/** Who agreed to what, when and how, and when it was withdrawn (UU PDP art. 20-24, 40). */
export const consents = pgTable(
  "consents",
  {
    id: id(),
    user_id: user_id(),
    purpose: text({ enum: TUJUAN }).notNull(),
    text_version: integer().notNull(),
    channel: text({ enum: ["app", "paper", "call"] }).notNull(),
    /** Where the paper or the recording is kept. */
    evidence: text(),
    given_at: pada(),
    withdrawn_at: timestamp({ withTimezone: true }),
  },
  (kolom) => [
    indexUser("consents", kolom),
    check("consents_channel_dikenal", sql`${kolom.channel} in ('app', 'paper', 'call')`),
    uniqueIndex("consents_satu_berlaku")
      .on(kolom.user_id, kolom.purpose)
      .where(sql`${kolom.withdrawn_at} is null`),
    foreignKey({
      name: "consents_text_ada",
      columns: [kolom.purpose, kolom.text_version],
      foreignColumns: [consentTexts.purpose, consentTexts.version],
    }),
  ],
);
