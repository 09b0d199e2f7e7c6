import { sql } from "drizzle-orm";
import { check, index, jsonb, pgTable, text, timestamp, unique, uuid } from "drizzle-orm/pg-core";
import { blindIndex } from "../../platform/db/blind-index-column.ts";
import { baris, id, indexUser, pada, user_id } from "../bagian/table.ts";

/** Customers' phones. */
export const devices = pgTable(
  "devices",
  {
    id: id(),
    user_id: user_id(),
    baris: baris(),
    /** Made by the app when it is installed. */
    device_uuid: uuid(),
    imei_segel: text(),
    imei_indeks: blindIndex(),
    imsi_segel: text(),
    sim_serial_segel: text(),
    android_id: text(),
    advertising_id: text(),
    device_model: text(),
    device_brand: text(),
    os_version: text(),
    app_version: text(),
    fcm_token: text(),
    last_seen_at: timestamp({ withTimezone: true }),
    metadata: jsonb(),
    registered_at: pada(),
  },
  (kolom) => [
    indexUser("devices", kolom),
    unique("devices_device_uuid_unik").on(kolom.device_uuid),
    index("devices_imei").on(kolom.imei_indeks),
    check("devices_imei_segel", sql`(${kolom.imei_segel} is null) = (${kolom.imei_indeks} is null)`),
    check(
      "devices_dikenal",
      sql`num_nonnulls(${kolom.imei_segel}, ${kolom.android_id}, ${kolom.advertising_id}) > 0`,
    ),
  ],
);
