import { z } from "@hono/zod-openapi";
import { peranAkun } from "../../akun/table.ts";
import { idParam } from "../../platform/http/fields.ts";
import { idSaringan, saringan } from "../kerangka/kerangka.ts";

export const akunParams = z.strictObject({ id: idParam("id") });

export const akunQuery = z.strictObject({
  peran: saringan(z.enum(peranAkun.enumValues)),
  sebelum: idSaringan(),
  kabar: z.literal("diatur").optional(),
});
export type AkunQuery = z.output<typeof akunQuery>;

export const akunFormulir = z.strictObject({
  _csrf: z.string().max(200).default(""),
  peran: z.enum(peranAkun.enumValues),
  aktif: z.enum(["ya", "tidak"]),
});
