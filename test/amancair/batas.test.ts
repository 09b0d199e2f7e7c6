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

  test.each(["a", "a.", "1", "-", "eyJ-", "a@", "1."])(
    "of 16,000 characters of %j takes no time to speak of",
    (part) => {
      const text = part.repeat(16_000 / part.length);
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
