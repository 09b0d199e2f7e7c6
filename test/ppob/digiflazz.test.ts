import { expect, test } from "vitest";
import { createDigiflazz } from "../../src/ppob/biller/digiflazz.ts";
import { useWorld } from "../harness.ts";

const world = useWorld();

const biller = (apiKey?: string) => {
  const { digiflazz } = world.cloud;
  return createDigiflazz({
    baseUrl: `${digiflazz.url}/v1`,
    username: digiflazz.username,
    apiKey: apiKey ?? digiflazz.apiKey,
    webhookSecret: digiflazz.webhookSecret,
    timeoutSeconds: 1,
    testing: true,
  });
};

const permintaan = (refId: string) => ({
  refId,
  kode: "pulsa10",
  nomor: "08123456789",
  nominalBebas: null,
  hargaMaks: 12_000n,
});

test("saldo is our deposit at the biller", async () => {
  expect(await biller().saldo()).toBe(BigInt(world.cloud.digiflazz.book.deposit()));
});

test("produk is its price list; what is off at either side is not on sale", async () => {
  const { script } = world.cloud.digiflazz;
  script.product("xld10", { seller_product_status: false });
  const list = await biller().produk();
  expect(list.find(({ kode }) => kode === "pulsa10")).toMatchObject({
    nama: "Pulsa 10k",
    harga: 10_900n,
    dijual: true,
  });
  expect(list.find(({ kode }) => kode === "xld10")).toMatchObject({ dijual: false });
});

test("inquiry gives the bill of a documented test number, and throws where there is none", async () => {
  const tagihan = await biller().inquiry({ refId: "inq-1", kode: "pln", nomor: "530000000001" });
  expect(tagihan).toMatchObject({ refId: "inq-1", namaPelanggan: expect.stringMatching(/\w/) });
  expect(tagihan.harga).toBeGreaterThan(0n);
  expect(tagihan.hargaJual).toBeGreaterThan(0n);
  await expect(biller().inquiry({ refId: "inq-2", kode: "pln", nomor: "530000000003" })).rejects.toThrow(
    Error,
  );
});

test("beli and status under one ref_id are one execution", async () => {
  const first = await biller().beli(permintaan("satu"));
  expect(first).toMatchObject({ hasil: "sukses", rc: "00", harga: 10_900n });
  expect(await biller().status(permintaan("satu"))).toEqual(first);
  expect(world.cloud.digiflazz.book.executions("satu")).toBe(1);
});

test("a price above what we allow is refused without a transaction", async () => {
  const hasil = await biller().beli({ ...permintaan("mahal"), hargaMaks: 10_899n });
  expect(hasil).toMatchObject({ hasil: "gagal", rc: "69" });
  expect(world.cloud.digiflazz.book.executions("mahal")).toBe(0);
});

test("a wrong key is refused as our problem, and hidden from the mitra", async () => {
  const hasil = await biller("salah-salah-salah").beli(permintaan("kunci-salah"));
  expect(hasil).toMatchObject({ hasil: "ditolak", rc: "41", alasan: expect.stringContaining("gangguan") });
  await expect(biller("salah-salah-salah").saldo()).rejects.toThrow(Error);
});

test("an outage never throws from beli and status, and always throws from the questions", async () => {
  world.cloud.digiflazz.faults.always({ kind: "answer", status: 503, body: "sedang pemeliharaan" });
  expect(await biller().beli(permintaan("padam"))).toMatchObject({ hasil: "tunda", rc: null });
  expect(await biller().status(permintaan("padam"))).toMatchObject({ hasil: "tunda", rc: null });
  await expect(biller().saldo()).rejects.toThrow(Error);
  await expect(biller().produk()).rejects.toThrow(Error);
});
