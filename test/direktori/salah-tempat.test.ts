import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { useWorld } from "../harness.ts";
import {
  firstAdmin,
  makeAkun,
  makeBerkasNasabah,
  makePegawai,
  randomNik,
  randomPhone,
  type NasabahBody,
  type Orang,
} from "../make.ts";
import { bukaKunci } from "../../src/direktori/users/users.ts";
import { rebuilt } from "../platform/samples.ts";
import { atasNama, bodyOf, countOf, refusalAt, written, type Caller } from "./caller.ts";

// A sealed value is of no use where it does not belong.

const SEALED = "external_user_id, kunci, phone_segel, phone_indeks, national_id_segel, national_id_indeks";

const world = useWorld();

describe("a sealed value", () => {
  let caller: Caller;
  let broken: NasabahBody;
  let whole: NasabahBody;
  const owner = (query: string) => world.cloud.neon.asOwner(query);
  const set = (change: string) =>
    owner(
      `update nasabah n set ${change} from nasabah lain where n.id = ${broken.id} and lain.id = ${whole.id}`,
    );
  beforeAll(async () => {
    caller = atasNama(world, await firstAdmin(world));
    const buat = () => makeBerkasNasabah(world, { phone: randomPhone(), national_id: randomNik() });
    [broken, whole] = [await buat(), await buat()];
    await owner(`create table utuh as select ${SEALED} from nasabah where id = ${broken.id}`);
  });
  afterEach(async () => {
    await owner(`update nasabah set (${SEALED}) = (select ${SEALED} from utuh) where id = ${broken.id}`);
    await bodyOf(caller.get("/users/"));
  });

  const HIDDEN = "****";
  const PHONE = { phone: HIDDEN };
  const NIK = { national_id: HIDDEN };
  const moved = [
    ["moved to another row", "phone_segel = lain.phone_segel", PHONE, 1],
    ["moved to another row, a NIK", "national_id_segel = lain.national_id_segel", NIK, 1],
    ["moved to another column", "phone_segel = n.national_id_segel", PHONE, 1],
    ["moved to the other column", "national_id_segel = n.phone_segel", NIK, 1],
    ["in the place of a key", "kunci = n.phone_segel", { ...PHONE, ...NIK }, 1],
    ["of a row that calls itself another", "external_user_id = gen_random_uuid()", { ...PHONE, ...NIK }, 1],
    ["whose key is another customer's", "kunci = lain.kunci", { ...PHONE, ...NIK }, 1],
    [
      "moved with its key to another customer",
      "kunci = lain.kunci, phone_segel = lain.phone_segel, national_id_segel = lain.national_id_segel",
      { ...PHONE, ...NIK },
      1,
    ],
    ["whose key is cut", "kunci = left(n.kunci, -4)", { ...PHONE, ...NIK }, 1],
    ["whose key is none", "kunci = 'x'", { ...PHONE, ...NIK }, 1],
    ["whose key is empty", "kunci = ''", { ...PHONE, ...NIK }, 1],
    ["whose key is of an unknown key", "kunci = '9' || n.kunci", { ...PHONE, ...NIK }, 1],
    ["whose key is gone", "kunci = null", { ...PHONE, ...NIK }, 2],
    ["that is a key", "phone_segel = n.kunci", PHONE, 1],
    ["that says a master key sealed it", "phone_segel = '1' || substr(n.phone_segel, 2)", PHONE, 1],
    ["cut", "phone_segel = left(n.phone_segel, -4)", PHONE, 1],
    ["changed", "phone_segel = reverse(n.phone_segel)", PHONE, 1],
    ["that is none", "phone_segel = '+628123456789'", PHONE, 1],
    ["of an unknown key", "phone_segel = '9' || substr(n.phone_segel, 2)", PHONE, 1],
  ] as const;

  test.each(moved)(
    "%s opens nowhere: it is hidden, the rest is there, and the log tells",
    async (_, change, hidden, alarms) => {
      const lines = world.log.length;
      await set(change);
      const seen = await bodyOf<NasabahBody>(caller.get(`/users/${broken.id}`));
      const { external_user_id: _id, updated_at: _at, ...same } = { ...broken, ...hidden };
      expect(seen).toMatchObject(same);
      expect(await bodyOf(caller.get("/users/"))).toEqual(expect.arrayContaining([seen, whole]));
      const errors = world.log.slice(lines).filter(({ level }) => level === "error");
      expect(errors.length).toBe(2 * alarms);
      for (const error of errors)
        expect(error).toMatchObject({ event: "seal_broken", table: "nasabah", id: broken.id });
      expect(JSON.stringify(errors)).not.toContain("8123456789");
    },
  );

  test.each([
    ["of another table", { table: "devices" }],
    ["of another column", { column: "imei" }],
    ["of another table and column", { table: "devices", column: "imei" }],
  ])("%s, sealed with the customer's own key, does not open", async (_, elsewhere) => {
    const [row] = await owner(`select external_user_id, kunci from nasabah where id = ${broken.id}`);
    const id = String(row?.["external_user_id"]);
    const dataKey = await bukaKunci(world.deps, { externalUserId: id, kunci: String(row?.["kunci"]) });
    const seal = (place: object) =>
      dataKey.seal({ table: "nasabah", column: "phone", row: id, ...place }, randomPhone());
    await set(`phone_segel = '${await seal(elsewhere)}'`);
    expect(await bodyOf(caller.get(`/users/${broken.id}`))).toMatchObject(PHONE);
    await set(`phone_segel = '${await seal({})}'`);
    expect(await bodyOf<NasabahBody>(caller.get(`/users/${broken.id}`))).not.toMatchObject(PHONE);
  });

  test("without a working key nothing is sealed, and the rest can be changed", async () => {
    const path = `/users/${broken.id}`;
    await set("kunci = left(n.kunci, -4)");
    const before = await owner(`select ${SEALED} from nasabah where id = ${broken.id}`);
    expect((await caller.put(path, { phone: randomPhone() })).status).toBe(500);
    expect(await owner(`select ${SEALED} from nasabah where id = ${broken.id}`)).toEqual(before);
    expect(await bodyOf(caller.put(path, { name: "Sari", phone: null }))).toMatchObject({
      name: "Sari",
      phone: null,
      ...NIK,
    });
  });

  test("that does not open hinders no change and no removal", async () => {
    const { id } = await makeBerkasNasabah(world, { phone: randomPhone() });
    await owner(`update nasabah set phone_segel = 'x' where id = ${id}`);
    const path = `/users/${id}`;
    expect(await bodyOf(caller.put(path, { name: "Sari" }))).toMatchObject({ name: "Sari", phone: HIDDEN });
    expect(await bodyOf(caller.delete(path))).toMatchObject({ name: "Sari", phone: HIDDEN });
    expect((await caller.get(path)).status).toBe(404);
  });

  test("that does not open can be replaced or taken away: the file is whole again", async () => {
    const path = `/users/${broken.id}`;
    for (const phone of [randomPhone(), null]) {
      await set("phone_segel = n.national_id_segel, phone_indeks = n.national_id_indeks");
      expect(await bodyOf(caller.get(path))).toMatchObject(PHONE);
      const diubah = await bodyOf(caller.put(path, { phone }));
      expect(await bodyOf(caller.get(path))).toEqual(diubah);
    }
  });

  test("is another one each time, of the same number too", async () => {
    const phone = randomPhone();
    const { id } = await makeBerkasNasabah(world, { phone });
    const stored = async () =>
      (await owner(`select phone_segel as segel, phone_indeks as indeks from nasabah where id = ${id}`))[0];
    const before = await stored();
    await bodyOf(caller.put(`/users/${id}`, { phone }));
    const after = await stored();
    expect(after?.["segel"]).not.toBe(before?.["segel"]);
    expect(after?.["indeks"]).toBe(before?.["indeks"]);
  });
});

test.each([
  ["nobody has", "404 user-tidak-ada", async () => Number.MAX_SAFE_INTEGER],
  ["a pegawai has", "422 validasi-gagal #", async () => (await makePegawai(world)).id_user],
] as const)("a number for an id that %s is not even sealed", async (_, refusal, idOf) => {
  const caller = atasNama(world, await firstAdmin(world));
  const [id, files] = [await idOf(), await countOf(world, "nasabah")];
  const { id: nasabah } = await makeBerkasNasabah(world);
  const seal = vi.spyOn(crypto.subtle, "encrypt");
  try {
    const rows = await written(world, async () => {
      for (const numbers of [{ phone: randomPhone() }, { national_id: randomNik() }])
        expect(await refusalAt(caller.put(`/users/${id}`, { name: "Siti", ...numbers }))).toBe(refusal);
    });
    expect([seal.mock.calls, rows, await countOf(world, "nasabah")]).toEqual([[], [], files + 1]);
    // Of one that is a customer's it is.
    await bodyOf(caller.put(`/users/${nasabah}`, { phone: randomPhone() }));
    expect(seal).toHaveBeenCalledTimes(1);
  } finally {
    seal.mockRestore();
  }
});

describe("a file from before there were keys", () => {
  const owner = (query: string, params: string[] = []) => world.cloud.neon.asOwner(query, params);
  const kunciOf = async (id: number) =>
    (await owner(`select kunci from nasabah where id = ${id}`))[0]?.["kunci"] ?? null;

  /** As it was written then: by the master keys themselves. */
  async function makeLama(as?: Orang): Promise<{ caller: Caller; file: NasabahBody; path: string }> {
    const [phone, nik] = [randomPhone(), randomNik()];
    const file = await makeBerkasNasabah(world, { phone, national_id: nik }, as);
    const place = { table: "nasabah", row: file.external_user_id };
    await owner(
      `update nasabah set kunci = null, phone_segel = $1, national_id_segel = $2 where id = ${file.id}`,
      [
        await world.deps.sealer.seal({ ...place, column: "phone" }, phone),
        await world.deps.sealer.seal({ ...place, column: "national_id" }, nik),
      ],
    );
    const caller = atasNama(world, as ?? (await firstAdmin(world)));
    const path = `/users/${file.id}`;
    return { caller, path, file: await bodyOf<NasabahBody>(caller.get(path)) };
  }

  test("is read as ever, and changed without a key where nothing is sealed", async () => {
    const { caller, file, path } = await makeLama();
    expect(file.phone).toMatch(/^\+628\d\*{6}\d{3}$/);
    expect(await bodyOf(caller.put(path, { name: "Sari", national_id: null }))).toMatchObject({
      name: "Sari",
      phone: file.phone,
      national_id: null,
    });
    expect(await kunciOf(file.id)).toBe(null);
  });

  test.each(["admin", "nasabah"] as const)("gets a key with the next number that %s gives", async (role) => {
    const { caller, file, path } = await makeLama(await makeAkun(world, role));
    const diubah = await bodyOf<NasabahBody>(caller.put(path, { phone: randomPhone() }));
    const kunci = await kunciOf(file.id);
    expect(kunci).toMatch(/^1\./);
    expect(diubah.phone).not.toBe("****");
    expect(diubah.national_id).toBe(file.national_id);
    expect(await bodyOf(caller.get(path))).toEqual(diubah);
    await bodyOf(caller.put(path, { national_id: randomNik() }));
    expect(await kunciOf(file.id)).toBe(kunci);
    const [row] = await owner(`select phone_segel, national_id_segel from nasabah where id = ${file.id}`);
    for (const segel of Object.values(row ?? {})) expect(segel).toMatch(/^k\./);
  });

  test("that gets a key from somebody else at the same moment says so: another try is right", async () => {
    const { caller, file, path } = await makeLama();
    const externalUserId = file.external_user_id;
    const lain = await bukaKunci(world.deps, { externalUserId, kunci: null });
    const { sealer } = world.deps;
    const seal: typeof sealer.seal = async (place, text) => {
      await owner(`update nasabah set kunci = $1 where id = ${file.id}`, [lain.wrapped]);
      return await sealer.seal(place, text);
    };
    const late = atasNama(rebuilt(world, { sealer: { ...sealer, seal } }), await firstAdmin(world));
    expect(await refusalAt(late.put(path, { name: "Sari", phone: randomPhone() }))).toBe(
      "503 layanan-tidak-tersedia",
    );
    expect(await bodyOf(caller.get(path))).toMatchObject({ name: file.name, phone: file.phone });
    await bodyOf(late.put(path, { phone: randomPhone() }));
    expect(await kunciOf(file.id)).toBe(lain.wrapped);
    expect((await bodyOf<NasabahBody>(caller.get(path))).phone).not.toBe("****");
  });

  test("gets no key once it is erased, nor from somebody whose file it is not", async () => {
    const { caller, file } = await makeLama();
    const { db } = world.deps;
    const nasabah = await makeAkun(world, "nasabah");
    expect(await refusalAt(atasNama(world, nasabah).put(`/users/${file.id}`, { phone: randomPhone() }))).toBe(
      "404 user-tidak-ada",
    );
    await expect(db.execute(`select app.pasang_kunci(${file.id}, 'x')`)).rejects.toMatchObject({
      cause: { code: "PT404", message: "USER_TIDAK_ADA" },
    });
    expect(await kunciOf(file.id)).toBe(null);
    await owner(`update nasabah set dihapus_pada = now() where id = ${file.id}`);
    expect(await refusalAt(caller.put(`/users/${file.id}`, { phone: randomPhone() }))).toBe(
      "404 user-tidak-ada",
    );
    expect(await kunciOf(file.id)).toBe(null);
  });

  test("has its key from nobody by way of a plain update", async () => {
    const { file } = await makeLama();
    await expect(
      world.deps.db.execute(`update nasabah set kunci = 'x' where id = ${file.id}`),
    ).rejects.toMatchObject({
      cause: { code: "42501" },
    });
  });
});
