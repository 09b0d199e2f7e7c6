import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { Buyer } from "./digiflazz-buyer.ts";
import { REPLY_CODES } from "../../dev/digiflazz/reply-codes.ts";
import { startDigiflazz, type DigiflazzOptions } from "../../dev/digiflazz/server.ts";
import { TEST_NUMBERS } from "../../dev/digiflazz/test-numbers.ts";

const TEN_IN_JAKARTA = Date.UTC(2026, 10, 20, 3, 0);
const DAY = 86_400_000;

async function world(options: DigiflazzOptions = {}, startMs = TEN_IN_JAKARTA) {
  const clock = new ManualClock(startMs);
  const vendor = await startDigiflazz({ clock, latencyMs: 0, ...options });
  onTestFinished(async () => vendor.close());
  return { clock, vendor, book: vendor.book, script: vendor.script, buyer: new Buyer(vendor) };
}

describe("a top-up", () => {
  test("succeeds, and is answered in the documented shape", async () => {
    const { buyer, book } = await world();
    const data = await buyer.buy({ refId: "a1" }, { testing: true });
    expect(data).toEqual({
      ref_id: "a1",
      customer_no: "081234567890",
      buyer_sku_code: "pulsa10",
      message: "Transaksi Sukses",
      status: "Sukses",
      rc: "00",
      sn: expect.stringMatching(/^\d{16}$/) as string,
      buyer_last_saldo: 100_000_000 - 10_900,
      price: 10_900,
      tele: expect.any(String) as string,
      wa: expect.any(String) as string,
    });
    expect(book.deposit()).toBe(100_000_000 - 10_900);
    expect(book.entries()).toEqual([
      {
        refId: "a1",
        kind: "prepaid",
        sku: "pulsa10",
        customerNo: "081234567890",
        price: 10_900,
        status: "Sukses",
        rc: "00",
        sn: data["sn"],
        executing: false,
        startedAt: TEN_IN_JAKARTA,
      },
    ]);
  });

  test("of electricity has a token as its serial number", async () => {
    const { buyer } = await world();
    const { sn } = await buyer.buy({ refId: "a1", sku: "pln50", customerNo: "12345678901" });
    expect(sn).toMatch(/^(\d{4}-){4}\d{4}\/[A-Z ]+\/R1\/\d+VA\/34,5$/);
  });

  test("is answered only after a second, with the book written before", async () => {
    const clock = new ManualClock();
    const vendor = await startDigiflazz({ clock });
    onTestFinished(async () => vendor.close());
    const [buyer, book] = [new Buyer(vendor), vendor.book];
    let answered = false;
    const answer = buyer.buy({ refId: "a1" }).finally(() => (answered = true));
    await vi.waitFor(() => expect(book.executions("a1")).toBe(1));
    expect(book.entries()[0]).toMatchObject({ executing: true, status: "Pending" });
    clock.advance(999);
    expect(book.entries()[0]?.executing).toBe(true);
    expect(answered).toBe(false);
    clock.advance(1);
    expect((await answer)["status"]).toBe("Sukses");
  });

  test("drops dots from the number unless they are allowed", async () => {
    const { buyer } = await world();
    expect(await buyer.buy({ refId: "a1", customerNo: "0812.345" })).toMatchObject({
      customer_no: "0812345",
    });
    const kept = await buyer.buy({ refId: "a2", customerNo: "0812.345" }, { allow_dot: true });
    expect(kept).toMatchObject({ customer_no: "0812.345" });
  });
});

describe("the documented prepaid test numbers", () => {
  const rows = TEST_NUMBERS.filter(({ sku }) => sku === "xld10");
  const expected = {
    "087800001230": ["Sukses", "Sukses"],
    "087800001232": ["Gagal", "Gagal"],
    "087800001233": ["Pending", "Sukses"],
    "087800001234": ["Pending", "Gagal"],
  };

  test("are four", () => {
    expect(rows.map(({ customerNo }) => customerNo)).toEqual(Object.keys(expected));
  });

  test.each(Object.entries(expected))("%s is first and finally %j", async (customerNo, [first, last]) => {
    const { buyer, book, clock, script } = await world();
    const wish = { refId: "a1", sku: "xld10", customerNo };
    expect(await buyer.buy(wish)).toMatchObject({ status: first });
    clock.advance(2000);
    await script.idle();
    expect(await buyer.buy(wish)).toMatchObject({ status: last });
    expect(book.executions("a1")).toBe(1);
    expect(book.deposit()).toBe(100_000_000 - (last === "Sukses" ? 10_000 : 0));
  });
});

describe("the same ref_id", () => {
  test("executes once under 50 simultaneous requests; 49 are told Pending", async () => {
    const { buyer, book, clock } = await world({ latencyMs: 1000 });
    const answered: unknown[] = [];
    const all = Array.from({ length: 50 }, async () => {
      const { status, rc } = await buyer.buy({ refId: "a1" });
      answered.push(`${String(status)} ${String(rc)}`);
    });
    await vi.waitFor(() => expect(answered).toHaveLength(49));
    expect(new Set(answered)).toEqual(new Set(["Pending 03"]));
    clock.advance(1000);
    await Promise.all(all);
    expect(answered.at(-1)).toBe("Sukses 00");
    expect(book.executions("a1")).toBe(1);
    expect(book.deposit()).toBe(100_000_000 - 10_900);
  });

  test("is the status check: the same answer, no second execution", async () => {
    const { buyer, book } = await world();
    const first = await buyer.buy({ refId: "a1" });
    expect(await buyer.buy({ refId: "a1" })).toEqual(first);
    expect(book.entries()).toHaveLength(1);
  });

  test("for another number or product is not unique", async () => {
    const { buyer, book } = await world();
    await buyer.buy({ refId: "a1" });
    expect(await buyer.buy({ refId: "a1", sku: "pulsa20" })).toMatchObject({ rc: "49", status: "Gagal" });
    expect(await buyer.buy({ refId: "a1", customerNo: "0899" })).toMatchObject({ rc: "49" });
    expect(book.entries()).toHaveLength(1);
  });

  test("executes anew after more than 90 days", async () => {
    const { buyer, book, clock } = await world();
    await buyer.buy({ refId: "a1" });
    clock.advance(90 * DAY);
    await buyer.buy({ refId: "a1" });
    expect(book.executions("a1")).toBe(1);
    clock.advance(1);
    await buyer.buy({ refId: "a1" });
    expect(book.executions("a1")).toBe(2);
    expect(book.deposit()).toBe(100_000_000 - 2 * 10_900);
  });

  test("may be asked once a minute, when that is enforced", async () => {
    const { buyer, clock, script } = await world();
    script.enforceRecheck(true);
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "00" });
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "85", status: "Gagal" });
    clock.advance(60_000);
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "00" });
    clock.advance(59_999);
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "85" });
    script.enforceRecheck(false);
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "00" });
  });
});

describe("what stands in the way", () => {
  const refusals: [string, string, Record<string, unknown>][] = [
    ["an unknown SKU", "43", { buyer_sku_code: "tidakada" }],
    ["a SKU that the buyer switched off", "43", { buyer_sku_code: "nonaktif5" }],
    ["no stock", "68", { buyer_sku_code: "habis5" }],
    ["a price above max_price", "69", { max_price: 10_899 }],
    ["a max_price that is no number", "40", { max_price: "10900" }],
    ["a missing number", "40", { customer_no: undefined }],
    ["a ref_id that is no text", "40", { ref_id: 7 }],
    ["a callback off this machine", "40", { cb_url: "https://example.com/hook" }],
    ["an unknown command", "40", { commands: "beli" }],
    ["a testing that is no boolean", "40", { testing: "ya" }],
    ["a wrong username", "42", { username: "lain" }],
    ["a wrong signature", "41", { sign: "0".repeat(32) }],
  ];

  test.each(refusals)("%s is refused with rc %s and nothing is recorded", async (_, rc, payload) => {
    const { buyer, book } = await world();
    const full = { buyer_sku_code: "pulsa10", customer_no: "0812", ref_id: "a1", ...payload };
    const { http, data } = await buyer.post("/transaction", "a1", full);
    expect(data).toMatchObject({ rc, status: "Gagal" });
    expect(http).toBe(400);
    expect(book.entries()).toEqual([]);
    expect(book.deposit()).toBe(100_000_000);
  });

  test("max_price equal to the price is no obstacle", async () => {
    const { buyer } = await world();
    expect(await buyer.buy({ refId: "a1" }, { max_price: 10_900 })).toMatchObject({ rc: "00" });
  });

  test("a deposit that is too small is rc 44, to the rupiah", async () => {
    const { buyer, book } = await world({ deposit: 10_900 + 20_849 });
    expect(await buyer.buy({ refId: "a1", sku: "pulsa20" })).toMatchObject({ rc: "00" });
    expect(await buyer.buy({ refId: "a2" })).toMatchObject({ rc: "44", buyer_last_saldo: 10_899 });
    expect(book.deposit()).toBe(10_899);
    const exact = await world({ deposit: 10_900 });
    expect(await exact.buyer.buy({ refId: "a1" })).toMatchObject({ rc: "00", buyer_last_saldo: 0 });
  });

  test("a closed seller is rc 53, recorded without money", async () => {
    const { buyer, book, script } = await world();
    expect(await buyer.buy({ refId: "a1", sku: "tutup5" })).toMatchObject({ rc: "53", status: "Gagal" });
    script.product("tutup5", { seller_product_status: true });
    expect(await buyer.buy({ refId: "a1", sku: "tutup5" })).toMatchObject({ rc: "53" });
    expect(await buyer.buy({ refId: "a2", sku: "tutup5" })).toMatchObject({ rc: "00" });
    expect(book.entries().map(({ rc }) => rc)).toEqual(["53", "00"]);
    expect(book.deposit()).toBe(100_000_000 - 5700);
  });

  test.each([
    ["23:44", "00"],
    ["23:45", "58"],
    ["00:00", "58"],
    ["00:14", "58"],
    ["00:15", "00"],
    ["12:00", "00"],
  ])("a window that wraps midnight in Jakarta: at %s it is rc %s", async (time, rc) => {
    const { buyer } = await world({}, Date.parse(`2026-11-20T${time}:00+07:00`));
    expect(await buyer.buy({ refId: "a1", sku: "malam25" })).toMatchObject({ rc });
  });

  test("a product without multi: once per number and Jakarta day, failures do not count", async () => {
    const { buyer, clock } = await world({}, Date.parse("2026-11-20T23:50:00+07:00"));
    const one = { sku: "sekali15", customerNo: "0895111" };
    const failing = { sku: "sekali15", customerNo: "087800001232" };
    expect(await buyer.buy({ refId: "a1", ...one })).toMatchObject({ rc: "00" });
    expect(await buyer.buy({ refId: "a2", ...one })).toMatchObject({ rc: "63" });
    expect(await buyer.buy({ refId: "a3", ...one, customerNo: "0895222" })).toMatchObject({ rc: "00" });
    expect(await buyer.buy({ refId: "a4", ...failing })).toMatchObject({ rc: "02" });
    expect(await buyer.buy({ refId: "a5", ...failing })).toMatchObject({ rc: "02" });
    clock.advance(10 * 60_000);
    expect(await buyer.buy({ refId: "a6", ...one })).toMatchObject({ rc: "00" });
  });

  test("a refused ref_id is free: it executes when the obstacle is gone", async () => {
    const { buyer, book, script } = await world();
    script.product("pulsa10", { price: 11_000 });
    expect(await buyer.buy({ refId: "a1" }, { max_price: 10_900 })).toMatchObject({ rc: "69" });
    expect(await buyer.buy({ refId: "a1" }, { max_price: 11_000 })).toMatchObject({
      rc: "00",
      price: 11_000,
    });
    expect(book.executions("a1")).toBe(1);
  });
});

test("the table of reply codes says what the documentation says", () => {
  const codes = Object.entries(REPLY_CODES);
  const named = (keep: (code: (typeof codes)[number][1]) => boolean) =>
    codes.filter(([, code]) => keep(code)).map(([rc]) => rc);
  expect(named(({ status }) => status === "Sukses")).toEqual(["00"]);
  expect(named(({ status }) => status === "Pending").sort()).toEqual(["03", "99"]);
  expect(
    named(({ recorded }) => !recorded)
      .sort()
      .join(" "),
  ).toBe("40 41 42 43 44 45 47 49 56 61 62 63 64 65 66 67 68 69 80 81 82 83 87 88");
  expect(codes).toHaveLength(47);
});
