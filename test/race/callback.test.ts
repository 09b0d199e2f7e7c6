import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { callbackDeps } from "../../src/deps.ts";
import { prosesKiriman, sapuKiriman } from "../../src/ppob/callback/jobs.ts";
import { atOnce, tally } from "../answers.ts";
import { postgresSuite, postgresUrl } from "../database/engines.ts";
import { useWorld } from "../harness.ts";
import { makeMitra, postJson, purchase, type Mitra } from "../make.ts";
import { bukaPenerima, kirimanOf, kirimanTerbaru, pasang, type Penerima } from "../ppob/callback-penerima.ts";

const server = postgresUrl === undefined ? {} : { postgresUrl };
const HARGA = 12_000;

describe.skipIf(!postgresUrl)(`messages to mitra at once (${postgresSuite})`, () => {
  const clock = new ManualClock();
  // Nothing but this test drives anything on.
  const world = useWorld({ ...server, clock, deps: { queue: { publish: async () => {} } } });
  const deps = () => callbackDeps(world.deps);

  /** Purchases that have ended, and whose messages are due. */
  const due = async (mitra: Mitra, count: number): Promise<number[]> => {
    const ids = await atOnce(count, async () => await purchase(world, mitra));
    clock.advance(60_000);
    while ((await world.sweep()) > 0);
    await world.idle();
    clock.advance(15_000);
    return ids;
  };
  const langganan = async (count: number) => {
    const mitra = await makeMitra(world, { saldo: count * HARGA });
    const penerima = await bukaPenerima();
    await pasang(world, mitra, penerima.url);
    return { mitra, penerima, ids: await due(mitra, count) };
  };
  /** How often each purchase was told of. */
  const told = ({ surat }: Penerima): unknown[] =>
    surat.map(({ body }) => (JSON.parse(body) as { data: { id: unknown } }).data.id);
  const expectNoDeadlock = async () => {
    expect(world.log.filter((line) => /40P01|deadlock/i.test(JSON.stringify(line)))).toEqual([]);
    const [row] = await world.cloud.neon.asOwner(
      "select deadlocks from pg_stat_database where datname = current_database()",
    );
    expect(row).toEqual({ deadlocks: "0" });
  };

  test("5 sweeps at once over 40 of 4 mitra: each is delivered once", async () => {
    const all = [await langganan(10), await langganan(10), await langganan(10), await langganan(10)];
    const counts = await atOnce(5, async () => await world.sweepCallbacks());
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
    for (const { mitra, penerima, ids } of all) {
      expect(tally(told(penerima))).toEqual(tally(ids));
      expect(
        tally((await kirimanOf(world, mitra)).map(({ status, percobaan }) => `${status} ${percobaan}`)),
      ).toEqual({
        "terkirim 1": 10,
      });
    }
    await expectNoDeadlock();
  });

  test("20 queue messages for one and a sweep beside them: it is delivered once", async () => {
    const { mitra, penerima, ids } = await langganan(1);
    const kiriman = await kirimanTerbaru(world, mitra);
    await Promise.all([
      atOnce(20, async () => await prosesKiriman(deps(), kiriman.id)),
      world.sweepCallbacks(),
    ]);
    expect(told(penerima)).toEqual(ids);
  });

  test("the same result settled by 10 at once: one event, and one more for the refund", async () => {
    const { mitra, penerima, ids } = await langganan(1);
    await world.sweepCallbacks();
    const [row] = await world.cloud.neon.asOwner("select ref_id from percobaan where transaksi_id = $1", [
      ids[0] ?? 0,
    ]);
    const ref = String(row?.["ref_id"]);
    world.cloud.digiflazz.book.refund(ref);
    await Promise.all([
      atOnce(10, async () => await world.cloud.digiflazz.script.sendWebhook(ref)),
      atOnce(5, async () => await world.sweepCallbacks()),
    ]);
    await world.idle();
    clock.advance(15_000);
    await atOnce(5, async () => await world.sweepCallbacks());
    const kiriman = await kirimanOf(world, mitra);
    expect(kiriman.map(({ peristiwa, status }) => `${peristiwa} ${status}`)).toEqual([
      "transaksi.dikembalikan terkirim",
      "transaksi.sukses terkirim",
    ]);
    expect(penerima.surat).toHaveLength(2);
    await expectNoDeadlock();
  });

  test("an endpoint that goes, comes back and is removed among deliveries and resends: nobody waits in a circle", async () => {
    const { mitra, penerima } = await langganan(20);
    const kiriman = await kirimanOf(world, mitra);
    let turn = 0;
    penerima.jawab((_, response) => void response.writeHead([200, 500, 410][turn++ % 3] ?? 200).end());
    const remove = () => world.request("/mitra/callback", { method: "DELETE", headers: mitra.headers });
    const results = await Promise.allSettled([
      ...Array.from({ length: 4 }, async () => await sapuKiriman(deps())),
      ...kiriman.map(async ({ id }) => await prosesKiriman(deps(), id)),
      ...kiriman.map(
        async ({ id }) => await postJson(world, `/mitra/callback/kiriman/${id}/ulang`, {}, mitra.headers),
      ),
      ...Array.from(
        { length: 5 },
        async (_, at) => await (at % 2 ? remove() : pasang(world, mitra, penerima.url)),
      ),
    ]);
    const failures = results
      .filter((result) => result.status === "rejected")
      .map(({ reason }) => String(reason));
    expect(failures.filter((reason) => !reason.startsWith("LAYANAN_TIDAK_TERSEDIA"))).toEqual([]);
    await expectNoDeadlock();
    // Afterwards everything has an end, and every attempt that was counted is in the log.
    await pasang(world, mitra, penerima.url);
    penerima.jawab(200);
    clock.advance(24 * 3_600_000);
    await world.sweepCallbacks();
    expect(await kirimanOf(world, mitra, "?status=menunggu")).toEqual([]);
    const uneven = await world.cloud.neon.asOwner(
      `select k.id from kiriman k left join kiriman_log l on l.kiriman_id = k.id where k.mitra_id = $1
       group by k.id having count(l.id) <> k.percobaan`,
      [mitra.id],
    );
    expect(uneven).toEqual([]);
  });
});
