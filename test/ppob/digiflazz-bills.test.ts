import { expect, test } from "vitest";
import { TEST_NUMBERS } from "../../dev/digiflazz/test-numbers.ts";
import { ServiceUnavailable } from "../../src/platform/http/errors.ts";
import { TagihanDitolak } from "../../src/ppob/biller/biller.ts";
import { until } from "../harness.ts";
import { answerNext, bill, command, openAmount, openVendor, payment } from "./digiflazz-vendor.ts";

const [SKU, NUMBER] = ["pln", "530000000001"];

/** What the biller answers to a question for a bill. */
const BILL = {
  ref_id: "r",
  customer_no: NUMBER,
  customer_name: "BUDI",
  buyer_sku_code: SKU,
  admin: 2_500,
  status: "Sukses",
  rc: "00",
  price: 101_500,
  selling_price: 102_500,
  periode: "202611",
  desc: { lembar_tagihan: 1 },
};

const postpaid = TEST_NUMBERS.filter(({ sku }) => sku !== "xld10");

test.each(postpaid.filter(({ behaviour }) => behaviour === "inquiryFails"))(
  "$sku $customerNo has no bill",
  async ({ sku, customerNo }) => {
    const { biller } = await openVendor();
    await expect(biller.inquiry(bill("r", sku, customerNo))).rejects.toThrow(TagihanDitolak);
  },
);

/** What becomes of a payment in the end. */
const endOf = (behaviour: string) =>
  /succeeds/i.test(behaviour)
    ? { hasil: "sukses", dikenal: true, rc: "00", bolehCadangan: false }
    : { hasil: "gagal", dikenal: true, rc: "02", bolehCadangan: true };

test.each(postpaid.filter(({ behaviour }) => ["succeeds", "fails"].includes(behaviour)))(
  "$sku $customerNo has a bill, whose payment $behaviour at once",
  async ({ sku, customerNo, behaviour }) => {
    const { vendor, biller } = await openVendor();
    const tagihan = await biller.inquiry(bill("r", sku, customerNo));
    expect(tagihan.namaPelanggan).toMatch(/\w/);
    expect(tagihan.hargaJual).toBeGreaterThan(tagihan.harga);
    const request = payment("r", sku, customerNo);
    const paid = await biller.beli(request);
    expect(paid).toMatchObject(endOf(behaviour));
    expect([paid.harga, (paid.sn ?? "").length > 0]).toEqual(
      behaviour === "succeeds" ? [tagihan.harga, true] : [null, false],
    );
    expect(await biller.status(request)).toEqual(paid);
    expect(vendor.book.executions("r")).toBe(1);
  },
);

test.each(postpaid.filter(({ behaviour }) => behaviour.startsWith("pending")))(
  "$sku $customerNo has a bill, whose payment is $behaviour",
  async ({ sku, customerNo, behaviour }) => {
    const { vendor, biller } = await openVendor();
    await biller.inquiry(bill("r", sku, customerNo));
    const request = payment("r", sku, customerNo);
    expect(await biller.beli(request)).toMatchObject({ hasil: "tunda", dikenal: true, rc: "03" });
    await until(async () => (await biller.status(request)).hasil !== "tunda");
    expect(await biller.status(request)).toMatchObject(endOf(behaviour));
    expect(vendor.book.executions("r")).toBe(1);
  },
);

test("a bill of two sheets says so, and what it is made of", async () => {
  const { biller } = await openVendor();
  const tagihan = await biller.inquiry(bill("r", "pln", "530000000002"));
  expect(tagihan).toMatchObject({
    lembar: 2,
    admin: 5_000n,
    periode: expect.stringMatching(/^\d{6},\d{6}$/),
    rincian: {
      tarif: "R1",
      lembar_tagihan: 2,
      detail: [{ nilai_tagihan: expect.any(String) }, { denda: expect.any(String) }],
    },
  });
  const vehicle = await biller.inquiry(bill("r2", "samsat", "8102051011310001"));
  expect(vehicle).toMatchObject({ lembar: null, periode: null, rincian: { merk: "CONTOH" } });
  expect((await biller.inquiry(bill("r3", "hp", "8102051011320001"))).rincian).toEqual({});
});

test("what a question needs besides the number is passed on, and nothing else", async () => {
  const { vendor, biller } = await openVendor();
  expect(await biller.inquiry({ ...bill("t", "cimahi", "329801092375999991"), tahun: 2_024 })).toMatchObject({
    periode: "2024",
    rincian: { tahun_pajak: "2024" },
  });
  expect(await biller.inquiry(bill("u", "emoney", "8102051011300001"))).toMatchObject({
    harga: 50_900n,
    hargaJual: 51_000n,
    admin: 1_000n,
  });
  const odd = { ...bill("w", "emoney", "8102051011300001"), nominal: 50_500n };
  await expect(biller.inquiry(odd)).rejects.toMatchObject({
    more: { detail: "Nominal harus kelipatan 1.000." },
  });
  const sent: Record<string, unknown>[] = [];
  vendor.faults.always({ kind: "answer", status: 503 }, ({ body }) => {
    sent.push(JSON.parse(body.toString()) as Record<string, unknown>);
    return true;
  });
  const samsat = { ...bill("v", "samsat", "B1234XYZ"), nomorKedua: "3201010101010001" };
  await expect(biller.inquiry(samsat)).rejects.toThrow(ServiceUnavailable);
  await expect(biller.inquiry(bill("x", "pln", NUMBER))).rejects.toThrow(ServiceUnavailable);
  expect(sent[0]).toMatchObject({ customer_no: "B1234XYZ", id_pelanggan2: "3201010101010001" });
  expect(Object.keys(sent[1] ?? {}).sort()).toEqual(
    ["buyer_sku_code", "commands", "customer_no", "ref_id", "sign", "testing", "username"].sort(),
  );
});

test.each([
  ["60", "Tagihan belum tersedia."],
  ["54", "Nomor pelanggan salah."],
  ["57", "Jumlah digit nomor pelanggan salah."],
  ["51", "Nomor pelanggan diblokir."],
  ["84", "Nominal tidak sah."],
  ["58", "Produk sedang cut-off."],
  ...["01", "02", "40", "41", "42", "43", "44", "45", "55", "61", "88"].map((rc) => [
    rc,
    "Produk sedang gangguan, coba lagi nanti.",
  ]),
])("code %s to a question is a refusal: %s", async (rc, detail) => {
  const { vendor, biller } = await openVendor();
  answerNext(vendor, { ref_id: "r", status: "Gagal", rc, message: "Saldo akun H2H kurang" });
  const refused = biller.inquiry(bill("r", SKU, NUMBER));
  await expect(refused).rejects.toThrow(TagihanDitolak);
  await expect(refused).rejects.toMatchObject({ more: { detail } });
  // What only we can mend is for our log, the rest is nobody's mistake.
  const error: unknown = await refused.catch((reason: unknown) => reason);
  const { cause } = error as Error;
  const ours = ["41", "42", "44", "45", "61", "88"].includes(rc);
  expect(cause instanceof Error && cause.message.startsWith(`rc ${rc}. `)).toBe(ours);
  expect(cause === undefined).toBe(!ours);
});

test.each(["03", "99", "49", "50", "85", "86", "ZZ"])(
  "code %s to a question is no answer, whatever status comes with it",
  async (rc) => {
    const { vendor, biller } = await openVendor();
    answerNext(vendor, { ...BILL, status: "Gagal", rc });
    await expect(biller.inquiry(bill("r", SKU, NUMBER))).rejects.toThrow(ServiceUnavailable);
  },
);

test.each([
  { ref_id: "orang-lain" },
  { ref_id: undefined },
  { status: "Mungkin" },
  { rc: "02" },
  { status: undefined },
  { price: 0.5 },
  { price: -1 },
  { price: "101500" },
  { selling_price: undefined },
  { customer_name: undefined },
  { customer_name: { nama: 1 } },
])("a bill with %j is no bill", async (change) => {
  const { vendor, biller } = await openVendor();
  answerNext(vendor, { ...BILL, ...change });
  await expect(biller.inquiry(bill("r", SKU, NUMBER))).rejects.toThrow(ServiceUnavailable);
});

/** As deep as a reply of 64 kB can be. */
const DEEP = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;

test.each<[string, unknown, object]>([
  ["an empty list", [], { rincian: {}, lembar: null }],
  ["a text", "tidak ada", { rincian: {}, lembar: null }],
  ["nothing", undefined, { rincian: {}, lembar: null }],
  ["sheets in a text", { lembar_tagihan: "3" }, { lembar: 3 }],
  ["odd sheets", { lembar_tagihan: "tiga" }, { lembar: null }],
  ["too many sheets", { lembar_tagihan: 1e12 }, { lembar: null }],
  ["NUL and half a surrogate", { "a\u0000": ["x\u0000\uD800"] }, { rincian: { a: ["x\uFFFD"] } }],
  ["too much", { x: "y".repeat(20_000) }, { rincian: {} }],
  ["much, in characters of three bytes", { x: "あ".repeat(6_000) }, { rincian: {} }],
])("what describes a bill is kept as far as it is fit to be: %s", async (_name, desc, expected) => {
  const { vendor, biller } = await openVendor();
  answerNext(vendor, { ...BILL, desc });
  expect(await biller.inquiry(bill("r", SKU, NUMBER))).toMatchObject(expected);
});

test("a description without a bottom is cut off", async () => {
  const { vendor, biller } = await openVendor();
  const body = JSON.stringify({ data: { ...BILL, desc: "DEEP" } }).replace(`"DEEP"`, `{"a":${DEEP}}`);
  vendor.faults.next({ kind: "answer", status: 200, body });
  const { rincian } = await biller.inquiry(bill("r", SKU, NUMBER));
  expect(JSON.stringify(rincian).length).toBeLessThan(100);
});

test("oddities that decide nothing cost no bill", async () => {
  const { vendor, biller } = await openVendor();
  answerNext(vendor, { ...BILL, customer_name: "BU\u0000DI \uD800", admin: "gratis", periode: { a: 1 } });
  expect(await biller.inquiry(bill("r", SKU, NUMBER))).toMatchObject({
    namaPelanggan: "BUDI \uFFFD",
    admin: null,
    periode: null,
  });
});

test("a bill is paid once: whoever asks again asks how it stands", async () => {
  const { vendor, biller } = await openVendor();
  await biller.inquiry(bill("r", SKU, NUMBER));
  vendor.faults.next({ kind: "hangAfter" }, 1, command("pay-pasca"));
  expect(await biller.beli(payment("r", SKU, NUMBER))).toMatchObject({ hasil: "tunda", rc: null });
  let paid = 0;
  vendor.faults.always({ kind: "refuse" }, (request) => {
    if (command("pay-pasca")(request)) paid += 1;
    return false;
  });
  expect(await biller.status(payment("r", SKU, NUMBER))).toMatchObject({ hasil: "sukses", rc: "00" });
  expect(paid).toBe(0);
  expect(vendor.book.executions("r")).toBe(1);
});

test("a payment that the biller does not know is not failed", async () => {
  const { vendor, biller } = await openVendor();
  const unknown = { hasil: "tunda", rc: "50", dikenal: false };
  expect(await biller.status(payment("r", SKU, NUMBER))).toMatchObject(unknown);
  expect(await biller.status(openAmount("s"))).toMatchObject(unknown);
  expect(await biller.beli(payment("r", SKU, NUMBER))).toMatchObject(unknown);
  expect(vendor.book.entries()).toEqual([]);
});

test.each([
  ["10 digits", "1234567890"],
  ["a meter", "12345678901"],
  ["a customer number", "123456789012"],
])("cekPln says whose %s is", async (_name, nomor) => {
  const { biller } = await openVendor();
  expect(await biller.cekPln(nomor)).toEqual({
    nama: expect.stringMatching(/\w/),
    meter: expect.stringMatching(/^\d{10,11}$/),
    idPelanggan: expect.stringMatching(/^\d{12}$/),
    daya: expect.stringMatching(/^R1 \/\d{9}$/),
  });
});

test("cekPln refuses, and says so when it knows nothing", async () => {
  const { vendor, biller } = await openVendor();
  await expect(biller.cekPln("530000000003")).rejects.toMatchObject({
    name: "TAGIHAN_DITOLAK",
    more: { detail: "Nomor pelanggan salah." },
  });
  await expect(biller.cekPln("123")).rejects.toThrow(TagihanDitolak);
  const good = { status: "Sukses", rc: "00", name: "BUDI", customer_no: "12345678901" };
  answerNext(vendor, good);
  expect(await biller.cekPln("12345678901")).toEqual({ nama: "BUDI", meter: "", idPelanggan: "", daya: "" });
  for (const change of [{ customer_no: "12345678902" }, { name: null }, { rc: "86", status: "Gagal" }]) {
    answerNext(vendor, { ...good, ...change });
    await expect(biller.cekPln("12345678901")).rejects.toThrow(ServiceUnavailable);
  }
  vendor.faults.next({ kind: "hang" });
  await expect(biller.cekPln("12345678901")).rejects.toThrow(ServiceUnavailable);
});
