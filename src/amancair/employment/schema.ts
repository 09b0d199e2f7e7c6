import { z } from "@hono/zod-openapi";
import { textField } from "../../platform/http/fields.ts";
import { ubahSchema, userIdField } from "../crud/crud.ts";

const JENIS = ["permanent", "contract", "self_employed", "freelance", "other"] as const;
/** Rupiah a month; more is a slip of the finger. */
const PENGHASILAN_TERBESAR = 10_000_000_000;

export const employmentSchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    user_id: z.int().openapi({ example: 1 }),
    employer_name: z.string().nullable().openapi({ example: "PT Maju Jaya" }),
    job_title: z.string().nullable().openapi({ example: "Staf gudang" }),
    income_monthly: z.int().openapi({ format: "int64", example: 7_500_000, description: "Rupiah sebulan." }),
    employment_type: z.enum(JENIS).openapi({ example: "permanent" }),
    created_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("Pekerjaan");

const isian = {
  employer_name: textField(1, 100).nullish().openapi({ example: "PT Maju Jaya" }),
  job_title: textField(1, 100).nullish().openapi({ example: "Staf gudang" }),
  income_monthly: z.int().min(0).max(PENGHASILAN_TERBESAR).openapi({
    format: "int64",
    example: 7_500_000,
    description: "Rupiah sebulan. Dari beberapa pekerjaan, yang terakhir dikirim yang dinilai.",
  }),
  employment_type: z.enum(JENIS).openapi({ example: "permanent" }),
};

export const tambahEmploymentSchema = z.strictObject({ ...userIdField, ...isian }).openapi("TambahPekerjaan");
export const ubahEmploymentSchema = ubahSchema(isian).openapi("UbahPekerjaan");
