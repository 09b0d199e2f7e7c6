import { z } from "@hono/zod-openapi";
import { idParam, keyField, textField } from "../../platform/http/fields.ts";
import { listQuery } from "../../platform/http/list.ts";
import { inOrder, periodQuery } from "../../platform/http/period.ts";
import { MAX_WIRE_RUPIAH } from "../../platform/money.ts";
import { JENIS_MUTASI } from "./repo.ts";
import { MAX_ISI } from "./saldo.ts";

export const isiSaldoParams = z.strictObject({ id: idParam("id") });

export const isiSaldoSchema = z
  .strictObject({
    jumlah: z
      .int()
      .min(1)
      .max(MAX_ISI)
      .openapi({ format: "int64", description: "Rupiah.", example: 500_000 }),
    keterangan: textField(1, 200).openapi({
      description: "Dari mana uangnya; tercatat di jurnal.",
      example: "Transfer BCA 20 November 2026",
    }),
    kunci: keyField().openapi({
      description:
        "Kunci dan isi yang sama berarti pengisian yang sama, sekali saja. Berlaku selamanya, untuk semua mitra.",
      example: "mutasi-bca-20261120-0001",
    }),
  })
  .openapi("IsiSaldo");

export const saldoTerisiSchema = z
  .object({
    id: z.int().openapi({ description: "Nomor jurnal.", example: 7 }),
    mitra_id: z.int().openapi({ example: 4 }),
    jumlah: z.int().openapi({ example: 500_000 }),
    saldo: z.int().max(MAX_WIRE_RUPIAH).openapi({
      format: "int64",
      description: "Saldo tersedia tepat setelah pengisian ini.",
      example: 588_000,
    }),
    keterangan: z.string().openapi({ example: "Transfer BCA 20 November 2026" }),
    waktu: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("SaldoTerisi");

export const isiSaldoAnswerHeaders = z.object({
  "Idempotency-Replayed": z.literal("true").optional().openapi({
    description: "Ada bila kunci ini sudah pernah dipakai: jawaban lama, tanpa pengisian baru.",
  }),
});

const rupiah = z.int().min(0).max(MAX_WIRE_RUPIAH).openapi({ format: "int64" });

export const saldoSchema = z
  .object({
    tersedia: rupiah.openapi({ description: "Yang dapat dibelanjakan, rupiah.", example: 88_000 }),
    ditahan: rupiah.openapi({ description: "Ditahan pembelian yang belum selesai.", example: 12_000 }),
    waktu: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("Saldo");

export const mutasiQuery = z
  .strictObject({
    ...listQuery,
    ...periodQuery,
    jenis: z
      .enum(JENIS_MUTASI)
      .optional()
      .openapi({ param: { name: "jenis", in: "query", required: false } }),
  })
  .refine(...inOrder);

export const mutasiSchema = z
  .object({
    id: z.int().openapi({ format: "int64", example: 42 }),
    waktu: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
    jenis: z.enum(JENIS_MUTASI).openapi({
      description:
        "`beli`: ditahan untuk pembelian. `gagal`, `kembali`: dikembalikan. `isi_saldo`, `deposit`, `saldo_awal`: uang masuk.",
      example: "beli",
    }),
    jumlah: z
      .int()
      .openapi({ format: "int64", description: "Rupiah; yang keluar negatif.", example: -12_000 }),
    saldo: rupiah.openapi({ description: "Saldo tersedia tepat sesudahnya.", example: 88_000 }),
    transaksi_id: z.int().nullable().openapi({ format: "int64", example: 7 }),
    keterangan: z.string().nullable().openapi({ example: null }),
  })
  .openapi("Mutasi");
