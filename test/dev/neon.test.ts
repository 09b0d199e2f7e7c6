import { neon, NeonDbError } from "@neondatabase/serverless";
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  date,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
} from "drizzle-orm/pg-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../src/platform/db/database.ts";
import { ManualClock } from "../../dev/clock.ts";
import { APP, ENGINES, errorOf, hex, openTestDatabase, type TestDatabase } from "../database/engines.ts";
import { until } from "../harness.ts";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });

/** More than a double can hold exactly. */
const BIG = 9_007_199_254_740_993n;

describe.each(ENGINES)("Neon's protocol over $engine", ({ url }) => {
  const clock = new ManualClock();
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase(url, clock);
  });
  afterEach(() => {
    db.neon.faults.clear();
  });
  afterAll(async () => {
    await db.close();
  });

  /** A table that every role may use, with a name of its own. */
  const makeTable = async (columns: string): Promise<string> => {
    const name = `t_${hex(8)}`;
    await db.neon.asOwner(`create table ${name} (${columns})`);
    await db.neon.asOwner(`grant all on ${name} to public`);
    return name;
  };
  const rowsOf = async (table: string) => await db.neon.asOwner(`select * from ${table} order by 1`);

  /** The protocol without the driver. */
  const post = async (body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) =>
    await fetch(`${db.neon.url}/sql`, {
      method: "POST",
      headers: { "neon-connection-string": db.urlOf(APP), ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
      signal: signal ?? null,
    });

  describe("types", () => {
    test("through the driver: each as node-postgres would read it", async () => {
      const [row] = await db.as(APP).query(
        `select $1::bigint as besar, $2::bigint[] as daftar, $3::numeric(20, 6) as pecahan, $4::date::text as hari,
          $5::jsonb as isi, $6::bytea as biner, $7::text[] as kata, $8::boolean as ya, null::text as kosong,
          'gagal'::public.status_transaksi as pilihan, $9::int as bulat, $10::timestamptz = $11::timestamptz as sama,
          $12::int[] as angka`,
        [
          String(BIG),
          [String(BIG), "-1"],
          "12345678901234.567890",
          "2024-02-29",
          { nama: "Ñandú 🦤", daftar: [1, null], dalam: { a: true } },
          Buffer.from([0, 1, 255]),
          ["a,b", 'kutip "dua"', "null", "NULL", "", "garis\\miring", "{}", null],
          true,
          -7,
          new Date("2024-02-29T23:59:59.123Z"),
          "2024-03-01 06:59:59.123+07",
          [1, 2, 3],
        ],
      );
      expect(row).toEqual({
        besar: String(BIG),
        daftar: [String(BIG), "-1"],
        pecahan: "12345678901234.567890",
        hari: "2024-02-29",
        isi: { nama: "Ñandú 🦤", daftar: [1, null], dalam: { a: true } },
        biner: Buffer.from([0, 1, 255]),
        kata: ["a,b", 'kutip "dua"', "null", "NULL", "", "garis\\miring", "{}", null],
        ya: true,
        kosong: null,
        pilihan: "gagal",
        bulat: -7,
        sama: true,
        angka: [1, 2, 3],
      });
    });

    test("through drizzle: a row comes back as it went in", async () => {
      const name =
        await makeTable(`besar bigint, daftar bigint[], pecahan numeric(20, 6), kapan timestamptz, mikro timestamptz,
        hari date, isi jsonb, biner bytea, kata text[], ya boolean, pilihan public.status_transaksi, kosong text, bulat integer`);
      const table = pgTable(name, {
        besar: bigint({ mode: "bigint" }),
        daftar: bigint({ mode: "bigint" }).array(),
        pecahan: numeric({ precision: 20, scale: 6 }),
        kapan: timestamp({ withTimezone: true }),
        mikro: timestamp({ withTimezone: true, mode: "string" }),
        hari: date(),
        isi: jsonb(),
        biner: bytea(),
        kata: text().array(),
        ya: boolean(),
        pilihan: text(),
        kosong: text(),
        bulat: integer(),
      });
      const row = {
        besar: -BIG,
        daftar: [BIG, 0n, -1n],
        pecahan: "0.000001",
        kapan: new Date("1999-12-31T17:00:00.001Z"),
        mikro: "2024-02-29 12:00:00.123456+00",
        hari: "1900-01-01",
        isi: { "kunci\n": ["é", null, 1.5, "\u2028"], teks: "'; drop table mitra; --" },
        biner: Buffer.from("PNG\u0000\r\n\x1a", "latin1"),
        kata: ["a,b", "null", "", "{x}", "it's", "\\", '"'],
        ya: false,
        pilihan: sql`'sukses'::public.status_transaksi`,
        kosong: null,
        bulat: 2_147_483_647,
      };
      const drizzle = openDatabase(db.urlOf(APP));
      await drizzle.insert(table).values(row);
      expect(await drizzle.select().from(table)).toEqual([{ ...row, pilihan: "sukses" }]);
      expect(await drizzle.select({ banyak: sql`count(*)`.mapWith(Number) }).from(table)).toEqual([
        { banyak: 1 },
      ]);
    });

    test("no row, no column and an empty text are three things", async () => {
      const app = db.as(APP);
      expect(await app.query("select 1 as a where false")).toEqual([]);
      expect(await app.query("select '' as a, null as b")).toEqual([{ a: "", b: null }]);
      expect(await app.query("select")).toEqual([{}]);
    });
  });

  describe("errors", () => {
    test("a constraint names itself, its table and the value", async () => {
      const induk = await makeTable("id integer primary key, jumlah integer check (jumlah > 0)");
      const anak = await makeTable(`induk integer constraint ${induk}_fk references ${induk} (id)`);
      const app = db.as(APP);
      await app.query(`insert into ${induk} values (1, 1)`);
      expect(await errorOf(app.query(`insert into ${induk} values (1, 1)`))).toMatchObject({
        code: "23505",
        severity: "ERROR",
        schema: "public",
        table: induk,
        constraint: `${induk}_pkey`,
        detail: "Key (id)=(1) already exists.",
      });
      expect(await errorOf(app.query(`insert into ${anak} values ($1)`, [2]))).toMatchObject({
        code: "23503",
        table: anak,
        constraint: `${induk}_fk`,
        detail: `Key (induk)=(2) is not present in table "${induk}".`,
      });
      expect(await errorOf(app.query(`insert into ${induk} values (2, 0)`))).toMatchObject({
        code: "23514",
        table: induk,
        constraint: `${induk}_jumlah_check`,
      });
      expect(await rowsOf(induk)).toHaveLength(1);
    });

    test("a not-null violation names its column, a bad value its type", async () => {
      const table = await makeTable("wajib text not null");
      const app = db.as(APP);
      expect(await errorOf(app.query(`insert into ${table} values (null)`))).toMatchObject({
        code: "23502",
        column: "wajib",
      });
      expect(await errorOf(app.query("select $1::int", ["abc"]))).toMatchObject({
        code: "22P02",
        message: 'invalid input syntax for type integer: "abc"',
      });
      expect(await errorOf(app.query("select $1::text", ["a\u0000b"]))).toMatchObject({ code: "22021" });
    });

    test("a syntax error says where", async () => {
      expect(await errorOf(db.as(APP).query("select 1 fromm x"))).toMatchObject({
        code: "42601",
        position: "16",
        message: 'syntax error at or near "x"',
      });
    });

    test("a SQLSTATE of our own comes through, with its hint and where it was raised", async () => {
      const name = `f_${hex(8)}`;
      await db.neon
        .asOwner(`create function public.${name}() returns void language plpgsql as $$ begin raise exception 'SALDO_TIDAK_CUKUP'
          using errcode = 'PT402', hint = 'isi saldo', constraint = 'cukup'; end $$`);
      expect(await errorOf(db.as(APP).query(`select public.${name}()`))).toMatchObject({
        code: "PT402",
        message: "SALDO_TIDAK_CUKUP",
        hint: "isi saldo",
        constraint: "cukup",
        where: expect.stringContaining(`function ${name}()`),
      });
    });

    test("two statements in one text are refused, and none is run", async () => {
      const table = await makeTable("a integer");
      const app = db.as(APP);
      const both = `insert into ${table} values (1); insert into ${table} values (2)`;
      expect(await errorOf(app.query(both))).toMatchObject({ code: "42601" });
      expect(await rowsOf(table)).toEqual([]);
    });

    test("after an error the next request starts afresh", async () => {
      const app = db.as(APP);
      await errorOf(app.query("select 1/0"));
      await errorOf(app.transaction([app.query("select 1"), app.query("select 1/0")]));
      expect(await app.query("select 1 as a")).toEqual([{ a: 1 }]);
    });
  });

  describe("batches", () => {
    test("results in order, each as it is alone", async () => {
      const table = await makeTable("a integer");
      const app = db.as(APP);
      const results = await app.transaction(
        [
          app.query(`insert into ${table} values ($1), ($2)`, [1, 2]),
          app.query(`update ${table} set a = a + 1 returning a`),
          app.query(`delete from ${table} where a = $1`, [99]),
          app.query(`select a from ${table} order by a`),
        ],
        { fullResults: true },
      );
      expect(results.map(({ command, rowCount, rows }) => ({ command, rowCount, rows }))).toEqual([
        { command: "INSERT", rowCount: 2, rows: [] },
        { command: "UPDATE", rowCount: 2, rows: [{ a: 2 }, { a: 3 }] },
        { command: "DELETE", rowCount: 0, rows: [] },
        { command: "SELECT", rowCount: 2, rows: [{ a: 2 }, { a: 3 }] },
      ]);
    });

    test("all or nothing: the second fails, the first is rolled back, and the third is not run", async () => {
      const table = await makeTable("a integer primary key");
      const app = db.as(APP);
      const insert = (value: number) => app.query(`insert into ${table} values ($1)`, [value]);
      const error = await errorOf(app.transaction([insert(1), insert(1), insert(2)]));
      expect(error.code).toBe("23505");
      expect(await rowsOf(table)).toEqual([]);
    });

    test("a deferred constraint fails the batch at its commit", async () => {
      const table = await makeTable("a integer unique deferrable initially deferred");
      const app = db.as(APP);
      const insert = app.query(`insert into ${table} values (1), (1)`);
      expect(await errorOf(app.transaction([insert]))).toMatchObject({ code: "23505" });
      expect(await rowsOf(table)).toEqual([]);
    });

    test.each([
      ["ReadUncommitted", "read uncommitted"],
      ["ReadCommitted", "read committed"],
      ["RepeatableRead", "repeatable read"],
      ["Serializable", "serializable"],
    ] as const)("isolation level %s", async (isolationLevel, name) => {
      const app = db.as(APP);
      const ask = app.query("select current_setting('transaction_isolation') as level");
      expect(await app.transaction([ask], { isolationLevel })).toEqual([[{ level: name }]]);
    });

    test("read only refuses a write; deferrable is passed on; neither is the default", async () => {
      const table = await makeTable("a integer");
      const app = db.as(APP);
      const write = () => app.query(`insert into ${table} values (1)`);
      expect(await errorOf(app.transaction([write()], { readOnly: true }))).toMatchObject({ code: "25006" });
      const ask = () =>
        app.query(
          "select current_setting('transaction_read_only') as ro, current_setting('transaction_deferrable') as d",
        );
      const strict = { isolationLevel: "Serializable", readOnly: true, deferrable: true } as const;
      expect(await app.transaction([ask()], strict)).toEqual([[{ ro: "on", d: "on" }]]);
      expect(await app.transaction([ask()])).toEqual([[{ ro: "off", d: "off" }]]);
      await app.transaction([write()]);
      expect(await rowsOf(table)).toHaveLength(1);
    });

    test("drizzle's batch sees its own writes and throws the driver's error bare", async () => {
      const table = await makeTable("a integer primary key");
      const drizzle = openDatabase(db.urlOf(APP));
      const insert = () => drizzle.execute(sql`insert into ${sql.raw(table)} values (1)`);
      const [, found] = await drizzle.batch([
        insert(),
        drizzle.execute(sql`select count(*)::int as n from ${sql.raw(table)}`),
      ]);
      expect(found.rows).toEqual([{ n: 1 }]);
      const failed: unknown = await drizzle.batch([insert()]).then(undefined, (error: unknown) => error);
      expect(failed).toBeInstanceOf(NeonDbError);
      expect(failed).toMatchObject({ code: "23505" });
    });
  });

  describe("the role of the connection string", () => {
    test("is the role of the transaction", async () => {
      expect(await db.as(APP).query("select current_user as siapa")).toEqual([{ siapa: APP }]);
      expect(await db.as(db.owner).query("select current_user as siapa")).toEqual([{ siapa: db.owner }]);
    });

    test("may not define tables, read what is not granted, or see rows without a context", async () => {
      const app = db.as(APP);
      const ddl = [
        `create table t_${hex(8)} (a integer)`,
        "create schema x",
        "create role x",
        "drop table mitra",
      ];
      for (const statement of ddl) {
        expect(await errorOf(app.query(statement)), statement).toMatchObject({ code: "42501" });
      }
      expect(await errorOf(app.query("select * from akun"))).toMatchObject({ code: "42501" });
      expect(await errorOf(app.query("select * from pg_authid"))).toMatchObject({ code: "42501" });
      const email = `${hex(8)}@mail.com`;
      await db.neon.asOwner(
        `insert into mitra (nama, email, kunci_api_hash, kunci_api_awalan, kunci_privat_segel) values ('x', $1, $2, 'x', 'x')`,
        [email, hex()],
      );
      expect(await app.query("select * from mitra")).toEqual([]);
      expect(await db.as(db.owner).query("select nama from mitra where email = $1", [email])).toHaveLength(1);
    });

    test("that does not exist, or is missing, is an error", async () => {
      const name = `tidak_ada_${hex(4)}`;
      expect(await errorOf(db.as(name).query("select 1"))).toMatchObject({
        message: `role "${name}" does not exist`,
      });
      expect((await post({ query: "select 1" }, { "neon-connection-string": "" })).status).toBe(400);
      expect((await post({ query: "select 1" }, { "neon-connection-string": "bukan url" })).status).toBe(400);
    });

    test("is a name, not SQL", async () => {
      const name = `"; select set_config('app.layanan', 'x', false); --`;
      const error = await errorOf(db.as(encodeURIComponent(name)).query("select 1"));
      expect(error.message).toBe(`role "${name}" does not exist`);
    });
  });

  test("what a transaction sets for itself is gone in the next request", async () => {
    const app = db.as(APP);
    const set = () => app.query("select set_config('app.mitra_id', '7', true)");
    const read = () => app.query("select coalesce(current_setting('app.mitra_id', true), '') as konteks");
    expect(await app.transaction([set(), read()])).toEqual([[{ set_config: "7" }], [{ konteks: "7" }]]);
    const later = await Promise.all(Array.from({ length: 40 }, async () => await read()));
    expect(later).toEqual(Array.from({ length: 40 }, () => [{ konteks: "" }]));
  });

  describe("the wire", () => {
    test("fields, rows as texts in arrays, command and count", async () => {
      const table = await makeTable("a bigint, b varchar(7), c boolean");
      const relation = await db.neon.asOwner("select $1::regclass::oid as oid", [table]);
      const response = await post({
        query: `insert into ${table} values ($1, $2, $3), (2, null, false) returning *`,
        params: ["1", "x", "t"],
      });
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toContain("application/json");
      const tableID = Number(relation[0]?.["oid"]);
      const field = (name: string, columnID: number, dataTypeID: number, size: number, modifier = -1) => ({
        name,
        dataTypeID,
        tableID,
        columnID,
        dataTypeSize: size,
        dataTypeModifier: modifier,
        format: "text",
      });
      expect(await response.json()).toEqual({
        fields: [field("a", 1, 20, 8), field("b", 2, 1043, -1, 11), field("c", 3, 16, 1)],
        rows: [
          ["1", "x", "t"],
          ["2", null, "f"],
        ],
        rowAsArray: true,
        command: "INSERT",
        rowCount: 2,
      });
    });

    test("a batch is a list of results, also of one or none; DDL and an empty text have no count", async () => {
      const shape = { fields: [], rows: [], rowAsArray: true };
      const name = `t_${hex(8)}`;
      const owner = { "neon-connection-string": db.urlOf(db.owner) };
      const ddl = await post({ queries: [{ query: `create table ${name} (a integer)` }] }, owner);
      expect(await ddl.json()).toEqual({ results: [{ ...shape, command: "CREATE", rowCount: null }] });
      expect(await (await post({ queries: [] })).json()).toEqual({ results: [] });
      expect(await (await post({ query: "" })).json()).toEqual({ ...shape, command: "", rowCount: null });
    });

    test("a parameter may be any JSON value", async () => {
      const response = await post({
        query: "select $1::int as a, $2::bool as b, $3::jsonb->>'x' as c, $4::text as d, $5::numeric as e",
        params: [41, true, { x: "y" }, null, 1.5],
      });
      expect(await response.json()).toMatchObject({ rows: [["41", "t", "y", null, "1.5"]] });
    });

    test.each([
      "",
      "{",
      "null",
      "5",
      "[]",
      "{}",
      '{"query":null}',
      '{"query":["select 1"]}',
      '{"query":"select 1","params":"x"}',
      '{"query":"select 1","params":{}}',
      '{"queries":5}',
      '{"queries":[null]}',
      '{"queries":[{"query":"select 1"},{"query":7}]}',
      '{"query":"select \\u0000 1"}',
      '{"query":"select $1::int","params":[]}',
      '{"query":"select 1","params":["berlebih"]}',
    ])("a malformed request is a 400 and harms nobody: %s", async (body) => {
      const response = await post(body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ message: expect.stringMatching(/./) });
      expect(await db.as(APP).query("select 1 as a")).toEqual([{ a: 1 }]);
    });

    test("anything but POST /sql is not found", async () => {
      expect((await fetch(`${db.neon.url}/sql`)).status).toBe(404);
      expect((await fetch(`${db.neon.url}/sql/`, { method: "POST", body: "{}" })).status).toBe(404);
    });
  });

  describe("faults", () => {
    const insertInto = (table: string) => db.as(APP).query(`insert into ${table} values (1)`);
    const failureOf = async (query: Promise<unknown>): Promise<unknown> =>
      await query.then(
        () => "it succeeded",
        (error: unknown) => error,
      );

    test("refuse: the caller fails and nothing was done", async () => {
      const table = await makeTable("a integer");
      db.neon.faults.next({ kind: "refuse" });
      const error = await failureOf(insertInto(table));
      expect(error).toBeInstanceOf(NeonDbError);
      expect(error).not.toHaveProperty("code", expect.any(String));
      expect(await rowsOf(table)).toEqual([]);
      await insertInto(table);
      expect(await rowsOf(table)).toHaveLength(1);
    });

    test("drop: the caller fails, but the row is there", async () => {
      const table = await makeTable("a integer");
      db.neon.faults.next({ kind: "drop" });
      expect(await failureOf(insertInto(table))).toBeInstanceOf(NeonDbError);
      expect(await rowsOf(table)).toHaveLength(1);
    });

    test.each(["hang", "hangAfter"] as const)("%s: no answer, until the caller gives up", async (kind) => {
      const table = await makeTable("a integer");
      db.neon.faults.next({ kind });
      const before = db.neon.requests;
      const patience = new AbortController();
      const query = failureOf(post({ query: `insert into ${table} values (1)` }, {}, patience.signal));
      if (kind === "hang") await until(() => db.neon.requests > before);
      else await until(async () => (await rowsOf(table)).length === 1);
      patience.abort();
      expect(await query).toMatchObject({ name: "AbortError" });
      expect(await rowsOf(table)).toHaveLength(kind === "hang" ? 0 : 1);
    });

    test("garbage and outages are errors, never results", async () => {
      const table = await makeTable("a integer");
      const garbage = ["<html>502 Bad Gateway</html>", "", "{", "null", '"ok"'];
      for (const body of garbage) {
        for (const status of [200, 502]) {
          db.neon.faults.next({ kind: "answer", status, body });
          expect(await failureOf(insertInto(table)), `${status} ${body}`).toBeInstanceOf(Error);
        }
      }
      expect(await rowsOf(table)).toEqual([]);
      db.neon.faults.next({ kind: "replace", status: 500, body: "terputus" });
      expect(await failureOf(insertInto(table))).toBeInstanceOf(NeonDbError);
      expect(await rowsOf(table)).toHaveLength(1);
    });

    test("a SQLSTATE of the engine's own can be played", async () => {
      const body = JSON.stringify({
        message: "could not serialize access",
        code: "40001",
        severity: "ERROR",
      });
      db.neon.faults.next({ kind: "answer", status: 400, body });
      expect(await errorOf(db.as(APP).query("select 1"))).toMatchObject({ code: "40001" });
    });

    test("only the requests that match, as often as planned", async () => {
      const app = db.as(APP);
      const isMarked = ({ body }: { body: Buffer }) => body.includes("ditandai");
      db.neon.faults.next({ kind: "refuse" }, 2, isMarked);
      expect(await app.query("select 1 as a")).toEqual([{ a: 1 }]);
      expect(await failureOf(app.query("select 'ditandai' as a"))).toBeInstanceOf(NeonDbError);
      expect(await failureOf(app.query("select 'ditandai' as a"))).toBeInstanceOf(NeonDbError);
      expect(await app.query("select 'ditandai' as a")).toEqual([{ a: "ditandai" }]);
    });
  });

  test("app.jam() is the clock's time, and moves only with it", async () => {
    const owner = db.as(db.owner);
    const jam = async () => {
      const [row] = await owner.query("select (extract(epoch from app.jam()) * 1000)::bigint as ms");
      return Number(row?.["ms"]);
    };
    const start = clock.now();
    expect(await jam()).toBe(start);
    clock.advance(86_400_001);
    expect(await jam()).toBe(start + 86_400_001);
    expect(await jam()).toBe(start + 86_400_001);
  });

  test("50 requests at once: everyone gets the answer to their own question", async () => {
    const app = db.as(APP);
    const table = await makeTable("a integer primary key");
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const [rows] = await app.transaction([
          app.query(`insert into ${table} values ($1) returning a, $2::text as b`, [at, `nomor ${at}`]),
          app.query("select set_config('app.mitra_id', $1, true)", [String(at)]),
        ]);
        return rows;
      }),
    );
    expect(answers).toEqual(Array.from({ length: 50 }, (_, at) => [{ a: at, b: `nomor ${at}` }]));
    expect(await rowsOf(table)).toHaveLength(50);
  });

  test("failures among requests at once concern only themselves", async () => {
    const table = await makeTable("a integer primary key");
    const app = db.as(APP);
    const insert = (value: number) => app.query(`insert into ${table} values ($1)`, [value]);
    const results = await Promise.allSettled(
      Array.from(
        { length: 30 },
        async (_, at) => await app.transaction([insert(at), insert(at % 3 === 0 ? at : at + 100)]),
      ),
    );
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(10);
    expect(await rowsOf(table)).toHaveLength(40);
  });

  test("a large result is whole", async () => {
    const rows = await db
      .as(APP)
      .query("select n, repeat(n::text, 20) as isi from generate_series(1, $1::int) n", [30_000]);
    expect(rows).toHaveLength(30_000);
    expect(rows.every(({ n, isi }, at) => n === at + 1 && isi === String(at + 1).repeat(20))).toBe(true);
    const [long] = await db.as(APP).query("select repeat('é', $1::int) as isi", [3_000_000]);
    expect(long?.["isi"]).toHaveLength(3_000_000);
  });

  test("a large parameter arrives whole", async () => {
    const isi = "🦤".repeat(500_000);
    const [row] = await neon(db.urlOf(APP)).query(
      "select length($1::text) as n, md5($1::text) = md5($2) as sama",
      [isi, isi],
    );
    expect(row).toEqual({ n: 500_000, sama: true });
  });
});

describe.each(ENGINES)("without a clock, over $engine", ({ url }) => {
  test("app.jam() is the engine's own time, and a caller's app.jam lasts for its transaction", async () => {
    const db = await openTestDatabase(url);
    try {
      const owner = db.as(db.owner);
      expect(await owner.query("select app.jam() = now() as sama")).toEqual([{ sama: true }]);
      await owner.transaction([owner.query("select set_config('app.jam', '2001-01-01T00:00:00Z', true)")]);
      expect(await owner.query("select app.jam() = now() as sama")).toEqual([{ sama: true }]);
    } finally {
      await db.close();
    }
  });
});
