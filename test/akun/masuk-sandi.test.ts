import { compare } from "bcryptjs";
import { beforeEach, describe, expect, test } from "vitest";
import { createPasswords } from "../../src/platform/auth/passwords.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, postJson, type Orang } from "../make.ts";
import { rebuilt, type House } from "../platform/samples.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { patientAttempts, watchedPasswords } from "./seams.ts";

// What a password is: its bytes, its spellings, its hash.

const passwords = watchedPasswords();
const world = useWorld({ deps: { passwords, attempts: patientAttempts(() => world) } });
beforeEach(() => {
  passwords.afterwards = async () => {};
});

const register = (password: string, email = `${crypto.randomUUID()}@example.com`) =>
  postJson(world, "/api/register", { name: "Ani", email, password });
const masuk = (identifier: string, password: string, house: House = world) =>
  postJson(house, "/auth/login", { identifier, password });

async function hashOf(orang: { email: string }): Promise<string> {
  const [row] = await world.cloud.neon.asOwner("select kata_sandi from akun where email = $1", [orang.email]);
  return String(row?.["kata_sandi"]);
}

describe("72 bytes, which is as far as bcrypt reads", () => {
  const whole = "é".repeat(36);

  test.each([
    ["37 × é", "é".repeat(37)],
    ["36 × é and one more", `${whole}x`],
    ["73 letters", "a".repeat(73)],
    ["18 emoji and one more", `${"🔒".repeat(18)}a`],
    ["60,000 letters", "a".repeat(60_000)],
  ])("%s are refused wherever a password is said, before bcrypt", async (_, password) => {
    const orang = await makeAkun(world, "karyawan");
    const { headers, email } = orang;
    const compared = passwords.compared;
    const answers = {
      "#/password": [
        await register(password),
        await masuk(email, password),
        await postJson(world, "/api/login", { email, password }),
      ],
      "#/new_password": [
        await postJson(
          world,
          "/auth/password",
          { current_password: orang.password, new_password: password },
          headers,
        ),
      ],
      "#/current_password": [
        await postJson(
          world,
          "/auth/password",
          { current_password: password, new_password: "password123" },
          headers,
        ),
      ],
    };
    for (const [pointer, refused] of Object.entries(answers)) {
      for (const answer of refused) {
        expect(answer.status).toBe(422);
        const { errors } = (await answer.json()) as { errors: { pointer: string }[] };
        expect(new Set(errors.map((error) => error.pointer))).toEqual(new Set([pointer]));
      }
    }
    expect(passwords.compared).toBe(compared);
    expect((await masuk(email, orang.password)).status).toBe(200);
  });

  test.each([
    ["36 × é", whole],
    ["72 letters", "a".repeat(72)],
    ["18 emoji", "🔒".repeat(18)],
    ["six", "123456"],
  ])("%s are taken, to the last byte", async (_, password) => {
    const email = `${crypto.randomUUID()}@example.com`;
    expect((await register(password, email)).status).toBe(201);
    expect((await masuk(email, password)).status).toBe(200);
    const other = password.replace(/.$/u, "z");
    expect(await refusalOf(await masuk(email, other))).toBe("401 identitas-salah");
  });

  test("five characters are too few to register with", async () => {
    expect(await refusalOf(await register("12345"))).toBe("422 validasi-gagal");
  });
});

describe("é is one character, however a keyboard writes it", () => {
  const [nfc, nfd] = ["caf\u00e9-rahasia", "cafe\u0301-rahasia"];

  test.each([
    ["composed", nfc],
    ["decomposed", nfd],
  ])("registered %s, both spellings log in, and the current password is both", async (_, password) => {
    const email = `${crypto.randomUUID()}@example.com`;
    expect((await register(password, email)).status).toBe(201);
    for (const spelling of [nfc, nfd]) expect((await masuk(email, spelling)).status).toBe(200);
    expect(await refusalOf(await masuk(email, "cafe-rahasia"))).toBe("401 identitas-salah");
  });

  test("36 decomposed ones are 72 bytes as well", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    expect((await register("e\u0301".repeat(36), email)).status).toBe(201);
    expect((await masuk(email, "\u00e9".repeat(36))).status).toBe(200);
  });

  test("capitals and spaces are part of a password", async () => {
    const { email, password } = await makeAkun(world, "nasabah");
    for (const other of [password.toUpperCase(), ` ${password}`, `${password} `, `${password}\u0000`])
      expect((await masuk(email, other)).status, JSON.stringify(other)).not.toBe(200);
  });
});

describe("when BCRYPT_COST changes", () => {
  /** The house after the change: 5 where it was 4. */
  const costlier = () => rebuilt(world, { passwords: createPasswords(5) });

  test("the next login hashes the password anew, once, and the password stays what it was", async () => {
    const orang = await makeAkun(world, "nasabah");
    const old = await hashOf(orang);
    expect(old).toMatch(/^\$2b\$04\$/);
    const house = costlier();
    expect((await masuk(orang.email, orang.password, house)).status).toBe(200);
    const renewed = await hashOf(orang);
    expect(renewed).toMatch(/^\$2b\$05\$/);
    expect(await compare(orang.password, renewed)).toBe(true);
    expect((await masuk(orang.email, orang.password, house)).status).toBe(200);
    expect(await hashOf(orang)).toBe(renewed);
    // Sessions opened before it go on.
    expect((await world.request("/auth/me", { headers: orang.headers })).status).toBe(200);
  });

  test("a wrong password hashes nothing anew", async () => {
    const orang = await makeAkun(world, "nasabah");
    const old = await hashOf(orang);
    expect((await masuk(orang.email, "salah", costlier())).status).toBe(401);
    expect(await hashOf(orang)).toBe(old);
  });

  test("of five right logins at once none is told that its password is wrong", async () => {
    const orang = await makeAkun(world, "nasabah");
    const house = costlier();
    const answers = await atOnce(5, async () => await masuk(orang.email, orang.password, house));
    expect(tally(await Promise.all(answers.map(refusalOf)))).toEqual({ 200: 5 });
    expect(await hashOf(orang)).toMatch(/^\$2b\$05\$/);
  });
});

describe("between the comparison and the session", () => {
  const sessionsOf = async (orang: Orang) =>
    (await world.cloud.neon.asOwner("select id from sesi where akun_id = $1 order by id", [orang.id])).length;

  test("a password that its owner changes opens no session", async () => {
    const orang = await makeAkun(world, "nasabah");
    const { headers, password, email } = orang;
    passwords.afterwards = async () => {
      passwords.afterwards = async () => {};
      const body = { current_password: password, new_password: "sandi-lain" };
      expect((await postJson(world, "/auth/password", body, headers)).status).toBe(204);
    };
    expect(await refusalOf(await masuk(email, password))).toBe("401 identitas-salah");
    expect(await sessionsOf(orang)).toBe(1);
  });

  test("an account that is disabled opens no session", async () => {
    const orang = await makeAkun(world, "nasabah");
    const admin = await makeAkun(world, "admin");
    passwords.afterwards = async () => {
      passwords.afterwards = async () => {};
      const answer = await postJson(
        world,
        `/auth/akun/${orang.id}`,
        { active: false },
        admin.headers,
        "PATCH",
      );
      expect(answer.status).toBe(200);
    };
    expect(await refusalOf(await masuk(orang.email, orang.password))).toBe("403 akun-nonaktif");
    expect(await sessionsOf(orang)).toBe(0);
  });

  test("a role that changes is the one in the token", async () => {
    const orang = await makeAkun(world, "karyawan");
    const admin = await makeAkun(world, "admin");
    passwords.afterwards = async () => {
      passwords.afterwards = async () => {};
      const body = { role: "admin" };
      expect((await postJson(world, `/auth/akun/${orang.id}`, body, admin.headers, "PATCH")).status).toBe(
        200,
      );
    };
    const answer = await masuk(orang.email, orang.password);
    const { access_token: token, data } = (await answer.json()) as {
      access_token: string;
      data: { role: string };
    };
    expect(data.role).toBe("admin");
    const akun = await world.request("/auth/akun", { headers: { authorization: `Bearer ${token}` } });
    expect(akun.status).toBe(200);
  });
});
