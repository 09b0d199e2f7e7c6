import { z } from "@hono/zod-openapi";
import { hariSaringan, idSaringan, saringan } from "../kerangka/kerangka.ts";

export const auditQuery = z.strictObject({
  pelaku: saringan(
    z
      .string()
      .trim()
      .regex(
        /^(tamu|(akun|mitra):[1-9]\d{0,15}|layanan:[a-z_]{1,50})$/,
        "harus akun:<nomor>, mitra:<nomor>, layanan:<nama> atau tamu",
      ),
  ),
  aksi: saringan(
    z
      .string()
      .trim()
      .regex(/^[a-z_]{1,63}\.[a-z_]{1,63}$/, "harus benda dan perbuatan, misalnya saldo.isi"),
  ),
  tabel: saringan(
    z
      .string()
      .trim()
      .regex(/^[a-z_]{1,63}$/, "harus nama benda, misalnya mitra"),
  ),
  sasaran: saringan(
    z
      .string()
      .trim()
      .regex(/^[\x21-\x7e]{1,100}$/, "harus nomor"),
  ),
  nasabah: idSaringan(),
  dari: hariSaringan(),
  sampai: hariSaringan(),
  sebelum: idSaringan(),
});
export type AuditQuery = z.output<typeof auditQuery>;

export const rantaiQuery = z.strictObject({ mulai: idSaringan() });
