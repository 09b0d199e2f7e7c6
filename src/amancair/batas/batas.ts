import { z } from "@hono/zod-openapi";
import { textField } from "../../platform/http/fields.ts";

// What a lending app may not hold. OJK allows it camera, microphone and location only: a backend that has nowhere to put
// a contact book cannot leak one.

const TERLARANG =
  /contact|kontak|(address|phone)[_.-]?book|buku[_.-]?telepon|call[_.-]?(log|history)|panggilan|sms|messages|pesan|whatsapp|clipboard|calendar|kalender|installed[_.-]?app|app[_.-]?list|packages|usage[_.-]?stat|accessibility|gallery|galeri|photos|foto|hardware[_.-]?id|keystroke/i;

/** Properties of an event or a device: flat, few, short, and none that the rules forbid to collect. */
export function propsField() {
  const nilai = z.union(
    [textField(0, 500), z.number(), z.boolean(), z.null()],
    "harus teks sampai 500 karakter, bilangan, true, false, atau null",
  );
  return z
    .record(z.string().regex(/^[\w.-]{1,64}$/, "nama 1 sampai 64 huruf, angka, atau _ . -"), nilai)
    .refine((isi) => Object.keys(isi).length <= 30, { error: "maksimal 30 isian", abort: true })
    .superRefine((isi, ctx) => {
      for (const nama of Object.keys(isi))
        if (TERLARANG.test(nama) || bersihkan(nama) !== nama)
          ctx.addIssue({ code: "custom", path: [nama], message: "tidak boleh dikumpulkan" });
    })
    .openapi({
      type: "object",
      description:
        "Datar: nama 1 sampai 64 huruf, angka, atau _ . -, nilai teks sampai 500 karakter, bilangan, true, false, atau null. Tanpa data yang dilarang OJK.",
      additionalProperties: true,
      maxProperties: 30,
      example: { screen: "home", duration_ms: 1200 },
    });
}

/** What nobody sees, and what encloses a digit as on a key: neither makes it another number. */
const TAK_TERLIHAT = /[\p{DI}\p{Me}]/gu;
const ANGKA = /\p{Nd}/u;
const ANGKA_LAIN = /[\p{Nd}--[0-9]]/gv;

// Every repetition has its limit: what cannot be told apart is not searched for ever.
const GARIS = String.raw`\p{Pd}\u2212`;
/** What people write between the groups of a number. A comma with a space after it is one of a list. */
const SELA = String.raw`(?:[ ._/()${GARIS}]|,(?=\d))`;
/** Neither the end of a day nor a month and its year: both can begin with 08. */
const BUKAN_HARI = String.raw`(?<!\d[/${GARIS}]?)(?!08[./${GARIS}](?:19|20)\d\d(?!\d))`;
/** `0` or `62`, also in brackets; not the `0` of a decimal. */
const AWALAN = String.raw`(?:\((?=[+\d ]{1,6}\)))?(?:\+?62${SELA}{0,3}(?:0${SELA}{0,3})?|0(?![.,]\d)${SELA}{0,3})`;

const RAHASIA: [pattern: RegExp, tanda: string][] = [
  [/[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,8}/g, "[email]"],
  [new RegExp(String.raw`${BUKAN_HARI}${AWALAN}8(?:${SELA}{0,3}\d){7,12}(?!\d)`, "gu"), "[telepon]"],
  [/eyJ[\w-]{1,400}\.[\w-]{1,4000}\.[\w-]{1,600}/g, "[token]"],
  // NIK, IMEI, card and account numbers, unless they are the fraction of a decimal.
  [/(?<!\d\.?)\d{10,22}(?!\d)/g, "[nomor]"],
];
/** What may be such a number in groups. */
const DERETAN = new RegExp(String.raw`\d(?:\d|${SELA}){8,40}\d`, "gu");

const TAHUN = String.raw`(?:19|20)\d\d`;
const BULAN = "(?:0[1-9]|1[0-2])";
const TGL = String.raw`[0-3]\d`;
const TANGGAL = [
  [TAHUN, BULAN, TGL],
  [TGL, BULAN, TAHUN],
].map((bagian) => bagian.join(`[./${GARIS}]`));
const JAM = String.raw`[0-2]\d(?:\.[0-5]\d){0,2}`;
/** `15.000.000,00` or `15,000,000.00`; with ten digits in dots only round ones, since IP addresses look alike. */
const JUMLAH = String.raw`[1-9]\d{0,2}(?:(?:\.\d{3}){1,2}(?:\.000)?(?:,\d\d)?|(?:,\d{3}){1,3}(?:\.\d\d)?)`;
const ANTARA = `[ ()/${GARIS}]{1,3}`;
/** Amounts with only a space between them look like the groups of a number. */
const ANTARA_JUMLAH = `[ ]?[()/${GARIS}][ (]?`;
const HARI = `(?:${JAM}${ANTARA})?(?:${TANGGAL.join("|")})(?:${ANTARA}${JAM}){0,2}`;
const HARI_ATAU_JUMLAH = `(?:${HARI}|${JUMLAH})`;
/** Looks like one, and is a decimal fraction, or days with their hours and amounts. */
const BUKAN_NOMOR = new RegExp(
  String.raw`^(?:\d{1,9}\.\d{1,14}|\d{1,9},\d{1,6}|${HARI_ATAU_JUMLAH}(?:${ANTARA}${HARI}|${ANTARA_JUMLAH}${JUMLAH}){0,3})$`,
  "u",
);
/** A number of ten digits and more is as telling as its text. */
const ANGKA_PANJANG = 1_000_000_000;

/**
 * A text without what could tell of a person: addresses, telephone numbers, tokens, long numbers. In NFKC, which may be
 * longer; marks and digits of other scripts stay as they are where there is nothing to hide.
 */
export function bersihkan(text: string): string {
  const utuh = text.normalize("NFKC");
  const polos = utuh.replaceAll(TAK_TERLIHAT, "").replaceAll(ANGKA_LAIN, angkaBiasa);
  const bersih = tanpaNomor(polos);
  return bersih === polos ? utuh : bersih;
}

/** A decimal digit of any script in ASCII. The ten of a script follow each other, and so may the tens of two. */
function angkaBiasa(angka: string): string {
  const kode = angka.codePointAt(0) ?? 0;
  let awal = kode;
  while (ANGKA.test(String.fromCodePoint(awal - 1))) awal -= 1;
  return String((kode - awal) % 10);
}

function tanpaNomor(polos: string): string {
  const tanpaAlamat = RAHASIA.reduce((bersih, [pola, tanda]) => bersih.replaceAll(pola, tanda), polos);
  return tanpaAlamat.replaceAll(DERETAN, (deretan) =>
    deretan.replaceAll(/\D/g, "").length < 10 || BUKAN_NOMOR.test(deretan) ? deretan : "[nomor]",
  );
}

/** A field as `bersihkan` leaves it. Measured again: NFKC makes up to 18 characters of one. */
export function bersihField(field: z.ZodType<string, string>) {
  return field.transform(bersihkan).pipe(field);
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
  return bersihField(textField(10, 500)).openapi({
    type: "string",
    minLength: 10,
    maxLength: 500,
    description: "Alamat email dan nomor di dalamnya dihapus.",
  });
}
