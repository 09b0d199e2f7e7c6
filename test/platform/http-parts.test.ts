import { createRoute, z } from "@hono/zod-openapi";
import { neon } from "@neondatabase/serverless";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/neon-http";
import { describe, expect, test } from "vitest";
import { startNeon } from "../../dev/neon/server.ts";
import { withoutActor } from "../../src/platform/db/database.ts";
import {
  AppError,
  defineError,
  errorOfConstraint,
  ValidationFailed,
} from "../../src/platform/http/errors.ts";
import { countAndLink } from "../../src/platform/http/list.ts";
import { either, type Access } from "../../src/platform/http/route.ts";
import { createRouter } from "../../src/platform/http/router.ts";
import { freshDatabase } from "../databases.ts";

describe("a body of several shapes", () => {
  const cat = z.strictObject({ meow: z.string(), colour: z.string() });
  const dog = z.strictObject({
    bark: z.string(),
    size: z.int().max(200),
    owner: z.strictObject({ name: z.string() }),
  });
  const EITHER = "kirim kucing atau anjing, tidak keduanya";
  const animal = z.union([cat, dog], EITHER);
  const shelter = z.strictObject({ pets: z.array(animal) });
  const router = createRouter();
  for (const [path, schema] of Object.entries({ "/animal": animal, "/shelter": shelter })) {
    const content = { "application/json": { schema } };
    const responses = { 204: { description: "ok" } };
    const route = createRoute({
      method: "post",
      path,
      request: { body: { required: true, content } },
      responses,
    });
    router.openapi(route, (c) => c.body(null, 204));
  }
  router.onError((error, c) =>
    error instanceof ValidationFailed ? c.json(error.more.errors ?? []) : c.text(String(error)),
  );

  /** Which fields are named, and what is said of each. */
  async function problemsOf(body: unknown, path = "/animal"): Promise<Record<string, string>> {
    const headers = { "content-type": "application/json" };
    const response = await router.request(path, { method: "POST", headers, body: JSON.stringify(body) });
    const errors: { pointer: string; detail: string }[] =
      response.status === 204 ? [] : await response.json();
    return Object.fromEntries(errors.map(({ pointer, detail }) => [pointer, detail]));
  }

  const required = "wajib diisi";
  const unknown = "isian ini tidak dikenal";

  test("of a number beyond exactness, its own limit is named", async () => {
    const dogOf = (size: number) => ({ bark: "a", size, owner: { name: "b" } });
    for (const size of [201, 1e30])
      expect(await problemsOf(dogOf(size))).toEqual({ "#/size": "maksimal 200" });
    expect(await problemsOf(dogOf(1.5))).toEqual({ "#/size": "harus bilangan bulat" });
  });

  test("is any of them", async () => {
    expect(await problemsOf({ meow: "a", colour: "b" })).toEqual({});
    expect(await problemsOf({ bark: "a", size: 1, owner: { name: "b" } })).toEqual({});
    expect(await problemsOf({ pets: [{ meow: "a", colour: "b" }] }, "/shelter")).toEqual({});
  });

  test.each<[string, unknown, Record<string, string>]>([
    ["one field of the first", { meow: "a" }, { "#/colour": required }],
    ["one field of the second", { bark: "a" }, { "#/size": required, "#/owner": required }],
    [
      "a wrong value of the second",
      { bark: "a", size: "x", owner: { name: "b" } },
      { "#/size": "harus bilangan" },
    ],
    ["a wrong value inside", { bark: "a", size: 1, owner: { name: 2 } }, { "#/owner/name": "harus teks" }],
    ["an unknown key inside", { bark: "a", size: 1, owner: { name: "b", x: 1 } }, { "#/owner/x": unknown }],
    ["an unknown key", { meow: "a", colour: "b", x: 1 }, { "#/x": unknown }],
    [
      "more of the second than of the first",
      { bark: "a", size: 1, meow: "b" },
      { "#/meow": unknown, "#/owner": required },
    ],
    [
      "one field of the second and two unknown keys",
      { bark: "a", x: 1, y: 2 },
      { "#/x": unknown, "#/y": unknown, "#/size": required, "#/owner": required },
    ],
  ])("that has %s is told so of the shape that was meant", async (_name, body, problems) => {
    expect(await problemsOf(body)).toEqual(problems);
  });

  test("that lacks nothing of one, but has too much, is that one, however much it knows of the other", async () => {
    const complete = { meow: "a", colour: "b" };
    expect(await problemsOf({ ...complete, bark: "c", size: 1 })).toEqual({
      "#/bark": unknown,
      "#/size": unknown,
    });
    expect(await problemsOf({ ...complete, bark: "c", size: 1, owner: 1 })).toEqual({
      "#/bark": unknown,
      "#/size": unknown,
      "#/owner": unknown,
    });
  });

  test.each([
    {},
    { x: 1 },
    { meow: "a", bark: "b" },
    { meow: 1, bark: 2, x: 3 },
    { meow: "a", colour: 1, bark: "c", size: 1 },
  ])("that is as much the one as the other, %j, is told so as a whole", async (body) => {
    expect(await problemsOf(body)).toEqual({ "#": EITHER });
  });

  test("inside of another is told so where it stands, each by itself", async () => {
    const pets = [{ meow: 1, colour: "b" }, { bark: "a", size: 1 }, { meow: "a", colour: "b" }, [], {}];
    expect(await problemsOf({ pets }, "/shelter")).toEqual({
      "#/pets/0/meow": "harus teks",
      "#/pets/1/owner": required,
      "#/pets/3": EITHER,
      "#/pets/4": EITHER,
    });
  });

  test.each([[[]], ["text"], [1], [null], [true]])(
    "that is %j is no shape at all: one problem, of all of it",
    async (body) => {
      expect(await problemsOf(body)).toEqual({ "#": EITHER });
    },
  );

  test("with a thousand unknown keys names twenty problems at most, each field once", async () => {
    const unknowns = Array.from({ length: 1_000 }, (_, at) => [`k${at}`, at]);
    expect(Object.keys(await problemsOf({ meow: "a", ...Object.fromEntries(unknowns) }))).toHaveLength(20);
  });
});

describe("countAndLink", () => {
  async function headersOf(url: string, page: { skip: number; limit: number }, total: number) {
    const router = createRouter();
    router.get("/", (c) => {
      countAndLink(c, page, total);
      return c.body(null, 204);
    });
    const { headers } = await router.request(url);
    return { count: headers.get("x-total-count"), link: headers.get("link") };
  }

  test.each([
    { skip: 0, limit: 10, total: 25, next: "skip=10&limit=10" },
    { skip: 10, limit: 10, total: 21, next: "skip=20&limit=10" },
    { skip: 3, limit: 10, total: 14, next: "skip=13&limit=10" },
    { skip: 0, limit: 1, total: 2, next: "skip=1&limit=1" },
  ])("points from $skip, $limit of $total to ?$next", async ({ next, total, ...page }) => {
    const headers = await headersOf("/", page, total);
    expect(headers).toEqual({ count: String(total), link: `<?${next}>; rel="next"` });
  });

  test.each([
    { skip: 0, limit: 10, total: 0 },
    { skip: 0, limit: 10, total: 9 },
    { skip: 0, limit: 10, total: 10 },
    { skip: 20, limit: 10, total: 25 },
    { skip: 30, limit: 10, total: 25 },
    { skip: 2_147_483_647, limit: 100, total: 25 },
  ])("points nowhere from $skip, $limit of $total", async ({ total, ...page }) => {
    expect(await headersOf("/", page, total)).toEqual({ count: String(total), link: null });
  });

  test("keeps what else was asked, as it was asked, and can carry nothing into the header", async () => {
    const asked = "/?q=a%26b%3E%0D%0Ax%3A+y&kind=pegawai&skip=0&limit=1";
    const { link } = await headersOf(asked, { skip: 0, limit: 1 }, 5);
    const [, query = ""] = /^<\?([^<>\s]*)>; rel="next"$/.exec(link ?? "") ?? [];
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
      q: "a&b>\r\nx: y",
      kind: "pegawai",
      skip: "1",
      limit: "1",
    });
  });
});

describe("either", () => {
  const access = (name: string, more: Partial<Access> = {}): Access => ({
    schemes: [{ name, definition: { type: "apiKey", in: "header", name, description: name } }],
    middleware: [
      async (c, next) => {
        c.header("x-taken", `${c.res.headers.get("x-taken") ?? ""}${name}`);
        await next();
      },
    ],
    errors: [defineError(401, `GALAT_${name.toUpperCase()}`, name)],
    ...more,
  });
  const unsafe = defineError(403, "GALAT_UBAH", "ubah");
  const [first, second] = [access("satu"), access("dua", { unsafeErrors: [unsafe] })];
  const both = either("x-kunci", first, second);

  test("says all of both: schemes in their order, and errors", () => {
    expect(both.schemes.map(({ name }) => name)).toEqual(["satu", "dua"]);
    expect(both.errors).toEqual([...first.errors, ...second.errors]);
    expect(both.unsafeErrors).toEqual([unsafe]);
  });

  test.each([
    ["with the header", { "x-kunci": "a" }, "satu"],
    ["with an empty header", { "x-kunci": "" }, "satu"],
    [
      "with the header, and what the second would take",
      { "x-kunci": "a", authorization: "Bearer x" },
      "satu",
    ],
    ["without", {}, "dua"],
    ["with another header", { "x-kunci-lain": "a" }, "dua"],
  ])("a caller %s passes one of them only", async (_name, headers, taken) => {
    const router = createRouter();
    router.use("/", ...both.middleware);
    router.get("/", (c) => c.text("dijawab"));
    const response = await router.request("/", { headers });
    expect([response.headers.get("x-taken"), await response.text()]).toEqual([taken, "dijawab"]);
  });

  test("what the chosen one refuses, the other does not let in", async () => {
    const refusing = access("satu", { middleware: [(c) => Promise.resolve(c.text("ditolak", 401))] });
    const router = createRouter();
    router.use("/", ...either("x-kunci", refusing, second).middleware);
    router.get("/", (c) => c.text("dijawab"));
    expect((await router.request("/", { headers: { "x-kunci": "a" } })).status).toBe(401);
    expect((await router.request("/")).status).toBe(200);
  });
});

describe("a violated constraint", () => {
  const Kembar = defineError(409, "KUE_KEMBAR", "Kue ini sudah ada.", {
    pointer: "#/kue",
    constraint: "kue_unik",
  });

  test("is found by its name, and names that nobody declared are not", () => {
    expect(errorOfConstraint("kue_unik")).toBe(Kembar);
    for (const name of ["kue_lain", "", "constructor", "__proto__", "KUE_UNIK"])
      expect(errorOfConstraint(name)).toBeUndefined();
  });

  test("becomes its declared error, and an unknown one stays what it was", async () => {
    const database = await freshDatabase(undefined);
    const stand = await startNeon(database.backend);
    await stand.asOwner(
      "create table kue (nama text constraint kue_unik unique, harga int constraint kue_lain check (harga > 0))",
    );
    await stand.asOwner("grant insert on kue to satupintu_app");
    const db = drizzle(neon(`postgres://satupintu_app:lokal@127.0.0.1:${stand.port}/satupintu`));
    const add = (harga: number) => withoutActor(db.execute(sql`insert into kue values ('lapis', ${harga})`));
    await add(1);
    await expect(add(1)).rejects.toBeInstanceOf(Kembar);
    const unknown = await add(0).catch((error: unknown) => error);
    expect(unknown).toBeInstanceOf(Error);
    expect(unknown).not.toBeInstanceOf(AppError);
    await stand.close();
    await database.drop();
  });
});
