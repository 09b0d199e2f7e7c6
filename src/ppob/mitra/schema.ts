import { z } from "@hono/zod-openapi";
import { emailField, idParam, telephoneField, textField } from "../../platform/http/fields.ts";
import { listQuery } from "../../platform/http/list.ts";
import { MAX_WIRE_RUPIAH } from "../../platform/money.ts";

export const daftarSchema = z
  .strictObject({
    nama: textField(1, 50).openapi({ example: "Budi Santoso" }),
    email: emailField().openapi({ example: "budi@mail.com" }),
    hp: z
      .union([z.literal(""), telephoneField()], "harus nomor telepon, misalnya 081234567890")
      .nullish()
      .transform((hp) => hp || null)
      .openapi({ type: ["string", "null"], maxLength: 20, example: "08123456789" }),
    saldo: z.int().min(0).max(MAX_WIRE_RUPIAH).optional().openapi({
      description:
        "Saldo awal, rupiah. Di atas 0 hanya berlaku di lingkungan lokal; bila tidak dikirim, di sana saldo uji, selain itu 0.",
    }),
  })
  .openapi("DaftarMitra");

export const kunciSchema = z
  .object({
    api_key: z
      .string()
      .length(64)
      .openapi({ example: "270ae3ec3bccc524ab84f2a5995687b1b48ea5b99204b7c5ad2fcbf4ad1de832" }),
    private_key: z
      .string()
      .length(64)
      .openapi({ example: "f7ad44e72ccb6828e10fd549396eb412ae2b8df3ef17d628dce86f62152b0b24" }),
    info: z
      .string()
      .openapi({ example: "API Key dan Private Key simpan baik-baik, hanya tampil saat register." }),
  })
  .openapi("KunciMitra");

const tier = z
  .string()
  .regex(/^[a-z0-9-]{1,30}$/, "1 sampai 30 huruf kecil, angka, atau tanda hubung")
  .openapi({ example: "emas", description: "Kelompok harga." });

const isIpv4InIpv6 = (teks: string) =>
  /^\[::(ffff:|[\da-f]+:[\da-f]+\])/.test(URL.parse(`http://[${teks}]`)?.hostname ?? "");

const alamatAtauJaringan = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

const alamatIp = z
  .array(
    z
      .string()
      .max(50)
      .refine(
        (teks) => alamatAtauJaringan.safeParse(teks).success,
        "harus alamat IP atau jaringan, misalnya 203.0.113.0/24",
      )
      // Whoever calls from there is an IPv4 address, and would not be found here.
      .refine(
        (teks) => !isIpv4InIpv6(teks.split("/")[0] ?? ""),
        "tulis alamat IPv4 sebagai IPv4, tanpa ::ffff:",
      ),
  )
  .max(20)
  .openapi({
    description: "Alamat dan jaringan yang boleh memakai API Key; kosong berarti dari mana saja.",
    example: ["203.0.113.7", "198.51.100.0/24"],
  });

const wajibTandaTangan = z
  .boolean()
  .openapi({ example: false, description: "Permintaan tanpa tanda tangan ditolak." });

/** What a mitra sees of itself, and admins of every mitra. */
const bersama = {
  id: z.int().openapi({ example: 4 }),
  nama: z.string().openapi({ example: "Budi Santoso" }),
  email: z.string().openapi({ example: "budi@mail.com" }),
  hp: z.string().nullable().openapi({ example: "08123456789" }),
  aktif: z.boolean().openapi({ example: true }),
  tier,
  kunci_api_awalan: z.string().openapi({
    example: "270ae3ec",
    description: "Karakter pertama API Key, untuk membedakan kunci tanpa mengetahuinya.",
  }),
  kunci_dipakai_pada: z.iso.datetime().nullable().openapi({
    description: "Terakhir kali API Key dipakai, teliti sampai lima menit; null berarti belum pernah.",
  }),
  wajib_tanda_tangan: wajibTandaTangan,
  alamat_ip: alamatIp,
  dibuat_pada: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
};

export const diriSchema = z.object(bersama).openapi("MitraSendiri");

export const aturDiriSchema = z
  .strictObject({ wajib_tanda_tangan: wajibTandaTangan.optional(), alamat_ip: alamatIp.optional() })
  .refine((atur) => Object.keys(atur).length > 0, "tidak ada yang diubah")
  .openapi("AturMitraSendiri", { minProperties: 1 });

const rupiah = z.int().min(0).max(MAX_WIRE_RUPIAH).openapi({ format: "int64" });

export const mitraSchema = z
  .object({
    ...bersama,
    saldo: rupiah.openapi({ example: 88_000, description: "Tersedia, rupiah." }),
    saldo_ditahan: rupiah.openapi({ example: 12_000, description: "Ditahan pembelian yang belum selesai." }),
  })
  .openapi("Mitra");

export const mitraQuery = z.strictObject({
  ...listQuery,
  aktif: z
    .enum(["true", "false"])
    .transform((aktif) => aktif === "true")
    .optional()
    .openapi({ type: "boolean", param: { name: "aktif", in: "query", required: false } }),
  cari: z
    .string()
    .normalize("NFC")
    .max(50)
    .optional()
    .openapi({
      description: "Bagian dari nama atau email, tanpa membedakan huruf besar dan kecil.",
      example: "budi",
      param: { name: "cari", in: "query", required: false },
    }),
});

export const mitraParams = z.strictObject({ id: idParam("id") });

export const aturMitraSchema = z
  .strictObject({
    aktif: z.boolean().optional().openapi({ example: false }),
    tier: tier.optional(),
    wajib_tanda_tangan: wajibTandaTangan.optional(),
    alamat_ip: alamatIp.optional(),
  })
  .refine((atur) => Object.keys(atur).length > 0, "tidak ada yang diubah")
  .openapi("AturMitra", { minProperties: 1 });
