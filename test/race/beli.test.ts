import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { withActor } from "../../src/platform/db/database.ts";
import type { Hasil } from "../../src/ppob/biller/biller.ts";
import { terapkanHasil } from "../../src/ppob/saldo/saldo.ts";
import { layanan } from "../../src/ppob/transaksi/hasil.ts";
import { ManualClock } from "../../dev/clock.ts";
import { postgresSuite, postgresUrl } from "../database/engines.ts";
import { atOnce, nomor, tally } from "../answers.ts";
import { until, useWorld, type World } from "../harness.ts";
import { billerDisagreements } from "../invariants.ts";
import { balances, makeMitra, purchase, requestPurchase } from "../make.ts";

const server = postgresUrl === undefined ? {} : { postgresUrl };
const HARGA = 12_000;

/** The lowest balance that was ever seen while `work` ran. */
async function lowestBalance(world: World, work: Promise<unknown>): Promise<number> {
  const state = { running: true };
  const ended = work.finally(() => {
    state.running = false;
  });
  // Its failure is thrown below.
  ended.catch(() => {});
  let lowest = Number.POSITIVE_INFINITY;
  while (state.running) {
    const [row] = await world.cloud.neon.asOwner("select min(saldo) as saldo from buku");
    lowest = Math.min(lowest, Number(row?.["saldo"]));
  }
  await ended;
  return lowest;
}

async function transaksiOf(world: World, mitraId: number): Promise<Record<string, string | null>[]> {
  return await world.cloud.neon.asOwner(
    "select id, status, nomor_tujuan from transaksi where mitra_id = $1 order by id",
    [mitraId],
  );
}

/** PostgreSQL ended nobody's transaction to break a circle: neither the log nor the server knows of one. */
async function expectNoDeadlock(world: World): Promise<void> {
  expect(world.log.filter((line) => /40P01|deadlock/i.test(JSON.stringify(line)))).toEqual([]);
  const [row] = await world.cloud.neon.asOwner(
    "select deadlocks from pg_stat_database where datname = current_database()",
  );
  expect(row).toEqual({ deadlocks: "0" });
}

describe.skipIf(!postgresUrl)(`purchases at once (${postgresSuite})`, () => {
  const world = useWorld(server);

  test("200 with money for 100: 100 are bought, 100 refused, nothing is left and nothing was ever below zero", async () => {
    const mitra = await makeMitra(world, { saldo: 100 * HARGA });
    const answers = atOnce(
      200,
      async (at) => await requestPurchase(world, mitra, { nomor_tujuan: nomor(at) }),
    );
    expect(await lowestBalance(world, answers)).toBe(0);
    expect(tally((await answers).map(({ status }) => status))).toEqual({ 200: 100, 402: 100 });
    expect((await balances(world, mitra)).tersedia).toBe(0);
    await world.idle();
    expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
    const rows = await transaksiOf(world, mitra.id);
    expect(tally(rows.map(({ status }) => status))).toEqual({ sukses: 100 });
    expect(await billerDisagreements(world.cloud.neon, world.cloud.digiflazz.book)).toEqual([]);
    await expectNoDeadlock(world);
  });

  test("200 with one Idempotency-Key: one purchase, 200 equal answers, 199 of them marked as replays", async () => {
    const mitra = await makeMitra(world, { saldo: 100 * HARGA });
    const headers = { "idempotency-key": randomBytes(8).toString("hex") };
    const answers = await atOnce(200, async () => await requestPurchase(world, mitra, {}, headers));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 200 });
    const bodies = await Promise.all(answers.map(async (answer) => await answer.text()));
    expect(new Set(bodies).size).toBe(1);
    expect(tally(answers.map((answer) => answer.headers.get("idempotency-replayed")))).toEqual({
      null: 1,
      true: 199,
    });
    await world.idle();
    expect(await transaksiOf(world, mitra.id)).toHaveLength(1);
    expect(await balances(world, mitra)).toEqual({ tersedia: 99 * HARGA, ditahan: 0 });
    await expectNoDeadlock(world);
  });

  test("one key for two different purchases: one is bought, the other refused as often as it is asked for", async () => {
    const mitra = await makeMitra(world, { saldo: 100 * HARGA });
    const kunci = randomBytes(8).toString("hex");
    const isi = [nomor(1), nomor(2)];
    const answers = await atOnce(200, async (at) => ({
      nomor: isi[at % 2],
      answer: await requestPurchase(world, mitra, { nomor_tujuan: isi[at % 2] ?? "", ref_id: kunci }),
    }));
    const [bought, ...more] = await transaksiOf(world, mitra.id);
    expect(more).toEqual([]);
    const isWinner = (number: string | undefined) => number === bought?.["nomor_tujuan"];
    const winners = answers.filter(({ nomor: number }) => isWinner(number)).map(({ answer }) => answer);
    const losers = answers.filter(({ nomor: number }) => !isWinner(number)).map(({ answer }) => answer);
    expect(tally(winners.map(({ status }) => status))).toEqual({ 200: 100 });
    expect(tally(winners.map((answer) => answer.headers.get("idempotency-replayed")))).toEqual({
      null: 1,
      true: 99,
    });
    expect(tally(losers.map(({ status }) => status))).toEqual({ 409: 100 });
    await world.idle();
    expect(await balances(world, mitra)).toEqual({ tersedia: 99 * HARGA, ditahan: 0 });
  });

  test(
    "20 mitra buy 20 each while settlements, webhooks, refunds and sweeps run",
    { timeout: 90_000 },
    async () => {
      const { neon, qstash, digiflazz } = world.cloud;
      const { script, book } = digiflazz;
      const endsIn =
        (...digits: number[]) =>
        ({ customerNo }: { customerNo: string }) =>
          digits.includes(Number(customerNo.at(-1)));
      const gagal = { status: "Gagal", rc: "02" } as const;
      script.outcome(endsIn(4, 5), gagal);
      script.outcome(endsIn(6, 7), { status: "Pending", rc: "03", later: { status: "Sukses", rc: "00" } });
      script.outcome(endsIn(8), { status: "Pending", rc: "03", later: gagal });
      script.webhook(endsIn(6), { kind: "duplicate", copies: 3 });
      script.webhook(endsIn(7), { kind: "beforeReply" });
      script.webhook(endsIn(8), { kind: "reorder" });
      script.webhook(endsIn(3), { kind: "contradict", outcome: gagal });
      script.webhookForEvery(true);
      qstash.script.duplicate(3, { atOnce: true });

      const numbers = Array.from({ length: 400 }, (_, at) => nomor(at));
      const mitra = await Promise.all(
        Array.from({ length: 20 }, async () => await makeMitra(world, { saldo: 20 * HARGA })),
      );
      const answers = Promise.all(
        mitra.map(
          async (one, who) =>
            await atOnce(
              20,
              async (at) => await requestPurchase(world, one, { nomor_tujuan: numbers[who * 20 + at] ?? "" }),
            ),
        ),
      );
      const open = async () =>
        Number(
          (
            await neon.asOwner("select count(*) as n from transaksi where status in ('pending', 'proses')")
          )[0]?.["n"],
        );
      const toRefund = new Set(numbers.filter((number) => number.endsWith("9")));
      const refunded = new Set<string>();
      const drive = (async () => {
        await answers;
        await until(async () => {
          await Promise.all([world.sweep(), world.sweep()]);
          for (const { refId, customerNo, status } of book.entries()) {
            if (!toRefund.has(customerNo) || status !== "Sukses" || refunded.has(refId)) continue;
            refunded.add(refId);
            book.refund(refId);
          }
          return (await open()) === 0;
        }, 60_000);
      })();
      expect(await lowestBalance(world, drive)).toBeGreaterThanOrEqual(0);
      expect(tally((await answers).flat().map(({ status }) => status))).toEqual({ 200: 400 });
      await world.idle();

      const ids = mitra.map(({ id }) => id).join(",");
      const rows = await neon.asOwner(
        `select right(nomor_tujuan, 1) as akhir, status, count(*) as n from transaksi where mitra_id in (${ids}) group by 1, 2 order by 1, 2`,
      );
      const byDigit = Object.fromEntries(
        rows.map(({ akhir, status, n }) => [`${akhir} ${status}`, Number(n)]),
      );
      expect(byDigit).toEqual({
        "0 sukses": 40,
        "1 sukses": 40,
        "2 sukses": 40,
        "3 sukses": 40,
        "4 gagal": 40,
        "5 gagal": 40,
        "6 sukses": 40,
        "7 sukses": 40,
        "8 gagal": 40,
        "9 gagal": 40,
      });
      expect(refunded.size).toBe(40);
      for (const one of mitra) {
        expect(await balances(world, one)).toEqual({ tersedia: 8 * HARGA, ditahan: 0 });
      }
      expect(await billerDisagreements(neon, book)).toEqual([]);
      const errors = world.log.filter(
        ({ level, event }) => level === "error" && event !== "attempt_contradicts",
      );
      expect(errors).toEqual([]);
      await expectNoDeadlock(world);
    },
  );

  test("20 rotations of one key at once: one succeeds, and its key works", async () => {
    const mitra = await makeMitra(world);
    const answers = await atOnce(
      20,
      async () => await world.request("/generate-key", { method: "POST", headers: mitra.headers }),
    );
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 1, 401: 19 });
    const keys = (await answers.find(({ status }) => status === 200)?.json()) as { api_key: string };
    const ask = async (key: string) =>
      (await world.request("/produk", { headers: { "x-api-key": key } })).status;
    expect([await ask(keys.api_key), await ask(mitra.apiKey)]).toEqual([200, 401]);
  });

  test("a key that is rotated among purchases: what was accepted is bought, and afterwards nothing is", async () => {
    const mitra = await makeMitra(world, { saldo: 60 * HARGA });
    const [rotated, ...bought] = await Promise.all([
      world.request("/generate-key", { method: "POST", headers: mitra.headers }),
      ...Array.from(
        { length: 60 },
        async (_, at) => await requestPurchase(world, mitra, { nomor_tujuan: nomor(at) }),
      ),
    ]);
    expect(rotated?.status).toBe(200);
    const accepted = bought.filter(({ status }) => status === 200).length;
    expect(bought.filter(({ status }) => status === 401)).toHaveLength(60 - accepted);
    expect((await requestPurchase(world, mitra)).status).toBe(401);
    await world.idle();
    expect(await transaksiOf(world, mitra.id)).toHaveLength(accepted);
    expect((await balances(world, mitra)).tersedia).toBe((60 - accepted) * HARGA);
    await expectNoDeadlock(world);
  });

  test("20 registrations of one address at once: one mitra", async () => {
    const email = `${randomBytes(8).toString("hex")}@mail.com`;
    const answers = await atOnce(
      20,
      async (at) =>
        await world.request("/register", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ nama: "Budi", email: at % 2 ? email : email.toUpperCase(), hp: null }),
        }),
    );
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 1, 409: 19 });
  });
});

describe.skipIf(!postgresUrl)(`claims at once (${postgresSuite})`, () => {
  const clock = new ManualClock();
  // Nothing but this test drives a purchase on.
  const world = useWorld({ ...server, clock, deps: { queue: { publish: async () => {} } } });
  /** The one named, or up to six that are due. */
  const claim = async (id: number | null) => {
    const { db } = world.deps;
    const query = db.execute<{ transaksi_id: string; pertama: boolean; ditanya: number }>(
      sql`select * from app.klaim(${id}, 6, 30, 85)`,
    );
    const [{ rows }] = await withActor(db, layanan("antrean"), [query]);
    return rows.map(({ transaksi_id: transaksiId, pertama, ditanya }) => ({
      transaksiId: Number(transaksiId),
      pertama,
      ditanya,
    }));
  };
  const apply = async (refId: string, hasil: Hasil) => {
    const told = { rc: "00", pesan: "", alasan: "", sn: null, harga: 11_000n, petunjuk: null };
    const heard = { ...told, hasil, dikenal: true, bolehCadangan: false, daftarBasi: false };
    const [rows] = await withActor(world.deps.db, layanan("biller"), [
      terapkanHasil(world.deps.db, refId, heard, hasil, null),
    ]);
    return rows[0];
  };
  /** `count` purchases that the sweeper may take now, and no others. */
  const due = async (count: number): Promise<number[]> => {
    clock.advance(60_000);
    while ((await world.sweep()) > 0);
    const mitra = await makeMitra(world, { saldo: count * HARGA });
    const ids = await atOnce(count, async (at) => await purchase(world, mitra, { nomor_tujuan: nomor(at) }));
    clock.advance(60_000);
    return ids;
  };
  const attemptsOf = async (ids: number[]) =>
    await world.cloud.neon.asOwner(
      `select ref_id, ditanya, t.status from percobaan p join transaksi t on t.id = p.transaksi_id where t.id in (${ids.join(",")})`,
    );

  test("one purchase, 20 callers: one gets it", async () => {
    const [id = 0] = await due(1);
    const claims = await atOnce(20, async () => await claim(id));
    expect(claims.flat()).toMatchObject([{ transaksiId: id, pertama: true, ditanya: 1 }]);
    expect(await attemptsOf([id])).toMatchObject([{ ditanya: "1", status: "proses" }]);
    clock.advance(30_000);
    const later = await atOnce(20, async (at) => await claim(at % 2 ? id : null));
    expect(later.flat()).toMatchObject([{ transaksiId: id, pertama: false, ditanya: 2 }]);
  });

  test("60 due, 20 callers for 6 each: every one is handed out once", async () => {
    const ids = await due(60);
    const claims = (await atOnce(20, async () => await claim(null))).flat();
    expect(claims.map(({ transaksiId }) => transaksiId).toSorted((a, b) => a - b)).toEqual(
      ids.toSorted((a, b) => a - b),
    );
  });

  test("5 sweeps at once over 60 due: every one is bought once", async () => {
    const ids = await due(60);
    const counts = await atOnce(5, async () => await world.sweep());
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(60);
    const attempts = await attemptsOf(ids);
    expect(tally(attempts.map(({ ditanya, status }) => `${status} ${ditanya}`))).toEqual({ "sukses 1": 60 });
    const executions = attempts.map(({ ref_id: refId }) =>
      world.cloud.digiflazz.book.executions(String(refId)),
    );
    expect(tally(executions)).toEqual({ 1: 60 });
    await expectNoDeadlock(world);
  });

  test("contradicting results at once: each state is left once, and the books say how it ended", async () => {
    const ids = await due(30);
    const attempts = await attemptsOf(ids);
    const kinds: Hasil[] = ["sukses", "gagal", "kembali", "tunda", "ditolak", "sukses", "gagal", "kembali"];
    const applied = await Promise.all(
      attempts.map(
        async ({ ref_id: refId }) =>
          await Promise.all(kinds.map(async (hasil) => await apply(String(refId), hasil))),
      ),
    );
    for (const results of applied) {
      const moves = results.flatMap((row) =>
        row && row.sebelum !== row.sesudah ? [`${row.sebelum} → ${row.sesudah}`] : [],
      );
      expect([
        ["pending → gagal"],
        ["pending → sukses"],
        ["pending → sukses", "sukses → gagal"],
      ]).toContainEqual(moves.toSorted());
    }
    await expectNoDeadlock(world);
  });

  test("purchases and refunds of one mitra at once never wait for each other in a circle", async () => {
    clock.advance(60_000);
    const mitra = await makeMitra(world, { saldo: 80 * HARGA });
    const ids = await atOnce(40, async (at) => await purchase(world, mitra, { nomor_tujuan: nomor(at) }));
    const attempts = await attemptsOf(ids);
    const [bought] = await Promise.all([
      atOnce(40, async (at) => (await requestPurchase(world, mitra, { nomor_tujuan: nomor(at) })).status),
      Promise.all(attempts.map(async ({ ref_id: refId }) => await apply(String(refId), "gagal"))),
    ]);
    expect(tally(bought)).toEqual({ 200: 40 });
    expect(await balances(world, mitra)).toEqual({ tersedia: 40 * HARGA, ditahan: 40 * HARGA });
    await expectNoDeadlock(world);
  });
});
