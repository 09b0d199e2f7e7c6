import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { Buyer, startReceiver } from "./digiflazz-buyer.ts";
import { startDigiflazz } from "../../dev/digiflazz/server.ts";
import { TEST_NUMBERS } from "../../dev/digiflazz/test-numbers.ts";

const OPENING = 100_000_000;

async function world() {
  const clock = new ManualClock();
  const receiver = await startReceiver();
  onTestFinished(async () => receiver.close());
  const vendor = await startDigiflazz({ clock, latencyMs: 0, webhookUrl: receiver.url });
  onTestFinished(async () => vendor.close());
  const told = () => receiver.arrivals.map(({ data }) => data["status"]);
  return { clock, told, book: vendor.book, script: vendor.script, buyer: new Buyer(vendor) };
}

/** What some products need besides the number. */
const EXTRAS: Record<string, Record<string, unknown>> = {
  emoney: { amount: 50_000 },
  samsat: { id_pelanggan2: "3201010101010001" },
};

// The page "Test Case", copied by hand apart from the stand-in's own table. A row: sku, paid at once, inquiry fails,
// payment fails, pending and then paid, pending and then failed. Several numbers are joined with "/".
const PAGE = `
pln          530000000001/530000000002 530000000003 530000000006 630000000001/630000000002 630000000006
pdam         1013226 1013227 1013230 2013226 2013230
internet     6391601001 6391601002 6391601005 7391601001 7391601005
bpjs         8801234560001 8801234560002 8801234560005 9801234560001 9801234560005
multifinance 6391601201 6391601202 6391601205 7391601201 7391601205
cimahi       329801092375999991 329801092375999992 329801092375999995 429801092375999991 429801092375999995
pdl          3298010921 3298010922 3298010923 4298010921 4298010923
pgas         0110014601/0110014602 0110014603 0110014605 1110014601/1110014602 1110014605
tv           127246500101 127246500102 127246500105 227246500101 227246500105
bpjstk       8102051011270001 8102051011270002 8102051011270003 9102051011270001 9102051011270003
bpjstkpu     8102051011280001 8102051011280002 8102051011280003 9102051011280001 9102051011280003
plnnontaglis 8102051011290001 8102051011290002 8102051011290003 9102051011290001 9102051011290003
emoney       8102051011300001 8102051011300002 8102051011300003 9102051011300001 9102051011300003
samsat       8102051011310001 8102051011310002 8102051011310003 9102051011310001 9102051011310003
hp           8102051011320001 8102051011320002 8102051011320003 9102051011320001 9102051011320003`;

const rows = PAGE.trim()
  .split("\n")
  .map((line) => line.split(/ +/));

/** Every number of one column of the page. */
function column(index: number): { sku: string; customerNo: string }[] {
  return rows.flatMap(([sku = "", ...columns]) =>
    (columns[index] ?? "").split("/").map((customerNo) => ({ sku, customerNo })),
  );
}

describe("the documented postpaid test numbers", () => {
  test("are all known, and no others", () => {
    const documented = [0, 1, 2, 3, 4].flatMap(column).map(({ sku, customerNo }) => `${sku} ${customerNo}`);
    const known = TEST_NUMBERS.filter(({ sku }) => sku !== "xld10");
    expect(new Set(known.map(({ sku, customerNo }) => `${sku} ${customerNo}`))).toEqual(new Set(documented));
    expect(documented).toHaveLength(79);
  });

  test.each(column(0))("$sku $customerNo is paid at once", async (customer) => {
    const { buyer, book, script, told } = await world();
    const wish = { refId: "a1", ...customer };
    const { price } = await buyer.inquire(wish, { testing: true, ...EXTRAS[wish.sku] });
    expect(book.entries()).toEqual([]);
    const paid = await buyer.pay(wish, { testing: true });
    expect(paid).toMatchObject({ status: "Sukses", rc: "00", price });
    expect(paid["sn"]).toMatch(/^[0-9A-F]{32}$/);
    expect(await buyer.status(wish)).toEqual(paid);
    await script.idle();
    expect(told()).toEqual([]);
    expect(book.deposit()).toBe(OPENING - Number(price));
  });

  test.each(column(1))("$sku $customerNo has no bill", async (customer) => {
    const { buyer, book } = await world();
    const wish = { refId: "a1", ...customer };
    expect(await buyer.inquire(wish, { testing: true, ...EXTRAS[wish.sku] })).toEqual({
      ref_id: "a1",
      customer_no: wish.customerNo,
      buyer_sku_code: wish.sku,
      message: "Transaksi Gagal",
      status: "Gagal",
      rc: "02",
    });
    expect(await buyer.pay(wish)).toMatchObject({ status: "Gagal", rc: "50" });
    expect(book.entries()).toEqual([]);
  });

  test.each(column(2))("$sku $customerNo has a bill that cannot be paid", async (customer) => {
    const { buyer, book, script, told } = await world();
    const wish = { refId: "a1", ...customer };
    expect(await buyer.inquire(wish, EXTRAS[wish.sku])).toMatchObject({ status: "Sukses" });
    const paid = await buyer.pay(wish);
    expect(paid).toMatchObject({ status: "Gagal", rc: "02" });
    expect(paid).not.toHaveProperty("price");
    await script.idle();
    expect(told()).toEqual([]);
    expect(book.entries()).toMatchObject([{ status: "Gagal" }]);
    expect(book.deposit()).toBe(OPENING);
  });

  const pending = [
    ...column(3).map((customer) => ({ ...customer, last: "Sukses", rc: "00" })),
    ...column(4).map((customer) => ({ ...customer, last: "Gagal", rc: "02" })),
  ];
  test.each(pending)("$sku $customerNo is Pending, then $last", async ({ last, rc, ...customer }) => {
    const { buyer, book, clock, script, told } = await world();
    const wish = { refId: "a1", ...customer };
    const { price } = await buyer.inquire(wish, EXTRAS[wish.sku]);
    const paid = await buyer.pay(wish);
    expect(paid).toMatchObject({ status: "Pending", rc: "03" });
    expect(paid).not.toHaveProperty("price");
    expect(book.deposit()).toBe(OPENING - Number(price));
    expect(told()).toEqual([]);
    clock.advance(2000);
    await script.idle();
    expect(told()).toEqual([last]);
    expect(await buyer.status(wish)).toMatchObject({ status: last, rc });
    expect(book.executions("a1")).toBe(1);
    expect(book.deposit()).toBe(OPENING - (last === "Sukses" ? Number(price) : 0));
  });

  test.each([
    ["pln", "530000000001", 1],
    ["pln", "530000000002", 2],
    ["pln", "630000000001", 1],
    ["pln", "630000000002", 2],
    ["pgas", "0110014601", 1],
    ["pgas", "0110014602", 2],
    ["pgas", "1110014602", 2],
  ])("%s %s has %s bills", async (sku, customerNo, count) => {
    const { buyer } = await world();
    const { desc } = await buyer.inquire({ refId: "a1", sku, customerNo });
    const { lembar_tagihan: sheets, detail } = desc as { lembar_tagihan: number; detail: unknown[] };
    expect([sheets, detail.length]).toEqual([count, count]);
  });
});
