import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { APP, ENGINES } from "./engines.ts";
import { brokenChecks } from "./rls-checks.ts";
import { DIRECTORY_CHECKS } from "./rls-checks-direktori.ts";
import {
  asMitra,
  asNobody,
  asPerson,
  asService,
  makeFilledFixture,
  type Ask,
  type Fixture,
} from "./rls-fixture.ts";

describe.each(ENGINES)("the directory behind row-level security on $engine", ({ url }) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await makeFilledFixture(url);
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
    for (const [name, ask] of Object.entries(callers())) {
      const rows = await ask(query);
      seen[name] = typeof rows === "string" ? rows : rows.map((row) => Object.values(row)[0]);
    }
    return seen;
  }

  test("app.users_bernama finds by name, as the owner, no more than the caller may see", async () => {
    const { milik, orangLain, pegawai, tanpaAkun } = fixture.users;
    const ids = [pegawai, milik, orangLain, tanpaAkun].sort((a, b) => Number(a) - Number(b));
    const none = { nobody: [], service: [], mitra: [], tanpaBerkas: [] };
    const all = { ...none, admin: ids, karyawan: ids, nasabah: [milik] };
    for (const part of ["budi", "UDI", " ", "i"])
      expect(await answers(`select id from app.users_bernama('${part}') id order by id`), part).toEqual(all);
    const nothing = { ...none, admin: [], karyawan: [], nasabah: [] };
    for (const part of ["%", "_", "b%i", "b_di", "\\", "x", "budi'' or true --"])
      expect(await answers(`select id from app.users_bernama('${part}') id`), part).toEqual(nothing);
    expect(await answers("select id from app.users_bernama(null) id")).toEqual(nothing);
  });

  test("app.users_bernama takes the wildcards of LIKE literally", async () => {
    const { neon } = fixture.db;
    const add = (nama: string) =>
      neon.asOwner(
        "insert into pegawai (nama, alamat, telepon, id_jabatan) values ($1, 'x', 'x', 1) returning id",
        [nama],
      );
    const rows = await Promise.all(["seratus%", "garis_bawah", "miring\\balik"].map(add));
    const [persen, garis, miring] = rows.map(([row]) => row?.["id"]);
    const ask = asPerson(fixture.db, fixture.karyawan);
    for (const [part, found] of [
      ["%", [{ id: persen }]],
      ["US%", [{ id: persen }]],
      ["s%s", []],
      ["_", [{ id: garis }]],
      ["S_B", [{ id: garis }]],
      ["r_t", []],
      ["\\", [{ id: miring }]],
      ["G\\B", [{ id: miring }]],
    ] as const)
      expect(await ask("select id from app.users_bernama($1) id", [part]), part).toEqual(found);
    await neon.asOwner("delete from pegawai where nama in ('seratus%', 'garis_bawah', 'miring\\balik')");
  });

  test("app.tuntut_peran lets through whoever has one of the roles, and nobody else", async () => {
    const no = "PT403";
    const refused = {
      nobody: no,
      service: no,
      mitra: no,
      admin: no,
      karyawan: no,
      nasabah: no,
      tanpaBerkas: no,
    };
    const ok = [""];
    const demand = (roles: string) => answers(`select app.tuntut_peran(${roles})::text`);
    expect(await demand("'{admin,karyawan}'")).toEqual({ ...refused, admin: ok, karyawan: ok });
    expect(await demand("'{admin}'")).toEqual({ ...refused, admin: ok });
    expect(await demand("'{nasabah,NULL}'")).toEqual({ ...refused, nasabah: ok, tanpaBerkas: ok });
    for (const roles of ["'{}'", "null", "'{NULL}'"]) expect(await demand(roles), roles).toEqual(refused);
  });

  test("app.hapus_jabatan is for admins, and of a position that somebody holds or that is not there for nobody", async () => {
    const { neon } = fixture.db;
    const no = "PT403";
    const refused = { nobody: no, service: no, mitra: no, karyawan: no, nasabah: no, tanpaBerkas: no };
    const before = await neon.asOwner("select * from jabatan order by id_jabatan");
    expect(await answers("select app.hapus_jabatan(1)")).toEqual({ ...refused, admin: "PT409" });
    for (const id of ["99", "0", "-1", "null"])
      expect(await answers(`select app.hapus_jabatan(${id})`), id).toEqual({ ...refused, admin: "PT404" });
    expect(await neon.asOwner("select * from jabatan order by id_jabatan")).toEqual(before);
    const [baru] = await neon.asOwner(
      "insert into jabatan (nama_jabatan) values ('Sementara') returning id_jabatan as id",
    );
    expect(
      await callers()["admin"]?.(`select app.hapus_jabatan(${baru?.["id"]}) is null as kosong`),
    ).toHaveLength(1);
    expect(await neon.asOwner("select * from jabatan order by id_jabatan")).toEqual(before);
  });

  test("app.pemanggil names who has entered, and nobody where nobody has", async () => {
    const { satu, admin, karyawan, nasabah, tanpaBerkas } = fixture;
    expect(await answers("select app.pemanggil()")).toEqual({
      nobody: [null],
      service: ["layanan:antrean"],
      mitra: [`mitra:${satu.id}`],
      admin: [`akun:${admin.id}`],
      karyawan: [`akun:${karyawan.id}`],
      nasabah: [`akun:${nasabah.id}`],
      tanpaBerkas: [`akun:${tanpaBerkas.id}`],
    });
  });

  test("the triggers' functions are nobody's to call", async () => {
    for (const call of ["select app.jejak()", "select app.sentuh()"])
      for (const [name, ask] of Object.entries(callers())) expect(await ask(call), name).toBe("42501");
  });

  test("an id is one user's, of whichever kind, and drawn from one sequence", async () => {
    const { neon } = fixture.db;
    const twice = await neon.asOwner("select id from pegawai join nasabah using (id)");
    expect(twice).toEqual([]);
    const [last] = await neon.asOwner("select last_value as id from users_id");
    expect(Number(last?.["id"])).toBeGreaterThanOrEqual(
      Math.max(...Object.values(fixture.users).map(Number)),
    );
  });

  test.each([
    ["phone_segel", "nasabah_phone_segel"],
    ["phone_indeks", "nasabah_phone_segel"],
    ["national_id_segel", "nasabah_national_id_segel"],
    ["national_id_indeks", "nasabah_national_id_segel"],
  ])("what is sealed and its index come together: %s alone is refused", async (column, constraint) => {
    const write = `insert into nasabah (external_user_id, name, ${column}) values (gen_random_uuid(), 'Siti', 'x')`;
    const done = fixture.db.neon.asOwner(write);
    await expect(done).rejects.toMatchObject({ code: "23514", constraint });
  });

  describe("the checks see", () => {
    async function noticed(breakIt: string, mend: string): Promise<string[]> {
      const { neon } = fixture.db;
      await neon.asOwner(breakIt);
      const broken = await brokenChecks(fixture, Object.keys(DIRECTORY_CHECKS));
      await neon.asOwner(mend);
      return broken;
    }

    const OWN = "akun_id = (select app.akun_id())";
    const STAFF = "(select app.adalah_staf())";
    test.each([
      ["files for everybody logged in", "nasabah_baca", "using", "(select app.akun_id()) is not null"],
      ["files of nobody for everybody", "nasabah_baca", "using", `${STAFF} or ${OWN} or akun_id is null`],
      ["files for admins only", "nasabah_baca", "using", `(select app.peran()) = 'admin' or ${OWN}`],
      ["staff's files only", "nasabah_baca", "using", STAFF],
      ["files of nobody to be changed", "nasabah_ubah", "using", `${STAFF} or ${OWN} or akun_id is null`],
      ["files to be deleted by staff", "nasabah_hapus", "using", STAFF],
      [
        "files to be deleted by their owner",
        "nasabah_hapus",
        "using",
        `(select app.peran()) = 'admin' or ${OWN}`,
      ],
      ["files opened in anybody's name by staff", "nasabah_buat", "with check", `${STAFF} or ${OWN}`],
      ["files of nobody opened by anybody", "nasabah_buat", "with check", `akun_id is null or ${OWN}`],
      [
        "positions for everybody logged in",
        "jabatan_untuk_staf",
        "using",
        "(select app.akun_id()) is not null",
      ],
      ["positions by staff", "jabatan_admin_buat", "with check", STAFF],
      ["positions changed by staff", "jabatan_admin_ubah", "using", STAFF],
      [
        "the staff for everybody logged in",
        "pegawai_untuk_staf",
        "using",
        "(select app.akun_id()) is not null",
      ],
      ["the staff for admins only", "pegawai_untuk_staf", "using", "(select app.peran()) = 'admin'"],
      [
        "the staff added by everybody",
        "pegawai_untuk_staf",
        "with check",
        "(select app.akun_id()) is not null",
      ],
    ])("a policy that is a little different: %s", async (_name, policy, clause, condition) => {
      const [was] = await fixture.db.neon.asOwner(
        "select qual, with_check, tablename from pg_policies where policyname = $1",
        [policy],
      );
      const alter = `alter policy ${policy} on ${was?.["tablename"]} ${clause}`;
      const mended = was?.[clause === "using" ? "qual" : "with_check"];
      expect(await noticed(`${alter} (${condition})`, `${alter} (${mended})`)).not.toEqual([]);
      expect(await brokenChecks(fixture, Object.keys(DIRECTORY_CHECKS))).toEqual([]);
    });

    test.each([
      "delete on jabatan",
      "truncate on jabatan",
      "truncate on pegawai",
      "truncate on nasabah",
      "update (id) on pegawai",
      "update (id) on nasabah",
      "update (akun_id) on nasabah",
      "update (external_user_id) on nasabah",
      "update (created_at) on nasabah",
      "update (updated_at) on nasabah",
      "update on sequence users_id",
    ])("a right too many: %s", async (right) => {
      expect(await noticed(`grant ${right} to ${APP}`, `revoke ${right} from ${APP}`)).not.toEqual([]);
      expect(await brokenChecks(fixture, Object.keys(DIRECTORY_CHECKS))).toEqual([]);
    });
  });
});
