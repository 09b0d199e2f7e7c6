import { expect, test } from "vitest";
import { operatorDari } from "../../src/ppob/produk/operator.ts";

const tail = (awalan: string) => awalan.padEnd(12, "7");

test.each([
  ["Telkomsel", ["0811", "0812", "0813", "0821", "0822", "0823", "0852", "0853", "0851", "085150", "085159"]],
  ["by.U", ["085155", "085156", "085157", "085158"]],
  ["Indosat", ["0814", "0815", "0816", "0855", "0856", "0857", "0858"]],
  ["XL", ["0817", "0818", "0819", "0859", "0877", "0878"]],
  ["Axis", ["0831", "0832", "0833", "0838"]],
  ["Tri", ["0895", "0896", "0897", "0898", "0899"]],
  ["Smartfren", ["0881", "0882", "0883", "0884", "0885", "0886", "0887", "0888", "0889"]],
])("prefixes of %s", (nama, awalan) => {
  expect(awalan.map((angka) => operatorDari(tail(angka))?.nama)).toEqual(awalan.map(() => nama));
});

test("where lists disagree both brands are named, the likelier first", () => {
  expect(operatorDari("085155000000")?.merek).toEqual(["by.U", "TELKOMSEL"]);
  expect(operatorDari("085110000000")?.merek).toEqual(["TELKOMSEL", "by.U"]);
  expect(operatorDari("083110000000")?.merek).toEqual(["AXIS", "XL"]);
});

test("a prefix that nobody has is nobody's", () => {
  for (const nomor of ["086012345678", "084412345678", "02112345678", "", "8123"])
    expect(operatorDari(nomor)).toBeUndefined();
});
