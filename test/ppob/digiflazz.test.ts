import { expect, test } from "vitest";
import { TolakanBiller } from "../../src/ppob/biller/digiflazz-codes.ts";
import { serveStandIn, json } from "../../dev/stand-in.ts";
import { answerNext, billerOf, openVendor, payment, prepaid } from "./digiflazz-vendor.ts";

test("saldo is our deposit at the biller", async () => {
  const { vendor, biller } = await openVendor();
  expect(await biller.saldo()).toBe(BigInt(vendor.book.deposit()));
});

test("beli and status under one ref_id are one execution", async () => {
  const { vendor, biller } = await openVendor();
  const first = await biller.beli(prepaid("satu"));
  expect(first).toMatchObject({ hasil: "sukses", dikenal: true, rc: "00", harga: 10_900n });
  expect(first).toMatchObject({ bolehCadangan: false, petunjuk: null });
  expect(await biller.status(prepaid("satu"))).toEqual(first);
  expect(vendor.book.executions("satu")).toBe(1);
});

test("a price above what we allow is refused without a transaction", async () => {
  const { vendor, biller } = await openVendor();
  const hasil = await biller.beli({ ...prepaid("mahal"), hargaMaks: 10_899n });
  expect(hasil).toMatchObject({ hasil: "gagal", rc: "69", bolehCadangan: false });
  expect(vendor.book.executions("mahal")).toBe(0);
});

test("a wrong key is refused as our problem, with what to do, and hidden from the mitra", async () => {
  const { vendor } = await openVendor();
  const biller = billerOf(vendor, { apiKey: "salah-salah-salah" });
  expect(await biller.beli(prepaid("kunci-salah"))).toMatchObject({
    hasil: "ditolak",
    rc: "41",
    alasan: "produk sedang gangguan, coba lagi nanti",
    petunjuk: expect.stringContaining("BILLER_API_KEY"),
  });
  await expect(biller.saldo()).rejects.toThrow(TolakanBiller);
  await expect(biller.saldo()).rejects.toMatchObject({ rc: "41" });
});

test.each([
  ["01", true],
  ["02", true],
  ["53", true],
  ["55", true],
  ["62", true],
  ["66", true],
  ["68", true],
  ["70", true],
  ["71", true],
  ["51", false],
  ["52", false],
  ["54", false],
  ["57", false],
  ["58", false],
  ["60", false],
  ["69", false],
  ["84", false],
  ["43", false],
  ["44", false],
  ["47", false],
  ["49", false],
  ["63", false],
  ["85", false],
  ["99", false],
  ["ZZ", false],
])("after code %s another code may be tried: %s", async (rc, bolehCadangan) => {
  const { vendor, biller } = await openVendor();
  vendor.script.outcome(() => true, { status: "Gagal", rc });
  expect(await biller.beli(prepaid("cadangan"))).toMatchObject({ rc, bolehCadangan });
});

test.each([
  ["Sukses", "02"],
  ["Pending", "53"],
  ["Mungkin", "71"],
])("what contradicts itself (%s with %s) is not known, and no other code is tried", async (status, rc) => {
  const { vendor, biller } = await openVendor();
  vendor.script.reply(() => true, { kind: "fields", fields: { status, rc } });
  expect(await biller.beli(prepaid("bertentangan"))).toMatchObject({
    hasil: "tunda",
    dikenal: false,
    bolehCadangan: false,
    petunjuk: null,
  });
});

test.each(["41", "42", "44", "45", "61", "80", "81", "82", "88"])(
  "code %s tells us what to do",
  async (rc) => {
    const { vendor, biller } = await openVendor();
    vendor.script.outcome(() => true, { status: "Gagal", rc });
    const { hasil, petunjuk } = await biller.beli(prepaid("petunjuk"));
    expect(hasil).toBe("ditolak");
    expect(petunjuk).toMatch(/\w{4,}.*\.$/);
  },
);

test.each(["40", "43", "47", "63", "54", "68"])(
  "code %s is nothing that we could mend in our account",
  async (rc) => {
    const { vendor, biller } = await openVendor();
    vendor.script.outcome(() => true, { status: "Gagal", rc });
    expect((await biller.beli(prepaid("tanpa-petunjuk"))).petunjuk).toBeNull();
  },
);

test("an unknown address (rc 45) is explained: Workers have none of their own, so a relay is needed", async () => {
  const { vendor, biller } = await openVendor();
  // Said before the request is read, so it may come without its name.
  const refusal = { status: "Gagal", rc: "45", message: "IP Anda tidak kami kenali" };
  answerNext(vendor, refusal);
  const hasil = await biller.beli(prepaid("alamat"));
  expect(hasil).toMatchObject({ hasil: "ditolak", dikenal: true, rc: "45" });
  for (const word of ["Worker", "alamat IP", "BILLER_BASE_URL", "BILLER_RELAY_SECRET", "daftarkan"])
    expect(hasil.petunjuk).toContain(word);
  answerNext(vendor, refusal);
  await expect(biller.saldo()).rejects.toThrow(/rc 45.*BILLER_RELAY_SECRET/);
  answerNext(vendor, { ...refusal, ref_id: "lain" });
  expect(await biller.beli(prepaid("alamat-lain"))).toMatchObject({ hasil: "tunda", dikenal: false });
});

test("a refusal of a purchase must say which one it is about", async () => {
  const { vendor, biller } = await openVendor();
  answerNext(vendor, { status: "Gagal", rc: "02", message: "Transaksi Gagal" });
  expect(await biller.beli(prepaid("tanpa-nama"))).toMatchObject({ hasil: "tunda", dikenal: false });
});

test("an outage never throws from beli and status, and always throws from the questions", async () => {
  const { vendor, biller } = await openVendor();
  vendor.faults.always({ kind: "answer", status: 503, body: "sedang pemeliharaan" });
  for (const request of [prepaid("padam"), payment("padam-2", "pln", "530000000001")]) {
    expect(await biller.beli(request)).toMatchObject({ hasil: "tunda", rc: null, dikenal: false });
    expect(await biller.status(request)).toMatchObject({ hasil: "tunda", rc: null, dikenal: false });
  }
  await expect(biller.saldo()).rejects.toThrow("HTTP 503");
  await expect(biller.daftarProduk("prabayar")).rejects.toThrow("HTTP 503");
  await expect(biller.satuProduk("pulsa10")).rejects.toThrow("HTTP 503");
});

test.each([
  ["nothing", ""],
  ["no JSON", "<html>"],
  ["two NULs", "\u0000\u0000"],
  ["null", "null"],
  ["a list", "[]"],
  ["no data", "{}"],
  ["data of null", `{"data":null}`],
  ["data of text", `{"data":"Sukses"}`],
])("%s where an object is expected says nothing, and breaks nothing", async (_name, body) => {
  const { vendor, biller } = await openVendor();
  vendor.faults.always({ kind: "answer", status: 200, body });
  expect(await biller.beli(prepaid("sampah"))).toMatchObject({ hasil: "tunda", dikenal: false });
  expect(await biller.status(prepaid("sampah"))).toMatchObject({ hasil: "tunda", dikenal: false });
  await expect(biller.saldo()).rejects.toThrow(Error);
  await expect(biller.daftarProduk("pascabayar")).rejects.toThrow(Error);
});

test("every call shows the relay our secret, and nobody else sees it", async () => {
  const seen: (string | string[] | undefined)[] = [];
  const relay = await serveStandIn(({ headers }) => {
    seen.push(headers["x-relay-secret"]);
    return json(302, {}, { location: "http://127.0.0.1:1/" });
  });
  const { vendor } = await openVendor();
  const secret = "2c26b46b68ffc68ff99b453c1d304134";
  try {
    const biller = billerOf(vendor, { baseUrl: `${relay.url}/v1`, relaySecret: secret });
    const question = { ...prepaid("relay"), nominal: null, tahun: null, nomorKedua: null };
    await Promise.allSettled([
      biller.saldo(),
      biller.daftarProduk("prabayar"),
      biller.satuProduk("pulsa10"),
      biller.inquiry(question),
      biller.cekPln("12345678901"),
      biller.beli(prepaid("relay")),
      biller.status(prepaid("relay")),
      biller.status(payment("relay", "pln", "530000000001")),
    ]);
    expect(seen).toEqual(Array.from({ length: 8 }, () => secret));
    await billerOf(vendor, { baseUrl: `${relay.url}/v1` }).beli(prepaid("tanpa-rahasia"));
    expect(seen.at(-1)).toBeUndefined();
  } finally {
    await relay.close();
  }
});
