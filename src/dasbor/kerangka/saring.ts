import { z } from "@hono/zod-openapi";
import { dateField } from "../../platform/http/fields.ts";
import { wholeQuery } from "../../platform/http/list.ts";
import { rupiah } from "./bentuk.ts";

// Queries of the dashboard's lists, as forms send them: a field that was left empty asks for nothing.

/** Rows on one page. */
export const PER_HALAMAN = 50;

/** A field of a filter; left empty it is absent. */
export function saringan<T extends z.ZodType>(field: T) {
  const isEmpty = (nilai: unknown) => typeof nilai === "string" && nilai.trim() === "";
  return z.preprocess((nilai) => (isEmpty(nilai) ? undefined : nilai), field.optional());
}

/** An id in a filter, or where a page goes on. */
export function idSaringan(most = Number.MAX_SAFE_INTEGER) {
  return saringan(wholeQuery(most));
}

/** What a person types to search by. */
export function teksSaringan() {
  return saringan(z.string().normalize("NFC").trim().max(100));
}

/** A day of the calendar; the database knows none after the year 9999. */
export function hariSaringan() {
  return saringan(dateField());
}

/** Money that a person types into a form, with or without dots; `contoh` shows how. */
export function rupiahIsian(least: number, most: number, contoh: string) {
  return z
    .string()
    .trim()
    .max(30, "terlalu panjang")
    .regex(/^(\d+|\d{1,3}(\.\d{3})+)$/, `harus rupiah bulat, misalnya ${contoh}`)
    .transform((teks) => Number(teks.replaceAll(".", "")))
    .pipe(
      z
        .number()
        .min(least, `paling sedikit ${rupiah(BigInt(least))}`)
        .max(most, `paling banyak ${rupiah(BigInt(most))}`),
    );
}

/** Which of `baris`, of which one more than a page was asked for, are on it; and whether there is another page. */
export function sehalaman<Baris>(baris: readonly Baris[]): { baris: Baris[]; lanjut: Baris | undefined } {
  const isi = baris.slice(0, PER_HALAMAN);
  return { baris: isi, lanjut: baris.length > PER_HALAMAN ? isi.at(-1) : undefined };
}
