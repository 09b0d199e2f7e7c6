import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { STRICT } from "../akun/seams.ts";
import { useWorld } from "../harness.ts";
import { makeMitra, type Mitra } from "../make.ts";
import { codesInOrder, hasil, HABIS, kodeBaru, mintaKode, patientCodes, selain, toNextDay } from "./seams.ts";
import { rebuilt } from "../platform/samples.ts";

const WINDOW_SECONDS = 600;
const DAY_SECONDS = 86_400;

let ids = 0;
/** An id nobody has asked for. */
const baru = () => `orang-${(ids += 1)}`;

/** Those of the keys that count. */
const hitungan = (keys: unknown) => (keys as string[]).filter((key) => /:[0-9a-f]{64}:[0-9]+$/.test(key));

/** A refusal because a limit is full says so in all three headers. */
async function expectFull(answer: Response, name: string, quota: number, window: number, left = window) {
  expect(answer.headers.get("ratelimit-policy")).toBe(`"${name}";q=${quota};w=${window}`);
  expect(answer.headers.get("ratelimit")).toBe(`"${name}";r=0;t=${left}`);
  expect(answer.headers.get("retry-after")).toBe(String(left));
  expect(await answer.clone().json()).toMatchObject({
    detail: `Terlalu banyak percobaan. Coba lagi dalam ${Math.ceil(left / 60)} menit.`,
  });
  expect(await refusalOf(answer)).toBe("429 terlalu-sering");
}

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
      const id = baru();
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
      const id = baru();
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
      const id = baru();
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
      const [guessed, old, spent, used] = [baru(), baru(), baru(), baru()];
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
      const id = baru();
      const answers = [];
      for (const purpose of ["a", "b", "c", "a", "b", "c", "d"])
        answers.push((await minta(id, { purpose })).status);
      expect(answers).toEqual([200, 200, 200, 200, 200, 429, 429]);
      await expectFull(await minta(id), "otp-id", 5, WINDOW_SECONDS);
      expect((await minta(baru())).status).toBe(200);
      expect((await minta(id, { as: await makeMitra(world) })).status).toBe(200);
      // Redeeming is not limited with issuing: four of the five purposes still have a code.
      expect(await hasil(world, mitra, { id, purpose: "a" }, "bukan")).toBe("400 otp-salah");
    });

    test("a number and its digits are one id", async () => {
      const id = 7_000_000 + ids;
      for (const spelt of [id, String(id), id, String(id), id]) await kodeBaru(world, mitra, { id: spelt });
      expect((await minta(String(id))).status).toBe(429);
    });
  });

  describe("twenty codes for an id in a day", () => {
    test("however long one waits between: sixty guesses, and not one more", async () => {
      const id = baru();
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
      const id = baru();
      for (const round of Array(4).keys()) {
        for (const _ of Array(5).keys()) await kodeBaru(world, mitra, { id, purpose: `p${round}` });
        clock.advance(601_000);
      }
      await expectFull(await minta(id), "otp-id-harian", 20, DAY_SECONDS, DAY_SECONDS - 4 * 601);
      expect((await minta(baru())).status).toBe(200);
      clock.advance((DAY_SECONDS - 4 * 601) * 1_000 + 1);
      expect((await minta(id)).status).toBe(200);
    });

    test("a request that is refused uses none of them up", async () => {
      const id = baru();
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
      const [as, from, id] = [await makeMitra(world), "203.0.113.9", baru()];
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
        answers.push(...(await atOnce(20, async () => await minta(baru(), { as: busy, from }))));
      expect(statuses(answers)).toEqual({ 200: 1_000, 429: 20 });
      const refused = answers.find(({ status }) => status === 429) as Response;
      await expectFull(refused, "otp-pemanggil", 1_000, WINDOW_SECONDS);
      // Not its address is full, but the caller.
      expect((await minta(baru(), { as: busy, from: "203.0.113.2" })).status).toBe(429);
      expect((await minta(baru(), { as: other, from })).status).toBe(200);
      clock.advance(600_001);
      expect((await minta(baru(), { as: busy, from })).status).toBe(200);
    });

    test("an address is full whoever comes from it; another one is not", async () => {
      const { redis } = world.cloud;
      const batas = async () => hitungan(await redis.command("KEYS", "kode-batas:otp-alamat:*"));
      const others = await batas();
      const from = "203.0.113.3";
      expect((await minta(baru(), { from })).status).toBe(200);
      const [counter, ...more] = (await batas()).filter((key) => !others.includes(key));
      expect(more).toEqual([]);
      expect(await redis.command("ZSCORE", counter ?? "", "kode")).toBe("1");
      // As if 2,998 more codes had been asked for by many callers there.
      await redis.command("ZINCRBY", counter ?? "", 2_998, "kode");
      expect((await minta(baru(), { from })).status).toBe(200);
      const another = await makeMitra(world);
      await expectFull(await minta(baru(), { from }), "otp-alamat", 3_000, WINDOW_SECONDS);
      await expectFull(await minta(baru(), { from, as: another }), "otp-alamat", 3_000, WINDOW_SECONDS);
      expect((await minta(baru(), { from: "203.0.113.4" })).status).toBe(200);
      const claimed = { "cf-connecting-ip": from, "x-forwarded-for": "198.51.100.7" };
      expect((await mintaKode(world, mitra, { id: baru() }, claimed)).status).toBe(429);
      clock.advance(600_001);
      expect((await minta(baru(), { from })).status).toBe(200);
    });
  });
});

describe("on one's own machine", () => {
  const world = useWorld();

  test("limits are wide: thirty codes for an id, the last of them valid, and each has its three guesses", async () => {
    const mitra = await makeMitra(world);
    const id = baru();
    let code = "";
    for (const _ of Array(30).keys()) code = await kodeBaru(world, mitra, { id });
    for (const _ of Array(2).keys())
      expect(await hasil(world, mitra, { id }, selain(code))).toBe("400 otp-salah");
    expect(await hasil(world, mitra, { id }, code)).toBe("200");
  });
});
