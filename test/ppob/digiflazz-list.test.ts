import { expect, test } from "vitest";
import { TolakanBiller } from "../../src/ppob/biller/digiflazz-codes.ts";
import { answerNext, openVendor } from "./digiflazz-vendor.ts";

const ITEM = {
  product_name: "Pulsa 10k",
  category: "Pulsa",
  brand: "TELKOMSEL",
  type: "Umum",
  seller_name: "PT Lokal Jaya",
  price: 10_900,
  buyer_sku_code: "pulsa10",
  buyer_product_status: true,
  seller_product_status: true,
  unlimited_stock: true,
  stock: 0,
  multi: true,
  start_cut_off: "0:0",
  end_cut_off: "0:0",
  desc: "-",
};

test("the prepaid list, with everything that keeps a product from being sold", async () => {
  const { vendor, biller } = await openVendor();
  vendor.script.product("habis5", { stock: 7, desc: "Stok\u0000 terbatas" });
  const list = await biller.daftarProduk("prabayar");
  const byCode = new Map(list.map((produk) => [produk.kode, produk]));
  expect(list).toHaveLength(15);
  expect(byCode.get("pln50")).toEqual({
    kode: "pln50",
    jenis: "prabayar",
    nama: "Token PLN 50k",
    kategori: "PLN",
    merek: "PLN",
    deskripsi: "Token PLN 50k",
    harga: 50_250n,
    admin: null,
    komisi: null,
    aktifPembeli: true,
    aktifPenjual: true,
    stok: null,
    multi: true,
    tutup: null,
  });
  expect(byCode.get("malam25")?.tutup).toEqual({ mulai: "23:45", selesai: "00:15" });
  expect(byCode.get("habis5")).toMatchObject({ stok: 7, deskripsi: "Stok terbatas" });
  expect(byCode.get("sekali15")?.multi).toBe(false);
  expect(byCode.get("tutup5")).toMatchObject({ aktifPembeli: true, aktifPenjual: false });
  expect(byCode.get("nonaktif5")).toMatchObject({ aktifPembeli: false, aktifPenjual: true });
});

test("the postpaid list has fees instead of prices", async () => {
  const { biller } = await openVendor();
  const list = await biller.daftarProduk("pascabayar");
  expect(list).toHaveLength(15);
  expect(list.find(({ kode }) => kode === "bpjs")).toEqual({
    kode: "bpjs",
    jenis: "pascabayar",
    nama: "BPJS Kesehatan",
    kategori: "Pascabayar",
    merek: "BPJS KESEHATAN",
    deskripsi: "-",
    harga: null,
    admin: 2_500n,
    komisi: 300n,
    aktifPembeli: true,
    aktifPenjual: true,
    stok: null,
    multi: true,
    tutup: null,
  });
});

test("asking for a list again within five minutes throws what was wrong", async () => {
  const { biller } = await openVendor();
  await biller.daftarProduk("prabayar");
  await expect(biller.daftarProduk("prabayar")).rejects.toThrow(/rc 83.*lima menit/);
  await expect(biller.daftarProduk("prabayar")).rejects.toThrow(TolakanBiller);
  await biller.daftarProduk("pascabayar");
});

test("satuProduk asks for one code", async () => {
  const { vendor, biller } = await openVendor();
  vendor.script.product("pulsa10", { price: 11_111 });
  expect(await biller.satuProduk("pulsa10")).toMatchObject({ kode: "pulsa10", harga: 11_111n });
  expect(await biller.satuProduk("tidak-ada")).toBeUndefined();
  answerNext(vendor, [{ ...ITEM, price: "mahal" }]);
  await expect(biller.satuProduk("pulsa10")).rejects.toThrow(Error);
  answerNext(vendor, [{ ...ITEM, buyer_sku_code: "lain" }]);
  expect(await biller.satuProduk("pulsa10")).toBeUndefined();
});

test.each([
  { price: 10_900.5 },
  { price: -1 },
  { price: "10900" },
  { price: null },
  { price: 1e300 },
  { buyer_sku_code: "" },
  { buyer_sku_code: "a\u0000" },
  { buyer_sku_code: "x".repeat(101) },
  { buyer_sku_code: "a\uD800" },
  { product_name: null },
  { buyer_product_status: "true" },
  { seller_product_status: 1 },
  { multi: null },
  { unlimited_stock: "ya" },
  { unlimited_stock: false, stock: "banyak" },
  { unlimited_stock: false, stock: 1.5 },
  { start_cut_off: "25:00" },
  { end_cut_off: "malam" },
])("a line with %j is left out, and the others stay", async (change) => {
  const { vendor, biller } = await openVendor();
  const good = { ...ITEM, buyer_sku_code: "baik" };
  answerNext(vendor, [{ ...ITEM, ...change }, good, null, "x", []]);
  expect((await biller.daftarProduk("prabayar")).map(({ kode }) => kode)).toEqual(["baik"]);
});

test.each([
  [{ unlimited_stock: true, stock: "?" }, { stok: null }],
  [{ unlimited_stock: false, stock: 0 }, { stok: 0 }],
  [{ unlimited_stock: false, stock: -3 }, { stok: 0 }],
  [{ unlimited_stock: false, stock: 9e12 }, { stok: 2_147_483_647 }],
  [{ start_cut_off: "23:30", end_cut_off: "1:5" }, { tutup: { mulai: "23:30", selesai: "01:05" } }],
  [{ start_cut_off: "0:0", end_cut_off: "0:30" }, { tutup: { mulai: "00:00", selesai: "00:30" } }],
  [{ start_cut_off: "00:00", end_cut_off: "0:0" }, { tutup: null }],
  [{ start_cut_off: "7:00", end_cut_off: "07:00" }, { tutup: null }],
  [{ desc: null }, { deskripsi: "" }],
  [{ desc: { teks: 1 } }, { deskripsi: "" }],
  [{ product_name: "\uD800 a\u0000b" }, { nama: "\uFFFD ab" }],
  [{ product_name: "x".repeat(500) }, { nama: "x".repeat(200) }],
])("a line with %j is read as %j", async (change, expected) => {
  const { vendor, biller } = await openVendor();
  answerNext(vendor, [{ ...ITEM, ...change }]);
  expect(await biller.daftarProduk("prabayar")).toEqual([expect.objectContaining(expected)]);
});

test.each([{ admin: 0.5 }, { admin: null }, { commission: -1 }, { commission: "300" }])(
  "a postpaid line with %j is left out",
  async (change) => {
    const { vendor, biller } = await openVendor();
    const { price: _, ...names } = ITEM;
    const line = { ...names, admin: 2_500, commission: 300 };
    answerNext(vendor, [
      { ...line, ...change },
      { ...line, buyer_sku_code: "baik" },
    ]);
    expect((await biller.daftarProduk("pascabayar")).map(({ kode }) => kode)).toEqual(["baik"]);
  },
);

test("each code comes once, the first line of it", async () => {
  const { vendor, biller } = await openVendor();
  answerNext(vendor, [ITEM, { ...ITEM, price: 5 }]);
  expect((await biller.daftarProduk("prabayar")).map(({ harga }) => harga)).toEqual([10_900n]);
});

test("an empty list is empty, one of which nothing can be read is no list", async () => {
  const { vendor, biller } = await openVendor();
  answerNext(vendor, []);
  expect(await biller.daftarProduk("prabayar")).toEqual([]);
  answerNext(vendor, [{ ...ITEM, price: 0.5 }, {}]);
  await expect(biller.daftarProduk("prabayar")).rejects.toThrow(Error);
  answerNext(vendor, { "0": ITEM });
  await expect(biller.daftarProduk("prabayar")).rejects.toThrow(Error);
});

test("a list of thousands of products is read", async () => {
  const { vendor, biller } = await openVendor({ timeoutSeconds: 10 });
  const many = Array.from({ length: 9_000 }, (_, at) => ({ ...ITEM, buyer_sku_code: `p${at}` }));
  answerNext(vendor, many);
  expect(await biller.daftarProduk("prabayar")).toHaveLength(9_000);
});
