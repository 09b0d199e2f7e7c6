import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bacaToken } from "../../src/ppob/struk/token-pln.ts";

const TOKEN = "1234-5678-9012-3456-7890";
const GROUPS = "1234 5678 9012 3456 7890";

test.each([
  [`${TOKEN}/BUDI SANTOSO/R1/450VA/11,0KWH`, { nama: "BUDI SANTOSO", tarif: "R1", daya: "450VA", kwh: 11 }],
  [`${TOKEN}/BUDI/R1M/900 VA/1.234,5 kWh`, { nama: "BUDI", tarif: "R1M", daya: "900 VA", kwh: 1234.5 }],
  [`${TOKEN}/BUDI/R1/000001300/32.40kwh`, { nama: "BUDI", tarif: "R1", daya: "000001300", kwh: 32.4 }],
  [`${TOKEN}/BUDI/SITI/R1/450VA/11,0KWH`, { nama: "BUDI/SITI", tarif: "R1", daya: "450VA", kwh: 11 }],
  [`${TOKEN}/PT R1/450VA/B2/2200VA/7,15KWH`, { nama: "PT R1/450VA", tarif: "B2", daya: "2200VA", kwh: 7.15 }],
  [`${TOKEN} / BUDI / R1 / 450VA / 11,0KWH `, { nama: "BUDI", tarif: "R1", daya: "450VA", kwh: 11 }],
  [`${TOKEN}/BUDI/R1/900VA/34,5`, { nama: "BUDI", tarif: "R1", daya: "900VA", kwh: 34.5 }],
  [`${TOKEN}/BUDI/R1/900VA`, { nama: "BUDI", tarif: "R1", daya: "900VA", kwh: null }],
  [`${TOKEN}/BUDI SANTOSO`, { nama: "BUDI SANTOSO", tarif: null, daya: null, kwh: null }],
  [`${TOKEN}//R1/450VA/11,0KWH`, { nama: null, tarif: "R1", daya: "450VA", kwh: 11 }],
  [`${TOKEN}/`, { nama: null, tarif: null, daya: null, kwh: null }],
  ["12345678901234567890", { nama: null, tarif: null, daya: null, kwh: null }],
  [
    "1234 5678 9012 3456 7890/BUDI/R1/450VA/,KWH",
    { nama: "BUDI/R1/450VA/,KWH", tarif: null, daya: null, kwh: null },
  ],
])("%s", (sn, rest) => {
  expect(bacaToken(sn)).toEqual({ token: GROUPS, ...rest });
});

test.each([
  "",
  "/",
  "0123456789",
  "1234-5678-9012-3456-789/BUDI",
  "1234-5678-9012-3456-78901/BUDI",
  "ABCD12345678901234567890",
  "BUDI/1234-5678-9012-3456-7890",
  "１２３４５６７８９０１２３４５６７８９０",
])("no token: %s", (sn) => {
  expect(bacaToken(sn)).toBeNull();
});

describe("whatever a biller sends", () => {
  const digits = fc.string({
    unit: fc.integer({ min: 0, max: 9 }).map(String),
    minLength: 20,
    maxLength: 20,
  });
  const grouped = digits.map((all) => all.match(/.{4}/g)?.join("-") ?? all);

  test("it never throws, and a token is 20 digits in groups of four", () => {
    const parts = fc.oneof(
      fc.string(),
      grouped,
      fc.constantFrom("R1", "450VA", "11,0KWH", "", "1,2,3KWH", "....kwh"),
    );
    const sn = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(parts, { maxLength: 8 }).map((all) => all.join("/")),
    );
    fc.assert(
      fc.property(sn, (text) => {
        const token = bacaToken(text);
        if (!token) return;
        expect(token.token).toMatch(/^(\d{4} ){4}\d{4}$/);
        expect(token.kwh === null || Number.isFinite(token.kwh)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a whole one is taken apart, whatever the name holds", () => {
    const name = fc
      .string({ minLength: 1 })
      .filter((text) => text.trim() === text && !/^\/|\/$|\/\s|\s\/|\/\//.test(text));
    fc.assert(
      fc.property(grouped, name, fc.integer({ min: 0, max: 99_999 }), (token, nama, tenths) => {
        const kwh = tenths / 10;
        expect(bacaToken(`${token}/${nama}/R1/1300VA/${String(kwh).replace(".", ",")}KWH`)).toEqual({
          token: token.replaceAll("-", " "),
          nama,
          tarif: "R1",
          daya: "1300VA",
          kwh,
        });
      }),
    );
  });
});
