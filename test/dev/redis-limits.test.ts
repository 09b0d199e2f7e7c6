import { createHmac, randomUUID } from "node:crypto";
import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis/cloudflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RedisStandIn, startRedis } from "../../dev/redis/redis.ts";

const server = process.env.REDIS_URL;
// `retry: false` would still send a failed request a second time (@upstash/redis 1.39.0): one guess would count twice.
const once = { retries: 0 };
const engines = [
  { engine: "embedded Valkey", url: undefined },
  ...(server ? [{ engine: "real Redis", url: server }] : []),
];

describe.each(engines)("limits on $engine", ({ url }) => {
  const prefix = `test:${randomUUID()}:`;
  let standIn: RedisStandIn;
  let redis: Redis;

  beforeAll(async () => {
    standIn = await startRedis({ url });
    redis = new Redis({ url: standIn.url, token: standIn.token, enableTelemetry: false, retry: once });
  });

  afterAll(async () => {
    const left = (await standIn.command("KEYS", `${prefix}*`)) as string[];
    if (left.length > 0) await standIn.command("DEL", ...left);
    await standIn.close();
  });

  describe("@upstash/ratelimit", () => {
    it.each([
      // Windows of a day: no test runs across the end of one often enough to matter, and none waits for it.
      { name: "fixedWindow", limiter: Ratelimit.fixedWindow(5, "1 d") },
      { name: "slidingWindow", limiter: Ratelimit.slidingWindow(5, "1 d") },
      { name: "tokenBucket", limiter: Ratelimit.tokenBucket(5, "1 d", 5) },
    ])("$name lets exactly 5 of 100 concurrent through", async ({ name, limiter }) => {
      const limit = new Ratelimit({ redis, limiter, prefix: prefix + name, ephemeralCache: false });
      const first = await limit.limit("orang");
      expect(first).toMatchObject({ success: true, limit: 5, remaining: 4 });
      const others = await Promise.all(Array.from({ length: 99 }, () => limit.limit("orang")));
      expect(others.filter(({ success }) => success)).toHaveLength(4);
      expect(await limit.limit("orang lain")).toMatchObject({ success: true });
      expect((await limit.getRemaining("orang")).remaining).toBe(0);
      await limit.resetUsedTokens("orang");
      expect(await limit.limit("orang")).toMatchObject({ success: true, remaining: 4 });
    });

    it("is as exact when every caller has a client and a request of its own", async () => {
      const callers = Array.from({ length: 100 }, () => {
        const own = new Redis({
          url: standIn.url,
          token: standIn.token,
          enableTelemetry: false,
          retry: once,
        });
        const limiter = Ratelimit.fixedWindow(5, "1 d");
        return new Ratelimit({ redis: own, limiter, prefix: `${prefix}own`, ephemeralCache: false });
      });
      const results = await Promise.all(callers.map((caller) => caller.limit("orang")));
      expect(results.filter(({ success }) => success)).toHaveLength(5);
    });
  });

  describe("one-time codes without Lua", () => {
    const digest = (id: string, code: string) =>
      `c:${createHmac("sha256", "lada")
        .update(id + code)
        .digest("hex")}`;
    const key = (id: string) => `${prefix}otp:${id}`;
    /** A client for every call: no pipeline merges what happens at once. */
    const client = () =>
      new Redis({ url: standIn.url, token: standIn.token, enableTelemetry: false, retry: once });

    async function issue(code: string, id = randomUUID()) {
      const fields = { left: 3, [digest(id, code)]: 1 };
      await client().multi().del(key(id)).hset(key(id), fields).expire(key(id), 300).exec();
      return id;
    }

    async function guess(id: string, code: string) {
      const [left, , hit] = await client()
        .multi()
        .hincrby(key(id), "left", -1)
        .expire(key(id), 300, "NX")
        .hdel(key(id), digest(id, code))
        .exec<[number, number, number]>();
      return { evaluated: left >= 0, ok: left >= 0 && hit === 1 };
    }

    it("evaluates 3 of 100 concurrent wrong guesses, and the right one no more", async () => {
      const id = await issue("123456");
      const guesses = await Promise.all(Array.from({ length: 100 }, (_, i) => guess(id, `${200_000 + i}`)));
      expect(guesses.filter(({ evaluated }) => evaluated)).toHaveLength(3);
      expect(guesses.filter(({ ok }) => ok)).toHaveLength(0);
      expect(await guess(id, "123456")).toEqual({ evaluated: false, ok: false });
    });

    it("accepts exactly 1 of 100 concurrent right guesses", async () => {
      const id = await issue("123456");
      const guesses = await Promise.all(Array.from({ length: 100 }, () => guess(id, "123456")));
      expect(guesses.filter(({ ok }) => ok)).toHaveLength(1);
    });

    it("accepts the third guess, once, and only the last code issued", async () => {
      const id = await issue("111111");
      await issue("123456", id);
      expect((await guess(id, "111111")).ok).toBe(false);
      expect((await guess(id, "000000")).ok).toBe(false);
      expect((await guess(id, "123456")).ok).toBe(true);
      expect((await guess(id, "123456")).ok).toBe(false);
    });

    it("leaves no key without an expiry when a guess meets none", async () => {
      const id = randomUUID();
      expect((await guess(id, "123456")).ok).toBe(false);
      expect(await redis.ttl(key(id))).toBeGreaterThan(0);
    });
  });
});
