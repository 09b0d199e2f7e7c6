import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { STRICT } from "../akun/seams.ts";
import { until, useWorld } from "../harness.ts";
import { makeAkun, makeMitra, type Mitra } from "../make.ts";
import {
  codesInOrder,
  expectFull,
  HABIS,
  hasil,
  hold,
  idBaru,
  isiRedis,
  kodeBaru,
  mintaKode,
  patientCodes,
  selain,
  toNextDay,
  type Pemanggil,
} from "./seams.ts";
import { rebuilt } from "../platform/samples.ts";

const WINDOW_SECONDS = 600;
const DAY_SECONDS = 86_400;

/** Those of the keys that count. */
const hitungan = (keys: unknown) => (keys as string[]).filter((key) => /:[0-9a-f]{64}:[0-9]+$/.test(key));

describe("where limits are strict", () => {
  const clock = new ManualClock();
  const world = useWorld({ clock, env: STRICT, deps: { codes: patientCodes(() => world) } });
  let mitra: Mitra;
  beforeAll(async () => {
    mitra = await makeMitra(world);
  });
  beforeEach(() => {
    // Every test has the windows to itself, from their beginning on.
    toNextDay(clock);
  });
  const minta = (
    id: string,
    { as = mitra, from, purpose }: { as?: Mitra; from?: string; purpose?: string } = {},
  ) => mintaKode(world, as, { id, ...(purpose && { purpose }) }, from ? { "cf-connecting-ip": from } : {});
  const statuses = (answers: Response[]) => tally(answers.map(({ status }) => status));
  const tebak = (id: string, otp: string) => hasil(world, mitra, { id }, otp);

  describe("five codes for an id in ten minutes", () => {
    test("the sixth is refused until the window is over, which the refused ones do not lengthen", async () => {
      const id = idBaru();
      for (const _ of Array(5).keys()) await kodeBaru(world, mitra, { id });
      await expectFull(await minta(id), "otp-id", 5, WINDOW_SECONDS);
      clock.advance(400_000);
      await expectFull(await minta(id), "otp-id", 5, WINDOW_SECONDS, 200);
      clock.advance(199_000);
      await expectFull(await minta(id), "otp-id", 5, WINDOW_SECONDS, 1);
      clock.advance(1_001);
      expect((await minta(id)).status).toBe(200);
    });

    test("50 requests at once get exactly 5 codes, of which one is valid", async () => {
      const id = idBaru();
      const codes = Array.from({ length: 50 }, (_, at) => String(100_000 + at));
      const house = rebuilt(world, { ids: codesInOrder(...codes) });
      const answers = await atOnce(50, async () => await mintaKode(house, mitra, { id }));
      expect(statuses(answers)).toEqual({ 200: 5, 429: 45 });
      for (const answer of answers.filter(({ status }) => status === 429))
        await expectFull(answer, "otp-id", 5, WINDOW_SECONDS);
      const guesses = [];
      for (const answer of answers.filter(({ status }) => status === 200))
        guesses.push(await tebak(id, (await answer.json<{ otp: string }>()).otp));
      // Wherever among the five the last one issued was.
      const [salah, tidakAda] = ["400 otp-salah", "404 otp-tidak-ada"];
      expect([
        ["200", tidakAda, tidakAda, tidakAda, tidakAda],
        [salah, "200", tidakAda, tidakAda, tidakAda],
        [salah, salah, "200", tidakAda, tidakAda],
        HABIS,
      ]).toContainEqual(guesses);
    });

    test("the code before a refused request stays valid", async () => {
      const id = idBaru();
      const house = rebuilt(world, {
        ids: codesInOrder("100001", "100002", "100003", "100004", "100005", "666666", "777777"),
      });
      for (const _ of Array(5).keys()) await kodeBaru(house, mitra, { id });
      for (const _ of Array(2).keys()) expect((await mintaKode(house, mitra, { id })).status).toBe(429);
      expect(await tebak(id, "666666")).toBe("400 otp-salah");
      expect(await tebak(id, "777777")).toBe("400 otp-salah");
      expect(await tebak(id, "100005")).toBe("200");
      expect(await tebak(id, "100005")).toBe("404 otp-tidak-ada");
    });

    test("a refused request fills up no guesses, lengthens no life, and brings nothing back", async () => {
      const [guessed, old, spent, used] = [idBaru(), idBaru(), idBaru(), idBaru()];
      const codes: Record<string, string> = {};
      for (const id of [guessed, old, spent, used])
        for (const _ of Array(5).keys()) codes[id] = await kodeBaru(world, mitra, { id });
      const of = (id: string) => codes[id] ?? "";
      const refuse = async (id: string) => expect((await minta(id)).status).toBe(429);

      for (const _ of Array(3).keys())
        expect(await tebak(guessed, selain(of(guessed)))).toBe("400 otp-salah");
      for (const _ of Array(4).keys()) await tebak(spent, selain(of(spent)));
      expect(await tebak(used, of(used))).toBe("200");
      for (const id of [guessed, spent, used]) await refuse(id);
      expect(await tebak(guessed, of(guessed))).toBe("429 otp-habis");
      for (const id of [spent, used]) expect(await tebak(id, of(id))).toBe("404 otp-tidak-ada");

      clock.advance(200_000);
      await refuse(old);
      clock.advance(100_001);
      expect(await tebak(old, of(old))).toBe("404 otp-tidak-ada");
    });

    test("purposes share them; other ids and other callers do not", async () => {
      const id = idBaru();
      const answers = [];
      for (const purpose of ["a", "b", "c", "a", "b", "c", "d"])
        answers.push((await minta(id, { purpose })).status);
      expect(answers).toEqual([200, 200, 200, 200, 200, 429, 429]);
      await expectFull(await minta(id), "otp-id", 5, WINDOW_SECONDS);
      expect((await minta(idBaru())).status).toBe(200);
      expect((await minta(id, { as: await makeMitra(world) })).status).toBe(200);
      // Redeeming is not limited with issuing: four of the five purposes still have a code.
      expect(await hasil(world, mitra, { id, purpose: "a" }, "bukan")).toBe("400 otp-salah");
    });

    test("a number and its digits are one id", async () => {
      const id = 7_000_001;
      for (const spelt of [id, String(id), id, String(id), id]) await kodeBaru(world, mitra, { id: spelt });
      expect((await minta(String(id))).status).toBe(429);
    });
  });

  describe("twenty codes for an id in a day", () => {
    test("however long one waits between: sixty guesses, and not one more", async () => {
      const id = idBaru();
      const start = clock.now();
      let compared = 0;
      let issued = 0;
      let refusedByDay = 0;
      // An attacker that asks whenever there may be a code to have, and guesses until there is none.
      while (clock.now() - start < (DAY_SECONDS - WINDOW_SECONDS) * 1_000) {
        const answer = await minta(id);
        if (answer.status === 200) {
          issued += 1;
          const { otp } = (await answer.json()) as { otp: string };
          for (;;) {
            const guess = await tebak(id, selain(otp));
            if (guess !== "400 otp-salah") break;
            compared += 1;
          }
          continue;
        }
        if (answer.headers.get("ratelimit-policy")?.startsWith('"otp-id-harian"')) refusedByDay += 1;
        const wait = Number(answer.headers.get("retry-after"));
        clock.advance(Math.min(wait, 4 * 3_600) * 1_000 + 1);
      }
      expect(compared).toBe(3 * issued);
      expect(issued).toBeLessThanOrEqual(20);
      expect(compared).toBeLessThanOrEqual(60);
      expect(issued).toBeGreaterThan(15);
      expect(refusedByDay).toBeGreaterThan(3);
    });

    test("five at a time, four times over: all twenty, then none until the day is over", async () => {
      const id = idBaru();
      for (const round of Array(4).keys()) {
        for (const _ of Array(5).keys()) await kodeBaru(world, mitra, { id, purpose: `p${round}` });
        clock.advance(601_000);
      }
      await expectFull(await minta(id), "otp-id-harian", 20, DAY_SECONDS, DAY_SECONDS - 4 * 601);
      expect((await minta(idBaru())).status).toBe(200);
      clock.advance((DAY_SECONDS - 4 * 601) * 1_000 + 1);
      expect((await minta(id)).status).toBe(200);
    });

    test("both full: the day is named, which lasts longer, in hours; near its end in minutes", async () => {
      const id = idBaru();
      for (const round of Array(4).keys()) {
        if (round > 0) clock.advance(600_000);
        for (const _ of Array(5).keys()) await kodeBaru(world, mitra, { id });
        if (round < 3) await expectFull(await minta(id), "otp-id", 5, WINDOW_SECONDS);
      }
      const refused = await minta(id);
      expect(refused.headers.get("retry-after")).toBe("84600");
      expect(await refused.clone().json()).toMatchObject({
        detail: "Terlalu banyak permintaan kode. Coba lagi dalam 24 jam.",
      });
      await expectFull(refused, "otp-id-harian", 20, DAY_SECONDS, DAY_SECONDS - 1_800);
      // An hour and a half before the end, and a second before that.
      for (const [left, told] of [
        [5_401, "2 jam"],
        [5_400, "90 menit"],
        [1, "1 menit"],
      ] as const) {
        clock.advance(DAY_SECONDS * 1_000 - (clock.now() % (DAY_SECONDS * 1_000)) - left * 1_000);
        const later = await minta(id);
        expect(await later.clone().json()).toMatchObject({
          detail: `Terlalu banyak permintaan kode. Coba lagi dalam ${told}.`,
        });
        await expectFull(later, "otp-id-harian", 20, DAY_SECONDS, left);
      }
    });

    test("a day is one of the calendar (UTC): twenty at its end, twenty more after it, and no forty-first", async () => {
      const id = idBaru();
      clock.advance((DAY_SECONDS - 2_400) * 1_000);
      const tries = async () => {
        const answers = [];
        for (const _ of Array(4).keys()) {
          for (const _of of Array(7).keys()) answers.push(await minta(id));
          clock.advance(600_000);
        }
        return statuses(answers);
      };
      const start = clock.now();
      expect(await tries()).toEqual({ 200: 20, 429: 8 });
      expect(clock.now() % (DAY_SECONDS * 1_000)).toBe(0);
      expect(await tries()).toEqual({ 200: 20, 429: 8 });
      expect(clock.now() - start).toBe(4_800_000);
      await expectFull(await minta(id), "otp-id-harian", 20, DAY_SECONDS, DAY_SECONDS - 2_400);
    });

    test("a request that is refused uses none of them up", async () => {
      const id = idBaru();
      const impatient = [];
      for (const _ of Array(25).keys()) impatient.push((await minta(id)).status);
      expect(tally(impatient)).toEqual({ 200: 5, 429: 20 });
      clock.advance(601_000);
      // Fifteen of the day's twenty are left.
      expect((await minta(id)).status).toBe(200);
    });

    test("nor anything of its caller's and its address's", async () => {
      const { redis } = world.cloud;
      const counters = async () => hitungan(await redis.command("KEYS", "kode-batas:otp-[ap][le]*"));
      const others = await counters();
      const [as, from, id] = [await makeMitra(world), "203.0.113.9", idBaru()];
      const answers = await atOnce(25, async () => await minta(id, { as, from }));
      expect(statuses(answers)).toEqual({ 200: 5, 429: 20 });
      const counts = [];
      for (const key of await counters())
        if (!others.includes(key)) counts.push(await redis.command("ZSCORE", key, "kode"));
      expect(counts).toEqual(["5", "5"]);
    });
  });

  describe("a thousand codes for a caller in ten minutes, and three thousand from an address", () => {
    test("1,020 ids of one caller: exactly 1,000 codes; another caller at the same address has its own", async () => {
      const [busy, other] = [await makeMitra(world), await makeMitra(world)];
      const from = "203.0.113.1";
      const answers = [];
      while (answers.length < 1_020)
        answers.push(...(await atOnce(20, async () => await minta(idBaru(), { as: busy, from }))));
      expect(statuses(answers)).toEqual({ 200: 1_000, 429: 20 });
      const refused = answers.find(({ status }) => status === 429) as Response;
      await expectFull(refused, "otp-pemanggil", 1_000, WINDOW_SECONDS);
      // Not its address is full, but the caller.
      expect((await minta(idBaru(), { as: busy, from: "203.0.113.2" })).status).toBe(429);
      expect((await minta(idBaru(), { as: other, from })).status).toBe(200);
      clock.advance(600_001);
      expect((await minta(idBaru(), { as: busy, from })).status).toBe(200);
    });

    test("an address is full whoever comes from it; another one is not", async () => {
      const { redis } = world.cloud;
      const batas = async () => hitungan(await redis.command("KEYS", "kode-batas:otp-alamat:*"));
      const others = await batas();
      const from = "203.0.113.3";
      expect((await minta(idBaru(), { from })).status).toBe(200);
      const [counter, ...more] = (await batas()).filter((key) => !others.includes(key));
      expect(more).toEqual([]);
      expect(await redis.command("ZSCORE", counter ?? "", "kode")).toBe("1");
      // As if 2,998 more codes had been asked for by many callers there.
      await redis.command("ZINCRBY", counter ?? "", 2_998, "kode");
      expect((await minta(idBaru(), { from })).status).toBe(200);
      const another = await makeMitra(world);
      await expectFull(await minta(idBaru(), { from }), "otp-alamat", 3_000, WINDOW_SECONDS);
      await expectFull(await minta(idBaru(), { from, as: another }), "otp-alamat", 3_000, WINDOW_SECONDS);
      expect((await minta(idBaru(), { from: "203.0.113.4" })).status).toBe(200);
      const claimed = { "cf-connecting-ip": from, "x-forwarded-for": "198.51.100.7" };
      expect((await mintaKode(world, mitra, { id: idBaru() }, claimed)).status).toBe(429);
      clock.advance(600_001);
      expect((await minta(idBaru(), { from })).status).toBe(200);
    });
  });

  describe("at the edge of a window", () => {
    /** What the counters of a limit stand at, in the window that is now. */
    const countsOf = async (name: string, seconds: number) => {
      const { redis } = world.cloud;
      const window = Math.floor(clock.now() / (seconds * 1_000));
      const keys = (await redis.command("KEYS", `kode-batas:${name}:*:${window}`)) as string[];
      return await Promise.all(keys.map(async (key) => await redis.command("ZSCORE", key, "kode")));
    };

    test.each(["requests", "answers"] as const)(
      "fifty refused late in one window, thirty of them still under way (%s) in the next one: that has exactly its five",
      async (what) => {
        const [as, id] = [await makeMitra(world), idBaru()];
        clock.advance(599_000);
        for (const _ of Array(5).keys()) await kodeBaru(world, as, { id });
        for (const _ of Array(20).keys())
          await expectFull(await minta(id, { as }), "otp-id", 5, WINDOW_SECONDS, 1);
        const held = hold(world.cloud.redis, what, 30);
        const late = atOnce(30, async () => await minta(id, { as }));
        await until(() => held.waiting === 30);
        clock.advance(1_000);

        const next = [];
        for (const _ of Array(3).keys()) next.push(await minta(id, { as }));
        held.open();
        for (const answer of await late) await expectFull(answer, "otp-id", 5, WINDOW_SECONDS, 1);
        next.push(...(await atOnce(20, async () => await minta(id, { as }))));
        expect(statuses(next)).toEqual({ 200: 5, 429: 18 });
        for (const name of ["otp-id", "otp-pemanggil"])
          expect(await countsOf(name, WINDOW_SECONDS), name).toEqual(["5"]);
        expect(await countsOf("otp-id-harian", DAY_SECONDS)).toEqual(["10"]);
      },
    );

    test("those refused by a day and still under way in the next leave that its twenty", async () => {
      const [as, id] = [await makeMitra(world), idBaru()];
      // The last one is full a second before midnight, and so is the day.
      clock.advance((DAY_SECONDS - 1_801) * 1_000);
      for (const round of Array(4).keys()) {
        if (round > 0) clock.advance(600_000);
        for (const _ of Array(5).keys()) await kodeBaru(world, as, { id });
      }
      expect(await countsOf("otp-id-harian", DAY_SECONDS)).toEqual(["20"]);
      const held = hold(world.cloud.redis, "answers", 30);
      const late = atOnce(30, async () => await minta(id, { as }));
      await until(() => held.waiting === 30);
      clock.advance(1_000);
      held.open();
      expect(statuses(await late)).toEqual({ 429: 30 });
      const answers = [];
      for (const _ of Array(4).keys()) {
        for (const _of of Array(7).keys()) answers.push(await minta(id, { as }));
        clock.advance(600_000);
      }
      expect(statuses(answers)).toEqual({ 200: 20, 429: 8 });
    });

    test("those that Redis hears of in the next window count in the one they were asked in", async () => {
      const [as, id] = [await makeMitra(world), idBaru()];
      clock.advance(599_000);
      for (const _ of Array(2).keys()) await kodeBaru(world, as, { id });
      const held = hold(world.cloud.redis, "requests", 10);
      const late = atOnce(10, async () => await minta(id, { as }));
      await until(() => held.waiting === 10);
      clock.advance(1_000);
      held.open();
      expect(statuses(await late)).toEqual({ 200: 3, 429: 7 });
      const next = [];
      for (const _ of Array(8).keys()) next.push(await minta(id, { as }));
      expect(statuses(next)).toEqual({ 200: 5, 429: 3 });
      expect(await countsOf("otp-id-harian", DAY_SECONDS)).toEqual(["10"]);
    });
  });

  describe("a refused request", () => {
    test("is one request to Postgres and one transaction in Redis, of staff and of mitra, by whichever limit", async () => {
      const { neon, redis } = world.cloud;
      const urls: string[] = [];
      // It matches nothing; it only looks.
      redis.faults.next({ kind: "refuse" }, 1, ({ url }) => {
        urls.push(url);
        return false;
      });
      const staf = await makeAkun(world, "karyawan");
      const callers: Pemanggil[] = [staf, await makeMitra(world)];
      const expectCheap = async (as: Pemanggil, id: string, limit: string) => {
        await world.idle();
        const before = [neon.requests, redis.requests];
        urls.length = 0;
        const answer = await mintaKode(world, as, { id });
        await world.idle();
        const cost = [neon.requests - (before[0] ?? 0), redis.requests - (before[1] ?? 0)];
        expect([answer.status, cost, urls]).toEqual([429, [1, 1], ["/multi-exec"]]);
        expect(answer.headers.get("ratelimit-policy")).toContain(`"${limit}"`);
      };
      for (const as of callers) {
        const id = idBaru();
        for (const _ of Array(5).keys()) await kodeBaru(world, as, { id });
        for (const _ of Array(5).keys()) await expectCheap(as, id, "otp-id");
        // As if the rest of the day's twenty had been had.
        for (const key of hitungan(await redis.command("KEYS", "kode-batas:otp-id-harian:*")))
          await redis.command("ZADD", key, 20, "kode");
        for (const _ of Array(2).keys()) await expectCheap(as, id, "otp-id-harian");
        for (const key of hitungan(await redis.command("KEYS", "kode-batas:otp-pemanggil:*")))
          await redis.command("ZADD", key, 1_000, "kode");
        await expectCheap(as, idBaru(), "otp-pemanggil");
        toNextDay(clock);
      }
    });

    test("whose answer is cut changes no counter and no code", async () => {
      const { redis } = world.cloud;
      const id = idBaru();
      let code = "";
      for (const _ of Array(5).keys()) code = await kodeBaru(world, mitra, { id });
      const before = await isiRedis(redis, "kode*");
      expect([...before.keys()].filter((key) => key.startsWith("kode-batas:")).length).toBeGreaterThan(3);
      for (const kind of ["drop", "refuse"] as const) {
        redis.faults.next({ kind }, 10);
        for (const answer of await atOnce(10, async () => await minta(id)))
          expect(await refusalOf(answer)).toBe("503 layanan-tidak-tersedia");
        redis.faults.clear();
        expect(await isiRedis(redis, "kode*")).toEqual(before);
      }
      await expectFull(await minta(id), "otp-id", 5, WINDOW_SECONDS);
      expect(await isiRedis(redis, "kode*")).toEqual(before);
      expect(await tebak(id, code)).toBe("200");
    });

    test.each(["requests", "answers"] as const)(
      "whose client hangs up in the middle of it (%s) changes no counter and no code",
      async (what) => {
        const { redis } = world.cloud;
        const id = idBaru();
        let code = "";
        for (const _ of Array(5).keys()) code = await kodeBaru(world, mitra, { id });
        const before = await isiRedis(redis, "kode*");
        const held = hold(redis, what, 10);
        const client = new AbortController();
        const asked = atOnce(10, async () => {
          const { headers } = mitra;
          const init = { method: "POST", headers, body: JSON.stringify({ id }), signal: client.signal };
          return await fetch(`${world.url}/otp/generate`, init).then(
            ({ status }) => status,
            (error: unknown) => (error as Error).name,
          );
        });
        await until(() => held.waiting === 10);
        client.abort();
        expect(tally(await asked)).toEqual({ AbortError: 10 });
        held.open();
        const seen = redis.requests;
        await until(() => held.gone === 10);
        // What was on its way to Redis has been there when a later one has.
        if (what === "requests") await until(() => redis.requests >= seen + 10);
        await expectFull(await minta(id), "otp-id", 5, WINDOW_SECONDS);
        await world.idle();
        expect(await isiRedis(redis, "kode*")).toEqual(before);
        expect(await tebak(id, code)).toBe("200");
      },
    );
  });
});

describe("on one's own machine", () => {
  const world = useWorld();

  test("limits are wide: thirty codes for an id, the last of them valid, and each has its three guesses", async () => {
    const mitra = await makeMitra(world);
    const id = idBaru();
    let code = "";
    for (const _ of Array(30).keys()) code = await kodeBaru(world, mitra, { id });
    for (const _ of Array(2).keys())
      expect(await hasil(world, mitra, { id }, selain(code))).toBe("400 otp-salah");
    expect(await hasil(world, mitra, { id }, code)).toBe("200");
  });
});
