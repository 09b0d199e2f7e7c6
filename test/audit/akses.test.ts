import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { APP, ENGINES } from "../database/engines.ts";
import {
  asMitra,
  asNobody,
  asPerson,
  asService,
  makeFixture,
  tried,
  type Ask,
  type Fixture,
} from "../database/rls-fixture.ts";

// Who reads the audit, and that a rule that is a little different would be seen here.

describe.each(ENGINES)("the audit behind row-level security on $engine", ({ url }) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await makeFixture(url);
    // About the other customer, about nobody, and by somebody who sees nothing of it.
    const { orangLain, milik } = fixture.users;
    for (const [tabel, subjek] of [
      ["devices", orangLain],
      ["devices", milik],
      ["mitra", null],
    ] as const)
      await fixture.db.neon.asOwner("select app.catat_audit('uji.catat', $1, '1', '{}', $2)", [
        tabel,
        subjek,
      ]);
  });
  afterAll(async () => {
    await fixture.db.close();
  });

  const callers = (): Record<string, Ask> => {
    const { db, satu, admin, karyawan, nasabah, tanpaBerkas } = fixture;
    return {
      nobody: asNobody(db),
      service: asService(db),
      mitra: asMitra(db, satu),
      admin: asPerson(db, admin),
      karyawan: asPerson(db, karyawan),
      nasabah: asPerson(db, nasabah),
      tanpaBerkas: asPerson(db, tanpaBerkas),
    };
  };

  /** What each caller gets of a query. */
  async function answers(query: string): Promise<Record<string, unknown>> {
    const seen: Record<string, unknown> = {};
    for (const [name, ask] of Object.entries(callers())) seen[name] = await ask(query);
    return seen;
  }

  const NONE = { nobody: [], service: [], mitra: [], karyawan: [], tanpaBerkas: [] };

  /** The ids of the rows each sees, and those it should see, as the owner knows them. */
  async function seenAndMeant(): Promise<[Record<string, unknown>, Record<string, unknown>]> {
    const { neon } = fixture.db;
    const all = await neon.asOwner("select id from audit order by id");
    const own = await neon.asOwner("select id from audit where subjek_id = $1 order by id", [
      fixture.users.milik,
    ]);
    expect(own.length).toBeGreaterThan(1);
    expect(all.length).toBeGreaterThan(own.length + 5);
    return [await answers("select id from audit order by id"), { ...NONE, admin: all, nasabah: own }];
  }

  test("an admin sees all of it, a customer what is about its own file, everybody else nothing", async () => {
    const [seen, meant] = await seenAndMeant();
    expect(seen).toEqual(meant);
    const rows = await callers()["nasabah"]?.("select aksi from audit order by id");
    expect(rows).toEqual([{ aksi: "nasabah.buat" }, { aksi: "uji.catat" }]);
  });

  test("app.nasabah_id is the caller's own file", async () => {
    const none = [{ id: null }];
    const nobody = { nobody: none, service: none, mitra: none, karyawan: none, tanpaBerkas: none };
    expect(await answers("select app.nasabah_id() as id")).toEqual({
      ...nobody,
      admin: none,
      nasabah: [{ id: fixture.users.milik }],
    });
  });

  test("the chain and its end are nobody's to read", async () => {
    for (const query of ["select 1 from audit_rantai", "select urut from audit_ujung"])
      for (const [name, seen] of Object.entries(await answers(query))) expect(seen, name).toBe("42501");
  });

  test("nobody writes, changes or empties any of them", async () => {
    const writes = [
      "insert into audit (waktu, pelaku, aksi, sasaran_tabel, rincian) values (now(), 'x', 'x', 'x', '{}')",
      "update audit set pelaku = 'x'",
      "update audit set subjek_id = null where false",
      "delete from audit",
      "truncate audit",
      "insert into audit_rantai values (1, 1, 'x')",
      "update audit_rantai set hash = 'x'",
      "delete from audit_rantai",
      "truncate audit_rantai",
      "insert into audit_ujung values (false, 1, 'x')",
      "update audit_ujung set urut = 0",
      "delete from audit_ujung",
      "truncate audit_ujung",
      "select app.catat_audit('x.x', 'x', null, '{}')",
      "select app.catat_audit('x.x', 'x', null, '{}', 1)",
      "select app.hash_audit('x', null)",
      "select app.sambung_audit()",
      "select app.tolak_ubah_audit()",
    ];
    const refused = writes.map(() => "42501");
    for (const [name, ask] of Object.entries(callers()))
      expect(await tried(ask, writes), name).toEqual(refused);
  });

  test("app.periksa_audit is for admins", async () => {
    const no = "PT403";
    const seen = await answers("select sebab from app.periksa_audit(1, 50000)");
    expect(seen).toEqual({
      nobody: no,
      service: no,
      mitra: no,
      karyawan: no,
      nasabah: no,
      tanpaBerkas: no,
      admin: [{ sebab: null }],
    });
  });

  test("row-level security is on and forced on all three; they have these policies and triggers", async () => {
    const { neon } = fixture.db;
    const of = "relname in ('audit', 'audit_rantai', 'audit_ujung')";
    expect(
      await neon.asOwner(
        `select relname from pg_class where ${of} and relrowsecurity and relforcerowsecurity order by 1`,
      ),
    ).toHaveLength(3);
    const policies = await neon.asOwner(
      "select tablename || ' ' || policyname || ' ' || cmd || ' ' || roles::text as nama from pg_policies where tablename like 'audit%' order by 1",
    );
    expect(policies.map(({ nama }) => nama)).toEqual([
      `audit audit_subjek SELECT {${APP}}`,
      `audit audit_untuk_admin SELECT {${APP}}`,
    ]);
    const triggers = await neon.asOwner(
      `select relname || ' ' || tgname || case when tginitdeferred then ' deferred' else '' end as nama
        from pg_trigger t join pg_class c on c.oid = tgrelid where ${of} and tgenabled = 'O' order by 1`,
    );
    expect(triggers.map(({ nama }) => nama)).toEqual([
      "audit audit_sambung deferred",
      "audit audit_tetap",
      "audit_rantai audit_rantai_disambung",
      "audit_rantai audit_rantai_tetap",
      "audit_ujung audit_ujung_disambung",
      "audit_ujung audit_ujung_tetap",
    ]);
  });

  describe("is noticed:", () => {
    const ADMIN = "(select app.peran()) = 'admin'";
    const OWN = "subjek_id = (select app.nasabah_id())";

    test.each([
      ["the audit for staff", "audit_untuk_admin", "(select app.adalah_staf())"],
      ["for everybody logged in", "audit_untuk_admin", "(select app.akun_id()) is not null"],
      ["for everybody", "audit_untuk_admin", "true"],
      ["for everybody but customers", "audit_untuk_admin", "(select app.peran()) is distinct from 'nasabah'"],
      ["for nobody", "audit_untuk_admin", "false"],
      ["for admins, what is about customers", "audit_untuk_admin", `${ADMIN} and subjek_id is not null`],
      ["a customer sees what is about any", "audit_subjek", "subjek_id is not null"],
      ["what is about nobody", "audit_subjek", `${OWN} or subjek_id is null`],
      ["what is about others", "audit_subjek", "subjek_id <> (select app.nasabah_id())"],
      [
        "about whom is not told apart",
        "audit_subjek",
        "subjek_id is not distinct from (select app.nasabah_id())",
      ],
      ["as a customer, the account's number", "audit_subjek", "subjek_id = (select app.akun_id())"],
      ["as a customer, the mitra's number", "audit_subjek", `${OWN} or id = (select app.mitra_id())`],
      ["what it did itself only", "audit_subjek", `${OWN} and pelaku = (select app.pemanggil())`],
      ["nothing", "audit_subjek", "false"],
    ])("%s", async (_name, policy, condition) => {
      const { neon } = fixture.db;
      const was = policy === "audit_subjek" ? OWN : ADMIN;
      await neon.asOwner(`alter policy ${policy} on audit using (${condition})`);
      const [seen, meant] = await seenAndMeant();
      await neon.asOwner(`alter policy ${policy} on audit using (${was})`);
      expect(seen).not.toEqual(meant);
      const [again, still] = await seenAndMeant();
      expect(again).toEqual(still);
    });

    test.each([
      ["audit_untuk_admin", ADMIN],
      ["audit_subjek", OWN],
    ])("%s is gone", async (policy, was) => {
      const { neon } = fixture.db;
      await neon.asOwner(`drop policy ${policy} on audit`);
      const [seen, meant] = await seenAndMeant();
      await neon.asOwner(`create policy ${policy} on audit for select to ${APP} using (${was})`);
      expect(seen).not.toEqual(meant);
    });

    test("row-level security is off", async () => {
      const { neon } = fixture.db;
      await neon.asOwner("alter table audit disable row level security");
      const [seen, meant] = await seenAndMeant();
      await neon.asOwner("alter table audit enable row level security");
      expect(seen).not.toEqual(meant);
    });
  });
});
