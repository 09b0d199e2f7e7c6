import { randomBytes } from "node:crypto";
import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  integer,
  oneof,
  record,
  type Arbitrary,
} from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { startRedis, type RedisStandIn } from "../../dev/redis/redis.ts";
import { TooManyRequests } from "../../src/platform/http/errors.ts";
import type { Limit } from "../../src/platform/redis/attempts.ts";
import { createCodes, type Codes, type Redeemed } from "../../src/platform/redis/codes.ts";
import { dateOf, keysOf, patientRedis } from "./seams.ts";

// One-time codes against a model of them that is as plain as can be.

const server = process.env["REDIS_URL"];
const engines = [
  { engine: "embedded Valkey", url: undefined },
  ...(server ? [{ engine: "real Redis", url: server }] : []),
];

const OWN: Limit = { name: "sendiri", quota: 3, windowSeconds: 700 };
const SHARED: Limit = { name: "bersama", quota: 5, windowSeconds: 2_000 };
const WIDE: Limit = { ...SHARED, quota: 1_000 };

type Step =
  | { do: "issue"; who: number; code: string }
  | { do: "guess"; who: number; code: string }
  | { do: "wait"; ms: number };

// Few subjects and few codes, so that old codes, right guesses and those of somebody else come up all the time.
const who = constantFrom(0, 1);
const code = constantFrom("000000", "000001", "100000", "999999");
const step: Arbitrary<Step> = oneof(
  { weight: 3, arbitrary: record({ do: constantFrom("issue" as const), who, code }) },
  { weight: 7, arbitrary: record({ do: constantFrom("guess" as const), who, code }) },
  {
    weight: 2,
    arbitrary: record({ do: constantFrom("wait" as const), ms: integer({ min: 1, max: 800_000 }) }),
  },
);

/** A counter: what was allowed in the window that `index` numbers. */
interface Window {
  count: number;
  index: number;
}

class Model {
  #live = new Map<number, { code: string; guesses: number; endMs: number }>();
  #windows = new Map<string, Window>();
  #now: () => number;
  #limits: (who: number) => [string, Limit][];

  constructor(now: () => number, limits: (who: number) => [string, Limit][]) {
    this.#now = now;
    this.#limits = limits;
  }

  /** `issued`, or the name of the limit that refused it: of those that are full the one that is so for longest. */
  issue(who: number, code: string): string {
    const windows = this.#limits(who).map(([name, limit]) => {
      const known = this.#windows.get(name);
      const index = Math.floor(this.#now() / (limit.windowSeconds * 1_000));
      const window = known?.index === index ? known : { count: 0, index };
      this.#windows.set(name, window);
      return { window, limit, end: (index + 1) * limit.windowSeconds };
    });
    const full = windows.filter(({ window, limit }) => window.count >= limit.quota);
    const last = Math.max(...full.map(({ end }) => end));
    const named = full.find(({ end }) => end === last);
    if (named) return named.limit.name;
    for (const { window } of windows) window.count += 1;
    this.#live.set(who, { code, guesses: 0, endMs: this.#now() + 300_000 });
    return "issued";
  }

  guess(who: number, code: string): Redeemed {
    const live = this.#live.get(who);
    if (!live || live.endMs < this.#now()) return "absent";
    live.guesses += 1;
    const right = live.code === code;
    if (right || live.guesses === 4) this.#live.delete(who);
    if (live.guesses === 4) return "spent";
    return right ? "right" : "wrong";
  }
}

describe.each(engines)("one-time codes against their model, on $engine", ({ url }) => {
  const clock = new ManualClock();
  let redis: RedisStandIn;
  /** What the sequence under way has touched, and those before it. */
  let keys: Set<string>;
  const made = new Set<string>();
  beforeAll(async () => {
    redis = await startRedis({ url, clock: url ? undefined : clock });
    keys = keysOf(redis);
  });
  afterAll(async () => {
    const all = url ? [...made, ...keys] : [];
    while (all.length > 0) await redis.command("DEL", ...all.splice(0, 1_000));
    await redis.close();
  });

  async function outcomeOf(codes: Codes, limits: [string, Limit][], step: Step): Promise<string> {
    if (step.do === "wait") {
      clock.advance(step.ms);
      return "waited";
    }
    if (step.do === "guess") return await codes.redeem(String(step.who), step.code);
    const [first, ...more] = limits.map(([of, limit]) => ({ of, limit }));
    if (!first) throw new Error("a code is issued under some limit");
    return await codes.issue(String(step.who), step.code, [first, ...more]).then(
      () => "issued",
      (error: unknown) => {
        if (!(error instanceof TooManyRequests)) throw error;
        const policy = error.more.headers?.["ratelimit-policy"];
        return /^"(\w+)"/.exec(policy ?? "")?.[1] ?? "";
      },
    );
  }

  async function expectAsModelled(steps: Step[], limits: (who: number) => [string, Limit][]): Promise<void> {
    const codes = createCodes(patientRedis(redis), randomBytes(32).toString("hex"), dateOf(clock));
    const model = new Model(() => clock.now(), limits);
    for (const key of keys) made.add(key);
    keys.clear();
    for (const step of steps) {
      // A server's clock is its own.
      if (url && step.do === "wait") continue;
      const expected =
        step.do === "issue"
          ? model.issue(step.who, step.code)
          : step.do === "guess"
            ? model.guess(step.who, step.code)
            : "waited";
      const limitsOf = step.do === "wait" ? [] : limits(step.who);
      expect(await outcomeOf(codes, limitsOf, step)).toBe(expected);
      for (const key of keys) {
        const ms = Number(await redis.command("PTTL", key));
        expect([key, ms]).not.toEqual([key, -1]);
        // What a transaction needs for itself is gone with it.
        const isPassing = /^kode:[0-9a-f]{64}:/.test(key);
        expect(isPassing && ms !== -2 ? key : "").toBe("");
      }
    }
  }

  const runs = { numRuns: 100 };
  const sequences = array(step, { minLength: 1, maxLength: 40, size: "max" });

  test("any requests in any order, each subject under a limit of its own", async () => {
    const limits = (who: number): [string, Limit][] => [
      [`sendiri-${who}`, OWN],
      ["bersama", WIDE],
    ];
    await assert(
      asyncProperty(sequences, async (steps) => await expectAsModelled(steps, limits)),
      runs,
    );
  });

  test("any requests in any order, also under a limit that subjects share: what one refuses, the other does not count", async () => {
    const limits = (who: number): [string, Limit][] => [
      [`sendiri-${who}`, OWN],
      ["bersama", SHARED],
    ];
    await assert(
      asyncProperty(sequences, async (steps) => await expectAsModelled(steps, limits)),
      runs,
    );
  });
});
