import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { createCookies } from "../../src/platform/auth/cookies.ts";

/** A door that writes, reads and clears a cookie. */
function doorWith(plainHttp: boolean, maxAgeSeconds?: number) {
  const cookies = createCookies(plainHttp);
  return new Hono()
    .get("/tulis", (c) => {
      cookies.write(c, "sesi", "isi.yang_baik-1", maxAgeSeconds);
      return c.body(null);
    })
    .get("/hapus", (c) => {
      cookies.clear(c, "sesi");
      return c.body(null);
    })
    .get("/baca", (c) => c.json({ isi: cookies.read(c, "sesi") ?? null }));
}

type Door = ReturnType<typeof doorWith>;

/** What a door sets: name and value, and its attributes. */
async function setBy(door: Door, path: string): Promise<{ pair: string; attributes: string[] }> {
  const response = await door.request(path);
  const [line = "", ...more] = response.headers.getSetCookie();
  expect(more).toEqual([]);
  const [pair = "", ...attributes] = line.split("; ");
  return { pair, attributes: attributes.sort() };
}

async function readBy(door: Door, cookie: string): Promise<string | null> {
  const response = await door.request("/baca", { headers: { cookie } });
  return (await response.json<{ isi: string | null }>()).isi;
}

describe("over https", () => {
  test("a cookie is for this origin and this browser alone: __Host-, Secure, HttpOnly, SameSite=Lax", async () => {
    expect(await setBy(doorWith(false, 60), "/tulis")).toEqual({
      pair: "__Host-sesi=isi.yang_baik-1",
      attributes: ["HttpOnly", "Max-Age=60", "Path=/", "SameSite=Lax", "Secure"],
    });
  });

  test("a cookie without an age lives as long as the browser", async () => {
    expect((await setBy(doorWith(false), "/tulis")).attributes).toEqual([
      "HttpOnly",
      "Path=/",
      "SameSite=Lax",
      "Secure",
    ]);
  });

  test("a cleared cookie has the attributes by which a browser finds it", async () => {
    expect(await setBy(doorWith(false), "/hapus")).toEqual({
      pair: "__Host-sesi=",
      attributes: ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Lax", "Secure"],
    });
  });

  test("only the prefixed name is read: the plain one may come from a neighbour's subdomain", async () => {
    const door = doorWith(false);
    expect(await readBy(door, "__Host-sesi=a.b-c_1")).toBe("a.b-c_1");
    for (const cookie of [
      "sesi=a",
      "__Secure-sesi=a",
      "__host-sesi=a",
      "x__Host-sesi=a",
      "__Host-sesi2=a",
      "",
    ])
      expect(await readBy(door, cookie), cookie).toBeNull();
    expect(await readBy(door, "sesi=jahat; __Host-sesi=baik")).toBe("baik");
  });
});

describe("over plain http", () => {
  test("the name is plain and Secure is left out, because browsers would refuse them; all else stays", async () => {
    expect(await setBy(doorWith(true, 43_200), "/tulis")).toEqual({
      pair: "sesi=isi.yang_baik-1",
      attributes: ["HttpOnly", "Max-Age=43200", "Path=/", "SameSite=Lax"],
    });
    expect(await setBy(doorWith(true), "/hapus")).toEqual({
      pair: "sesi=",
      attributes: ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Lax"],
    });
    expect(await readBy(doorWith(true), "sesi=a")).toBe("a");
    expect(await readBy(doorWith(true), "__Host-sesi=a")).toBeNull();
  });
});

test.each(["sesi", "sesi=", "=sesi", ";;;", "sesi=%ED%A0%80", "sesi=%", "\u00E9=1", "a".repeat(100_000)])(
  "a header of cookies as '%.20s' breaks nothing",
  async (cookie) => {
    const response = await doorWith(true).request("/baca", { headers: { cookie } });
    expect(response.status).toBe(200);
  },
);
