import { z } from "@hono/zod-openapi";
import { peranAkun } from "../../akun/table.ts";
import { emailField, idParam, passwordField, textField } from "../../platform/http/fields.ts";
import { idSaringan, saringan } from "../kerangka/kerangka.ts";

export const akunParams = z.strictObject({ id: idParam("id") });

export const akunQuery = z.strictObject({
  peran: saringan(z.enum(peranAkun.enumValues)),
  sebelum: idSaringan(),
  kabar: z.enum(["diatur", "ditambah"]).optional(),
});
export type AkunQuery = z.output<typeof akunQuery>;

const _csrf = z.string().max(200).default("");

export const akunFormulir = z.strictObject({
  _csrf,
  peran: z.enum(peranAkun.enumValues),
  aktif: z.enum(["ya", "tidak"]),
});

/** As at `POST /auth/register`. */
export const petugasFormulir = z.strictObject({
  _csrf,
  nama: textField(1, 100),
  email: z.string().trim().pipe(emailField()),
  username: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9._-]{3,32}$/, "3 sampai 32 huruf, angka, titik, garis bawah atau tanda hubung"),
  password: passwordField(6),
  peran: z.enum(["admin", "karyawan"], { error: "pilih perannya" }),
});
