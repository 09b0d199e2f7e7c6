import { z } from "@hono/zod-openapi";
import { idParam, keyField } from "../../platform/http/fields.ts";
import { MAX_WIRE_RUPIAH } from "../../platform/money.ts";
import { statusTransaksi } from "./table.ts";

export const beliSchema = z
  .strictObject({
    produk_id: z.int().min(1).max(2_147_483_647).openapi({ format: "int32", example: 1 }),
    nomor_tujuan: z
      .string()
      .trim()
      .regex(/^[0-9+][0-9A-Za-z.,+-]{3,29}$/, "4 sampai 30 angka atau huruf, tanpa spasi")
      .openapi({ description: "Nomor HP, meter, atau pelanggan.", example: "08123456789" }),
    nominal: z.int().min(1).max(MAX_WIRE_RUPIAH).optional().openapi({
      format: "int64",
      description: "Wajib untuk produk bebas nominal; selain itu harus sama dengan nominal produk.",
      example: 10_000,
    }),
    harga_maks: z.int().min(1).max(MAX_WIRE_RUPIAH).optional().openapi({
      format: "int64",
      description: "Pembelian ditolak bila harganya sekarang di atas ini, rupiah.",
      example: 12_000,
    }),
    ref_id: keyField().optional().openapi({
      description: "Sama dengan header Idempotency-Key, untuk klien yang tidak dapat mengirim header.",
    }),
  })
  .openapi("Pembelian");

export const beliHeaders = z.object({
  "Idempotency-Key": keyField().optional().openapi({
    description:
      "Kunci dan isi yang sama berarti pembelian yang sama, sekali saja. Berlaku selamanya, per mitra.",
    example: "pesanan-20261120-0001",
  }),
});

export const diterimaSchema = z
  .object({ id: z.int().openapi({ example: 4 }), status: z.literal("pending") })
  .openapi("PembelianDiterima");

export const transaksiSchema = z
  .object({
    id: z.int().openapi({ example: 4 }),
    produk_id: z.int().openapi({ example: 1 }),
    nomor_tujuan: z.string().openapi({ example: "08123456789" }),
    nominal: z.int().openapi({ example: 10_000 }),
    status: z.enum(statusTransaksi.enumValues).openapi({ example: "sukses" }),
    waktu: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
    hasil_eksekusi: z.string().nullable().openapi({
      example: "Transaksi PPOB berhasil! SN: 0123456789",
      description: "Null selama belum selesai.",
    }),
  })
  .openapi("Transaksi");

export const statusParams = z.strictObject({ id: idParam("id") });

export const pesanAntrean = z
  .strictObject({ transaksi_id: z.int().min(1).max(Number.MAX_SAFE_INTEGER) })
  .openapi("PesanAntrean");

/** Signed over its exact bytes, so it is declared as bytes; its shape is the biller's. */
export const webhookSchema = z.string().openapi({ format: "binary" });

export const beliAnswerHeaders = z.object({
  "Idempotency-Replayed": z
    .literal("true")
    .optional()
    .openapi({ description: "Ada bila kunci ini sudah pernah dipakai: jawaban lama, tanpa pembelian baru." }),
});
