import { defineError } from "../../platform/http/errors.ts";
import type { Bagian } from "../bagian/bagian.ts";
import { crashReportSchema } from "./schema.ts";
import { crashReports as tabel } from "./table.ts";

/** Where the app broke, without what could tell of a person. */
export const crashReports: Bagian = {
  nama: "crash_reports",
  tabel,
  schema: crashReportSchema,
  segel: [],
  TidakAda: defineError(404, "LAPORAN_TIDAK_ADA", "Laporan kerusakan tidak ditemukan."),
};
