import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { startRedis, type RedisStandIn } from "../../dev/redis/redis.ts";
import { ServiceUnavailable, TooManyRequests } from "../../src/platform/http/errors.ts";
import { systemIds } from "../../src/platform/id.ts";
import type { Counter, Limit } from "../../src/platform/redis/attempts.ts";
import { createCodes, type Codes } from "../../src/platform/redis/codes.ts";
import { openRedis } from "../../src/platform/redis/redis.ts";
import { atOnce, tally } from "../answers.ts";
import { dateOf, keysOf, patientRedis } from "../otp/seams.ts";

const server = process.env["REDIS_URL"];
const engines = [
  { engine: "embedded Valkey", url: undefined },
  ...(server ? [{ engine: "real Redis", url: server }] : []),
];

test.skipIf(!server)("real Redis: set REDIS_URL=redis://… to run one-time codes against it too", () => {
  expect(engines).toHaveLength(2);
});

const LIMIT: Limit = { name: "uji", quota: 1_000, windowSeconds: 600 };

describe.each(engines)("one-time codes on $engine", ({ url }) => {
  let redis: RedisStandIn;
  let codes: Codes;
  /** Other Workers, with clients of their own. */
  let workers: Codes[];
  let keys: Set<string>;
  const secret = randomBytes(32).toString("hex");
  const clock = new ManualClock();
  let named = 0;
  const fresh = () => `orang-${(named += 1)}`;
  const counter = (of: string, limit: Partial<Limit> = {}): Counter => ({
    limit: { ...LIMIT, ...limit },
    of,
  });
  const issue = (subject: string, code: string, ...more: Counter[]) =>
    codes.issue(subject, code, [counter(subject), ...more]);
  /** `at`-th wrong guess for "000000". */
  const wrong = (at: number) => String(at + 1).padStart(6, "0");

  beforeAll(async () => {
    redis = await startRedis({ url, clock: url ? undefined : clock });
    keys = keysOf(redis);
    codes = createCodes(patientRedis(redis), secret, dateOf(clock));
    workers = Array.from({ length: 4 }, () => createCodes(patientRedis(redis), secret, dateOf(clock)));
  });
  afterAll(async () => {
    if (url && keys.size > 0) await redis.command("DEL", ...keys);
    await redis.close();
  });

  /** What this suite has in Redis, with its time left in milliseconds. */
  const left = async (): Promise<Map<string, number>> => {
    const found = new Map<string, number>();
    for (const key of keys) {
      const ms = Number(await redis.command("PTTL", key));
      if (ms !== -2) found.set(key, ms);
    }
    return found;
  };
  const redeemAll = async (subject: string, guesses: string[]) =>
    await atOnce(guesses.length, async (at) =>
      (workers[at % workers.length] as Codes).redeem(subject, guesses[at] ?? ""),
    );

  test("a hundred wrong guesses at once: three compared, one too many, the rest find nothing; the code is dead", async () => {
    for (const subject of Array.from({ length: 10 }, fresh)) {
      await issue(subject, "000000");
      const guesses = Array.from({ length: 100 }, (_, at) => wrong(at));
      expect(tally(await redeemAll(subject, guesses))).toEqual({ wrong: 3, spent: 1, absent: 96 });
      expect(await codes.redeem(subject, "000000")).toBe("absent");
    }
  });

  test("a hundred times the same wrong guess at once count like different ones", async () => {
    const subject = fresh();
    await issue(subject, "000000");
    const outcomes = await redeemAll(subject, Array<string>(100).fill("999999"));
    expect(tally(outcomes)).toEqual({ wrong: 3, spent: 1, absent: 96 });
  });

  test("the right one twenty times at once is accepted once", async () => {
    for (const subject of Array.from({ length: 20 }, fresh)) {
      await issue(subject, "000000");
      const outcomes = await redeemAll(subject, Array<string>(20).fill("000000"));
      expect(tally(outcomes)).toEqual({ right: 1, absent: 19 });
    }
  });

  test("the right one hidden at position 50 of a hundred, one after the other, is not accepted, nor ever again", async () => {
    const subject = fresh();
    await issue(subject, "000000");
    const outcomes = [];
    for (const at of Array(100).keys())
      outcomes.push(await codes.redeem(subject, at === 50 ? "000000" : wrong(at)));
    expect(outcomes).toEqual(["wrong", "wrong", "wrong", "spent", ...Array<string>(96).fill("absent")]);
    expect(await codes.redeem(subject, "000000")).toBe("absent");
  });

  test("the right one among a hundred at once is accepted as one of the first three or never", async () => {
    for (const at of [0, 1, 2, 3, 50, 99]) {
      const subject = fresh();
      await issue(subject, "000000");
      const guesses = Array.from({ length: 100 }, (_, i) => (i === at ? "000000" : wrong(i)));
      const outcomes = tally(await redeemAll(subject, guesses));
      expect([
        { right: 1, absent: 99 },
        { wrong: 1, right: 1, absent: 98 },
        { wrong: 2, right: 1, absent: 97 },
        { wrong: 3, spent: 1, absent: 96 },
      ]).toContainEqual(outcomes);
      expect(await codes.redeem(subject, "000000")).toBe("absent");
    }
  });

  test("reissued amid guesses: none of the codes is compared more than three times, and an old one is dead at once", async () => {
    const subject = fresh();
    const compared: Record<string, number> = {};
    const all: Promise<void>[] = [];
    const guess = async (code: string, live: () => string) => {
      const before = live();
      const outcome = await codes.redeem(subject, code);
      // Whatever was live from its start to its end is what it was compared with; in between nobody can say.
      if (outcome === "wrong" && before && before === live()) compared[before] = (compared[before] ?? 0) + 1;
      expect(outcome).not.toBe("right");
    };
    let live = "";
    for (const round of Array(30).keys()) {
      const next = `1000${String(round).padStart(2, "0")}`;
      const under = live;
      live = "";
      all.push(...Array.from({ length: 10 }, (_, at) => guess(wrong(at), () => live)));
      await issue(subject, next);
      live = next;
      // The old one, from the moment its successor is known.
      if (under) await guess(under, () => live);
      all.push(...Array.from({ length: 10 }, (_, at) => guess(wrong(at), () => live)));
      if (round % 2) await Promise.all(all.splice(0));
    }
    await Promise.all(all);
    expect(Math.max(...Object.values(compared))).toBeLessThanOrEqual(3);
    // How many is a matter of what overtakes what.
    expect(Object.keys(compared).length).toBeGreaterThan(0);
    await issue(subject, "200000");
    expect(await codes.redeem(subject, live)).toBe("wrong");
    expect(await codes.redeem(subject, "200000")).toBe("right");
  });

  test("three issued at once: one of them is the code, whole and with all its guesses", async () => {
    const seen = new Set<number>();
    for (const _ of Array(30).keys()) {
      const subject = fresh();
      await atOnce(3, async (at) => {
        await (workers[at] as Codes).issue(subject, wrong(at), [counter(subject)]);
      });
      const outcomes = [];
      for (const at of [0, 1, 2]) outcomes.push(await codes.redeem(subject, wrong(at)));
      const at = outcomes.indexOf("right");
      seen.add(at);
      const three = ["wrong", "wrong", "right", "absent", "absent"];
      expect(outcomes).toEqual(three.slice(2 - at, 5 - at));
    }
    expect(seen).not.toContain(-1);
  });

  test("fifty issues at once on a quota of five: exactly five are kept", async () => {
    const subject = fresh();
    const narrow = counter(`${subject}-sempit`, { quota: 5 });
    const outcomes = await atOnce(50, async (at) => {
      const worker = workers[at % workers.length] as Codes;
      return await worker.issue(subject, wrong(at), [narrow]).then(
        () => "issued",
        (error: unknown) => (error instanceof TooManyRequests ? "full" : error),
      );
    });
    expect(tally(outcomes)).toEqual({ issued: 5, full: 45 });
  });

  test.each([1, 3, 5, 7, 10, 20, 49, 93, 98, 1_000, 3_000])(
    "a quota of %i is exact, however its share is rounded",
    async (quota) => {
      const subject = fresh();
      const limit = counter(subject, { name: "bulat", quota });
      await codes.issue(subject, "000000", [limit]);
      const key = [...keys].findLast((name) => /^kode-batas:bulat:[0-9a-f]{64}:/.test(name));
      expect(await redis.command("ZSCORE", key ?? "", "kode")).toBe("1");
      // As if all but the last one had been taken.
      await redis.command("ZADD", key ?? "", Math.max(1, quota - 1), "kode");
      if (quota > 1) await codes.issue(subject, "000001", [limit]);
      await expect(codes.issue(subject, "000002", [limit])).rejects.toBeInstanceOf(TooManyRequests);
      expect(await codes.redeem(subject, quota > 1 ? "000001" : "000000")).toBe("right");
    },
  );

  test("10,000 codes of one subject have as many scores, each from 2^52 up to 2^53, and Redis tells them apart", async () => {
    const asked: string[] = [];
    // Answers without a roundtrip: only what is asked matters.
    const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init) => {
      const body = init?.body as string;
      asked.push(body);
      const { length } = JSON.parse(body) as unknown[];
      return new Response(JSON.stringify(Array.from({ length }, () => ({ result: 1 }))));
    });
    const subject = fresh();
    for (const at of Array(10_000).keys()) await issue(subject, String(at).padStart(6, "0"));
    fetched.mockRestore();
    const scores = asked.map((body) => {
      const adds = (JSON.parse(body) as [string, string, number, string][]).filter(
        ([name, key]) => name.toLowerCase() === "zadd" && /^kode:[0-9a-f]{64}:baru$/.test(key),
      );
      expect(adds).toEqual([["zadd", expect.any(String) as string, expect.any(Number) as number, "kode"]]);
      return adds[0]?.[2] ?? 0;
    });
    expect(new Set(scores).size).toBe(10_000);
    for (const score of scores)
      expect(Number.isInteger(score) && score >= 2 ** 52 && score < 2 ** 53).toBe(true);
    // All over that span, so none of the bits is lost: about half of them in each half, and half of them odd.
    for (const isOne of [(score: number) => score >= 1.5 * 2 ** 52, (score: number) => score % 2 === 1]) {
      const ones = scores.filter(isOne).length;
      // Five hundred are ten standard deviations.
      expect(Math.abs(ones - 5_000)).toBeLessThan(500);
    }

    const key = `kode:${randomBytes(32).toString("hex")}`;
    keys.add(key);
    await redis.command("ZADD", key, ...scores.flatMap((score) => [score, String(score)]));
    await redis.command("EXPIRE", key, 300);
    const kept = (await redis.command("ZRANGE", key, 0, -1, "WITHSCORES")) as string[];
    expect(kept).toHaveLength(20_000);
    for (const at of scores.keys()) expect(Number(kept[2 * at + 1])).toBe(Number(kept[2 * at]));
    const [score = 0] = scores;
    // As a guess does: it takes away its own, and no neighbour.
    expect(await redis.command("ZREMRANGEBYSCORE", key, score, score)).toBe(1);
    expect(await redis.command("ZCARD", key)).toBe(9_999);
  });

  test("a code is given an end after COPY, should that ever leave it without; the one it has is not lengthened", async () => {
    const sent: (string | number)[][] = [];
    // It matches nothing, so it stays; it only looks.
    redis.faults.next({ kind: "refuse" }, 1, ({ body }) => {
      sent.push(...(JSON.parse(body.toString()) as typeof sent));
      return false;
    });
    await issue(fresh(), "000000");
    const at = sent.findIndex(([name]) => String(name).toLowerCase() === "copy");
    const [, from, live] = sent[at] ?? [];
    expect(live).toMatch(/^kode:[0-9a-f]{64}$/);
    const wire = sent
      .slice(at - 1, at + 2)
      .map((command) => command.map((word) => String(word).toUpperCase()));
    const [FROM, LIVE] = [String(from).toUpperCase(), String(live).toUpperCase()];
    expect(wire).toEqual([
      ["EXPIRE", FROM, "300"],
      ["COPY", FROM, LIVE, "REPLACE"],
      ["EXPIRE", LIVE, "300", "NX"],
    ]);
  });

  test("another secret knows none of the codes", async () => {
    const subject = fresh();
    const elsewhere = createCodes(openRedis(redis), `${secret}-lain`, dateOf(clock));
    await issue(subject, "000000");
    for (const _ of Array(5).keys()) expect(await elsewhere.redeem(subject, "000000")).toBe("absent");
    expect(await codes.redeem(subject, "000000")).toBe("right");
  });

  test("every key that all of this has left has an end: a code's within 300 seconds, a counter's within its window", async () => {
    const subject = fresh();
    for (const _ of Array(6).keys()) expect(await codes.redeem(subject, "000000")).toBe("absent");
    const found = await left();
    expect(found.size).toBeGreaterThan(20);
    for (const [key, ms] of found) {
      expect(key).toMatch(/^kode(-batas:[a-z]+:[0-9a-f]{64}:[0-9]+|:[0-9a-f]{64})$/);
      expect(ms, key).toBeGreaterThan(0);
      expect(ms, key).toBeLessThanOrEqual(key.startsWith("kode:") ? 300_000 : 600_000);
    }
  });

  test("Redis holds no code, no subject and no caller in clear, in no form it has for them", async () => {
    const subject = JSON.stringify(["mitra:4711", "siti.aminah", "login"]);
    const mine = keysOf(redis);
    await issue(subject, "271828", counter("mitra:4711"), counter("203.0.113.7", { name: "alamat" }));
    await codes.redeem(subject, "314159");
    const texts = [];
    for (const key of mine) {
      keys.add(key);
      const members = await redis.command("ZRANGE", key, 0, -1, "WITHSCORES");
      texts.push(key, JSON.stringify(members), String(await redis.command("DUMP", key)));
    }
    // The code, and three counters: its subject's, its caller's, its address's.
    expect([...mine].filter((key) => /^kode(-batas:[a-z]+:[0-9a-f]{64})?:[0-9a-f]+$/.test(key))).toHaveLength(
      4,
    );
    const text = texts.join("\n");
    for (const clear of ["siti", "aminah", "mitra", "login", "203.0.113"])
      expect(text, clear).not.toContain(clear);
    // Six digits may well stand in the middle of a hash.
    for (const digits of ["271828", "314159", "4711"])
      expect(text, digits).not.toMatch(new RegExp(`(?<![0-9a-f])${digits}(?![0-9a-f])`));
    expect(await codes.redeem(subject, "271828")).toBe("right");
  });

  test("the same code is kept as something else for another subject, and under another secret", async () => {
    const kept = new Set<string>();
    const names = new Set<string>();
    const [one, other] = [fresh(), fresh()];
    for (const secretOf of [secret, `${secret}-lain`])
      for (const subject of [one, other]) {
        const mine = keysOf(redis);
        await createCodes(patientRedis(redis), secretOf, dateOf(clock)).issue(subject, "271828", [
          counter(subject),
        ]);
        for (const key of mine) keys.add(key);
        const key = [...mine].find((name) => /^kode:[0-9a-f]{64}$/.test(name)) ?? "";
        names.add(key);
        kept.add(JSON.stringify(await redis.command("ZRANGE", key, 0, -1, "WITHSCORES")));
      }
    expect([names.size, kept.size]).toEqual([4, 4]);
    expect([...kept].join()).not.toContain("[]");
  });
});

describe("what Redis may answer to an issue", () => {
  // Of two windows, of which the second one lasts longer.
  const clock = new ManualClock(Date.UTC(2026, 10, 20, 14));
  const counters: [Counter, Counter] = [
    { limit: { name: "pendek", quota: 5, windowSeconds: 600 }, of: "a" },
    { limit: { name: "panjang", quota: 20, windowSeconds: 86_400 }, of: "a" },
  ];
  const redis = { url: "http://127.0.0.1:1", token: "tidak-ada" };
  afterEach(() => vi.restoreAllMocks());

  /** As Upstash sends it: texts in base64, since the SDK asks for that. */
  const encoded = (reply: unknown): unknown => {
    if (Array.isArray(reply)) return reply.map(encoded);
    return typeof reply === "string" ? btoa(reply) : reply;
  };
  /** What becomes of an issue when Redis answers these; `full <name>` of a refusal. */
  const outcomeOf = async (replies: unknown[]): Promise<string> => {
    const body = JSON.stringify(replies.map((reply) => ({ result: encoded(reply) })));
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(body));
    return await createCodes(openRedis(redis), "kunci", dateOf(clock))
      .issue("orang", "000000", counters)
      .then(
        () => "issued",
        (error: unknown) => {
          if (error instanceof ServiceUnavailable) return "unavailable";
          if (!(error instanceof TooManyRequests)) throw error;
          return `full ${error.more.headers?.["ratelimit"]}`;
        },
      );
  };
  /** The replies to both ZSCOREs, to what is between, to COPY, and to what follows it. */
  const replies = (scores: [unknown, unknown], copied: unknown, between = 11) => [
    ...scores,
    ...Array<number>(between).fill(1),
    copied,
    0,
    3,
  ];
  const [SHORT, LONG] = ['full "pendek";r=0;t=600', 'full "panjang";r=0;t=36000'];

  test.each<[unknown, unknown, unknown, string]>([
    [null, null, 1, "issued"],
    ["4", "19", 1, "issued"],
    // Nothing is full, so something else is wrong.
    [null, null, 0, "unavailable"],
    ["1", null, 0, "unavailable"],
    ["4", "19", 0, "unavailable"],
    ["5", "19", 0, SHORT],
    ["6", null, 0, SHORT],
    [5, 19, 0, SHORT],
    ["4", "20", 0, LONG],
    ["5", "20", 0, LONG],
    ["5", "21", 0, LONG],
    // What is no count is no reason, and what is no 1 is no code.
    ["", "", 0, "unavailable"],
    ["", "20", 0, "unavailable"],
    ["5", "", 0, "unavailable"],
    ["4.5", "19", 0, "unavailable"],
    ["x", "20", 0, "unavailable"],
    ["inf", "20", 0, "unavailable"],
    // The SDK makes this nothing at all.
    [true, "19", 0, "unavailable"],
    [["5"], "20", 0, "unavailable"],
    ["4", "19", null, "unavailable"],
    ["4", "19", "", "unavailable"],
    ["4", "19", "OK", "unavailable"],
    ["4", "19", true, "unavailable"],
    ["4", "19", 2, "unavailable"],
    ["4", "19", [1], "unavailable"],
  ])("scores %j and %j, COPY %j: %s", async (short, long, copied, outcome) => {
    expect(await outcomeOf(replies([short, long], copied))).toBe(outcome);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test.each([0, 9, 10, 12, 13, 30])(
    "%i replies where 11 belong: unavailable, whatever they say",
    async (between) => {
      expect(await outcomeOf(replies([null, null], 1, between))).toBe("unavailable");
      expect(await outcomeOf(replies(["5", "20"], 0, between))).toBe("unavailable");
      expect(await outcomeOf(replies([null, null], 1))).toBe("issued");
    },
  );
});

test("100,000 codes: six digits each, every digit as likely as any other at each position, leading zeros kept", () => {
  const counts = Array.from({ length: 6 }, () => Array<number>(10).fill(0));
  for (const _ of Array(100_000).keys()) {
    const code = systemIds.code();
    expect(/^[0-9]{6}$/.test(code)).toBe(true);
    for (const [at, row] of counts.entries()) {
      const digit = Number(code.charAt(at));
      row[digit] = (row[digit] ?? 0) + 1;
    }
  }
  for (const row of counts) {
    const chiSquare = row.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    // Nine degrees of freedom: once in ten million runs by chance.
    expect(chiSquare).toBeLessThan(50);
    expect(chiSquare).toBeGreaterThan(0);
  }
});
