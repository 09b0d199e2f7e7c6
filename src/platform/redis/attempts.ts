import { hmacHex } from "../crypto/hash.ts";
import { TooManyRequests, unavailable, type AppError } from "../http/errors.ts";
import { fromRedis, type Redis } from "./redis.ts";

/** At most `quota` attempts in a window of `windowSeconds`. */
export interface Limit {
  name: string;
  /** What is counted, in the refusal: "percobaan" if absent. */
  what?: string;
  quota: number;
  windowSeconds: number;
}

/** As good as no limit: for where limits are wide. */
export function wide(limit: Limit): Limit {
  return { ...limit, quota: 1_000_000 };
}

/** One counter: what of `limit` is counted, e.g. an account. */
export interface Counter {
  limit: Limit;
  of: string;
}

/** Exact limits in Redis, for what must not be tried too often. Without Redis nothing is allowed. */
export interface Attempts {
  /**
   * Counts one attempt on every counter before it is made, in one atomic roundtrip. The first counter that is full refuses
   * it, and those behind that one do not count it: an address beyond its limit locks nobody's account.
   * Throws `TooManyRequests`, and `ServiceUnavailable` when Redis cannot say.
   */
  take(...counters: Counter[]): Promise<void>;
  /** Gives the attempt back: `whole` counters start anew, of the `single` ones it is taken off. */
  giveBack(back: { whole: Counter[]; single: Counter[] }): Promise<void>;
}

// The flag is Upstash's: a script that names its keys locks those, and not the whole database.
const FLAGS = "#!lua flags=allow-key-locking";

/** KEYS: counters. ARGV: quota and seconds of each. Answers which one is full, and for how long; 0 when none is. */
const TAKE = `${FLAGS}
for i, key in ipairs(KEYS) do
  local count = redis.call("INCR", key)
  if redis.call("TTL", key) < 0 then redis.call("EXPIRE", key, ARGV[2 * i]) end
  if count > tonumber(ARGV[2 * i - 1]) then return { i, redis.call("TTL", key) } end
end
return { 0, 0 }`;

/** KEYS: counters, of which the first ARGV[1] start anew. One whose window has ended has nothing to give back. */
const GIVE_BACK = `${FLAGS}
for i, key in ipairs(KEYS) do
  if i <= tonumber(ARGV[1]) then redis.call("DEL", key)
  elseif tonumber(redis.call("GET", key) or 0) > 0 then redis.call("DECR", key) end
end
return 0`;

/** Counters are stored under keyed hashes, so that Redis learns no names. */
export function createAttempts(redis: Redis, secret: string): Attempts {
  const keyOf = ({ limit, of }: Counter) => `percobaan:${limit.name}:${hmacHex("sha256", secret, of)}`;
  const run = (script: string, counters: readonly Counter[], args: number[]): Promise<unknown> =>
    fromRedis(redis.eval(script, counters.map(keyOf), args));
  return {
    async take(...counters) {
      const limits = counters.flatMap(({ limit }) => [limit.quota, limit.windowSeconds]);
      const reply = await run(TAKE, counters, limits);
      const [full, seconds]: unknown[] = Array.isArray(reply) ? reply : [];
      if (typeof full !== "number" || typeof seconds !== "number")
        throw unavailable(new Error("Redis answered no count"));
      if (full === 0) return;
      const counter = counters[full - 1];
      throw counter
        ? tooMany(counter.limit, seconds)
        : unavailable(new Error("Redis answered no counter of ours"));
    },
    async giveBack({ whole, single }) {
      await run(GIVE_BACK, [...whole, ...single], [whole.length]);
    },
  };
}

/** The refusal of a full counter that starts anew in `left` seconds. */
export function tooMany({ name, what = "percobaan", quota, windowSeconds }: Limit, left: number): AppError {
  const seconds = Math.max(1, left);
  const minutes = Math.ceil(seconds / 60);
  const wait = minutes > 90 ? `${Math.ceil(minutes / 60)} jam` : `${minutes} menit`;
  return new TooManyRequests({
    detail: `Terlalu banyak ${what}. Coba lagi dalam ${wait}.`,
    headers: {
      "retry-after": String(seconds),
      ratelimit: `"${name}";r=0;t=${seconds}`,
      "ratelimit-policy": `"${name}";q=${quota};w=${windowSeconds}`,
    },
  });
}
