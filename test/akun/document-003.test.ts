import { decodeProtectedHeader, jwtVerify } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { createWorld, useWorld, type World } from "../harness.ts";
import { login, makeAkun, postJson, type Orang } from "../make.ts";
import { refusalOf } from "../answers.ts";

const PRINTED_REGISTER = `{
  "name": "Admin User",
  "email": "admin@example.com",
  "username": "admin",
  "password": "password123",
  "role": "admin"
}`;

function printed(world: World, path: string, body: string): Promise<Response> {
  return world.request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

describe("the printed walk of document 003 on a fresh database", () => {
  const world = useWorld();

  test("GET / and GET /db-connect answer as printed", async () => {
    const health = await world.request("/");
    expect([health.status, await health.json()]).toEqual([200, { status: "ok" }]);
    const database = await world.request("/db-connect");
    expect([database.status, await database.json()]).toEqual([
      200,
      { database: "postgresql", status: "connected" },
    ]);
  });

  test("the printed registration needs nobody's token and answers with the printed fields", async () => {
    const registered = await printed(world, "/auth/register", PRINTED_REGISTER);
    expect(registered.status).toBe(200);
    expect(await registered.json()).toEqual({
      message: "Register success",
      data: {
        id: 1,
        name: "Admin User",
        username: "admin",
        email: "admin@example.com",
        role: "admin",
        created_at: expect.stringMatching(ISO),
      },
    });
  });

  test.each([
    ["username", "admin"],
    ["e-mail", "admin@example.com"],
  ])(
    "the printed login by %s answers with the printed fields and a token as printed",
    async (_, identifier) => {
      const body = `{
  "identifier": "${identifier}",
  "password": "password123"
}`;
      const answer = await printed(world, "/auth/login", body);
      expect(answer.status).toBe(200);
      const masuk = (await answer.json()) as Record<string, unknown>;
      expect(masuk).toEqual({
        message: "Login success",
        data: { id: 1, name: "Admin User", username: "admin", email: "admin@example.com", role: "admin" },
        access_token: expect.any(String),
        token_type: "bearer",
        // Ours, for POST /auth/refresh.
        expires_in: 3_600,
        refresh_token: expect.any(String),
      });

      const token = String(masuk["access_token"]);
      expect(decodeProtectedHeader(token)).toMatchObject({ alg: "HS256" });
      const key = new TextEncoder().encode(world.cloud.env["SECRET_KEY"]);
      const { payload } = await jwtVerify(token, key, { algorithms: ["HS256"] });
      expect(payload).toMatchObject({
        sub: "1",
        role: "admin",
        exp: expect.any(Number),
        iat: expect.any(Number),
        jti: expect.any(String),
      });
      expect(Number(payload.exp) - Number(payload.iat)).toBe(3_600);

      const me = await world.request("/auth/me", { headers: { Authorization: `Bearer ${token}` } });
      expect(await me.json()).toMatchObject({ id: 1, username: "admin", role: "admin" });
    },
  );

  test("no two tokens have one jti", async () => {
    const key = new TextEncoder().encode(world.cloud.env["SECRET_KEY"]);
    const jtis = new Set<unknown>();
    for (const _ of [1, 2]) {
      const { accessToken, refreshToken } = await login(world, "admin", "password123");
      for (const token of [accessToken, refreshToken])
        jtis.add((await jwtVerify(token, key, { algorithms: ["HS256"] })).payload.jti);
    }
    expect(jtis.size).toBe(4);
  });

  test("the printed registration a second time is refused like every other without a token", async () => {
    expect(await refusalOf(await printed(world, "/auth/register", PRINTED_REGISTER))).toBe("403 hanya-admin");
  });
});

test.each([
  ["60000", 3_600_000],
  ["1", 60],
])("ACCESS_TOKEN_EXPIRE_MINUTES=%s makes tokens of as many minutes", async (minutes, seconds) => {
  const world = await createWorld({ env: { ACCESS_TOKEN_EXPIRE_MINUTES: minutes } });
  try {
    await printed(world, "/auth/register", PRINTED_REGISTER);
    const { accessToken } = await login(world, "admin", "password123");
    const key = new TextEncoder().encode(world.cloud.env["SECRET_KEY"]);
    const { payload } = await jwtVerify(accessToken, key, { algorithms: ["HS256"] });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(seconds);
  } finally {
    await world.close();
  }
});

describe("who may register staff once there is an admin", () => {
  const world = useWorld();
  const people: Partial<Record<Orang["role"], Orang>> = {};
  beforeAll(async () => {
    for (const role of ["admin", "karyawan", "nasabah"] as const) people[role] = await makeAkun(world, role);
  });
  const bearer = (token: string | undefined) => ({ authorization: `Bearer ${token}` });
  const register = async (role: string, headers: Record<string, string> = {}) => {
    const unique = crypto.randomUUID().slice(0, 8);
    const isian = { name: "Rini", email: `${unique}@example.com`, username: `rini-${unique}`, role };
    return await postJson(world, "/auth/register", { ...isian, password: "password123" }, headers);
  };
  const accounts = async () => await world.cloud.neon.asOwner("select id, peran from akun order by id");

  test.each(["admin", "karyawan"])("nobody without a token registers an %s", async (role) => {
    const before = await accounts();
    expect(await refusalOf(await register(role))).toBe("403 hanya-admin");
    expect(await accounts()).toEqual(before);
  });

  test.each(["admin", "karyawan"])("a wrong token is 401, and registers no %s", async (role) => {
    const before = await accounts();
    const token = people.admin?.accessToken ?? "";
    const forged = `${token.slice(0, -6)}AAAAAA`;
    expect(await refusalOf(await register(role, bearer(forged)))).toBe("401 token-tidak-sah");
    expect(await refusalOf(await register(role, { authorization: "Basic YTpi" }))).toBe(
      "401 token-tidak-sah",
    );
    expect(await refusalOf(await register(role, bearer(people.admin?.refreshToken)))).toBe(
      "401 token-tidak-sah",
    );
    expect(await accounts()).toEqual(before);
  });

  test.each([
    ["karyawan", "admin"],
    ["karyawan", "karyawan"],
    ["nasabah", "admin"],
    ["nasabah", "karyawan"],
  ] as const)("the token of a %s registers no %s", async (holder, role) => {
    const before = await accounts();
    const answer = await register(role, bearer(people[holder]?.accessToken));
    expect(await refusalOf(answer)).toBe("403 peran-tidak-boleh");
    expect(await accounts()).toEqual(before);
  });

  test.each(["admin", "karyawan"])("an admin's token registers an %s", async (role) => {
    const answer = await register(role, bearer(people.admin?.accessToken));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ message: "Register success", data: { role } });
  });

  test("not even an admin registers a nasabah at the door for staff, or a role that does not exist", async () => {
    for (const role of ["nasabah", "agent", "superadmin", "ADMIN", ""]) {
      const answer = await register(role, bearer(people.admin?.accessToken));
      expect(answer.status, role).toBe(422);
      expect(await answer.json()).toMatchObject({ errors: [{ pointer: "#/role" }] });
    }
  });

  test("what the document validates: six characters, an e-mail address, no second username or e-mail", async () => {
    const taken = people.karyawan;
    const as = bearer(people.admin?.accessToken);
    const isian = {
      name: "Rini",
      email: "rini@example.com",
      username: "rini",
      password: "123456",
      role: "admin",
    };
    const tries = [
      [{ password: "12345" }, "422 validasi-gagal"],
      [{ email: "bukan email" }, "422 validasi-gagal"],
      [{ email: "rini@" }, "422 validasi-gagal"],
      [{ email: taken?.email.toUpperCase() }, "409 email-akun-terdaftar"],
      [{ username: taken?.username?.toUpperCase() }, "409 username-terdaftar"],
      [{}, "200"],
    ] as const;
    for (const [change, expected] of tries)
      expect(await refusalOf(await postJson(world, "/auth/register", { ...isian, ...change }, as))).toBe(
        expected,
      );
  });
});
