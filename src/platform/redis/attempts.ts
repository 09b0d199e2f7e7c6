import type { Redis } from "@upstash/redis/cloudflare";
import { hmacHex } from "../crypto/hash.ts";
import { ServiceUnavailable, TooManyRequests, type AppError } from "../http/errors.ts";

/** At most `quota` attempts in `windowSeconds`, from the first one on. */
export interface Limit {
  name: string;
  quota: number;
  windowSeconds: number;
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

/** Counters are stored under keyed hashes, so that Redis learns no names. */
export function createAttempts(redis: Redis, secret: string): Attempts {
  const keyOf = ({ limit, of }: Counter) => `percobaan:${limit.name}:${hmacHex("sha256", secret, of)}`;
  const inOne = async (commands: (multi: ReturnType<Redis["multi"]>) => void): Promise<unknown[]> => {
    const multi = redis.multi();
    commands(multi);
    try {
      return await multi.exec<unknown[]>();
    } catch (error) {
      throw unavailable(error);
    }
  };
  const giveBack: Attempts["giveBack"] = async ({ whole, single }) => {
    await inOne((multi) => {
      for (const counter of whole) multi.del(keyOf(counter));
      for (const counter of single) {
        // The expiry is for a counter that ran out meanwhile: without one it would stay below zero for ever.
        multi.decr(keyOf(counter)).expire(keyOf(counter), counter.limit.windowSeconds, "NX");
      }
    });
  };
  return {
    async take(...counters) {
      const replies = await inOne((multi) => {
        for (const counter of counters) {
          const key = keyOf(counter);
          multi.incr(key).expire(key, counter.limit.windowSeconds, "NX").ttl(key);
        }
      });
      for (const [at, { limit }] of counters.entries()) {
        const [count, , seconds] = replies.slice(at * 3, at * 3 + 3);
        if (typeof count !== "number" || typeof seconds !== "number")
          throw unavailable(new Error("Redis answered no count"));
        if (count <= limit.quota) continue;
        const behind = counters.slice(at + 1);
        if (behind.length > 0) await giveBack({ whole: [], single: behind });
        throw tooMany(limit, Math.max(1, seconds));
      }
    },
    giveBack,
  };
}

function unavailable(cause: unknown): AppError {
  const error = new ServiceUnavailable();
  error.cause = cause;
  return error;
}

function tooMany({ name, quota, windowSeconds }: Limit, seconds: number) {
  return new TooManyRequests({
    detail: "Terlalu banyak percobaan. Coba lagi nanti.",
    headers: {
      "retry-after": String(seconds),
      ratelimit: `"${name}";r=0;t=${seconds}`,
      "ratelimit-policy": `"${name}";q=${quota};w=${windowSeconds}`,
    },
  });
}
