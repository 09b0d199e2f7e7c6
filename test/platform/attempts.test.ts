import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { startRedis, type RedisStandIn } from "../../dev/redis/redis.ts";
import type { Fault } from "../../dev/stand-in.ts";
import { ServiceUnavailable, TooManyRequests } from "../../src/platform/http/errors.ts";
import {
  createAttempts,
  type Attempts,
  type Counter,
  type Limit,
} from "../../src/platform/redis/attempts.ts";
import { openRedis } from "../../src/platform/redis/redis.ts";

const LIMIT: Limit = { name: "uji", quota: 10, windowSeconds: 900 };
const SECRET = "kunci-lokal-untuk-pencacah-percobaan";

const clock = new ManualClock();
let redis: RedisStandIn;
let attempts: Attempts;
let named = 0;

beforeAll(async () => {
  redis = await startRedis({ clock });
  attempts = createAttempts(openRedis(redis), SECRET);
});
afterEach(() => {
  redis.faults.clear();
});
afterAll(async () => {
  await redis.close();
});

/** A counter nobody has used. */
const fresh = (limit: Partial<Limit> = {}): Counter => ({
  limit: { ...LIMIT, ...limit },
  of: `akun:${(named += 1)}`,
});

/** What came of an attempt. */
async function outcome(work: Promise<void>): Promise<"taken" | "too many" | "unavailable"> {
  try {
    await work;
    return "taken";
  } catch (error) {
    if (error instanceof TooManyRequests) return "too many";
    if (error instanceof ServiceUnavailable) return "unavailable";
    throw error;
  }
}

async function takeTimes(counter: Counter, times: number): Promise<string[]> {
  const outcomes = [];
  for (let at = 0; at < times; at += 1) outcomes.push(await outcome(attempts.take(counter)));
  return outcomes;
}

async function refusalOf(counter: Counter): Promise<Record<string, string> | undefined> {
  try {
    await attempts.take(counter);
  } catch (error) {
    if (error instanceof TooManyRequests) return error.more.headers;
    throw error;
  }
  throw new Error("the attempt was taken");
}

/** Keys that would never expire. */
async function everlasting(): Promise<string[]> {
  const found = [];
  for (const key of (await redis.command("KEYS", "*")) as string[])
    if (Number(await redis.command("PTTL", key)) < 0) found.push(key);
  return found;
}

const taken = (times: number) => Array.from({ length: times }, () => "taken");

describe("take", () => {
  test("allows the quota and not one more, in one roundtrip each", async () => {
    const counter = fresh();
    redis.requests = 0;
    expect(await takeTimes(counter, 12)).toEqual([...taken(10), "too many", "too many"]);
    expect(redis.requests).toBe(12);
  });

  test("is exact when two hundred come at once", async () => {
    const counter = fresh();
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => outcome(attempts.take(counter))));
    const count = (wanted: string) => outcomes.filter((one) => one === wanted).length;
    expect({ taken: count("taken"), refused: count("too many") }).toEqual({ taken: 10, refused: 190 });
  });

  test("is exact between Workers with clients of their own", async () => {
    const counter = fresh({ quota: 3 });
    const workers = Array.from({ length: 20 }, () => createAttempts(openRedis(redis), SECRET));
    const outcomes = await Promise.all(workers.map((worker) => outcome(worker.take(counter))));
    expect(outcomes.filter((one) => one === "taken")).toHaveLength(3);
  });

  test("counts each of several in one roundtrip, and refuses when any of them is full", async () => {
    const [wide, narrow] = [fresh({ quota: 4 }), fresh({ quota: 2 })];
    const both = () => outcome(attempts.take(wide, narrow));
    redis.requests = 0;
    expect([await both(), await both(), await both(), await both()]).toEqual([
      "taken",
      "taken",
      "too many",
      "too many",
    ]);
    expect(redis.requests).toBe(4);
    expect(await outcome(attempts.take(wide))).toBe("too many");
  });

  test("does not count what stands behind a full one", async () => {
    const [full, behind] = [fresh({ quota: 1 }), fresh({ quota: 2 })];
    const both = () => outcome(attempts.take(full, behind));
    expect([await both(), await both(), await both(), await both()]).toEqual([
      "taken",
      "too many",
      "too many",
      "too many",
    ]);
    expect(await takeTimes(behind, 2)).toEqual(["taken", "too many"]);
  });

  test("counts names apart, limits apart, and secrets apart", async () => {
    const counter = fresh({ quota: 1 });
    expect(await takeTimes(counter, 2)).toEqual(["taken", "too many"]);
    expect(await outcome(attempts.take({ ...counter, of: `${counter.of}1` }))).toBe("taken");
    const otherLimit = { ...counter.limit, name: "lain" };
    expect(await outcome(attempts.take({ ...counter, limit: otherLimit }))).toBe("taken");
    const elsewhere = createAttempts(openRedis(redis), `${SECRET}-lain`);
    expect(await outcome(elsewhere.take(counter))).toBe("taken");
  });

  test("starts anew when its window is over, counted from the first attempt and not from the last", async () => {
    const counter = fresh({ quota: 2 });
    expect(await takeTimes(counter, 1)).toEqual(["taken"]);
    clock.advance(600_000);
    expect(await takeTimes(counter, 2)).toEqual(["taken", "too many"]);
    clock.advance(299_000);
    expect(await takeTimes(counter, 1)).toEqual(["too many"]);
    clock.advance(1_001);
    expect(await takeTimes(counter, 3)).toEqual(["taken", "taken", "too many"]);
  });

  test("says when to come back, and what the limit is", async () => {
    const counter = fresh({ quota: 1 });
    await attempts.take(counter);
    expect(await refusalOf(counter)).toEqual({
      "retry-after": "900",
      ratelimit: `"uji";r=0;t=900`,
      "ratelimit-policy": `"uji";q=1;w=900`,
    });
    clock.advance(890_000);
    expect(await refusalOf(counter)).toMatchObject({ "retry-after": "10", ratelimit: `"uji";r=0;t=10` });
    clock.advance(9_900);
    expect(await refusalOf(counter)).toMatchObject({ "retry-after": "1" });
  });

  test("tells Redis no names, and leaves nothing behind that does not expire", async () => {
    const counter = { limit: LIMIT, of: "nama:budi@mail.com" };
    await attempts.take(counter);
    const keys = (await redis.command("KEYS", "*")) as string[];
    expect(keys).toContainEqual(expect.stringMatching(/^percobaan:uji:[0-9a-f]{64}$/));
    expect(keys.join()).not.toMatch(/budi|mail|nama|akun/);
    expect(await everlasting()).toEqual([]);
  });

  test("is one script each: no attempt is counted without an end to its window", async () => {
    const asked: string[] = [];
    // It matches nothing; it only looks.
    redis.faults.next({ kind: "refuse" }, 1, ({ body }) => {
      asked.push(String((JSON.parse(body.toString()) as unknown[])[0]));
      return false;
    });
    const counter = fresh();
    await attempts.take(counter, fresh());
    await attempts.giveBack({ whole: [counter], single: [counter] });
    expect(asked).toEqual(["eval", "eval"]);
  });
});

describe("giveBack", () => {
  test("starts whole counters anew, and takes one off single ones, in one roundtrip", async () => {
    const [whole, single] = [fresh({ quota: 3 }), fresh({ quota: 3 })];
    for (let at = 0; at < 3; at += 1) await attempts.take(whole, single);
    redis.requests = 0;
    await attempts.giveBack({ whole: [whole], single: [single] });
    expect(redis.requests).toBe(1);
    expect(await takeTimes(whole, 4)).toEqual([...taken(3), "too many"]);
    expect(await takeTimes(single, 2)).toEqual(["taken", "too many"]);
  });

  test("leaves the end of the window where it was", async () => {
    const counter = fresh({ quota: 1 });
    await attempts.take(counter);
    clock.advance(800_000);
    await attempts.giveBack({ whole: [], single: [counter] });
    expect(await takeTimes(counter, 2)).toEqual(["taken", "too many"]);
    expect(await refusalOf(counter)).toMatchObject({ "retry-after": "100" });
  });

  test("after the window has ended has nothing to give", async () => {
    const counter = fresh({ quota: 2 });
    await attempts.take(counter);
    await attempts.take(counter);
    clock.advance(901_000);
    await attempts.giveBack({ whole: [], single: [counter] });
    await attempts.giveBack({ whole: [], single: [counter] });
    expect(await everlasting()).toEqual([]);
    expect(await takeTimes(counter, 3)).toEqual(["taken", "taken", "too many"]);
  });

  test.each(["refuse", "drop"] as const)("fails aloud when Redis cannot be reached (%s)", async (kind) => {
    const counter = fresh();
    redis.faults.always({ kind });
    expect(await outcome(attempts.giveBack({ whole: [counter], single: [] }))).toBe("unavailable");
  });
});

describe("without Redis nothing is allowed:", () => {
  const answer = (body: unknown, status = 200): Fault => ({
    kind: "answer",
    status,
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  /** Which counter is full, and for how long. */
  const replies = (...result: unknown[]) => answer({ result });

  test.each<[string, Fault]>([
    ["no connection", { kind: "refuse" }],
    ["a lost answer", { kind: "drop" }],
    ["silence", { kind: "hang" }],
    ["silence after the work", { kind: "hangAfter" }],
    ["500", answer("rusak", 500)],
    ["503 that promises to be back", answer({ error: "ERR loading" }, 503)],
    ["401", answer({ error: "WRONGPASS" }, 401)],
    ["no JSON", answer("<html>")],
    ["half of its JSON", answer(`{"result":[0,`)],
    ["no result", answer({})],
    ["a result of null", answer({ result: null })],
    ["a text", answer({ result: "OK" })],
    ["an empty result", replies()],
    ["half a result", replies(0)],
    ["a counter that is none", replies("x", 900)],
    ["a counter of null", replies(null, 900)],
    ["a time that is none", replies(0, "x")],
    ["a counter that nobody has", replies(7, 900)],
    ["a list in place of a counter", replies([0], 900)],
    ["an error", answer({ error: "WRONGTYPE" })],
  ])("%s is ServiceUnavailable, and asked once", async (_name, fault) => {
    const counter = fresh();
    redis.requests = 0;
    redis.faults.always(fault);
    expect(await outcome(attempts.take(counter))).toBe("unavailable");
    expect(redis.requests).toBe(1);
  });

  test.each<[string, Fault]>([
    ["no connection", { kind: "refuse" }],
    ["silence", { kind: "hang" }],
    ["an empty result", replies()],
    ["a counter that is none", replies("x", 900)],
  ])("%s names its cause, for the log", async (_name, fault) => {
    redis.faults.always(fault);
    const error = await attempts.take(fresh()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: ServiceUnavailable.code, cause: expect.any(Error) as Error });
  });

  test("is given 1.2 seconds, so that a login can answer within two", async () => {
    const deadlines = vi.spyOn(AbortSignal, "timeout");
    await attempts.take(fresh());
    expect(deadlines.mock.calls).toEqual([[1_200]]);
    deadlines.mockRestore();
  });

  test.each([-1, -2, 0])("a time of %j reaches the caller as one second", async (seconds) => {
    redis.faults.always(replies(1, seconds));
    const error = await attempts.take(fresh()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TooManyRequests);
    const { headers } = (error as InstanceType<typeof TooManyRequests>).more;
    expect(headers).toMatchObject({ "retry-after": "1", ratelimit: '"uji";r=0;t=1' });
  });

  test.each([
    [1, "1 menit"],
    [60, "1 menit"],
    [61, "2 menit"],
    [900, "15 menit"],
    [5_400, "90 menit"],
    [5_401, "2 jam"],
    [7_200, "2 jam"],
    [7_201, "3 jam"],
    [86_400, "24 jam"],
  ])("a time of %i seconds is told as %s, and exactly in the headers", async (seconds, told) => {
    redis.faults.always(replies(1, seconds));
    for (const [what, counter] of [
      ["percobaan", fresh()],
      ["permintaan kode", fresh({ what: "permintaan kode" })],
    ] as const) {
      const error = await attempts.take(counter).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TooManyRequests);
      expect((error as InstanceType<typeof TooManyRequests>).more).toEqual({
        detail: `Terlalu banyak ${what}. Coba lagi dalam ${told}.`,
        headers: {
          "retry-after": String(seconds),
          ratelimit: `"uji";r=0;t=${seconds}`,
          "ratelimit-policy": '"uji";q=10;w=900',
        },
      });
    }
  });

  test("a Redis that comes back is asked again at once, and an attempt whose answer was lost has counted", async () => {
    const counter = fresh({ quota: 2 });
    redis.faults.next({ kind: "drop" });
    expect(await outcome(attempts.take(counter))).toBe("unavailable");
    expect(await takeTimes(counter, 2)).toEqual(["taken", "too many"]);
  });

  test("a wrong token is refused by Redis, and nothing passes", async () => {
    const stranger = createAttempts(openRedis({ url: redis.url, token: "bukan-token-kami" }), SECRET);
    expect(await outcome(stranger.take(fresh()))).toBe("unavailable");
  });
});
