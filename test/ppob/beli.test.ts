import { expect, test } from "vitest";
import { createWorld, useWorld } from "../harness.ts";
import { balances, makeMitra, purchase, requestPurchase } from "../make.ts";

const world = useWorld();

const problemOf = async (response: Response) => {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return (await response.json()) as { status: number; detail: string; errors?: { pointer: string }[] };
};

test("too little saldo is 402 as printed, and nothing is written", async () => {
  const mitra = await makeMitra(world, { saldo: 11_999 });
  const response = await requestPurchase(world, mitra);
  expect(response.status).toBe(402);
  expect(await problemOf(response)).toMatchObject({ status: 402, detail: "Saldo tidak cukup" });
  expect(await balances(world, mitra)).toEqual({ tersedia: 11_999, ditahan: 0 });
  expect(await (await world.request("/riwayat", { headers: mitra.headers })).json()).toEqual([]);
});

test("an absent saldo is the local test balance, an explicit 0 is 0", async () => {
  expect(await balances(world, await makeMitra(world))).toEqual({ tersedia: 1_000_000, ditahan: 0 });
  const empty = await makeMitra(world, { saldo: 0 });
  expect(await balances(world, empty)).toEqual({ tersedia: 0, ditahan: 0 });
  expect((await requestPurchase(world, empty)).status).toBe(402);
});

test.each([
  { name: "an unknown product", body: { produk_id: 999 }, status: 404, pointer: undefined },
  {
    name: "another nominal than the product's",
    body: { nominal: 10_001 },
    status: 422,
    pointer: "#/nominal",
  },
  { name: "no number", body: { nomor_tujuan: "" }, status: 422, pointer: "#/nomor_tujuan" },
  {
    name: "a number with a script in it",
    body: { nomor_tujuan: "<script>" },
    status: 422,
    pointer: "#/nomor_tujuan",
  },
  { name: "a negative nominal", body: { nominal: -10_000 }, status: 422, pointer: "#/nominal" },
])("$name is $status and nothing is held", async ({ body, status, pointer }) => {
  const mitra = await makeMitra(world);
  const response = await requestPurchase(world, mitra, body);
  expect(response.status).toBe(status);
  const problem = await problemOf(response);
  expect(problem.errors?.[0]?.pointer).toBe(pointer);
  expect(await balances(world, mitra)).toEqual({ tersedia: 1_000_000, ditahan: 0 });
});

test("an open denomination costs the nominal plus the fee, and needs a nominal", async () => {
  const [produk] = await world.cloud.neon.asOwner(
    `insert into produk (kode, nama, kategori, harga, nominal) values ('emoney', 'Dompet bebas nominal', 'emoney', 1000, null) returning id`,
  );
  const produkId = Number(produk?.["id"]);
  const mitra = await makeMitra(world, { saldo: 51_000 });
  const without = await world.request("/beli", {
    method: "POST",
    headers: mitra.headers,
    body: JSON.stringify({ produk_id: produkId, nomor_tujuan: "08123456789" }),
  });
  expect(without.status).toBe(422);
  expect(await problemOf(without)).toMatchObject({ errors: [{ pointer: "#/nominal" }] });
  await purchase(world, mitra, { produk_id: produkId, nominal: 50_000 });
  expect((await balances(world, mitra)).tersedia).toBe(0);
});

test("a fixed denomination needs no nominal", async () => {
  const mitra = await makeMitra(world);
  const response = await world.request("/beli", {
    method: "POST",
    headers: mitra.headers,
    body: JSON.stringify({ produk_id: 3, nomor_tujuan: "12345678901" }),
  });
  expect(response.status).toBe(200);
  const { id } = (await response.json()) as { id: number };
  const status = await world.request(`/status/${id}`, { headers: mitra.headers });
  expect(await status.json()).toMatchObject({ nominal: 50_000 });
});

test("the same Idempotency-Key or ref_id is one purchase with one answer; other content is 409", async () => {
  const mitra = await makeMitra(world);
  const first = await requestPurchase(world, mitra, {}, { "idempotency-key": "pesanan-1" });
  const answer = await first.text();
  expect(first.headers.get("idempotency-replayed")).toBeNull();
  await world.idle();
  for (const again of [
    await requestPurchase(world, mitra, {}, { "idempotency-key": "pesanan-1" }),
    await requestPurchase(world, mitra, { ref_id: "pesanan-1" }),
    await requestPurchase(world, mitra, { ref_id: "pesanan-1" }, { "idempotency-key": "pesanan-1" }),
  ]) {
    expect(again.status).toBe(200);
    expect(await again.text()).toBe(answer);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
  }
  for (const other of [{ produk_id: 2, nominal: 20_000 }, { nomor_tujuan: "08123456780" }]) {
    expect((await requestPurchase(world, mitra, other, { "idempotency-key": "pesanan-1" })).status).toBe(409);
  }
  const both = await requestPurchase(world, mitra, { ref_id: "a" }, { "idempotency-key": "b" });
  expect(both.status).toBe(422);
  expect(await balances(world, mitra)).toMatchObject({ tersedia: 988_000 });
  // The key of one mitra is nobody else's business.
  const other = await makeMitra(world);
  expect(
    (await requestPurchase(world, other, { ref_id: "pesanan-1" })).headers.get("idempotency-replayed"),
  ).toBeNull();
});

test.each(["", "x".repeat(256), "spasi di tengah", "émoji"])(
  "an Idempotency-Key of %j is 422",
  async (ref_id) => {
    expect((await requestPurchase(world, await makeMitra(world), { ref_id })).status).toBe(422);
  },
);

test("status of somebody else's purchase is the same 404 as of none", async () => {
  const mitra = await makeMitra(world);
  const id = await purchase(world, mitra);
  const stranger = await makeMitra(world);
  const [foreign, none] = await Promise.all(
    [id, 999_999_999].map((each) => world.request(`/status/${each}`, { headers: stranger.headers })),
  );
  expect(foreign?.status).toBe(404);
  expect(none?.status).toBe(404);
  const strip = ({ instance, request_id, ...rest }: Record<string, unknown>) => [
    typeof instance,
    typeof request_id,
    rest,
  ];
  expect(strip((await foreign?.json()) as Record<string, unknown>)).toEqual(
    strip((await none?.json()) as Record<string, unknown>),
  );
  expect(await (await world.request("/riwayat", { headers: stranger.headers })).json()).toEqual([]);
});

test("riwayat: the last 100, newest first, and pages by the Link header", async () => {
  const mitra = await makeMitra(world, { saldo: 12_000 * 103 });
  const ids: number[] = [];
  for (let n = 0; n < 103; n++) ids.push(await purchase(world, mitra));
  const page = async (path: string) => {
    const response = await world.request(path, { headers: mitra.headers });
    expect(response.status).toBe(200);
    const rows = (await response.json()) as { id: number }[];
    return { ids: rows.map(({ id }) => id), link: response.headers.get("link") };
  };
  const first = await page("/riwayat");
  expect(first.ids).toEqual(ids.toReversed().slice(0, 100));
  const next = /<([^>]+)>; rel="next"/.exec(first.link ?? "")?.[1] ?? "";
  const second = await page(`/riwayat${next}`);
  expect(second.ids).toEqual(ids.toReversed().slice(100));
  expect(second.link).toBeNull();
  expect((await page("/riwayat?limit=2")).ids).toEqual(ids.toReversed().slice(0, 2));
});

test("rotating keys kills the old pair at once and keeps the money", async () => {
  const mitra = await makeMitra(world, { saldo: 5 });
  const rotated = await world.request("/generate-key", { method: "POST", headers: mitra.headers });
  const { api_key: apiKey } = (await rotated.json()) as { api_key: string };
  expect((await world.request("/produk", { headers: mitra.headers })).status).toBe(401);
  expect((await world.request("/produk", { headers: { "x-api-key": apiKey } })).status).toBe(200);
  expect(await balances(world, mitra)).toMatchObject({ tersedia: 5 });
});

test("a disabled mitra is dead on the next request", async () => {
  const mitra = await makeMitra(world);
  await world.cloud.neon.asOwner("update mitra set aktif = false where id = $1", [mitra.id]);
  expect((await world.request("/produk", { headers: mitra.headers })).status).toBe(403);
  expect((await requestPurchase(world, mitra)).status).toBe(403);
});

test("keys are stored as a hash and sealed, never in clear", async () => {
  const mitra = await makeMitra(world);
  const [row] = await world.cloud.neon.asOwner(
    "select m::text as row, kunci_privat_segel from mitra m where id = $1",
    [mitra.id],
  );
  expect(row?.["row"]).not.toContain(mitra.apiKey);
  expect(row?.["row"]).not.toContain(mitra.privateKey);
  expect(row?.["kunci_privat_segel"]).toMatch(/^1\./);
  expect(JSON.stringify(world.log)).not.toContain(mitra.apiKey);
});

test("outside local development an opening balance is 403 and an absent one is 0", async () => {
  // Everything of a local world, except that it says it is production.
  const probe = await createWorld();
  const production = await createWorld({ deps: { config: { ...probe.deps.config, local: false } } });
  await probe.close();
  const gift = await production.request("/register", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ nama: "Budi", email: "hadiah@mail.com", saldo: 1 }),
  });
  expect(gift.status).toBe(403);
  const mitra = await makeMitra(production);
  expect(await balances(production, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
  await production.close();
});
