import { beforeAll, describe, expect, test } from "vitest";
import { segarkanSatu } from "../../src/ppob/produk/produk.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun, makeMitra, type Mitra, type Orang } from "../make.ts";
import { barisBiller, daftarPalsu } from "./produk-biller-palsu.ts";
import { aturHarga, kataUnik, makeProduk, satuProduk } from "./produk.ts";

const world = useWorld();
let admin: Orang;
beforeAll(async () => {
  admin = await firstAdmin(world);
});

interface AturanBody {
  id: number;
  mitra_id: number | null;
  tier: string | null;
  produk_id: number | null;
  kategori: string | null;
  jenis: string;
  nilai: number;
  diubah_pada: string;
}

const atur = async (isi: object): Promise<AturanBody> => {
  const response = await aturHarga(world, isi);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as AturanBody;
};
const hapus = (id: number | string, headers = admin.headers) =>
  world.request(`/aturan-harga/${id}`, { method: "DELETE", headers });
const daftar = async (query: string) => {
  const response = await world.request(`/aturan-harga${query}`, { headers: admin.headers });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as AturanBody[];
};

/** The biller's price of a code from now on. */
const billerPrice = (kode: string, harga: bigint) => {
  const palsu = daftarPalsu();
  palsu.daftar.prabayar = [barisBiller(kode, { harga })];
  return segarkanSatu({ ...world.deps, biller: palsu }, kode);
};

/** A mitra in a tier of its own. */
const inTier = async (): Promise<{ mitra: Mitra; tier: string }> => {
  const [mitra, tier] = [await makeMitra(world, { saldo: 1_000_000 }), `tier-${kataUnik()}`];
  await world.cloud.neon.asOwner("update mitra set tier = $1 where id = $2", [tier, mitra.id]);
  return { mitra, tier };
};

describe("H10", () => {
  test("the mitra's rules go before its tier's, these before everybody's; product before category before all", async () => {
    const { mitra, tier } = await inTier();
    const [kategori, lain] = [kataUnik(), await makeMitra(world)];
    const { id, kode } = await makeProduk(world, { kategori, harga: 99_000, nominal: 10_000 });
    await billerPrice(kode, 10_000n);
    const ruled: { id: number }[] = [];
    const seen: number[] = [];
    const price = async () => (await satuProduk(world, mitra, kode)).harga;
    // From the last to the first in precedence: each new one takes over from all before it.
    let nilai = 0;
    for (const siapa of [{}, { tier }, { mitra_id: mitra.id }]) {
      for (const apa of [{}, { kategori }, { produk_id: id }]) {
        ruled.push(await atur({ ...siapa, ...apa, jenis: "markup", nilai: ++nilai }));
        seen.push(await price());
      }
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => 10_000 + n));
    // Somebody else knows everybody's only.
    expect((await satuProduk(world, lain, kode)).harga).toBe(10_003);
    const back: number[] = [];
    for (const { id: aturan } of ruled.toReversed()) {
      expect((await hapus(aturan)).status).toBe(204);
      back.push(await price());
    }
    expect(back).toEqual([...[8, 7, 6, 5, 4, 3, 2, 1].map((n) => 10_000 + n), 99_000]);
  });

  test("tetap is that price; markup rupiah and persen hundredths of a percent above the biller's, rounded up", async () => {
    const { mitra } = await inTier();
    const { id, kode } = await makeProduk(world, { harga: 99_000 });
    await billerPrice(kode, 10_001n);
    const siapa = { mitra_id: mitra.id, produk_id: id };
    for (const [jenis, nilai, harga] of [
      ["tetap", 12_345, 12_345],
      ["markup", 0, 10_001],
      ["markup", 750, 10_751],
      ["persen", 0, 10_001],
      ["persen", 250, 10_252],
      ["persen", 1, 10_003],
      ["persen", 100_000, 110_011],
    ] as const) {
      await atur({ ...siapa, jenis, nilai });
      expect((await satuProduk(world, mitra, kode)).harga, `${jenis} ${nilai}`).toBe(harga);
    }
    await billerPrice(kode, 11_000n);
    expect((await satuProduk(world, mitra, kode)).harga).toBe(121_000);
  });

  test("what is above a biller's price that nobody knows is passed over to the next rule", async () => {
    const { mitra, tier } = await inTier();
    const { id, kode } = await makeProduk(world, { harga: 99_000 });
    const price = async () => (await satuProduk(world, mitra, kode)).harga;
    await atur({ mitra_id: mitra.id, produk_id: id, jenis: "markup", nilai: 100 });
    expect(await price()).toBe(99_000);
    await atur({ tier, produk_id: id, jenis: "tetap", nilai: 50_000 });
    expect(await price()).toBe(50_000);
    await billerPrice(kode, 0n);
    expect(await price()).toBe(50_000);
    await billerPrice(kode, 10_000n);
    expect(await price()).toBe(10_100);
  });

  test("open denominations and postpaid products have a fee, which only tetap of that very product says", async () => {
    const { mitra, tier } = await inTier();
    const kategori = kataUnik();
    const bebas = await makeProduk(world, { kategori, nominal: null, harga: 500 });
    const pasca = await makeProduk(world, { kategori, nominal: null, harga: 2_500, jenis: "pascabayar" });
    await billerPrice(bebas.kode, 10_000n);
    for (const siapa of [{ mitra_id: mitra.id }, { tier }])
      for (const apa of [{ kategori }, {}]) await atur({ ...siapa, ...apa, jenis: "markup", nilai: 7_000 });
    const fees = async () => [
      (await satuProduk(world, mitra, bebas.kode)).harga,
      (await satuProduk(world, mitra, pasca.kode)).harga,
    ];
    expect(await fees()).toEqual([500, 2_500]);
    await atur({ tier, produk_id: bebas.id, jenis: "tetap", nilai: 0 });
    await atur({ mitra_id: mitra.id, produk_id: pasca.id, jenis: "tetap", nilai: 1_500 });
    expect(await fees()).toEqual([0, 1_500]);
    for (const jenis of ["markup", "persen"]) {
      const refused = await aturHarga(world, { produk_id: pasca.id, jenis, nilai: 1 });
      expect(refused.status).toBe(422);
      expect(await refused.json()).toMatchObject({ type: "urn:satu-pintu:galat:hanya-biaya-tetap" });
    }
  });

  test("what is paid is what is shown, and what was bought keeps its price", async () => {
    const { mitra } = await inTier();
    await atur({ mitra_id: mitra.id, produk_id: 1, jenis: "tetap", nilai: 11_500 });
    expect((await satuProduk(world, mitra, "pulsa10")).harga).toBe(11_500);
    const beli = await world.request("/beli", {
      method: "POST",
      headers: mitra.headers,
      body: JSON.stringify({ produk_id: 1, nomor_tujuan: "08123456789", nominal: 10_000 }),
    });
    expect(beli.status).toBe(200);
    const { id } = (await beli.json()) as { id: number };
    await atur({ mitra_id: mitra.id, produk_id: 1, jenis: "tetap", nilai: 15_000 });
    await world.idle();
    const [row] = await world.cloud.neon.asOwner("select harga from transaksi where id = $1", [id]);
    expect(row?.["harga"]).toBe("11500");
  });
});

describe("/aturan-harga", () => {
  test("a scope has one rule: putting it again changes it, and is in the audit; saying the same is not", async () => {
    const { mitra } = await inTier();
    const siapa = { mitra_id: mitra.id, produk_id: 1 };
    const first = await atur({ ...siapa, jenis: "tetap", nilai: 11_000 });
    expect(first).toEqual({
      id: first.id,
      ...siapa,
      tier: null,
      kategori: null,
      jenis: "tetap",
      nilai: 11_000,
      diubah_pada: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    expect(await atur({ ...siapa, jenis: "tetap", nilai: 11_000 })).toEqual(first);
    const second = await atur({ ...siapa, jenis: "markup", nilai: 500 });
    expect(second).toMatchObject({ id: first.id, jenis: "markup", nilai: 500 });
    expect((await hapus(first.id)).status).toBe(204);
    expect((await hapus(first.id)).status).toBe(404);
    const rows = await world.cloud.neon.asOwner(
      "select pelaku, aksi from audit where sasaran_tabel = 'aturan_harga' and sasaran_id = $1 order by id",
      [first.id],
    );
    const pelaku = `akun:${admin.id}`;
    expect(rows).toEqual(["buat", "ubah", "hapus"].map((aksi) => ({ pelaku, aksi: `aturan_harga.${aksi}` })));
  });

  test("GET is newest first and filters by mitra, tier and product", async () => {
    const { mitra, tier } = await inTier();
    const satu = await makeProduk(world);
    const a = await atur({ mitra_id: mitra.id, jenis: "markup", nilai: 1 });
    const b = await atur({ tier, jenis: "persen", nilai: 1 });
    const c = await atur({ mitra_id: mitra.id, produk_id: satu.id, jenis: "markup", nilai: 2 });
    expect((await daftar("?limit=3")).map(({ id }) => id)).toEqual([c.id, b.id, a.id]);
    expect(await daftar(`?mitra_id=${mitra.id}`)).toEqual([c, a]);
    expect(await daftar(`?mitra_id=${mitra.id}&before=${c.id}`)).toEqual([a]);
    expect(await daftar(`?tier=${tier}`)).toEqual([b]);
    expect(await daftar(`?produk_id=${satu.id}`)).toEqual([c]);
    expect(await daftar("?produk_id=2147483647")).toEqual([]);
  });

  test("an unknown mitra or product is 404", async () => {
    for (const [isi, galat] of [
      [{ mitra_id: 999_999_999 }, "mitra-tidak-ada"],
      [{ mitra_id: Number.MAX_SAFE_INTEGER }, "mitra-tidak-ada"],
      [{ produk_id: 2_147_483_647 }, "produk-tidak-dikenal"],
    ] as const) {
      const response = await aturHarga(world, { ...isi, jenis: "markup", nilai: 1 });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ type: `urn:satu-pintu:galat:${galat}` });
    }
    expect((await hapus(2_147_483_647)).status).toBe(404);
  });

  test.each([
    ["both who", { mitra_id: 1, tier: "standar", jenis: "markup", nilai: 1 }, "#/tier"],
    ["both what", { produk_id: 1, kategori: "pulsa", jenis: "markup", nilai: 1 }, "#/kategori"],
    ["tetap without a product", { kategori: "pulsa", jenis: "tetap", nilai: 1 }, "#/produk_id"],
    ["a price of nothing", { produk_id: 1, jenis: "tetap", nilai: 0 }, "#/harga"],
    ["a negative value", { produk_id: 1, jenis: "markup", nilai: -1 }, "#/nilai"],
    ["a fraction", { produk_id: 1, jenis: "markup", nilai: 1.5 }, "#/nilai"],
    ["more than a thousand percent", { produk_id: 1, jenis: "persen", nilai: 100_001 }, "#/nilai"],
    ["another kind", { produk_id: 1, jenis: "diskon", nilai: 1 }, "#/jenis"],
    ["no tier's name", { tier: "Grosir!", jenis: "markup", nilai: 1 }, "#/tier"],
    ["no value", { jenis: "markup" }, "#/nilai"],
  ])("%s is 422", async (_, isi, pointer) => {
    const response = await aturHarga(world, isi);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ pointer }] });
  });

  test("is for admins; the tables are nobody else's, whatever is asked", async () => {
    const { mitra } = await inTier();
    const [karyawan, nasabah] = [await makeAkun(world, "karyawan"), await makeAkun(world, "nasabah")];
    const { id } = await atur({ mitra_id: mitra.id, jenis: "markup", nilai: 1 });
    for (const [headers, status] of [
      [karyawan.headers, 403],
      [nasabah.headers, 403],
      [mitra.headers, 401],
      [{}, 401],
    ] as const) {
      expect((await world.request("/aturan-harga", { headers })).status).toBe(status);
      expect((await hapus(id, headers)).status).toBe(status);
      expect((await world.request("/produk/biller", { headers })).status).toBe(status);
    }
    expect(await daftar(`?mitra_id=${mitra.id}`)).toHaveLength(1);
  });
});
