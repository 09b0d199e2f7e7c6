import { describe, expect, test, vi } from "vitest";
import { useWorld } from "../harness.ts";
import { eachKind, isCallback, readOperations, type Operation } from "./document.ts";
import {
  EMPTY_IS_ENOUGH,
  expectRefused,
  flawsOf,
  newKey,
  rowCounts,
  sampleOf,
  send,
  TAKES_UNKNOWN,
  type Body,
  type Sample,
} from "./samples.ts";

// Many of these ask every operation there is, each with rows of its own.
vi.setConfig({ testTimeout: 180_000 });

const world = useWorld();
const operations = eachKind(await readOperations());
const json = operations.filter((operation) => operation.json);
/** Where nothing is taken that nobody knows. */
const closed = json.filter(({ id }) => !TAKES_UNKNOWN.includes(id));
/** Where many are told at once. */
const TAKES_LISTS = ["webhookBank"];
/** Where the body is read strictly. A vendor's message is covered by its signature or secret: only its shape matters. */
const strict = json.filter((operation) => !isCallback(operation));

/** The sample's body as text, with what `insert` says behind the opening brace. */
const opened = ({ body }: Sample, insert: string) => JSON.stringify(body).replace("{", `{${insert},`);

const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part)] : part)));

describe("a body that is not JSON", () => {
  test.each<[string, (sample: Sample) => Body]>([
    ["empty", () => ""],
    ["spaces", () => "  \n "],
    ["cut off", ({ body }) => JSON.stringify(body).slice(0, -5)],
    ["cut off in a string", () => `{"nama":"Bu`],
    ["cut off behind a backslash", () => `{"nama":"Bu\\`],
    ["followed by more", ({ body }) => `${JSON.stringify(body)}{}`],
    ["with a trailing comma", ({ body }) => JSON.stringify(body).replace(/}$/, ",}")],
    ["with a comment", ({ body }) => `/* */${JSON.stringify(body)}`],
    ["with single quotes", ({ body }) => JSON.stringify(body).replaceAll('"', "'")],
    ["with NaN", (sample) => opened(sample, `"x":NaN`)],
    ["with Infinity", (sample) => opened(sample, `"x":-Infinity`)],
    ["with a leading zero", (sample) => opened(sample, `"x":01`)],
    ["with a plus sign", (sample) => opened(sample, `"x":+1`)],
    ["with a raw NUL in a string", (sample) => opened(sample, `"x":"\u0000"`)],
    ["with a raw newline in a string", (sample) => opened(sample, `"x":"\n"`)],
    ["with half a \\u escape", (sample) => opened(sample, `"x":"\\u00"`)],
    ["UTF-16", ({ body }) => new Uint8Array(Buffer.from(JSON.stringify(body), "utf16le"))],
    ["with invalid UTF-8", () => bytes(`{"x":"`, [0xff, 0xfe], `"}`)],
    ["with an overlong NUL", () => bytes(`{"x":"`, [0xc0, 0x80], `"}`)],
    ["with an encoded surrogate", () => bytes(`{"x":"`, [0xed, 0xa0, 0x80], `"}`)],
    ["with UTF-8 cut off", () => bytes(`{"x":"`, [0xe2, 0x82], `"}`)],
  ])("(%s) is 400", async (_name, make) => {
    await expectRefused(world, json, [400], (_, sample) => ({ body: make(sample) }));
  });
});

describe("JSON that parsers disagree about", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const firstName = ({ body }: Sample) => Object.keys(body ?? {})[0] ?? "";
  const escaped = (name: string) => `\\u${name.charCodeAt(0).toString(16).padStart(4, "0")}${name.slice(1)}`;

  test.each<[string, (sample: Sample) => Body]>([
    ["behind a byte order mark", ({ body }) => bytes([0xef, 0xbb, 0xbf], JSON.stringify(body))],
    ["a key twice", (sample) => opened(sample, `"${firstName(sample)}":1`)],
    ["a key twice, once escaped", (sample) => opened(sample, `"${escaped(firstName(sample))}":1`)],
    ["a key twice, nested", (sample) => opened(sample, `"x":[{"a":1,"b":{"a":2},"a":3}]`)],
    ["__proto__", (sample) => opened(sample, `"__proto__":{"saldo":1}`)],
    ["__proto__, escaped", (sample) => opened(sample, `"\\u005f_proto__":{"saldo":1}`)],
    ["constructor", (sample) => opened(sample, `"constructor":{"prototype":{"saldo":1}}`)],
    ["prototype, nested", (sample) => opened(sample, `"x":{"prototype":1}`)],
    ["NUL in a key", (sample) => opened(sample, `"a\\u0000":1`)],
    ["half a surrogate pair in a key", (sample) => opened(sample, `"\\ud800":1`)],
    ["half a surrogate pair, nested", (sample) => opened(sample, `"x":[[{"y":"\\udc00\\ud800"}]]`)],
    ["33 levels", (sample) => opened(sample, `"x":${nested(33)}`)],
    ["30,000 levels", () => nested(30_000)],
    ["5,000 keys", (sample) => opened(sample, Array.from({ length: 5_000 }, (_, at) => `"k${at}":0`).join())],
  ])("(%s) is 400", async (_name, make) => {
    await expectRefused(world, strict, [400], (_, sample) => ({ body: make(sample) }));
  });

  test.each(["[]", "null", "true", "1", "-0", `"text"`, "[{}]", "{}", nested(30)])(
    "%s is 422",
    async (body) => {
      const isList = body.startsWith("[");
      const taking = json.filter(
        ({ id }) => (body !== "{}" || !EMPTY_IS_ENOUGH.includes(id)) && !(isList && TAKES_LISTS.includes(id)),
      );
      await expectRefused(world, taking, [422], () => ({ body }));
    },
  );

  test.each([
    "role",
    "is_admin",
    "user_id",
    "mitra_id",
    "id",
    "status",
    "harga",
    "aktif",
    "hasOwnProperty",
    "toJSON",
  ])("an unknown key %s is 422 and named", async (name) => {
    const unknowing = closed.filter(({ json: schema }) => !Object.hasOwn(schema?.properties ?? {}, name));
    await expectRefused(world, unknowing, [422], (_, sample) => ({ body: opened(sample, `"${name}":1`) }));
    const answer = await send(world, await sampleOf(world, first(strict)), { body: `{"${name}":1}` });
    expect((await answer.json<{ errors: unknown[] }>()).errors).toContainEqual(
      expect.objectContaining({ pointer: `#/${name}` }),
    );
  });

  test("an unknown key is named as it can be shown, however odd it is", async () => {
    const odd = [`${"a".repeat(79)}\u{1F600}`, "a/b~c", "\u202E", "", "x".repeat(60_000)];
    for (const name of odd) {
      await expectRefused(world, closed, [422], (_, sample) => ({
        body: opened(sample, `${JSON.stringify(name)}:1`),
      }));
    }
  });

  test("a thousand problems are answered with twenty", async () => {
    const body = JSON.stringify(Object.fromEntries(Array.from({ length: 900 }, (_, at) => [`k${at}`, at])));
    for (const operation of strict) {
      const response = await send(world, await sampleOf(world, operation), { body });
      expect((await response.json<{ errors: unknown[] }>()).errors.length).toBeLessThanOrEqual(20);
    }
  });

  test("a signed message of the queue keeps no key of a prototype", async () => {
    const queue = json.filter(({ security }) => security === "qstash");
    for (const operation of queue) {
      const sample = await sampleOf(world, operation);
      const before = await rowCounts(world);
      for (const key of ["__proto__", "constructor", "prototype"]) {
        const response = await send(world, sample, {
          body: opened(sample, `"${key}":{"transaksi_id":1}`),
        });
        expect([200, 400, 422]).toContain(response.status);
      }
      expect(await rowCounts(world)).toEqual(before);
    }
  });
});

describe("a signed message of the bank", () => {
  const bank = operations.filter(({ id }) => id === "webhookBank");
  const transfer = (isian: object) =>
    JSON.stringify({ mutation_id: "x", amount: 1, type: "CR", description: "x", ...isian });

  test.each<[string, string]>([
    ["an empty list", "[]"],
    ["a list of nothing", "[{},null,1,[]]"],
    ["30 levels", `[${"[".repeat(30)}${"]".repeat(30)}]`],
    ["without an id", transfer({ mutation_id: undefined })],
    [
      "half a surrogate pair in its id",
      `{"mutation_id":"a\\ud800b","amount":1,"type":"CR","description":"x"}`,
    ],
    ["NUL in its id", `{"mutation_id":"a\\u0000b","amount":1,"type":"CR","description":"x"}`],
    ["an id of 300 characters", transfer({ mutation_id: "x".repeat(300) })],
    ["money that went out", transfer({ type: "DB" })],
    ["an unknown direction", transfer({ type: "?" })],
    ["nothing", transfer({ amount: 0 })],
    ["less than nothing", transfer({ amount: -1 })],
    ["half a rupiah", transfer({ amount: 1.5 })],
    ["a sum beyond int8", `{"mutation_id":"x","amount":1e30,"type":"CR"}`],
    ["a sum of 1e400", `{"mutation_id":"x","amount":1e400,"type":"CR"}`],
    ["a sum in words", transfer({ amount: "satu juta" })],
  ])("(%s) is taken and changes nothing", async (_name, body) => {
    const sample = await sampleOf(world, first(bank));
    const before = await rowCounts(world);
    expect(await flawsOf(await send(world, sample, { body }), [200])).toEqual([]);
    expect(await rowCounts(world)).toEqual(before);
  });

  test("of a thousand transfers is taken, and of one more is 422", async () => {
    const list = (length: number) => JSON.stringify(Array.from({ length }, () => ({ type: "DB" })));
    const sample = await sampleOf(world, first(bank));
    expect(await flawsOf(await send(world, sample, { body: list(1_000) }), [200])).toEqual([]);
    await expectRefused(world, bank, [422], () => ({ body: list(1_001) }));
  });

  test.each([
    ["NUL and other controls", "a\\u0000b\\u0007\\nc"],
    ["half a surrogate pair", "a\\ud800b"],
    ["reversed text", "budi\\u202Emoc"],
    ["10,000 characters", "a".repeat(10_000)],
  ])("may say what it likes of a transfer: %s", async (_name, description) => {
    const sample = await sampleOf(world, first(bank));
    const body = `{"mutation_id":"${newKey()}","amount":1,"type":"CR","description":"${description}"}`;
    const response = await send(world, sample, { body });
    expect(await response.json()).toEqual({ status: "ok", diterima: 1, lunas: 0, dilewati: 0 });
  });
});

describe("a signed webhook of the biller", () => {
  const webhook = operations.filter(({ id }) => id === "webhookBiller");

  test.each<[string, string]>([
    ["empty", ""],
    ["not JSON", "halo"],
    ["a list", "[]"],
    ["null", "null"],
    ["30,000 levels", "[".repeat(30_000) + "]".repeat(30_000)],
    ["a key twice", `{"data":1,"data":{"ref_id":"x"}}`],
    ["__proto__", `{"__proto__":{"data":{"ref_id":"x","status":"Sukses"}}}`],
    ["half a surrogate pair in ref_id", `{"data":{"ref_id":"a\\ud800b","status":"Sukses","rc":"00"}}`],
    [
      "NUL in every text",
      `{"data":{"ref_id":"x","status":"\\u0000","rc":"\\u0000","message":"\\u0000","sn":"\\u0000"}}`,
    ],
    ["a price beyond int8", `{"data":{"ref_id":"x","status":"Sukses","rc":"00","price":1e30}}`],
    ["a price of 1e400", `{"data":{"ref_id":"x","status":"Sukses","rc":"00","price":1e400}}`],
    ["a price of -0", `{"data":{"ref_id":"x","status":"Sukses","rc":"00","price":-0}}`],
  ])("(%s) is taken and changes nothing", async (_name, body) => {
    const sample = await sampleOf(world, first(webhook));
    const before = await rowCounts(world);
    const response = await send(world, sample, { body });
    expect(await flawsOf(response, [200])).toEqual([]);
    expect(await rowCounts(world)).toEqual(before);
  });

  test("(NUL in ref_id) is taken and changes nothing", async () => {
    const sample = await sampleOf(world, first(webhook));
    const response = await send(world, sample, {
      body: `{"data":{"ref_id":"a\\u0000b","status":"Sukses","rc":"00"}}`,
    });
    expect(await flawsOf(response, [200])).toEqual([]);
  });

  test("that is not UTF-8 is 400", async () => {
    await expectRefused(world, webhook, [400], () => ({ body: bytes([0xff, 0xfe]) }));
  });
});

function first(among: Operation[]): Operation {
  const [one] = among;
  if (!one) throw new Error("no such operation");
  return one;
}
