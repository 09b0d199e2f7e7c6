import { z } from "@hono/zod-openapi";
import { idParam, textField } from "../../platform/http/fields.ts";
import { MAX_WIRE_RUPIAH } from "../../platform/money.ts";
import { statusDeposit } from "../../ppob/deposit/table.ts";
import { idSaringan, rupiahIsian, saringan } from "../kerangka/kerangka.ts";

export const depositParams = z.strictObject({ id: idParam("id") });

/** The bank's name of a mutation, as it is taken in. */
const idMutasiBank = () =>
  saringan(
    z
      .string()
      .trim()
      .regex(/^[\x21-\x7e]{1,200}$/, "1 sampai 200 karakter ASCII tanpa spasi"),
  );

export const depositQuery = z.strictObject({
  status: saringan(z.enum(statusDeposit.enumValues)),
  mitra: idSaringan(),
  total: saringan(rupiahIsian(1, MAX_WIRE_RUPIAH, "500.137")),
  sebelum: idSaringan(),
  /** For which of the bank's mutations a ticket is looked for. */
  mutasi: idMutasiBank(),
  kabar: z.literal("lunas").optional(),
});
export type DepositQuery = z.output<typeof depositQuery>;

export const konfirmasiFormulir = z.strictObject({
  _csrf: z.string().max(200).default(""),
  keterangan: textField(1, 200),
  mutasi_bank_id: idMutasiBank(),
});

export const mutasiBankQuery = z.strictObject({
  cocok: z.enum(["tidak", "ya", "semua"]).default("tidak"),
  sebelum: idMutasiBank(),
});
export type MutasiBankQuery = z.output<typeof mutasiBankQuery>;
