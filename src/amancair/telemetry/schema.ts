import { z } from "@hono/zod-openapi";
import { instantField } from "../../platform/http/fields.ts";
import { bersihkan, bersihkanProps, propsField } from "../batas/batas.ts";
import { deviceIdField, userIdField } from "../crud/crud.ts";

const nama = z
  .string()
  .regex(/^[\w.:-]{1,64}$/, "1 sampai 64 huruf, angka, atau _ . : -")
  .refine((teks) => bersihkan(teks) === teks, "memuat nomor");

export const telemetrySchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    user_id: z.int().nullable().openapi({ example: 1 }),
    device_id: z.int().nullable().openapi({ example: 3 }),
    event_name: z.string().openapi({ example: "screen_view" }),
    event_props: z.record(z.string(), z.unknown()).openapi({ example: { screen: "home" } }),
    created_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("Kejadian");

const kejadian = {
  ...deviceIdField,
  event_name: nama.openapi({ example: "screen_view" }),
  event_props: propsField()
    .optional()
    .transform((props) => bersihkanProps(props ?? {})),
};

const satu = z.strictObject({ ...userIdField, ...kejadian }).openapi("TambahKejadian");
const banyak = z
  .strictObject({ ...userIdField, events: z.array(z.strictObject(kejadian)).min(1).max(100) })
  .openapi("TambahBanyakKejadian");

/** One event, or many of one customer. */
export const tambahTelemetrySchema = z
  .xor(
    [satu.transform(({ user_id, ...kejadian }) => ({ user_id, events: [kejadian] })), banyak],
    "kirim satu kejadian (event_name, event_props) atau {events: [...]}",
  )
  .openapi("KirimKejadian", {}, { unionPreferredType: "oneOf" });

export const diterimaSchema = z
  .object({ accepted: z.int().openapi({ example: 1 }) })
  .openapi("KejadianDiterima");

const waktu = (name: string, description: string) =>
  instantField()
    .optional()
    .openapi({
      type: "string",
      format: "date-time",
      maxLength: 40,
      example: "2026-11-20T00:00:00Z",
      description,
      param: { name, in: "query", required: false },
    });

export const saringan = {
  event_name: nama
    .optional()
    .openapi({ example: "screen_view", param: { name: "event_name", in: "query", required: false } }),
  from: waktu("from", "Sejak saat ini."),
  to: waktu("to", "Sebelum saat ini."),
};
