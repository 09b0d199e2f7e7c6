import { defineError } from "../../platform/http/errors.ts";
import type { Bagian } from "../bagian/bagian.ts";
import { addressSchema } from "./schema.ts";
import { addresses as tabel } from "./table.ts";

/** Where customers live and work. */
export const addresses: Bagian = {
  nama: "addresses",
  tabel,
  schema: addressSchema,
  segel: [],
  TidakAda: defineError(404, "ALAMAT_NASABAH_TIDAK_ADA", "Alamat nasabah tidak ditemukan."),
};
