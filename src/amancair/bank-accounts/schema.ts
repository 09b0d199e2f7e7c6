import { z } from "@hono/zod-openapi";
import { textField } from "../../platform/http/fields.ts";
import { ubahSchema, userIdField } from "../crud/crud.ts";

export const bankAccountSchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    user_id: z.int().openapi({ example: 1 }),
    bank_name: z.string().openapi({ example: "BCA" }),
    account_number: z.string().openapi({ example: "******7890", description: "Disamarkan." }),
    account_holder: z.string().openapi({ example: "Budi Santoso" }),
    verified: z.boolean().openapi({ example: false }),
    verified_at: z.iso.datetime().nullable().openapi({ example: null }),
    created_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("Rekening");

const isian = {
  bank_name: textField(1, 60).openapi({ example: "BCA" }),
  account_number: z
    .string()
    .max(30)
    .transform((text) => text.replaceAll(/[ .-]/g, ""))
    .pipe(z.string().regex(/^\d{6,20}$/, "harus 6 sampai 20 angka"))
    .openapi({
      type: "string",
      minLength: 6,
      maxLength: 30,
      example: "1234567890",
      description: "6 sampai 20 angka; spasi, titik dan tanda hubung boleh ada.",
    }),
  account_holder: textField(1, 100).openapi({ example: "Budi Santoso" }),
};

export const tambahBankAccountSchema = z.strictObject({ ...userIdField, ...isian }).openapi("TambahRekening");
export const ubahBankAccountSchema = ubahSchema(isian).openapi("UbahRekening");

export const verifikasiSchema = z
  .strictObject({ verified: z.boolean().openapi({ example: true }) })
  .openapi("VerifikasiRekening");
