import { z } from "@hono/zod-openapi";
import { alasanField } from "../batas/batas.ts";

const NILAI = [
  "users.phone",
  "users.national_id",
  "devices.imei",
  "devices.imsi",
  "devices.sim_serial",
  "bank_accounts.account_number",
  "emergency_contacts.contact_phone",
] as const;
/** Collection is none of them. */
const TUJUAN = ["verification", "customer_request", "legal", "consent_call", "whereabouts"] as const;

export const bacaSchema = z
  .strictObject({
    field: z.enum(NILAI).openapi({ example: "users.national_id" }),
    id: z
      .int()
      .min(1)
      .max(Number.MAX_SAFE_INTEGER)
      .openapi({ format: "int64", example: 1, description: "Id barisnya." }),
    purpose: z.enum(TUJUAN).openapi({
      example: "verification",
      description:
        "Kontak darurat: consent_call selagi belum menjawab, whereabouts setelah setuju, tidak untuk yang lain. Penagihan bukan tujuan.",
    }),
    reason: alasanField().openapi({ example: "Mencocokkan NIK dengan KTP permohonan PJ-20261120-7K3M" }),
  })
  .openapi("BacaNilai");

export const nilaiSchema = z
  .object({ value: z.string().openapi({ example: "3201011705900001" }) })
  .openapi("NilaiJelas");
