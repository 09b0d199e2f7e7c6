import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { whyRefused } from "../../src/platform/http/strict-json.ts";

const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

const text = fc.string({ unit: "binary" }).filter((value) => value.isWellFormed() && !value.includes("\0"));
const key = text.filter((name) => !FORBIDDEN.has(name));
const leaf = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const { value: harmless } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4 }),
  ),
}));

/** JSON with every string escaped in a way that a scan for plain quotes would trip over. */
function escapedJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[^\x20-\x7e]|\//g, (unit) =>
    Array.from(unit, (char) =>
      char === "/" ? "\\/" : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

/** What is wrong, as the text of one JSON value, and what is said of it. */
const DEFECTS: Record<string, { json: string; reason: string }> = {
  "NUL in a value": { json: `"a\\u0000b"`, reason: "NUL" },
  "NUL in a key": { json: `{"a\\u0000":1}`, reason: "NUL" },
  "a high surrogate alone": { json: `"\\ud83d"`, reason: "Unicode" },
  "a low surrogate alone": { json: `"\\uDE00 "`, reason: "Unicode" },
  "surrogates the wrong way round": { json: `"\\ude00\\ud83d"`, reason: "Unicode" },
  "a surrogate in a key": { json: `{"\\ud83d":1}`, reason: "Unicode" },
  "a key twice": { json: `{"k":1,"l":{"k":[]},"k":2}`, reason: "dua kali" },
  "a key twice, differently written": { json: `{"k":1,"\\u006b":2}`, reason: "dua kali" },
  "the empty key twice": { json: `{"":1,"":2}`, reason: "dua kali" },
  __proto__: { json: `{"__proto__":{}}`, reason: "dilarang" },
  "__proto__, escaped": { json: `{"\\u005F_proto__":{}}`, reason: "dilarang" },
  constructor: { json: `{"constructor":1}`, reason: "dilarang" },
  prototype: { json: `{"prototype":1}`, reason: "dilarang" },
  "33 levels": { json: "[".repeat(33) + "]".repeat(33), reason: "terlalu dalam" },
  "33 levels of objects": { json: `{"a":`.repeat(33) + "1" + "}".repeat(33), reason: "terlalu dalam" },
  "4,001 keys": {
    json: `{${Array.from({ length: 4_001 }, (_, at) => `"k${at}":0`).join()}}`,
    reason: "terlalu banyak",
  },
};

test("any JSON without a defect is taken, however it is written", () => {
  fc.assert(
    fc.property(harmless, fc.constantFrom(undefined, 1, "\t", "\r\n"), (value, space) => {
      expect(whyRefused(JSON.stringify(value))).toBeUndefined();
      expect(whyRefused(JSON.stringify(value, null, space))).toBeUndefined();
      expect(whyRefused(escapedJson(value))).toBeUndefined();
      expect(JSON.parse(escapedJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 500 },
  );
});

describe.each(Object.entries(DEFECTS))("%s", (_name, { json, reason }) => {
  test("is found wherever it stands", () => {
    const marker = "@defect@";
    const place = fc.oneof(
      fc
        .tuple(fc.array(harmless, { maxLength: 3 }), fc.array(harmless, { maxLength: 3 }))
        .map(([before, after]) => [...before, marker, ...after]),
      fc
        .tuple(fc.dictionary(key, harmless, { maxKeys: 3 }), key)
        .map(([others, name]) => ({ ...others, [name]: marker })),
      fc.constant(marker),
    );
    const buried = fc
      .tuple(place, fc.array(fc.oneof(key, fc.constant(undefined)), { maxLength: 6 }))
      .map(([inner, path]) =>
        path.reduce<unknown>((value, step) => (step === undefined ? [value] : { [step]: value }), inner),
      );
    fc.assert(
      fc.property(buried, (value) => {
        const planted = JSON.stringify(value).replace(`"${marker}"`, () => json);
        expect(() => JSON.parse(planted)).not.toThrow();
        expect(whyRefused(planted)).toContain(reason);
      }),
    );
  });
});

test("the limits themselves are taken", () => {
  expect(whyRefused("[".repeat(32) + "]".repeat(32))).toBeUndefined();
  expect(whyRefused(`{${Array.from({ length: 4_000 }, (_, at) => `"k${at}":0`).join()}}`)).toBeUndefined();
});

test("what only looks like a defect is taken", () => {
  for (const harmlessText of [
    `{"a":"__proto__","b":["constructor"]}`,
    `{"a":{"k":1},"b":{"k":1}}`,
    `[{"k":1},{"k":1}]`,
    `{"k":"k"}`,
    `{"a":"\\\\u0000"}`,
    `{"a":"\\"}{[,:","b":1}`,
    `{"a\\\\":1,"a\\"":1,"a":1}`,
    `{"a":"\\ud83d\\ude00"}`,
    `{"a":["x","x"],"b":"a"}`,
    `"${"[".repeat(40)}"`,
    `{"K":1,"k":1}`,
    `""`,
    "-1.5e3",
  ])
    expect(whyRefused(harmlessText), harmlessText).toBeUndefined();
});

test("a long text costs no more than its length", () => {
  // Quadratic work would not end within the test's time.
  expect(whyRefused(JSON.stringify('\\"'.repeat(500_000)))).toBeUndefined();
  expect(whyRefused(`[${'"a",'.repeat(300_000)}1]`)).toBeUndefined();
});
