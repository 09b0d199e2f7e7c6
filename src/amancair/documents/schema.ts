import { z } from "@hono/zod-openapi";
import { textField } from "../../platform/http/fields.ts";
import { alasanField, bersihField } from "../batas/batas.ts";

const JENIS = ["ktp", "selfie", "bank_statement", "invoice"] as const;
const TUJUAN = ["verification", "customer_request", "legal"] as const;

export const documentSchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    user_id: z.int().openapi({ example: 1 }),
    device_id: z.int().nullable().openapi({ example: null }),
    doc_type: z.enum(JENIS).openapi({ example: "ktp" }),
    file_name: z.string().openapi({ example: "ktp.jpg" }),
    mime_type: z.string().openapi({ example: "image/jpeg" }),
    file_size: z.int().openapi({ example: 182_044, description: "Byte, setelah dibersihkan." }),
    exif: z
      .object({ orientation: z.int().min(1).max(8).optional(), gps: z.boolean() })
      .openapi({ example: { gps: true, orientation: 6 }, description: "gps: lokasi ditemukan dan dibuang." }),
    uploaded_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("Dokumen");

const angka = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, "harus bilangan bulat positif")
  .transform(Number)
  .pipe(z.int().max(Number.MAX_SAFE_INTEGER))
  .optional();

export const unggahSchema = z
  .strictObject({
    user_id: angka.openapi({
      type: "integer",
      format: "int64",
      minimum: 1,
      example: 1,
      description: "Wajib untuk petugas.",
    }),
    device_id: angka.openapi({ type: "integer", format: "int64", minimum: 1 }),
    doc_type: z.enum(JENIS).openapi({ example: "ktp" }),
    file: z
      .custom<File>((nilai) => nilai instanceof File, "harus berkas")
      .refine((berkas) => namaBerkas.safeParse(berkas.name).success, "nama berkasnya tidak dapat dipakai")
      .openapi({ type: "string", format: "binary", description: "JPEG, PNG, atau PDF, paling besar 5 MB." }),
  })
  .openapi("UnggahDokumen");

/** A file's name, as far as it tells of nobody. */
export const namaBerkas = bersihField(textField(1, 200));

export const saringan = {
  doc_type: z
    .enum(JENIS)
    .optional()
    .openapi({ param: { name: "doc_type", in: "query", required: false } }),
};

export const bacaSchema = z
  .strictObject({
    purpose: z.enum(TUJUAN).optional().openapi({ example: "verification" }),
    reason: alasanField().optional().openapi({ example: "Mencocokkan KTP permohonan PJ-20261120-7K3M" }),
  })
  .openapi("BacaDokumen");

export const tautanSchema = z
  .object({
    url: z.url().openapi({ example: "https://pintu.example/documents/1/file?token=eyJhbGciOi" }),
    expires_at: z.iso.datetime().openapi({ example: "2026-11-20T03:05:00.000Z" }),
  })
  .openapi("TautanDokumen");

export const tokenQuery = z.strictObject({
  token: z
    .string()
    .max(1_000)
    .openapi({
      description: "Dari POST /documents/{id}/link.",
      param: { name: "token", in: "query", required: true },
    }),
});
