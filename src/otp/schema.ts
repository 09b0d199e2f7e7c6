import { z } from "@hono/zod-openapi";
import { e164Field } from "../platform/http/fields.ts";

const perihal = {
  id: z
    .union([z.string().min(1).max(200), z.int().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER)], {
      error: ({ input }) => (input === undefined ? "wajib diisi" : "harus teks atau bilangan bulat"),
    })
    .transform(String)
    .openapi({ example: "user123", description: 'Milik siapa kode ini; 123 dan "123" sama.' }),
  purpose: z
    .string()
    .regex(/^[a-z0-9._-]{1,40}$/, "1 sampai 40 huruf kecil, angka, titik, garis bawah atau tanda hubung")
    .optional()
    .openapi({
      example: "login",
      description: "Untuk apa kode ini. Kode untuk satu keperluan tidak berlaku untuk yang lain.",
    }),
};

export const terbitkanSchema = z
  .strictObject({
    ...perihal,
    channel: z.enum(["whatsapp"]).optional().openapi({
      description: "Kirim kode ke nomor `to`; jawaban tidak memuatnya. 503 selama pengiriman belum tersedia.",
    }),
    to: e164Field().optional().openapi({ description: "Nomor WhatsApp; hanya bersama channel." }),
  })
  .refine(({ channel, to }) => !channel === !to, {
    path: ["to"],
    error: "channel dan to harus dikirim bersama",
  })
  .openapi("TerbitkanOtp", { example: { id: "user123" } });

export const terbitSchema = z
  .union([
    z.object({
      otp: z
        .string()
        .regex(/^\d{6}$/)
        .openapi({ example: "123456" }),
    }),
    z.object({ message: z.literal("OTP dikirim lewat WhatsApp.") }),
  ])
  .openapi("Otp", {}, { unionPreferredType: "oneOf" });

export const verifikasiSchema = z
  .strictObject({
    ...perihal,
    otp: z
      .string()
      .min(1)
      .max(100)
      // People paste "123 456".
      .transform((otp) => otp.replaceAll(" ", ""))
      .openapi({ type: "string", minLength: 1, maxLength: 100, example: "123456" }),
  })
  .openapi("VerifikasiOtp", { example: { id: "user123", otp: "123456" } });

export const terverifikasiSchema = z
  .object({ message: z.literal("OTP berhasil diverifikasi.") })
  .openapi("OtpTerverifikasi");
