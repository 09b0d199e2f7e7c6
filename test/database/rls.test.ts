import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { APP, ENGINES, errorOf, hex, openTestDatabase, outcomeOf, type TestDatabase } from "./engines.ts";

/** Two mitra with a purchase each. */
interface Fixture {
  db: TestDatabase;
  satu: Tenant;
  lain: Tenant;
}

interface Tenant {
  id: string;
  kunci: string;
  transaksi: string;
}

type Row = Record<string, unknown>;

/** What a statement of the app's role comes to in a context: its rows, or the SQLSTATE that refused it. */
type Ask = (query: string, params?: unknown[]) => Promise<Row[] | string>;

const contextOf =
  (db: TestDatabase, enter: string, value: string): Ask =>
  async (query, params = []) => {
    const app = db.as(APP);
    const batch = app.transaction([app.query(enter, [value]), app.query(query, params)]);
    const { rows, error } = await outcomeOf<Row[]>(batch);
    return rows ? (rows[1] ?? []) : String(error?.code);
  };

const asMitra = (db: TestDatabase, { kunci }: Tenant) => contextOf(db, "select app.masuk_mitra($1)", kunci);
const asService = (db: TestDatabase) => contextOf(db, "select app.masuk_layanan($1)", "antrean");
const asNobody = (db: TestDatabase) => contextOf(db, "select $1::text", "tanpa konteks");
const asMitraId = (db: TestDatabase, id: string) =>
  contextOf(db, "select set_config('app.mitra_id', $1, true)", id);

/** Every relation that holds rows, the migrations' own notes apart. */
async function tablesOf({ neon }: TestDatabase): Promise<string[]> {
  const rows = await neon.asOwner(
    `select c.oid::regclass::text as nama from pg_class c
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'pg_toast', 'drizzle')
      order by 1`,
  );
  return rows.map(({ nama }) => String(nama));
}

const MONEY = ["buku", "jurnal", "mutasi", "percobaan", "transaksi"];

/** What must hold whoever asks. Empty lists are good: what is returned breaks the rule. */
const CHECKS: Record<string, (fixture: Fixture) => Promise<unknown[]>> = {
  "without a context there are no rows": async ({ db }) => {
    const broken = [];
    for (const table of await tablesOf(db)) {
      const seen = await asNobody(db)(`select * from ${table}`);
      if (seen !== "42501" && seen.length > 0) broken.push(table);
    }
    return broken;
  },
  "a service reads no table": async ({ db }) => {
    const broken = [];
    for (const table of await tablesOf(db)) {
      const seen = await asService(db)(`select * from ${table}`);
      if (seen !== "42501" && seen.length > 0) broken.push(table);
    }
    return broken;
  },
  "without a context nothing is written": async ({ db }) => {
    const broken = [];
    for (const table of await tablesOf(db)) broken.push(...(await writesOn(db, asNobody(db), table)));
    return broken;
  },
  "a service writes only through functions": async ({ db }) => {
    const broken = [];
    for (const table of await tablesOf(db)) broken.push(...(await writesOn(db, asService(db), table)));
    return broken;
  },
  "a mitra writes no table but its own keys": async ({ db, satu }) => {
    const broken = [];
    for (const table of await tablesOf(db)) broken.push(...(await writesOn(db, asMitra(db, satu), table)));
    return broken.filter((write) => !/^update mitra set kunci_\w+: 1 row/.test(write));
  },
  "a context that is no id is an error": async ({ db }) => {
    const broken = [];
    for (const table of ["mitra", "produk", "transaksi"]) {
      for (const id of ["abc", "1 or 1=1", "1;", "99999999999999999999", "1.5", "NaN"]) {
        const seen = await asMitraId(db, id)(`select * from ${table}`);
        if (seen !== "22P02" && seen !== "22003") broken.push(`${table} as ${id}`);
      }
    }
    return broken;
  },
  "an id that nobody has sees nothing of anybody": async ({ db }) => {
    const broken = [];
    for (const table of ["mitra", "transaksi"]) {
      for (const id of ["-1", "0", "9223372036854775807"]) {
        const seen = await asMitraId(db, id)(`select * from ${table}`);
        if (seen.length > 0) broken.push(`${table} as ${id}`);
      }
    }
    return broken;
  },
  "a mitra reads itself and nobody else": async ({ db, satu, lain }) => {
    const ask = asMitra(db, satu);
    const [semua, orang] = [
      await ask("select id from mitra"),
      await ask("select id from mitra where id = $1", [lain.id]),
    ];
    return differences({ semua, orang }, { semua: [{ id: satu.id }], orang: [] });
  },
  "a mitra reads its own purchases only": async ({ db, satu, lain }) => {
    const ask = asMitra(db, satu);
    const semua = await ask("select id, mitra_id from transaksi");
    const orang = await ask("select id from transaksi where id = $1", [lain.transaksi]);
    return differences({ semua, orang }, { semua: [{ id: satu.transaksi, mitra_id: satu.id }], orang: [] });
  },
  "a mitra reads all products": async ({ db, satu }) => {
    const [all] = await db.neon.asOwner("select count(*) as n from produk");
    const seen = await asMitra(db, satu)("select count(*) as n from produk");
    return differences({ seen }, { seen: [{ n: all?.["n"] }] });
  },
  "a mitra changes its own keys, and no other's": async ({ db, satu, lain }) => {
    const ask = asMitra(db, satu);
    const milik = await ask("update mitra set kunci_api_awalan = kunci_api_awalan returning id");
    const orang = await ask("update mitra set kunci_api_hash = $1 where id = $2 returning id", [
      hex(),
      lain.id,
    ]);
    // Without a column to read, only the policy for updates stands between this statement and everybody.
    const segel = hex();
    const buta = await ask(`update mitra set kunci_privat_segel = '${segel}'`);
    const kena = await db.neon.asOwner("select id from mitra where kunci_privat_segel = $1", [segel]);
    return differences(
      { milik, orang, buta, kena },
      { milik: [{ id: satu.id }], orang: [], buta: [], kena: [{ id: satu.id }] },
    );
  },
  "row-level security is on and forced on every table": async ({ db }) =>
    await db.neon.asOwner(
      `select relname from pg_class where relkind in ('r', 'p') and relnamespace::regnamespace::text in ('public', 'app')
        and not (relrowsecurity and relforcerowsecurity)`,
    ),
};

function differences(seen: unknown, expected: unknown): unknown[] {
  return JSON.stringify(seen) === JSON.stringify(expected) ? [] : [{ seen, expected }];
}

/** The writes on a table that are not refused, or reach a row. */
async function writesOn({ neon }: TestDatabase, ask: Ask, table: string): Promise<string[]> {
  // Every column that a grant opens, and one more.
  const columns = await neon.asOwner(
    `select attname, has_column_privilege($2, attrelid, attnum, 'UPDATE') as boleh from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and attidentity <> 'a' and not attisdropped order by boleh`,
    [table, APP],
  );
  const names = columns.filter(({ boleh }, at) => boleh === "t" || at === 0).map(({ attname }) => attname);
  const writes = [
    `insert into ${table} default values returning 1`,
    `delete from ${table} returning 1`,
    `truncate ${table} cascade`,
    ...names.map((name) => `update ${table} set ${name} = ${name} returning 1`),
  ];
  const done = [];
  for (const write of writes) {
    const seen = await ask(write);
    if (seen === "42501" || (typeof seen !== "string" && seen.length === 0 && write.endsWith("returning 1")))
      continue;
    done.push(`${write.replace(/ = .*/, "")}: ${typeof seen === "string" ? seen : `${seen.length} row`}`);
  }
  return done;
}

/** The rules that do not hold. */
async function brokenChecks(fixture: Fixture, only?: string): Promise<string[]> {
  const broken = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    if (only !== undefined && name !== only) continue;
    if ((await check(fixture)).length > 0) broken.push(name);
  }
  return broken;
}

async function makeTenant(db: TestDatabase): Promise<Tenant> {
  const app = db.as(APP);
  const kunci = hex();
  const [mitra] = await app.query(
    "select app.daftar_mitra('Budi', $1, null, 1000000, $2, 'awalan', 'segel') as id",
    [`${hex(8)}@mail.com`, kunci],
  );
  const [, bought] = await app.transaction([
    app.query("select app.masuk_mitra($1)", [kunci]),
    app.query("select id from app.beli(1, '08123456789', 10000, null, 15)"),
  ]);
  return { id: String(mitra?.["id"]), kunci, transaksi: String(bought?.[0]?.["id"]) };
}

async function makeFixture(url: string | undefined): Promise<Fixture> {
  const db = await openTestDatabase(url);
  await db.neon.asOwner(
    "insert into produk (id, kode, nama, kategori, harga, nominal) values (1, 'pulsa10', 'Pulsa 10k', 'pulsa', 12000, 10000), (2, 'pln', 'Token', 'token', 1000, null)",
  );
  return { db, satu: await makeTenant(db), lain: await makeTenant(db) };
}

describe.each(ENGINES)("row-level security on $engine", ({ url }) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await makeFixture(url);
  });
  afterAll(async () => {
    await fixture.db.close();
  });

  test.each(Object.keys(CHECKS))("%s", async (name) => {
    expect(await CHECKS[name]?.(fixture)).toEqual([]);
  });

  test("the tables are these: a new one is looked at", async () => {
    expect(await tablesOf(fixture.db)).toEqual([
      "buku",
      "jurnal",
      "mitra",
      "mutasi",
      "percobaan",
      "produk",
      "transaksi",
    ]);
  });

  test("a key opens its own mitra only; a wrong one and a disabled mitra's open nothing", async () => {
    const { db, satu } = fixture;
    const app = db.as(APP);
    const nonaktif = await makeTenant(db);
    await db.neon.asOwner("update mitra set aktif = false where id = $1", [nonaktif.id]);
    const enter = (kunci: string | null) => app.query("select app.masuk_mitra($1) as id", [kunci]);
    expect(await enter(satu.kunci)).toEqual([{ id: satu.id }]);
    for (const salah of [hex(), "", satu.kunci.toUpperCase(), satu.kunci.slice(1), null]) {
      expect(await errorOf(enter(salah))).toMatchObject({ code: "PT401", message: "KUNCI_API_SALAH" });
    }
    expect(await errorOf(enter(nonaktif.kunci))).toMatchObject({ code: "PT403", message: "MITRA_NONAKTIF" });
  });

  test("entering as another leaves nothing of the first", async () => {
    const { db, satu, lain } = fixture;
    const app = db.as(APP);
    const asMitraOf = ({ kunci }: Tenant) => app.query("select app.masuk_mitra($1)", [kunci]);
    const who = () => app.query("select app.mitra_id() as mitra, app.layanan() as layanan");
    const service = app.query("select app.masuk_layanan('antrean')");
    const seen = await app.transaction([
      asMitraOf(satu),
      who(),
      asMitraOf(lain),
      who(),
      service,
      who(),
      asMitraOf(satu),
      who(),
    ]);
    expect([1, 3, 5, 7].map((at) => seen[at]?.[0])).toEqual([
      { mitra: satu.id, layanan: null },
      { mitra: lain.id, layanan: null },
      { mitra: null, layanan: "antrean" },
      { mitra: satu.id, layanan: null },
    ]);
  });

  test("the money functions ask for their context", async () => {
    const { db, satu } = fixture;
    const buy = "select * from app.beli(1, '08123456789', 10000, null, 15)";
    expect([await asNobody(db)(buy), await asService(db)(buy)]).toEqual(["PT401", "PT401"]);
    for (const call of [
      "select * from app.klaim(null, 1, 30, 85)",
      "select app.lepaskan('x', 1)",
      `select * from app.klaim(${satu.transaksi}, 1, 30, 85)`,
      "select * from app.terapkan_hasil('x', 'sukses', '00', '', null, null, null, null)",
    ]) {
      expect([await asNobody(db)(call), await asMitra(db, satu)(call)], call).toEqual(["PT403", "PT403"]);
    }
  });

  describe("the app's role", () => {
    test("has no power of its own: no superuser, no BYPASSRLS, member of nothing, owner of nothing", async () => {
      const { neon } = fixture.db;
      expect(
        await neon.asOwner(
          `select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolcanlogin from pg_roles where rolname = $1`,
          [APP],
        ),
      ).toEqual([
        {
          rolsuper: "f",
          rolbypassrls: "f",
          rolcreatedb: "f",
          rolcreaterole: "f",
          rolinherit: "f",
          rolreplication: "f",
          rolcanlogin: "t",
        },
      ]);
      const owned = await neon.asOwner(
        `select 'relation' as jenis, relname::text as nama from pg_class where relowner = $1::regrole
          union all select 'function', proname from pg_proc where proowner = $1::regrole
          union all select 'schema', nspname from pg_namespace where nspowner = $1::regrole
          union all select 'database', datname from pg_database where datdba = $1::regrole
          union all select 'member', roleid::regrole::text from pg_auth_members where member = $1::regrole`,
        [APP],
      );
      expect(owned).toEqual([]);
    });

    test("holds exactly these rights on tables, columns, sequences and schemas", async () => {
      const { neon } = fixture.db;
      const tables = await neon.asOwner(
        `select c.oid::regclass || ' ' || hak as hak
          from pg_class c, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) hak
          where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
            and has_table_privilege($1, c.oid, hak) order by 1`,
        [APP],
      );
      expect(tables.map(({ hak }) => hak)).toEqual(["mitra SELECT", "produk SELECT", "transaksi SELECT"]);
      const columns = await neon.asOwner(
        `select a.attrelid::regclass || '.' || a.attname || ' ' || hak as hak
          from pg_attribute a join pg_class c on c.oid = a.attrelid, unnest(array['INSERT', 'UPDATE', 'REFERENCES']) hak
          where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
            and a.attnum > 0 and not a.attisdropped and has_column_privilege($1, c.oid, a.attnum, hak) order by 1`,
        [APP],
      );
      expect(columns.map(({ hak }) => hak)).toEqual([
        "mitra.kunci_api_awalan UPDATE",
        "mitra.kunci_api_hash UPDATE",
        "mitra.kunci_privat_segel UPDATE",
      ]);
      const others = await neon.asOwner(
        `select 'sequence ' || c.oid::regclass as hak from pg_class c where case c.relkind when 'S' then has_sequence_privilege($1, c.oid, 'USAGE, SELECT, UPDATE') else false end
          union all select 'schema ' || nspname || ' ' || hak from pg_namespace, unnest(array['CREATE', 'USAGE']) hak
            where nspname !~ '^pg_' and nspname <> 'information_schema' and has_schema_privilege($1, nspname, hak)
          union all select 'create in the database' where has_database_privilege($1, current_database(), 'CREATE')
          union all select 'default ' || defaclacl::text from pg_default_acl order by 1`,
        [APP],
      );
      expect(others.map(({ hak }) => hak)).toEqual(["schema app USAGE", "schema public USAGE"]);
    });

    test("writes no money table, whatever the context", async () => {
      const { db, satu } = fixture;
      for (const ask of [asNobody(db), asService(db), asMitra(db, satu)]) {
        for (const table of MONEY) {
          for (const write of [
            `insert into ${table} default values`,
            `delete from ${table}`,
            `truncate ${table}`,
          ]) {
            expect(await ask(write), write).toBe("42501");
          }
        }
        expect(await ask("update buku set saldo = 1")).toBe("42501");
        expect(await ask("update transaksi set status = 'gagal'")).toBe("42501");
      }
    });
  });

  describe("functions of schema app", () => {
    test("are these, with this power, for these roles", async () => {
      const { neon, owner } = fixture.db;
      const rows = await neon.asOwner(
        `select p.oid::regprocedure::text as fungsi, prosecdef as definer, array_to_string(proconfig, ';') as latar,
            (select coalesce(string_agg(case grantee when 0 then 'PUBLIC' else grantee::regrole::text end, ',' order by 1), '')
              from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee <> proowner) as boleh,
            proowner::regrole::text as pemilik
          from pg_proc p where pronamespace = 'app'::regnamespace order by 1`,
      );
      expect(new Set(rows.map(({ pemilik }) => pemilik))).toEqual(new Set([owner]));
      const found = rows.map(({ fungsi, definer, latar, boleh }) => {
        const path = latar?.replace(/^search_path=/, "") ?? "NONE";
        return `${fungsi} | ${definer === "t" ? "definer" : "invoker"} | ${path} | ${boleh}`;
      });
      expect(found).toEqual([
        `app.beli(integer,text,bigint,text,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.buku_mitra(bigint,nama_buku) | invoker | pg_catalog, public, pg_temp | `,
        `app.buku_rumah(nama_buku) | invoker | pg_catalog, public, pg_temp | `,
        `app.catat_jurnal(text,jenis_jurnal,bigint,bigint[],bigint[]) | invoker | pg_catalog, public, pg_temp | `,
        `app.daftar_mitra(text,text,text,bigint,text,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.jam() | invoker | pg_catalog, pg_temp | `,
        `app.klaim(bigint,integer,integer,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.layanan() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.lepaskan(text,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.masuk_layanan(text) | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.masuk_mitra(text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.mitra_id() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.putuskan(bigint,app.hasil_biller,text) | invoker | pg_catalog, public, pg_temp | `,
        `app.terapkan_hasil(text,app.hasil_biller,text,text,text,bigint,text,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.tolak_ubah() | invoker | pg_catalog, pg_temp | `,
      ]);
    });

    test("are all the functions there are, and no view looks past the policies", async () => {
      const { neon } = fixture.db;
      const elsewhere = await neon.asOwner(
        `select p.oid::regprocedure::text as nama from pg_proc p
          where pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'app')
          union all select c.oid::regclass::text from pg_class c
            where relkind in ('v', 'm') and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')`,
      );
      expect(elsewhere).toEqual([]);
    });

    test("that are not for the app refuse it", async () => {
      const { db, satu } = fixture;
      for (const call of [
        "select app.jam()",
        "select app.buku_rumah('kas')",
        "select app.buku_mitra(1, 'tersedia')",
        "select app.catat_jurnal('x', 'beli', null, array[1, 2], array[1, -1])",
      ]) {
        for (const ask of [asNobody(db), asService(db), asMitra(db, satu)]) {
          expect(await ask(call), call).toBe("42501");
        }
      }
    });
  });

  describe("history", () => {
    test.each([
      ["jurnal", "kunci"],
      ["mutasi", "jumlah"],
    ])("%s is not rewritten, not even by the owner", async (table, column) => {
      const { neon } = fixture.db;
      const before = await neon.asOwner(`select * from ${table} order by id`);
      for (const write of [
        `update ${table} set ${column} = ${column}`,
        `update ${table} set ${column} = ${column} where false`,
        `delete from ${table}`,
        `delete from ${table} where false`,
        `truncate ${table} cascade`,
        "truncate mitra cascade",
        "truncate transaksi cascade",
      ]) {
        await expect(neon.asOwner(write), write).rejects.toMatchObject({
          message: expect.stringContaining("tidak dapat diubah atau dihapus"),
        });
      }
      expect(await neon.asOwner(`select * from ${table} order by id`)).toEqual(before);
    });

    test("an upsert into a journal's key is an update too", async () => {
      const { neon } = fixture.db;
      const upsert = `insert into jurnal (kunci, jenis, dibuat_pada) select kunci, jenis, dibuat_pada from jurnal limit 1
        on conflict (kunci) do update set jenis = 'gagal'`;
      await expect(neon.asOwner(upsert)).rejects.toMatchObject({
        message: expect.stringContaining("tidak dapat diubah atau dihapus"),
      });
    });

    test("a purchase or a mitra with entries cannot be deleted by the owner either", async () => {
      const { neon } = fixture.db;
      await expect(neon.asOwner("delete from transaksi")).rejects.toMatchObject({ code: "23503" });
      await expect(neon.asOwner("delete from mitra")).rejects.toMatchObject({ code: "23503" });
    });
  });
});

describe.each(ENGINES)("the checks see, on $engine", ({ url }) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await makeFixture(url);
  });
  afterAll(async () => {
    await fixture.db.close();
  });

  /** Breaks the database, notes which checks see it, and mends it. */
  async function noticed(breakIt: string, mend: string, only?: string): Promise<string[]> {
    const { neon } = fixture.db;
    await neon.asOwner(breakIt);
    const broken = await brokenChecks(fixture, only);
    await neon.asOwner(mend);
    return broken;
  }

  test("every policy that is dropped", async () => {
    const policies = await fixture.db.neon.asOwner(
      "select policyname, tablename, cmd, qual, with_check from pg_policies order by policyname",
    );
    const seen: Record<string, string[]> = {};
    for (const { policyname, tablename, cmd, qual, with_check: check } of policies) {
      const mend = `create policy ${policyname} on ${tablename} for ${cmd} to ${APP} using (${qual}) ${check ? `with check (${check})` : ""}`;
      seen[String(policyname)] = await noticed(`drop policy ${policyname} on ${tablename}`, mend);
    }
    expect(seen).toEqual({
      mitra_sendiri_baca: [
        "a context that is no id is an error",
        "a mitra reads itself and nobody else",
        "a mitra changes its own keys, and no other's",
      ],
      mitra_sendiri_ubah: ["a mitra changes its own keys, and no other's"],
      produk_untuk_mitra: ["a context that is no id is an error", "a mitra reads all products"],
      transaksi_sendiri: ["a context that is no id is an error", "a mitra reads its own purchases only"],
    });
    expect(await brokenChecks(fixture)).toEqual([]);
  });

  test("every policy that lets everything through", async () => {
    const policies = await fixture.db.neon.asOwner(
      "select policyname, tablename, cmd, qual from pg_policies order by policyname",
    );
    const seen: Record<string, number> = {};
    for (const { policyname, tablename, qual } of policies) {
      const policy = `alter policy ${policyname} on ${tablename}`;
      const broken = await noticed(`${policy} using (true)`, `${policy} using (${qual})`);
      seen[String(policyname)] = broken.length;
    }
    expect(seen).toEqual({
      mitra_sendiri_baca: expect.any(Number),
      mitra_sendiri_ubah: expect.any(Number),
      produk_untuk_mitra: expect.any(Number),
      transaksi_sendiri: expect.any(Number),
    });
    expect(Object.entries(seen).filter(([, checks]) => checks === 0)).toEqual([]);
    expect(await brokenChecks(fixture)).toEqual([]);
  });

  test("row-level security that is switched off or no longer forced", async () => {
    const unseen = [];
    for (const table of await tablesOf(fixture.db)) {
      for (const [off, on] of [
        ["disable", "enable"],
        ["no force", "force"],
      ]) {
        const broken = await noticed(
          `alter table ${table} ${off} row level security`,
          `alter table ${table} ${on} row level security`,
          "row-level security is on and forced on every table",
        );
        if (broken.length === 0) unseen.push(`${table} ${off}`);
      }
    }
    expect(unseen).toEqual([]);
  });
});

describe.each(ENGINES)("a temporary table, on $engine", ({ url }) => {
  test("of the app's own does not stand in for one that a function means", async () => {
    const { db, satu } = await makeFixture(url);
    try {
      const app = db.as(APP);
      const results = await outcomeOf<Row[]>(
        app.transaction([
          app.query("select app.masuk_mitra($1)", [satu.kunci]),
          app.query("create temporary table produk on commit drop as select * from public.produk"),
          app.query("update pg_temp.produk set harga = 1"),
          app.query("grant all on pg_temp.produk to public"),
          app.query("select id from app.beli(1, '08123456789', 10000, null, 15)"),
          app.query("select min(harga) as harga from public.transaksi"),
        ]),
      );
      // Either there are no temporary tables for the app, or they change nothing.
      expect(results.error?.code ?? results.rows?.[5]).toEqual(
        results.error ? "42501" : [{ harga: "12000" }],
      );
    } finally {
      await db.close();
    }
  });
});
