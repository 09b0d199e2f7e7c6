import { describe, expect, test } from "vitest";
import { useWorld, type World } from "../harness.ts";
import { postJson } from "../make.ts";
import { refusalOf } from "../answers.ts";

function printed(world: World, path: string, body: string): Promise<Response> {
  return world.request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

/** The registration that the document prints, with the address it prints for the login. */
const registration = (email: string) => `{
  "name": "test",
  "email": "${email}",
  "password": "password123"
}`;

const PRINTED_LOGIN = `{
  "email": "test@gmail.com",
  "password": "password123"
}`;

describe("the printed walk of document 004 on a fresh database", () => {
  const world = useWorld();

  test("the printed registration is 201 with the printed fields", async () => {
    const registered = await printed(world, "/api/register", registration("test@gmail.com.com"));
    expect(registered.status).toBe(201);
    expect(await registered.json()).toEqual({
      status: 201,
      message: "User registered successfully",
      data: { user: { name: "test", email: "test@gmail.com.com" } },
    });
  });

  test("the printed login names another address than the printed registration, which nobody has yet", async () => {
    expect(await refusalOf(await printed(world, "/api/login", PRINTED_LOGIN))).toBe("401 identitas-salah");
  });

  test("with one address for both, login and user-info answer with the printed fields", async () => {
    expect((await printed(world, "/api/register", registration("test@gmail.com"))).status).toBe(201);
    const masuk = await printed(world, "/api/login", PRINTED_LOGIN);
    expect(masuk.status).toBe(200);
    const body = (await masuk.json()) as { data: { access_token: string } };
    expect(body).toEqual({
      status: 200,
      message: "Login successful",
      data: { access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) },
    });

    const info = await world.request("/api/user-info", {
      headers: { Authorization: `Bearer ${body.data.access_token}` },
    });
    expect(info.status).toBe(200);
    expect(await info.json()).toEqual({
      status: 200,
      message: "User information retrieved successfully",
      data: { user: { name: "test", email: "test@gmail.com" } },
    });
  });

  test("the same address again is 409, also in capitals", async () => {
    for (const email of ["test@gmail.com", "Test@GMAIL.com"])
      expect(await refusalOf(await printed(world, "/api/register", registration(email)))).toBe(
        "409 email-akun-terdaftar",
      );
  });

  test("one account behind both doors: registered at /api, it logs in at /auth, by its e-mail address only", async () => {
    const masuk = (identifier: string) =>
      postJson(world, "/auth/login", { identifier, password: "password123" });
    const answer = await masuk("TEST@gmail.com");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      data: { name: "test", email: "test@gmail.com", username: null, role: "nasabah" },
    });
    expect(await refusalOf(await masuk("test"))).toBe("401 identitas-salah");
  });
});

describe("POST /api/register never makes staff", () => {
  const world = useWorld();
  const roles = async () =>
    (await world.cloud.neon.asOwner("select peran from akun order by id")).map(({ peran }) => peran);

  test("not as the first account of an empty database", async () => {
    const body = { name: "Ani", email: "ani@example.com", password: "password123" };
    expect((await postJson(world, "/api/register", body)).status).toBe(201);
    expect(await roles()).toEqual(["nasabah"]);
  });

  test.each([
    ["role", `"role": "admin"`, "422 validasi-gagal"],
    ["peran", `"peran": "admin"`, "422 validasi-gagal"],
    ["username", `"username": "ani"`, "422 validasi-gagal"],
    ["is_admin", `"is_admin": true`, "422 validasi-gagal"],
    ["__proto__", `"__proto__": {"role": "admin"}`, "400 json-rusak"],
    ["an escaped __proto__", `"\\u005f_proto__": {"peran": "admin"}`, "400 json-rusak"],
    ["constructor", `"constructor": {"prototype": {"role": "admin"}}`, "400 json-rusak"],
  ])("not with %s in the body", async (_, extra, expected) => {
    const before = await roles();
    const body = `{"name": "Ani", "email": "lain@example.com", "password": "password123", ${extra}}`;
    expect(await refusalOf(await printed(world, "/api/register", body))).toBe(expected);
    expect(await roles()).toEqual(before);
  });

  test("not with a query, a header of the bootstrap, or an admin's token", async () => {
    const first = { name: "A", email: "a@example.com", username: "admin", password: "password123" };
    expect((await postJson(world, "/auth/register", { ...first, role: "admin" })).status).toBe(200);
    const masuk = await postJson(world, "/api/login", { email: first.email, password: first.password });
    const { data } = (await masuk.json()) as { data: { access_token: string } };
    const headers = {
      authorization: `Bearer ${data.access_token}`,
      "x-bootstrap-token": "apa saja yang panjangnya cukup",
    };
    const body = { name: "Ani", email: "ani3@example.com", password: "password123" };
    expect((await postJson(world, "/api/register?role=admin", body, headers)).status).toBe(201);
    expect(await roles()).toEqual(["nasabah", "admin", "nasabah"]);
  });
});
