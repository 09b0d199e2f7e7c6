import { defineError } from "../../platform/http/errors.ts";
import type { Bagian } from "../bagian/bagian.ts";
import { employmentSchema } from "./schema.ts";
import { employment as tabel } from "./table.ts";

/** What customers live on. */
export const employment: Bagian = {
  nama: "employment",
  tabel,
  schema: employmentSchema,
  segel: [],
  TidakAda: defineError(404, "PEKERJAAN_TIDAK_ADA", "Data pekerjaan tidak ditemukan."),
};
