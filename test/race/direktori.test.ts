import { beforeAll, describe, expect, test } from "vitest";
import { postgresSuite, postgresUrl } from "../database/engines.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { atasNama, bodyOf, countOf, unik, type Caller, type JabatanBody } from "../direktori/caller.ts";
import { phoneForms } from "../direktori/numbers.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun, makeBerkasNasabah, makePegawai, randomDigits, randomNik } from "../make.ts";

const server = postgresUrl === undefined ? {} : { postgresUrl };
const PEGAWAI = { nama: "John Doe", alamat: "Jl. Contoh No. 123", telepon: "081234567890" };

describe.skipIf(!postgresUrl)(`the directory at once (${postgresSuite})`, () => {
  const world = useWorld(server);
  let admin: Caller;
  beforeAll(async () => {
    if (postgresUrl) admin = atasNama(world, await firstAdmin(world));
  });

  const jabatan = async () =>
    (await bodyOf<JabatanBody>(admin.post("/jabatan", { nama_jabatan: unik() }), 201)).id_jabatan;
  const refusals = async (answers: Response[]) => tally(await Promise.all(answers.map(refusalOf)));
  /** PostgreSQL ended nobody's transaction to break a circle, and nothing else went wrong: the log would tell. */
  const expectCalm = () => expect(world.log.filter(({ level }) => level !== "info")).toEqual([]);
  const expectNobodyWithout = async () =>
    expect(
      await countOf(
        world,
        "pegawai p where not exists (select from jabatan j where j.id_jabatan = p.id_jabatan)",
      ),
    ).toBe(0);

  test.each([
    {
      deed: "a pegawai with it is added",
      give: async (id_jabatan: number) => await admin.post("/users/", { ...PEGAWAI, id_jabatan }),
    },
    {
      deed: "a pegawai is given it",
      give: async (id_jabatan: number, id: number) => await admin.put(`/users/${id}`, { id_jabatan }),
    },
  ])("a position is removed while $deed, 50 times: one of the two happens", async ({ give }) => {
    const { id_user: id } = await makePegawai(world);
    const outcomes: string[] = [];
    for (let round = 0; round < 50; round++) {
      const id_jabatan = await jabatan();
      const tasks = [() => admin.delete(`/jabatan/${id_jabatan}`), () => give(id_jabatan, id)];
      // Each comes first as often as the other.
      const order = round % 2 === 0 ? [0, 1] : [1, 0];
      const answers = await Promise.all(order.map(async (at) => [at, await tasks[at]?.()] as const));
      const of = (at: number) => answers.find(([which]) => which === at)?.[1]?.status;
      outcomes.push(`${of(0)} & ${of(1)}`);
      const there = await countOf(world, `jabatan where id_jabatan = ${id_jabatan}`);
      const held = await countOf(world, `pegawai where id_jabatan = ${id_jabatan}`);
      expect([there, held]).toEqual(of(0) === 204 ? [0, 0] : [1, 1]);
    }
    const counts = tally(outcomes);
    expect((counts["204 & 422"] ?? 0) + (counts["409 & 200"] ?? 0), JSON.stringify(counts)).toBe(50);
    await expectNobodyWithout();
    expectCalm();
  });

  test("one position is removed by 20, while 20 add a pegawai with it", async () => {
    const id_jabatan = await jabatan();
    const [removed, added] = await Promise.all([
      atOnce(20, () => admin.delete(`/jabatan/${id_jabatan}`)),
      atOnce(20, () => admin.post("/users/", { ...PEGAWAI, id_jabatan })),
    ]);
    const held = await countOf(world, `pegawai where id_jabatan = ${id_jabatan}`);
    const kept = { removed: { "409 jabatan-dipakai": 20 }, added: { "200": 20 }, held: 20 };
    const gone = {
      removed: { "204": 1, "404 jabatan-tidak-ada": 19 },
      added: { "422 jabatan-tidak-dikenal": 20 },
      held: 0,
    };
    const met = { removed: await refusals(removed), added: await refusals(added), held };
    expect([kept, gone]).toContainEqual(met);
    await expectNobodyWithout();
    expectCalm();
  });

  test("one position of 20 who add it, in whatever case, is there once", async () => {
    const nama = unik();
    const answers = await atOnce(20, (at) =>
      admin.post("/jabatan", { nama_jabatan: at % 2 === 0 ? nama : nama.toUpperCase() }),
    );
    expect(await refusals(answers)).toEqual({ "201": 1, "409 nama-jabatan-dipakai": 19 });
    expect(await countOf(world, `jabatan where lower(nama_jabatan) = '${nama}'`)).toBe(1);
    expectCalm();
  });

  test("20 files with one telephone number, written in different ways: one is opened", async () => {
    const forms = phoneForms(randomDigits());
    const before = await countOf(world, "nasabah");
    const answers = await atOnce(20, (at) =>
      admin.post("/users/", { name: `Budi ${at}`, phone: forms[at % forms.length] }),
    );
    expect(await refusals(answers)).toEqual({ "200": 1, "409 telepon-terdaftar": 19 });
    expect(await countOf(world, "nasabah")).toBe(before + 1);
    expectCalm();
  });

  test("20 files that are given one NIK: one gets it, the others keep theirs", async () => {
    const files = await Promise.all(
      Array.from({ length: 20 }, () => makeBerkasNasabah(world, { national_id: randomNik() })),
    );
    const national_id = randomNik();
    const answers = await atOnce(20, (at) => admin.put(`/users/${files[at]?.id}`, { national_id }));
    expect(await refusals(answers.map((answer) => answer.clone()))).toEqual({
      "200": 1,
      "409 nik-terdaftar": 19,
    });
    for (const [at, file] of files.entries()) {
      const changed: unknown = answers[at]?.status === 200 ? await answers[at].json() : file;
      expect(await bodyOf(admin.get(`/users/${file.id}`))).toEqual(changed);
    }
    expectCalm();
  });

  test("20 own files of one nasabah: one is opened", async () => {
    const orang = await makeAkun(world, "nasabah");
    const caller = atasNama(world, orang);
    const answers = await atOnce(20, (at) => caller.post("/users/", { name: `Budi ${at}` }));
    expect(await refusals(answers)).toEqual({ "200": 1, "409 sudah-punya-data": 19 });
    expect(await countOf(world, `nasabah where akun_id = ${orang.id}`)).toBe(1);
    expect(await bodyOf<unknown[]>(caller.get("/users/"))).toHaveLength(1);
    expectCalm();
  });
});
