import { sql } from "drizzle-orm";
import { defineError } from "../../platform/http/errors.ts";
import type { Bagian } from "../bagian/bagian.ts";
import { notificationSchema } from "./schema.ts";
import { notifications as tabel } from "./table.ts";

/** Push tokens. An app registers its own at every start: the same one again is only renewed. */
export const notifications: Bagian = {
  nama: "notifications",
  tabel,
  schema: notificationSchema,
  segel: [],
  TidakAda: defineError(404, "NOTIFIKASI_TIDAK_ADA", "Token notifikasi tidak ditemukan."),
  perbarui: {
    target: [tabel.fcm_token, tabel.user_id],
    set: {
      last_registered_at: sql`app.jam()`,
      device_id: sql`coalesce(excluded.device_id, ${tabel.device_id})`,
    },
  },
};
