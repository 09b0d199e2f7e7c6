import { isDeepStrictEqual } from "node:util";
import { APP, hex, type TestDatabase } from "./engines.ts";
import { ROWS_FOR_PEOPLE, ROWS_OF_A_FILE, ROWS_OF_NOBODY } from "./rls-amancair-fixture.ts";
import { CHECKED_TABLES } from "./rls-checks-amancair.ts";
import { DIRECTORY, DIRECTORY_CHECKS } from "./rls-checks-direktori.ts";
import { OF_MITRA, OF_THE_HOUSE } from "./rls-checks-ppob.ts";
import { CHATS_SEEN } from "./rls-checks-whatsapp.ts";
import {
  asMitra,
  asNobody,
  asPerson,
  asService,
  contextOf,
  tried,
  type Ask,
  type Fixture,
} from "./rls-fixture.ts";

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

/** What can be read of each table: how many rows there are to see, or what refused. */
async function visibleTo(db: TestDatabase, ask: Ask): Promise<Record<string, number | string>> {
  // The columns that the app may read at all.
  const readable = await db.neon.asOwner(
    `select c.oid::regclass::text as tabel, coalesce(string_agg(attname, ', ') filter (where has_column_privilege($1, attrelid, attnum, 'SELECT')), '*') as kolom
      from pg_class c join pg_attribute a on a.attrelid = c.oid and attnum > 0 and not attisdropped
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'pg_toast', 'drizzle')
      group by c.oid order by 1`,
    [APP],
  );
  const seen = await tried(
    ask,
    readable.map(({ tabel, kolom }) => `select ${kolom} from ${tabel}`),
  );
  const all = readable.map(({ tabel }, at) => [String(tabel), seen[at] ?? "no answer"] as const);
  return Object.fromEntries(all.filter(([, rows]) => rows !== 0 && rows !== "42501"));
}

/** How many rows a table has. */
async function countOf({ neon }: TestDatabase, table: string): Promise<number> {
  const [row] = await neon.asOwner(`select count(*) as n from ${table}`);
  return Number(row?.["n"]);
}

/** How many rows each of some tables has. */
async function countsOf(db: TestDatabase, tables: readonly string[]): Promise<Record<string, number>> {
  return Object.fromEntries(await Promise.all(tables.map(async (t) => [t, await countOf(db, t)] as const)));
}

const directoryOf = async (db: TestDatabase) => await countsOf(db, DIRECTORY);

/** What all of the staff sees beside the directory. */
const FOR_STAFF = ["bot_settings", "percobaan", "produk", "quick_replies", "tagihan", "transaksi"];

/** What staff sees by its role alone: also the chats that are nobody's. */
const SEEN_BY_ROLE = [...DIRECTORY, ...FOR_STAFF, "chats", "messages"];

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
  "select urut from audit_rantai",
  "select hash from audit_ujung",
  "select 1 from kunci_indeks",
  "select 1 from berkas_terbuang",
  "select 1 from tanda_tangan_terpakai",
];

/** What must hold whoever asks. Empty lists are good: what is returned breaks the rule. */
export const CHECKS: Record<string, (fixture: Fixture) => Promise<unknown[]>> = {
  "every table has rows to see": async ({ db }) => {
    const tables = await tablesOf(db);
    const counts = await Promise.all(tables.map(async (table) => await countOf(db, table)));
    return tables.filter((_, at) => counts[at] === 0);
  },
  "without a context there are no rows": async ({ db }) => Object.entries(await visibleTo(db, asNobody(db))),
  "a service reads no table": async ({ db }) => Object.entries(await visibleTo(db, asService(db))),
  "a mitra sees no person and no price of others, and of books, bills, tickets and messages its own": async ({
    db,
    satu,
  }) => {
    const own = Object.entries(OF_MITRA).map(([table, rows]) => [table, rows.satu]);
    return differences(await visibleTo(db, asMitra(db, satu)), {
      ...Object.fromEntries(own),
      buku: await countOf(db, `buku where mitra_id = ${satu.id}`),
      jurnal: await countOf(db, `jurnal where mitra_id = ${satu.id}`),
      mitra: 1,
      // The other side of its journals is not its own.
      mutasi: await countOf(db, `mutasi m join buku b on b.id = m.buku_id where b.mitra_id = ${satu.id}`),
      produk: await countOf(db, "produk"),
      transaksi: 1,
    });
  },
  "customers and staff see their own account and sessions, the directory, and files: their own, those they look after; staff also purchases and chats":
    async (fixture) => {
      const { db } = fixture;
      const broken = [];
      const whole = await directoryOf(db);
      const [about] = await db.neon.asOwner("select count(*) as n from audit where subjek_id = $1", [
        fixture.users.milik,
      ]);
      const own = { ...ROWS_OF_A_FILE, ...ROWS_FOR_PEOPLE };
      const forStaff = await countsOf(db, FOR_STAFF);
      for (const [person, directory] of [
        [fixture.nasabah, { nasabah: 1, audit: Number(about?.["n"]), ...own }],
        [fixture.tanpaBerkas, ROWS_FOR_PEOPLE],
        [fixture.karyawan, { ...whole, ...own, ...forStaff, ...CHATS_SEEN.karyawan }],
        [fixture.karyawanLain, { ...whole, ...ROWS_FOR_PEOPLE, ...forStaff, ...CHATS_SEEN.karyawanLain }],
      ] as const) {
        const ask = asPerson(db, person);
        const visible = await visibleTo(db, ask);
        const akun = await ask("select id from akun");
        const sesi = await ask("select id, akun_id from sesi");
        const own = { visible: { akun: 1, sesi: 1, ...directory }, akun: [{ id: person.id }] };
        const session = [{ id: person.sesi, akun_id: person.id }];
        broken.push(...differences({ visible, akun, sesi }, { ...own, sesi: session }));
      }
      return broken;
    },
  "an admin sees all accounts, the directory, all files, all mitra, their books and the entries in them, tickets and prices, chats, the audit, and only its own sessions":
    async ({ db, admin }) => {
      const ask = asPerson(db, admin);
      const whole = {
        akun: await countOf(db, "akun"),
        buku: await countOf(db, "buku"),
        ...(await directoryOf(db)),
        audit: Math.min(await countOf(db, "audit"), 900),
        ...Object.fromEntries(
          Object.entries(ROWS_OF_A_FILE).map(([t, rows]) => [t, 3 * rows + (ROWS_OF_NOBODY[t] ?? 0)]),
        ),
        ...ROWS_FOR_PEOPLE,
        ...(await countsOf(db, FOR_STAFF)),
        ...CHATS_SEEN.admin,
        ...(await countsOf(db, ["deposit", ...OF_THE_HOUSE])),
        mutasi: await countOf(db, "mutasi"),
        // Those of loans are read through functions.
        jurnal: await countOf(db, "jurnal where loan_id is null"),
      };
      const sesi = await ask("select akun_id from sesi");
      return differences(
        { visible: await visibleTo(db, ask), sesi },
        {
          visible: { ...whole, mitra: await countOf(db, "mitra"), sesi: 1 },
          sesi: [{ akun_id: admin.id }],
        },
      );
    },
  "people write no table but those of the directory and of customers' files": async ({
    db,
    admin,
    karyawan,
    nasabah,
  }) => {
    const broken = [];
    const tables = (await tablesOf(db)).filter((t) => !DIRECTORY.includes(t) && !CHECKED_TABLES.includes(t));
    for (const person of [admin, karyawan, nasabah])
      broken.push(...(await writesOn(db, asPerson(db, person), tables)));
    // What an admin may write of a product is checked below; what it leaves out has no default.
    const ofProducts =
      /^(update produk set (kode|nama|kategori|merek|deskripsi|harga|aktif|kode_cadangan): 2 row|insert into produk default values returning 1: 23502$)/;
    return broken.filter((write) => !ofProducts.test(write));
  },
  "an admin writes products, but never what denomination and kind one has, and nobody else does": async (
    fixture,
  ) => {
    const { db, satu, admin, karyawan, nasabah } = fixture;
    const people = [admin, karyawan, nasabah].map((person) => asPerson(db, person));
    const seen = [];
    for (const ask of [...people, asMitra(db, satu), asService(db), asNobody(db)])
      // Without a column to read, and with one.
      seen.push(
        await tried(ask, [
          "update produk set harga = 1",
          "update produk set aktif = false where id = 2",
          "update produk set nama = 'x'",
          "update produk set kode_cadangan = '{lain}'",
          "insert into produk (kode, nama, kategori, harga, nominal, jenis) values ('x', 'x', 'x', 1, 1, 'prabayar')",
          // No code is a reserve of its own.
          "update produk set kode_cadangan = '{pln}' where id = 2",
          "insert into produk (kode, nama, kategori, harga, kode_cadangan) values ('x', 'x', 'x', 1, '{x}')",
          "insert into produk (id, kode, nama, kategori, harga) overriding system value values (9, 'x', 'x', 'x', 1)",
          ...["id = 9", "nominal = 1", "jenis = 'prabayar'"].map((change) => `update produk set ${change}`),
          "delete from produk",
        ]),
      );
    const refused = Array.from({ length: 5 }, () => "42501");
    const nothing = [0, 0, 0, 0, "42501", 0, "42501", ...refused];
    return differences(seen, [
      [2, 1, 2, 2, 1, "42501", "42501", ...refused],
      ...Array.from({ length: 5 }, () => nothing),
    ]);
  },
  "nobody reads a password, a token's version, the audit's chain, or what only functions know": async (
    fixture,
  ) => {
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
    for (const table of ["akun", "sesi", "nasabah"]) {
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
  "a role that is not admin sees nothing by itself, but staff the directory": async ({ db }) => {
    const broken = [];
    for (const role of ["karyawan", "nasabah", "Admin", "admin ", "root", ""]) {
      const visible = await visibleTo(db, contextOf(db, "select set_config('app.peran', $1, true)", role));
      const others = Object.keys(visible).filter(
        (table) => role !== "karyawan" || !SEEN_BY_ROLE.includes(table),
      );
      broken.push(...others.map((table) => `${table} as ${role}`));
    }
    return broken;
  },
  "without a context nothing is written": async ({ db }) => {
    return await writesOn(db, asNobody(db), await tablesOf(db));
  },
  "a service writes only through functions": async ({ db }) => {
    return await writesOn(db, asService(db), await tablesOf(db));
  },
  "a mitra writes no table but its own keys": async ({ db, satu }) => {
    const done = await writesOn(db, asMitra(db, satu), await tablesOf(db));
    return done.filter((write) => !/^update mitra set kunci_\w+: 1 row/.test(write));
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
  ...DIRECTORY_CHECKS,
  "row-level security is on and forced on every table": async ({ db }) =>
    await db.neon.asOwner(
      `select relname from pg_class where relkind in ('r', 'p') and relnamespace::regnamespace::text in ('public', 'app')
        and not (relrowsecurity and relforcerowsecurity)`,
    ),
};

function differences(seen: unknown, expected: unknown): unknown[] {
  return isDeepStrictEqual(seen, expected) ? [] : [{ seen, expected }];
}

/** The writes on some tables that are not refused, or reach a row. */
async function writesOn({ neon }: TestDatabase, ask: Ask, tables: readonly string[]): Promise<string[]> {
  // Every column that a grant opens, and one more.
  const columns = await neon.asOwner(
    `select attrelid::regclass::text as tabel, attname, has_column_privilege($2, attrelid, attnum, 'UPDATE') as boleh from pg_attribute
      where attrelid = any ($1::regclass[]) and attnum > 0 and attidentity <> 'a' and not attisdropped order by boleh`,
    [`{${tables.join(",")}}`, APP],
  );
  const writes = tables.flatMap((table) => {
    const names = columns
      .filter(({ tabel }) => tabel === table)
      .filter(({ boleh }, at) => boleh === "t" || at === 0)
      .map(({ attname }) => attname);
    return [
      `insert into ${table} default values returning 1`,
      `delete from ${table} returning 1`,
      `truncate ${table} cascade`,
      ...names.map((name) => `update ${table} set ${name} = ${name} returning 1`),
    ];
  });
  const done: string[] = [];
  for (const [at, seen] of (await tried(ask, writes)).entries()) {
    const write = writes[at] ?? "";
    if (seen === "42501" || (seen === 0 && write.endsWith("returning 1"))) continue;
    done.push(`${write.replace(/ = .*/, "")}: ${typeof seen === "string" ? seen : `${seen} row`}`);
  }
  return done;
}

/** The rules that do not hold. */
export async function brokenChecks(fixture: Fixture, only?: readonly string[]): Promise<string[]> {
  const broken = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    if (only && !only.includes(name)) continue;
    if ((await check(fixture)).length > 0) broken.push(name);
  }
  return broken;
}
