import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { sha256Hex } from "../../src/platform/crypto/hash.ts";
import { patientAttempts, STRICT } from "../akun/seams.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { useWorld } from "../harness.ts";
import {
  login,
  makeAkun,
  makeBerkasNasabah,
  makePegawai,
  randomNik,
  randomPhone,
  type NasabahBody,
  type Orang,
} from "../make.ts";
import { atasNama, bodyOf, countOf, refusalAt, written, type Caller } from "./caller.ts";

// How often a customer may say which numbers are its own: a 409 tells that somebody else has one.

const QUOTA = 10;
const DAY_SECONDS = 86_400;

interface Pemilik {
  orang: Orang;
  caller: Caller;
  file: NasabahBody;
  path: string;
}

/** A refusal because the limit is full, which starts anew in `left` seconds. */
async function expectFull(answer: Response, left = DAY_SECONDS, wait = "24 jam"): Promise<void> {
  expect(answer.headers.get("ratelimit-policy")).toBe(`"nasabah-nomor";q=${QUOTA};w=${DAY_SECONDS}`);
  expect(answer.headers.get("ratelimit")).toBe(`"nasabah-nomor";r=0;t=${left}`);
  expect(answer.headers.get("retry-after")).toBe(String(left));
  expect(await answer.clone().json()).toMatchObject({
    detail: `Terlalu banyak perubahan nomor. Coba lagi dalam ${wait}.`,
  });
  expect(await refusalOf(answer)).toBe("429 terlalu-sering");
}

describe("ten times a day, where limits are strict", () => {
  const clock = new ManualClock();
  const world = useWorld({ clock, env: STRICT, deps: { attempts: patientAttempts(() => world) } });

  /** A customer whose file has no numbers yet. */
  async function pemilik(): Promise<Pemilik> {
    const orang = await makeAkun(world, "nasabah");
    const file = await makeBerkasNasabah(world, { phone: null }, orang);
    return { orang, file, caller: atasNama(world, orang), path: `/users/${file.id}` };
  }
  const seluruhnya = async ({ caller, path }: Pemilik) => {
    for (let n = 0; n < QUOTA; n++) await bodyOf(caller.put(path, { phone: randomPhone() }));
  };

  test("what names no number is not counted, and is no matter to whoever has none left", async () => {
    const satu = await pemilik();
    const { caller, path } = satu;
    const other = [
      { name: "Siti" },
      { email: "siti@example.com", dob: "1990-05-17", gender: "P" },
      { phone: null },
      { phone: null, national_id: null, name: "Budi" },
    ];
    for (let round = 0; round < 3; round++) for (const body of other) await bodyOf(caller.put(path, body));
    await seluruhnya(satu);
    await expectFull(await caller.put(path, { phone: randomPhone() }));
    for (const body of other) expect(await bodyOf(caller.put(path, body))).toMatchObject(body);
    expect(await bodyOf(caller.get(path))).toMatchObject({ name: "Budi", phone: null });
    expect(await refusalAt(caller.post("/users/", { name: "Budi" }))).toBe("409 sudah-punya-data");
  });

  test("it counts wherever it is said, taken or refused, and both numbers at once are one time", async () => {
    const [{ caller, path, file }, lain] = [await pemilik(), await pemilik()];
    const phone = randomPhone();
    await bodyOf(lain.caller.put(lain.path, { phone }));
    const pegawai = await makePegawai(world);
    const said = [
      [caller.put(path, { phone: randomPhone(), national_id: randomNik() }), "200"],
      [caller.put(path, { phone }), "409 telepon-terdaftar #/phone"],
      [caller.post("/users/", { name: "Budi", phone }), "409"],
      [caller.post("/users/", { name: "Budi", national_id: randomNik() }), "409 sudah-punya-data"],
      [caller.put(lain.path, { phone }), "404 user-tidak-ada"],
      [caller.put(`/users/${pegawai.id_user}`, { phone }), "404 user-tidak-ada"],
      [caller.put(`/users/${Number.MAX_SAFE_INTEGER}`, { national_id: randomNik() }), "404 user-tidak-ada"],
    ] as const;
    for (const [answer, refusal] of said) expect(await refusalAt(answer)).toMatch(new RegExp(`^${refusal}`));
    // Refused before it is counted: what is no number, and what is nobody's token.
    expect(await refusalAt(caller.put(path, { phone: "812" }))).toBe("422 validasi-gagal #/phone");
    expect(await refusalAt(caller.put(path, { phone, dob: "2999-01-01" }))).toBe("422 validasi-gagal #/dob");
    expect(await refusalAt(caller.put(path, { phone, nama: "x", alamat: "y" }))).toMatch(/^422/);
    const left = [];
    for (let n = said.length; n <= QUOTA; n++)
      left.push((await caller.put(path, { phone: randomPhone() })).status);
    expect(left).toEqual([200, 200, 200, 429]);
    await expectFull(await caller.post("/users/", { name: "Budi", phone }));
    expect(file.phone).toBeNull();
  });

  test("the file is opened with a number as one of the ten", async () => {
    const orang = await makeAkun(world, "nasabah");
    const { id } = await makeBerkasNasabah(world, { phone: randomPhone() }, orang);
    const caller = atasNama(world, orang);
    for (let n = 1; n < QUOTA; n++) await bodyOf(caller.put(`/users/${id}`, { phone: randomPhone() }));
    await expectFull(await caller.put(`/users/${id}`, { phone: randomPhone() }));
  });

  test("is refused before a file is opened, which without numbers still can be", async () => {
    const orang = await makeAkun(world, "nasabah");
    const caller = atasNama(world, orang);
    for (let n = 0; n < QUOTA; n++)
      expect(await refusalAt(caller.put("/users/1", { national_id: randomNik() }))).toBe(
        "404 user-tidak-ada",
      );
    const before = await countOf(world, "nasabah");
    await expectFull(await caller.post("/users/", { name: "Budi", phone: randomPhone() }));
    expect(await countOf(world, "nasabah")).toBe(before);
    await bodyOf(caller.post("/users/", { name: "Budi", phone: null }));
    expect(await countOf(world, "nasabah")).toBe(before + 1);
  });

  test("is an account's: its other sessions and addresses have none of their own, another account has", async () => {
    const [satu, dua] = [await pemilik(), await pemilik()];
    await seluruhnya(satu);
    const { headers } = await login(world, satu.orang.email, satu.orang.password);
    const elsewhere = { ...satu.orang, headers: { ...headers, "cf-connecting-ip": "203.0.113.7" } };
    await expectFull(await atasNama(world, elsewhere).put(satu.path, { phone: randomPhone() }));
    await seluruhnya(dua);
    await expectFull(await dua.caller.put(dua.path, { phone: randomPhone() }));
  });

  test("20 at once: exactly ten are done", async () => {
    const { caller, path } = await pemilik();
    const answers = await atOnce(20, async () => await caller.put(path, { phone: randomPhone() }));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: QUOTA, 429: QUOTA });
    for (const answer of answers.filter(({ status }) => status === 429)) await expectFull(answer);
  });

  test.each(["admin", "karyawan"] as const)(
    "staff, here %s, is not counted, also on a customer's file",
    async (role) => {
      const satu = await pemilik();
      await seluruhnya(satu);
      const staff = atasNama(world, await makeAkun(world, role));
      world.cloud.redis.requests = 0;
      for (let n = 0; n <= QUOTA; n++) {
        await bodyOf(staff.put(satu.path, { phone: randomPhone(), national_id: randomNik() }));
        await bodyOf(staff.post("/users/", { name: "Budi", phone: randomPhone() }));
      }
      expect(world.cloud.redis.requests).toBe(0);
      await expectFull(await satu.caller.put(satu.path, { phone: randomPhone() }));
    },
  );

  test("Redis learns neither the account nor the number, and forgets within a day", async () => {
    const { redis } = world.cloud;
    const keys = async () => (await redis.command("KEYS", "percobaan:nasabah-nomor:*")) as string[];
    const before = await keys();
    const { caller, path, orang } = await pemilik();
    await bodyOf(caller.put(path, { phone: randomPhone() }));
    const [key = "", ...more] = (await keys()).filter((one) => !before.includes(one));
    expect(more).toEqual([]);
    expect(key).toMatch(/^percobaan:nasabah-nomor:[0-9a-f]{64}$/);
    expect(key).not.toContain(sha256Hex(`akun:${orang.id}`));
    expect(await redis.command("GET", key)).toBe("1");
    expect(await redis.command("TTL", key)).toBe(DAY_SECONDS);
  });

  // The last one: whoever was logged in before is not any more.
  test("a customer changes its numbers; the eleventh is refused and changes nothing, until the day is over", async () => {
    const satu = await pemilik();
    const { caller, path, orang } = satu;
    for (let n = 0; n < QUOTA; n++) {
      const body = n % 2 === 0 ? { phone: randomPhone() } : { national_id: randomNik(), name: `Budi ${n}` };
      await bodyOf(caller.put(path, body));
    }
    const before = await bodyOf(caller.get(path));
    const rows = await written(world, async () => {
      for (const body of [
        { phone: randomPhone() },
        { national_id: randomNik() },
        { name: "Siti", phone: randomPhone(), national_id: null },
      ])
        await expectFull(await caller.put(path, body));
    });
    expect(rows).toEqual([]);
    expect(await bodyOf(caller.get(path))).toEqual(before);

    const again = async () => atasNama(world, await login(world, orang.email, orang.password));
    clock.advance(3_600_000);
    await expectFull(
      await (await again()).put(path, { phone: randomPhone() }),
      DAY_SECONDS - 3_600,
      "23 jam",
    );
    clock.advance((DAY_SECONDS - 3_601) * 1_000);
    await expectFull(await (await again()).put(path, { phone: randomPhone() }), 1, "1 menit");
    clock.advance(1_001);
    await bodyOf((await again()).put(path, { phone: randomPhone() }));
  });
});

describe("on one's own machine", () => {
  const world = useWorld({ deps: { attempts: patientAttempts(() => world) } });

  test("the limit is wide", async () => {
    const orang = await makeAkun(world, "nasabah");
    const { id } = await makeBerkasNasabah(world, {}, orang);
    const caller = atasNama(world, orang);
    const statuses = [];
    for (let n = 0; n <= 2 * QUOTA; n++)
      statuses.push((await caller.put(`/users/${id}`, { phone: randomPhone() })).status);
    expect(tally(statuses)).toEqual({ 200: 2 * QUOTA + 1 });
  });

  test("and without Redis no customer names a number; nothing else of a file depends on it", async () => {
    const [orang, baru] = [await makeAkun(world, "nasabah"), await makeAkun(world, "nasabah")];
    const karyawan = await makeAkun(world, "karyawan");
    const file = await makeBerkasNasabah(world, {}, orang);
    const [caller, path] = [atasNama(world, orang), `/users/${file.id}`];
    const lines = world.log.length;
    const { redis, neon } = world.cloud;
    await world.idle();
    redis.faults.always({ kind: "refuse" });
    const asked = neon.requests;
    const refused = [
      caller.put(path, { phone: randomPhone() }),
      caller.put(path, { national_id: randomNik(), name: "Siti" }),
      atasNama(world, baru).post("/users/", { name: "Budi", phone: randomPhone() }),
      atasNama(world, baru).post("/users/", { name: "Budi", national_id: randomNik() }),
    ];
    for (const answering of refused) {
      const answer = await answering;
      expect(answer.headers.get("retry-after")).toBe("5");
      expect(await refusalOf(answer)).toBe("503 layanan-tidak-tersedia");
    }
    // Counted before the work: the database was not even asked.
    expect(neon.requests).toBe(asked);
    expect(world.log.slice(lines).filter(({ event }) => event === "unavailable")).toHaveLength(4);

    redis.requests = 0;
    expect(await bodyOf(caller.get(path))).toEqual(file);
    expect(await bodyOf(caller.put(path, { name: "Siti", phone: null }))).toMatchObject({ phone: null });
    expect(await bodyOf(atasNama(world, baru).get("/users/"))).toEqual([]);
    await bodyOf(atasNama(world, baru).post("/users/", { name: "Budi", national_id: null }));
    const staff = atasNama(world, karyawan);
    await bodyOf(staff.put(path, { phone: randomPhone(), national_id: randomNik() }));
    await bodyOf(staff.post("/users/", { name: "Budi", phone: randomPhone(), national_id: randomNik() }));
    expect(redis.requests).toBe(0);
  });
});
