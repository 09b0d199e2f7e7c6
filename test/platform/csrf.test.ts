import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { comesFromElsewhere, createCsrf } from "../../src/platform/auth/csrf.ts";

const SECRET = "rahasia-uji-yang-panjang-sekali-0001";
const PREVIOUS = "rahasia-uji-yang-panjang-sekali-0000";
const SESSION = "0b7c3f0e-6f0a-4f2e-9a51-3f6d6c1d9a11";
const csrf = createCsrf([SECRET]);

describe("a CSRF token", () => {
  test("holds for the cookie it was made for, and for no other", () => {
    const token = csrf.tokenFor(SESSION);
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(csrf.holds(SESSION, token)).toBe(true);
    for (const other of ["", `${SESSION} `, SESSION.toUpperCase(), SESSION.slice(1)])
      expect(csrf.holds(other, token), other).toBe(false);
  });

  test.each(["", "0".repeat(64), SESSION, "\u00E9".repeat(64)])(
    "made up as '%s' holds for nothing",
    (token) => {
      for (const id of [SESSION, ""]) expect(csrf.holds(id, token)).toBe(false);
    },
  );

  test("in capitals, cut or lengthened is another one", () => {
    const token = csrf.tokenFor(SESSION);
    for (const other of [token.toUpperCase(), token.slice(1), `${token}0`, ` ${token}`])
      expect(csrf.holds(SESSION, other)).toBe(false);
  });

  test("of the previous secret holds until that is removed, and none is made with it", () => {
    const [before, during] = [createCsrf([PREVIOUS]), createCsrf([SECRET, PREVIOUS])];
    expect(during.holds(SESSION, before.tokenFor(SESSION))).toBe(true);
    expect(csrf.holds(SESSION, before.tokenFor(SESSION))).toBe(false);
    expect(during.tokenFor(SESSION)).toBe(csrf.tokenFor(SESSION));
  });

  test("cannot be had from another use of the same secret", () => {
    // What is hashed says what for: no counter's or key's name leads to it.
    expect(csrf.tokenFor(SESSION)).not.toBe(csrf.tokenFor(`csrf:${SESSION}`));
  });
});

describe("a request", () => {
  const app = new Hono().all("*", (c) => c.json(comesFromElsewhere(c)));
  const from = async (headers: Record<string, string>, url = "https://pintu.example.com/auth/logout") =>
    await (await app.request(url, { method: "POST", headers })).json<boolean>();

  test.each<[string, Record<string, string>]>([
    ["of a program that says nothing", {}],
    ["of our own page", { origin: "https://pintu.example.com" }],
    ["of our own page, said twice", { origin: "https://pintu.example.com", "sec-fetch-site": "same-origin" }],
    ["of our own page without an origin", { "sec-fetch-site": "same-origin" }],
  ])("%s is from here", async (_name, headers) => {
    expect(await from(headers)).toBe(false);
  });

  test.each([
    "https://jahat.example",
    "null",
    "",
    "http://pintu.example.com",
    "https://pintu.example.com:8443",
    "https://pintu.example.com.jahat.example",
    "https://jahat.example/https://pintu.example.com",
    "https://sub.pintu.example.com",
    "https://example.com",
    "https://pintu.example.com/",
    "https://PINTU.example.com",
    "https://pintu.example.com, https://jahat.example",
  ])("with origin '%s' is from elsewhere", async (origin) => {
    expect(await from({ origin })).toBe(true);
    expect(await from({ origin, "sec-fetch-site": "same-origin" })).toBe(true);
  });

  test.each(["cross-site", "same-site", "none", "", "SAME-ORIGIN"])(
    "of site '%s' is from elsewhere",
    async (site) => {
      expect(await from({ "sec-fetch-site": site })).toBe(true);
    },
  );

  test("counts its port and its scheme", async () => {
    expect(await from({ origin: "http://127.0.0.1:8000" }, "http://127.0.0.1:8000/x")).toBe(false);
    expect(await from({ origin: "http://127.0.0.1:8001" }, "http://127.0.0.1:8000/x")).toBe(true);
    expect(await from({ origin: "http://localhost:8000" }, "http://127.0.0.1:8000/x")).toBe(true);
    expect(await from({ origin: "https://pintu.example.com" }, "https://pintu.example.com:443/x")).toBe(
      false,
    );
  });
});
