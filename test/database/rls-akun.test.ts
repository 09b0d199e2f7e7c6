import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { APP, ENGINES, errorOf, hex, openTestDatabase, outcomeOf } from "./engines.ts";
import {
  asMitra,
  asNobody,
  asPerson,
  asService,
  contextOf,
  HASH,
  makeFixture,
  makePerson,
  makeSession,
  type Ask,
  type Fixture,
  type Person,
} from "./rls-fixture.ts";

const ALL = "{admin,karyawan,nasabah}";
const OTHER_HASH = `$2b$04$${"b".repeat(53)}`;

describe.each(ENGINES)("accounts behind row-level security on $engine", ({ url }) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await makeFixture(url);
  });
  afterAll(async () => {
    await fixture.db.close();
  });

  const asOwner = (query: string, params: string[] = []) => fixture.db.neon.asOwner(query, params);

  /** Enters with everything as it should be, but for what is given. */
  const enter = (
    person: Person,
    change: { id?: unknown; sesi?: unknown; versi?: unknown; peran?: unknown } = {},
  ) => {
    const { id, sesi, versi, peran } = { ...person, versi: 1, peran: ALL, ...change };
    return fixture.db.as(APP).query("select app.masuk_akun($1, $2, $3, $4) as id", [id, sesi, versi, peran]);
  };

  /** Everybody who is not an admin. */
  const others = (): Record<string, Ask> => {
    const { db, satu, karyawan, nasabah } = fixture;
    return {
      nobody: asNobody(db),
      service: asService(db),
      mitra: asMitra(db, satu),
      karyawan: asPerson(db, karyawan),
      nasabah: asPerson(db, nasabah),
    };
  };

  /** Accounts and sessions as they are. */
  const people = async () => ({
    akun: await asOwner("select * from akun order by id"),
    sesi: await asOwner("select * from sesi order by id"),
  });

  describe("app.masuk_akun", () => {
    test("lets in whoever has a live session, an active account and one of the roles", async () => {
      const { admin, karyawan, nasabah } = fixture;
      expect(await enter(admin, { peran: "{admin}" })).toEqual([{ id: admin.id }]);
      expect(await enter(karyawan, { peran: "{admin,karyawan}" })).toEqual([{ id: karyawan.id }]);
      expect(await enter(nasabah)).toEqual([{ id: nasabah.id }]);
    });

    test.each([
      ["another session", () => ({ sesi: randomUUID() })],
      ["somebody else's session", () => ({ sesi: fixture.nasabah.sesi })],
      ["somebody else's account", () => ({ id: fixture.nasabah.id })],
      ["an account nobody has", () => ({ id: "9007199254740991" })],
      ["account 0", () => ({ id: "0" })],
      ["an earlier version", () => ({ versi: 0 })],
      ["a later version", () => ({ versi: 2 })],
      ["no account", () => ({ id: null })],
      ["no session", () => ({ sesi: null })],
      ["no version", () => ({ versi: null })],
    ])("refuses %s", async (_name, change) => {
      const error = await errorOf(enter(fixture.admin, change()));
      expect(error).toMatchObject({ code: "PT401", message: "TOKEN_TIDAK_SAH" });
    });

    test.each([
      ["nasabah", "{admin}"],
      ["nasabah", "{admin,karyawan}"],
      ["karyawan", "{admin}"],
      ["admin", "{karyawan,nasabah}"],
      ["admin", "{}"],
      ["nasabah", "{NULL}"],
      ["nasabah", "{admin,NULL}"],
      ["nasabah", null],
    ] as const)("refuses %s where the roles are %s", async (role, peran) => {
      const error = await errorOf(enter(fixture[role], { peran }));
      expect(error).toMatchObject({ code: "PT403", message: "PERAN_TIDAK_BOLEH" });
    });

    test.each([
      ["is over", "update sesi set kedaluwarsa_pada = now() where id = $1"],
      ["was ended", "delete from sesi where id = $1"],
    ])("refuses a session that %s, and only that one", async (_name, happens) => {
      const person = await makePerson(fixture.db, "nasabah");
      const other = await makeSession(fixture.db, person.id);
      await asOwner(happens, [person.sesi]);
      expect(await errorOf(enter(person))).toMatchObject({ code: "PT401", message: "TOKEN_TIDAK_SAH" });
      expect(await enter(person, { sesi: other })).toEqual([{ id: person.id }]);
    });

    test("refuses an account that is disabled, also with the role that would be wrong", async () => {
      const person = await makePerson(fixture.db, "nasabah");
      await asOwner("update akun set aktif = false where id = $1", [person.id]);
      for (const peran of [ALL, "{admin}"])
        expect(await errorOf(enter(person, { peran }))).toMatchObject({ code: "PT401" });
    });

    test("goes by the role of this moment, not by the one that a token was made under", async () => {
      const person = await makePerson(fixture.db, "nasabah");
      await asOwner("update akun set peran = 'karyawan' where id = $1", [person.id]);
      expect(await enter(person, { peran: "{karyawan}" })).toEqual([{ id: person.id }]);
      expect(await errorOf(enter(person, { peran: "{nasabah}" }))).toMatchObject({ code: "PT403" });
    });

    test("leaves nobody inside after it has refused, and nothing after its transaction", async () => {
      const { db, admin, nasabah } = fixture;
      const app = db.as(APP);
      const refused = await outcomeOf(
        app.transaction([
          app.query("select app.masuk_akun($1, $2, 1, $3)", [admin.id, nasabah.sesi, ALL]),
          app.query("select id from akun"),
        ]),
      );
      expect(refused.error).toMatchObject({ code: "PT401" });
      expect(await enter(admin)).toEqual([{ id: admin.id }]);
      expect(
        await app.query("select app.akun_id() as akun, app.peran() as peran, app.sesi_id() as sesi"),
      ).toEqual([{ akun: null, peran: null, sesi: null }]);
    });
  });

  test.each([
    "select * from app.atur_akun(1, 'nasabah', false)",
    "select * from app.atur_mitra(1, false)",
    "select * from app.isi_saldo(1, 1000, 'tanpa hak', 'tanpa-hak')",
  ])("%s is for admins only", async (call) => {
    const before = [
      await people(),
      await asOwner("select * from mitra"),
      await asOwner("select * from jurnal"),
    ];
    for (const [name, ask] of Object.entries(others())) expect(await ask(call), name).toBe("PT403");
    const after = [
      await people(),
      await asOwner("select * from mitra"),
      await asOwner("select * from jurnal"),
    ];
    expect(after).toEqual(before);
  });

  test("where there is no admin, the first one still has to be let in", async () => {
    const db = await openTestDatabase(url);
    const open = (perdana: boolean) =>
      outcomeOf(
        db
          .as(APP)
          .query("select peran from app.daftar_akun('Siti', $1, $2, $3, 'karyawan', $4, '127.0.0.1')", [
            `${hex(8)}@mail.com`,
            hex(8),
            HASH,
            perdana,
          ]),
      );
    expect((await open(false)).error).toMatchObject({ code: "PT403", message: "HANYA_ADMIN" });
    expect((await open(true)).rows).toEqual([{ peran: "admin" }]);
    await db.close();
  });

  test.each(["admin", "karyawan"])(
    "nobody but an admin opens an account for %s, asked to be the first or not",
    async (role) => {
      const before = await people();
      for (const [name, ask] of Object.entries(others())) {
        for (const perdana of [true, false]) {
          const call = "select * from app.daftar_akun('Siti', $1, $2, $3, $4, $5, '127.0.0.1')";
          const seen = await ask(call, [`${hex(8)}@mail.com`, hex(8), HASH, role, perdana]);
          expect(seen, name).toBe("PT403");
        }
      }
      expect(await people()).toEqual(before);
    },
  );

  test.each(["karyawan", "nasabah", "Admin", "admin ", "root", ""])(
    "the role '%s' in the context is not an admin's",
    async (role) => {
      const ask = contextOf(fixture.db, "select set_config('app.peran', $1, true)", role);
      expect(await ask(`select * from app.atur_akun(${fixture.nasabah.id}, 'admin', true)`)).toBe("PT403");
    },
  );

  test("what a person does to itself needs a person: nobody, a service and a mitra change nothing", async () => {
    const { nobody, service, mitra } = others();
    const before = await people();
    for (const ask of [nobody, service, mitra]) {
      expect(await ask?.("select * from app.kata_sandi_sendiri()")).toEqual([]);
      expect(await ask?.("select app.ganti_kata_sandi(1, $1) as diganti", [OTHER_HASH])).toEqual([
        { diganti: false },
      ]);
      for (const yang of ["satu", "lain", "semua", "apa saja"])
        expect(await ask?.("select app.akhiri_sesi($1, $2) as n", [yang, fixture.nasabah.sesi])).toEqual([
          { n: 0 },
        ]);
      expect(await ask?.("select app.ubah_profil('Nama lain', null, null)")).toBe("PT401");
    }
    expect(await people()).toEqual(before);
  });

  test("a person reaches its own account and sessions only", async () => {
    const { db, admin, karyawan } = fixture;
    const [self, other] = [await makePerson(db, "nasabah"), await makePerson(db, "nasabah")];
    await asOwner("update akun set kata_sandi = $1 where id = $2", [OTHER_HASH, other.id]);
    const ask = asPerson(db, self);
    const rest = async () => ({
      akun: await asOwner("select * from akun where id <> $1 order by id", [self.id]),
      sesi: await asOwner("select * from sesi where akun_id <> $1 order by id", [self.id]),
    });
    const before = await rest();
    expect(await ask("select kata_sandi, versi from app.kata_sandi_sendiri()")).toEqual([
      { kata_sandi: HASH, versi: 1 },
    ]);
    for (const { sesi } of [other, admin, karyawan])
      expect(await ask("select app.akhiri_sesi('satu', $1) as n", [sesi])).toEqual([{ n: 0 }]);
    expect(await ask("select app.ganti_kata_sandi(2, $1) as diganti", [OTHER_HASH])).toEqual([
      { diganti: false },
    ]);
    await ask("select app.ubah_profil('Nama baru', null, null)");
    expect(await ask("select nama from akun")).toEqual([{ nama: "Nama baru" }]);
    expect(await ask("select app.akhiri_sesi('semua', null) as n")).toEqual([{ n: 1 }]);
    expect(await ask("select 1")).toBe("PT401");
    expect(await rest()).toEqual(before);
  });

  test("a session is turned over by whoever names its account, and by nobody else", async () => {
    const { db, admin } = fixture;
    const self = await makePerson(db, "nasabah");
    const app = db.as(APP);
    const turn = (id: string, sesi: string) =>
      app.query("select putaran, peran from app.putar_sesi($1, $2, 1, 10)", [id, sesi]);
    expect(await turn(admin.id, self.sesi)).toEqual([]);
    expect(await turn(self.id, randomUUID())).toEqual([]);
    expect(await turn(self.id, self.sesi)).toEqual([{ putaran: 2, peran: "nasabah" }]);
  });

  test("a password's hash leaves by two doors: for a login by its name, and for its owner", async () => {
    const { db, nasabah } = fixture;
    const [row] = await asOwner("select email from akun where id = $1", [nasabah.id]);
    const email = String(row?.["email"]);
    const found = await asNobody(db)("select id, kata_sandi from app.cari_akun($1)", [email.toUpperCase()]);
    expect(found).toEqual([{ id: nasabah.id, kata_sandi: HASH }]);
    for (const name of ["", "%", "_", `${email} `, "' or true --", "\\", "*"])
      expect(await asNobody(db)("select id from app.cari_akun($1)", [name]), name).toEqual([]);
  });
});
