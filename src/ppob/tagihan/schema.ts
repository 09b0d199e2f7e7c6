import { z } from "@hono/zod-openapi";
import { idParam, MAX_INT4 } from "../../platform/http/fields.ts";

export const tanyaTagihanSchema = z
  .strictObject({
    produk_id: z.int().min(1).max(MAX_INT4).openapi({ format: "int32", example: 4 }),
    nomor_pelanggan: z
      .string()
      .trim()
      .regex(/^[0-9A-Za-z][0-9A-Za-z.,-]{3,49}$/, "4 sampai 50 angka atau huruf, tanpa spasi")
      .openapi({ description: "Nomor pelanggan, meter, plat, atau kode bayar.", example: "530000000001" }),
    nominal: z.int().min(1_000).max(100_000_000).optional().openapi({
      description: "Rupiah; hanya untuk produk yang nominalnya bebas (e-money).",
      example: 50_000,
    }),
    tahun: z
      .int()
      .min(1990)
      .max(2100)
      .optional()
      .openapi({ description: "Tahun pajak (PBB).", example: 2026 }),
    nomor_kedua: z
      .string()
      .trim()
      .regex(/^[0-9A-Za-z]{4,30}$/, "4 sampai 30 angka atau huruf")
      .optional()
      .openapi({ description: "Nomor kedua yang diminta sebagian tagihan (SAMSAT: nomor identitas)." }),
  })
  .openapi("TanyaTagihan");

const rupiah = z.int().openapi({ format: "int64" });

export const tagihanSchema = z
  .object({
    id: z.int().openapi({ example: 7 }),
    produk_id: z.int().openapi({ example: 4 }),
    nomor_pelanggan: z.string().openapi({ example: "530000000001" }),
    nama_pelanggan: z.string().openapi({ example: "BUDI SANTOSO" }),
    periode: z.string().nullable().openapi({ example: "202611" }),
    lembar: z.int().nullable().openapi({ description: "Banyaknya tagihan di dalamnya.", example: 1 }),
    tagihan: rupiah.openapi({ description: "Tanpa biaya admin.", example: 98_000 }),
    admin: rupiah.nullable().openapi({ description: "Biaya admin.", example: 2_500 }),
    total: rupiah.openapi({ description: "Yang dibayar pelanggan.", example: 100_500 }),
    harga: rupiah.openapi({ description: "Yang dipotong dari saldo mitra.", example: 99_500 }),
    rincian: z.unknown().openapi({
      description: "Menurut jenis tagihan, sebagaimana diberikan biller.",
      example: { daya: 900 },
    }),
    diminta_pada: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
    berlaku_sampai: z.iso.datetime().openapi({ example: "2026-11-20T03:30:00.000Z" }),
    transaksi_id: z.int().nullable().openapi({ description: "Pembayarannya; null selama belum dibayar." }),
  })
  .openapi("Tagihan");

export const tagihanParams = z.strictObject({ id: idParam("id") });

export const cekPlnSchema = z
  .strictObject({
    nomor: z
      .string()
      .trim()
      .regex(/^\d{10,12}$/, "harus nomor meter (11 angka) atau ID pelanggan (12 angka)")
      .openapi({ example: "12345678901" }),
  })
  .openapi("CekPln");

export const pelangganPlnSchema = z
  .object({
    nomor: z.string().openapi({ example: "12345678901" }),
    nama: z.string().openapi({ example: "BUDI SANTOSO" }),
    meter: z.string().openapi({ example: "12345678901" }),
    id_pelanggan: z.string().openapi({ example: "530000000001" }),
    daya: z.string().openapi({ example: "R1 /000001300" }),
  })
  .openapi("PelangganPln");
