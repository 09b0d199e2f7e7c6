import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nikFlag, type Declared } from "../../src/direktori/users/nik.ts";
import type { NikFlag } from "../../src/direktori/users/table.ts";

const PROVINCES = (
  "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 " +
  "91 92 93 94 95 96"
).split(" ");
const NO_PROVINCES = Array.from({ length: 100 }, (_, code) => String(code).padStart(2, "0")).filter(
  (code) => !PROVINCES.includes(code),
);
const MEN = [
  "L",
  "l",
  "laki-laki",
  "Laki-Laki",
  "LAKI-LAKI",
  "pria",
  "Pria",
  "male",
  "Male",
  "M",
  "m",
  " L ",
];
const WOMEN = ["P", "p", "perempuan", "Perempuan", "wanita", "WANITA", "female", "Female", "F", "f", "p\n"];
const OTHERS = ["", "lain", "L/P", "waria", "laki", "laki laki", "femal", "nonfemale", "males", "x", "1"];

interface Person {
  province: string;
  place: string;
  dob: string;
  female: boolean;
  serial: string;
}
const digits = (of: number) => of.toString().padStart(2, "0");
const issue = ({ province, place, dob, female, serial }: Person) => {
  const [year = "", month = "", day = ""] = dob.split("-");
  return province + place + digits(Number(day) + (female ? 40 : 0)) + month + year.slice(2) + serial;
};
/** Born from 1900 to 2099. */
const dob = fc
  .integer({ min: -25_567, max: 47_481 })
  .map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10));
const person: fc.Arbitrary<Person> = fc.record({
  province: fc.constantFrom(...PROVINCES),
  place: fc.stringMatching(/^\d{4}$/),
  dob,
  female: fc.boolean(),
  serial: fc.integer({ min: 1, max: 9_999 }).map((serial) => String(serial).padStart(4, "0")),
});
/** A man's, born on 17 May 1990 in Bandung. */
const NIK = "3273011705900001";
const put = (nik: string, at: number, text: string) => nik.slice(0, at) + text + nik.slice(at + text.length);

describe("a NIK that was issued", () => {
  test("is plausible, whatever is declared that agrees with it", () => {
    fc.assert(
      fc.property(person, fc.nat(20), (person, at) => {
        const nik = issue(person);
        expect(nik).toHaveLength(16);
        const words = person.female ? WOMEN : MEN;
        const gender = words[at % words.length] ?? null;
        for (const declared of [{}, { dob: person.dob }, { gender }, { dob: person.dob, gender }])
          expect(nikFlag(nik, declared)).toBeNull();
        expect(nikFlag(nik, { dob: null, gender: null })).toBeNull();
        expect(nikFlag(nik, { dob: undefined, gender: OTHERS[at % OTHERS.length] })).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  test("is flagged for each single damage", () => {
    const serial = fc.constant<[NikFlag, number, string]>(["serial", 12, "0000"]);
    const damage = fc.oneof(
      fc.constantFrom(...NO_PROVINCES).map((code): [NikFlag, number, string] => ["province", 0, code]),
      fc
        .constantFrom("00", "32", "39", "40", "72", "73", "80", "99")
        .map((d): [NikFlag, number, string] => ["date", 6, d]),
      fc.constantFrom("00", "13", "20", "78", "99").map((m): [NikFlag, number, string] => ["date", 8, m]),
      serial,
    );
    fc.assert(
      fc.property(person, damage, (person, [flag, at, text]) => {
        const damaged = put(issue(person), at, text);
        expect(nikFlag(damaged, {})).toBe(flag);
        expect(nikFlag(damaged, { dob: person.dob, gender: person.female ? "P" : "L" })).toBe(flag);
      }),
      { numRuns: 1_000 },
    );
  });

  test("does not agree with another birth date or the other sex", () => {
    fc.assert(
      fc.property(person, dob, (person, other) => {
        const nik = issue(person);
        expect(nikFlag(nik, { dob: other })).toBe(
          other.slice(2) === person.dob.slice(2) ? null : "dob_mismatch",
        );
        for (const gender of person.female ? MEN : WOMEN)
          expect(nikFlag(nik, { gender })).toBe("gender_mismatch");
        for (const gender of OTHERS) expect(nikFlag(nik, { gender })).toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});

describe("a NIK is flagged", () => {
  test.each<[what: string, nik: string, declared: Declared, flag: NikFlag | null]>([
    ["plausible", NIK, { dob: "1990-05-17", gender: "Laki-laki" }, null],
    ["a woman's", "3273015705900001", { dob: "1990-05-17", gender: "Perempuan" }, null],
    ["the printed example", "1234567890123456", {}, "date"],
    ["an earlier reason hides the later", "0034567890120000", { dob: "1990-05-17" }, "province"],
    ["date before serial", "3273013205900000", {}, "date"],
    ["serial before birth date", "3273011705900000", { dob: "1990-05-18" }, "serial"],
    ["birth date before sex", NIK, { dob: "1990-05-18", gender: "P" }, "dob_mismatch"],
    ["day", NIK, { dob: "1990-05-18" }, "dob_mismatch"],
    ["month", NIK, { dob: "1990-06-17" }, "dob_mismatch"],
    ["year", NIK, { dob: "1991-05-17" }, "dob_mismatch"],
    ["the other century", NIK, { dob: "2090-05-17" }, null],
    ["a woman's day is not the one printed", "3273015705900001", { dob: "1990-05-57" }, "dob_mismatch"],
    ["a woman's first", "3273014101900001", { dob: "1990-01-01" }, null],
    ["a woman's last", "3273017101900001", { dob: "1990-01-31" }, null],
    ["a man's first", "3273010101900001", { dob: "1990-01-01", gender: "L" }, null],
    ["a man's last", "3273013101900001", { dob: "1990-01-31", gender: "L" }, null],
    ["31 April", "3273013104900001", {}, "date"],
    ["31 April of a woman", "3273017104900001", {}, "date"],
    ["30 February", "3273013002960001", {}, "date"],
    ["29 February of a leap year", "3273012902960001", {}, null],
    ["29 February of no leap year", "3273012902970001", {}, "date"],
    ["29 February of a woman, no leap year", "3273016902970001", {}, "date"],
    ["29 February 2000, which 1900 had not", "3273012902000001", {}, null],
    ["the last serial", "3273011705909999", {}, null],
    ["the first serial", "3273011705900001", {}, null],
    ["a round serial", "3273011705901000", {}, null],
    ["zeros elsewhere", "1100000101000001", {}, null],
  ])("%s", (_, nik, declared, flag) => {
    expect(nikFlag(nik, declared)).toBe(flag);
  });

  test("for its province: 38 of 100 codes are one", () => {
    expect(PROVINCES).toHaveLength(38);
    for (const code of PROVINCES) expect(nikFlag(put(NIK, 0, code), {})).toBeNull();
    for (const code of NO_PROVINCES) expect(nikFlag(put(NIK, 0, code), {})).toBe("province");
  });

  test.each([
    "",
    "327301170590000",
    `${NIK}0`,
    ` ${NIK}`,
    `${NIK}\n`,
    "327301170590000a",
    "٣273011705900001",
  ])("%o for its format", (nik) => {
    expect(nikFlag(nik, {})).toBe("format");
  });
});
