import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { makeMitra } from "../make.ts";
import { PAGES, readOperations } from "./document.ts";
import { flawsOf, rowCounts, sampleOf, send } from "./samples.ts";

const world = useWorld();
const operations = await readOperations();

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Sends a request target as it is written: `fetch` would tidy it first. */
function wire(method: string, target: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { hostname, port } = new URL(world.url);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ hostname, port, method, path: target, headers, agent: false });
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const { statusCode: status, headers } = incoming;
        resolve({ status, headers, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.end();
  });
}

const concrete = (path: string) => path.replaceAll(/\{[^}]+\}/g, "4");

describe("an address that is not there", () => {
  test.each([
    "/tidak-ada",
    "/produk/1/harga",
    "/status",
    "/status/",
    "/status/4/5",
    "/debug",
    "/.env",
    "/.git/config",
    "/aset/swagger-ui.css",
    "/openapi.yaml",
    "/index.html",
    "/wp-admin",
    "/favicon.ico",
  ])("%s is 404", async (path) => {
    const response = await world.request(path);
    expect(await flawsOf(response, [404])).toEqual([]);
  });

  test.each([
    "//produk",
    "/produk//",
    "///",
    "//openapi.json",
    "/%2Fproduk",
    "/produk%2F",
    "/status%2F4",
    "/status//4",
    "/..;/produk",
    "/x/..;/produk",
    "/produk;/",
    "/produk;a=b",
    "/produk%3Fx",
    "/produk%23",
    "/PRODUK",
    "/Produk",
    "/STATUS/4",
    "/produk.json",
    "/produk%20",
    "/%20produk",
    "/queue%2Ftransaksi",
    "/QUEUE/transaksi",
  ])("%s is 404 as well, and shows nothing", async (target) => {
    const mitra = await makeMitra(world);
    for (const method of ["GET", "POST"]) {
      const answer = await wire(method, target, { "x-api-key": mitra.apiKey });
      expect(answer.status, method).toBe(404);
      expect(answer.headers["content-type"]).toBe("application/problem+json");
      expect(answer.body).not.toContain("Pulsa");
    }
  });

  test.each(["/./produk", "/x/../produk", "/%2e/produk", "/x/%2e%2e/produk", "/%70roduk", "/produk/"])(
    "%s is /produk, with its lock",
    async (target) => {
      const { apiKey } = await makeMitra(world);
      const { status } = await wire("GET", target);
      expect(status).toBe(401);
      expect((await wire("GET", target, { "x-api-key": apiKey })).status).toBe(200);
    },
  );
});

describe("a method that is not there", () => {
  const doors = [
    ...operations.map(({ method, path }) => `${method} ${path}`),
    ...PAGES,
    "GET /openapi.json",
    "GET /docs",
    "GET /redoc",
  ].map((door) => door.split(" ") as [string, string]);
  const paths = [...new Set(doors.map(([, path]) => path))];
  /** Also of doors whose address has an id where this one has a word. */
  const taken = (path: string) => {
    const leadsTo = (other: string) =>
      new RegExp(`^${other.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`).test(concrete(path));
    return new Set(doors.filter(([, other]) => leadsTo(other)).map(([method]) => method));
  };

  test.each(paths)("of %s is 405 with Allow, with and without a trailing slash", async (path) => {
    const allowed = taken(path);
    const allow = [...allowed, ...(allowed.has("GET") ? ["HEAD"] : [])].sort().join(", ");
    const before = await rowCounts(world);
    const others = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "X"].filter(
      (method) => !allowed.has(method),
    );
    for (const method of others) {
      for (const target of [concrete(path), `${concrete(path).replace(/^\/$/, "")}/`]) {
        const response = await world.request(target, { method });
        expect(await flawsOf(response, [405]), `${method} ${target}`).toEqual([]);
        expect(response.headers.get("allow")).toBe(allow);
      }
    }
    expect(await rowCounts(world)).toEqual(before);
  });

  test.each(["/produk", "/"])("TRACE of %s does not send a request back", async (path) => {
    const answer = await wire("TRACE", path, { cookie: "rahasia=1" });
    expect([405, 501]).toContain(answer.status);
    expect(answer.body).not.toContain("rahasia");
  });

  test("a method in another's clothes stays what it is", async () => {
    const { headers } = await makeMitra(world);
    for (const name of ["x-http-method-override", "x-http-method", "x-method-override"]) {
      const response = await world.request("/beli?_method=GET", { headers: { ...headers, [name]: "POST" } });
      expect(response.status).toBe(405);
    }
  });
});

describe("HEAD", () => {
  test.each(operations.filter(({ method }) => method === "GET"))(
    "of $path is GET without its body",
    async (op) => {
      const sample = await sampleOf(world, op);
      const get = await send(world, sample);
      const head = await send(world, sample, { method: "HEAD" });
      expect(head.status).toBe(get.status);
      expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
      expect(await head.text()).toBe("");
      expect(await get.text()).not.toBe("");
    },
  );

  test("is refused like GET", async () => {
    expect((await world.request("/produk", { method: "HEAD" })).status).toBe(401);
    expect((await world.request("/tidak-ada", { method: "HEAD" })).status).toBe(404);
    expect((await world.request("/beli", { method: "HEAD" })).status).toBe(405);
  });
});

test.each(operations)(
  "$id answers the same under a trailing slash, without a redirect",
  async (operation) => {
    const plain = await send(world, await sampleOf(world, operation));
    const sample = await sampleOf(world, operation);
    const path = sample.path.replace(/^([^?]*[^?/])(?=\?|$)/, "$1/");
    const slashed = await send(world, sample, { path });
    expect(slashed.status).toBe(plain.status);
    const fields = async (response: Response) => {
      const text = await response.text();
      // A file is only as long.
      if (!response.headers.get("content-type")?.includes("json") && text !== "") return text.length;
      return text === "" ? "no body" : Object.keys(JSON.parse(text) as object).sort();
    };
    expect(await fields(slashed)).toEqual(await fields(plain));
  },
);

const SECURE = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store",
};

describe("headers", () => {
  test.each([
    ["a success", "/", 200],
    ["401", "/produk", 401],
    ["404", "/tidak-ada", 404],
    ["405", "/beli", 405],
    ["a bad URL", "/?x=%00", 400],
    ["the document", "/openapi.json", 200],
  ])("keep %s private and inert", async (_name, path, status) => {
    const response = await world.request(path);
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(SECURE);
    for (const name of ["x-powered-by", "server", "set-cookie", "access-control-allow-origin"])
      expect(response.headers.get(name), name).toBeNull();
  });

  test.each(["/docs", "/redoc"])("let %s run our own scripts only", async (path) => {
    const response = await world.request(path);
    const { "content-security-policy": _, ...others } = SECURE;
    expect(Object.fromEntries(response.headers)).toMatchObject(others);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(response.headers.get("content-type")).toMatch(/^text\/html; charset=utf-8$/i);
    expect(await response.text()).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  test("allow no other origin", async () => {
    for (const origin of ["https://contoh.com", "null", world.url]) {
      const headers = { origin, "access-control-request-method": "POST" };
      const preflight = await world.request("/beli", { method: "OPTIONS", headers });
      expect(preflight.status).toBe(405);
      expect([...preflight.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });
});

describe("x-request-id", () => {
  const idOf = async (given: string) =>
    (await world.request("/", { headers: { "x-request-id": given } })).headers.get("x-request-id");
  const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  test.each(["12345678", "a.b-c_D9".repeat(8), "0b7c3f0e-6f0a-4f2e-9a51-3f6d6c1d9a11"])(
    "%s is taken over",
    async (given) => {
      expect(await idOf(given)).toBe(given);
    },
  );

  test.each([
    "",
    "1234567",
    "a".repeat(65),
    "a".repeat(10_000),
    "ada spasi",
    "12345678%0d%0aset-cookie:x=1",
    "12345678\\r\\nx",
    `12345678","level":"error`,
    "<script>alert(1)</script>",
    "12345678, 12345678",
    "caf\u00E9caf\u00E9",
  ])("%j is replaced by a new one", async (given) => {
    expect(await idOf(given)).toMatch(UUID);
  });

  test("is a new one for each request", async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, () => idOf("")));
    expect(new Set(ids).size).toBe(50);
  });

  test("names the same request in answer, problem and log", async () => {
    const response = await world.request("/tidak-ada", { headers: { "x-request-id": "permintaan-satu" } });
    expect(await response.json()).toMatchObject({ request_id: "permintaan-satu", instance: "/tidak-ada" });
    expect(world.log.filter((line) => line["request_id"] === "permintaan-satu")).toHaveLength(1);
  });
});
