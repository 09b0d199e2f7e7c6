import { z } from "@hono/zod-openapi";
import { idParam, MAX_INT4, textField } from "../../platform/http/fields.ts";
import { listQuery, wholeQuery } from "../../platform/http/list.ts";
import { jenisAturan } from "../produk/table.ts";

/** The largest value: a billion rupiah, or for `persen` a thousand percent. */
const MAX_NILAI = 1_000_000_000;
const MAX_PERSEN = 100_000;

const tier = z
  .string()
  .regex(/^[a-z0-9-]{1,30}$/, "1 sampai 30 huruf kecil, angka, atau -")
  .openapi({ type: "string", minLength: 1, maxLength: 30, example: "standar" });
const jenis = z.enum(jenisAturan.enumValues);

export const aturanSchema = z
  .object({
    id: z.int().openapi({ example: 5 }),
    mitra_id: z.int().nullable().openapi({ example: 4 }),
    tier: z.string().nullable().openapi({ example: null }),
    produk_id: z.int().nullable().openapi({ example: 1 }),
    kategori: z.string().nullable().openapi({ example: null }),
    jenis: jenis.openapi({ example: "markup" }),
    nilai: z.int().openapi({ example: 500 }),
    diubah_pada: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("AturanHarga");

export const isiAturanSchema = z
  .strictObject({
    mitra_id: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional().openapi({
      format: "int64",
      description: "Untuk mitra ini. Tanpa mitra_id dan tier: untuk semua.",
      example: 4,
    }),
    tier: tier.optional().openapi({ description: "Untuk mitra di tier ini." }),
    produk_id: z.int().min(1).max(MAX_INT4).optional().openapi({
      description: "Tentang produk ini. Tanpa produk_id dan kategori: tentang semua produk.",
      example: 1,
    }),
    kategori: textField(1, 100).optional().openapi({
      description: "Tentang kategori ini, persis seperti di produk.",
      example: "pulsa",
    }),
    jenis: jenis.openapi({
      description:
        "tetap: harga itu; markup: rupiah di atas harga biller; persen: perseratus persen di atasnya.",
      example: "markup",
    }),
    nilai: z
      .int()
      .min(0)
      .max(MAX_NILAI)
      .openapi({ description: "Rupiah; untuk persen perseratus persen: 250 berarti 2,5%.", example: 500 }),
  })
  .superRefine((isi, issues) => {
    const salah = (path: keyof typeof isi, message: string) =>
      issues.addIssue({ code: "custom", path: [path], message });
    if (isi.mitra_id !== undefined && isi.tier !== undefined) salah("tier", "pilih mitra_id atau tier");
    if (isi.produk_id !== undefined && isi.kategori !== undefined)
      salah("kategori", "pilih produk_id atau kategori");
    if (isi.jenis === "tetap" && isi.produk_id === undefined)
      salah("produk_id", "harga tetap membutuhkan produk_id");
    if (isi.jenis === "persen" && isi.nilai > MAX_PERSEN) salah("nilai", `paling banyak ${MAX_PERSEN}`);
  })
  .openapi("IsiAturanHarga");

const idQuery = (name: string, most: number) =>
  wholeQuery(most)
    .optional()
    .openapi({ type: "integer", minimum: 1, maximum: most, param: { name, in: "query", required: false } });

export const aturanQuery = z.strictObject({
  ...listQuery,
  mitra_id: idQuery("mitra_id", Number.MAX_SAFE_INTEGER),
  tier: tier.optional().openapi({ param: { name: "tier", in: "query", required: false } }),
  produk_id: idQuery("produk_id", MAX_INT4),
});

export const aturanParams = z.strictObject({ id: idParam("id", MAX_INT4) });
