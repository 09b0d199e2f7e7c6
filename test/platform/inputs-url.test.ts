import { describe, expect, test, vi } from "vitest";
import { useWorld } from "../harness.ts";
import { readOperations, type Operation, type Schema } from "./document.ts";
import { expectRefused, flawsOf, pathWithId, sampleOf, send, type Sample } from "./samples.ts";

// Many of these ask every operation there is, each with rows of its own.
vi.setConfig({ testTimeout: 180_000 });

const world = useWorld();
const operations = await readOperations();
const isInteger = ({ schema }: Operation["parameters"][number]) => schema.type === "integer";

describe("a URL", () => {
  const withQuery = (sample: Sample, query: string) =>
    sample.path + (sample.path.includes("?") ? "&" : "?") + query;

  test.each([
    ["NUL in a value", "x=%00"],
    ["NUL in a name", "%00=x"],
    ["NUL, overlong", "x=%C0%80"],
    ["a lone surrogate", "x=%ED%A0%80"],
    ["invalid UTF-8", "x=%FF%FE"],
    ["half an escape", "x=%"],
    ["no hex in an escape", "x=%zz"],
    ["5,000 characters", `x=${"a".repeat(5_000)}`],
    ["10,000 parameters", "a&".repeat(10_000)],
  ])("with %s is refused everywhere", async (_name, query) => {
    await expectRefused(world, operations, [400], (_, sample) => ({ path: withQuery(sample, query) }));
  });

  test.each([
    "q=1&q=2",
    "a[]=1&a[]=2",
    "a[b]=1",
    "__proto__=1&constructor=1&prototype=1",
    "__proto__[saldo]=1",
  ])("with ?%s does not change an operation that has no query", async (query) => {
    for (const operation of operations.filter(
      ({ parameters }) => !parameters.some((p) => p.in === "query"),
    )) {
      const sample = await sampleOf(world, operation);
      const response = await send(world, sample, { path: withQuery(sample, query) });
      expect(response.status, operation.id).toBe(operation.success);
    }
  });
});

describe("an id in a path", () => {
  const withIds = operations.filter(({ parameters }) =>
    parameters.some((p) => p.in === "path" && isInteger(p)),
  );

  test.each([
    ["9007199254740992", 422],
    ["9007199254740993", 422],
    ["9223372036854775808", 422],
    ["1".repeat(300), 422],
    ["0", 422],
    ["-1", 422],
    ["-13056075990", 422],
    ["+1", 422],
    ["%2B1", 422],
    ["01", 422],
    ["1e3", 422],
    ["0x10", 422],
    ["1.0", 422],
    ["1,2", 422],
    ["1;2", 422],
    ["%20", 422],
    ["%201", 422],
    ["1%20", 422],
    ["1%0A", 422],
    ["%2F1", 422],
    ["%D9%A1", 422],
    ["%EF%BC%91", 422],
    ["NaN", 422],
    ["null", 422],
    ["__proto__", 422],
    ["%00", 400],
    ["1%00", 400],
    ["%ED%A0%80", 400],
    ["%FF", 400],
    ["%", 400],
  ])("%s is answered %i", async (id, status) => {
    await expectRefused(world, withIds, [status], (operation, sample) => ({
      path: pathWithId(operation, sample, id),
    }));
  });
});

/** A link to a file is for that file: with another id it is no link, whether there is such a file or not. */
const NOT_FOUND: Record<string, number> = { unduhDokumen: 403 };

describe("an id in a path that nobody has", () => {
  const withIds = operations.flatMap((operation) => {
    const id = operation.parameters.find((p) => p.in === "path" && isInteger(p));
    return id ? [{ operation, most: id.schema.maximum ?? NaN }] : [];
  });

  test.each([2_147_483_647, 2_147_483_648, Number.MAX_SAFE_INTEGER])(
    "%i is 404, and 422 where ids are not that large",
    async (id) => {
      for (const { operation, most } of withIds)
        await expectRefused(
          world,
          [operation],
          [id > most ? 422 : (NOT_FOUND[operation.id] ?? 404)],
          (_, sample) => ({ path: pathWithId(operation, sample, String(id)) }),
        );
    },
  );
});

describe("a UUID in a path", () => {
  const withUuids = operations.filter(({ parameters }) =>
    parameters.some((p) => p.in === "path" && p.schema.format === "uuid"),
  );
  const nobodys = "0b7c3f0e-6f0a-4f2e-9a51-3f6d6c1d9a11";

  test.each([
    [nobodys, 404],
    [nobodys.toUpperCase(), 404],
    ["00000000-0000-0000-0000-000000000000", 404],
    ["1", 422],
    [nobodys.slice(1), 422],
    [`${nobodys}0`, 422],
    [nobodys.replaceAll("-", ""), 422],
    [`{${nobodys}}`, 422],
    [`urn:uuid:${nobodys}`, 422],
    [`${nobodys}%0A`, 422],
    [`%20${nobodys}`, 422],
    [nobodys.replace("0b", "%D9%A1b"), 422],
    ["g".repeat(36), 422],
    ["semua", 422],
    ["null", 422],
    ["'%20or%20true%20--", 422],
    [`${nobodys}%00`, 400],
    ["%FF", 400],
  ])("%s is answered %i", async (id, status) => {
    await expectRefused(world, withUuids, [status], (operation, sample) => ({
      path: pathWithId(operation, sample, id),
    }));
  });
});

describe("a choice in a query", () => {
  const choices = operations.flatMap((operation) =>
    operation.parameters
      .filter(({ in: where, schema }) => where === "query" && (schema.enum || schema.type === "boolean"))
      .map(({ name }) => ({ id: operation.id, name, operation })),
  );

  test.each(choices)("of $id as ?$name=… is one of those it names", async ({ name, operation }) => {
    for (const value of [
      "",
      "x",
      "ADMIN",
      "True",
      "1",
      "admin,karyawan",
      "%27",
      "null",
      "a&" + name + "=b",
    ]) {
      await expectRefused(world, [operation], [422], () => ({ path: `${operation.path}?${name}=${value}` }));
    }
  });
});

describe("a text in a query", () => {
  const texts = operations.flatMap((operation) =>
    operation.parameters
      .filter(({ in: where, schema }) => where === "query" && schema.type === "string" && !schema.enum)
      .map(({ name, schema }) => ({ id: operation.id, name, operation, schema })),
  );
  /** Of a shape that the document tells in words. */
  const SHAPED = ["operatorNomor nomor", "semuaAturanHarga tier"];
  /** Any visible ASCII, as others name things. */
  const NAMES = ["riwayatTransaksi ref_id", "semuaMutasiBank before"];
  const isFree = ({ id, schema, name }: { id: string; schema: Schema; name: string }) =>
    !schema.pattern && !schema.format && name !== "token" && !SHAPED.includes(`${id} ${name}`);
  const shaped = texts.filter((text) => !isFree(text) && text.name !== "token");

  test.each(shaped)("of $id as ?$name=… is of its shape", async ({ name, operation }) => {
    const isName = NAMES.includes(`${operation.id} ${name}`);
    for (const value of [
      "",
      "%20",
      ...(isName ? [] : ["%25"]),
      "'%20or%201=1%20--",
      "%C3%A9",
      "%E2%80%AEx",
      "a".repeat(1_000),
    ])
      await expectRefused(world, [operation], [422], () => ({ path: `${operation.path}?${name}=${value}` }));
  });

  test("that is the token of a link opens nothing but its file", async () => {
    const links = operations.filter(({ id }) => id === "unduhDokumen");
    const [other] = links;
    const foreign = other ? (await sampleOf(world, other)).path.replace(/^.*token=/, "") : "";
    for (const token of ["x", "x.y.z", "%25", "%E2%80%AEx", "", "a".repeat(1_000), foreign, `${foreign}A`])
      await expectRefused(world, links, [403], (_, { path }) => ({
        path: path.replace(/token=.*$/, `token=${token}`),
      }));
    for (const query of ["", `token=${"a".repeat(1_001)}`, "token=x&token=x", "token[]=x", "Token=x"])
      await expectRefused(world, links, [422], (_, { path }) => ({
        path: path.replace(/token=.*$/, query),
      }));
  });

  /** Of which something can be read: a letter, or a digit. */
  const WORDS = ["semuaChat label", "semuaChat q"];
  /** Where a list goes on, taken as it is. */
  const CURSORS = ["daftarProdukBiller after"];

  const moments = texts.filter(({ schema }) => schema.format === "date-time");

  test.each([
    ["2026-02-30T00:00:00Z", 422],
    ["2026-11-20", 422],
    ["2026-11-20T03:00:00", 422],
    ["2026-11-20T25:00:00Z", 422],
    ["%2B275760-09-13T00:00:00Z", 422],
    ["-000001-01-01T00:00:00Z", 422],
    ["1900-01-02T00:00:00Z", 200],
    ["2199-12-31T16:59:59Z", 200],
    ["2026-11-20T10:00:00%2B07:00", 200],
  ])("that is a moment, as %s, is answered %i", async (value, status) => {
    expect(moments.map(({ id, name }) => `${id} ${name}`).sort()).toEqual([
      "semuaAudit from",
      "semuaAudit to",
      "semuaKejadian from",
      "semuaKejadian to",
    ]);
    for (const { name, operation } of moments) {
      const path = `${operation.path}?${name}=${value}`;
      const response = await send(world, await sampleOf(world, operation), { path });
      expect(await flawsOf(response, [status]), path).toEqual([]);
    }
  });

  test.each(["0000-01-01T00:00:00Z", "0000-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"])(
    "that is a moment beyond the years of four digits, %s, is 422",
    async (value) => {
      for (const { name, operation } of moments)
        await expectRefused(world, [operation], [422], () => ({
          path: `${operation.path}?${name}=${value}`,
        }));
    },
  );

  test.each(texts.filter(isFree))(
    "of $id as ?$name=… is taken literally, up to its length",
    async ({ name, operation }) => {
      const literally = ["%25", "_", "%5C", "'%20or%201=1%20--", "%24%7B7*7%7D", "%C3%A9", "%F0%9F%98%80"];
      const empty = operation.parameters.some((p) => p.name === name && p.schema.minLength) ? [] : [""];
      const all = [...literally, "%E2%80%8B", "%E2%80%AEx", ...empty];
      const words = WORDS.includes(`${operation.id} ${name}`);
      for (const value of words ? ["%25", "_", "%5C", "%F0%9F%98%80", "%E2%80%8B", "%E2%80%AEx"] : [])
        await expectRefused(world, [operation], [422], () => ({
          path: `${operation.path}?${name}=${value}`,
        }));
      for (const value of words ? literally.map((odd) => `a${odd}`) : all) {
        const path = `${operation.path}?${name}=${value}`;
        const response = await send(world, await sampleOf(world, operation), { path });
        expect(await flawsOf(response, [operation.success]), path).toEqual([]);
      }
      const isCursor = CURSORS.includes(`${operation.id} ${name}`);
      const short = empty.length > 0 ? [] : ["", ...(isCursor ? [] : ["%20"])];
      for (const value of ["a".repeat(1_000), `a&${name}=b`, ...short])
        await expectRefused(world, [operation], [422], () => ({
          path: `${operation.path}?${name}=${value}`,
        }));
    },
  );
});

describe("a number in a query", () => {
  const withNumbers = operations.filter(({ parameters }) =>
    parameters.some((p) => p.in === "query" && isInteger(p)),
  );
  const bare = ({ path }: Sample) => path.replace(/\?.*/, "");

  test.each(
    `-1 0 -0 01 1e1 0x10 +1 %2B1 1.5 1,5 NaN Infinity null true %20 1%20 %D9%A1 9007199254740993 9223372036854775808`
      .split(" ")
      .concat("", "9".repeat(300)),
  )("as '%s' is 422", async (value) => {
    const fits = (schema: Schema) => value === "0" && schema.minimum === 0;
    const named = (operation: Operation) =>
      operation.parameters
        .filter((p) => p.in === "query" && isInteger(p) && !fits(p.schema))
        .map(({ name }) => name);
    for (const name of new Set(withNumbers.flatMap(named))) {
      const having = withNumbers.filter((operation) => named(operation).includes(name));
      await expectRefused(world, having, [422], (_, sample) => ({
        path: `${bare(sample)}?${name}=${value}`,
      }));
    }
  });

  test.each([2_147_483_648, Number.MAX_SAFE_INTEGER])("as %i is 422 where less is allowed", async (value) => {
    const bounded = withNumbers.flatMap((operation) =>
      operation.parameters
        .filter((p) => p.in === "query" && isInteger(p) && (p.schema.maximum ?? NaN) < value)
        .map(({ name }) => ({ operation, name })),
    );
    expect(new Set(bounded.map(({ name }) => name))).toEqual(
      new Set(["limit", "skip", "id_jabatan", "term_months", "after", "produk_id"]),
    );
    for (const { operation, name } of bounded)
      await expectRefused(world, [operation], [422], (_, sample) => ({
        path: `${bare(sample)}?${name}=${value}`,
      }));
  });

  test("that skips everything there is answers an empty page", async () => {
    const skipping = withNumbers.filter(({ parameters }) => parameters.some(({ name }) => name === "skip"));
    expect(skipping).toHaveLength(3);
    for (const operation of skipping) {
      const path = `${operation.path}?skip=2147483647`;
      const response = await send(world, await sampleOf(world, operation), { path });
      expect(await response.json()).toEqual([]);
    }
  });

  test.each([
    "limit=101",
    "limit=1000000000",
    "limit=1&limit=2",
    "limit=1&limit=1",
    "limit[]=1",
    "limit[a]=1",
    "limit%00=1",
    "Limit=1",
    "offset=1000000000",
    "q=1",
    "cursor=1",
    "constructor=1",
    "toString=1",
    "__proto__=1",
    "__proto__[limit]=1",
  ])("?%s is refused", async (query) => {
    const unknowing = withNumbers.filter(
      ({ id, parameters }) =>
        (query !== "q=1" || !parameters.some(({ name }) => name === "q")) &&
        // Links of the chain are cheap: a page of them is longer.
        (query !== "limit=101" || id !== "periksaRantaiAudit"),
    );
    await expectRefused(world, unknowing, [400, 422], (_, sample) => ({
      path: `${bare(sample)}?${query}`,
    }));
  });
});
