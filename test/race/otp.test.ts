import { randomBytes, randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startRedis, type RedisStandIn } from "../../dev/redis/redis.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { createCodes, type Codes } from "../../src/platform/redis/codes.ts";
import { atOnce, tally } from "../answers.ts";
import { keysOf, patientRedis } from "../otp/seams.ts";

const server = process.env["REDIS_URL"];
const suite = server ? "Redis" : "REDIS_URL tidak diisi: pengujian di Redis sungguhan dilewati";
/** How many codes meet a hundred guesses each; 10,000 make a million of them. */
const CODES = Number(process.env["OTP_CODES"] ?? 300);
/** Codes under fire at once: 200 requests, each on a connection of its own, over and over the same ones. */
const AT_ONCE = 2;
const MINUTE = 60_000;

// codes.test.ts says both of these of a few codes; here they are asked of very many, where OTP_CODES says how many.
describe.skipIf(!server)(`one-time codes at once (${suite})`, () => {
  // Two Workers, each with a client of its own.
  let workers: [Codes, Codes];
  let redis: RedisStandIn;
  let keys: Set<string>;
  beforeAll(async () => {
    redis = await startRedis({ url: server });
    keys = keysOf(redis);
    const secret = randomBytes(32).toString("hex");
    const worker = () => createCodes(patientRedis(redis), secret, systemClock);
    workers = [worker(), worker()];
  });
  afterAll(async () => {
    const made = [...keys];
    while (made.length > 0) await redis.command("DEL", ...made.splice(0, 1_000));
    await redis.close();
  });

  const limit = { name: "uji", quota: 2, windowSeconds: 300 };
  const issue = async (subject: string): Promise<number> => {
    const code = randomInt(1_000_000);
    await workers[0].issue(subject, written(code), [{ limit, of: subject }]);
    return code;
  };
  const written = (code: number) => String(code % 1_000_000).padStart(6, "0");
  /** What `times` guesses at once come to, half of them in each Worker. */
  const volley = async (subject: string, times: number, guess: (at: number) => number) =>
    tally(
      await atOnce(times, async (at) => await workers[at % 2 ? 1 : 0].redeem(subject, written(guess(at)))),
    );

  /** Does `work` for every code, a few at a time, and counts what it came to. */
  async function forEachCode(work: (subject: string) => Promise<object>): Promise<Record<string, number>> {
    const outcomes: Record<string, number> = {};
    let next = 0;
    await atOnce(AT_ONCE, async () => {
      while (next < CODES) {
        const outcome = JSON.stringify(await work(`orang-${(next += 1)}`));
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
    });
    return outcomes;
  }

  test(
    `${CODES} codes, a hundred wrong guesses at once each: three are compared, and then the right one is dead`,
    async () => {
      const outcomes = await forEachCode(async (subject) => {
        const code = await issue(subject);
        const { wrong, spent, absent, ...other } = await volley(subject, 100, (at) => code + 1 + at);
        return { wrong, spent, absent, other, right: await workers[1].redeem(subject, written(code)) };
      });
      const each = { wrong: 3, spent: 1, absent: 96, other: {}, right: "absent" };
      expect(outcomes).toEqual({ [JSON.stringify(each)]: CODES });
    },
    30 * MINUTE,
  );

  test(
    `${CODES} codes, the right one twenty times at once each: accepted exactly once`,
    async () => {
      const outcomes = await forEachCode(async (subject) => {
        const code = await issue(subject);
        const { right, absent, ...other } = await volley(subject, 20, () => code);
        return { right, absent, other };
      });
      expect(outcomes).toEqual({ [JSON.stringify({ right: 1, absent: 19, other: {} })]: CODES });
    },
    30 * MINUTE,
  );
});
