import { hmacHex } from "../crypto/hash.ts";
import { tooMany, type Counter, type Limit } from "./attempts.ts";
import { fromRedis, redisUnavailable, type Redis } from "./redis.ts";

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
   * Makes `code` the only one of `subject`, with all its guesses ahead, if no counter is full; else everything stays as it
   * was, also the code before. A refused request takes a second roundtrip, in which it uncounts itself: of those at the
   * same moment it may have kept one out, never let one in. Throws `TooManyRequests`, `ServiceUnavailable`.
   */
  issue(subject: string, code: string, counters: readonly [Counter, ...Counter[]]): Promise<void>;
  /** Uses up one guess; a right one uses up the code. Throws `ServiceUnavailable`. */
  redeem(subject: string, guess: string): Promise<Redeemed>;
}

// A subject's code is a sorted set of two members: the code, whose score is its hash, and the guesses so far.
const CODE = "kode";
const GUESSES = "tebakan";

/** `secret` is the key of the hashes: with another one all codes under way are gone. */
export function createCodes(redis: Redis, secret: string): Codes {
  const key = hmacHex("sha256", secret, "kode");
  const hash = (...parts: string[]) => hmacHex("sha256", key, JSON.stringify(parts));
  const keyOf = (subject: string) => `kode:${hash("subjek", subject)}`;
  /** 52 bits of the hash, between 2^52 and 2^53: whole numbers that a score holds exactly, and no count ever reaches. */
  const scoreOf = (subject: string, code: string) =>
    2 ** 52 + Number.parseInt(hash("kode", subject, code).slice(0, 13), 16);

  return {
    /**
     * A transaction cannot ask "if", so the sets do: each counter is a set whose member `kode` counts; `full` is the union
     * of those over their quota, and taking `full` away from `fresh` leaves nothing to copy.
     */
    async issue(subject, code, counters) {
      const live = keyOf(subject);
      const [fresh, full] = [`${live}:baru`, `${live}:penuh`];
      const counted = counters.map(({ limit, of }) => ({
        limit,
        key: `kode-batas:${limit.name}:${hash("batas", of)}`,
      }));
      const transaction = redis.multi();
      for (const { key: counter, limit } of counted) {
        transaction.zincrby(counter, 1, CODE).expire(counter, limit.windowSeconds, "NX").ttl(counter);
      }
      transaction
        .zunionstore(
          full,
          counted.length,
          counted.map((counter) => counter.key),
          { weights: counted.map(({ limit }) => 1 / limit.quota), aggregate: "max" },
        )
        .zremrangebyscore(full, 0, 1)
        .zadd(fresh, { score: scoreOf(subject, code), member: CODE })
        .zdiffstore(fresh, 2, fresh, full)
        .expire(fresh, CODE_SECONDS)
        .copy(fresh, live, { replace: true })
        .del(fresh, full);
      const replies = await repliesOf(transaction.exec<unknown[]>(), 3 * counted.length + 7);
      const exceeded = counted.findIndex(({ limit }, i) => wholeOf(replies[3 * i]) > limit.quota);
      const refusing = counted[exceeded];
      if (refusing) {
        await uncount(redis, counted);
        throw tooMany(refusing.limit, wholeOf(replies[3 * exceeded + 2]));
      }
      if (replies.at(-2) !== 1) throw redisUnavailable(new Error("Redis did not keep the code"));
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

/** Takes one off each counter; one whose window has ended meanwhile stays without. */
async function uncount(redis: Redis, counted: readonly { key: string; limit: Limit }[]): Promise<void> {
  const transaction = redis.multi();
  for (const { key, limit } of counted) {
    transaction
      .zincrby(key, -1, CODE)
      .expire(key, limit.windowSeconds, "NX")
      .zremrangebyscore(key, "-inf", "(0");
  }
  await fromRedis(transaction.exec());
}

/** The replies of a transaction, as many as it has commands. */
async function repliesOf(executed: Promise<unknown[]>, count: number): Promise<unknown[]> {
  const replies: unknown = await fromRedis(executed);
  if (Array.isArray(replies) && replies.length === count) return replies;
  throw redisUnavailable(new Error("Redis answered no such list"));
}

/** A count or a score. */
function wholeOf(reply: unknown): number {
  const number = typeof reply === "string" && reply !== "" ? Number(reply) : reply;
  if (typeof number === "number" && Number.isInteger(number)) return number;
  throw redisUnavailable(new Error("Redis answered no number"));
}
