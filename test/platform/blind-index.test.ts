import { eq } from "drizzle-orm";
import { bigint, pgTable } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createBlindIndex } from "../../src/platform/crypto/blind-index.ts";
import { blindIndex, sameIndex } from "../../src/platform/db/blind-index-column.ts";
import { openDatabase, type Database } from "../../src/platform/db/database.ts";
import { APP, openTestDatabase, type TestDatabase } from "../database/engines.ts";

const key = (version: number) => ({ version, hex: String(version).repeat(64).slice(0, 64) });
const index = createBlindIndex([key(1)]);
const phone = { table: "nasabah", column: "phone" };
const text = "+6281234567890";
const versions = (...all: number[]) => createBlindIndex(all.map(key)).of(phone, text);

describe("an index", () => {
  test("of the same text in the same column is the same, in every isolate", () => {
    expect(index.of(phone, text)["1"]).toMatch(/^[0-9a-f]{64}$/);
    expect(index.of(phone, text)).toEqual(index.of(phone, text));
    expect(createBlindIndex([key(1)]).of({ ...phone }, text)).toEqual(index.of(phone, text));
    // Stored: another one would find nobody any more.
    expect(index.of(phone, text)).toEqual({
      1: "2aeb4cd6a0356424daff78c39c17e519f7542d7a3b0a42a9ca2a15e919f574c9",
    });
  });

  test.each([
    ["text", phone, "+6281234567891"],
    ["column", { ...phone, column: "national_id" }, text],
    ["table", { ...phone, table: "mitra" }, text],
    ["border between table and column", { table: "nasabahphone", column: "" }, text],
    ["border between column and text", { table: "nasabah", column: "phone+" }, text.slice(1)],
  ])("of another %s is another", (_name, place, other) => {
    expect(index.of(place, other)["1"]).not.toBe(index.of(phone, text)["1"]);
  });

  test("is made of every configured key, each by its version alone, in whatever order they stand", () => {
    expect(() => createBlindIndex([])).toThrow("no sealing key");
    const all = { ...versions(1), ...versions(2), ...versions(10) };
    expect(Object.keys(all)).toEqual(["1", "2", "10"]);
    expect(new Set(Object.values(all)).size).toBe(3);
    expect(versions(10, 2, 1)).toEqual(all);
    expect(versions(1, 10, 2)).toEqual(all);
  });

  test("of another key under the same version is another", () => {
    expect(createBlindIndex([{ ...key(2), version: 1 }]).of(phone, text)).not.toEqual(index.of(phone, text));
  });
});

describe("the column", () => {
  const coba = pgTable("coba", {
    id: bigint({ mode: "number" }).primaryKey(),
    indeks: blindIndex(),
  });
  let opened: TestDatabase;
  let db: Database;
  const owner = (query: string) => opened.neon.asOwner(query);
  const stored = async () =>
    (await owner("select indeks from coba order by id")).map((row) => row["indeks"] ?? null);
  const inForce = async (version: number) => void (await owner(`update kunci_indeks set versi = ${version}`));
  const causeOf = async (query: PromiseLike<unknown>) => {
    try {
      await query;
    } catch (error) {
      return String((error as Error).cause);
    }
    throw new Error("the statement succeeded");
  };

  beforeAll(async () => {
    opened = await openTestDatabase(undefined);
    db = openDatabase(opened.urlOf(APP));
    await owner("create table coba (id bigint primary key, indeks text unique)");
    await owner("grant select, insert, update on coba to satupintu_app");
  });
  afterAll(async () => {
    await opened.close();
  });

  test("takes the oldest key's until one is in force, and that one from then on", async () => {
    expect(await owner("select versi from kunci_indeks")).toEqual([{ versi: "0" }]);
    await db.insert(coba).values({ id: 1, indeks: versions(10, 9) });
    expect(await stored()).toEqual([versions(9)["9"]]);
    expect(await owner("select versi from kunci_indeks")).toEqual([{ versi: "9" }]);
    // A Worker that has lost the key does not start another kind of indexes.
    expect(await causeOf(db.insert(coba).values({ id: 2, indeks: versions(10) }))).toContain(
      "no blind index of key version 9",
    );
  });

  test("is inserted, changed, emptied and compared as the version in force has it", async () => {
    await inForce(2);
    await db.insert(coba).values([{ id: 3, indeks: versions(2, 1) }, { id: 4, indeks: null }, { id: 5 }]);
    await db.update(coba).set({ indeks: null }).where(eq(coba.id, 1));
    expect(await stored()).toEqual([null, versions(2)["2"], null, null]);
    const found = (keys: number[]) =>
      db
        .select()
        .from(coba)
        .where(eq(coba.indeks, versions(...keys)));
    // What is stored says nothing to the app.
    expect(await found([2, 1])).toEqual([{ id: 3, indeks: {} }]);
    expect(await found([3, 2])).toHaveLength(1);
    await db
      .update(coba)
      .set({ indeks: versions(3, 2) })
      .where(eq(coba.indeks, versions(2)));
    await inForce(3);
    expect(await found([3, 2])).toEqual([]);
    await db
      .update(coba)
      .set({ indeks: versions(3, 2) })
      .where(eq(coba.id, 3));
    expect((await stored())[1]).toBe(versions(3)["3"]);
    expect(await found([3, 2])).toHaveLength(1);
  });

  test("is looked up under whatever version a row has", async () => {
    await inForce(2);
    const found = (keys: number[]) =>
      db
        .select()
        .from(coba)
        .where(sameIndex(coba.indeks, versions(...keys)));
    expect(await found([3, 2])).toHaveLength(1);
    expect(await found([2, 1])).toHaveLength(0);
    // Not with keys that are not those of the data.
    expect(await causeOf(found([3, 1]))).toContain("no blind index of key version 2");
  });

  test("takes nothing else: no other version, nothing at all, nothing that was read from it", async () => {
    await inForce(2);
    const before = await stored();
    for (const wrong of [versions(3, 1), {}, { "02": "x" }])
      for (const query of [
        db.insert(coba).values({ id: 9, indeks: wrong }),
        db.update(coba).set({ indeks: wrong }),
        db.select().from(coba).where(eq(coba.indeks, wrong)),
      ])
        expect(await causeOf(query)).toContain("no blind index of key version 2, which is in force");
    expect(await stored()).toEqual(before);
  });

  test("is found by an index of the table", async () => {
    await owner("insert into coba select n, n::text from generate_series(100, 2000) n");
    await owner("analyze coba");
    for (const where of [eq(coba.indeks, versions(2)), sameIndex(coba.indeks, versions(3, 2))]) {
      const { sql: query, params } = db.select().from(coba).where(where).toSQL();
      const plan = await opened.neon.asOwner(`explain (costs off) ${query}`, params as string[]);
      expect(JSON.stringify(plan)).toContain("coba_indeks_key");
      expect(JSON.stringify(plan)).not.toContain("Seq Scan");
    }
  });

  test("which version is in force, the app neither reads nor changes", async () => {
    const app = opened.as(APP);
    for (const query of [
      "select versi from kunci_indeks",
      "update kunci_indeks set versi = 3",
      "insert into kunci_indeks (satu, versi) values (false, 3)",
      "delete from kunci_indeks",
      "select app.tahan_indeks()",
    ])
      await expect(app.query(query), query).rejects.toThrow("permission denied");
  });
});
