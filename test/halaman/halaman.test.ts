import { describe, expect, test } from "vitest";
import { createAuth } from "../../src/platform/auth/auth.ts";
import { systemIds } from "../../src/platform/id.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, type Orang } from "../make.ts";
import { newEmail, rebuilt, type House } from "../platform/samples.ts";

// The pages over HTTP, without a browser: what a browser would hide, or do by itself.

const world = useWorld();
const HTML = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
const FORM = { ...HTML, "content-type": "application/x-www-form-urlencoded" };

const origin = () => new URL(world.url).origin;
const cookiesOf = (response: Response) =>
  Object.fromEntries(
    response.headers.getSetCookie().map((line) => {
      const [pair = ""] = line.split(";");
      return [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    }),
  );
const csrfIn = (page: string) => /name="_csrf" value="([0-9a-f]{64})"/.exec(page)?.[1] ?? "";

/** A login form as a browser holds it: its token, and the cookie that the token is tied to. */
async function openForm(house: House = world, path = "/login"): Promise<{ csrf: string; cookie: string }> {
  const response = await house.request(path, { headers: HTML });
  expect(response.status).toBe(200);
  const [[name, value] = []] = Object.entries(cookiesOf(response));
  return { csrf: csrfIn(await response.text()), cookie: `${name}=${value}` };
}

function post(
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
  house: House = world,
): Promise<Response> {
  const body = new URLSearchParams(fields).toString();
  return house.request(path, { method: "POST", headers: { ...FORM, ...headers }, body });
}

/** Logs in through the form; returns the session's cookie. */
async function logIn(person: Orang): Promise<string> {
  const { csrf, cookie } = await openForm();
  const fields = { _csrf: csrf, identifier: person.email, password: person.password };
  const response = await post("/login", fields, { cookie, origin: origin() });
  expect(response.status, await response.text()).toBe(303);
  return `sesi=${cookiesOf(response)["sesi"]}`;
}

describe("GET /", () => {
  test.each([
    ["application/json", undefined],
    ["application/json", "*/*"],
    ["application/json", "application/json, text/plain, */*"],
    ["application/json", "application/json, text/html;q=0.9"],
    ["text/html", HTML.accept],
    ["text/html", "text/html"],
  ])("is %s for Accept: %s", async (type, accept) => {
    const response = await world.request("/", { headers: accept ? { accept } : {} });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain(type);
    expect(response.headers.get("vary")).toContain("Accept");
    const start = type === "text/html" ? /^<!doctype html><html lang="id">/ : /^\{"status":"ok"\}$/;
    expect(await response.text()).toMatch(start);
  });

  test("asks the database nothing unless a session has to be looked at, and then once", async () => {
    const cookie = await logIn(await makeAkun(world, "nasabah"));
    await world.idle();
    world.cloud.neon.requests = 0;
    await world.request("/");
    await world.request("/", { headers: HTML });
    await world.request("/", { headers: { cookie } });
    expect(world.cloud.neon.requests).toBe(0);
    const page = await world.request("/", { headers: { ...HTML, cookie } });
    expect(await page.text()).toContain("Halo, Budi Santoso");
    expect(world.cloud.neon.requests).toBe(1);
  });
});

describe("every page", () => {
  test.each(["/", "/login", "/register"])("%s is locked up tight", async (path) => {
    const { headers } = await world.request(path, { headers: HTML });
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("strict-transport-security")).toMatch(/max-age=\d{8,}/);
  });

  test("errors are pages for browsers and problem documents for programs", async () => {
    world.cloud.neon.faults.always({ kind: "refuse" });
    const cookie = `sesi=${await world.deps.auth.tokens.sign("cookie", "1", { role: "admin", sid: systemIds.uuid(), ver: 1 })}`;
    const page = await world.request("/home", { headers: { ...HTML, cookie } });
    expect(page.status).toBe(503);
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(await page.text()).toContain(page.headers.get("x-request-id") ?? "-");
    const problem = await world.request("/home", { headers: { cookie } });
    expect(problem.status).toBe(503);
    expect(problem.headers.get("content-type")).toBe("application/problem+json");
  });
});

test.each([
  ["/daftar", "/register"],
  ["/keluar", "/"],
])("whoever asks for %s, where a refused form leaves a browser, is sent to %s", async (from, to) => {
  const response = await world.request(from, { headers: HTML });
  expect([response.status, response.headers.get("location")]).toEqual([303, to]);
});

describe("after the login", () => {
  test.each([
    ["nasabah", "/"],
    ["karyawan", "/dashboard"],
    ["admin", "/dashboard"],
  ] as const)("a %s who asked for nothing begins at %s", async (role, to) => {
    const person = await makeAkun(world, role);
    const { csrf, cookie } = await openForm();
    const fields = { _csrf: csrf, identifier: person.email, password: person.password };
    const response = await post("/login", fields, { cookie });
    expect(response.headers.get("location")).toBe(to);
    const asked = await post("/login", { ...fields, next: "/home" }, { cookie });
    expect(asked.headers.get("location")).toBe("/home");
    const session = `sesi=${cookiesOf(response)["sesi"]}`;
    const again = await world.request("/login", { headers: { ...HTML, cookie: session } });
    expect(again.headers.get("location")).toBe(to);
  });
});

describe("cookies", () => {
  test("locally have plain names, are HttpOnly and SameSite; a new session has a new one", async () => {
    const person = await makeAkun(world, "nasabah");
    const { csrf, cookie } = await openForm();
    const before = await logIn(person);
    const fields = { _csrf: csrf, identifier: person.email, password: person.password };
    const response = await post("/login", fields, { cookie: `${cookie}; ${before}` });
    const [line = ""] = response.headers.getSetCookie();
    expect(line).toMatch(/^sesi=[\w-]+\.[\w-]+\.[\w-]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(line).not.toContain(before);
    // Nobody could log out of the session that the browser has just forgotten.
    const forgotten = await world.request("/home", { headers: { ...HTML, cookie: before } });
    expect(forgotten.status).toBe(303);
  });

  test("in production are __Host- and Secure, and no others are read", async () => {
    const { config, clock, ids } = world.deps;
    const settings = {
      secrets: config.akun.signingSecrets,
      issuer: config.publicUrl,
      accessTokenSeconds: 60,
      plainHttp: false,
    };
    const house = rebuilt(world, { auth: createAuth(settings, clock, ids) });
    const person = await makeAkun(world, "nasabah");
    const { csrf, cookie } = await openForm(house);
    expect(cookie).toMatch(/^__Host-formulir=[0-9a-f]{32}$/);
    const fields = { _csrf: csrf, identifier: person.email, password: person.password };
    const plain = cookie.replace("__Host-", "");
    expect((await post("/login", fields, { cookie: plain }, house)).status).toBe(403);
    const response = await post("/login", fields, { cookie }, house);
    const [line = ""] = response.headers.getSetCookie();
    expect(line).toMatch(/^__Host-sesi=\S+; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const [session = ""] = line.split(";");
    const home = (name: string) => house.request("/home", { headers: { ...HTML, cookie: name } });
    expect((await home(session)).status).toBe(200);
    expect((await home(session.replace("__Host-", ""))).status).toBe(303);
  });

  test("of dead sessions are taken away, and show the way back", async () => {
    const person = await makeAkun(world, "nasabah");
    const cookie = await logIn(person);
    await world.request("/auth/logout-all", { method: "POST", headers: person.headers });
    const response = await world.request("/home", { headers: { ...HTML, cookie } });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/login?next=%2Fhome");
    expect(response.headers.getSetCookie()[0]).toMatch(/^sesi=; Max-Age=0/);
  });

  test("are no bearer tokens, and bearer tokens no cookies", async () => {
    const person = await makeAkun(world, "nasabah");
    const [, cookie = ""] = (await logIn(person)).split("=");
    const asBearer = await world.request("/auth/me", { headers: { authorization: `Bearer ${cookie}` } });
    const asCookie = await world.request("/auth/me", { headers: { cookie: `sesi=${person.accessToken}` } });
    expect([asBearer.status, asCookie.status]).toEqual([401, 401]);
  });
});

describe("a form", () => {
  const login = async (change: { fields?: Record<string, string>; headers?: Record<string, string> }) => {
    const person = await makeAkun(world, "nasabah");
    const { csrf, cookie } = await openForm();
    const fields = { _csrf: csrf, identifier: person.email, password: person.password, ...change.fields };
    return await post("/login", fields, { cookie, origin: origin(), ...change.headers });
  };

  test.each<[string, Parameters<typeof login>[0]]>([
    ["no token", { fields: { _csrf: "" } }],
    ["a wrong token", { fields: { _csrf: "0".repeat(64) } }],
    ["no cookie", { headers: { cookie: "" } }],
    ["somebody else's cookie", { headers: { cookie: `formulir=${"a".repeat(32)}` } }],
    ["an odd cookie", { headers: { cookie: "formulir=x" } }],
    ["another origin", { headers: { origin: "https://evil.example" } }],
    ["an opaque origin", { headers: { origin: "null" } }],
    ["another port", { headers: { origin: "http://127.0.0.1:1" } }],
  ])("with %s logs nobody in", async (_name, change) => {
    const response = await login(change);
    expect(response.status).toBe(403);
    expect(cookiesOf(response)).not.toHaveProperty("sesi");
  });

  test("of another site is told by Sec-Fetch-Site too", async () => {
    const send = async (site: string) => {
      const { csrf, cookie } = await openForm();
      const fields = { _csrf: csrf, identifier: "siapa", password: "salah" };
      return (await post("/login", fields, { cookie, "sec-fetch-site": site })).status;
    };
    expect([await send("cross-site"), await send("same-site"), await send("same-origin")]).toEqual([
      403, 403, 401,
    ]);
  });

  test("keeps a guest's cookie as it is, so that two tabs work", async () => {
    const first = await openForm();
    const second = await world.request("/register", { headers: { ...HTML, cookie: first.cookie } });
    expect(second.headers.getSetCookie()).toEqual([]);
    expect(csrfIn(await second.text())).toBe(first.csrf);
  });

  test.each<[string, number, string, Record<string, string>]>([
    ["twice the same field", 400, "identifier=a&identifier=b&password=c", {}],
    ["NUL", 400, "identifier=a%00&password=c", {}],
    ["broken UTF-8", 400, "identifier=%ff&password=c", {}],
    ["unknown fields", 422, "identifier=a&password=c&role=admin", {}],
    ["JSON", 415, "{}", { "content-type": "application/json" }],
    ["a file", 415, "x", { "content-type": "multipart/form-data; boundary=x" }],
    ["70,000 bytes", 413, `identifier=${"a".repeat(70_000)}&password=c`, {}],
  ])("with %s is refused with %i", async (_name, status, body, headers) => {
    const response = await world.request("/login", {
      method: "POST",
      headers: { ...FORM, ...headers },
      body,
    });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toContain("text/html");
  });

  test("gives back what was typed, but no password, as text", async () => {
    const { csrf, cookie } = await openForm();
    const typed = `"><script>alert(1)</script>`;
    const fields = { _csrf: csrf, identifier: typed, password: "rahasia-ku", next: `/x"><b>` };
    const page = await (await post("/login", fields, { cookie })).text();
    expect(page).toContain("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).not.toContain("<script");
    expect(page).not.toContain("<b>");
    expect(page).not.toContain("rahasia-ku");
  });

  test("says what is wrong as one would say it to a person, once a field", async () => {
    const { csrf, cookie } = await openForm(world, "/register");
    const fields = { _csrf: csrf, name: " ", email: "bukan email", password: "abc" };
    const page = await (await post("/daftar", fields, { cookie })).text();
    const said = (name: string) => new RegExp(`id="${name}-galat"[^>]*>([^<]*)<`, "g");
    expect([...page.matchAll(said("password"))].map(([, text]) => text)).toEqual(["minimal 6 karakter"]);
    expect([...page.matchAll(said("name"))].map(([, text]) => text)).toEqual(["minimal 1 karakter"]);
    expect([...page.matchAll(said("email"))].map(([, text]) => text)).toEqual(["harus alamat email"]);
  });

  test("that registers opens a nasabah's account and nothing else, and logs it in", async () => {
    const { csrf, cookie } = await openForm(world, "/register");
    const email = newEmail();
    const fields = { _csrf: csrf, name: "Ani", email, password: "rahasia" };
    const refused = await post("/daftar", { ...fields, role: "admin" }, { cookie });
    expect(refused.status).toBe(422);
    const response = await post("/daftar", fields, { cookie });
    expect(response.status).toBe(303);
    const [row] = await world.cloud.neon.asOwner("select peran, username from akun where email = $1", [
      email,
    ]);
    expect(row).toEqual({ peran: "nasabah", username: null });
    const home = await world.request("/", {
      headers: { ...HTML, cookie: `sesi=${cookiesOf(response)["sesi"]}` },
    });
    expect(await home.text()).toContain("Halo, Ani");
  });
});

describe("logging out", () => {
  const home = (cookie: string) => world.request("/home", { headers: { ...HTML, cookie } });

  test("needs the page's token, and ends this session only", async () => {
    const person = await makeAkun(world, "nasabah");
    const [one, other] = [await logIn(person), await logIn(person)];
    const csrf = csrfIn(await (await home(one)).text());
    expect((await post("/keluar", { _csrf: "" }, { cookie: one })).status).toBe(403);
    expect((await post("/keluar", { _csrf: csrf }, { cookie: other })).status).toBe(403);
    expect((await post("/keluar", { _csrf: csrf }, { cookie: one, origin: "null" })).status).toBe(403);
    expect((await home(one)).status).toBe(200);
    const out = await post("/keluar", { _csrf: csrf }, { cookie: one });
    expect(out.headers.get("location")).toBe("/login");
    expect(out.headers.getSetCookie()[0]).toMatch(/^sesi=; Max-Age=0/);
    expect([(await home(one)).status, (await home(other)).status]).toEqual([303, 200]);
    expect((await post("/keluar", { _csrf: csrf }, { cookie: one })).status).toBe(303);
  });

  test("everywhere ends all sessions, also of apps", async () => {
    const person = await makeAkun(world, "nasabah");
    const [one, other] = [await logIn(person), await logIn(person)];
    const csrf = csrfIn(await (await home(one)).text());
    await post("/keluar", { _csrf: csrf, semua: "ya" }, { cookie: one });
    expect([(await home(one)).status, (await home(other)).status]).toEqual([303, 303]);
    expect((await world.request("/auth/me", { headers: person.headers })).status).toBe(401);
  });

  test("without a session leaves a browser's cookies alone: another site may have sent the form", async () => {
    const response = await post("/keluar", { _csrf: "" });
    expect(response.status).toBe(303);
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});

describe("JSON with a browser's cookie", () => {
  const patch = async (headers: Record<string, string>) => {
    const response = await world.request("/auth/me", {
      method: "PATCH",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ name: "Baru" }),
    });
    return response.status;
  };

  test("needs the token of the page for everything but reading", async () => {
    const cookie = await logIn(await makeAkun(world, "nasabah"));
    const page = await (await world.request("/", { headers: { ...HTML, cookie } })).text();
    const token = /<meta name="csrf-token" content="([0-9a-f]{64})"/.exec(page)?.[1] ?? "";
    expect((await world.request("/auth/me", { headers: { cookie } })).status).toBe(200);
    expect(await patch({ cookie })).toBe(403);
    expect(await patch({ cookie, origin: origin() })).toBe(403);
    expect(await patch({ cookie, "x-csrf-token": "0".repeat(64), origin: origin() })).toBe(403);
    expect(await patch({ cookie, "x-csrf-token": token, origin: "https://evil.example" })).toBe(403);
    expect(await patch({ cookie, "x-csrf-token": token, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await patch({ cookie, "x-csrf-token": token, origin: origin() })).toBe(200);
    expect(await patch({ cookie, "x-csrf-token": token, "sec-fetch-site": "same-origin" })).toBe(200);
  });

  test("a bearer token speaks for itself, whatever the cookie", async () => {
    const cookie = await logIn(await makeAkun(world, "nasabah"));
    const { headers } = await makeAkun(world, "nasabah");
    expect(await patch({ ...headers, cookie })).toBe(200);
    expect(await patch({ authorization: "Bearer x.y.z", cookie })).toBe(401);
  });
});
