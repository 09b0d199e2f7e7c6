import { z } from "@hono/zod-openapi";
import { e164Field, idParam, MAX_INT4, textField } from "../../platform/http/fields.ts";
import { afterQuery, listQuery } from "../../platform/http/list.ts";
import { MAX_WIRE_RUPIAH } from "../../platform/money.ts";
import { jenisProduk } from "./table.ts";

/** The highest price and denomination, in rupiah: beyond it, a zero too many is likelier than a product. */
const MAX_HARGA = 1_000_000_000;

const jenis = z.enum(jenisProduk.enumValues);
const rupiah = z.int().min(0).max(MAX_WIRE_RUPIAH).openapi({ format: "int64" });

const tutupSchema = z
  .object({
    mulai: z.string().openapi({ example: "23:45" }),
    selesai: z.string().openapi({ example: "00:15", description: "Boleh setelah tengah malam." }),
  })
  .nullable()
  .openapi({ description: "Tutup setiap hari dalam jam ini, WIB; null bila tidak pernah." });

export const produkSchema = z
  .object({
    id: z.int().openapi({ example: 1 }),
    nama: z.string().openapi({ example: "Pulsa 10k" }),
    harga: z.int().openapi({
      example: 12_000,
      description:
        "Yang dibayar mitra, rupiah. Produk bebas nominal: biaya di atas nominal; pascabayar: biaya di atas tagihan biller.",
    }),
    deskripsi: z.string().openapi({ example: "Pulsa Reguler 10.000" }),
    kategori: z.string().openapi({ example: "pulsa" }),
    nominal: z.int().nullable().openapi({ example: 10_000, description: "Null berarti bebas nominal." }),
    kode: z.string().openapi({ example: "pulsa10" }),
    merek: z.string().openapi({ example: "TELKOMSEL" }),
    jenis: jenis.openapi({ description: "Produk pascabayar dibeli lewat tagihannya.", example: "prabayar" }),
    tersedia: z.boolean().openapi({ description: "Dapat dibeli sekarang.", example: true }),
    alasan: z.enum(["tutup", "gangguan", "stok habis"]).nullable().openapi({
      description: "Mengapa tidak tersedia.",
      example: null,
    }),
    multi: z.boolean().openapi({
      description: "Nomor yang sama boleh membelinya lebih dari sekali sehari.",
      example: true,
    }),
    stok: z
      .int()
      .nullable()
      .openapi({ description: "Null: tanpa batas, atau tidak diketahui.", example: null }),
    tutup: tutupSchema,
    aktif: z.boolean().optional().openapi({ description: "Hanya untuk staf: dijual.", example: true }),
    kode_cadangan: z
      .array(z.string())
      .optional()
      .openapi({ description: "Hanya untuk staf.", example: ["pulsa10b"] }),
  })
  .openapi("Produk");

const pilihan = (name: string, description: string) =>
  z
    .enum(["true", "false"])
    .transform((nilai) => nilai === "true")
    .optional()
    .openapi({ type: "boolean", description, param: { name, in: "query", required: false } });

const teks = (name: string, description: string, example: string) =>
  z
    .string()
    .normalize("NFC")
    .max(100)
    .optional()
    .openapi({ description, example, param: { name, in: "query", required: false } });

const saringan = {
  kategori: teks("kategori", "Kategori, tanpa membedakan huruf besar dan kecil.", "pulsa"),
  brand: teks("brand", "Merek, tanpa membedakan huruf besar dan kecil.", "TELKOMSEL"),
  jenis: jenis.optional().openapi({ param: { name: "jenis", in: "query", required: false } }),
};

export const produkQuery = z.strictObject({
  ...saringan,
  q: teks("q", "Bagian dari nama, kode, merek, atau kategori.", "10k"),
  tersedia: pilihan("tersedia", "Hanya yang dapat dibeli sekarang, atau hanya yang tidak."),
  aktif: pilihan("aktif", "Dijual atau tidak; mitra hanya melihat yang dijual."),
  ...afterQuery,
});

const isian = {
  kode: textField(1, 100).openapi({ description: "Kode (SKU) di biller.", example: "pulsa10" }),
  nama: textField(1, 100).openapi({ example: "Pulsa 10k" }),
  kategori: textField(1, 100).openapi({ example: "pulsa" }),
  merek: textField(0, 100).openapi({ example: "TELKOMSEL" }),
  deskripsi: textField(0, 200).openapi({ example: "Pulsa Reguler 10.000" }),
  harga: z.int().min(0).max(MAX_HARGA).openapi({
    description: "Harga jual, rupiah. Tanpa nominal: biaya di atas nominal atau tagihan, boleh 0.",
    example: 12_000,
  }),
  aktif: z.boolean().openapi({ description: "Dijual.", example: true }),
  kode_cadangan: z
    .array(textField(1, 100))
    .max(2)
    .refine((kode) => new Set(kode).size === kode.length, "tidak boleh memuat kode yang sama")
    .openapi({
      description: "Kode lain yang dicoba berurutan setelah biller menolak kode yang pertama.",
      example: ["pulsa10b"],
    }),
};

export const tambahProdukSchema = z
  .strictObject({
    ...isian,
    merek: isian.merek.optional(),
    deskripsi: isian.deskripsi.optional(),
    aktif: isian.aktif.optional(),
    kode_cadangan: isian.kode_cadangan.optional(),
    jenis: jenis.optional().openapi({ description: "Bila tidak dikirim: prabayar.", example: "prabayar" }),
    nominal: z
      .int()
      .min(1)
      .max(MAX_HARGA)
      .nullish()
      .openapi({
        type: ["integer", "null"],
        minimum: 1,
        maximum: MAX_HARGA,
        description: "Null atau tidak dikirim: bebas nominal, atau pascabayar.",
        example: 10_000,
      }),
  })
  .refine(({ jenis: satu, nominal }) => satu !== "pascabayar" || typeof nominal !== "number", {
    path: ["nominal"],
    message: "produk pascabayar tidak punya nominal",
  })
  .openapi("TambahProduk");

export const ubahProdukSchema = z
  .strictObject(isian)
  .partial()
  .refine((ubah) => Object.keys(ubah).length > 0, "tidak ada yang diubah")
  .openapi("UbahProduk", { minProperties: 1 });

export const produkParams = z.strictObject({ id: idParam("id", MAX_INT4) });

export const operatorQuery = z.strictObject({
  nomor: e164Field()
    .refine(
      (nomor) => /^\+628[1-35-9]\d{7,10}$/.test(nomor),
      "harus nomor HP Indonesia, misalnya 081234567890",
    )
    .transform((nomor) => nomor.replace(/^\+62/, "0"))
    .openapi({
      type: "string",
      maxLength: 30,
      example: "081234567890",
      param: { name: "nomor", in: "query", required: true },
    }),
});

export const operatorSchema = z
  .object({
    nomor: z.string().openapi({ example: "081234567890" }),
    operator: z.string().nullable().openapi({
      description: "Menurut awalan nomor; null bila awalannya tidak dikenal.",
      example: "Telkomsel",
    }),
    merek: z.array(z.string()).openapi({
      description: "Merek produk yang mungkin cocok, yang paling mungkin dulu.",
      example: ["TELKOMSEL"],
    }),
  })
  .openapi("Operator");

export const billerQuery = z.strictObject({
  ...saringan,
  q: teks("q", "Bagian dari nama atau kode.", "10k"),
  dijual: pilihan("dijual", "Hanya kode yang dipakai produk kita, atau hanya yang tidak."),
  limit: listQuery.limit,
  after: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .openapi({
      description: "Hanya baris dengan kode di belakang kode ini; ikuti header Link.",
      param: { name: "after", in: "query", required: false },
    }),
});

export const produkBillerSchema = z
  .object({
    kode: z.string().openapi({ example: "pulsa10" }),
    jenis,
    nama: z.string().openapi({ example: "Telkomsel 10.000" }),
    kategori: z.string().openapi({ example: "Pulsa" }),
    merek: z.string().openapi({ example: "TELKOMSEL" }),
    deskripsi: z.string().openapi({ example: "Pulsa Telkomsel 10.000" }),
    harga: rupiah.nullable().openapi({
      description: "Yang diambil biller dari deposit kita, rupiah; null untuk pascabayar.",
      example: 10_900,
    }),
    admin: rupiah.nullable().openapi({ description: "Pascabayar: biaya admin tiap lembar.", example: null }),
    komisi: rupiah
      .nullable()
      .openapi({ description: "Pascabayar: bagian kita dari biaya admin.", example: null }),
    aktif_pembeli: z.boolean().openapi({ example: true }),
    aktif_penjual: z.boolean().openapi({ example: true }),
    stok: z.int().nullable().openapi({ description: "Null: tanpa batas.", example: null }),
    multi: z.boolean().openapi({ example: true }),
    tutup: tutupSchema,
    ada: z.boolean().openapi({ description: "Masih ada di daftar terakhir.", example: true }),
    dijual: z
      .boolean()
      .openapi({ description: "Dipakai produk kita, juga sebagai cadangan.", example: true }),
    diperbarui_pada: z.iso
      .datetime()
      .openapi({ description: "Terakhir berubah.", example: "2026-11-20T03:00:00.000Z" }),
  })
  .openapi("ProdukBiller");

const hasilSchema = z.object({
  diminta: z
    .boolean()
    .openapi({ description: "Biller ditanya; false bila belum lima menit.", example: true }),
  berhasil: z.boolean().openapi({ description: "Daftarnya diterima.", example: true }),
  jumlah: z.int().nullable().openapi({ description: "Banyaknya baris.", example: 1_250 }),
  berubah: z.int().nullable().openapi({ description: "Banyaknya baris yang berubah.", example: 12 }),
  tunggu: z.int().openapi({ description: "Detik sampai boleh diminta lagi.", example: 305 }),
});

export const hasilSinkronSchema = z
  .object({ prabayar: hasilSchema, pascabayar: hasilSchema })
  .openapi("HasilSinkron");

const keadaanSchema = z
  .object({
    diminta_pada: z.iso.datetime().openapi({ example: "2026-11-20T03:00:00.000Z" }),
    berhasil_pada: z.iso.datetime().nullable().openapi({ example: "2026-11-20T03:00:00.000Z" }),
    jumlah: z
      .int()
      .nullable()
      .openapi({ description: "Banyaknya baris di daftar terakhir.", example: 1_250 }),
  })
  .nullable()
  .openapi({ description: "Null bila belum pernah diminta." });

export const keadaanSinkronSchema = z
  .object({ prabayar: keadaanSchema, pascabayar: keadaanSchema })
  .openapi("KeadaanSinkron");
