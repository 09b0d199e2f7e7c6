import { bigint, index, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { nasabah } from "../../direktori/users/table.ts";
import { devices } from "../devices/table.ts";
import { id, pada } from "../bagian/table.ts";

/** What happened in the app. Stays without its customer when that one goes. */
export const telemetryEvents = pgTable(
  "telemetry_events",
  {
    id: id(),
    user_id: bigint({ mode: "number" }).references(() => nasabah.id, { onDelete: "set null" }),
    device_id: bigint({ mode: "number" }).references(() => devices.id, { onDelete: "set null" }),
    event_name: text().notNull(),
    event_props: jsonb().notNull(),
    created_at: pada(),
  },
  (kolom) => [
    index("telemetry_events_user").on(kolom.user_id, kolom.id),
    index("telemetry_events_user_event").on(kolom.user_id, kolom.event_name, kolom.id),
    index("telemetry_events_device").on(kolom.device_id),
  ],
);
