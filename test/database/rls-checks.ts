import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { APP, hex, openTestDatabase, outcomeOf, type TestDatabase } from "./engines.ts";

/** Two mitra with a purchase each, and people of every role with a session each. */
export interface Fixture {
  db: TestDatabase;
  satu: Tenant;
  lain: Tenant;
  admin: Person;
  karyawan: Person;
  nasabah: Person;
}

export interface Tenant {
  id: string;
  kunci: string;
  transaksi: string;
}

export interface Person {
  id: string;
  sesi: string;
}

export type Row = Record<string, unknown>;

/** What a statement of the app's role comes to in a context: its rows, or the SQLSTATE that refused it. */
export type Ask = (query: string, params?: unknown[]) => Promise<Row[] | string>;

export const contextOf =
  (db: TestDatabase, enter: string, ...values: string[]): Ask =>
  async (query, params = []) => {
    const app = db.as(APP);
    const batch = app.transaction([app.query(enter, values), app.query(query, params)]);
    const { rows, error } = await outcomeOf<Row[]>(batch);
    return rows ? (rows[1] ?? []) : String(error?.code);
  };

export const asMitra = (db: TestDatabase, { kunci }: Tenant) =>
  contextOf(db, "select app.masuk_mitra($1)", kunci);
export const asService = (db: TestDatabase) => contextOf(db, "select app.masuk_layanan($1)", "antrean");
export const asNobody = (db: TestDatabase) => contextOf(db, "select $1::text", "tanpa konteks");
export const asPerson = (db: TestDatabase, { id, sesi }: Person) =>
  contextOf(db, "select app.masuk_akun($1, $2, 1, '{admin,karyawan,nasabah}')", id, sesi);
const asMitraId = (db: TestDatabase, id: string) =>
  contextOf(db, "select set_config('app.mitra_id', $1, true)", id);

/** Every relation that holds rows, the migrations' own notes apart. */
export async function tablesOf({ neon }: TestDatabase): Promise<string[]> {
  const rows = await neon.asOwner(
    `select c.oid::regclass::text as nama from pg_class c
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'pg_toast', 'drizzle')
      order by 1`,
  );
  return rows.map(({ nama }) => String(nama));
}

/** The columns of a table that the app may read at all. */
async function readableOf({ neon }: TestDatabase, table: string): Promise<string[]> {
  const rows = await neon.asOwner(
    `select attname from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped
      and has_column_privilege($2, attrelid, attnum, 'SELECT') order by attnum`,
    [table, APP],
  );
  return rows.map(({ attname }) => String(attname));
}

/** What can be read of each table: how many rows there are to see, or what refused. */
async function visibleTo(db: TestDatabase, ask: Ask): Promise<Record<string, number | string>> {
  const visible: Record<string, number | string> = {};
  for (const table of await tablesOf(db)) {
    const columns = await readableOf(db, table);
    const seen = await ask(`select ${columns.join(", ") || "*"} from ${table}`);
    if (typeof seen === "string" ? seen !== "42501" : seen.length > 0)
      visible[table] = typeof seen === "string" ? seen : seen.length;
  }
  return visible;
}

/** How many rows a table has. */
async function countOf({ neon }: TestDatabase, table: string): Promise<number> {
  const [row] = await neon.asOwner(`select count(*) as n from ${table}`);
  return Number(row?.["n"]);
}

/** What nobody may read through the app's role, whoever has entered. */
const SECRET_READS = [
  "select kata_sandi from akun",
  "select versi_token from akun",
  "select * from akun",
  "select a from akun a",
  "select a::text from akun a",
  "select to_jsonb(a) from akun a",
  "select id from akun where kata_sandi like '$2b$%'",
  "select id from akun order by kata_sandi",
  "select max(kata_sandi) from akun",
  "select id from audit",
  "select count(*) from audit",
  "select 1 from audit",
];

/** What must hold whoever asks. Empty lists are good: what is returned breaks the rule. */
export const CHECKS: Record<string, (fixture: Fixture) => Promise<unknown[]>> = {
  "without a context there are no rows": async ({ db }) => Object.entries(await visibleTo(db, asNobody(db))),
  "a service reads no table": async ({ db }) => Object.entries(await visibleTo(db, asService(db))),
  "a mitra sees no person, and no book": async ({ db, satu }) =>
    differences(Object.keys(await visibleTo(db, asMitra(db, satu))), ["mitra", "produk", "transaksi"]),
  "customers and staff see their own account and sessions, and nothing else": async (fixture) => {
    const { db } = fixture;
    const broken = [];
    for (const person of [fixture.nasabah, fixture.karyawan]) {
      const ask = asPerson(db, person);
      const visible = await visibleTo(db, ask);
      const akun = await ask("select id from akun");
      const sesi = await ask("select id, akun_id from sesi");
      const own = { visible: { akun: 1, sesi: 1 }, akun: [{ id: person.id }] };
      const session = [{ id: person.sesi, akun_id: person.id }];
      broken.push(...differences({ visible, akun, sesi }, { ...own, sesi: session }));
    }
    return broken;
  },
  "an admin sees all accounts, all mitra and their books, and only its own sessions": async ({
    db,
    admin,
  }) => {
    const ask = asPerson(db, admin);
    const whole = { akun: await countOf(db, "akun"), buku: await countOf(db, "buku") };
    const sesi = await ask("select akun_id from sesi");
    return differences(
      { visible: await visibleTo(db, ask), sesi },
      {
        visible: { ...whole, mitra: await countOf(db, "mitra"), sesi: 1 },
        sesi: [{ akun_id: admin.id }],
      },
    );
  },
  "people write no table": async ({ db, admin, karyawan, nasabah }) => {
    const broken = [];
    for (const person of [admin, karyawan, nasabah])
      for (const table of await tablesOf(db))
        broken.push(...(await writesOn(db, asPerson(db, person), table)));
    return broken;
  },
  "nobody reads a password, a token's version or the audit": async (fixture) => {
    const { db, satu, admin, karyawan, nasabah } = fixture;
    const people = [admin, karyawan, nasabah].map((person) => asPerson(db, person));
    const broken = [];
    for (const ask of [asNobody(db), asService(db), asMitra(db, satu), ...people]) {
      for (const query of SECRET_READS) {
        const seen = await ask(query);
        if (seen !== "42501") broken.push(`${query}: ${JSON.stringify(seen)}`);
      }
    }
    return broken;
  },
  "a person's context that is no id is an error, and one that nobody has sees nothing": async ({ db }) => {
    const broken = [];
    const as = (id: string) => contextOf(db, "select set_config('app.akun_id', $1, true)", id);
    for (const table of ["akun", "sesi"]) {
      for (const id of ["abc", "1 or 1=1", "99999999999999999999", "1.5"]) {
        const seen = await as(id)(`select id from ${table}`);
        if (seen !== "22P02" && seen !== "22003") broken.push(`${table} as ${id}`);
      }
      for (const id of ["-1", "0", "9223372036854775807", ""]) {
        const seen = await as(id)(`select id from ${table}`);
        if (seen.length > 0) broken.push(`${table} as ${id}`);
      }
    }
    return broken;
  },
  "a role that is not admin sees nothing by itself": async ({ db }) => {
    const broken = [];
    for (const role of ["karyawan", "nasabah", "Admin", "admin ", "root", ""]) {
      const visible = await visibleTo(db, contextOf(db, "select set_config('app.peran', $1, true)", role));
      broken.push(...Object.keys(visible).map((table) => `${table} as ${role}`));
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
  return isDeepStrictEqual(seen, expected) ? [] : [{ seen, expected }];
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
export async function brokenChecks(fixture: Fixture, only?: string): Promise<string[]> {
  const broken = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    if (only !== undefined && name !== only) continue;
    if ((await check(fixture)).length > 0) broken.push(name);
  }
  return broken;
}

export async function makeTenant(db: TestDatabase): Promise<Tenant> {
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

/** The hash of nobody's password. */
export const HASH = `$2b$04$${"a".repeat(53)}`;

/** Opens an account, staff in an admin's name, and logs it in. */
export async function makePerson(db: TestDatabase, role: string, admin?: Person): Promise<Person> {
  const app = db.as(APP);
  const enter = admin
    ? app.query("select app.masuk_akun($1, $2, 1, '{admin}')", [admin.id, admin.sesi])
    : app.query("select 1");
  const [, opened] = await app.transaction([
    enter,
    app.query("select id from app.daftar_akun('Siti', $1, $2, $3, $4, true, '127.0.0.1')", [
      `${hex(8)}@mail.com`,
      hex(8),
      HASH,
      role,
    ]),
  ]);
  const id = String(opened?.[0]?.["id"]);
  return { id, sesi: await makeSession(db, id) };
}

/** Logs an account in, and returns the session's id. */
export async function makeSession(db: TestDatabase, akunId: string): Promise<string> {
  const sesi = randomUUID();
  await db.as(APP).query("select app.buka_sesi($1, 1, null, $2, 3600, 'uji', '127.0.0.1')", [akunId, sesi]);
  return sesi;
}

export async function makeFixture(url: string | undefined): Promise<Fixture> {
  const db = await openTestDatabase(url);
  await db.neon.asOwner(
    "insert into produk (id, kode, nama, kategori, harga, nominal) values (1, 'pulsa10', 'Pulsa 10k', 'pulsa', 12000, 10000), (2, 'pln', 'Token', 'token', 1000, null)",
  );
  const admin = await makePerson(db, "admin");
  const others = {
    karyawan: await makePerson(db, "karyawan", admin),
    nasabah: await makePerson(db, "nasabah"),
  };
  return { db, satu: await makeTenant(db), lain: await makeTenant(db), admin, ...others };
}
