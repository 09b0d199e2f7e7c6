import { expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { openDeps } from "../../src/deps.ts";
import { unlimited, type RateLimiter } from "../../src/platform/http/rate-limit.ts";
import { useWorld } from "../harness.ts";
import { makeMitra } from "../make.ts";
import { readOperations } from "./document.ts";
import { flawsOf, rebuilt, rowCounts, sampleOf, send } from "./samples.ts";

const world = useWorld();
const operations = await readOperations();

/** Lets `quota` requests of a key through. */
function counting(quota: number): RateLimiter & { keys: string[] } {
  const keys: string[] = [];
  return {
    keys,
    take: async (key) => {
      keys.push(key);
      return keys.filter((taken) => taken === key).length <= quota;
    },
  };
}
const limited = operations.filter(({ statuses }) => statuses.includes(429));

test.each(limited)(
  "the rate limit of $id refuses with 429, and names itself on every answer",
  async (operation) => {
    const sample = await sampleOf(world, operation);
    const house = rebuilt(world, { limiter: counting(1) });
    const policy = /^"umum";q=(\d+);w=(\d+)$/;
    const taken = await send(house, sample);
    expect(taken.status).toBe(operation.success);
    expect(taken.headers.get("ratelimit-policy")).toMatch(policy);
    const before = await rowCounts(world);
    const refused = await send(house, sample);
    expect(await flawsOf(refused, [429])).toEqual([]);
    expect(refused.headers.get("ratelimit-policy")).toMatch(policy);
    const [, wait] = /^"umum";r=0;t=(\d+)$/.exec(refused.headers.get("ratelimit") ?? "") ?? [];
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(Number(wait));
    expect(await rowCounts(world)).toEqual(before);
  },
);

test("the rate limit comes before credentials, so that guessing keys is limited too", async () => {
  const house = rebuilt(world, { limiter: counting(3) });
  const guess = async () =>
    (await house.request("/produk", { headers: { "x-api-key": "a".repeat(64) } })).status;
  expect([await guess(), await guess(), await guess(), await guess()]).toEqual([401, 401, 401, 429]);
});

test("the rate limit counts by Cloudflare's address, not by what a caller writes", async () => {
  const limiter = counting(1);
  const house = rebuilt(world, { limiter });
  const from = async (address: string, claimed: string) =>
    (
      await house.request("/", {
        headers: {
          "cf-connecting-ip": address,
          "x-forwarded-for": claimed,
          "x-real-ip": claimed,
          forwarded: `for=${claimed}`,
        },
      })
    ).status;
  expect(await from("203.0.113.1", "198.51.100.1")).toBe(200);
  expect(await from("203.0.113.1", "198.51.100.2")).toBe(429);
  expect(await from("203.0.113.2", "198.51.100.1")).toBe(200);
  expect(new Set(limiter.keys)).toEqual(new Set(["203.0.113.1", "203.0.113.2"]));
  // A subscriber of IPv6 has a whole /64 to call from.
  expect(await from("2001:db8:0:1::1", "")).toBe(200);
  expect(await from("2001:db8:0:1:ffff::2", "")).toBe(429);
  expect(await from("2001:db8:0:2::1", "")).toBe(200);
});

test("the rate limit leaves vendors' callbacks alone: they come in bursts from few addresses", async () => {
  const house = rebuilt(world, { limiter: counting(0) });
  for (const operation of operations.filter(({ statuses }) => !statuses.includes(429)))
    expect((await send(house, await sampleOf(world, operation))).status, operation.id).toBe(
      operation.success,
    );
});

test("the rate limit is wide locally and strict where asked, through the platform's binding", async () => {
  const { env } = world.cloud;
  expect(world.deps.limiter).toBe(unlimited);
  const keys: unknown[] = [];
  const binding = { limit: async (options: unknown) => ({ success: keys.push(options) <= 2 }) };
  const strict = { ...env, RATE_LIMITS: "strict" };
  const { limiter } = openDeps(readConfig(strict), {
    ...strict,
    DOKUMEN: world.bucket,
    BROAD_LIMIT: binding,
  });
  const house = rebuilt(world, { limiter });
  const status = async () =>
    (await house.request("/", { headers: { "cf-connecting-ip": "203.0.113.9" } })).status;
  expect([await status(), await status(), await status()]).toEqual([200, 200, 429]);
  expect(keys[0]).toEqual({ key: "203.0.113.9" });
  expect(() => openDeps(readConfig(strict), { ...strict, DOKUMEN: world.bucket })).toThrow(
    "rate-limit binding",
  );
});

test("the rate limit that cannot be asked is 500 and not a pass", async () => {
  const mitra = await makeMitra(world);
  const house = rebuilt(world, {
    limiter: {
      take: async () => {
        throw new Error("binding tidak menjawab");
      },
    },
  });
  expect(await flawsOf(await house.request("/produk", { headers: mitra.headers }), [500])).toEqual([]);
});
