import type { NikFlag } from "./table.ts";

// What can be read from a NIK (nomor induk kependudukan): PPKKCC DDMMYY SSSS, the place of first registration, the
// birth date with 40 added to a woman's day, a serial. It has no check digit.

/** The 38 provinces by their code of the Ministry of Home Affairs (Kemendagri), which is not the one of BPS. */
const PROVINCES: ReadonlySet<string> = new Set([
  "11", // Aceh
  "12", // Sumatera Utara
  "13", // Sumatera Barat
  "14", // Riau
  "15", // Jambi
  "16", // Sumatera Selatan
  "17", // Bengkulu
  "18", // Lampung
  "19", // Kepulauan Bangka Belitung
  "21", // Kepulauan Riau
  "31", // DKI Jakarta
  "32", // Jawa Barat
  "33", // Jawa Tengah
  "34", // DI Yogyakarta
  "35", // Jawa Timur
  "36", // Banten
  "51", // Bali
  "52", // Nusa Tenggara Barat
  "53", // Nusa Tenggara Timur
  "61", // Kalimantan Barat
  "62", // Kalimantan Tengah
  "63", // Kalimantan Selatan
  "64", // Kalimantan Timur
  "65", // Kalimantan Utara
  "71", // Sulawesi Utara
  "72", // Sulawesi Tengah
  "73", // Sulawesi Selatan
  "74", // Sulawesi Tenggara
  "75", // Gorontalo
  "76", // Sulawesi Barat
  "81", // Maluku
  "82", // Maluku Utara
  "91", // Papua
  "92", // Papua Barat
  "93", // Papua Selatan
  "94", // Papua Tengah
  "95", // Papua Pegunungan
  "96", // Papua Barat Daya
]);

const MALE = /^(l|laki-laki|pria|male|m)$/i;
const FEMALE = /^(p|perempuan|wanita|female|f)$/i;

/** What a woman's day of birth is moved by. */
const FEMALE_DAYS = 40;

/** What a person says besides the NIK: `dob` as YYYY-MM-DD, `gender` in any words. What is not said is not compared. */
export interface Declared {
  dob?: string | null | undefined;
  gender?: string | null | undefined;
}

/**
 * The first reason to look at a NIK again, or null when it is plausible. A flag calls for a person and refuses nothing:
 * NIK with a wrong date or sex have been issued, and hold. The year has two digits, so a date is impossible only when it
 * is in both centuries. A gender is compared when it is L, laki-laki, pria, male, m or P, perempuan, wanita, female, f,
 * in any case.
 */
export function nikFlag(nik: string, { dob, gender }: Declared): NikFlag | null {
  if (!/^\d{16}$/.test(nik)) return "format";
  if (!PROVINCES.has(nik.slice(0, 2))) return "province";
  const female = Number(nik.slice(6, 8)) > FEMALE_DAYS;
  const day = Number(nik.slice(6, 8)) - (female ? FEMALE_DAYS : 0);
  const month = Number(nik.slice(8, 10));
  // The 2000s have every day that the 1900s have, and 29 February 2000 besides.
  if (!isDay(2000 + Number(nik.slice(10, 12)), month, day)) return "date";
  if (nik.endsWith("0000")) return "serial";
  const born = [nik.slice(10, 12), nik.slice(8, 10), String(day).padStart(2, "0")].join("-");
  // Of the declared year, too, only two digits are compared.
  if (dob && dob.slice(2) !== born) return "dob_mismatch";
  if (gender && (female ? MALE : FEMALE).test(gender.trim())) return "gender_mismatch";
  return null;
}

/** Whether the calendar has that day, of 0 to 59: one that it has not falls into another month. */
function isDay(year: number, month: number, day: number): boolean {
  return new Date(Date.UTC(year, month - 1, day)).getUTCMonth() === month - 1;
}
