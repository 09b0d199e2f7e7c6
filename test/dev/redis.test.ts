import { createHash, randomBytes, randomUUID } from "node:crypto";
import { Redis } from "@upstash/redis/cloudflare";
import { Redis as NodeRedis } from "@upstash/redis";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RedisStandIn, startRedis } from "../../dev/redis/redis.ts";

const server = process.env.REDIS_URL;
// `retry: false` would still send a failed request a second time (@upstash/redis 1.39.0).
const once = { retries: 0 };
const engines = [
  { engine: "embedded Valkey", url: undefined },
  ...(server ? [{ engine: "real Redis", url: server }] : []),
];

it.skipIf(!server)("real Redis: set REDIS_URL=redis://… to run every dev/redis suite against it too", () => {
  expect(engines).toHaveLength(2);
});

describe.each(engines)("the official client on $engine", ({ url }) => {
  const prefix = `test:${randomUUID()}:`;
  let standIn: RedisStandIn;
  let redis: Redis;
  let nodeRedis: NodeRedis;
  const key = (name = randomUUID()) => prefix + name;

  beforeAll(async () => {
    standIn = await startRedis({ url });
    const config = { url: standIn.url, token: standIn.token, enableTelemetry: false, retry: once };
    redis = new Redis(config);
    nodeRedis = new NodeRedis(config);
  });

  afterAll(async () => {
    const left = (await standIn.command("KEYS", `${prefix}*`)) as string[];
    if (left.length > 0) await standIn.command("DEL", ...left);
    await standIn.close();
  });

  it("keeps strings, numbers, JSON and unicode", async () => {
    const [text, number, object] = [key(), key(), key()];
    expect(await redis.set(text, "Selamat pagi ☀️ – 早上好")).toBe("OK");
    await redis.set(number, 42);
    await redis.set(object, { nama: "Siti", saldo: [1, 2.5, null, true] });
    expect(await redis.get(text)).toBe("Selamat pagi ☀️ – 早上好");
    expect(await redis.mget(number, object, key())).toEqual([
      42,
      { nama: "Siti", saldo: [1, 2.5, null, true] },
      null,
    ]);
    expect(await redis.incrby(number, 8)).toBe(50);
    expect(await redis.type(text)).toBe("string");
  });

  it("works with the node entry and its no-store requests", async () => {
    const name = key();
    await nodeRedis.set(name, "dari node");
    expect(await redis.get(name)).toBe("dari node");
  });

  it("sets only what is not there, with an expiry", async () => {
    const name = key();
    expect(await redis.set(name, 1, { nx: true, ex: 3600 })).toBe("OK");
    expect(await redis.set(name, 2, { nx: true, ex: 3600 })).toBeNull();
    expect(await redis.get(name)).toBe(1);
    expect(await redis.ttl(name)).toBeGreaterThan(3500);
    expect(await redis.ttl(name)).toBeLessThanOrEqual(3600);
    expect(await redis.ttl(key())).toBe(-2);
  });

  it("lets keys expire", async () => {
    const name = key();
    await redis.set(name, "sebentar", { px: 40 });
    await vi.waitFor(async () => expect(await redis.get(name)).toBeNull(), { interval: 5 });
  });

  it("gets and deletes in one", async () => {
    const name = key();
    await redis.set(name, "sekali");
    const both = await Promise.all([redis.getdel(name), redis.getdel(name)]);
    expect(both).toEqual(expect.arrayContaining(["sekali", null]));
  });

  it("keeps hashes", async () => {
    const name = key();
    expect(await redis.hset(name, { sisa: 3, nama: "Budi" })).toBe(2);
    expect(await redis.hincrby(name, "sisa", -1)).toBe(2);
    expect(await redis.hgetall(name)).toEqual({ sisa: 2, nama: "Budi" });
    expect(await redis.hdel(name, "nama", "tidak ada")).toBe(1);
    expect(await redis.hgetall(key())).toBeNull();
  });

  it("keeps sorted sets", async () => {
    const name = key();
    await redis.zadd(name, { score: 2, member: "b" }, { score: 1, member: "a" }, { score: 2.5, member: "c" });
    expect(await redis.zrange(name, 0, -1, { withScores: true })).toEqual(["a", 1, "b", 2, "c", 2.5]);
    expect(await redis.zscore(name, "c")).toBe(2.5);
    expect(await redis.zremrangebyscore(name, 0, 2)).toBe(2);
    expect(await redis.zcard(name)).toBe(1);
  });

  it("keeps bytes that are not text", async () => {
    const name = key();
    const bytes = Buffer.concat([
      Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
      randomBytes(100_000),
    ]);
    const headers = { authorization: `Bearer ${standIn.token}`, "upstash-encoding": "base64" };
    await fetch(`${standIn.url}/set/${name}`, { method: "POST", headers, body: bytes });
    const answer = await fetch(`${standIn.url}/get/${name}`, { headers });
    const { result } = (await answer.json()) as { result: string };
    expect(Buffer.from(result, "base64").equals(bytes)).toBe(true);
    expect(await redis.strlen(name)).toBe(bytes.length);
  });

  it("keeps a value of three megabytes", async () => {
    const name = key();
    const long = "ayam goreng ".repeat(262_144);
    await redis.set(name, long);
    expect(await redis.get(name)).toBe(long);
  });

  it("answers a pipeline in order, with each command's own error", async () => {
    const name = key();
    const results = await redis
      .pipeline()
      .set(name, "bukan angka")
      .incr(name)
      .get(name)
      .exec<[string, number, string]>({ keepErrors: true });
    expect(results[0].result).toBe("OK");
    expect(results[1].error).toBe("ERR value is not an integer or out of range");
    expect(results[2].result).toBe("bukan angka");
  });

  it("answers a long pipeline in order", async () => {
    const pipeline = redis.pipeline();
    const name = key();
    for (let i = 0; i < 2_000; i++) pipeline.rpush(name, "x".repeat(200));
    expect(await pipeline.exec()).toEqual(Array.from({ length: 2_000 }, (_, i) => i + 1));
  });

  it("runs a transaction to its end when one command fails", async () => {
    const name = key();
    const answer = await fetch(`${standIn.url}/multi-exec`, {
      method: "POST",
      headers: { authorization: `Bearer ${standIn.token}` },
      body: JSON.stringify([
        ["SET", name, "a"],
        ["INCR", name],
        ["APPEND", name, "b"],
      ]),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual([
      { result: "OK" },
      { error: "ERR value is not an integer or out of range" },
      { result: 2 },
    ]);
    expect(await redis.get(name)).toBe("ab");
  });

  it.each([
    { why: "a command with too few arguments", bad: ["GET"], error: /wrong number of arguments/ },
    { why: "an unknown command", bad: ["TIDAKADA", "x"], error: /unknown command/ },
    { why: "an unavailable command", bad: ["BLPOP", "x", "0"], error: /not available/ },
  ])("discards a transaction with $why", async ({ bad, error }) => {
    const name = key();
    const answer = await fetch(`${standIn.url}/multi-exec`, {
      method: "POST",
      headers: { authorization: `Bearer ${standIn.token}`, "upstash-encoding": "base64" },
      body: JSON.stringify([["SET", name, "a"], bad]),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: expect.stringMatching(error) as string });
    expect(await redis.exists(name)).toBe(0);
    // The shared connection is out of the transaction again.
    expect(await redis.set(name, "b")).toBe("OK");
  });

  it("does not let other requests into a transaction", async () => {
    const name = key();
    const runs = Array.from({ length: 50 }, () =>
      redis.multi().incr(name).incr(name).incr(name).exec<[number, number, number]>(),
    );
    const others = Array.from({ length: 50 }, () => redis.incr(name));
    await Promise.all(others);
    for (const [first, second, third] of await Promise.all(runs)) {
      expect([second, third]).toEqual([first + 1, first + 2]);
    }
    expect(await redis.get(name)).toBe(200);
  });

  it("serves auto-pipelining: commands of one tick are one request", async () => {
    const name = key();
    const before = standIn.requests;
    const counts = await Promise.all(Array.from({ length: 100 }, () => redis.incr(name)));
    expect(counts).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(standIn.requests - before).toBe(1);
  });

  it("runs Lua", async () => {
    const name = key();
    const script = "redis.call('SET', KEYS[1], ARGV[1]); return {redis.call('GET', KEYS[1]), 7, ARGV[2]}";
    expect(await redis.eval(script, [name], ["ñ", "dua"])).toEqual(["ñ", 7, "dua"]);
    await expect(redis.eval("return redis.error_reply('SALAH isi')", [], [])).rejects.toThrow("SALAH isi");
  });

  it.each([
    { kind: "a plain script", head: "" },
    { kind: "a script with a flag of Upstash", head: "#!lua flags=allow-key-locking\n" },
    { kind: "a script with flags of both", head: "#!lua flags=no-writes,allow-key-locking\n" },
  ])("loads, finds and runs $kind by the hash of its own text", async ({ head }) => {
    const script = `${head}return {ARGV[1], '${randomUUID()}'}`;
    const sha = createHash("sha1").update(script).digest("hex");
    await expect(redis.evalsha(sha, [], ["x"])).rejects.toThrow(
      "NOSCRIPT No matching script. Please use EVAL.",
    );
    expect(await redis.scriptExists(sha)).toEqual([0]);
    expect(await redis.scriptLoad(script)).toBe(sha);
    expect(await redis.scriptExists(sha, "0".repeat(40))).toEqual([1, 0]);
    expect(await redis.evalsha<[string], string[]>(sha.toUpperCase(), [], ["x"])).toHaveLength(2);
  });

  it("runs a script of the SDK that is not loaded yet", async () => {
    const script = redis.createScript<string>(`#!lua flags=allow-key-locking\nreturn '${randomUUID()}'`);
    expect(await script.exec([], [])).toBe(await script.exec([], []));
  });

  it("runs scripts within a transaction", async () => {
    const script = `#!lua flags=allow-key-locking\nreturn '${randomUUID()}'`;
    const sha = createHash("sha1").update(script).digest("hex");
    const [loaded, result] = await redis
      .multi()
      .scriptLoad(script)
      .evalsha(sha, [], [])
      .exec<[string, string]>();
    expect(loaded).toBe(sha);
    expect(script).toContain(result);
  });

  it("passes messages on to subscribers, until they leave", async () => {
    const channel = key();
    const subscriber = redis.subscribe<{ urut: number }>([channel]);
    const heard: unknown[] = [];
    subscriber.on("message", ({ message }) => heard.push(message));
    await vi.waitFor(async () =>
      expect(await standIn.command("PUBSUB", "NUMSUB", channel)).toEqual([channel, 1]),
    );
    expect(await redis.publish(channel, { urut: 1 })).toBe(1);
    await redis.publish(channel, { urut: 2 });
    await vi.waitFor(() => expect(heard).toEqual([{ urut: 1 }, { urut: 2 }]));
    await subscriber.unsubscribe();
    await vi.waitFor(async () => expect(await redis.publish(channel, { urut: 3 })).toBe(0));
    expect(heard).toHaveLength(2);
  });

  it("passes messages on to pattern subscribers", async () => {
    const channel = key();
    const subscriber = redis.psubscribe<string>([`${channel}:*`]);
    const heard: unknown[] = [];
    subscriber.on("pmessage", (event) => heard.push(event));
    await vi.waitFor(async () => expect(await redis.publish(`${channel}:satu`, '"halo, dunia"')).toBe(1));
    await vi.waitFor(() =>
      expect(heard).toEqual([
        { pattern: `${channel}:*`, channel: `${channel}:satu`, message: "halo, dunia" },
      ]),
    );
    await subscriber.unsubscribe();
  });

  it("meets the faults it is told to: before the work and after it", async () => {
    const name = key();
    standIn.faults.next({ kind: "refuse" });
    await expect(redis.incr(name)).rejects.toThrow("fetch failed");
    expect(await standIn.command("GET", name)).toBeNull();
    standIn.faults.next({ kind: "drop" });
    await expect(redis.incr(name)).rejects.toThrow("fetch failed");
    expect(await standIn.command("GET", name)).toBe("1");
    standIn.faults.next({ kind: "answer", status: 502, body: "<html>Bad Gateway</html>" });
    await expect(redis.incr(name)).rejects.toThrow("Unable to parse response body");
    expect(await redis.incr(name)).toBe(2);
  });

  it("counts twice when the SDK retries what was dropped after the work", async () => {
    const name = key();
    const retrying = new Redis({
      url: standIn.url,
      token: standIn.token,
      enableTelemetry: false,
      retry: { retries: 1, backoff: () => 0 },
    });
    standIn.faults.next({ kind: "drop" });
    expect(await retrying.incr(name)).toBe(2);
  });
});
