import { createHash } from "node:crypto";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tally } from "../answers.ts";
import { ENGINES, openTestDatabase, postgresSuite, postgresUrl, type TestDatabase } from "./engines.ts";

/** What app.periksa_audit says. */
interface Found {
  diperiksa: number;
  sampai: number;
  ujung: number;
  hash: string | null;
  rusak_di: number | null;
  sebab: string | null;
}

/** What the check finds after `deed` was done around all triggers. Nothing of it stays. */
async function foundAfter(db: TestDatabase, deed: string, mulai = 1, banyak = 50_000): Promise<Found> {
  const doing = db.neon.asOwner(`do $uji$
    declare v_hasil record;
    begin
      set local session_replication_role = replica;
      ${deed};
      perform set_config('app.peran', 'admin', true);
      select * into v_hasil from app.periksa_audit(${mulai}, ${banyak});
      raise exception using errcode = 'UJ999', message = to_jsonb(v_hasil)::text;
    end $uji$`);
  const refused = await doing.then(
    () => Object.assign(new Error("nothing was raised"), { code: "" }),
    (error: Error & { code: string }) => error,
  );
  if (refused.code !== "UJ999") throw refused;
  return JSON.parse(refused.message) as Found;
}

const found = async (db: TestDatabase, mulai?: number, banyak?: number) =>
  await foundAfter(db, "null", mulai, banyak);

const WHOLE = { rusak_di: null, sebab: null };

const note = async (db: TestDatabase, aksi: string, rincian: object = {}) =>
  await db.neon.asOwner("select app.catat_audit($1, 'uji', '7', $2)", [aksi, JSON.stringify(rincian)]);

const links = async ({ neon }: TestDatabase) =>
  await neon.asOwner(
    "select r.urut, a.aksi, r.audit_id, r.hash from audit_rantai r left join audit a on a.id = r.audit_id order by urut",
  );

describe.each(ENGINES)("the audit's chain on $engine", ({ url }) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase(url);
  });
  afterAll(async () => {
    await db.close();
  });

  test("an empty one is whole", async () => {
    const hash = "0".repeat(64);
    expect(await found(db)).toEqual({ ...WHOLE, diperiksa: 0, sampai: 0, ujung: 0, hash });
    expect(await found(db, 9_007_199_254_740_991, 1)).toMatchObject({ ...WHOLE, sampai: 0 });
  });

  test("each row has its link, whose hash anybody can compute", async () => {
    await db.neon.asOwner(`select app.catat_audit('uji.satu', 'uji', null, '{}'),
      app.catat_audit('uji.dua', 'uji', 'x', '{"b": "é \\"", "a": [1.50, null]}', 7)`);
    await note(db, "uji.tiga");
    const seen = await links(db);
    expect(seen.map(({ urut, aksi }) => `${urut} ${aksi}`)).toEqual([
      "1 uji.satu",
      "2 uji.dua",
      "3 uji.tiga",
    ]);
    const rows = await db.neon.asOwner(
      "select id, extract(epoch from waktu)::text as saat, to_json(pelaku) as pelaku, to_json(aksi) as aksi, to_json(sasaran_tabel) as tabel, to_json(sasaran_id) as sasaran, rincian::text, subjek_id from audit order by id",
    );
    let hash = "0".repeat(64);
    for (const [at, row] of rows.entries()) {
      const { id, saat, pelaku, aksi, tabel, sasaran, rincian, subjek_id: subjek } = row;
      expect(saat).toMatch(/^\d{10}\.\d{6}$/);
      const text = `[${id}, "${saat}", ${pelaku}, ${aksi}, ${tabel}, ${sasaran}, ${rincian}, ${subjek}]`;
      hash = createHash("sha256")
        .update(hash + text)
        .digest("hex");
      expect(seen[at]).toMatchObject({ audit_id: id, hash });
    }
    expect(await found(db)).toEqual({ ...WHOLE, diperiksa: 3, sampai: 3, ujung: 3, hash });
    expect(rows.map(({ subjek_id: subjek }) => subjek)).toEqual([null, "7", null]);
  });

  test("a transaction that is rolled back, also in part, leaves no link and no gap", async () => {
    const before = await links(db);
    const gone = db.neon.asOwner(
      "select app.catat_audit('uji.batal', 'uji', null, '{}'), app.tuntut_peran('{admin}')",
    );
    await expect(gone).rejects.toMatchObject({ code: "PT403" });
    await db.neon.asOwner(`do $$ begin
      perform app.catat_audit('uji.empat', 'uji', null, '{}');
      begin
        perform app.catat_audit('uji.batal', 'uji', null, '{}');
        raise exception 'batal';
      exception when raise_exception then null; end;
      perform app.catat_audit('uji.lima', 'uji', null, '{}');
    end $$`);
    const after = await links(db);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length).map(({ urut, aksi }) => `${urut} ${aksi}`)).toEqual([
      "4 uji.empat",
      "5 uji.lima",
    ]);
    expect(await found(db)).toMatchObject({ ...WHOLE, sampai: 5 });
  });

  test("no setting of a session changes a hash", async () => {
    for (const [at, setting] of [
      "TimeZone = 'Asia/Jayapura'",
      "DateStyle = 'German, DMY'",
      "extra_float_digits = 0",
      "bytea_output = 'escape'",
      "search_path = pg_temp",
      "standard_conforming_strings = off",
    ].entries()) {
      await db.neon.asOwner(
        `do $$ begin set local ${setting}; perform app.catat_audit('uji.setelan', 'uji', '${at}', '{"a": 1.5}'); end $$`,
      );
      expect(await foundAfter(db, `set local ${setting}`), setting).toMatchObject(WHOLE);
    }
    expect(await found(db)).toMatchObject({ ...WHOLE, sampai: 11, ujung: 11 });
  });

  test("it is walked in parts, each continuing the one before", async () => {
    const all = await links(db);
    const hash = (urut: number) => all[urut - 1]?.["hash"];
    expect(await found(db, 1, 4)).toEqual({ ...WHOLE, diperiksa: 4, sampai: 4, ujung: 11, hash: hash(4) });
    expect(await found(db, 5, 6)).toEqual({ ...WHOLE, diperiksa: 6, sampai: 10, ujung: 11, hash: hash(10) });
    for (const [mulai, diperiksa] of [
      [11, 1],
      [12, 0],
      [9_000, 0],
    ] as const)
      expect(await found(db, mulai, 1)).toEqual({
        ...WHOLE,
        diperiksa,
        sampai: 11,
        ujung: 11,
        hash: hash(11),
      });
  });

  test.each(["0, 1", "-1, 1", "1, 0", "1, 50001", "1, -1", "null, 1", "1, null"])(
    "app.periksa_audit(%s) is refused",
    async (args) => {
      const asked = db.neon.asOwner(
        `select app.periksa_audit(${args}) from set_config('app.peran', 'admin', true)`,
      );
      await expect(asked).rejects.toMatchObject({ code: "P0001" });
    },
  );

  describe("what the owner does around all triggers is found", () => {
    const at = (urut: number) => `(select audit_id from audit_rantai where urut = ${urut})`;
    const NEW_ROW = `insert into audit (id, waktu, pelaku, aksi, sasaran_tabel, rincian) overriding system value
      values (999, now(), 'akun:1', 'uji.selip', 'uji', '{}')`;

    test.each([
      ["a row with another doer", `update audit set pelaku = 'akun:9' where id = ${at(4)}`, 4, "hash_beda"],
      [
        "a row a microsecond later",
        `update audit set waktu = waktu + interval '1 microsecond' where id = ${at(4)}`,
        4,
        "hash_beda",
      ],
      ["another deed", `update audit set aksi = 'uji.lain' where id = ${at(1)}`, 1, "hash_beda"],
      ["another table", `update audit set sasaran_tabel = 'lain' where id = ${at(1)}`, 1, "hash_beda"],
      ["a target where none was", `update audit set sasaran_id = '' where id = ${at(1)}`, 1, "hash_beda"],
      ["other details", `update audit set rincian = '{"a": 1.50}' where id = ${at(11)}`, 11, "hash_beda"],
      ["another customer", `update audit set subjek_id = 8 where id = ${at(2)}`, 2, "hash_beda"],
      ["no customer", `update audit set subjek_id = null where id = ${at(2)}`, 2, "hash_beda"],
      ["a row deleted", `delete from audit where id = ${at(6)}`, 6, "baris_hilang"],
      ["the last row deleted", `delete from audit where id = ${at(11)}`, 11, "baris_hilang"],
      [
        "a row deleted with its link",
        `delete from audit where id = ${at(6)}; delete from audit_rantai where urut = 6`,
        6,
        "mata_hilang",
      ],
      [
        "that, and the numbers closed up",
        `delete from audit where id = ${at(6)}; delete from audit_rantai where urut = 6;
          for n in 7..11 loop update audit_rantai set urut = n - 1 where urut = n; end loop`,
        6,
        "hash_beda",
      ],
      ["the first link deleted", "delete from audit_rantai where urut = 1", 1, "mata_hilang"],
      [
        "the end cut",
        `delete from audit where id in (select audit_id from audit_rantai where urut > 8); delete from audit_rantai where urut > 8`,
        9,
        "mata_hilang",
      ],
      [
        "the end cut, and its number set back",
        `delete from audit where id in (select audit_id from audit_rantai where urut > 8); delete from audit_rantai where urut > 8;
          update audit_ujung set urut = 8`,
        8,
        "ujung_beda",
      ],
      ["the end set back", "update audit_ujung set urut = 8", 9, "ujung_beda"],
      [
        "the end set back altogether",
        "update audit_ujung set urut = 8, hash = (select hash from audit_rantai where urut = 8)",
        9,
        "ujung_beda",
      ],
      ["the end's hash", "update audit_ujung set hash = repeat('0', 64)", 11, "ujung_beda"],
      ["no end", "delete from audit_ujung", 1, "ujung_beda"],
      ["everything gone but the end", "delete from audit; delete from audit_rantai", 1, "mata_hilang"],
      [
        "two hashes swapped",
        "update audit_rantai r set hash = b.hash from audit_rantai b where r.urut in (5, 8) and b.urut = 13 - r.urut",
        5,
        "hash_beda",
      ],
      [
        "two rows swapped",
        `update audit_rantai set audit_id = -audit_id where urut in (5, 8);
          update audit_rantai r set audit_id = -b.audit_id from (select urut, audit_id from audit_rantai) b
            where r.urut in (5, 8) and b.urut = 13 - r.urut`,
        5,
        "hash_beda",
      ],
      ["a row slipped in without a link", NEW_ROW, 999, "tanpa_mata"],
      [
        "a row slipped in with a link at the end",
        `${NEW_ROW}; insert into audit_rantai select 12, 999, app.hash_audit(u.hash, a) from audit_ujung u, audit a where a.id = 999`,
        12,
        "ujung_beda",
      ],
      [
        "a changed row with a hash that fits it",
        `update audit set pelaku = 'akun:9' where id = ${at(4)};
          update audit_rantai r set hash = app.hash_audit((select hash from audit_rantai where urut = 3), a) from audit a
            where r.urut = 4 and a.id = r.audit_id`,
        5,
        "hash_beda",
      ],
    ])("%s", async (_what, deed, place, sebab) => {
      const before = await links(db);
      const seen = await foundAfter(db, deed);
      expect(seen).toMatchObject({ rusak_di: place, sebab });
      expect(await links(db)).toEqual(before);
    });

    test("a part is told apart from the rest: what lies before it, behind it and at its seam", async () => {
      const changed = `update audit set pelaku = 'akun:9' where id = ${at(4)}`;
      expect(await foundAfter(db, changed, 1, 3)).toMatchObject({ ...WHOLE, diperiksa: 3, sampai: 3 });
      expect(await foundAfter(db, changed, 4, 1)).toMatchObject({ diperiksa: 0, rusak_di: 4 });
      expect(await foundAfter(db, changed, 5, 3)).toMatchObject({ ...WHOLE, diperiksa: 3, sampai: 7 });
      const cut = "delete from audit_rantai where urut = 4";
      const gone = { rusak_di: 4, sebab: "mata_hilang" };
      expect(await foundAfter(db, cut, 5)).toMatchObject({ ...gone, diperiksa: 0, sampai: 3, hash: null });
      expect(await foundAfter(db, cut, 4)).toMatchObject({ ...gone, diperiksa: 0, sampai: 3 });
      expect(await foundAfter(db, NEW_ROW, 1, 10)).toMatchObject(WHOLE);
      expect(await foundAfter(db, NEW_ROW, 1, 11)).toMatchObject({ rusak_di: 999 });
    });
  });

  test.each(["audit", "audit_rantai", "audit_ujung"])(
    "the owner neither changes nor empties %s",
    async (table) => {
      const before = [await db.neon.asOwner(`select * from ${table}`), await found(db)];
      const column = table === "audit" ? "pelaku" : "hash";
      for (const statement of [
        `update ${table} set ${column} = 'x'`,
        `update ${table} set ${column} = 'x' where false`,
        `delete from ${table}`,
        `delete from ${table} where false`,
        `truncate ${table}`,
        `truncate ${table} cascade`,
      ])
        await expect(db.neon.asOwner(statement), statement).rejects.toMatchObject({
          message: "jejak audit dan rantainya tidak dapat diubah atau dihapus",
        });
      expect([await db.neon.asOwner(`select * from ${table}`), await found(db)]).toEqual(before);
    },
  );

  test("the owner makes no link and no second end by hand", async () => {
    for (const statement of [
      "insert into audit_rantai values (12, 12, 'x')",
      "insert into audit_ujung values (false, 12, 'x')",
    ])
      await expect(db.neon.asOwner(statement), statement).rejects.toThrow(/tidak dapat diubah/);
  });

  test("without an end nothing is noted, and so nothing done", async () => {
    const done = db.neon.asOwner(`do $$ begin
      set local session_replication_role = replica;
      delete from audit_ujung;
      set local session_replication_role = origin;
      perform app.catat_audit('uji.tanpa', 'uji', null, '{}');
    end $$`);
    await expect(done).rejects.toThrow("rantai audit tidak punya ujung");
    expect(await found(db)).toMatchObject({ ...WHOLE, sampai: 11 });
  });
});

describe.skipIf(!postgresUrl)(`the chain under load (${postgresSuite})`, () => {
  const NOTE = (n: number) => `perform app.catat_audit('uji.ramai', 'uji', '${n}', '{}')`;
  const ROW = (id: number) => `update jabatan set deskripsi = 'x' where id_jabatan = ${id}`;

  test("50 transactions at once, noting before and after they lock other rows: one chain, and no deadlock", async () => {
    const db = await openTestDatabase(postgresUrl);
    const pool = new Pool({ connectionString: db.serverUrl, max: 50 });
    try {
      const before = await found(db);
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, async (_, n) => {
          const steps = n % 2 === 0 ? [NOTE(n), ROW(1 + (n % 4) / 2)] : [ROW(1 + ((n >> 1) % 2)), NOTE(n)];
          // Every fifth gives up at last.
          const end = n % 5 === 4 ? "raise exception 'batal'" : "null";
          return await pool
            .query(`do $$ begin ${steps.join("; perform pg_sleep(0.01); ")}; ${NOTE(n)}; ${end}; end $$`)
            .then(
              () => "ya",
              (error: Error) => error.message,
            );
        }),
      );
      expect(tally(outcomes)).toEqual({ ya: 40, batal: 10 });
      const seen = await found(db);
      const [rows] = await db.neon.asOwner("select count(*) as n from audit");
      expect(seen).toMatchObject({ ...WHOLE, sampai: Number(rows?.["n"]), ujung: Number(rows?.["n"]) });
      // 40 with two notes each, and the trigger's about a position the first time it changes.
      expect(seen.sampai - before.sampai).toBe(82);
      const [row] = await db.neon.asOwner(
        "select deadlocks from pg_stat_database where datname = current_database()",
      );
      expect(row).toEqual({ deadlocks: "0" });
    } finally {
      await pool.end();
      await db.close();
    }
  });
});
