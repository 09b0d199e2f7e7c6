import { z } from "@hono/zod-openapi";
import { idParam, MAX_INT4 } from "../../platform/http/fields.ts";
import { idSaringan, rupiahIsian, saringan, teksSaringan } from "../kerangka/kerangka.ts";

/** The highest price, in rupiah: beyond it, a zero too many is likelier than a product. */
const MAX_HARGA = 1_000_000_000;

export const produkParams = z.strictObject({ id: idParam("id", MAX_INT4) });

export const produkQuery = z.strictObject({
  cari: teksSaringan(),
  aktif: saringan(z.enum(["ya", "tidak"])),
  tersedia: saringan(z.enum(["ya", "tidak"])),
  sesudah: idSaringan(MAX_INT4),
  kabar: z.literal("diubah").optional(),
});
export type ProdukQuery = z.output<typeof produkQuery>;

export const produkFormulir = z.strictObject({
  _csrf: z.string().max(200).default(""),
  harga: rupiahIsian(0, MAX_HARGA, "12.000"),
  aktif: z.enum(["ya", "tidak"]),
});
