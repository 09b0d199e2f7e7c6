import { callerOf } from "../platform/http/caller.ts";
import type { ErrorClass } from "../platform/http/errors.ts";
import { defineRoute, type Access } from "../platform/http/route.ts";
import { createRouter, type Router } from "../platform/http/router.ts";
import * as otp from "./otp.ts";
import { terbitkanSchema, terbitSchema, terverifikasiSchema, verifikasiSchema } from "./schema.ts";

const tags = ["OTP"];

/** `access`: staff, or a reseller. `sendErrors`: what sending a code may end in. */
export function otpRoutes(deps: otp.OtpDeps, access: Access, sendErrors: readonly ErrorClass[]): Router {
  const terbitkan = defineRoute({
    method: "post",
    path: "/otp/generate",
    operationId: "terbitkanOtp",
    tags,
    summary: "Terbitkan kode sekali pakai",
    description:
      "Enam angka, berlaku 5 menit, tiga kali coba. Kode baru mematikan kode lama. `id` setiap pemanggil adalah miliknya sendiri. " +
      "Paling banyak 5 kode dalam 10 menit dan 20 sehari untuk satu `id`, semua keperluan bersama; permintaan yang ditolak tidak mengubah kode sebelumnya.",
    access,
    request: { body: { required: true, content: { "application/json": { schema: terbitkanSchema } } } },
    responses: { 200: { description: "Terbit", content: { "application/json": { schema: terbitSchema } } } },
    errors: sendErrors,
  });
  const verifikasi = defineRoute({
    method: "post",
    path: "/otp/verify",
    operationId: "verifikasiOtp",
    tags,
    summary: "Verifikasi kode sekali pakai",
    description:
      "Tiga kali salah (400), lalu percobaan berikutnya, benar atau salah, menghapus kode (429): minta kode baru. Sesudahnya 404.",
    access,
    request: { body: { required: true, content: { "application/json": { schema: verifikasiSchema } } } },
    responses: {
      200: { description: "Benar", content: { "application/json": { schema: terverifikasiSchema } } },
    },
    errors: [otp.OtpSalah, otp.OtpTidakAda, otp.OtpHabis],
  });

  const router = createRouter();
  router.openapi(terbitkan, async (c) => {
    const { id, purpose: tujuan, to } = c.req.valid("json");
    const kode = await otp.terbitkan(deps, c.var.actor, { id, tujuan }, to, callerOf(c));
    if (kode === undefined) return c.json({ message: "OTP dikirim lewat WhatsApp." as const }, 200);
    return c.json({ otp: kode }, 200);
  });
  router.openapi(verifikasi, async (c) => {
    const { id, purpose: tujuan, otp: kode } = c.req.valid("json");
    await otp.verifikasi(deps, c.var.actor, { id, tujuan }, kode);
    return c.json({ message: "OTP berhasil diverifikasi." as const }, 200);
  });
  return router;
}
