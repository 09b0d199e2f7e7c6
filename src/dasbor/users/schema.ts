import { z } from "@hono/zod-openapi";
import { MAX_INT4 } from "../../platform/http/fields.ts";
import { idSaringan, saringan, teksSaringan } from "../kerangka/kerangka.ts";

export const usersQuery = z.strictObject({
  q: teksSaringan(),
  kind: saringan(z.enum(["pegawai", "nasabah"])),
  /** Pages are counted from 1; further on, no `integer` could say how many rows to skip. */
  halaman: idSaringan(Math.floor(MAX_INT4 / 100)),
});
export type UsersQuery = z.output<typeof usersQuery>;
