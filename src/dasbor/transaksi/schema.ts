import { z } from "@hono/zod-openapi";
import { bersihField } from "../../amancair/batas/batas.ts";
import { idParam, MAX_INT4, textField } from "../../platform/http/fields.ts";
import { STATUS_DICARI } from "../../ppob/transaksi/transaksi.ts";
import { hariSaringan, idSaringan, saringan, teksSaringan } from "../kerangka/kerangka.ts";

export const transaksiParams = z.strictObject({ id: idParam("id") });

export const transaksiQuery = z.strictObject({
  id: idSaringan(),
  mitra: idSaringan(),
  produk: idSaringan(MAX_INT4),
  nomor: teksSaringan(),
  status: saringan(z.enum(STATUS_DICARI)),
  dari: hariSaringan(),
  sampai: hariSaringan(),
  sebelum: idSaringan(),
});
export type TransaksiQuery = z.output<typeof transaksiQuery>;

export const rincianQuery = z.strictObject({ kabar: z.literal("diputuskan").optional() });

export const putusanFormulir = z
  .strictObject({
    _csrf: z.string().max(200).default(""),
    hasil: z.enum(["sukses", "gagal"], { error: "pilih sukses atau gagal" }),
    alasan: bersihField(textField(3, 200)),
    sn: z
      .string()
      .trim()
      .regex(/^[\x20-\x7e]{0,100}$/, "maksimal 100 huruf, angka, dan tanda biasa")
      .default(""),
    yakin: z.literal("ya", { error: "centang dahulu" }),
  })
  .refine(({ hasil, sn }) => hasil === "sukses" || sn === "", {
    path: ["sn"],
    error: "hanya untuk transaksi yang sukses",
  });
