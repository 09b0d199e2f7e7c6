import { sql } from "drizzle-orm";
import { check, index, pgTable, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";
import { id, indexUser, pada, user_id } from "../bagian/table.ts";

/** What customers ask of us about their data. `due_at` is 72 hours after `received_at` (UU PDP: 3 x 24 hours). */
export const privacyRequests = pgTable(
  "privacy_requests",
  {
    id: id(),
    user_id: user_id(),
    kind: text({ enum: ["access", "erasure"] }).notNull(),
    status: text({ enum: ["received", "done", "cancelled"] }).notNull(),
    received_at: pada(),
    due_at: timestamp({ withTimezone: true }).notNull(),
    /** When an erasure is carried out; until then it can be taken back. */
    execute_at: timestamp({ withTimezone: true }),
    completed_at: timestamp({ withTimezone: true }),
  },
  (kolom) => [
    indexUser("privacy_requests", kolom),
    check("privacy_requests_kind_dikenal", sql`${kolom.kind} in ('access', 'erasure')`),
    check("privacy_requests_status_dikenal", sql`${kolom.status} in ('received', 'done', 'cancelled')`),
    uniqueIndex("privacy_requests_satu_penghapusan")
      .on(kolom.user_id)
      .where(sql`${kolom.kind} = 'erasure' and ${kolom.status} = 'received'`),
    index("privacy_requests_jatuh_tempo")
      .on(kolom.execute_at)
      .where(sql`${kolom.status} = 'received'`),
  ],
);
