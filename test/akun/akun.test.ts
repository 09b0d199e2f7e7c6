import { beforeEach, describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { login, makeAkun, postJson, type Orang } from "../make.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { patientAttempts, watchedPasswords } from "./seams.ts";

// What people see and change of their own account.

const passwords = watchedPasswords();
const world = useWorld({ deps: { passwords, attempts: patientAttempts(() => world) } });
beforeEach(() => {
  passwords.afterwards = async () => {};
});

const me = async (orang: Orang) => {
  const answer = await world.request("/auth/me", { headers: orang.headers });
  return { status: answer.status, body: await answer.json() };
};
const change = (orang: Orang, body: object) => postJson(world, "/auth/me", body, orang.headers, "PATCH");
const unique = () => crypto.randomUUID().slice(0, 12);

describe("GET and PATCH /auth/me", () => {
  test.each(["admin", "karyawan", "nasabah"] as const)("shows a %s exactly its own account", async (role) => {
    const orang = await makeAkun(world, role);
    expect(await me(orang)).toEqual({
      status: 200,
      body: {
        id: orang.id,
        name: orang.name,
        username: orang.username,
        email: orang.email,
        role,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    });
  });

  test("changes what is named and nothing else; the new names log in, the old ones no more", async () => {
    const orang = await makeAkun(world, "karyawan");
    const before = (await me(orang)).body as object;
    const [name, email, username] = ["Siti A. Rahma", `${unique()}@example.com`, `Siti-${unique()}`];
    for (const [part, expected] of [
      [{ name }, { name }],
      [{ email: email.toUpperCase() }, { name, email }],
      [{ username }, { name, email, username }],
    ]) {
      const answer = await change(orang, part ?? {});
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({ ...before, ...expected });
      expect((await me(orang)).body).toEqual({ ...before, ...expected });
    }
    for (const identifier of [email, username, username.toLowerCase()])
      expect((await login(world, identifier, orang.password)).id).toBe(orang.id);
    for (const identifier of [orang.email, orang.username ?? ""]) {
      const answer = await postJson(world, "/auth/login", { identifier, password: orang.password });
      expect(await refusalOf(answer)).toBe("401 identitas-salah");
    }
  });

  test("a nasabah may take a username, and log in with it", async () => {
    const orang = await makeAkun(world, "nasabah");
    const username = `budi_${unique()}`;
    expect((await change(orang, { username })).status).toBe(200);
    expect((await login(world, username, orang.password)).role).toBe("nasabah");
  });

  test.each([
    ["a role", { role: "admin" }],
    ["its id", { id: 1 }],
    ["its state", { active: true }],
    ["its password", { password: "password123" }],
    ["nothing", {}],
    ["an empty name", { name: " " }],
    ["a username like an e-mail address", { username: "a@b.example" }],
    ["a username of null", { username: null }],
  ])("%s cannot be changed there", async (_, body) => {
    const orang = await makeAkun(world, "karyawan");
    const before = await me(orang);
    expect(await refusalOf(await change(orang, body))).toBe("422 validasi-gagal");
    expect(await me(orang)).toEqual(before);
  });

  test("what somebody else has is 409 whatever its case; one's own is no conflict", async () => {
    const [one, two] = [await makeAkun(world, "karyawan"), await makeAkun(world, "karyawan")];
    const before = await me(one);
    const tries = [
      [{ email: two.email.toUpperCase() }, "409 email-akun-terdaftar"],
      [{ username: two.username?.toUpperCase() }, "409 username-terdaftar"],
      [{ name: "Lain", email: two.email, username: two.username }, "409 email-akun-terdaftar"],
      [{ name: "Lain", email: one.email, username: two.username }, "409 username-terdaftar"],
    ] as const;
    for (const [body, expected] of tries) expect(await refusalOf(await change(one, body))).toBe(expected);
    expect(await me(one)).toEqual(before);
    const own = { email: one.email.toUpperCase(), username: one.username?.toUpperCase() };
    expect(await refusalOf(await change(one, own))).toBe("200");
  });
});

describe("nobody shares a username or an e-mail address, also when asked at once", () => {
  test("20 that register with one address, in all spellings: one gets it", async () => {
    const email = `rebutan-${unique()}@example.com`;
    const answers = await atOnce(20, async (at) => {
      const spelt = email.replaceAll(/./g, (letter, i) => (i % (at + 1) ? letter : letter.toUpperCase()));
      return await postJson(world, "/api/register", { name: "Ani", email: spelt, password: "password123" });
    });
    expect(tally(await Promise.all(answers.map(refusalOf)))).toEqual({
      201: 1,
      "409 email-akun-terdaftar": 19,
    });
  });

  test("10 that want to be called the same: one is", async () => {
    const all = await atOnce(10, async () => await makeAkun(world, "nasabah"));
    const username = `rebutan.${unique()}`;
    const answers = await Promise.all(
      all.map(async (orang, at) => change(orang, { username: at % 2 ? username : username.toUpperCase() })),
    );
    expect(tally(await Promise.all(answers.map(refusalOf)))).toEqual({ 200: 1, "409 username-terdaftar": 9 });
  });

  test("5 that register staff under one username and five addresses: one is registered", async () => {
    const { headers } = await makeAkun(world, "admin");
    const username = `staf.${unique()}`;
    const answers = await atOnce(5, async (at) => {
      const isian = {
        name: "Ani",
        email: `${unique()}@example.com`,
        role: "karyawan",
        password: "password123",
      };
      const spelt = at % 2 ? username : username.toUpperCase();
      return await postJson(world, "/auth/register", { ...isian, username: spelt }, headers);
    });
    expect(tally(await Promise.all(answers.map(refusalOf)))).toEqual({ 200: 1, "409 username-terdaftar": 4 });
  });
});

describe("POST /auth/password", () => {
  const ganti = (orang: Orang, lama: string, baru = "sandi-baru-456") =>
    postJson(world, "/auth/password", { current_password: lama, new_password: baru }, orang.headers);
  const masuk = async (orang: Orang, password: string) =>
    await refusalOf(await postJson(world, "/auth/login", { identifier: orang.email, password }));

  test("needs the current password, ends all other sessions and keeps this one", async () => {
    const orang = await makeAkun(world, "nasabah");
    const other = await login(world, orang.email, orang.password);
    const wrong = await ganti(orang, "salah");
    expect(await wrong.clone().json()).toMatchObject({ errors: [{ pointer: "#/current_password" }] });
    expect(await refusalOf(wrong)).toBe("403 kata-sandi-lama-salah");
    expect((await me(other)).status).toBe(200);

    expect((await ganti(orang, orang.password)).status).toBe(204);
    expect((await me(orang)).status).toBe(200);
    expect((await me(other)).status).toBe(401);
    const refreshOf = async ({ refreshToken }: Orang) =>
      await refusalOf(await postJson(world, "/auth/refresh", { refresh_token: refreshToken }));
    expect(await refreshOf(other)).toBe("401 refresh-tidak-sah");
    expect(await refreshOf(orang)).toBe("200");
    expect(await masuk(orang, orang.password)).toBe("401 identitas-salah");
    expect(await masuk(orang, "sandi-baru-456")).toBe("200");
  });

  test("ends nobody else's sessions", async () => {
    const [one, two] = [await makeAkun(world, "karyawan"), await makeAkun(world, "karyawan")];
    expect((await ganti(one, one.password)).status).toBe(204);
    expect((await me(two)).status).toBe(200);
    expect(await masuk(two, two.password)).toBe("200");
  });

  test("a new password that is too short or too long is 422 and changes nothing", async () => {
    const orang = await makeAkun(world, "nasabah");
    for (const baru of ["12345", "é".repeat(37)])
      expect(await refusalOf(await ganti(orang, orang.password, baru))).toBe("422 validasi-gagal");
    expect(await masuk(orang, orang.password)).toBe("200");
  });

  test("guesses here and at the login are one counter: ten together, by whatever door", async () => {
    const orang = await makeAkun(world, "karyawan");
    await world.idle();
    passwords.compared = 0;
    for (const at of Array(5).keys()) {
      expect(await refusalOf(await ganti(orang, `salah-${at}`))).toBe("403 kata-sandi-lama-salah");
      expect(await masuk(orang, `salah-${at}`)).toBe("401 identitas-salah");
    }
    expect(await refusalOf(await ganti(orang, orang.password))).toBe("429 terlalu-sering");
    expect(await masuk(orang, orang.password)).toBe("429 terlalu-sering");
    expect(passwords.compared).toBe(10);
    expect((await me(orang)).status).toBe(200);
  });

  test("50 guesses at once: exactly 10 are looked at", async () => {
    const orang = await makeAkun(world, "nasabah");
    await world.idle();
    passwords.compared = 0;
    const answers = await atOnce(50, async (at) => await ganti(orang, `salah-${at}`));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 403: 10, 429: 40 });
    expect(passwords.compared).toBe(10);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get("ratelimit-policy")).toBe('"masuk-akun";q=10;w=900');
  });

  test("a right one gives the guesses back", async () => {
    const orang = await makeAkun(world, "nasabah");
    for (const at of Array(9).keys()) expect((await ganti(orang, `salah-${at}`)).status).toBe(403);
    expect((await ganti(orang, orang.password, "sandi-baru-ku")).status).toBe(204);
    await world.idle();
    for (const at of Array(9).keys()) expect((await ganti(orang, `salah-${at}`)).status).toBe(403);
  });

  test("of two changes at once one holds, and the other hears that its password is no longer right", async () => {
    const orang = await makeAkun(world, "nasabah");
    const answers = await Promise.all(
      ["sandi-satu", "sandi-dua"].map(async (baru) => ganti(orang, orang.password, baru)),
    );
    expect(tally(await Promise.all(answers.map(refusalOf)))).toEqual({
      204: 1,
      "403 kata-sandi-lama-salah": 1,
    });
    const [first] = answers;
    expect(await masuk(orang, first?.status === 204 ? "sandi-satu" : "sandi-dua")).toBe("200");
  });

  test("a session that ends while its password is compared changes nothing", async () => {
    const orang = await makeAkun(world, "nasabah");
    passwords.afterwards = async () => {
      passwords.afterwards = async () => {};
      expect((await postJson(world, "/auth/logout", {}, orang.headers)).status).toBe(204);
    };
    expect(await refusalOf(await ganti(orang, orang.password))).toBe("401 token-tidak-sah");
    expect(await masuk(orang, orang.password)).toBe("200");
  });
});
