import { z } from "@hono/zod-openapi";
import { idParam } from "../../platform/http/fields.ts";
import { wholeQuery } from "../../platform/http/list.ts";
import { MAX_WIRE_RUPIAH } from "../../platform/money.ts";
import { statusTransaksi } from "../transaksi/table.ts";

export const strukParams = z.strictObject({ id: idParam("id") });

export const strukQuery = z.strictObject({
  format: z
    .enum(["json", "teks", "html"])
    .optional()
    .openapi({
      description: "Tanpa ini menurut header Accept: text/html, text/plain, selain itu JSON.",
      param: { name: "format", in: "query", required: false },
    }),
  harga_jual: wholeQuery(MAX_WIRE_RUPIAH)
    .optional()
    .openapi({
      type: "integer",
      format: "int64",
      minimum: 1,
      maximum: MAX_WIRE_RUPIAH,
      description:
        "Yang dibayar pelanggan, rupiah; tercetak sebagai total. Tanpa ini: jumlah tagihan, bila ada.",
      param: { name: "harga_jual", in: "query", required: false },
    }),
});

const rupiah = (description: string, example: number | null) =>
  z.int().nullable().openapi({ format: "int64", description, example });

const waktu = z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" });

export const strukSchema = z
  .object({
    id: z.int().openapi({ example: 4 }),
    status: z.enum(statusTransaksi.enumValues).openapi({ example: "sukses" }),
    judul: z.string().openapi({ example: "STRUK PEMBAYARAN" }),
    peringatan: z.string().nullable().openapi({ description: "Ada bila ini bukan bukti pembelian." }),
    merchant: z.string().openapi({ example: "Toko Budi" }),
    produk: z.string().openapi({ example: "PLN Pascabayar" }),
    nomor_tujuan: z.string().openapi({ example: "530000000001" }),
    nama_pelanggan: z.string().nullable().openapi({ example: "SITI AMINAH" }),
    periode: z.string().nullable().openapi({ example: "202611" }),
    lembar: z.int().nullable().openapi({ example: 1 }),
    nominal: rupiah("Rupiah; null untuk tagihan.", null),
    tagihan: rupiah("Tanpa denda dan admin, rupiah; null bila bukan tagihan.", 100_000),
    denda: rupiah("Rupiah.", null),
    admin: rupiah("Rupiah.", 2_500),
    layanan: rupiah("Selisih total dengan jumlah tagihan, rupiah.", null),
    total: rupiah("Yang dibayar pelanggan, rupiah; null bila tidak diketahui.", 102_500),
    sn: z.string().nullable().openapi({ description: "Hanya bila sukses.", example: "0123456789" }),
    token: z
      .object({
        token: z.string().openapi({ example: "1234 5678 9012 3456 7890" }),
        nama: z.string().nullable().openapi({ example: "SITI AMINAH" }),
        tarif: z.string().nullable().openapi({ example: "R1" }),
        daya: z.string().nullable().openapi({ example: "450VA" }),
        kwh: z.number().nullable().openapi({ example: 11 }),
      })
      .nullable()
      .openapi({ description: "Untuk token PLN." }),
    waktu,
    selesai_pada: waktu.nullable(),
  })
  .openapi("Struk");
