import { bigint, index, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { nasabah } from "../../direktori/users/table.ts";
import { devices } from "../devices/table.ts";
import { id, pada } from "../bagian/table.ts";

/** Where the app broke. Stays without its customer when that one goes. */
export const crashReports = pgTable(
  "crash_reports",
  {
    id: id(),
    user_id: bigint({ mode: "number" }).references(() => nasabah.id, { onDelete: "set null" }),
    device_id: bigint({ mode: "number" }).references(() => devices.id, { onDelete: "set null" }),
    title: text().notNull(),
    stacktrace: text().notNull(),
    metadata: jsonb().notNull(),
    reported_at: pada(),
  },
  (kolom) => [
    index("crash_reports_user").on(kolom.user_id, kolom.id),
    index("crash_reports_device").on(kolom.device_id),
  ],
);
