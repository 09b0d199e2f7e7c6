import { expect, test } from "vitest";
import { tujuanAman } from "../../src/halaman/alamat.ts";

test.each([
  ["/", "/"],
  ["/home", "/home"],
  ["/a/b?c=d&e=%2F", "/a/b?c=d&e=%2F"],
  ["/a/../home", "/home"],
  ["/home#bagian", "/home"],
])("%s is a way of ours", (next, expected) => {
  expect(tujuanAman(next)).toBe(expected);
});

test.each([
  undefined,
  "",
  "home",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/.//evil.example",
  "/a/..//evil.example",
  "/./\\evil.example",
  "/\t/evil.example",
  "/%0d%0aset-cookie:x=1\r\n",
  "/ /evil.example",
  "https://evil.example",
  "https:evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "/\u00e9",
  "/\u2215/evil.example",
])("%j leads home", (next) => {
  expect(tujuanAman(next)).toBe("/");
  // Whoever has asked for a way that is none gets no other instead.
  expect(tujuanAman(next, "/dashboard")).toBe(next ? "/" : "/dashboard");
});
