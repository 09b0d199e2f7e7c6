import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { until, useWorld } from "../harness.ts";
import { balances, makeMitra, postJson, statusOf, type Mitra } from "../make.ts";

const PAGI = Date.parse("2026-11-20T03:00:00Z");
const clock = new ManualClock(PAGI);
const world = useWorld({ clock });

interface TagihanBody {
  id: number;
  nama_pelanggan: string;
  tagihan: number;
  admin: number;
  total: number;
  harga: number;
  lembar: number;
  rincian: Record<string, unknown>;
  berlaku_sampai: string;
  transaksi_id: number | null;
}

/** A postpaid product of the biller's own code, with our fee on top. */
async function produk(kode = "pln", biaya = 500): Promise<number> {
  const [row] = await world.cloud.neon.asOwner(
    `insert into produk (kode, nama, kategori, harga, nominal, jenis) values ($1, $1, 'pascabayar', $2, null, 'pascabayar')
     on conflict (kode) do update set harga = excluded.harga returning id`,
    [kode, biaya],
  );
  return Number(row?.["id"]);
}

const tanya = async (mitra: Mitra, isian: object) => await postJson(world, "/tagihan", isian, mitra.headers);

async function tagihan(mitra: Mitra, nomor: string, kode = "pln"): Promise<TagihanBody> {
  const answer = await tanya(mitra, { produk_id: await produk(kode), nomor_pelanggan: nomor });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await answer.json()) as TagihanBody;
}

const bayar = async (mitra: Mitra, id: number, headers: Record<string, string> = {}) =>
  await world.request(`/tagihan/${id}/bayar`, { method: "POST", headers: { ...mitra.headers, ...headers } });

const executions = async (id: number) => {
  const [row] = await world.cloud.neon.asOwner("select ref_id from tagihan where id = $1", [id]);
  return world.cloud.digiflazz.book.executions(String(row?.["ref_id"]));
};

const isAnswered = async (id: number) => {
  const [row] = await world.cloud.neon.asOwner("select ref_id from tagihan where id = $1", [id]);
  const entry = world.cloud.digiflazz.book.entries().find(({ refId }) => refId === row?.["ref_id"]);
  return entry !== undefined && !entry.executing;
};

describe("a question", () => {
  test("is answered with who pays, how much, and what the mitra pays", async () => {
    const mitra = await makeMitra(world);
    const bill = await tagihan(mitra, "530000000002");
    expect(bill).toMatchObject({ lembar: 2, admin: 5_000, transaksi_id: null });
    expect(bill.total).toBe(bill.tagihan + bill.admin);
    // Two sheets at a commission of 1,000 each are ours, and of that our fee is 500.
    expect(bill.harga).toBe(bill.total - 2_000 + 500);
    expect(bill.rincian).toMatchObject({ lembar_tagihan: 2 });
    expect(await balances(world, mitra)).toEqual({ tersedia: 1_000_000, ditahan: 0 });
    const again = await world.request(`/tagihan/${bill.id}`, { headers: mitra.headers });
    expect(await again.json()).toEqual(bill);
    const lain = await makeMitra(world);
    expect(await refusalOf(await world.request(`/tagihan/${bill.id}`, { headers: lain.headers }))).toBe(
      "404 tagihan-tidak-ada",
    );
  });

  test("again within a minute has the same answer, and later a new one", async () => {
    const mitra = await makeMitra(world);
    const first = await tagihan(mitra, "530000000001");
    const asked = world.cloud.digiflazz.requests;
    clock.advance(59_999);
    expect(await tagihan(mitra, "530000000001")).toEqual(first);
    expect(world.cloud.digiflazz.requests).toBe(asked);
    clock.advance(1);
    expect((await tagihan(mitra, "530000000001")).id).not.toBe(first.id);
    expect(world.cloud.digiflazz.requests).toBe(asked + 1);
  });

  test("that the biller refuses is 422, and one that it does not answer 503; neither is a bill", async () => {
    const mitra = await makeMitra(world);
    const produk_id = await produk();
    expect(await refusalOf(await tanya(mitra, { produk_id, nomor_pelanggan: "530000000003" }))).toBe(
      "422 tagihan-ditolak",
    );
    world.cloud.digiflazz.faults.next({ kind: "drop" });
    const lost = await tanya(mitra, { produk_id, nomor_pelanggan: "530000000001" });
    expect(lost.status).toBe(503);
    const rows = await world.cloud.neon.asOwner("select id from tagihan where mitra_id = $1", [mitra.id]);
    expect(rows).toHaveLength(2);
    for (const { id } of rows) {
      expect(await refusalOf(await bayar(mitra, Number(id)))).toBe("404 tagihan-tidak-ada");
    }
  });

  test("is for those who have something to pay with, and so is the name at a meter", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const asked = world.cloud.digiflazz.requests;
    expect(
      await refusalOf(await tanya(mitra, { produk_id: await produk(), nomor_pelanggan: "530000000001" })),
    ).toBe("402 saldo-tidak-cukup");
    const cek = await postJson(world, "/cek-pln", { nomor: "12345678901" }, mitra.headers);
    expect(await refusalOf(cek)).toBe("402 saldo-tidak-cukup");
    expect(world.cloud.digiflazz.requests).toBe(asked);
  });

  test("twice at once is one bill; the other one is told to wait", async () => {
    const mitra = await makeMitra(world);
    const isian = { produk_id: await produk(), nomor_pelanggan: "530000000001" };
    const answers = await atOnce(5, async () => await refusalOf(await tanya(mitra, isian)));
    expect(answers.filter((answer) => answer === "201").length).toBeGreaterThanOrEqual(1);
    expect(new Set(answers)).toEqual(new Set(["201", "409 tagihan-sedang-ditanyakan"]));
    expect(
      await world.cloud.neon.asOwner("select id from tagihan where mitra_id = $1", [mitra.id]),
    ).toHaveLength(1);
  });

  test("is for postpaid products, as buying is for the others", async () => {
    const mitra = await makeMitra(world);
    expect(await refusalOf(await tanya(mitra, { produk_id: 1, nomor_pelanggan: "08123456789" }))).toBe(
      "422 produk-prabayar",
    );
    expect(await refusalOf(await tanya(mitra, { produk_id: 99_999, nomor_pelanggan: "0812345" }))).toBe(
      "404 produk-tidak-ada",
    );
    const beli = await postJson(
      world,
      "/beli",
      { produk_id: await produk(), nomor_tujuan: "530000000001", nominal: 10_000 },
      mitra.headers,
    );
    expect(await refusalOf(beli)).toBe("422 produk-pascabayar");
  });

  test("comes at most ten times a minute", async () => {
    const mitra = await makeMitra(world);
    const produk_id = await produk();
    const answers = await atOnce(14, async (at) =>
      refusalOf(await tanya(mitra, { produk_id, nomor_pelanggan: `5300000010${10 + at}` })),
    );
    expect(tally(answers)).toEqual({ 201: 10, "429 tagihan-terlalu-sering": 4 });
    clock.advance(60_000);
    expect((await tanya(mitra, { produk_id, nomor_pelanggan: "530000001099" })).status).toBe(201);
  });
});

describe("a payment", () => {
  test.each([
    ["530000000001", "sukses"],
    ["530000000006", "gagal"],
    ["630000000001", "sukses"],
    ["630000000006", "gagal"],
  ])("of test number %s ends as %s", async (nomor, status) => {
    const mitra = await makeMitra(world);
    const bill = await tagihan(mitra, nomor);
    const { id } = (await (await bayar(mitra, bill.id)).json()) as { id: number };
    // What is pending at the biller waits for the clock.
    await until(async () => await isAnswered(bill.id));
    clock.advance(1_000);
    await world.idle();
    expect(await statusOf(world, mitra, id)).toMatchObject({
      status,
      nomor_tujuan: nomor,
      nominal: bill.total,
    });
    expect(await balances(world, mitra)).toEqual({
      tersedia: 1_000_000 - (status === "sukses" ? bill.harga : 0),
      ditahan: 0,
    });
    expect(await executions(bill.id)).toBe(1);
  });

  test("happens once, however often and however concurrently it is asked for", async () => {
    const mitra = await makeMitra(world);
    const bill = await tagihan(mitra, "530000000001");
    const answers = await atOnce(10, async () => await bayar(mitra, bill.id));
    const ids = await Promise.all(answers.map(async (answer) => (await answer.json<{ id: number }>()).id));
    expect(new Set(ids).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get("idempotency-replayed")).length).toBe(9);
    await world.idle();
    expect(await executions(bill.id)).toBe(1);
    expect((await balances(world, mitra)).tersedia).toBe(1_000_000 - bill.harga);
    const shown = await world.request(`/tagihan/${bill.id}`, { headers: mitra.headers });
    expect(await shown.json()).toMatchObject({ transaksi_id: ids[0] });
  });

  test("under a key: the same key again is the same payment, another one is refused", async () => {
    const mitra = await makeMitra(world);
    const bill = await tagihan(mitra, "530000000001");
    const other = await tagihan(mitra, "530000000002");
    const pay = async (id: number, key?: string) =>
      await refusalOf(await bayar(mitra, id, key === undefined ? {} : { "idempotency-key": key }));
    expect(await pay(bill.id, "a")).toBe("200");
    expect(await pay(bill.id, "a")).toBe("200");
    expect(await pay(bill.id)).toBe("200");
    expect(await pay(bill.id, "b")).toBe("409 tagihan-sudah-dibayar");
    expect(await pay(other.id, "a")).toBe("409 kunci-dipakai");
    expect(await pay(other.id)).toBe("200");
    expect(await pay(other.id, "c")).toBe("409 tagihan-sudah-dibayar");
    await world.idle();
    expect((await balances(world, mitra)).tersedia).toBe(1_000_000 - bill.harga - other.harga);
  });

  test("of a bill that was asked for before another one was paid is refused: the money may be in both", async () => {
    const mitra = await makeMitra(world);
    const old = await tagihan(mitra, "530000000001");
    clock.advance(60_000);
    const fresh = await tagihan(mitra, "530000000001");
    expect(fresh.id).not.toBe(old.id);
    expect(await refusalOf(await bayar(mitra, fresh.id))).toBe("200");
    expect(await refusalOf(await bayar(mitra, old.id))).toBe("409 tagihan-berubah");
    await world.idle();
    expect(await refusalOf(await bayar(mitra, old.id))).toBe("409 tagihan-berubah");
    expect((await balances(world, mitra)).tersedia).toBe(1_000_000 - fresh.harga);
    // Asked for after that, it is another bill.
    clock.advance(60_000);
    expect(await refusalOf(await bayar(mitra, (await tagihan(mitra, "530000000001")).id))).toBe("200");
  });

  test("needs its price in the balance, and a bill of one's own", async () => {
    const poor = await makeMitra(world, { saldo: 1_000 });
    const bill = await tagihan(poor, "530000000001");
    expect(await refusalOf(await bayar(poor, bill.id))).toBe("402 saldo-tidak-cukup");
    const other = await makeMitra(world);
    expect(await refusalOf(await bayar(other, bill.id))).toBe("404 tagihan-tidak-ada");
    expect(await refusalOf(await bayar(other, 999_999_999))).toBe("404 tagihan-tidak-ada");
    await world.idle();
    expect(await executions(bill.id)).toBe(0);
  });

  test("comes within half an hour", async () => {
    const mitra = await makeMitra(world);
    const [first, second] = [await tagihan(mitra, "530000000001"), await tagihan(mitra, "530000000002")];
    clock.advance(1_799_999);
    expect((await bayar(mitra, first.id)).status).toBe(200);
    await world.idle();
    clock.advance(1);
    expect(await refusalOf(await bayar(mitra, second.id))).toBe("409 tagihan-kedaluwarsa");
  });
});

describe("the day ends", () => {
  /** To a moment of some evening in Jakarta. */
  const evening = (time: string) => {
    const day = new Date(clock.now() + 7 * 3_600_000 + 86_400_000).toISOString().slice(0, 10);
    clock.advance(Date.parse(`${day}T${time}+07:00`) - clock.now());
  };

  test("a bill of before midnight in Jakarta is not paid after it", async () => {
    const mitra = await makeMitra(world);
    evening("23:50:00");
    const bill = await tagihan(mitra, "530000000001");
    expect(Date.parse(bill.berlaku_sampai) - clock.now()).toBe(600_000);
    clock.advance(600_000);
    expect(await refusalOf(await bayar(mitra, bill.id))).toBe("409 tagihan-kedaluwarsa");
  });

  test("a payment that was not sent before midnight is given back, and never sent", async () => {
    const mitra = await makeMitra(world);
    evening("23:59:00");
    const bill = await tagihan(mitra, "530000000001");
    world.cloud.qstash.script.dropNext(1);
    const { id } = (await (await bayar(mitra, bill.id)).json()) as { id: number };
    await world.idle();
    clock.advance(60_000);
    await world.sweep();
    await world.idle();
    expect(await statusOf(world, mitra, id)).toMatchObject({
      status: "gagal",
      hasil_eksekusi: "Transaksi PPOB gagal: tagihan kedaluwarsa, tanyakan lagi. Saldo dikembalikan.",
    });
    expect(await executions(bill.id)).toBe(0);
    expect(await balances(world, mitra)).toEqual({ tersedia: 1_000_000, ditahan: 0 });
  });

  test("a payment that was sent is asked about after midnight, and not sent again", async () => {
    const mitra = await makeMitra(world);
    evening("23:59:00");
    const bill = await tagihan(mitra, "530000000001");
    // Paid, and its answer lost.
    world.cloud.digiflazz.faults.next({ kind: "replace", status: 502, body: "<html>" });
    const { id } = (await (await bayar(mitra, bill.id)).json()) as { id: number };
    await world.idle();
    expect((await statusOf(world, mitra, id)).status).toBe("proses");
    clock.advance(120_000);
    await world.sweep();
    await world.idle();
    expect((await statusOf(world, mitra, id)).status).toBe("sukses");
    expect(await executions(bill.id)).toBe(1);
  });
});

test("whose a meter is, before buying a token", async () => {
  const mitra = await makeMitra(world);
  const cek = async (nomor: string) => await postJson(world, "/cek-pln", { nomor }, mitra.headers);
  expect(await (await cek("12345678901")).json()).toMatchObject({
    nomor: "12345678901",
    meter: "12345678901",
    nama: expect.stringMatching(/^[A-Z ]+$/) as string,
    id_pelanggan: expect.stringMatching(/^\d{12}$/) as string,
    daya: expect.stringMatching(/^R1 \/\d{9}$/) as string,
  });
  expect(await refusalOf(await cek("530000000003"))).toBe("422 tagihan-ditolak");
  for (const nomor of ["123", "1234567890123", "abc"]) expect((await cek(nomor)).status).toBe(422);
  const stranger = await postJson(
    world,
    "/cek-pln",
    { nomor: "12345678901" },
    { "x-api-key": "0".repeat(64) },
  );
  expect(await refusalOf(stranger)).toBe("401 kunci-api-salah");
});
