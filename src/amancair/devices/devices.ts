import { defineError } from "../../platform/http/errors.ts";
import type { Bagian } from "../bagian/bagian.ts";
import { deviceSchema } from "./schema.ts";
import { devices as tabel } from "./table.ts";

export const PerangkatTidakAda = defineError(404, "PERANGKAT_TIDAK_ADA", "Perangkat tidak ditemukan.");
export const PerangkatTerdaftar = defineError(
  409,
  "PERANGKAT_TERDAFTAR",
  "Perangkat dengan device_uuid ini sudah terdaftar.",
  { pointer: "#/device_uuid", constraint: "devices_device_uuid_unik" },
);
export const PerangkatTanpaPengenal = defineError(
  422,
  "PERANGKAT_TANPA_PENGENAL",
  "Perangkat membutuhkan imei, android_id, atau advertising_id.",
  { pointer: "#/", constraint: "devices_dikenal" },
);

/** Customers' phones. An IMEI is legacy: Android gives apps none since version 10, and lenders may not demand it. */
export const devices: Bagian = {
  nama: "devices",
  tabel,
  schema: deviceSchema,
  segel: [
    { nama: "imei", depan: 4, belakang: 2, berindeks: true },
    { nama: "imsi", depan: 5, belakang: 2 },
    { nama: "sim_serial", depan: 4, belakang: 2 },
  ],
  TidakAda: PerangkatTidakAda,
};
