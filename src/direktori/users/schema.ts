import { z } from "@hono/zod-openapi";
import {
  dateField,
  e164Field,
  emailField,
  idParam,
  MAX_INT4,
  paragraphField,
  telephoneField,
  textField,
} from "../../platform/http/fields.ts";
import { skipQuery, wholeQuery } from "../../platform/http/list.ts";

const idJabatan = z.int().min(1).max(MAX_INT4).openapi({ format: "int32", example: 1 });

export const pegawaiSchema = z
  .object({
    id_user: z.int().openapi({ example: 1 }),
    nama: z.string().openapi({ example: "John Doe" }),
    alamat: z.string().openapi({ example: "Jl. Contoh No. 123" }),
    telepon: z.string().openapi({ example: "081234567890" }),
    id_jabatan: idJabatan,
  })
  .openapi("Pegawai", { description: "User dari direktori staf." });

export const nasabahSchema = z
  .object({
    id: z.int().openapi({ example: 2 }),
    external_user_id: z.uuid().openapi({ example: "0b7c3f0e-6f0a-4f2e-9a51-3f6d6c1d9a11" }),
    name: z.string().openapi({ example: "Budi" }),
    phone: z.string().nullable().openapi({ example: "+6281*****789", description: "Disamarkan." }),
    email: z.string().nullable().openapi({ example: "budi@example.com" }),
    dob: z.iso.date().nullable().openapi({ example: "1990-05-17" }),
    gender: z.string().nullable().openapi({ example: "L" }),
    national_id: z
      .string()
      .nullable()
      .openapi({ example: "3201********0001", description: "NIK, disamarkan." }),
    created_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
    updated_at: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("Nasabah", { description: "User dari aplikasi pinjaman." });

const ONE_OF = { unionPreferredType: "oneOf" } as const;

export const userSchema = z.union([pegawaiSchema, nasabahSchema]).openapi("User", {}, ONE_OF);

const isianPegawai = {
  nama: textField(1, 255).openapi({ example: "John Doe" }),
  alamat: paragraphField(1, 1_000).openapi({ example: "Jl. Contoh No. 123" }),
  telepon: telephoneField().openapi({ example: "081234567890" }),
  id_jabatan: idJabatan,
};

const isianNasabah = {
  name: textField(1, 100).openapi({ example: "Budi" }),
  phone: e164Field()
    .nullish()
    .openapi({ type: ["string", "null"] }),
  email: emailField().nullish().openapi({ example: "budi@example.com" }),
  dob: dateField().nullish().openapi({ example: "1990-05-17" }),
  gender: textField(1, 16).nullish().openapi({
    example: "L",
    description:
      "Dibandingkan dengan NIK bila L, laki-laki, pria, male, M, P, perempuan, wanita, female, atau F.",
  }),
  national_id: z
    .string()
    .regex(/^\d{16}$/, "harus 16 angka")
    .nullish()
    .openapi({ example: "3201011705900001", description: "NIK." }),
};

const tambahPegawai = z.strictObject(isianPegawai).openapi("TambahPegawai");
const tambahNasabah = z.strictObject(isianNasabah).openapi("TambahNasabah");

const SALAH_SATU =
  "kirim salah satu: isian pegawai (nama, alamat, telepon, id_jabatan) atau nasabah (name, phone, email, …)";

/**
 * Which kind it is, is told by the fields: the two have none in common. An `xor`, because a union that one shape nearly fits
 * hides from us how well the other does.
 */
export const tambahUserSchema = z
  .xor(
    [
      tambahPegawai.transform((pegawai) => ({ pegawai })),
      tambahNasabah.transform((nasabah) => ({ nasabah })),
    ],
    SALAH_SATU,
  )
  .openapi("TambahUser", {}, ONE_OF);

const ADA_ISI = [(isi: object) => Object.keys(isi).length > 0, "tidak ada yang diubah"] as const;

const ubahPegawai = z
  .strictObject(isianPegawai)
  .partial()
  .refine(...ADA_ISI)
  .openapi("UbahPegawai", { minProperties: 1 });
const ubahNasabah = z
  .strictObject(isianNasabah)
  .partial()
  .refine(...ADA_ISI)
  .openapi("UbahNasabah", { minProperties: 1 });

export const ubahUserSchema = z
  .xor(
    [ubahPegawai.transform((pegawai) => ({ pegawai })), ubahNasabah.transform((nasabah) => ({ nasabah }))],
    SALAH_SATU,
  )
  .openapi("UbahUser", {}, ONE_OF);

const dicari = {
  phone: e164Field(),
  national_id: z
    .string()
    .regex(/^\d{16}$/, "harus 16 angka")
    .openapi({ example: "3201011705900001" }),
  email: emailField().openapi({ example: "budi@example.com" }),
  imei: z
    .string()
    .regex(/^\d{14,16}$/, "harus 14 sampai 16 angka")
    .openapi({ example: "357890123456789" }),
  account_number: z
    .string()
    .max(30)
    .transform((text) => text.replaceAll(/[ .-]/g, ""))
    .pipe(z.string().regex(/^\d{6,20}$/, "harus 6 sampai 20 angka"))
    .openapi({ type: "string", minLength: 6, maxLength: 30, example: "1234567890" }),
};

export const cariSchema = z
  .strictObject(dicari)
  .partial()
  .transform((isi, issues) => {
    const { length } = Object.keys(isi);
    for (const kolom of ["phone", "national_id", "email", "imei", "account_number"] as const)
      if (length === 1 && isi[kolom] !== undefined) return { kolom, nilai: isi[kolom] };
    issues.addIssue({ code: "custom", message: "kirim tepat satu isian" });
    return z.NEVER;
  })
  .openapi("CariNasabah", { minProperties: 1, maxProperties: 1, example: { phone: "+628123456789" } });

export const petugasSchema = z
  .strictObject({
    officer_id: z.int().min(1).max(Number.MAX_SAFE_INTEGER).nullable().openapi({
      format: "int64",
      example: 3,
      description: "Id akun admin atau karyawan; null berarti tidak ada.",
    }),
  })
  .openapi("TunjukPetugas");

export const usersQuery = z.strictObject({
  ...skipQuery,
  kind: z
    .enum(["pegawai", "nasabah"])
    .optional()
    .openapi({
      description: "Hanya jenis ini; untuk direktori staf: pegawai.",
      param: { name: "kind", in: "query", required: false },
    }),
  id_jabatan: wholeQuery(MAX_INT4)
    .optional()
    .openapi({
      type: "integer",
      format: "int32",
      minimum: 1,
      maximum: MAX_INT4,
      description: "Hanya pegawai dengan jabatan ini.",
      param: { name: "id_jabatan", in: "query", required: false },
    }),
  q: z
    .string()
    .normalize("NFC")
    .trim()
    .max(100)
    .transform((q) => q || undefined)
    .optional()
    .openapi({
      type: "string",
      maxLength: 100,
      description:
        "Bagian dari nama, apa adanya, tanpa membedakan huruf besar dan kecil. Kosong berarti semua.",
      example: "budi",
      param: { name: "q", in: "query", required: false },
    }),
});

export const userParams = z.strictObject({ id: idParam("id") });
