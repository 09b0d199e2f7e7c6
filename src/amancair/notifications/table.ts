import { bigint, index, pgTable, text, unique } from "drizzle-orm/pg-core";
import { devices } from "../devices/table.ts";
import { id, indexUser, pada, user_id } from "../bagian/table.ts";

/** Push tokens: where to notify a customer. */
export const notifications = pgTable(
  "notifications",
  {
    id: id(),
    user_id: user_id(),
    device_id: bigint({ mode: "number" }).references(() => devices.id, { onDelete: "cascade" }),
    fcm_token: text().notNull(),
    last_registered_at: pada(),
  },
  (kolom) => [
    indexUser("notifications", kolom),
    unique("notifications_user_token").on(kolom.fcm_token, kolom.user_id),
    index("notifications_device").on(kolom.device_id),
  ],
);
