import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { APP, ENGINES, errorOf, hex, outcomeOf } from "./engines.ts";
import { brokenChecks, CHECKS, tablesOf } from "./rls-checks.ts";
import {
  asMitra,
  asNobody,
  asPerson,
  asService,
  makeFixture,
  makeTenant,
  type Fixture,
  type Person,
  type Row,
  type Tenant,
} from "./rls-fixture.ts";

const MONEY = ["buku", "jurnal", "mutasi", "percobaan", "transaksi"];

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
      "akun",
      "audit",
      "buku",
      "jabatan",
      "jurnal",
      "mitra",
      "mutasi",
      "nasabah",
      "pegawai",
      "percobaan",
      "produk",
      "sesi",
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
    const { db, satu, lain, admin, nasabah } = fixture;
    const app = db.as(APP);
    const asMitraOf = ({ kunci }: Tenant) => app.query("select app.masuk_mitra($1)", [kunci]);
    const asPersonOf = ({ id, sesi }: Person) =>
      app.query("select app.masuk_akun($1, $2, 1, '{admin,nasabah}')", [id, sesi]);
    const who = () =>
      app.query(
        "select app.mitra_id() as mitra, app.layanan() as layanan, app.akun_id() as akun, app.peran() as peran, app.sesi_id() as sesi",
      );
    const asService = () => app.query("select app.masuk_layanan('antrean')");
    const nobody = { mitra: null, layanan: null, akun: null, peran: null, sesi: null };
    const mitra = ({ id }: Tenant) => ({ ...nobody, mitra: id });
    const person = ({ id: akun, sesi }: Person, peran: string) => ({ ...nobody, akun, peran, sesi });
    const service = { ...nobody, layanan: "antrean" };
    const entrances: [() => ReturnType<typeof who>, object][] = [
      [() => asMitraOf(satu), mitra(satu)],
      [() => asMitraOf(lain), mitra(lain)],
      [asService, service],
      [() => asPersonOf(admin), person(admin, "admin")],
      [() => asPersonOf(nasabah), person(nasabah, "nasabah")],
    ];
    for (const [first] of entrances) {
      for (const [second, seen] of entrances) {
        const [, , found] = await app.transaction([first(), second(), who()]);
        expect(found).toEqual([seen]);
      }
    }
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
      expect(tables.map(({ hak }) => hak)).toEqual([
        "buku SELECT",
        "jabatan INSERT",
        "jabatan SELECT",
        "mitra SELECT",
        "nasabah DELETE",
        "nasabah INSERT",
        "nasabah SELECT",
        "pegawai DELETE",
        "pegawai INSERT",
        "pegawai SELECT",
        "produk SELECT",
        "sesi SELECT",
        "transaksi SELECT",
      ]);
      const columns = await neon.asOwner(
        `select a.attrelid::regclass || '.' || a.attname || ' ' || hak as hak
          from pg_attribute a join pg_class c on c.oid = a.attrelid, unnest(array['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) hak
          where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
            and a.attnum > 0 and not a.attisdropped and has_column_privilege($1, c.oid, a.attnum, hak)
            and not has_table_privilege($1, c.oid, hak) order by 1`,
        [APP],
      );
      expect(columns.map(({ hak }) => hak)).toEqual([
        "akun.aktif SELECT",
        "akun.dibuat_pada SELECT",
        "akun.email SELECT",
        "akun.id SELECT",
        "akun.nama SELECT",
        "akun.peran SELECT",
        "akun.username SELECT",
        "jabatan.deskripsi UPDATE",
        "jabatan.nama_jabatan UPDATE",
        "mitra.kunci_api_awalan UPDATE",
        "mitra.kunci_api_hash UPDATE",
        "mitra.kunci_privat_segel UPDATE",
        "nasabah.dob UPDATE",
        "nasabah.email UPDATE",
        "nasabah.gender UPDATE",
        "nasabah.name UPDATE",
        "nasabah.national_id_indeks UPDATE",
        "nasabah.national_id_segel UPDATE",
        "nasabah.phone_indeks UPDATE",
        "nasabah.phone_segel UPDATE",
        "pegawai.alamat UPDATE",
        "pegawai.id_jabatan UPDATE",
        "pegawai.nama UPDATE",
        "pegawai.telepon UPDATE",
      ]);
      const others = await neon.asOwner(
        `select 'sequence ' || c.oid::regclass || ' ' || hak as hak from pg_class c, unnest(array['SELECT', 'UPDATE', 'USAGE']) hak
            where case c.relkind when 'S' then has_sequence_privilege($1, c.oid, hak) else false end
          union all select 'schema ' || nspname || ' ' || hak from pg_namespace, unnest(array['CREATE', 'USAGE']) hak
            where nspname !~ '^pg_' and nspname <> 'information_schema' and has_schema_privilege($1, nspname, hak)
          union all select 'create in the database' where has_database_privilege($1, current_database(), 'CREATE')
          union all select 'default ' || defaclacl::text from pg_default_acl order by 1`,
        [APP],
      );
      expect(others.map(({ hak }) => hak)).toEqual([
        "schema app USAGE",
        "schema public USAGE",
        // An id is drawn by whoever adds a user, and can be neither read nor set.
        "sequence users_id USAGE",
      ]);
    });

    test("writes no money table, whatever the context", async () => {
      const { db, satu, admin } = fixture;
      for (const ask of [asNobody(db), asService(db), asMitra(db, satu), asPerson(db, admin)]) {
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
        `app.adalah_staf() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.akhiri_sesi(text,uuid) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.akun_id() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.atur_akun(bigint,peran_akun,boolean) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.atur_mitra(bigint,boolean) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.beli(integer,text,bigint,text,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.buka_sesi(bigint,integer,text,uuid,integer,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.buku_mitra(bigint,nama_buku) | invoker | pg_catalog, public, pg_temp | `,
        `app.buku_rumah(nama_buku) | invoker | pg_catalog, public, pg_temp | `,
        `app.cari_akun(text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.catat_audit(text,text,text,jsonb) | invoker | pg_catalog, public, pg_temp | `,
        `app.catat_gagal_masuk(bigint,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.catat_jurnal(text,jenis_jurnal,bigint,bigint[],bigint[],bigint,text) | invoker | pg_catalog, public, pg_temp | `,
        `app.daftar_akun(text,text,text,text,peran_akun,boolean,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.daftar_mitra(text,text,text,bigint,text,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.ganti_kata_sandi(integer,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.hapus_jabatan(integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.isi_saldo(bigint,bigint,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.jam() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.jejak() | definer | pg_catalog, public, pg_temp | `,
        `app.kata_sandi_sendiri() | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.kembar_akun(text,bigint) | invoker | pg_catalog, public, pg_temp | `,
        `app.klaim(bigint,integer,integer,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.layanan() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.lepaskan(text,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.masuk_akun(bigint,uuid,integer,peran_akun[]) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.masuk_layanan(text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.masuk_mitra(text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.mitra_id() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.pakai_konteks(bigint,text,bigint,peran_akun,uuid) | invoker | pg_catalog, public, pg_temp | `,
        `app.pemanggil() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.peran() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.pola_nama(text) | invoker | pg_catalog, pg_temp | `,
        `app.putar_sesi(bigint,uuid,integer,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.putuskan(bigint,app.hasil_biller,text) | invoker | pg_catalog, public, pg_temp | `,
        `app.sentuh() | invoker | pg_catalog, pg_temp | `,
        `app.sesi_id() | invoker | pg_catalog, pg_temp | ${APP}`,
        `app.terapkan_hasil(text,app.hasil_biller,text,text,text,bigint,text,integer) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.tolak_ubah() | invoker | pg_catalog, pg_temp | `,
        `app.tuntut_peran(peran_akun[]) | invoker | pg_catalog, public, pg_temp | ${APP}`,
        `app.ubah_profil(text,text,text) | definer | pg_catalog, public, pg_temp | ${APP}`,
        `app.users_bernama(text) | definer | pg_catalog, public, pg_temp | ${APP}`,
      ]);
    });

    test("are all the functions there are, and no view looks past the policies", async () => {
      const { neon } = fixture.db;
      // Those that an extension brings are PostgreSQL's own; which extensions there are is looked at.
      const extensions = await neon.asOwner("select extname as nama from pg_extension order by 1");
      expect(extensions.map(({ nama }) => nama)).toEqual(["pg_trgm", "plpgsql"]);
      const elsewhere = await neon.asOwner(
        `select p.oid::regprocedure::text as nama from pg_proc p
          where pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'app')
            and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
          union all select c.oid::regclass::text from pg_class c
            where relkind in ('v', 'm') and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')`,
      );
      expect(elsewhere).toEqual([]);
    });

    test("that are not for the app refuse it", async () => {
      const { db, satu, admin } = fixture;
      for (const call of [
        "select app.catat_audit('akun.atur', 'akun', '1', '{}')",
        "select app.kembar_akun('budi@mail.com', null)",
        "select app.pola_nama('budi')",
        "select app.buku_rumah('kas')",
        "select app.buku_mitra(1, 'tersedia')",
        "select app.catat_jurnal('x', 'beli', null, array[1, 2], array[1, -1])",
      ]) {
        for (const ask of [asNobody(db), asService(db), asMitra(db, satu), asPerson(db, admin)]) {
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
  async function noticed(breakIt: string, mend: string, only?: readonly string[]): Promise<string[]> {
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
      const mend = `create policy ${policyname} on ${tablename} for ${cmd} to ${APP} ${qual ? `using (${qual})` : ""} ${check ? `with check (${check})` : ""}`;
      seen[String(policyname)] = await noticed(`drop policy ${policyname} on ${tablename}`, mend);
    }
    const [ADMIN, PEOPLE, MITRA, NO_ID, NO_PERSON, READ, WRITE] = [
      "an admin sees all accounts, the directory, all mitra and their books, and only its own sessions",
      "customers and staff see their own account and sessions, and of the rest the directory only",
      "a mitra sees no person, and no book",
      "a context that is no id is an error",
      "a person's context that is no id is an error, and one that nobody has sees nothing",
      "staff reads the whole directory, a customer its own file only",
      "people write the directory as far as their role goes, and whose file it is stays",
    ];
    expect(seen).toEqual({
      akun_sendiri: [PEOPLE, NO_PERSON],
      akun_untuk_admin: [ADMIN],
      buku_untuk_admin: [ADMIN],
      jabatan_admin_buat: [WRITE],
      jabatan_admin_ubah: [WRITE],
      jabatan_untuk_staf: [PEOPLE, ADMIN, READ],
      mitra_sendiri_baca: [
        MITRA,
        NO_ID,
        "a mitra reads itself and nobody else",
        "a mitra changes its own keys, and no other's",
      ],
      mitra_sendiri_ubah: ["a mitra changes its own keys, and no other's"],
      mitra_untuk_admin: [ADMIN],
      nasabah_baca: [PEOPLE, ADMIN, NO_PERSON, READ, WRITE],
      nasabah_buat: [WRITE],
      nasabah_hapus: [WRITE],
      nasabah_ubah: [WRITE],
      pegawai_untuk_staf: [PEOPLE, ADMIN, READ, WRITE],
      produk_untuk_mitra: [MITRA, NO_ID, "a mitra reads all products"],
      sesi_sendiri: [PEOPLE, ADMIN, NO_PERSON],
      transaksi_sendiri: [MITRA, NO_ID, "a mitra reads its own purchases only"],
    });
    expect(await brokenChecks(fixture)).toEqual([]);
  }, 120_000);

  test("every policy that lets everything through", async () => {
    const policies = await fixture.db.neon.asOwner(
      "select policyname, tablename, cmd, qual, with_check from pg_policies order by policyname",
    );
    const seen: Record<string, number> = {};
    for (const { policyname, tablename, cmd, qual, with_check: check } of policies) {
      const policy = `alter policy ${policyname} on ${tablename}`;
      if (qual) {
        const broken = await noticed(`${policy} using (true)`, `${policy} using (${qual})`);
        seen[String(policyname)] = broken.length;
      }
      // Of an update the row as it was is looked at; what would take it out of reach is no column that may be written.
      if (check && cmd !== "UPDATE") {
        const broken = await noticed(`${policy} with check (true)`, `${policy} with check (${check})`);
        seen[`${policyname} check`] = broken.length;
      }
    }
    expect(Object.keys(seen)).toEqual([
      "akun_sendiri",
      "akun_untuk_admin",
      "buku_untuk_admin",
      "jabatan_admin_buat check",
      "jabatan_admin_ubah",
      "jabatan_untuk_staf",
      "mitra_sendiri_baca",
      "mitra_sendiri_ubah",
      "mitra_untuk_admin",
      "nasabah_baca",
      "nasabah_buat check",
      "nasabah_hapus",
      "nasabah_ubah",
      "pegawai_untuk_staf",
      "pegawai_untuk_staf check",
      "produk_untuk_mitra",
      "sesi_sendiri",
      "transaksi_sendiri",
    ]);
    expect(Object.entries(seen).filter(([, checks]) => checks === 0)).toEqual([]);
    expect(await brokenChecks(fixture)).toEqual([]);
  }, 120_000);

  test.each([
    ["using (true)", "akun_untuk_admin", "akun", "(select app.peran()) is not null"],
    ["a wider role", "akun_untuk_admin", "akun", "(select app.peran()) in ('admin', 'karyawan')"],
    ["any account that is logged in", "akun_sendiri", "akun", "(select app.akun_id()) is not null"],
    ["any session of anybody", "sesi_sendiri", "sesi", "(select app.akun_id()) is not null"],
    [
      "sessions for admins",
      "sesi_sendiri",
      "sesi",
      "akun_id = (select app.akun_id()) or (select app.peran()) = 'admin'",
    ],
    ["mitra for staff", "mitra_untuk_admin", "mitra", "(select app.peran()) in ('admin', 'karyawan')"],
    [
      "books for mitra",
      "buku_untuk_admin",
      "buku",
      "mitra_id = (select app.mitra_id()) or (select app.peran()) = 'admin'",
    ],
    [
      "books of mitra only",
      "buku_untuk_admin",
      "buku",
      "(select app.peran()) = 'admin' and mitra_id is not null",
    ],
  ])("a policy that is a little different: %s", async (_name, policy, table, qual) => {
    const [was] = await fixture.db.neon.asOwner("select qual from pg_policies where policyname = $1", [
      policy,
    ]);
    const alter = `alter policy ${policy} on ${table} using`;
    expect(await noticed(`${alter} (${qual})`, `${alter} (${was?.["qual"]})`)).not.toEqual([]);
  });

  test.each([
    "select on akun",
    "select (kata_sandi) on akun",
    "select (versi_token) on akun",
    "select on audit",
    "select (id) on audit",
  ])("a right too many: %s", async (right) => {
    const seen = await noticed(`grant ${right} to ${APP}`, `revoke ${right} from ${APP}`);
    // Taking a right on a table away takes those on its columns along.
    await fixture.db.neon.asOwner(
      `grant select (id, nama, email, username, peran, aktif, dibuat_pada) on akun to ${APP}`,
    );
    expect(seen).toContain("nobody reads a password, a token's version or the audit");
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
          ["row-level security is on and forced on every table"],
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
