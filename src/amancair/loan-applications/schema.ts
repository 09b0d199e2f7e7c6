import { z } from "@hono/zod-openapi";
import { bersihField } from "../batas/batas.ts";
import { userIdField, userQuery } from "../crud/crud.ts";
import { dateField, keyField, paragraphField, textField } from "../../platform/http/fields.ts";
import { listQuery, wholeQuery } from "../../platform/http/list.ts";
import { MAX_WIRE_RUPIAH } from "../../platform/money.ts";
import { KYC_CODES } from "./kyc.ts";
import { STATUSES } from "./status.ts";

const MAX_TENOR = 60;
/** Together with as much interest again, a loan still fits a JSON number. */
const MAX_PINJAMAN = Math.floor(MAX_WIRE_RUPIAH / 2);
/** One per cent of the principal a day, in parts per million: beyond every cap there was. */
const MAX_BUNGA = 10_000;

const rupiah = (least: number, example: number, most = MAX_WIRE_RUPIAH) =>
  z.int().min(least).max(most).openapi({ format: "int64", description: "Rupiah.", example });
const idField = (example: number) =>
  z.int().min(1).max(Number.MAX_SAFE_INTEGER).openapi({ format: "int64", example });
const waktu = z.iso.datetime().nullable().openapi({ example: "2026-11-20T03:00:00.000Z" });
const tenor = z.int().min(1).max(MAX_TENOR).openapi({ description: "Bulan.", example: 6 });
const bunga = z.int().min(0).max(MAX_BUNGA).openapi({
  description: "Bunga flat per hari, dalam persejuta pokok: 3000 adalah 0,3 % sehari.",
  example: 3_000,
});
const persen = (least: number, example: number) => z.int().min(least).max(100).openapi({ example });
const tenorQuery = wholeQuery(MAX_TENOR).openapi({
  type: "integer",
  minimum: 1,
  maximum: MAX_TENOR,
  example: 6,
  param: { name: "term_months", in: "query", required: true },
});

export const ajukanSchema = z
  .strictObject({
    ...userIdField,
    amount: rupiah(1, 3_000_000),
    term_months: tenor,
    purpose: textField(1, 200).nullish().openapi({ example: "Modal warung" }),
  })
  .openapi("AjukanPinjaman");

export const pinjamanQuery = z.strictObject({
  ...listQuery,
  ...userQuery,
  status: z
    .enum(STATUSES)
    .optional()
    .openapi({ example: "review", param: { name: "status", in: "query", required: false } }),
});

export const pinjamanSchema = z
  .object({
    id: idField(7),
    user_id: idField(4),
    application_no: z.string().openapi({ example: "PJ-20261120-4K7T0QVB" }),
    amount: rupiah(1, 3_000_000),
    term_months: tenor,
    status: z.enum(STATUSES).openapi({ example: "submitted" }),
    purpose: z.string().nullable().openapi({ example: "Modal warung" }),
    officer_id: idField(2).nullable().openapi({ description: "Akun peninjaunya." }),
    first_approver_id: idField(2).nullable().openapi({ description: "Yang pertama dari dua penyetuju." }),
    decided_by: idField(2).nullable(),
    submitted_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
    decision_at: waktu,
    decision_note: z.string().nullable().openapi({ example: "Penghasilan tetap, riwayat baik." }),
    daily_rate_ppm: bunga.nullable(),
    bank_account_id: idField(3).nullable(),
    disbursed_at: waktu,
    transfer_reference: z.string().nullable().openapi({
      description: "Nomor transfer; setelah pencairan gagal, keterangan bank.",
      example: "BCA-20261120-0001",
    }),
    activated_at: waktu,
    closed_at: waktu,
  })
  .openapi("Pinjaman");

const instalmentSchema = z
  .object({
    number: z.int().min(1).openapi({ example: 1 }),
    due_on: z.iso.date().openapi({ example: "2026-12-20" }),
    principal: rupiah(0, 500_000),
    interest: rupiah(0, 271_500),
  })
  .openapi("Angsuran");

export const pinjamanLengkapSchema = pinjamanSchema
  .extend({
    instalments: z.array(
      instalmentSchema
        .extend({ principal_paid: rupiah(0, 0), interest_paid: rupiah(0, 0) })
        .openapi("AngsuranPinjaman"),
    ),
    outstanding_principal: rupiah(0, 3_000_000),
    outstanding_interest: rupiah(0, 1_629_000),
    approvals_needed: z.int().min(0).max(2).openapi({
      description: "Paling sedikit berapa orang lagi menyetujui; bersama pinjaman lain bisa dua.",
      example: 0,
    }),
  })
  .openapi("PinjamanLengkap");

export const pinjamanDinilaiSchema = pinjamanLengkapSchema
  .extend({
    missing: z
      .array(
        z.object({
          code: z.enum(KYC_CODES).openapi({ example: "ktp" }),
          detail: z.string().openapi({ example: "Foto KTP belum diunggah" }),
        }),
      )
      .openapi({
        description:
          "Yang masih kurang dari nasabahnya untuk disetujui; kosong setelah diputuskan, dan bila tidak ada aturan untuk tenornya lagi.",
      }),
  })
  .openapi("PinjamanDinilai");

export const tinjauSchema = z
  .strictObject({
    officer_id: idField(2)
      .optional()
      .openapi({ description: "Akun peninjau; selain diri sendiri hanya ditunjuk admin." }),
  })
  .openapi("TinjauPinjaman");

export const putuskanSchema = z
  .strictObject({
    decision: z.enum(["approve", "reject"]).openapi({ example: "approve" }),
    note: paragraphField(10, 1_000).openapi({
      description: "Alasannya; terlihat oleh nasabah.",
      example: "Penghasilan tetap, riwayat baik.",
    }),
    daily_rate_ppm: bunga.optional(),
    nik_checked: z
      .boolean()
      .optional()
      .openapi({ description: "NIK yang ditandai sudah dilihat orang dan diterima.", example: true }),
  })
  .refine(({ decision, daily_rate_ppm: rate }) => decision === "approve" || rate === undefined, {
    path: ["daily_rate_ppm"],
    message: "hanya untuk menyetujui",
  })
  .openapi("PutuskanPinjaman");

export const cairkanSchema = z.strictObject({ bank_account_id: idField(3) }).openapi("CairkanPinjaman");

export const pencairanSchema = z
  .strictObject({
    result: z.enum(["arrived", "failed"]).openapi({ example: "arrived" }),
    reference: textField(1, 100).openapi({
      description: "Nomor transfer, atau keterangan bank mengapa gagal.",
      example: "BCA-20261120-0001",
    }),
  })
  .openapi("HasilPencairan");

export const bayarSchema = z
  .strictObject({
    amount: rupiah(1, 771_500),
    key: keyField().openapi({
      description:
        "Kunci dan isi yang sama berarti pembayaran yang sama, sekali saja. Berlaku selamanya, untuk semua pinjaman.",
      example: "mutasi-bca-20261220-0001",
    }),
    note: bersihField(textField(1, 200))
      .nullish()
      .openapi({
        type: ["string", "null"],
        minLength: 1,
        maxLength: 200,
        example: "Transfer BCA 20 Desember 2026",
        description:
          "Tercatat di jurnal, dan tidak dapat dihapus; alamat email dan nomor panjang di dalamnya dibuang.",
      }),
  })
  .openapi("BayarAngsuran");

export const angsuranQuery = z.strictObject(listQuery);

export const angsuranMasukSchema = z
  .object({
    id: idField(12).openapi({ description: "Nomor jurnal." }),
    loan_id: idField(7),
    amount: rupiah(1, 771_500),
    principal: rupiah(0, 500_000),
    interest: rupiah(0, 271_500),
    outstanding_principal: rupiah(0, 2_500_000).openapi({
      description: "Sisa pokok tepat setelah pembayaran ini.",
    }),
    key: z.string().openapi({ example: "mutasi-bca-20261220-0001" }),
    note: z.string().nullable().openapi({ example: "Transfer BCA 20 Desember 2026" }),
    received_at: z.iso.datetime().openapi({ example: "2026-12-20T03:00:00.000Z" }),
  })
  .openapi("AngsuranMasuk");

export const bayarAnswerHeaders = z.object({
  "Idempotency-Replayed": z.literal("true").optional().openapi({
    description: "Ada bila kunci ini sudah pernah dipakai: jawaban lama, tanpa pembayaran baru.",
  }),
});

export const simulasiQuery = z.strictObject({
  amount: wholeQuery(MAX_WIRE_RUPIAH).openapi({
    type: "integer",
    format: "int64",
    minimum: 1,
    maximum: MAX_WIRE_RUPIAH,
    example: 3_000_000,
    param: { name: "amount", in: "query", required: true },
  }),
  term_months: tenorQuery,
});

export const simulasiSchema = z
  .object({
    amount: rupiah(1, 3_000_000),
    term_months: tenor,
    daily_rate_ppm: bunga,
    total_interest: rupiah(0, 1_629_000),
    total: rupiah(1, 4_629_000),
    instalments: z.array(instalmentSchema),
  })
  .openapi("SimulasiPinjaman");

const aturan = {
  valid_from: dateField().openapi({ description: "Berlaku mulai hari ini (WIB).", example: "2027-01-01" }),
  max_term_months: tenor.openapi({ description: "Untuk tenor sampai sekian bulan." }),
  daily_rate_cap_ppm: bunga,
  total_cap_percent: persen(0, 100).openapi({ description: "Seluruh bunga paling banyak, persen pokok." }),
  min_amount: rupiah(1, 500_000, MAX_PINJAMAN),
  max_amount: rupiah(1, 20_000_000, MAX_PINJAMAN),
  second_person_above: rupiah(0, 10_000_000).openapi({
    description: "Di atas jumlah ini dua orang menyetujui.",
  }),
  max_dti_percent: persen(1, 30).openapi({
    description: "Angsuran sebulan paling banyak, persen penghasilan.",
  }),
};

export const aturanSchema = z.object({ id: idField(1), ...aturan }).openapi("AturanPinjaman");

export const tambahAturanSchema = z
  .strictObject(aturan)
  .refine(({ min_amount: min, max_amount: max }) => max >= min, {
    path: ["max_amount"],
    message: "tidak boleh di bawah min_amount",
  })
  .openapi("TambahAturanPinjaman");
