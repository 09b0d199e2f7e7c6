import { z } from "@hono/zod-openapi";
import { paragraphField, textField } from "../../platform/http/fields.ts";
import { ubahSchema, userIdField } from "../crud/crud.ts";

const JENIS = ["home", "work", "billing"] as const;

export const addressSchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    user_id: z.int().openapi({ example: 1 }),
    type: z.enum(JENIS).openapi({ example: "home" }),
    address_line: z.string().openapi({ example: "Jl. Melati No. 5" }),
    city: z.string().openapi({ example: "Bandung" }),
    province: z.string().nullable().openapi({ example: "Jawa Barat" }),
    postal_code: z.string().nullable().openapi({ example: "40115" }),
    country: z.string().openapi({ example: "ID" }),
    created_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("AlamatNasabah");

const isian = {
  type: z.enum(JENIS).openapi({ example: "home" }),
  address_line: paragraphField(1, 300).openapi({ example: "Jl. Melati No. 5" }),
  city: textField(1, 100).openapi({ example: "Bandung" }),
  province: textField(1, 100).nullish().openapi({ example: "Jawa Barat" }),
  postal_code: z
    .string()
    .regex(/^\d{5}$/, "harus 5 angka")
    .nullish()
    .openapi({ example: "40115" }),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "harus dua huruf besar, misalnya ID")
    .optional()
    .openapi({ example: "ID" }),
};

export const tambahAddressSchema = z
  .strictObject({ ...userIdField, ...isian })
  .openapi("TambahAlamatNasabah");
export const ubahAddressSchema = ubahSchema(isian).openapi("UbahAlamatNasabah");
