import { z } from "@hono/zod-openapi";
import { keyField, MAX_INT4 } from "../../platform/http/fields.ts";
import { listQuery, wholeQuery } from "../../platform/http/list.ts";
import { inOrder, periodQuery } from "../../platform/http/period.ts";
import { statusTransaksi } from "../transaksi/table.ts";

const dicari = (name: string, description: string) => ({
  description,
  param: { name, in: "query" as const, required: false },
});

export const riwayatQuery = z
  .strictObject({
    status: z
      .enum(statusTransaksi.enumValues)
      .optional()
      .openapi(dicari("status", "Hanya yang berstatus ini.")),
    produk_id: wholeQuery(MAX_INT4)
      .optional()
      .openapi({
        type: "integer",
        format: "int32",
        minimum: 1,
        maximum: MAX_INT4,
        ...dicari("produk_id", "Hanya produk ini."),
      }),
    nomor_tujuan: z
      .string()
      .trim()
      .regex(/^[0-9A-Za-z+][0-9A-Za-z.,+-]{3,49}$/, "4 sampai 50 angka atau huruf, tanpa spasi")
      .optional()
      .openapi(dicari("nomor_tujuan", "Hanya nomor tujuan ini, utuh.")),
    ref_id: keyField()
      .optional()
      .openapi(dicari("ref_id", "Pembelian dengan Idempotency-Key atau ref_id ini.")),
    ...periodQuery,
    ...listQuery,
  })
  .refine(...inOrder);

export const laporanQuery = z
  .strictObject({
    ...periodQuery,
    format: z
      .enum(["json", "csv"])
      .optional()
      .openapi(dicari("format", "Tanpa ini menurut header Accept: text/csv, selain itu JSON.")),
    pemisah: z
      .enum(["koma", "titik-koma"])
      .default("koma")
      .openapi({
        default: "koma",
        ...dicari("pemisah", "Pemisah kolom CSV. Excel berbahasa Indonesia membaca titik koma."),
      }),
  })
  .refine(...inOrder);

const rupiah = (description: string, example: number) =>
  z.int().openapi({ format: "int64", description, example });

const waktu = () => z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" });

export const barisLaporanSchema = z
  .object({
    id: z.int().openapi({ example: 4 }),
    waktu: waktu(),
    selesai_pada: waktu().nullable(),
    produk_id: z.int().openapi({ example: 1 }),
    kode_produk: z.string().openapi({ example: "pulsa10" }),
    nama_produk: z.string().openapi({ example: "Pulsa 10k" }),
    nomor_tujuan: z.string().openapi({ example: "08123456789" }),
    nominal: rupiah("Rupiah.", 10_000),
    harga: rupiah("Yang dibayar mitra, rupiah.", 12_000),
    status: z.enum(statusTransaksi.enumValues).openapi({ example: "sukses" }),
    sn: z.string().nullable().openapi({ example: "0123456789" }),
    ref_id: z.string().nullable().openapi({ example: "pesanan-20261120-0001" }),
    hasil_eksekusi: z.string().nullable(),
  })
  .openapi("BarisLaporan");

export const laporanSchema = z
  .object({
    dari: waktu(),
    sampai: waktu().openapi({ description: "Tidak termasuk saat ini sendiri." }),
    transaksi: z.array(barisLaporanSchema).openapi({ description: "Terlama dulu." }),
    ringkasan: z.object({
      transaksi: z.int().openapi({ example: 1 }),
      sukses: z.int().openapi({ example: 1 }),
      gagal: z.int().openapi({ example: 0 }),
      terbuka: z.int().openapi({ description: "Pending atau proses.", example: 0 }),
      nilai_sukses: rupiah("Harga semua yang sukses, rupiah.", 12_000),
      nilai_terbuka: rupiah("Harga semua yang belum selesai, rupiah.", 0),
      saldo_awal: rupiah("Saldo tersedia tepat sebelum periode, rupiah.", 100_000),
      saldo_akhir: rupiah("Saldo tersedia di akhir periode, rupiah.", 88_000),
    }),
  })
  .openapi("Laporan");

export const laporanAnswerHeaders = z.object({
  "Content-Disposition": z
    .string()
    .optional()
    .openapi({ description: "Nama berkas, untuk CSV.", example: "attachment; filename*=UTF-8''laporan.csv" }),
});
