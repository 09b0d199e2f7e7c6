import * as fc from "fast-check";
import { DrizzleQueryError } from "drizzle-orm/errors";
import { describe, expect, test, vi } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import { constantTimeEqual, hmacHex, sha256Hex } from "../../src/platform/crypto/hash.ts";
import { isLoopback } from "../../src/platform/db/database.ts";
import { AppError, defineError, errorOfCode, problemOf } from "../../src/platform/http/errors.ts";
import { textField } from "../../src/platform/http/fields.ts";
import { systemIds } from "../../src/platform/id.ts";
import { createLog, describeError } from "../../src/platform/log.ts";
import { MAX_WIRE_RUPIAH, toWire } from "../../src/platform/money.ts";

describe("toWire", () => {
  test("is exact up to 2^53 - 1, on both sides of zero", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n }), (amount) => {
        expect(BigInt(toWire(amount))).toBe(amount);
      }),
    );
    expect(toWire(BigInt(MAX_WIRE_RUPIAH))).toBe(9_007_199_254_740_991);
    expect(Object.is(toWire(0n), 0)).toBe(true);
  });

  test.each([2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n), 2n ** 63n - 1n, 10n ** 400n])(
    "refuses %s",
    (amount) => {
      expect(() => toWire(amount)).toThrow(RangeError);
    },
  );
});

describe("constantTimeEqual", () => {
  test("says what === says of well-formed texts", () => {
    const text = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(constantTimeEqual(a, b)).toBe(a === b);
        expect(constantTimeEqual(a, a)).toBe(true);
        expect(constantTimeEqual(a, `${a}x`)).toBe(false);
      }),
    );
  });

  test.each([
    ["", "a"],
    ["abc", "abd"],
    ["abc", "Abc"],
    ["\u00E9", "e\u0301"],
    ["ab", "\u00E9"],
  ])("tells '%s' from '%s'", (a, b) => {
    expect(constantTimeEqual(a, b)).toBe(false);
  });
});

test("hashes are the published ones", () => {
  expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const quick = "The quick brown fox jumps over the lazy dog";
  expect(hmacHex("sha256", "key", quick)).toBe(
    "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
  );
  expect(hmacHex("sha1", "key", quick)).toBe("de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9");
});

describe("describeError", () => {
  const params = ["budi@mail.com", "08123456789", "baris satu\n    at rahasia (file.ts:1:1)\nbaris tiga"];
  const query = `select app.daftar_mitra(
    $1, $2)
    from x`;
  const shown = (error: unknown) => JSON.stringify(describeError(error));

  test("never shows the parameters of a query, in message, stack or cause", () => {
    const inner = new Error("value too long");
    for (const error of [
      new DrizzleQueryError(query, params),
      new DrizzleQueryError(query, params, inner),
      new Error("wrapped", { cause: new DrizzleQueryError("select 1", []) }),
    ]) {
      for (const param of params.flatMap((value) => value.split("\n")))
        expect(shown(error)).not.toContain(param);
    }
    expect(shown(new DrizzleQueryError(query, params, inner))).toContain("value too long");
  });

  test("not even when the failed query is itself a cause", () => {
    const error = new Error("outer", { cause: new DrizzleQueryError(query, params) });
    for (const param of params.flatMap((value) => value.split("\n")))
      expect(shown(error)).not.toContain(param);
  });

  test("says what it was, where, and why", () => {
    const described = describeError(new TypeError("tidak bisa", { cause: new RangeError("terlalu jauh") }));
    expect(described).toEqual({
      error: "TypeError: tidak bisa",
      cause: "RangeError: terlalu jauh",
      stack: expect.stringMatching(/^\s+at .+small-parts\.test\.ts/) as string,
    });
  });

  test("bounds what it shows, and takes what is no error", () => {
    expect(shown(new Error("x".repeat(100_000))).length).toBeLessThan(2_000);
    expect(shown(new Error("x", { cause: new Error("y".repeat(100_000)) })).length).toBeLessThan(2_000);
    expect(describeError("teks")).toEqual({ error: "teks" });
    expect(describeError(undefined)).toEqual({ error: "undefined" });
    expect(describeError(new Error("")).error).toBe("Error: ");
  });
});

test("a log line is one line of JSON, whatever is in it", () => {
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line));
  log.warn("terjadi", { teks: "a\r\nb\u2028c", angka: 1, kosong: undefined, nihil: null });
  log.error("lagi");
  expect(lines.join("")).not.toMatch(/[\r\n]/);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { level: "warn", event: "terjadi", teks: "a\r\nb\u2028c", angka: 1, nihil: null },
    { level: "error", event: "lagi" },
  ]);
});

test("the log of the Worker is its console", () => {
  const spies = (["log", "warn", "error"] as const).map((name) => vi.spyOn(console, name).mockReturnValue());
  const log = createLog();
  log.info("a");
  log.warn("b");
  log.error("c");
  expect(spies.map((spy) => spy.mock.calls)).toEqual([
    [[`{"level":"info","event":"a"}`]],
    [[`{"level":"warn","event":"b"}`]],
    [[`{"level":"error","event":"c"}`]],
  ]);
  vi.restoreAllMocks();
});

test("ids and secrets are long enough and never the same", () => {
  const uuids = Array.from({ length: 1_000 }, () => systemIds.uuid());
  const secrets = Array.from({ length: 1_000 }, () => systemIds.secret(32));
  expect(new Set([...uuids, ...secrets]).size).toBe(2_000);
  for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(systemClock.now()).toBeInstanceOf(Date);
});

test("an error is declared once and found by its code", () => {
  const Basi = defineError(409, "KUE_BASI", "Kue sudah basi.", { pointer: "#/kue" });
  expect(errorOfCode("KUE_BASI")).toBe(Basi);
  expect(errorOfCode("TIDAK_ADA")).toBeUndefined();
  expect(errorOfCode("constructor")).toBeUndefined();
  expect(new Basi()).toBeInstanceOf(AppError);
  expect(new Basi()).toMatchObject({ name: "KUE_BASI" });
  expect(problemOf(new Basi(), "/kue", "id-1")).toEqual({
    type: "urn:satu-pintu:galat:kue-basi",
    title: "Bertentangan",
    status: 409,
    detail: "Kue sudah basi.",
    instance: "/kue",
    request_id: "id-1",
    errors: [{ pointer: "#/kue", detail: "Kue sudah basi." }],
  });
});

test.each([
  ["127.0.0.1", true],
  ["127.1.2.3", true],
  ["localhost", true],
  ["[::1]", true],
  ["db.example.com", false],
  ["localhost.example.com", false],
  ["127.example.com", false],
  ["10.0.0.1", false],
])("isLoopback(%s) is %s", (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback);
});

describe("textField", () => {
  const field = textField(1, 10);

  test.each([
    ["  Budi  ", "Budi"],
    ["e\u0301", "\u00E9"],
    ["\u0628\u0648\u062F\u064A", "\u0628\u0648\u062F\u064A"],
    ["Budi \u{1F600}", "Budi \u{1F600}"],
    ["\uFEFFBudi", "Budi"],
  ])("takes '%s'", (given, kept) => {
    expect(field.parse(given)).toBe(kept);
  });

  test.each([
    "",
    "   ",
    "\u200B",
    "\u200B\u2060\u00AD\uFEFF",
    "\u3164".replace("\u3164", "\u2800"),
    "...",
    "\u{1F600}",
    "a\u0000b",
    "a\nb",
    "a\tb",
    "a\u007Fb",
    "a\u202Eb",
    "a\u2066b",
    "a".repeat(11),
  ])("refuses '%s'", (given) => {
    expect(field.safeParse(given).success).toBe(false);
  });
});
