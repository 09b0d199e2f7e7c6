import type { Clock } from "../clock.ts";
import { hmacHex } from "../crypto/hash.ts";
import { unavailable } from "../http/errors.ts";
import { tooMany, type Counter } from "./attempts.ts";
import { fromRedis, type Redis } from "./redis.ts";

/** How long a code can be redeemed, in seconds. */
export const CODE_SECONDS = 300;
/** Guesses that are compared with a code. One more, right or wrong, and it is gone. */
export const MAX_GUESSES = 3;

/** What a guess came to: `spent` is the first one too many, and `absent` everything where there is no code (any more). */
export type Redeemed = "right" | "wrong" | "spent" | "absent";

/**
 * One-time codes in Redis, exact however many ask at once, each call one roundtrip. Redis holds keyed hashes only: neither
 * a code nor its subject can be read there. Without Redis nothing is issued and nothing is accepted.
 */
export interface Codes {
  /**
   * Makes `code` the only one of `subject`, with all its guesses ahead, if no counter is full; else nothing changes, also
   * not the code before, and nothing is counted. A counter's window is one of those since 1970, not one from its first use.
   * Throws `TooManyRequests`, `ServiceUnavailable`.
   */
  issue(subject: string, code: string, counters: readonly [Counter, ...Counter[]]): Promise<void>;
  /** Uses up one guess; a right one uses up the code. Throws `ServiceUnavailable`. */
  redeem(subject: string, guess: string): Promise<Redeemed>;
}

// A subject's code is a sorted set of two members: the code, whose score is its hash, and the guesses so far.
const CODE = "kode";
const GUESSES = "tebakan";

/** What part of its quota a full counter has reached: all of it, but that a part of 1/q is rarely exact. Quotas up to 10^7. */
const REACHED = 1 - 1e-8;

/** `secret` is the key of the hashes: with another one all codes under way are gone. */
export function createCodes(redis: Redis, secret: string, clock: Clock): Codes {
  const key = hmacHex("sha256", secret, "kode");
  const hash = (...parts: string[]) => hmacHex("sha256", key, JSON.stringify(parts));
  const keyOf = (subject: string) => `kode:${hash("subjek", subject)}`;
  /** 52 bits of the hash, between 2^52 and 2^53: whole numbers that a score holds exactly, and no count ever reaches. */
  const scoreOf = (subject: string, code: string) =>
    2 ** 52 + Number.parseInt(hash("kode", subject, code).slice(0, 13), 16);

  return {
    /**
     * A transaction cannot ask "if", so the sets do. Each counter is a set whose member `kode` counts; those that have reached
     * their quota make up `full`. Taken away from one step, and from the new code, it leaves nothing to add and nothing to copy.
     */
    async issue(subject, code, counters) {
      const live = keyOf(subject);
      const [fresh, full, step] = [`${live}:baru`, `${live}:penuh`, `${live}:langkah`];
      const seconds = Math.floor(clock.now().getTime() / 1_000);
      const counted = counters.map(({ limit, of }) => {
        const window = Math.floor(seconds / limit.windowSeconds);
        const left = (window + 1) * limit.windowSeconds - seconds;
        return { limit, left, key: `kode-batas:${limit.name}:${hash("batas", of)}:${window}` };
      });
      const transaction = redis.multi();
      for (const { key: counter } of counted) transaction.zscore(counter, CODE);
      const keys = counted.map((counter) => counter.key);
      const weights = counted.map(({ limit }) => 1 / limit.quota);
      transaction
        .zunionstore(full, keys.length, keys, { weights, aggregate: "max" })
        .zremrangebyscore(full, "-inf", `(${REACHED}`)
        .zadd(step, { score: 1, member: CODE })
        .zdiffstore(step, 2, step, full);
      for (const { key: counter, limit } of counted)
        transaction.zunionstore(counter, 2, [counter, step]).expire(counter, limit.windowSeconds);
      transaction
        .zadd(fresh, { score: scoreOf(subject, code), member: CODE })
        .zdiffstore(fresh, 2, fresh, full)
        .expire(fresh, CODE_SECONDS)
        .copy(fresh, live, { replace: true })
        // A copy has the life of what it is copied from; should it ever not, it has one all the same.
        .expire(live, CODE_SECONDS, "NX")
        .del(fresh, full, step);
      const replies = await repliesOf(transaction.exec<unknown[]>(), 3 * counted.length + 10);
      if (replies.at(-3) === 1) return;
      const [longest] = counted
        .filter(({ limit }, i) => wholeOf(replies[i] ?? 0) >= limit.quota)
        .toSorted((a, b) => b.left - a.left);
      throw longest
        ? tooMany(longest.limit, longest.left)
        : unavailable(new Error("Redis did not keep the code"));
    },

    async redeem(subject, guess) {
      const live = keyOf(subject);
      const score = scoreOf(subject, guess);
      const transaction = redis
        .multi()
        .zincrby(live, 1, GUESSES)
        // A guess where there is no code leaves a count; that must not stay for ever.
        .expire(live, CODE_SECONDS, "NX")
        .zremrangebyscore(live, score, score)
        .zcard(live);
      const replies = await repliesOf(transaction.exec<unknown[]>(), 4);
      const [guesses = 0, , hit = 0, members = 0] = replies.map(wholeOf);
      const wasThere = hit === 1 || members === 2;
      if (!wasThere || guesses > MAX_GUESSES + 1) return "absent";
      if (guesses > MAX_GUESSES) return "spent";
      return hit === 1 ? "right" : "wrong";
    },
  };
}

/** The replies of a transaction, as many as it has commands. */
async function repliesOf(executed: Promise<unknown[]>, count: number): Promise<unknown[]> {
  const replies: unknown = await fromRedis(executed);
  if (Array.isArray(replies) && replies.length === count) return replies;
  throw unavailable(new Error("Redis answered no such list"));
}

/** A count or a score. */
function wholeOf(reply: unknown): number {
  const number = typeof reply === "string" && reply !== "" ? Number(reply) : reply;
  if (typeof number === "number" && Number.isInteger(number)) return number;
  throw unavailable(new Error("Redis answered no number"));
}
