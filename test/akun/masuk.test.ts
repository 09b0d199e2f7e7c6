import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, postJson, type Orang } from "../make.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { patientAttempts, STRICT, watchedPasswords } from "./seams.ts";

// How often a password may be tried.

const WINDOW_SECONDS = 900;

describe("ten passwords on one account in 15 minutes", () => {
  const clock = new ManualClock();
  const passwords = watchedPasswords();
  const world = useWorld({ clock, deps: { passwords, attempts: patientAttempts(() => world) } });
  beforeEach(() => {
    passwords.compared = 0;
  });
  const masuk = (identifier: string, password: string, headers: Record<string, string> = {}) =>
    postJson(world, "/auth/login", { identifier, password }, headers);
  const lock = async (identifier: string) => {
    for (const _ of Array(10).keys())
      expect(await refusalOf(await masuk(identifier, "salah"))).toBe("401 identitas-salah");
  };

  /** The refusal of a locked account says when to come back, in all three headers. */
  const expectLocked = async (answer: Response, mostSeconds = WINDOW_SECONDS) => {
    expect(answer.headers.get("ratelimit-policy")).toBe('"masuk-akun";q=10;w=900');
    const [, wait] = /^"masuk-akun";r=0;t=(\d+)$/.exec(answer.headers.get("ratelimit") ?? "") ?? [];
    expect(Number(wait)).toBeGreaterThan(0);
    expect(Number(wait)).toBeLessThanOrEqual(mostSeconds);
    expect(answer.headers.get("retry-after")).toBe(wait);
    expect(await answer.clone().json()).toMatchObject({
      detail: `Terlalu banyak percobaan. Coba lagi dalam ${Math.ceil(Number(wait) / 60)} menit.`,
    });
    expect(await refusalOf(answer)).toBe("429 terlalu-sering");
  };

  test("50 wrong ones at once: exactly 10 are looked at, 40 refused; the right one waits for the window, too", async () => {
    const orang = await makeAkun(world, "karyawan");
    passwords.compared = 0;
    const answers = await atOnce(50, async (at) => await masuk(orang.username ?? "", `salah-${at}`));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 401: 10, 429: 40 });
    expect(passwords.compared).toBe(10);
    for (const answer of answers.filter(({ status }) => status === 429)) await expectLocked(answer);

    await expectLocked(await masuk(orang.username ?? "", orang.password));
    clock.advance((WINDOW_SECONDS - 1) * 1_000);
    await expectLocked(await masuk(orang.username ?? "", orang.password), 1);
    expect(passwords.compared).toBe(10);
    clock.advance(1_001);
    expect((await masuk(orang.username ?? "", orang.password)).status).toBe(200);
    expect(passwords.compared).toBe(11);
  });

  test("tries while locked do not lengthen the lock", async () => {
    const orang = await makeAkun(world, "nasabah");
    await lock(orang.email);
    for (const _ of Array(8).keys()) {
      clock.advance(100_000);
      await expectLocked(await masuk(orang.email, orang.password));
    }
    clock.advance(100_001);
    expect((await masuk(orang.email, orang.password)).status).toBe(200);
  });

  test("username, e-mail, their capitals, spaces around them and both doors are one counter", async () => {
    const { username, email, password } = await makeAkun(world, "admin");
    const name = username ?? "";
    passwords.compared = 0;
    const names = [name, name.toUpperCase(), ` ${name} `, email, email.toUpperCase(), `\t${email}`];
    for (const identifier of names)
      expect(await refusalOf(await masuk(identifier, "salah"))).toBe("401 identitas-salah");
    for (const address of [email, email.toUpperCase(), email, email])
      expect(
        await refusalOf(await postJson(world, "/api/login", { email: address, password: "salah" })),
      ).toBe("401 identitas-salah");
    for (const identifier of names) await expectLocked(await masuk(identifier, password));
    await expectLocked(await postJson(world, "/api/login", { email: email.toUpperCase(), password }));
    expect(passwords.compared).toBe(10);
  });

  test("a name that nobody has is locked like one that somebody has", async () => {
    const nobody = `tiada-${crypto.randomUUID()}`;
    const answers = await atOnce(20, async (at) =>
      masuk(at % 2 ? nobody : nobody.toUpperCase(), "salah", { "user-agent": `peramban ${at}` }),
    );
    expect(tally(answers.map(({ status }) => status))).toEqual({ 401: 10, 429: 10 });
    expect(passwords.compared).toBe(10);
    await expectLocked(await masuk(nobody, "salah"));
  });

  test("whatever address is claimed, or true: the lock is the account's", async () => {
    const { email, password } = await makeAkun(world, "nasabah");
    const headersOf = (at: number) => ({
      "x-forwarded-for": `198.51.100.${at}`,
      "x-real-ip": `198.51.100.${at}`,
      forwarded: `for=198.51.100.${at}`,
      "cf-connecting-ip": `203.0.113.${at}`,
    });
    const answers = await atOnce(20, async (at) => await masuk(email, "salah", headersOf(at)));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 401: 10, 429: 10 });
    await expectLocked(await masuk(email, password, headersOf(99)));
  });

  test("one locked account locks nobody else, and does not end its own sessions", async () => {
    const [victim, other] = [await makeAkun(world, "nasabah"), await makeAkun(world, "nasabah")];
    await lock(victim.email);
    expect((await masuk(other.email, other.password)).status).toBe(200);
    expect((await world.request("/auth/me", { headers: victim.headers })).status).toBe(200);
  });

  test("a right password gives everything back: nine wrong and a right one, as often as one likes", async () => {
    const { email, password } = await makeAkun(world, "nasabah");
    for (const _ of Array(3).keys()) {
      for (const wrong of Array(9).keys())
        expect(await refusalOf(await masuk(email, `salah-${wrong}`))).toBe("401 identitas-salah");
      expect((await masuk(email, password)).status).toBe(200);
      await world.idle();
    }
  });

  test("someone else's right password gives nothing back on a locked account", async () => {
    const [victim, attacker] = [await makeAkun(world, "nasabah"), await makeAkun(world, "nasabah")];
    for (const wrong of Array(10).keys()) {
      expect(await refusalOf(await masuk(victim.email, `salah-${wrong}`))).toBe("401 identitas-salah");
      expect((await masuk(attacker.email, attacker.password)).status).toBe(200);
      await world.idle();
    }
    await expectLocked(await masuk(victim.email, victim.password));
  });
});

describe("fifty passwords from one address in 15 minutes, where limits are strict", () => {
  const clock = new ManualClock();
  const passwords = watchedPasswords();
  const world = useWorld({
    clock,
    env: STRICT,
    deps: { passwords, attempts: patientAttempts(() => world) },
  });
  beforeEach(() => {
    passwords.compared = 0;
    // Every test has a window to itself.
    clock.advance(3_600_000);
  });
  let names = 0;
  const guess = (address: string, headers: Record<string, string> = {}) =>
    postJson(
      world,
      "/auth/login",
      { identifier: `orang${names++}`, password: "salah" },
      { "cf-connecting-ip": address, ...headers },
    );
  const statuses = (answers: Response[]) => tally(answers.map(({ status }) => status));

  test("60 at once, each on another account: exactly 50 are looked at; another address is not concerned", async () => {
    const answers = await atOnce(60, async () => await guess("203.0.113.1"));
    expect(statuses(answers)).toEqual({ 401: 50, 429: 10 });
    expect(passwords.compared).toBe(50);
    for (const { headers } of answers.filter(({ status }) => status === 429)) {
      expect(headers.get("ratelimit-policy")).toBe('"masuk-alamat";q=50;w=900');
      expect(headers.get("ratelimit")).toBe('"masuk-alamat";r=0;t=900');
      expect(headers.get("retry-after")).toBe("900");
    }
    expect((await guess("203.0.113.2")).status).toBe(401);
    clock.advance(900_001);
    expect((await guess("203.0.113.1")).status).toBe(401);
  });

  test("an address beyond its limit locks nobody's account", async () => {
    const orang = await makeAkun(world, "nasabah");
    await atOnce(50, async () => await guess("203.0.113.8"));
    const at = (address: string, password: string) =>
      postJson(world, "/auth/login", { identifier: orang.email, password }, { "cf-connecting-ip": address });
    expect(statuses(await atOnce(15, async () => await at("203.0.113.8", "salah")))).toEqual({ 429: 15 });
    expect((await at("203.0.113.9", orang.password)).status).toBe(200);
  });

  test("what a caller writes into X-Forwarded-For is not its address", async () => {
    const claimed = (at: number) => ({
      "x-forwarded-for": `198.51.100.${at}`,
      "true-client-ip": `198.51.100.${at}`,
    });
    const answers = await atOnce(60, async (at) => await guess("203.0.113.3", claimed(at)));
    expect(statuses(answers)).toEqual({ 401: 50, 429: 10 });
  });

  test("an IPv6 subscriber has a /64: its addresses are counted together, however they are written", async () => {
    const spelt = ["2001:db8:1:2::1", "2001:0db8:0001:0002:0:0:0:2", "2001:DB8:1:2:ffff:ffff:ffff:fffe"];
    const answers = await atOnce(60, async (at) => await guess(spelt[at % spelt.length] ?? ""));
    expect(statuses(answers)).toEqual({ 401: 50, 429: 10 });
    for (const neighbour of ["2001:db8:1:3::1", "2001:db8:1::2", "2001:db8::1:2"])
      expect((await guess(neighbour)).status, neighbour).toBe(401);
  });

  test("a right password is no try: it is given back, one for one", async () => {
    const address = { "cf-connecting-ip": "203.0.113.4" };
    const orang: Orang = await makeAkun(world, "nasabah");
    for (const _ of Array(49).keys()) expect((await guess("203.0.113.4")).status).toBe(401);
    const { email: identifier, password } = orang;
    for (const _ of Array(5).keys()) {
      expect((await postJson(world, "/auth/login", { identifier, password }, address)).status).toBe(200);
      await world.idle();
    }
    expect((await guess("203.0.113.4")).status).toBe(401);
    expect((await guess("203.0.113.4")).status).toBe(429);
    expect((await postJson(world, "/auth/login", { identifier, password }, address)).status).toBe(429);
  });

  test("thirty accounts an hour from one address, at both doors together", async () => {
    const register = (address: string) => {
      const email = `${crypto.randomUUID()}@example.com`;
      const body = { name: "Ani", email, password: "password123" };
      return postJson(world, "/api/register", body, { "cf-connecting-ip": address });
    };
    const answers = await atOnce(40, async () => await register("203.0.113.5"));
    expect(statuses(answers)).toEqual({ 201: 30, 429: 10 });
    expect(answers.find(({ status }) => status === 429)?.headers.get("ratelimit-policy")).toBe(
      '"daftar-alamat";q=30;w=3600',
    );
    const staf = { name: "Ani", email: "staf@example.com", username: "staf", role: "admin" };
    const atStaff = await postJson(
      world,
      "/auth/register",
      { ...staf, password: "password123" },
      { "cf-connecting-ip": "203.0.113.5" },
    );
    expect(await refusalOf(atStaff)).toBe("429 terlalu-sering");
    expect((await register("203.0.113.6")).status).toBe(201);
    clock.advance(3_600_001);
    expect((await register("203.0.113.5")).status).toBe(201);
  });
});
