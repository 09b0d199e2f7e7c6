import { z } from "@hono/zod-openapi";
import { paragraphField, textField } from "../../platform/http/fields.ts";
import { bersihField, bersihkanProps, propsField } from "../batas/batas.ts";
import { deviceIdField, userIdField } from "../crud/crud.ts";

export const crashReportSchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    user_id: z.int().nullable().openapi({ example: 1 }),
    device_id: z.int().nullable().openapi({ example: 3 }),
    title: z.string().openapi({ example: "NullPointerException" }),
    stacktrace: z.string().openapi({ example: "at com.amancair.Home.onCreate(Home.kt:42)" }),
    metadata: z.record(z.string(), z.unknown()).openapi({ example: { screen: "home" } }),
    reported_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("LaporanKerusakan");

const BERSIH = "Alamat email, nomor telepon, token, dan nomor panjang di dalamnya dihapus.";

export const tambahCrashReportSchema = z
  .strictObject({
    ...userIdField,
    ...deviceIdField,
    title: bersihField(textField(1, 200)).openapi({
      type: "string",
      minLength: 1,
      maxLength: 200,
      example: "NullPointerException",
      description: BERSIH,
    }),
    stacktrace: bersihField(paragraphField(1, 16_000)).openapi({
      type: "string",
      minLength: 1,
      maxLength: 16_000,
      example: "at com.amancair.Home.onCreate(Home.kt:42)",
      description: BERSIH,
    }),
    metadata: propsField()
      .optional()
      .transform((props) => bersihkanProps(props ?? {})),
  })
  .openapi("TambahLaporanKerusakan");
