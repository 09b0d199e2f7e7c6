import { z } from "@hono/zod-openapi";
import { emailField, idParam, passwordField, textField } from "../platform/http/fields.ts";
import { listQuery } from "../platform/http/list.ts";
import { peranAkun } from "./table.ts";

const kataSandiBaru = passwordField(6).openapi({ description: "6 karakter sampai 72 byte." });

const nama = textField(1, 100).openapi({ example: "Admin User" });
const email = emailField().openapi({ example: "admin@example.com" });
const username = z
  .string()
  .regex(/^[A-Za-z0-9._-]{3,32}$/, "3 sampai 32 huruf, angka, titik, garis bawah atau tanda hubung")
  .openapi({ example: "admin", description: "Unik tanpa membedakan huruf besar dan kecil." });

export const daftarStafSchema = z
  .strictObject({ name: nama, email, username, password: kataSandiBaru, role: z.enum(["admin", "karyawan"]) })
  .openapi("DaftarStaf");

export const daftarStafHeaders = z.object({
  "x-bootstrap-token": z.string().max(200).optional().openapi({
    description: "Hanya di produksi dan hanya selama belum ada admin: rahasia BOOTSTRAP_TOKEN.",
  }),
});

export const daftarNasabahSchema = z
  .strictObject({
    name: nama.openapi({ example: "test" }),
    email: email.openapi({ example: "test@gmail.com" }),
    password: kataSandiBaru,
  })
  .openapi("DaftarNasabah");

export const akunSchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    name: z.string().openapi({ example: "Admin User" }),
    username: z
      .string()
      .nullable()
      .openapi({ example: "admin", description: "Null bagi nasabah yang mendaftar sendiri." }),
    email: z.string().openapi({ example: "admin@example.com" }),
    role: z.enum(peranAkun.enumValues).openapi({ example: "admin" }),
    created_at: z.iso.datetime().openapi({ example: "2025-01-01T10:00:00.000Z" }),
  })
  .openapi("Akun");

export const terdaftarSchema = z
  .object({ message: z.literal("Register success"), data: akunSchema })
  .openapi("StafTerdaftar");

const namaDanEmail = z.object({
  user: z.object({
    name: z.string().openapi({ example: "test" }),
    email: z.string().openapi({ example: "test@gmail.com" }),
  }),
});

export const nasabahTerdaftarSchema = z
  .object({ status: z.literal(201), message: z.literal("User registered successfully"), data: namaDanEmail })
  .openapi("NasabahTerdaftar");

export const infoSchema = z
  .object({
    status: z.literal(200),
    message: z.literal("User information retrieved successfully"),
    data: namaDanEmail,
  })
  .openapi("InfoPengguna");

const ADA_ISI = "tidak ada yang diubah";

export const ubahProfilSchema = z
  .strictObject({ name: nama.optional(), email: email.optional(), username: username.optional() })
  .refine((isi) => Object.keys(isi).length > 0, ADA_ISI)
  .openapi("UbahProfil", { minProperties: 1 });

export const gantiKataSandiSchema = z
  .strictObject({
    current_password: passwordField(1),
    new_password: kataSandiBaru.openapi({ example: "sandi-baru-456" }),
  })
  .refine((isi) => isi.new_password !== isi.current_password, {
    path: ["new_password"],
    error: "harus berbeda dari yang sekarang",
  })
  .openapi("GantiKataSandi");

export const akunAdminSchema = akunSchema
  .extend({ active: z.boolean().openapi({ example: true }) })
  .openapi("AkunUntukAdmin");

export const daftarAkunQuery = z.strictObject({
  ...listQuery,
  role: z
    .enum(peranAkun.enumValues)
    .optional()
    .openapi({ param: { name: "role", in: "query", required: false } }),
});

export const akunParams = z.strictObject({ id: idParam("id") });

export const aturAkunSchema = z
  .strictObject({ role: z.enum(peranAkun.enumValues).optional(), active: z.boolean().optional() })
  .refine((isi) => Object.keys(isi).length > 0, ADA_ISI)
  .openapi("AturAkun", { minProperties: 1, example: { role: "karyawan", active: true } });
