import { z } from "@hono/zod-openapi";
import { e164Field, emailField, textField } from "../../platform/http/fields.ts";
import { deviceIdField, ubahSchema } from "../crud/crud.ts";

const STATUS = ["pending", "granted", "refused"] as const;
const CARA = ["call", "letter", "in_person"] as const;

export const emergencySchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    user_id: z.int().openapi({ example: 1 }),
    device_id: z.int().nullable().openapi({ example: null }),
    contact_name: z.string().openapi({ example: "Siti" }),
    contact_phone: z.string().openapi({
      example: "+6281*****333",
      description:
        "Disamarkan; petugas membacanya hanya untuk meminta persetujuan, dan setelah itu diberikan.",
    }),
    contact_email: z.string().nullable().openapi({ example: null }),
    relation: z.string().nullable().openapi({ example: "spouse" }),
    is_primary: z.boolean().openapi({ example: true }),
    consent_status: z.enum(STATUS).openapi({ example: "pending" }),
    consent_at: z.iso.datetime().nullable().openapi({ example: null }),
    consent_method: z.string().nullable().openapi({ example: null }),
    consent_evidence: z
      .string()
      .nullable()
      .openapi({ example: null, description: "Di mana rekaman atau suratnya disimpan." }),
    created_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
    updated_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("KontakDarurat");

const isian = {
  ...deviceIdField,
  contact_name: textField(1, 100).openapi({ example: "Siti" }),
  contact_phone: e164Field().openapi({ example: "+628111222333" }),
  contact_email: emailField().nullish().openapi({ example: "siti@example.com" }),
  relation: textField(1, 50).nullish().openapi({ example: "spouse" }),
  is_primary: z
    .boolean()
    .optional()
    .openapi({ example: true, description: "Kontak utama yang lama lalu bukan utama lagi." }),
};

export const tambahEmergencySchema = z.strictObject(isian).openapi("TambahKontakDarurat");
export const ubahEmergencySchema = ubahSchema(isian).openapi("UbahKontakDarurat");

export const persetujuanSchema = z
  .strictObject({
    status: z.enum(["granted", "refused"]).openapi({ example: "granted" }),
    method: z.enum(CARA).openapi({ example: "call" }),
    evidence: textField(3, 200).openapi({
      example: "rekaman 2026-11-20/0042",
      description: "Di mana rekaman atau suratnya disimpan.",
    }),
  })
  .openapi("PersetujuanKontak");
