import { z } from "@hono/zod-openapi";
import { instantField, textField } from "../../platform/http/fields.ts";
import { bersihkanProps, propsField } from "../batas/batas.ts";
import { fcmTokenField, ubahSchema, userIdField } from "../crud/crud.ts";

export const deviceSchema = z
  .object({
    id: z.int().openapi({ example: 3 }),
    user_id: z.int().openapi({ example: 1 }),
    device_uuid: z.uuid().nullable().openapi({ example: "0b7c3f0e-6f0a-4f2e-9a51-3f6d6c1d9a11" }),
    imei: z.string().nullable().openapi({ example: "3578*********89", description: "Disamarkan." }),
    android_id: z.string().nullable().openapi({ example: "a1b2c3" }),
    advertising_id: z.string().nullable().openapi({ example: "gaid-xxxxx" }),
    imsi: z.string().nullable().openapi({ example: "51010********23", description: "Disamarkan." }),
    sim_serial: z.string().nullable().openapi({ example: "8962*************15", description: "Disamarkan." }),
    device_model: z.string().nullable().openapi({ example: "Xiaomi Redmi 9" }),
    device_brand: z.string().nullable().openapi({ example: "Xiaomi" }),
    os_version: z.string().nullable().openapi({ example: "11" }),
    app_version: z.string().nullable().openapi({ example: "1.4.0" }),
    fcm_token: z.string().nullable().openapi({ example: null }),
    last_seen_at: z.iso.datetime().nullable().openapi({ example: "2026-11-20T03:00:00.000Z" }),
    metadata: z
      .record(z.string(), z.unknown())
      .nullable()
      .openapi({ example: { rooted: false } }),
    registered_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("Perangkat");

const digits = (min: number, max: number) =>
  z.string().regex(new RegExp(`^\\d{${min},${max}}$`), `harus ${min} sampai ${max} angka`);

const isian = {
  device_uuid: z.uuid("harus UUID").nullish().openapi({ example: "0b7c3f0e-6f0a-4f2e-9a51-3f6d6c1d9a11" }),
  imei: digits(14, 16)
    .nullish()
    .openapi({ example: "357890123456789", description: "Tidak wajib, dan tidak dianjurkan." }),
  android_id: textField(1, 64).nullish().openapi({ example: "a1b2c3" }),
  advertising_id: textField(1, 64).nullish().openapi({ example: "gaid-xxxxx" }),
  imsi: digits(14, 16).nullish().openapi({ example: "510101234567823" }),
  sim_serial: z
    .string()
    .regex(/^[0-9A-Fa-f]{18,22}$/, "harus 18 sampai 22 angka")
    .nullish()
    .openapi({ example: "8962101234567890115" }),
  device_model: textField(1, 100).nullish().openapi({ example: "Xiaomi Redmi 9" }),
  device_brand: textField(1, 100).nullish().openapi({ example: "Xiaomi" }),
  os_version: textField(1, 32).nullish().openapi({ example: "11" }),
  app_version: textField(1, 32).nullish().openapi({ example: "1.4.0" }),
  fcm_token: fcmTokenField().nullish(),
  last_seen_at: instantField()
    .transform((text) => new Date(text))
    .nullish()
    .openapi({
      type: ["string", "null"],
      format: "date-time",
      maxLength: 40,
      example: "2026-11-20T03:00:00Z",
    }),
  metadata: propsField().transform(bersihkanProps).nullish(),
};

export const tambahDeviceSchema = z
  .strictObject({ ...userIdField, ...isian })
  .refine(
    ({ imei, android_id, advertising_id }) => imei ?? android_id ?? advertising_id,
    "perlu imei, android_id, atau advertising_id",
  )
  .openapi("TambahPerangkat", {
    minProperties: 1,
    description: "Perlu imei, android_id, atau advertising_id.",
  });

export const ubahDeviceSchema = ubahSchema(isian).openapi("UbahPerangkat");
