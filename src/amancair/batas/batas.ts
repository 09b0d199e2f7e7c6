import { z } from "@hono/zod-openapi";
import { textField } from "../../platform/http/fields.ts";

// What a lending app may not hold. OJK allows it camera, microphone and location only: a backend that has nowhere to put
// a contact book cannot leak one.

const TERLARANG =
  /contact|kontak|(address|phone)[_.-]?book|buku[_.-]?telepon|call[_.-]?(log|history)|panggilan|sms|messages|pesan|whatsapp|clipboard|calendar|kalender|installed[_.-]?app|app[_.-]?list|packages|usage[_.-]?stat|accessibility|gallery|galeri|photos|foto|hardware[_.-]?id|keystroke/i;

/** Properties of an event or a device: flat, few, short, and none that the rules forbid to collect. */
export function propsField() {
  const nilai = z.union([textField(0, 500), z.number(), z.boolean(), z.null()]);
  return z
    .record(z.string().regex(/^[\w.-]{1,64}$/, "nama 1 sampai 64 huruf, angka, atau _ . -"), nilai)
    .refine((isi) => Object.keys(isi).length <= 30, "maksimal 30 isian")
    .refine(
      (isi) => !Object.keys(isi).some((nama) => TERLARANG.test(nama) || bersihkan(nama) !== nama),
      "memuat data yang tidak boleh dikumpulkan",
    )
    .openapi({
      type: "object",
      additionalProperties: true,
      maxProperties: 30,
      example: { screen: "home", duration_ms: 1200 },
    });
}

// Every repetition has its limit: what cannot be told apart is not searched for ever.
const RAHASIA: [pattern: RegExp, tanda: string][] = [
  [/[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,8}/g, "[email]"],
  [/(?<!\d)(\+?62|0)[ .-]?8(?:[ .-]?\d){7,12}(?!\d)/g, "[telepon]"],
  [/eyJ[\w-]{1,400}\.[\w-]{1,4000}\.[\w-]{1,600}/g, "[token]"],
  // NIK, IMEI, card and account numbers, unless they are the fraction of a decimal.
  [/(?<!\d\.?)\d{10,22}(?!\d)/g, "[nomor]"],
];
/** What may be such a number in groups. */
const DERETAN = /\d[\d ._/-]{8,40}\d/g;
/** Looks like one, and is a decimal fraction or a day with its hour. */
const BUKAN_NOMOR = /^(\d{1,9}\.\d{1,14}|\d{4}-\d\d-\d\d( \d\d)?)$/;
/** A number of ten digits and more is as telling as its text. */
const ANGKA_PANJANG = 1_000_000_000;

/** A text without what could tell of a person: addresses, telephone numbers, tokens, long numbers. */
export function bersihkan(text: string): string {
  // NFKC: digits have other forms, too.
  const tanpaAlamat = RAHASIA.reduce(
    (bersih, [pola, tanda]) => bersih.replaceAll(pola, tanda),
    text.normalize("NFKC"),
  );
  return tanpaAlamat.replaceAll(DERETAN, (deretan) =>
    deretan.replaceAll(/\D/g, "").length < 10 || BUKAN_NOMOR.test(deretan) ? deretan : "[nomor]",
  );
}

/** The same of every text in it. */
export function bersihkanProps(props: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(props).map(([nama, nilai]) => [
      nama,
      typeof nilai === "string"
        ? bersihkan(nilai)
        : typeof nilai === "number" && Math.abs(nilai) >= ANGKA_PANJANG
          ? "[nomor]"
          : nilai,
    ]),
  );
}

/** Why somebody reads what is sealed: for the audit, which keeps no personal data. */
export function alasanField() {
  return textField(10, 500).transform(bersihkan).openapi({
    type: "string",
    minLength: 10,
    maxLength: 500,
    description: "Alamat email dan nomor di dalamnya dihapus.",
  });
}
