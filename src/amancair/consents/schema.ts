import { z } from "@hono/zod-openapi";
import { textField } from "../../platform/http/fields.ts";
import { userIdField } from "../crud/crud.ts";

const TUJUAN = ["credit_assessment", "kyc", "marketing", "analytics"] as const;
const SALURAN = ["app", "paper", "call"] as const;

export const consentSchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    user_id: z.int().openapi({ example: 1 }),
    purpose: z.enum(TUJUAN).openapi({ example: "credit_assessment" }),
    text_version: z.int().openapi({ example: 1 }),
    channel: z.enum(SALURAN).openapi({ example: "app" }),
    evidence: z.string().nullable().openapi({ example: null }),
    given_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
    withdrawn_at: z.iso.datetime().nullable().openapi({ example: null }),
  })
  .openapi("Persetujuan");

export const teksSchema = z
  .object({
    purpose: z.enum(TUJUAN).openapi({ example: "marketing" }),
    version: z.int().openapi({ example: 1 }),
    text: z.string().openapi({ example: "Saya setuju dihubungi tentang produk lain." }),
    valid_from: z.iso.date().openapi({ example: "2026-01-01" }),
  })
  .openapi("TeksPersetujuan");

export const tambahConsentSchema = z
  .strictObject({
    ...userIdField,
    purpose: z.enum(TUJUAN).openapi({ example: "credit_assessment" }),
    text_version: z.int().min(1).max(2_147_483_647).openapi({
      format: "int32",
      example: 1,
      description: "Versi teks yang disetujui, dari GET /consent-texts.",
    }),
    channel: z
      .enum(SALURAN)
      .optional()
      .openapi({ description: "Nasabah sendiri: app. Petugas mencatat paper atau call, dengan evidence." }),
    evidence: textField(3, 200)
      .optional()
      .openapi({ description: "Di mana surat atau rekamannya disimpan; wajib bila dicatat petugas." }),
  })
  .openapi("TambahPersetujuan");
