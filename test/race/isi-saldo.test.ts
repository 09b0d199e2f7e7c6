import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { postgresSuite, postgresUrl } from "../database/engines.ts";
import { atOnce, nomor, tally } from "../answers.ts";
import { useWorld } from "../harness.ts";
import { billerDisagreements } from "../invariants.ts";
import { balances, firstAdmin, makeAkun, makeMitra, postJson, requestPurchase, type Orang } from "../make.ts";

const server = postgresUrl === undefined ? {} : { postgresUrl };
const HARGA = 12_000;
const newKey = () => randomBytes(8).toString("hex");

describe.skipIf(!postgresUrl)(`top-ups at once (${postgresSuite})`, () => {
  const world = useWorld(server);
  let admins: Orang[];
  beforeAll(async () => {
    if (postgresUrl) admins = [await firstAdmin(world), await makeAkun(world, "admin")];
  });

  const isi = (mitraId: number, jumlah: number, kunci = newKey(), who = 0) =>
    postJson(
      world,
      `/mitra/${mitraId}/saldo`,
      { jumlah, keterangan: "Transfer", kunci },
      admins[who % 2]?.headers,
    );
  const replayed = (answers: Response[]) =>
    answers.filter(({ headers }) => headers.has("idempotency-replayed")).length;
  const topUpsOf = async (...ids: number[]) => {
    const [row] = await world.cloud.neon.asOwner(
      `select count(*) as n, sum(m.jumlah) as jumlah from jurnal j join mutasi m on m.jurnal_id = j.id join buku b on b.id = m.buku_id
        where j.jenis = 'isi_saldo' and b.mitra_id in (${ids.join(",")})`,
    );
    return { count: Number(row?.["n"]), jumlah: Number(row?.["jumlah"]) };
  };
  /** PostgreSQL ended nobody's transaction to break a circle: neither the log nor the server knows of one. */
  const expectNoDeadlock = async () => {
    expect(world.log.filter(({ level }) => level === "error")).toEqual([]);
    const [row] = await world.cloud.neon.asOwner(
      "select deadlocks from pg_stat_database where datname = current_database()",
    );
    expect(row).toEqual({ deadlocks: "0" });
  };

  test("200 with one key, by two admins: one journal, 200 equal answers, 199 of them marked as replays", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const kunci = newKey();
    const answers = await atOnce(200, (at) => isi(mitra.id, 5_000, kunci, at));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 201: 200 });
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    expect(replayed(answers)).toBe(199);
    expect(await topUpsOf(mitra.id)).toEqual({ count: 1, jumlah: 5_000 });
    expect(await balances(world, mitra)).toEqual({ tersedia: 5_000, ditahan: 0 });
    await expectNoDeadlock();
  });

  test("one key for two mitra: one is topped up, the other is refused as often as it is asked for", async () => {
    const both = [await makeMitra(world, { saldo: 0 }), await makeMitra(world, { saldo: 0 })];
    const kunci = newKey();
    const answers = await atOnce(100, (at) => isi(both[at % 2]?.id ?? 0, 5_000, kunci, at));
    const statuses = [0, 1].map((half) =>
      tally(answers.filter((_, at) => at % 2 === half).map(({ status }) => status)),
    );
    expect(statuses).toContainEqual({ 201: 50 });
    expect(statuses).toContainEqual({ 409: 50 });
    expect(replayed(answers)).toBe(49);
    expect(await topUpsOf(...both.map(({ id }) => id))).toEqual({ count: 1, jumlah: 5_000 });
    await expectNoDeadlock();
  });

  test("200 different ones of one mitra: all arrive, and the balances they name are a chain", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const answers = await atOnce(200, (at) => isi(mitra.id, at + 1, newKey(), at));
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as {
      id: number;
      jumlah: number;
      saldo: number;
    }[];
    let saldo = 0;
    const chain = bodies.toSorted((a, b) => a.saldo - b.saldo).map((body) => (saldo += body.jumlah));
    expect(bodies.map((body) => body.saldo).toSorted((a, b) => a - b)).toEqual(chain);
    expect(await balances(world, mitra)).toEqual({ tersedia: 20_100, ditahan: 0 });
    await expectNoDeadlock();
  });

  test("at the limit: of 20 that fit only once, one arrives", async () => {
    const mitra = await makeMitra(world, { saldo: Number.MAX_SAFE_INTEGER - 10 });
    const answers = await atOnce(20, (at) => isi(mitra.id, 6, newKey(), at));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 201: 1, 422: 19 });
    expect((await balances(world, mitra)).tersedia).toBe(Number.MAX_SAFE_INTEGER - 4);
  });

  test(
    "top-ups, replays, purchases, refunds, switches and lists of 5 mitra, mixed: the books are right and nobody waits in a circle",
    { timeout: 90_000 },
    async () => {
      const { qstash, digiflazz } = world.cloud;
      digiflazz.script.outcome(({ customerNo }) => /[5-9]$/.test(customerNo), { status: "Gagal", rc: "02" });
      qstash.script.duplicate(2, { atOnce: true });
      const mitra = await Promise.all(
        Array.from({ length: 5 }, () => makeMitra(world, { saldo: 40 * HARGA })),
      );
      const work = mitra.flatMap((one, which) => {
        const keys = Array.from({ length: 20 }, newKey);
        return Array.from({ length: 40 }, (_, at) => [
          // Each key twice, and beside the other mitra's.
          async () => ["isi", await isi(one.id, HARGA, keys[at % 20], at)] as const,
          async () => ["beli", await requestPurchase(world, one, { nomor_tujuan: nomor(at) })] as const,
          async () =>
            at % 10 === which
              ? ([
                  "atur",
                  await postJson(world, `/mitra/${one.id}`, { aktif: true }, admins[0]?.headers, "PATCH"),
                ] as const)
              : ([
                  "daftar",
                  await world.request("/mitra?limit=5", { headers: admins[1]?.headers ?? {} }),
                ] as const),
        ]).flat();
      });
      const sweeps = (async () => {
        for (let n = 0; n < 5; n++) await world.sweep();
      })();
      const answers = await Promise.all(work.map((task) => task()));
      await sweeps;
      await world.idle();

      expect(tally(answers.map(([what, { status }]) => `${what} ${status}`))).toEqual({
        "isi 201": 200,
        "beli 200": 200,
        "atur 200": 20,
        "daftar 200": 180,
      });
      expect(replayed(answers.flatMap(([what, answer]) => (what === "isi" ? [answer] : [])))).toBe(100);
      expect(await topUpsOf(...mitra.map(({ id }) => id))).toEqual({ count: 100, jumlah: 100 * HARGA });
      // 40 to begin with and 20 that came in; of 40 bought, half was refunded.
      for (const one of mitra) {
        expect(await balances(world, one)).toEqual({ tersedia: 40 * HARGA, ditahan: 0 });
      }
      expect(await billerDisagreements(world.cloud.neon, digiflazz.book)).toEqual([]);
      await expectNoDeadlock();
    },
  );

  test("money that arrives among purchases is there for the next one, and never spent twice", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const [filled, bought] = await Promise.all([
      atOnce(30, (at) => isi(mitra.id, HARGA, newKey(), at)),
      atOnce(60, (at) => requestPurchase(world, mitra, { nomor_tujuan: nomor(at % 5) })),
    ]);
    expect(tally(filled.map(({ status }) => status))).toEqual({ 201: 30 });
    const accepted = bought.filter(({ status }) => status === 200).length;
    expect(bought.filter(({ status }) => status === 402)).toHaveLength(60 - accepted);
    await world.idle();
    expect(await balances(world, mitra)).toEqual({ tersedia: (30 - accepted) * HARGA, ditahan: 0 });
    await expectNoDeadlock();
  });
});
