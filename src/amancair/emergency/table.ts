import { sql } from "drizzle-orm";
import { bigint, boolean, check, index, pgTable, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";
import { devices } from "../devices/table.ts";
import { baris, id, indexUser, pada, user_id } from "../bagian/table.ts";

/** Whom to ask for a customer's whereabouts, and whether that person agreed to it. Never for collection. */
export const emergencyContacts = pgTable(
  "emergency_contacts",
  {
    id: id(),
    user_id: user_id(),
    device_id: bigint({ mode: "number" }).references(() => devices.id, { onDelete: "set null" }),
    baris: baris(),
    contact_name: text().notNull(),
    contact_phone_segel: text().notNull(),
    contact_email: text(),
    relation: text(),
    is_primary: boolean().notNull().default(false),
    consent_status: text({ enum: ["pending", "granted", "refused"] })
      .notNull()
      .default("pending"),
    consent_at: timestamp({ withTimezone: true }),
    consent_method: text(),
    /** Where the recording or the paper is kept. */
    consent_evidence: text(),
    created_at: pada(),
    updated_at: pada(),
  },
  (kolom) => [
    indexUser("emergency_contacts", kolom),
    check(
      "emergency_contacts_status_dikenal",
      sql`${kolom.consent_status} in ('pending', 'granted', 'refused')`,
    ),
    index("emergency_contacts_device").on(kolom.device_id),
    uniqueIndex("emergency_contacts_satu_utama")
      .on(kolom.user_id)
      .where(sql`${kolom.is_primary}`),
    check(
      "emergency_contacts_consent",
      sql`(${kolom.consent_status} = 'pending') = (num_nonnulls(${kolom.consent_at}, ${kolom.consent_method}, ${kolom.consent_evidence}) = 0)
        and num_nonnulls(${kolom.consent_at}, ${kolom.consent_method}, ${kolom.consent_evidence}) in (0, 3)`,
    ),
  ],
);
