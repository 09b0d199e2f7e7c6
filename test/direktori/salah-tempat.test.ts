import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { useWorld } from "../harness.ts";
import {
  firstAdmin,
  makeBerkasNasabah,
  makePegawai,
  randomNik,
  randomPhone,
  type NasabahBody,
} from "../make.ts";
import { rebuilt } from "../platform/samples.ts";
import { atasNama, bodyOf, countOf, refusalAt, written, type Caller } from "./caller.ts";

// A sealed value is of no use where it does not belong.

const SEALED = "external_user_id, phone_segel, phone_indeks, national_id_segel, national_id_indeks";

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
    ["of a row that calls itself another", "external_user_id = gen_random_uuid()", { ...PHONE, ...NIK }, 2],
    ["cut", "phone_segel = left(n.phone_segel, -4)", PHONE, 1],
    ["changed", "phone_segel = reverse(n.phone_segel)", PHONE, 1],
    ["that is none", "phone_segel = '+628123456789'", PHONE, 1],
    ["of an unknown key", "phone_segel = '9' || n.phone_segel", PHONE, 1],
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
  ["a pegawai has", "422 validasi-gagal #/", async () => (await makePegawai(world)).id_user],
] as const)("a number for an id that %s is not even sealed", async (_, refusal, idOf) => {
  const { sealer } = world.deps;
  const seal = vi.fn<typeof sealer.seal>((place, text) => sealer.seal(place, text));
  const caller = atasNama(rebuilt(world, { sealer: { ...sealer, seal } }), await firstAdmin(world));
  const [id, files] = [await idOf(), await countOf(world, "nasabah")];
  const rows = await written(world, async () => {
    for (const numbers of [{ phone: randomPhone() }, { national_id: randomNik() }])
      expect(await refusalAt(caller.put(`/users/${id}`, { name: "Siti", ...numbers }))).toBe(refusal);
  });
  expect([seal.mock.calls, rows, await countOf(world, "nasabah")]).toEqual([[], [], files]);
  // Of one that is a customer's it is.
  const { id: nasabah } = await makeBerkasNasabah(world);
  await bodyOf(caller.put(`/users/${nasabah}`, { phone: randomPhone() }));
  expect(seal).toHaveBeenCalledTimes(1);
});
