import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { useWorld } from "../harness.ts";
import { login, makeAkun, randomDigits, type NasabahBody, type Orang } from "../make.ts";
import { atasNama, bodyOf, problemsAt, refusalAt, type Caller } from "./caller.ts";

// Days and times of a customer's file, in a world that owns them: half past six in the morning of 29 February in Jakarta,
// while it is still the 28th in UTC.

const MINUTE = 60_000;
const clock = new ManualClock(Date.UTC(2028, 1, 28, 23, 30));
const world = useWorld({ clock });
let orang: Orang;
beforeAll(async () => {
  orang = await makeAkun(world, "karyawan");
});

/** The staff, whose token is of this hour. */
const staff = async (): Promise<Caller> => atasNama(world, await login(world, orang.email, orang.password));
const DITOLAK = "422 validasi-gagal #/dob";
const BUKAN_HARI = "harus tanggal yang ada, misalnya 1990-05-17";
const TERLALU_LAMA = "harus sejak 1900";
const BELUM_TIBA = "tidak boleh di masa depan";

/** What adding somebody born on `dob`, and changing somebody to it, come to. */
async function bornOn(dob: string): Promise<string[]> {
  const caller = await staff();
  const { id } = await bodyOf<NasabahBody>(caller.post("/users/", { name: "Budi", dob: "1990-05-17" }));
  const answers = [
    await refusalAt(caller.post("/users/", { name: "Budi", dob })),
    await refusalAt(caller.put(`/users/${id}`, { dob })),
  ];
  const after = await bodyOf<NasabahBody>(caller.get(`/users/${id}`));
  expect(after.dob).toBe(answers[1] === "200" ? dob : "1990-05-17");
  return answers;
}

describe("a date of birth", () => {
  test.each(["1900-01-01", "1999-12-31", "2000-02-29", "2028-02-28", "2028-02-29"])(
    "may be %s",
    async (dob) => {
      expect(await bornOn(dob)).toEqual(["200", "200"]);
    },
  );

  test.each([
    ["1899-12-31", TERLALU_LAMA],
    ["0001-01-01", TERLALU_LAMA],
    ["1900-02-29", BUKAN_HARI],
    ["2023-02-29", BUKAN_HARI],
    ["2024-02-30", BUKAN_HARI],
    ["2024-13-01", BUKAN_HARI],
    ["2024-00-10", BUKAN_HARI],
    ["0000-01-01", TERLALU_LAMA],
    ["9999-12-31", BELUM_TIBA],
    ["10000-01-01", BUKAN_HARI],
    ["+02000-01-01", BUKAN_HARI],
    ["2024-2-3", BUKAN_HARI],
    [" 2024-02-03", BUKAN_HARI],
    ["", BUKAN_HARI],
  ])("may not be %j: %s", async (dob, detail) => {
    expect(await bornOn(dob)).toEqual([DITOLAK, DITOLAK]);
    const caller = await staff();
    const problem = [{ pointer: "#/dob", detail }];
    expect(await problemsAt(caller.post("/users/", { name: "Budi", dob }))).toEqual(problem);
    const { id } = await bodyOf<NasabahBody>(caller.post("/users/", { name: "Budi" }));
    expect(await problemsAt(caller.put(`/users/${id}`, { dob }))).toEqual(problem);
  });

  test("of tomorrow is one of today from midnight in Jakarta on", async () => {
    const jakarta = () => new Date(clock.now() + 7 * 60 * MINUTE);
    const tomorrow = new Date(jakarta());
    tomorrow.setUTCHours(24, 0, 0, 0);
    const dob = tomorrow.toISOString().slice(0, 10);
    expect(await bornOn(dob)).toEqual([DITOLAK, DITOLAK]);
    clock.advance(tomorrow.getTime() - jakarta().getTime() - 1);
    expect(await bornOn(dob)).toEqual([DITOLAK, DITOLAK]);
    clock.advance(1);
    expect(await bornOn(dob)).toEqual(["200", "200"]);
  });
});

describe("the times of a file", () => {
  test("are when it was opened, and when it was changed last; reading and refusals change neither", async () => {
    const caller = await staff();
    const opened = new Date(clock.now()).toISOString();
    const nasabah = await bodyOf<NasabahBody>(caller.post("/users/", { name: "Budi" }));
    expect(nasabah).toMatchObject({ created_at: opened, updated_at: opened });
    const path = `/users/${nasabah.id}`;
    clock.advance(MINUTE);
    expect(await bodyOf(caller.get(path))).toEqual(nasabah);
    expect(await refusalAt(caller.put(path, { dob: "1899-12-31" }))).toBe(DITOLAK);
    expect(await refusalAt(caller.put(path, { nama: "John" }))).toBe("422 validasi-gagal #");
    expect(await bodyOf(caller.get(path))).toEqual(nasabah);
    for (const body of [{ name: "Siti" }, { phone: `0${randomDigits()}` }, { phone: null }]) {
      clock.advance(MINUTE);
      const diubah = await bodyOf<NasabahBody>(caller.put(path, body));
      expect(diubah).toMatchObject({ created_at: opened, updated_at: new Date(clock.now()).toISOString() });
      expect(await bodyOf(caller.get(path))).toEqual(diubah);
    }
  });

  test("stay when a change says what is there already", async () => {
    const caller = await staff();
    const isian = { name: "Budi", email: "budi@example.com", dob: "1990-05-17", gender: "L" };
    const nasabah = await bodyOf<NasabahBody>(caller.post("/users/", isian));
    const path = `/users/${nasabah.id}`;
    const { email, ...some } = isian;
    for (const same of [isian, some, { email: email.toUpperCase() }, { phone: null, national_id: null }]) {
      clock.advance(MINUTE);
      expect(await bodyOf(caller.put(path, same))).toEqual(nasabah);
      expect(await bodyOf(caller.get(path))).toEqual(nasabah);
    }
    clock.advance(MINUTE);
    const updated_at = new Date(clock.now()).toISOString();
    expect(await bodyOf(caller.put(path, { ...isian, gender: "P" }))).toEqual({
      ...nasabah,
      gender: "P",
      updated_at,
    });
  });

  test("cannot be set from outside, nor by the Worker's own role", async () => {
    for (const column of ["created_at", "updated_at", "akun_id", "external_user_id", "id"]) {
      const statement = sql.raw(`update nasabah set ${column} = default`);
      await expect(world.deps.db.execute(statement), column).rejects.toMatchObject({
        cause: { code: "42501" },
      });
    }
  });
});
