import { z } from "@hono/zod-openapi";
import { idParam } from "../../platform/http/fields.ts";
import { listQuery, wholeQuery } from "../../platform/http/list.ts";
import { MAX_URL } from "./alamat-aman.ts";
import { peristiwa, statusKiriman } from "./table.ts";

const url = z.string().openapi({ example: "https://toko.example.com/webhook" });
const waktu = z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" });

export const isiCallback = z
  .strictObject({
    url: z.string().min(1).max(MAX_URL).openapi({
      example: "https://toko.example.com/webhook",
      description: "https di internet publik, port 443 atau 1024 ke atas.",
    }),
  })
  .openapi("PasangCallback");

export const callbackSchema = z
  .object({
    url,
    aktif: z.boolean().openapi({ example: true }),
    gagal_sejak: waktu.nullable().openapi({ description: "Sejak kapan tidak ada kiriman yang sampai." }),
    dimatikan_pada: waktu.nullable().openapi({
      description: "Kapan dimatikan karena terus gagal; pasang lagi dengan PUT.",
    }),
    diubah_pada: waktu,
  })
  .openapi("Callback");

export const callbackBerahasia = callbackSchema
  .extend({
    rahasia: z.string().openapi({
      example: "whsec_Bf0yWyZpI3GRUNEuvlrAoOWNq4Hm8WNxbPfDkxCTvHs=",
      description:
        "Rahasia tanda tangan (Standard Webhooks): `whsec_` lalu base64 dari HMAC-SHA256 atas teks `webhook` dengan kunci Private Key (64 karakternya sebagai teks). Ikut berganti bersama kunci.",
    }),
  })
  .openapi("CallbackBerahasia");

export const kirimanQuery = z.strictObject({
  ...listQuery,
  status: z
    .enum(statusKiriman.enumValues)
    .optional()
    .openapi({ param: { name: "status", in: "query", required: false } }),
  transaksi_id: wholeQuery(Number.MAX_SAFE_INTEGER)
    .optional()
    .openapi({
      type: "integer",
      format: "int64",
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      param: { name: "transaksi_id", in: "query", required: false },
    }),
});

export const kirimanParams = z.strictObject({ id: idParam("id") });

const kodeHttp = z
  .int()
  .nullable()
  .openapi({ example: 200, description: "Status HTTP; null bila tidak ada jawaban." });
const galat = z
  .string()
  .nullable()
  .openapi({ example: null, description: "Mengapa tidak sampai; null bila sampai." });
const ms = z.int().openapi({ example: 120, description: "Lamanya, milidetik." });

const percobaanSchema = z.object({ waktu, url, kode_http: kodeHttp, galat, ms }).openapi("PercobaanKiriman");

export const kirimanSchema = z
  .object({
    id: z.int().openapi({ example: 7 }),
    pesan_id: z.string().openapi({
      example: "msg_1f0c3a5b7d9e4c2a8b6d0e1f2a3b4c5d",
      description: "Header `webhook-id`: sama di setiap percobaan.",
    }),
    transaksi_id: z.int().openapi({ example: 4 }),
    peristiwa: z.enum(peristiwa.enumValues),
    status: z.enum(statusKiriman.enumValues),
    percobaan: z.int().openapi({ example: 1, description: "Berapa kali sudah dicoba." }),
    lanjut_pada: waktu.nullable().openapi({ description: "Paling lambat dicoba lagi; null bila selesai." }),
    dibuat_pada: waktu,
    terkirim_pada: waktu.nullable(),
    log: z.array(percobaanSchema).openapi({ description: "Sepuluh percobaan terakhir, terbaru dulu." }),
  })
  .openapi("Kiriman");

export const ulangSchema = z
  .object({ id: z.int().openapi({ example: 7 }), status: z.literal("menunggu") })
  .openapi("KirimanDiulang");

export const ujiSchema = z.object({ kode_http: kodeHttp, galat, ms }).openapi("UjiCallback");

export const pesanKiriman = z
  .strictObject({ kiriman_id: z.int().min(1).max(Number.MAX_SAFE_INTEGER) })
  .openapi("PesanKiriman");
