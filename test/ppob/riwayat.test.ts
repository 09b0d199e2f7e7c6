import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JENDELA } from "../../src/ppob/riwayat/repo.ts";
import { createWorld, type World } from "../harness.ts";
import { makeMitra, type Mitra } from "../make.ts";
import { mitraWith, type PurchaseRow } from "./riwayat-rows.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => await world.close());

async function page(mitra: Mitra, query: string) {
  const response = await world.request(`/riwayat${query}`, { headers: mitra.headers });
  expect(response.status, await response.clone().text()).toBe(200);
  const rows = (await response.json()) as { id: number }[];
  const next = /<([^>]+)>; rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
  return { ids: rows.map(({ id }) => id), rows, next };
}

/** All pages, by the Link header alone. */
async function allPages(mitra: Mitra, query: string) {
  const ids: number[] = [];
  let pages = 0;
  for (let next: string | undefined = query; next !== undefined && pages < 100; pages++) {
    const got = await page(mitra, next);
    ids.push(...got.ids);
    next = got.next;
  }
  return { ids, pages };
}

const refusalOf = async (mitra: Mitra, query: string) => {
  const response = await world.request(`/riwayat${query}`, { headers: mitra.headers });
  const { errors } = (await response.json()) as { errors?: { pointer: string }[] };
  return [response.status, ...(errors ?? []).map(({ pointer }) => pointer)];
};

describe("filters", () => {
  /** From 20 to 23 November, Jakarta's days; the second is one millisecond before midnight, the third at it. */
  const ROWS: PurchaseRow[] = [
    { waktu: "2026-11-20T03:00:00Z", status: "sukses", kunci: "pesanan-1" },
    { waktu: "2026-11-20T16:59:59.999Z", status: "gagal", produk_id: 2 },
    { waktu: "2026-11-20T17:00:00Z", status: "sukses", nomor_tujuan: "08999999999" },
    { waktu: "2026-11-21T17:00:00Z", status: "proses", produk_id: 3, nomor_tujuan: "08999999999" },
    { waktu: "2026-11-21T17:00:00Z", status: "gagal", produk_id: 3 },
    { waktu: "2026-11-23T00:00:00Z", status: "pending", kunci: "pesanan-6" },
  ];
  let mitra: Mitra;
  let ids: number[];
  beforeAll(async () => {
    ({ mitra, ids } = await mitraWith(world, ROWS));
    // Somebody else's, in the same time and with the same keys.
    await mitraWith(world, ROWS);
  });

  test.each([
    ["", [6, 5, 4, 3, 2, 1]],
    ["?status=gagal", [5, 2]],
    ["?status=proses", [4]],
    ["?produk_id=3", [5, 4]],
    ["?nomor_tujuan=08999999999", [4, 3]],
    ["?nomor_tujuan=0899", []],
    ["?ref_id=pesanan-1", [1]],
    ["?ref_id=pesanan-1&status=sukses&produk_id=1", [1]],
    ["?ref_id=pesanan-1&status=gagal", []],
    ["?ref_id=pesanan-2", []],
    ["?status=gagal&produk_id=3", [5]],
    ["?status=gagal&produk_id=1", []],
    ["?status=proses&nomor_tujuan=08999999999&produk_id=3", [4]],
    ["?produk_id=1&nomor_tujuan=08999999999", [3]],
    ["?dari=2026-11-21", [6, 5, 4, 3]],
    ["?sampai=2026-11-20", [2, 1]],
    ["?dari=2026-11-21&sampai=2026-11-21", [3]],
    ["?dari=2026-11-22&sampai=2026-11-22", [5, 4]],
    ["?dari=2026-11-20T17:00:00Z&sampai=2026-11-21T17:00:00Z", [3]],
    ["?dari=2026-11-20T16:59:59.999Z&sampai=2026-11-20T17:00:00Z", [2]],
    ["?dari=2026-11-24", []],
    ["?sampai=2026-11-19", []],
    ["?status=gagal&dari=2026-11-21", [5]],
    ["?status=gagal&produk_id=2&sampai=2026-11-21", [2]],
    ["?status=gagal&produk_id=2&dari=2026-11-21", []],
    ["?ref_id=pesanan-6&sampai=2026-11-22", []],
    ["?produk_id=2147483647", []],
  ])("%s", async (query, expected) => {
    const got = await page(mitra, query);
    expect(got.ids).toEqual(expected.map((n) => ids[n - 1]));
    expect(got.next).toBeUndefined();
  });

  test("the Link header leads through all pages, and keeps the filters", async () => {
    for (const [query, expected] of [
      ["?limit=1&status=gagal", [5, 2]],
      ["?limit=2", [6, 5, 4, 3, 2, 1]],
      ["?limit=1&status=sukses&produk_id=1&dari=2026-11-20", [3, 1]],
      ["?limit=1&status=gagal&produk_id=3&nomor_tujuan=08123456789", [5]],
    ] as const)
      expect((await allPages(mitra, query)).ids, query).toEqual(expected.map((n) => ids[n - 1]));
    expect((await page(mitra, "?status=gagal&limit=1")).next).toContain("status=gagal");
  });

  test("before goes together with every filter", async () => {
    expect((await page(mitra, `?status=gagal&before=${ids[4]}`)).ids).toEqual([ids[1]]);
    expect((await page(mitra, `?status=gagal&produk_id=3&before=${ids[4]}`)).ids).toEqual([]);
  });

  test("each filter is checked, and no other is taken", async () => {
    for (const [query, pointer] of [
      ["?status=lunas", "query:status"],
      ["?status=", "query:status"],
      ["?produk_id=0", "query:produk_id"],
      ["?produk_id=2147483648", "query:produk_id"],
      ["?nomor_tujuan=08 12", "query:nomor_tujuan"],
      ["?nomor_tujuan=08%2512345", "query:nomor_tujuan"],
      ["?ref_id=a%20b", "query:ref_id"],
      ["?dari=2026-02-30", "query:dari"],
      ["?sampai=kemarin", "query:sampai"],
      ["?dari=2026-11-22&sampai=2026-11-20", "query:sampai"],
      ["?cari=x", "query:cari"],
      ["?limit=101", "query:limit"],
    ] as const)
      expect(await refusalOf(mitra, query), query).toEqual([422, pointer]);
  });

  test("what is looked for is text, never SQL", async () => {
    for (const ref of ["'or'1'='1", "%", "pesanan-_", "\\"])
      expect((await page(mitra, `?ref_id=${encodeURIComponent(ref)}`)).ids, ref).toEqual([]);
  });
});

describe(`several filters over more than ${JENDELA} purchases`, () => {
  const MANY = 2 * JENDELA + 1_000;
  let mitra: Mitra;
  /** The first three fail, and are of product 3; of the others each is one of the two, and nearly the half each. */
  beforeAll(async () => {
    mitra = await makeMitra(world, { saldo: 0 });
    await world.cloud.neon.asOwner(
      `insert into transaksi (mitra_id, produk_id, kode_produk, nomor_tujuan, nominal, harga, status, lanjut_pada, waktu)
        select $1, case when n <= 3 or n % 2 = 0 then 3 else 1 end, 'x', '08123456789', 1, 1,
          (case when n <= 3 or n % 2 = 1 then 'gagal' else 'sukses' end)::status_transaksi, now(), now()
        from generate_series(1, ${MANY}) n`,
      [mitra.id],
    );
  });

  test("finds what lies deep, over short pages that go on", async () => {
    const first = await page(mitra, "?status=gagal&produk_id=3");
    expect(first.ids).toEqual([]);
    expect(first.next).toBeDefined();
    const { ids, pages } = await allPages(mitra, "?status=gagal&produk_id=3");
    expect(ids).toHaveLength(3);
    expect(pages).toBe(2);
  });

  test("goes the way of the rarer condition: one page is enough", async () => {
    const { ids, pages } = await allPages(mitra, "?status=proses&produk_id=3");
    expect([ids, pages]).toEqual([[], 1]);
    expect((await page(mitra, "?nomor_tujuan=08999999999&status=gagal")).next).toBeUndefined();
  });

  test("no purchase is told twice, and none is left out", async () => {
    const { ids } = await allPages(mitra, "?status=sukses&nomor_tujuan=08123456789&limit=100");
    const [row] = await world.cloud.neon.asOwner(
      "select count(*) as n from transaksi where mitra_id = $1 and status = 'sukses'",
      [mitra.id],
    );
    expect(ids).toHaveLength(Number(row?.["n"]));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
  });
});
