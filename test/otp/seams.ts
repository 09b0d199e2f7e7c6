import { Redis } from "@upstash/redis/cloudflare";
import { expect, onTestFinished, vi } from "vitest";
import type { ManualClock } from "../../dev/clock.ts";
import type { RedisStandIn } from "../../dev/redis/redis.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { systemIds, type Ids } from "../../src/platform/id.ts";
import { createCodes, type Codes } from "../../src/platform/redis/codes.ts";
import { refusalOf } from "../answers.ts";
import type { World } from "../harness.ts";
import { postJson } from "../make.ts";
import type { House } from "../platform/samples.ts";

// Where the tests of one-time passwords reach into the house, and what they say to it.

/** A client without the house's deadline: client, engine and test share one thread, so a burst is late for reasons of its own. */
export function patientRedis(redis: { url: string; token: string }): Redis {
  const options = { retry: { retries: 0 }, automaticDeserialization: false, enableAutoPipelining: false };
  return new Redis({ url: redis.url, token: redis.token, ...options, enableTelemetry: false });
}

/** The house's codes without its deadline for Redis. */
export function patientCodes(of: () => World): Codes {
  let made: Codes | undefined;
  const codes = () => {
    const { redis, akun } = of().deps.config;
    made ??= createCodes(patientRedis(redis), akun.signingSecrets[0] ?? "", of().deps.clock);
    return made;
  };
  return {
    issue: async (...of) => await codes().issue(...of),
    redeem: async (...of) => await codes().redeem(...of),
  };
}

/** The house's view of a test's clock. */
export function dateOf(clock: { now(): number }): Clock {
  return { now: () => new Date(clock.now()) };
}

/** Moves the clock to the beginning of the next day of UTC, when every window of a limit begins. */
export function toNextDay(clock: ManualClock): void {
  const day = 86_400_000;
  clock.advance(day - (clock.now() % day));
}

/** Requests to Redis under way that a test holds. */
export interface Held {
  /** How many are held, and how many have gone on. */
  waiting: number;
  gone: number;
  /** Lets all of them go on. */
  open(): void;
}

/** Holds the next `times` requests to Redis: before it hears of them, or their answers. Later ones pass. */
export function hold(redis: RedisStandIn, what: "requests" | "answers", times: number): Held {
  const gate = Promise.withResolvers<void>();
  const held: Held = { waiting: 0, gone: 0, open: () => gate.resolve() };
  let left = times;
  const { fetch } = globalThis;
  const wait = async () => {
    held.waiting += 1;
    await gate.promise;
    held.gone += 1;
  };
  const spy = vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const isHeld = left > 0 && url.startsWith(redis.url);
    if (!isHeld) return await fetch(input, init);
    left -= 1;
    if (what === "requests") await wait();
    const answer = await fetch(input, init);
    if (what === "answers") await wait();
    return answer;
  });
  onTestFinished(() => spy.mockRestore());
  return held;
}

/** Ids whose codes are these, one after the other. */
export function codesInOrder(...codes: string[]): Ids {
  const left = [...codes];
  return {
    ...systemIds,
    code() {
      const next = left.shift();
      if (next === undefined) throw new Error("one code more than the test planned");
      return next;
    },
  };
}

/** Whoever may call: a person or a mitra. */
export interface Pemanggil {
  headers: Record<string, string>;
}

export interface Perihal {
  id: string | number;
  purpose?: string;
}

let ids = 0;
/** An id nobody in this file has asked for. */
export function idBaru(): string {
  return `orang-${(ids += 1)}`;
}

export function mintaKode(
  house: House,
  { headers }: Pemanggil,
  body: object,
  more: Record<string, string> = {},
): Promise<Response> {
  return postJson(house, "/otp/generate", body, { ...headers, ...more });
}

/** Issues a code and returns it. */
export async function kodeBaru(house: House, pemanggil: Pemanggil, perihal: Perihal): Promise<string> {
  const answer = await mintaKode(house, pemanggil, perihal);
  const body = (await answer.json()) as { otp: string };
  expect([answer.status, body]).toEqual([200, { otp: expect.stringMatching(/^\d{6}$/) as string }]);
  return body.otp;
}

export function coba(house: House, { headers }: Pemanggil, perihal: Perihal, otp: string): Promise<Response> {
  return postJson(house, "/otp/verify", { ...perihal, otp }, headers);
}

/** What a guess comes to: `200`, `400 otp-salah`, `429 otp-habis`, `404 otp-tidak-ada`. */
export async function hasil(
  house: House,
  pemanggil: Pemanggil,
  perihal: Perihal,
  otp: string,
): Promise<string> {
  return await refusalOf(await coba(house, pemanggil, perihal, otp));
}

/** A refusal because a limit is full names it in all three headers, and says how long to wait. */
export async function expectFull(
  answer: Response,
  name: string,
  quota: number,
  window: number,
  left = window,
): Promise<void> {
  expect(answer.headers.get("ratelimit-policy")).toBe(`"${name}";q=${quota};w=${window}`);
  expect(answer.headers.get("ratelimit")).toBe(`"${name}";r=0;t=${left}`);
  expect(answer.headers.get("retry-after")).toBe(String(left));
  const wait = left > 90 * 60 ? `${Math.ceil(left / 3_600)} jam` : `${Math.ceil(left / 60)} menit`;
  expect(await answer.clone().json()).toMatchObject({
    detail: `Terlalu banyak permintaan kode. Coba lagi dalam ${wait}.`,
  });
  expect(await refusalOf(answer)).toBe("429 terlalu-sering");
}

/** A code of six digits that `code` is not. */
export function selain(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, "0");
}

/** What the guesses of one code come to when all are wrong. */
export const HABIS = [
  "400 otp-salah",
  "400 otp-salah",
  "400 otp-salah",
  "429 otp-habis",
  "404 otp-tidak-ada",
];

/** Everything Redis holds under keys that match: names, and values in every form it has for them. */
export async function isiRedis(redis: RedisStandIn, pattern: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  let cursor = "0";
  do {
    const [next, keys] = (await redis.command("SCAN", cursor, "MATCH", pattern, "COUNT", 1_000)) as [
      string,
      string[],
    ];
    cursor = next;
    for (const key of keys) {
      const isSet = (await redis.command("TYPE", key)) === "zset";
      const members = isSet ? ((await redis.command("ZRANGE", key, 0, -1, "WITHSCORES")) as string[]) : [];
      found.set(key, [...members, String(await redis.command("DUMP", key))].join("\n"));
    }
  } while (cursor !== "0");
  return found;
}

/** Keys that match and would never expire. */
export async function abadi(redis: RedisStandIn, pattern: string): Promise<string[]> {
  const found = [];
  for (const key of (await isiRedis(redis, pattern)).keys())
    if (Number(await redis.command("PTTL", key)) === -1) found.push(key);
  return found;
}

/** The keys that codes have touched from now on, also temporary ones, as the requests name them. */
export function keysOf(redis: RedisStandIn): Set<string> {
  const keys = new Set<string>();
  // It matches nothing; it only looks.
  redis.faults.next({ kind: "refuse" }, 1, ({ body }) => {
    for (const [key] of body.toString().matchAll(/kode(-batas:[a-z-]+)?:[0-9a-f]{64}(:[a-z]+|:[0-9]+)?/g))
      keys.add(key);
    return false;
  });
  return keys;
}
