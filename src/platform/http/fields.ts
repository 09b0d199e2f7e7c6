import { z } from "@hono/zod-openapi";
import { fitsBcrypt, MAX_PASSWORD_BYTES } from "../auth/passwords.ts";

/** Control characters and the marks that reorder text on a screen. */
const UNPRINTABLE = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/u;

/** `min` to `max` characters, printable but for those of `except` (none), and not only spaces or zero-width marks. */
function readable(text: z.ZodString, min: number, max: number, except = /(?!)/g) {
  return text
    .min(min)
    .max(max)
    .refine(
      (chars) => !UNPRINTABLE.test(chars.replaceAll(except, "")),
      "memuat karakter yang tidak dapat dicetak",
    )
    .refine((chars) => min === 0 || /[\p{L}\p{N}]/u.test(chars), "harus memuat huruf atau angka");
}

/** A line of text for people: trimmed, NFC, and `readable`. */
export function textField(min: number, max: number) {
  return readable(z.string().normalize("NFC").trim(), min, max);
}

/** A text of several lines for people: as `textField`, but line breaks and tabs stay. */
export function paragraphField(min: number, max: number) {
  return z
    .string()
    .normalize("NFC")
    .trim()
    .transform((text) => text.replaceAll("\r\n", "\n"))
    .pipe(readable(z.string(), min, max, /[\n\t]/g))
    .openapi({ minLength: min, maxLength: max });
}

/** What people write to each other: as `paragraphField`, but it may be nothing but an emoji or a question mark. */
export function messageField(max: number) {
  return (
    paragraphField(0, max)
      // The blank of Braille is a symbol, and shows nothing.
      .refine((text) => /(?!\u2800)[\p{L}\p{N}\p{P}\p{S}]/u.test(text), "tulis dahulu")
      .openapi({ minLength: 1, maxLength: max })
  );
}

/** A telephone number as people write it; kept so. */
export function telephoneField() {
  return z
    .string()
    .trim()
    .regex(/^[+(]?[0-9][0-9 ().-]{5,18}$/, "harus nomor telepon, misalnya 081234567890");
}

/** A day that exists, as YYYY-MM-DD, since 1900: PostgreSQL has no year 0, and nothing here is older. */
export function dateField() {
  return z.iso
    .date({ error: "harus tanggal yang ada, misalnya 1990-05-17", abort: true })
    .refine((day) => day >= "1900-01-01", "harus sejak 1900");
}

/** An instant as ISO 8601 with its zone, of a time that anything here could have happened or will. */
export function instantField() {
  return z.iso
    .datetime({ offset: true, error: "harus waktu ISO 8601 dengan zona, misalnya 2026-11-20T03:00:00Z" })
    .max(40)
    .refine((text) => {
      const year = new Date(text).getUTCFullYear();
      return year >= 1900 && year <= 2200;
    }, "harus antara tahun 1900 dan 2200");
}

/** A telephone number in E.164, however it is written: `0812…`, `62 812…` and `+62 812-…` are the same one. */
export function e164Field() {
  return z
    .string()
    .max(30)
    .transform((text, issues) => {
      const digits = text.replaceAll(/[ ().-]/g, "");
      const number = digits.replace(/^(0|(\+?62)0?)(?=[1-9])/, "+62");
      if (/^\+(?!620)[1-9]\d{7,14}$/.test(number)) return number;
      issues.addIssue({ code: "custom", message: "harus nomor telepon, misalnya +628123456789" });
      return z.NEVER;
    })
    .openapi({ type: "string", maxLength: 30, example: "+628123456789" });
}

/** An e-mail address, in lower case, so that it is the same however it is written. */
export function emailField() {
  return z.email("harus alamat email").max(100).toLowerCase();
}

/** A password of at least `min` characters and at most 72 bytes. NFC, because keyboards write é in two ways. */
export function passwordField(min: number) {
  return z
    .string()
    .normalize("NFC")
    .min(min)
    .max(MAX_PASSWORD_BYTES)
    .refine(fitsBcrypt, `maksimal ${MAX_PASSWORD_BYTES} byte`)
    .openapi({ format: "password", example: "password123" });
}

/** An idempotency key: visible ASCII, so that it survives every header implementation; length as Stripe has it. */
export function keyField() {
  return z.string().regex(/^[\x21-\x7e]{1,255}$/, "1 sampai 255 karakter ASCII tanpa spasi");
}

/** The largest value of PostgreSQL's `integer`. */
export const MAX_INT4 = 2_147_483_647;

/** An id in a path: decimal, no sign, no leading zero, so that every row has one address. */
export function idParam(name: string, most = Number.MAX_SAFE_INTEGER) {
  return z
    .string()
    .regex(/^[1-9]\d{0,15}$/, "harus bilangan bulat positif")
    .transform(Number)
    .pipe(z.int().max(most))
    .openapi({
      type: "integer",
      format: most > MAX_INT4 ? "int64" : "int32",
      minimum: 1,
      maximum: most,
      example: 4,
      param: { name, in: "path", required: true },
    });
}

/** `{"status":"ok"}`: alive, or received. */
export const okSchema = z.object({ status: z.literal("ok") }).openapi("Ok");
