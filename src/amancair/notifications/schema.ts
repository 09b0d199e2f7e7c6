import { z } from "@hono/zod-openapi";
import { deviceIdField, fcmTokenField, userIdField } from "../crud/crud.ts";

export const notificationSchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    user_id: z.int().openapi({ example: 1 }),
    device_id: z.int().nullable().openapi({ example: 3 }),
    fcm_token: z.string().openapi({ example: "dGhpcyBpcyBhIHRva2Vu" }),
    last_registered_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("TokenNotifikasi");

export const tambahNotificationSchema = z
  .strictObject({
    ...userIdField,
    ...deviceIdField,
    fcm_token: fcmTokenField().openapi({ example: "dGhpcyBpcyBhIHRva2Vu" }),
  })
  .openapi("DaftarTokenNotifikasi");
