import { z } from "@hono/zod-openapi";

const JENIS = ["access", "erasure"] as const;
const STATUS = ["received", "done", "cancelled"] as const;
const waktu = z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" });

export const permintaanSchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    user_id: z.int().openapi({ example: 1 }),
    kind: z.enum(JENIS).openapi({ example: "erasure" }),
    status: z.enum(STATUS).openapi({ example: "received" }),
    received_at: waktu,
    due_at: waktu.openapi({ description: "72 jam setelah diterima." }),
    execute_at: waktu
      .nullable()
      .openapi({ description: "Kapan dilaksanakan; sampai saat itu dapat dibatalkan." }),
    completed_at: waktu.nullable(),
  })
  .openapi("PermintaanPrivasi");

export const saringan = {
  kind: z
    .enum(JENIS)
    .optional()
    .openapi({ param: { name: "kind", in: "query", required: false } }),
  status: z
    .enum(STATUS)
    .optional()
    .openapi({ param: { name: "status", in: "query", required: false } }),
};

const baris = z.array(z.record(z.string(), z.unknown()));

export const dataSchema = z
  .object({
    generated_at: waktu,
    account: z.object({
      id: z.int(),
      name: z.string(),
      email: z.string(),
      username: z.string().nullable(),
      created_at: waktu,
    }),
    user: z.object({
      id: z.int(),
      external_user_id: z.uuid(),
      name: z.string(),
      phone: z.string().nullable(),
      email: z.string().nullable(),
      dob: z.iso.date().nullable(),
      gender: z.string().nullable(),
      national_id: z.string().nullable(),
      nik_flag: z.string().nullable().openapi({ description: "Mengapa NIK perlu dilihat petugas." }),
      created_at: waktu,
      updated_at: waktu,
    }),
    devices: baris,
    addresses: baris,
    bank_accounts: baris,
    employment: baris,
    documents: baris,
    emergency_contacts: baris,
    telemetry_events: baris,
    crash_reports: baris,
    notifications: baris,
    consents: baris,
    privacy_requests: baris,
    loan_applications: baris,
    loan_instalments: baris,
    loan_repayments: baris,
    access_log: z
      .array(
        z.object({
          at: waktu,
          actor: z.string(),
          action: z.string(),
          table: z.string(),
          id: z.string().nullable(),
          details: z.unknown(),
        }),
      )
      .openapi({ description: "Siapa membaca dan mengubah data ini, terbaru dulu." }),
    truncated: z.array(z.string()).openapi({
      example: [],
      description: "Bagian yang mungkin terpotong: 5.000 baris, kejadian dan laporan kerusakan 500.",
    }),
  })
  .openapi("DataSaya");
