import { expect, test } from "vitest";
import { until } from "../harness.ts";
import { answerNext, command, openAmount, openVendor } from "./digiflazz-vendor.ts";

const INQUIRY = command("inq-pasca");
const PAYMENT = command("pay-pasca");

const ASKED = {
  ref_id: "r",
  customer_name: "BUDI",
  status: "Sukses",
  rc: "00",
  price: 50_900,
  selling_price: 51_000,
};

test("an open denomination is asked for, then paid, under one name", async () => {
  const { vendor, biller } = await openVendor();
  const hasil = await biller.beli(openAmount("r"));
  expect(hasil).toMatchObject({ hasil: "sukses", rc: "00", harga: 50_900n, sn: expect.any(String) });
  expect(await biller.status(openAmount("r"))).toEqual(hasil);
  expect(vendor.book.entries()).toMatchObject([{ refId: "r", kind: "pasca", price: 50_900 }]);
});

test.each([
  ["9102051011300001", "sukses"],
  ["9102051011300003", "gagal"],
])("the documented number %s is pending, then %s", async (nomor, hasil) => {
  const { biller } = await openVendor();
  expect(await biller.beli(openAmount("r", nomor))).toMatchObject({ hasil: "tunda", rc: "03" });
  await until(async () => (await biller.status(openAmount("r", nomor))).hasil !== "tunda");
  expect(await biller.status(openAmount("r", nomor))).toMatchObject({ hasil });
});

test("a payment that fails failed", async () => {
  const { biller } = await openVendor();
  const hasil = await biller.beli(openAmount("r", "8102051011300003"));
  expect(hasil).toMatchObject({ hasil: "gagal", rc: "02", bolehCadangan: true });
});

test("an inquiry that the biller refuses has bought nothing", async () => {
  const { vendor, biller } = await openVendor();
  expect(await biller.beli(openAmount("r", "8102051011300002"))).toMatchObject({
    hasil: "gagal",
    dikenal: true,
    rc: "02",
    bolehCadangan: true,
    harga: null,
  });
  expect(await biller.beli({ ...openAmount("s"), nominalBebas: 50_500n })).toMatchObject({
    hasil: "gagal",
    rc: "87",
    alasan: "nominal harus kelipatan 1.000",
    bolehCadangan: false,
  });
  // No code of an open denomination.
  expect(await biller.beli({ ...openAmount("t"), kode: "xld10" })).toMatchObject({
    hasil: "gagal",
    rc: "43",
  });
  expect(vendor.book.entries()).toEqual([]);
});

test.each(["44", "45", "55", "03", "85", "99", "ZZ"])(
  "code %s to the inquiry is a failure, and of ours when it is ours",
  async (rc) => {
    const { vendor, biller } = await openVendor();
    answerNext(vendor, { ref_id: "r", status: "Gagal", rc, price: 50_900 }, INQUIRY);
    const hasil = await biller.beli(openAmount("r"));
    expect(hasil).toMatchObject({ hasil: "gagal", rc, bolehCadangan: rc === "55", harga: null });
    expect(hasil.alasan).toContain("gangguan");
    expect(hasil.petunjuk === null).toBe(!["44", "45"].includes(rc));
    expect(vendor.book.entries()).toEqual([]);
  },
);

test("a name under which something happened before is for somebody to look at, not to be given back", async () => {
  const { vendor, biller } = await openVendor();
  await biller.beli(openAmount("r"));
  expect(await biller.beli(openAmount("r"))).toMatchObject({ hasil: "tunda", rc: "49", dikenal: false });
  expect(vendor.book.executions("r")).toBe(1);
});

test.each([
  ["hangs", { kind: "hang" as const }],
  ["answers and is not heard", { kind: "hangAfter" as const }],
  ["closes the connection", { kind: "drop" as const }],
  ["is down", { kind: "answer" as const, status: 502, body: "<html>" }],
])("nothing is bought when the biller %s at the inquiry", async (_name, fault) => {
  const { vendor, biller } = await openVendor();
  vendor.faults.next(fault, 1, INQUIRY);
  expect(await biller.beli(openAmount("r"))).toMatchObject({
    hasil: "gagal",
    dikenal: false,
    rc: null,
    bolehCadangan: false,
    harga: null,
  });
  expect(vendor.book.entries()).toEqual([]);
});

test.each([
  [{ price: 51_001, selling_price: 52_000 }, "harga produk berubah"],
  [{ price: 9_900, selling_price: 10_000 }, "produk sedang gangguan, coba lagi nanti"],
  [{ price: "50900" }, "produk sedang gangguan, coba lagi nanti"],
  [{ ref_id: "lain" }, "produk sedang gangguan, coba lagi nanti"],
])("an inquiry that says %j is not paid: %s", async (change, alasan) => {
  const { vendor, biller } = await openVendor();
  answerNext(vendor, { ...ASKED, ...change }, INQUIRY);
  expect(await biller.beli(openAmount("r"))).toMatchObject({
    hasil: "gagal",
    alasan,
    bolehCadangan: false,
    harga: null,
    sn: null,
  });
  expect(vendor.book.entries()).toEqual([]);
});

test("the price may be all that we allow", async () => {
  const { biller } = await openVendor();
  const exactly = { ...openAmount("r"), hargaMaks: 50_900n };
  expect(await biller.beli(exactly)).toMatchObject({ hasil: "sukses" });
});

test.each([
  ["answers and is not heard", { kind: "hangAfter" as const }, 1],
  ["hangs", { kind: "hang" as const }, 0],
  ["closes the connection", { kind: "drop" as const }, 1],
  ["answers garbage", { kind: "replace" as const, status: 200, body: "<html>" }, 1],
])("a payment whose answer is lost because the biller %s stays open", async (_name, fault, executed) => {
  const { vendor, biller } = await openVendor();
  vendor.faults.next(fault, 1, PAYMENT);
  expect(await biller.beli(openAmount("r"))).toMatchObject({ hasil: "tunda", dikenal: false, rc: null });
  expect(vendor.book.executions("r")).toBe(executed);
  expect(await biller.status(openAmount("r"))).toMatchObject(
    executed ? { hasil: "sukses", rc: "00" } : { hasil: "tunda", rc: "50" },
  );
});

test("asking and paying together take no longer than one timeout", async () => {
  const { vendor, biller } = await openVendor({ timeoutSeconds: 2 });
  vendor.faults.next({ kind: "delay", ms: 600 }, 1, INQUIRY);
  vendor.faults.next({ kind: "hang" }, 1, PAYMENT);
  const started = performance.now();
  expect(await biller.beli(openAmount("r"))).toMatchObject({ hasil: "tunda" });
  expect(performance.now() - started).toBeLessThan(2_550);
});
