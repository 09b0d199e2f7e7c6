import { describe, expect, test } from "vitest";
import { alasanField, bersihkan, bersihkanProps, propsField } from "../../src/amancair/batas/batas.ts";
import { TERLARANG } from "./pelaku.ts";

const props = propsField();
const takes = (value: unknown) => props.safeParse(value).success;

describe("properties", () => {
  test.each([
    ...TERLARANG,
    "contact",
    "phonebook",
    "phone_book",
    "calllog",
    "SMS",
    "last_sms",
    "clipboard",
    "calendar",
    "installedApps",
    "app_list",
    "usage_stat",
    "gallery",
    "hardware_id",
    "keystrokes",
    "daftar_kontak",
    "panggilan",
    "galeri",
  ])("are not called %s, in whatever case", (nama) => {
    for (const name of [nama, nama.toUpperCase(), `x.${nama}`, `${nama}-1`])
      expect(takes({ [name]: 1 }), name).toBe(false);
  });

  test("are flat, few and short", () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, n]));
    for (const value of [
      {},
      many(30),
      { a: "x".repeat(500) },
      { ["a".repeat(64)]: "" },
      { "a.b-c_D9": -1.5, b: true, c: null },
    ])
      expect(takes(value)).toBe(true);
    for (const value of [
      many(31),
      { a: "x".repeat(501) },
      { ["a".repeat(65)]: 1 },
      { "": 1 },
      { "a b": 1 },
      { é: 1 },
      { a: {} },
      { a: [] },
      { a: [1] },
      { a: "a\u0007" },
      { a: "\u202e" },
      { a: Number.POSITIVE_INFINITY },
      { a: Number.NaN },
      [],
      "a",
      null,
    ])
      expect(takes(value), JSON.stringify(value)).toBe(false);
  });
});

describe("a text", () => {
  test.each([
    ["siti@example.com", "[email]"],
    ["Siti.A+b-c_1@mail.example.co.id!", "[email]!"],
    ["081234567890", "[telepon]"],
    ["hubungi 081234567890.", "hubungi [telepon]."],
    ["+6281234567890", "[telepon]"],
    ["6281234567890", "[telepon]"],
    ["tel:+6281234567890,", "tel:[telepon],"],
    ["+14155552671", "+[nomor]"],
    ["3201010101900001", "[nomor]"],
    ["nik=3201010101900001&x", "nik=[nomor]&x"],
    ["NIK 3201010101900001.", "NIK [nomor]."],
    ["NIK 3201010101900001. IMEI 357890123456789.", "NIK [nomor]. IMEI [nomor]."],
    ["no.3201010101900001", "no.[nomor]"],
    ["imei:357890123456789", "imei:[nomor]"],
    ["user_357890123456789_x", "user_[nomor]_x"],
    ["1234567890", "[nomor]"],
    ["1".repeat(22), "[nomor]"],
    ["Bearer eyJhbGci.eyJzdWIi.s-i_g", "Bearer [token]"],
    ["a@b.co 081234567890 b@c.co", "[email] [telepon] [email]"],
  ])("%s becomes %s", (kotor, bersih) => {
    expect(bersihkan(kotor)).toBe(bersih);
    expect(bersihkanProps({ a: kotor, b: `x ${kotor}` })).toEqual({ a: bersih, b: `x ${bersih}` });
  });

  /** In the digits of the script whose zero is given. */
  const inScript = (zero: string, text: string) =>
    text.replaceAll(/\d/g, (digit) => String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(digit)));
  const padded = (digits: string, between: string) => Array.from(digits).join(between);

  test.each([
    ["(0812) 3456-7890", "[telepon]"],
    ["hubungi (0812) 3456-7890.", "hubungi [telepon]."],
    ["(+62) 812-3456-7890", "[telepon]"],
    ["(+62)812 3456 7890", "[telepon]"],
    ["+62 (0)812-3456-7890", "[telepon]"],
    ["+62 (812) 3456 7890", "[telepon]"],
    ["0812 - 3456 - 7890", "[telepon]"],
    ["0812/3456/7890", "[telepon]"],
    ["0812_3456_7890", "[telepon]"],
    ["0812,3456,7890", "[telepon]"],
    ["panggil(081234567890)", "panggil([telepon])"],
    ["0812-3456-7890 0813-2222-3333", "[telepon] [telepon]"],
    ["081234567890/081322223333", "[telepon]/[nomor]"],
    ["08-2012-3456", "[nomor]"],
    ["(021) 5550-1234", "([nomor]"],
    ["+1 (415) 555-2671", "+[nomor]"],
    ["3201,0117,0590,0001", "[nomor]"],
    ["NIK 3201,0117,0590,0001, ya", "NIK [nomor], ya"],
    ["(3201) (0117) (0590) (0001)", "([nomor])"],
    ["1,3201010101900001", "1,[nomor]"],
    ["320101,0101900001", "320101,[nomor]"],
    // Of the shape of a day with its hour, in a month that there is not.
    ["2026-13-20 03", "[nomor]"],
    ["1234-05-06 07", "[nomor]"],
    ...Array.from(
      "\u002D\u058A\u05BE\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2E3A\u301C\uFE58\uFF0D\u2212",
    ).flatMap((dash): [string, string][] => [
      [`0812${dash}3456${dash}7890`, "[telepon]"],
      [`3201 ${dash} 0117${dash}0590 ${dash} 0001`, "[nomor]"],
      [`(0812)${dash}3456 ${dash} 7890`, "[telepon]"],
    ]),
    ...Array.from("\u200B\u200C\u200D\u2060\uFEFF\u00AD\uFE0F\u20E3").flatMap((mark): [string, string][] => [
      [padded("081234567890", mark), "[telepon]"],
      [padded("3201010101900001", mark.repeat(50)), "[nomor]"],
      [`0812 ${mark}-${mark} 3456${mark}-7890`, "[telepon]"],
      [`si${mark}ti@exam${mark}ple.com`, "[email]"],
    ]),
    [padded("3201010101900001", "\uFE0F\u20E3"), "[nomor]"],
    // Arabic-Indic, Devanagari, and one beyond the first 65,536 characters.
    ...["\u0660", "\u0966", "\u{104A0}"].flatMap((zero): [string, string][] => [
      [inScript(zero, "081234567890"), "[telepon]"],
      [inScript(zero, "3201010101900001"), "[nomor]"],
      [inScript(zero, "0812\u20133456-7890"), "[telepon]"],
      [`0812${inScript(zero, "3456")}7890`, "[telepon]"],
      [inScript(zero, "(0812) 3456-7890"), "[telepon]"],
    ]),
    // Two sets of digits that touch each other, and the mathematical ones, which do, too.
    [
      "\u{116D0}\u{116D8}\u{116DB}\u{116DC}\u{116DD}\u{116DE}\u{116DF}\u{116E0}\u{116E1}\u{116E2}",
      "[telepon]",
    ],
    [
      "\u{1D7CE}\u{1D7D6}\u{1D7D9}\u{1D7DA}\u{1D7DB}\u{1D7DC}\u{1D7DD}\u{1D7DE}\u{1D7DF}\u{1D7E0}",
      "[telepon]",
    ],
  ])("%j becomes %j, however its numbers are written", (kotor, bersih) => {
    expect(bersihkan(kotor)).toBe(bersih);
    expect(bersihkan(`x ${kotor}\n`)).toBe(`x ${bersih}\n`);
  });

  test.each([
    "2026-11-20 03:00",
    "(2026-11-20 03:00)",
    "2026-11-20 (03:00)",
    "2026-11-20, 03:00",
    "2026-11-20 03.00",
    "2026-11-20 03.00.00",
    "2026-11-20 03.00 - 05.00",
    "03:00 2026-11-20",
    "20/11/2026 03:00",
    "20-11-2026 03.00",
    "2026\u201311\u201320 03:00",
    "2026-11-20 \u2013 2026-12-31",
    "2026-08-12 03:00",
    "2026-08-12 03.00.00",
    "2026-08-12 \u2013 2026-08-13",
    "2026-08-12 2026-08-13",
    "12/08/2026 12.30",
    "12.08.2026 12.30",
    "0.8123456789",
    "0.81234567890123",
    "12345678.9012",
    "12345678,90",
    "106,816666",
    "1.500.000",
    "Rp1.500.000,00",
    "Rp 15.000.000,00",
    "1,500,000.00",
    "15,000,000.00",
    "1.500.000.000",
    "1,234,567,890",
    "1.500.000 - 2.250.500",
    "1.500.000\u20132.250.500",
    "1.500.000 (2.250.500)",
    "1.500.000, 2.250.500",
    "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11",
    "2019\u20132024",
    "3\u200B4",
    "\u0661\u0662 kali",
    "\u06F1\u06F2\u06F3\u06F4\u06F5",
    "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645 3",
    "\u{1F468}\u200D\u{1F469}\u200D\u{1F467} 12",
  ])("%j is no such number, and stays", (text) => {
    expect(bersihkan(text)).toBe(text);
    expect(bersihkan(`x ${text}\n`)).toBe(`x ${text}\n`);
  });

  test("with an IP address in it is without it, though an amount looks alike", () => {
    for (const text of ["192.168.100.200", "192.168.100.20", "192.168.100.200 - 192.168.100.210"])
      expect(bersihkan(text)).toBe("[nomor]");
  });

  test.each([
    "",
    "Home.kt:42",
    "v1.4.0",
    "123456789",
    "at com.amancair.Home.onCreate(Home.kt:42)",
    "3.14159265358979",
    "user@localhost",
    "2026-11-20T03:00:00.000Z",
    "0x7ffeefbff5c8",
    "0b7c3f0e-6f0a-4f2e-9a51-3f6d6c1d9a11",
  ])("%j stays", (text) => {
    expect(bersihkan(text)).toBe(text);
  });

  const HOSTILE = [
    "1 ",
    "1,",
    "1 - ",
    "(",
    "(0",
    "0 8 ",
    "08",
    "62",
    "62 (0)",
    "1)(",
    "2026-11-20 03 ",
    "1.500.000 - ",
  ]
    .concat(["\u2013", "0\u2013", "1\u200B", "\u200B", "\uFE0F\u20E3", "\u0661", "\u0669\u200D", "\uFDFA"])
    .concat([`0812${" ".repeat(100)}`, `1${" ".repeat(41)}`, `1${" ".repeat(40)}x`]);
  test.each(["a", "a.", "1", "-", "eyJ-", "a@", "1.", ...HOSTILE])(
    "of 16,000 characters of %j takes no time to speak of",
    (part) => {
      const text = part.repeat(Math.floor(16_000 / part.length));
      const times = [];
      for (let n = 0; n < 3; n++) {
        const began = performance.now();
        bersihkan(text);
        times.push(performance.now() - began);
      }
      // A linear search takes a few of them, a quadratic one hundreds. The fastest of three: a busy machine only adds.
      expect(Math.min(...times)).toBeLessThan(100);
    },
  );
});

test("numbers that name a person or a phone are no properties either", () => {
  expect(bersihkanProps({ nik: 3_201_010_101_900_001, imei: 357_890_123_456_789 })).toEqual({
    nik: "[nomor]",
    imei: "[nomor]",
  });
  const plain = { ms: 1200, tinggi: 1.5, minus: -3, ok: true, kosong: null, waktu: 0 };
  expect(bersihkanProps(plain)).toEqual(plain);
});

test("a reason is a sentence, without what could tell of a person", () => {
  expect(alasanField().parse("  Memeriksa 081234567890 dan siti@example.com ")).toBe(
    "Memeriksa [telepon] dan [email]",
  );
  for (const text of ["terlalu", "         x", "x".repeat(501), "", 1, null])
    expect(alasanField().safeParse(text).success).toBe(false);
  for (const text of ["x".repeat(10), "x".repeat(500)]) expect(alasanField().parse(text)).toBe(text);
});
