import { expect, test } from "vitest";
import { createBlindIndex } from "../../src/platform/crypto/blind-index.ts";

const key = (version: number) => ({ version, hex: String(version).repeat(64).slice(0, 64) });
const index = createBlindIndex([key(1)]);
const phone = { table: "nasabah", column: "phone" };
const text = "+6281234567890";

test("the same text in the same column has the same index, in every isolate", () => {
  expect(index.of(phone, text)).toMatch(/^[0-9a-f]{64}$/);
  expect(index.of(phone, text)).toBe(index.of(phone, text));
  expect(createBlindIndex([key(1)]).of({ ...phone }, text)).toBe(index.of(phone, text));
  // Stored: another one would find nobody any more.
  expect(index.of(phone, text)).toBe("2aeb4cd6a0356424daff78c39c17e519f7542d7a3b0a42a9ca2a15e919f574c9");
});

test.each([
  ["text", phone, "+6281234567891"],
  ["column", { ...phone, column: "national_id" }, text],
  ["table", { ...phone, table: "mitra" }, text],
  ["border between table and column", { table: "nasabahphone", column: "" }, text],
  ["border between column and text", { table: "nasabah", column: "phone+" }, text.slice(1)],
])("another %s has another index", (_name, place, other) => {
  expect(index.of(place, other)).not.toBe(index.of(phone, text));
});

test("another key gives another index, and none of a text without one", () => {
  expect(createBlindIndex([key(2)]).of(phone, text)).not.toBe(index.of(phone, text));
  expect(() => createBlindIndex([])).toThrow("no sealing key");
});

test("a new key changes no index, wherever it stands, and dropping the oldest changes every one", () => {
  for (const versions of [
    [2, 1],
    [1, 2],
    [3, 2, 1],
    [2, 1, 3],
    [1, 3, 2],
    [10, 9, 1],
  ])
    expect(createBlindIndex(versions.map(key)).of(phone, text), String(versions)).toBe(index.of(phone, text));
  expect(createBlindIndex([key(10), key(9)]).of(phone, text)).toBe(
    createBlindIndex([key(9)]).of(phone, text),
  );
  expect(createBlindIndex([key(3), key(2)]).of(phone, text)).not.toBe(index.of(phone, text));
});
