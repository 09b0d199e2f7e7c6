import { z } from "@hono/zod-openapi";
import { idParam, textField } from "../../platform/http/fields.ts";
import { MAX_ISI } from "../../ppob/saldo/saldo.ts";
import { idSaringan, rupiahIsian, saringan, teksSaringan } from "../kerangka/kerangka.ts";

const _csrf = z.string().max(200).default("");

export const mitraParams = z.strictObject({ id: idParam("id") });

export const mitraQuery = z.strictObject({
  cari: teksSaringan(),
  aktif: saringan(z.enum(["ya", "tidak"])),
  sebelum: idSaringan(),
});
export type MitraQuery = z.output<typeof mitraQuery>;

/** What has just been done, as the redirect says it. */
export const kabarQuery = z.strictObject({ kabar: z.enum(["terisi", "aktif", "nonaktif"]).optional() });
export type Kabar = z.output<typeof kabarQuery>["kabar"];

export const isiSaldoFormulir = z.strictObject({
  _csrf,
  jumlah: rupiahIsian(1, MAX_ISI, "500.000"),
  keterangan: textField(1, 200),
  /** Of this very form: sent twice, it is one top-up. */
  kunci: z.uuid(),
});

export const aturMitraFormulir = z.strictObject({ _csrf, aktif: z.enum(["ya", "tidak"]) });
