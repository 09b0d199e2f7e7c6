import { z } from "@hono/zod-openapi";
import { idParam, textField } from "../../platform/http/fields.ts";
import { listQuery } from "../../platform/http/list.ts";
import { MAX_DEPOSIT, MIN_DEPOSIT } from "./deposit.ts";
import { statusDeposit } from "./table.ts";

export const bukaDepositSchema = z
  .strictObject({
    jumlah: z.int().min(MIN_DEPOSIT).max(MAX_DEPOSIT).multipleOf(1_000, "harus kelipatan 1.000").openapi({
      description: "Yang ingin diisi, rupiah, kelipatan 1.000; kode unik ditambahkan di atasnya.",
      example: 500_000,
    }),
  })
  .openapi("BukaDeposit");

const rupiah = z.int().min(0).openapi({ format: "int64" });

export const depositSchema = z
  .object({
    id: z.int().openapi({ format: "int64", example: 12 }),
    mitra_id: z.int().openapi({ format: "int64", example: 4 }),
    jumlah: rupiah.openapi({ example: 500_000 }),
    kode_unik: z.int().min(1).max(999).openapi({ example: 137 }),
    total: rupiah.openapi({
      description: "Yang harus ditransfer, persis; semuanya masuk ke saldo.",
      example: 500_137,
    }),
    status: z.enum(statusDeposit.enumValues).openapi({ example: "menunggu" }),
    dibuat_pada: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
    berlaku_sampai: z.iso.datetime().openapi({ example: "2026-11-21T03:00:00.000Z" }),
    rekening: z
      .string()
      .nullable()
      .openapi({ description: "Ke mana ditransfer.", example: "BCA 0123456789 a.n. PT Satu Pintu" }),
    lunas_pada: z.iso.datetime().nullable().openapi({ example: null }),
  })
  .openapi("Deposit");

export const depositParams = z.strictObject({ id: idParam("id") });

export const depositQuery = z.strictObject({
  ...listQuery,
  status: z
    .enum(statusDeposit.enumValues)
    .optional()
    .openapi({ param: { name: "status", in: "query", required: false } }),
});

/** The bank's name of a mutation. */
const idMutasiBank = () =>
  z.string().regex(/^[\x21-\x7e]{1,200}$/, "1 sampai 200 karakter ASCII tanpa spasi");

export const konfirmasiSchema = z
  .strictObject({
    keterangan: textField(1, 200).openapi({
      description: "Dari mana diketahui; tercatat di jurnal.",
      example: "Mutasi BCA 20 November 2026",
    }),
    mutasi_bank_id: idMutasiBank().optional().openapi({
      description: "Mutasi bank yang belum melunasi tiket mana pun; jumlahnya harus sama dengan total tiket.",
      example: "9xzJR0g2ezw",
    }),
  })
  .openapi("KonfirmasiDeposit");

export const mutasiBankQuery = z.strictObject({
  limit: listQuery.limit,
  before: idMutasiBank()
    .optional()
    .openapi({
      description: "Hanya yang lebih lama dari mutasi ini; ikuti header Link.",
      example: "9xzJR0g2ezw",
      param: { name: "before", in: "query", required: false },
    }),
  cocok: z
    .enum(["ya", "tidak"])
    .transform((cocok) => cocok === "ya")
    .optional()
    .openapi({
      type: "string",
      enum: ["ya", "tidak"],
      description: "Hanya yang melunasi tiket, atau hanya yang tidak.",
      param: { name: "cocok", in: "query", required: false },
    }),
});

export const mutasiBankSchema = z
  .object({
    id: z.string().openapi({ description: "Milik bank atau perantaranya.", example: "9xzJR0g2ezw" }),
    jumlah: rupiah.openapi({ example: 500_137 }),
    keterangan: z.string().openapi({ example: "TRSF E-BANKING CR BUDI SANTOSO" }),
    waktu: z.iso.datetime().openapi({
      description: "Saat diberitahukan kepada kami.",
      example: "2026-11-20T03:10:00.000Z",
    }),
    deposit_id: z
      .int()
      .nullable()
      .openapi({ format: "int64", description: "Tiket yang dilunasinya; null bila belum ada.", example: 12 }),
  })
  .openapi("MutasiBank");

/** The most mutations of one call. */
const MAX_MUTASI = 1000;

const satuMutasi = z.looseObject({}).openapi("MutasiBankMasuk", {
  description:
    "`mutation_id` atau `id`, `amount` (rupiah bulat), `type` (`CR`/`K` masuk, `DB`/`D` keluar), `description`.",
  example: {
    mutation_id: "9xzJR0g2ezw",
    amount: 500_137,
    type: "CR",
    description: "TRSF E-BANKING CR BUDI SANTOSO",
    date: "2026-11-20 10:10:00",
  },
});

/** By its name: the array is taken as it comes, so that one entry that cannot be read loses no other. */
const MUTASI_MASUK = { $ref: "#/components/schemas/MutasiBankMasuk" };

export const webhookBankSchema = z.union([z.array(z.unknown()).max(MAX_MUTASI), satuMutasi]).openapi({
  anyOf: [{ type: "array", items: MUTASI_MASUK, maxItems: MAX_MUTASI }, MUTASI_MASUK],
});

export const diterimaSchema = z
  .object({
    status: z.literal("ok"),
    diterima: z.int().openapi({ description: "Mutasi masuk yang baru bagi kami.", example: 1 }),
    lunas: z.int().openapi({ description: "Dari itu, yang melunasi tiket.", example: 1 }),
    dilewati: z.int().openapi({ description: "Yang tidak terbaca.", example: 0 }),
  })
  .openapi("MutasiBankDiterima");
