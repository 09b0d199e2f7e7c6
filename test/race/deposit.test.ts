import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { postgresSuite, postgresUrl } from "../database/engines.ts";
import { atOnce, nomor, tally } from "../answers.ts";
import { useWorld } from "../harness.ts";
import {
  balances,
  firstAdmin,
  makeAkun,
  makeMitra,
  postJson,
  requestPurchase,
  type Mitra,
  type Orang,
} from "../make.ts";
import { lapor } from "../ppob/bank.ts";

const server = postgresUrl === undefined ? {} : { postgresUrl };

interface Tiket {
  id: number;
  total: number;
}

describe.skipIf(!postgresUrl)(`deposits at once (${postgresSuite})`, () => {
  const world = useWorld(server);
  let admins: Orang[];
  beforeAll(async () => {
    if (postgresUrl) admins = [await firstAdmin(world), await makeAkun(world, "admin")];
  });

  const minta = ({ headers }: Mitra, jumlah: number) => postJson(world, "/deposit", { jumlah }, headers);
  const tiket = async (mitra: Mitra, jumlah: number) => {
    const response = await minta(mitra, jumlah);
    expect(response.status, await response.clone().text()).toBe(201);
    return (await response.json()) as Tiket;
  };
  const konfirmasi = (id: number, who: number) =>
    postJson(world, `/deposit/${id}/konfirmasi`, { keterangan: "Transfer" }, admins[who % 2]?.headers);
  const batal = ({ headers }: Mitra, id: number) =>
    world.request(`/deposit/${id}/batal`, { method: "POST", headers });
  const masuk = (...totals: number[]) =>
    totals.map((amount) => ({ mutation_id: randomBytes(8).toString("hex"), amount, type: "CR" }));
  const lunas = async (response: Response) => (await response.json<{ lunas: number }>()).lunas;
  /** PostgreSQL ended nobody's transaction to break a circle: neither the log nor the server knows of one. */
  const expectNoDeadlock = async () => {
    expect(world.log.filter(({ level }) => level === "error")).toEqual([]);
    const [row] = await world.cloud.neon.asOwner(
      "select deadlocks from pg_stat_database where datname = current_database()",
    );
    expect(row).toEqual({ deadlocks: "0" });
  };

  test("200 tickets of one amount by 40 mitra: all get one, and no two the same sum", async () => {
    const mitra = await Promise.all(Array.from({ length: 40 }, () => makeMitra(world, { saldo: 0 })));
    const answers = await atOnce(200, (at) => minta(mitra[at % 40] as Mitra, 50_000));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 201: 200 });
    const totals = await Promise.all(answers.map(async (a) => (await a.json<Tiket>()).total));
    expect(new Set(totals).size).toBe(200);
    await expectNoDeadlock();
  });

  test("40 tickets at once of one mitra: five of them open", async () => {
    const mitra = await makeMitra(world);
    const answers = await atOnce(40, () => minta(mitra, 60_000));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 201: 5, 409: 35 });
  });

  test("the last free codes of an amount go to as many as there are", async () => {
    const [lain, mitra] = [
      await makeMitra(world),
      await Promise.all(Array.from({ length: 4 }, () => makeMitra(world))),
    ];
    await world.cloud.neon.asOwner(
      `insert into deposit (mitra_id, jumlah, total, status, dibuat_pada, berlaku_sampai, terkunci_sampai)
        select $1, 900000, 900000 + kode, 'batal', now(), now() + interval '24 hours', now() + interval '72 hours'
        from generate_series(1, 996) kode`,
      [lain.id],
    );
    const answers = await atOnce(20, (at) => minta(mitra[at % 4] as Mitra, 900_000));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 201: 3, 409: 17 });
  });

  test.each([0, 1, 2])(
    "20 confirm one ticket, two admins and the bank with ten different reports: credited once (%i)",
    async (round) => {
      const mitra = await makeMitra(world, { saldo: 0 });
      const { id, total } = await tiket(mitra, 70_000 + round * 1_000);
      const answers = await atOnce(20, async (at) => {
        if (at % 2 === 0) return { manual: await konfirmasi(id, at / 2) };
        return { bank: await lapor(world, masuk(total)) };
      });
      const manual = answers.flatMap((answer) => (answer.manual ? [answer.manual.status] : []));
      const bank = await Promise.all(answers.flatMap(({ bank: report }) => (report ? [lunas(report)] : [])));
      const paid = manual.filter((status) => status === 200).length + bank.reduce((a, b) => a + b, 0);
      expect(paid).toBe(1);
      expect(manual.every((status) => status === 200 || status === 409)).toBe(true);
      expect(await balances(world, mitra)).toEqual({ tersedia: total, ditahan: 0 });
      await expectNoDeadlock();
    },
  );

  test("one report that comes twenty times is one mutation", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const tikets = [await tiket(mitra, 80_000), await tiket(mitra, 80_000), await tiket(mitra, 80_000)];
    const isi = masuk(...tikets.map(({ total }) => total));
    const answers = await atOnce(20, (at) => lapor(world, at % 2 === 0 ? isi : isi.toReversed()));
    const paid = await Promise.all(answers.map(lunas));
    expect(tally(paid)).toEqual({ 0: 19, 3: 1 });
    const sum = tikets.reduce((all, { total }) => all + total, 0);
    expect(await balances(world, mitra)).toEqual({ tersedia: sum, ditahan: 0 });
    await expectNoDeadlock();
  });

  test("taken back and paid at once: one of both", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    let sum = 0;
    for (let n = 0; n < 10; n++) {
      const { id, total } = await tiket(mitra, 90_000);
      const [ditarik, bayar] = await Promise.all([batal(mitra, id), lapor(world, masuk(total))]);
      const paid = await lunas(bayar);
      expect([ditarik.status, paid]).toEqual(paid === 1 ? [409, 1] : [200, 0]);
      sum += paid * total;
    }
    expect(await balances(world, mitra)).toEqual({ tersedia: sum, ditahan: 0 });
  });

  test(
    "tickets, reports of many, confirmations, purchases and top-ups of 6 mitra, mixed: right, and nobody waits in a circle",
    { timeout: 90_000 },
    async () => {
      const HARGA = 12_000;
      const mitra = await Promise.all(
        Array.from({ length: 6 }, () => makeMitra(world, { saldo: 20 * HARGA })),
      );
      const tikets = await Promise.all(
        mitra.map(async (one, which) => {
          const own: Tiket[] = [];
          for (let n = 0; n < 5; n++) own.push(await tiket(one, 100_000 + which * 10_000));
          return own;
        }),
      );
      const all = tikets.flat();
      const isi = masuk(...all.map(({ total }) => total));
      const work = [
        // Each report brings all, in an order of its own.
        ...Array.from({ length: 6 }, (_, at) => () => {
          const turned = [...isi.slice(at * 5), ...isi.slice(0, at * 5)];
          return lapor(world, at % 2 === 0 ? turned : turned.toReversed());
        }),
        ...all.map(
          ({ id }, at) =>
            () =>
              konfirmasi(id, at),
        ),
        ...mitra.flatMap((one) =>
          Array.from(
            { length: 20 },
            (_, at) => () => requestPurchase(world, one, { nomor_tujuan: nomor(at) }),
          ),
        ),
        ...mitra.flatMap((one) =>
          Array.from({ length: 5 }, (_, at) => () => {
            const isian = { jumlah: HARGA, keterangan: "Transfer", kunci: randomBytes(8).toString("hex") };
            return postJson(world, `/mitra/${one.id}/saldo`, isian, admins[at % 2]?.headers);
          }),
        ),
      ];
      const answers = await Promise.all(work.map((task) => task()));
      await world.idle();
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      for (const [which, one] of mitra.entries()) {
        const sum = (tikets[which] ?? []).reduce((sofar, { total }) => sofar + total, 0);
        expect(await balances(world, one)).toEqual({ tersedia: 5 * HARGA + sum, ditahan: 0 });
      }
      await expectNoDeadlock();
    },
  );
});
