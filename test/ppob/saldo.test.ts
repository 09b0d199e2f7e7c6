import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, login, makeMitra, postJson, purchase, type Mitra } from "../make.ts";

// The evening of 20 November in Jakarta.
const clock = new ManualClock(Date.parse("2026-11-20T15:00:00Z"));
const world = useWorld({ clock });
const HOUR = 3_600_000;

interface MutasiBody {
  id: number;
  waktu: string;
  jenis: string;
  jumlah: number;
  saldo: number;
  transaksi_id: number | null;
  keterangan: string | null;
}

async function advance(ms: number): Promise<void> {
  await world.idle();
  clock.advance(ms);
}

async function isi(mitra: Mitra, jumlah: number, keterangan = "Transfer BCA"): Promise<void> {
  // A token lives for an hour of this clock.
  const { email, password } = await firstAdmin(world);
  const { headers } = await login(world, email, password);
  const isian = { jumlah, keterangan, kunci: randomBytes(8).toString("hex") };
  expect((await postJson(world, `/mitra/${mitra.id}/saldo`, isian, headers)).status).toBe(201);
}

async function mutasi(mitra: Mitra, query = ""): Promise<MutasiBody[]> {
  const response = await world.request(`/mutasi${query}`, { headers: mitra.headers });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as MutasiBody[];
}

const sums = async (mitra: Mitra, query = "") => (await mutasi(mitra, query)).map(({ jumlah }) => jumlah);

test("says what can be spent and what is held, now", async () => {
  const mitra = await makeMitra(world, { saldo: 100_000 });
  const saldo = async () => {
    const response = await world.request("/saldo", { headers: mitra.headers });
    expect(response.status).toBe(200);
    return await response.json();
  };
  const waktu = new Date(clock.now()).toISOString();
  expect(await saldo()).toEqual({ tersedia: 100_000, ditahan: 0, waktu });
  world.cloud.qstash.script.hold();
  await purchase(world, mitra);
  expect(await saldo()).toEqual({ tersedia: 88_000, ditahan: 12_000, waktu });
  await world.cloud.qstash.script.release();
  await world.idle();
  expect(await saldo()).toEqual({ tersedia: 88_000, ditahan: 0, waktu });
  const leer = await makeMitra(world, { saldo: 0 });
  const response = await world.request("/saldo", { headers: leer.headers });
  expect(await response.json()).toEqual({ tersedia: 0, ditahan: 0, waktu });
});

test("what moved the balance, newest first, each with the balance after it", async () => {
  world.cloud.digiflazz.script.outcome(({ customerNo }) => customerNo === "081234567005", {
    status: "Gagal",
    rc: "02",
  });
  const mitra = await makeMitra(world, { saldo: 50_000 });
  await isi(mitra, 20_000, "Setoran tunai");
  const id = await purchase(world, mitra, { nomor_tujuan: "081234567005" });
  await world.idle();
  const baris = await mutasi(mitra);
  const waktu = new Date(clock.now()).toISOString();
  const leer = { transaksi_id: null, keterangan: null, waktu };
  const each = { id: expect.any(Number) as number };
  expect(baris).toEqual([
    { ...each, ...leer, jenis: "gagal", jumlah: 12_000, saldo: 70_000, transaksi_id: id },
    { ...each, ...leer, jenis: "beli", jumlah: -12_000, saldo: 58_000, transaksi_id: id },
    { ...each, ...leer, jenis: "isi_saldo", jumlah: 20_000, saldo: 70_000, keterangan: "Setoran tunai" },
    { ...each, ...leer, jenis: "saldo_awal", jumlah: 50_000, saldo: 50_000 },
  ]);
  expect(baris.map((satu) => satu.id)).toEqual(baris.map((satu) => satu.id).toSorted((a, b) => b - a));
  expect(await mutasi(mitra, "?jenis=beli")).toEqual([baris[1]]);
  expect(await mutasi(mitra, "?jenis=deposit")).toEqual([]);
});

test("is leafed through by the header Link, with its filters", async () => {
  const mitra = await makeMitra(world, { saldo: 0 });
  for (const jumlah of [1, 2, 3, 4, 5]) await isi(mitra, jumlah);
  const pages: number[][] = [];
  let query: string | undefined = "?limit=2&jenis=isi_saldo&dari=2026-11-20";
  while (query !== undefined) {
    const response: Response = await world.request(`/mutasi${query}`, { headers: mitra.headers });
    pages.push((await response.json<MutasiBody[]>()).map(({ jumlah }) => jumlah));
    query = /^<(.+)>/.exec(response.headers.get("link") ?? "")?.[1];
  }
  expect(pages).toEqual([[5, 4], [3, 2], [1]]);
});

test("of a period: days are Jakarta's, the last one included; instants are exact", async () => {
  const mitra = await makeMitra(world, { saldo: 1 });
  const hari = (tambah: number) =>
    new Date(clock.now() + 7 * HOUR + tambah * 24 * HOUR).toISOString().slice(0, 10);
  const [pertama, kedua, ketiga] = [hari(0), hari(1), hari(2)];
  const sebelum = new Date(clock.now()).toISOString();
  // Two hours later it is the next day in Jakarta.
  await advance(2 * HOUR - 1);
  await isi(mitra, 2);
  await advance(1);
  const midnight = new Date(clock.now()).toISOString();
  await isi(mitra, 3);
  await isi(mitra, 4);
  await advance(24 * HOUR - 1);
  await isi(mitra, 5);

  expect(await sums(mitra, `?dari=${pertama}&sampai=${pertama}`)).toEqual([2, 1]);
  expect(await sums(mitra, `?dari=${kedua}&sampai=${kedua}`)).toEqual([5, 4, 3]);
  expect(await sums(mitra, `?dari=${kedua}`)).toEqual([5, 4, 3]);
  expect(await sums(mitra, `?sampai=${pertama}`)).toEqual([2, 1]);
  expect(await sums(mitra, `?sampai=${midnight}`)).toEqual([2, 1]);
  expect(await sums(mitra, `?dari=${midnight}`)).toEqual([5, 4, 3]);
  expect(await sums(mitra, `?dari=${kedua}&jenis=saldo_awal`)).toEqual([]);
  expect(await sums(mitra, `?dari=${pertama}&sampai=${kedua}&jenis=saldo_awal`)).toEqual([1]);
  expect(await sums(mitra, `?dari=${ketiga}`)).toEqual([]);
  expect(await sums(mitra, `?sampai=${hari(-30)}`)).toEqual([]);
  expect(await sums(mitra, `?sampai=${sebelum}`)).toEqual([]);
  // A zone's plus sign is a space in a query unless it is written as %2B.
  expect(await sums(mitra, `?dari=${kedua}T00:00:00%2B07:00`)).toEqual([5, 4, 3]);
});

test.each([
  ["dari=2026-11-21&sampai=2026-11-20", "query:sampai"],
  ["dari=kemarin", "query:dari"],
  ["sampai=2026-02-30", "query:sampai"],
  ["dari=2026-11-20T10:00:00+07:00", "query:dari"],
  ["jenis=sukses", "query:jenis"],
  ["limit=101", "query:limit"],
  ["buku=ditahan", "query:buku"],
])("?%s is 422", async (query, pointer) => {
  const mitra = await makeMitra(world);
  const response = await world.request(`/mutasi?${query}`, { headers: mitra.headers });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ errors: [{ pointer }] });
});

test("nobody sees another's", async () => {
  const [mitra, lain] = [await makeMitra(world, { saldo: 0 }), await makeMitra(world, { saldo: 7 })];
  expect(await mutasi(mitra)).toEqual([]);
  expect(await sums(lain)).toEqual([7]);
  const { headers } = await firstAdmin(world);
  for (const path of ["/saldo", "/mutasi"])
    expect((await world.request(path, { headers })).status, path).toBe(401);
});

test("one roundtrip each", async () => {
  const { neon } = world.cloud;
  const mitra = await makeMitra(world);
  for (const path of ["/saldo", "/mutasi?jenis=beli&dari=2026-11-01&sampai=2026-11-30"]) {
    const before = neon.requests;
    expect((await world.request(path, { headers: mitra.headers })).status).toBe(200);
    expect(neon.requests - before, path).toBe(1);
  }
});
