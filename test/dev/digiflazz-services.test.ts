import { createHash } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { Buyer, startReceiver } from "./digiflazz-buyer.ts";
import {
  LOCAL_API_KEY,
  LOCAL_USERNAME,
  LOCAL_WEBHOOK_SECRET,
  startDigiflazz,
  type DigiflazzOptions,
} from "../../dev/digiflazz/server.ts";

type Item = Record<string, unknown>;

async function world(options: DigiflazzOptions = {}) {
  const clock = new ManualClock(Date.UTC(2026, 10, 20, 3, 0));
  const vendor = await startDigiflazz({ clock, latencyMs: 0, ...options });
  onTestFinished(async () => vendor.close());
  return { clock, vendor, buyer: new Buyer(vendor) };
}

describe("the endpoints", () => {
  test("every one checks the payload (40), the username (42) and its own signature (41)", async () => {
    const { buyer } = await world();
    const calls: [string, string, Item][] = [
      ["/cek-saldo", "depo", { cmd: "deposit" }],
      ["/price-list", "pricelist", { cmd: "prepaid" }],
      ["/deposit", "deposit", { amount: 1_000_000, Bank: "BCA", owner_name: "Budi" }],
      ["/transaction", "a1", { ref_id: "a1", buyer_sku_code: "pulsa10", customer_no: "0812" }],
      ["/inquiry-pln", "12345678901", { customer_no: "12345678901" }],
    ];
    for (const [path, subject, payload] of calls) {
      const answers = [
        await buyer.post(path, subject, { ...payload, sign: 41 }),
        await buyer.post(path, subject, { ...payload, username: "lain" }),
        await buyer.post(path, `${subject}x`, payload),
      ];
      const seen = answers.map(({ http, data }) => `${http} ${String(data["rc"])} ${String(data["status"])}`);
      const right = await buyer.post(path, subject, payload);
      expect([path, ...seen, right.http]).toEqual([
        path,
        "400 40 Gagal",
        "400 42 Gagal",
        "400 41 Gagal",
        200,
      ]);
    }
  });

  test.each(["", "{", "[]", "null", '"teks"', "7"])("the body %j is a payload error", async (body) => {
    const { vendor } = await world();
    const response = await fetch(`${vendor.url}/v1/transaction`, { method: "POST", body });
    expect(await response.json()).toMatchObject({ data: { rc: "40", status: "Gagal" } });
  });

  test("only known paths exist, and only POST", async () => {
    const { vendor } = await world();
    expect((await fetch(`${vendor.url}/v1/lain`, { method: "POST" })).status).toBe(404);
    expect((await fetch(`${vendor.url}/v1/cek-saldo`)).status).toBe(405);
    expect(vendor.requests).toBe(2);
  });

  test("the credentials are those of the options, or local ones", async () => {
    const local = (await world()).vendor;
    expect(local).toMatchObject({ username: LOCAL_USERNAME, apiKey: LOCAL_API_KEY });
    expect(local.webhookSecret).toBe(LOCAL_WEBHOOK_SECRET);
    const { vendor, buyer } = await world({ username: "budi", apiKey: "kunci", webhookSecret: "rahasia" });
    expect(vendor).toMatchObject({ username: "budi", apiKey: "kunci", webhookSecret: "rahasia" });
    const sign = createHash("md5").update("budikuncidepo").digest("hex");
    expect((await buyer.post("/cek-saldo", "", { cmd: "deposit", sign })).http).toBe(200);
  });
});

test("cek-saldo tells the deposit", async () => {
  const { buyer } = await world({ deposit: 50_000 });
  await buyer.buy({ refId: "a1" });
  expect((await buyer.post("/cek-saldo", "depo", { cmd: "deposit" })).data).toEqual({ deposit: 39_100 });
});

describe("the price list", () => {
  const ask = async (buyer: Buyer, payload: Item) => {
    const { data } = await buyer.post("/price-list", "pricelist", payload);
    return Array.isArray(data) ? (data as Item[]) : String(data["rc"]);
  };
  const skus = (items: Item[] | string) =>
    typeof items === "string" ? items : items.map((item) => item["buyer_sku_code"]);

  test("has the prepaid assortment with every documented field", async () => {
    const { buyer } = await world();
    const items = await ask(buyer, { cmd: "prepaid" });
    expect(items).toContainEqual({
      product_name: "Pulsa 10k",
      category: "Pulsa",
      brand: "TELKOMSEL",
      type: "Umum",
      seller_name: expect.any(String) as string,
      price: 10_900,
      buyer_sku_code: "pulsa10",
      buyer_product_status: true,
      seller_product_status: true,
      unlimited_stock: true,
      stock: 0,
      multi: true,
      start_cut_off: "0:0",
      end_cut_off: "0:0",
      desc: expect.any(String) as string,
    });
    const priced = (items as Item[]).map(
      (item) => `${String(item["buyer_sku_code"])} ${String(item["price"])}`,
    );
    expect(priced).toEqual(expect.arrayContaining(["pulsa20 20850", "pln50 50250", "xld10 10000"]));
    const oddities = [
      { start_cut_off: "23:45", end_cut_off: "0:15" },
      { multi: false },
      { unlimited_stock: false, stock: 0 },
      { seller_product_status: false },
      { buyer_product_status: false },
    ];
    for (const oddity of oddities) expect(items).toContainEqual(expect.objectContaining(oddity));
  });

  test("has every documented postpaid test SKU, with admin and commission and without a price", async () => {
    const { buyer } = await world();
    const items = await ask(buyer, { cmd: "pasca" });
    expect(skus(items)).toEqual(
      "pln pdam internet bpjs multifinance cimahi pdl pgas tv bpjstk bpjstkpu plnnontaglis emoney samsat hp".split(
        " ",
      ),
    );
    const fields =
      "admin brand buyer_product_status buyer_sku_code category commission desc product_name seller_name";
    expect(Object.keys((items as Item[])[0] ?? {}).sort()).toEqual(
      [...fields.split(" "), "seller_product_status"].sort(),
    );
  });

  test("is given once in 5 minutes, prepaid and postpaid apart; otherwise rc 83", async () => {
    const { buyer, clock } = await world();
    expect(await ask(buyer, { cmd: "prepaid" })).toBeInstanceOf(Array);
    expect(await ask(buyer, { cmd: "pasca" })).toBeInstanceOf(Array);
    expect(await ask(buyer, { cmd: "prepaid" })).toBe("83");
    clock.advance(5 * 60_000 - 1);
    expect(await ask(buyer, { cmd: "prepaid" })).toBe("83");
    clock.advance(1);
    expect(await ask(buyer, { cmd: "prepaid" })).toBeInstanceOf(Array);
  });

  test("of one code is given once a second", async () => {
    const { buyer, clock } = await world();
    expect(skus(await ask(buyer, { cmd: "prepaid", code: "pulsa10" }))).toEqual(["pulsa10"]);
    expect(await ask(buyer, { cmd: "prepaid", code: "pulsa10" })).toBe("83");
    expect(skus(await ask(buyer, { cmd: "prepaid", code: "pulsa20" }))).toEqual(["pulsa20"]);
    clock.advance(1000);
    expect(skus(await ask(buyer, { cmd: "prepaid", code: "pulsa10" }))).toEqual(["pulsa10"]);
    expect(await ask(buyer, { cmd: "prepaid", code: "tidakada" })).toEqual([]);
  });

  test("can be narrowed by category, brand and type", async () => {
    const { buyer } = await world();
    expect(skus(await ask(buyer, { cmd: "prepaid", category: "PLN" }))).toEqual(["pln20", "pln50", "pln100"]);
    expect(skus(await ask(buyer, { cmd: "prepaid", brand: "XL", type: "Umum" }))).toEqual(["xld10"]);
    expect(skus(await ask(buyer, { cmd: "pasca", brand: "PLN" }))).toEqual(["pln"]);
    expect(await ask(buyer, { cmd: "lain" })).toBe("40");
  });

  test("shows what a test changed", async () => {
    const { buyer, vendor } = await world();
    vendor.script.product("pulsa10", { price: 11_000 });
    vendor.script.postpaidProduct("pln", { seller_product_status: false });
    expect(await ask(buyer, { cmd: "prepaid", code: "pulsa10" })).toMatchObject([{ price: 11_000 }]);
    expect(await ask(buyer, { cmd: "pasca", code: "pln" })).toMatchObject([{ seller_product_status: false }]);
    expect(() => vendor.script.product("tidakada", { price: 1 })).toThrow("tidakada");
  });
});

describe("inquiry-pln", () => {
  test.each(["1234554321", "12345678901", "530000000001"])("knows who is behind %s", async (customerNo) => {
    const { buyer } = await world();
    const { data } = await buyer.post("/inquiry-pln", customerNo, { customer_no: customerNo });
    expect(data).toEqual({
      message: "Transaksi Sukses",
      status: "Sukses",
      rc: "00",
      customer_no: customerNo,
      meter_no: expect.stringMatching(/^\d{10,11}$/) as string,
      subscriber_id: expect.stringMatching(/^\d{12}$/) as string,
      name: expect.stringMatching(/^[A-Z ]+$/) as string,
      segment_power: expect.stringMatching(/^R1 \/\d{9}$/) as string,
    });
    const { sn } = await buyer.buy({ refId: "a1", sku: "pln20", customerNo });
    expect(sn).toContain(`/${String(data["name"])}/`);
  });

  test.each([
    ["123456789", "57"],
    ["1234567890123", "57"],
    ["12345abc901", "57"],
    ["530000000003", "54"],
  ])("%s is rc %s", async (customerNo, rc) => {
    const { buyer } = await world();
    const { data } = await buyer.post("/inquiry-pln", customerNo, { customer_no: customerNo });
    expect(data).toMatchObject({ rc, status: "Gagal" });
  });
});

test("deposit draws a ticket whose amount is a little more than asked", async () => {
  const { buyer } = await world();
  const payload = { amount: 1_000_000, Bank: "BCA", owner_name: "Budi" };
  const { data } = await buyer.post("/deposit", "deposit", payload);
  expect(data).toMatchObject({ rc: "00", bank: "BCA", payment_method: "Bank Transfer" });
  expect(data["notes"]).toMatch(/^[0-9A-F]{7}$/);
  expect(data["amount"]).toBeGreaterThan(1_000_000);
  expect(data["amount"]).toBeLessThan(1_001_000);
  const wrong = [{ amount: -1 }, { amount: 1.5 }, { amount: undefined }, { Bank: "LAIN" }];
  for (const part of wrong) {
    expect((await buyer.post("/deposit", "deposit", { ...payload, ...part })).data["rc"]).toBe("40");
  }
});

describe("the ping of a webhook", () => {
  test("arrives as documented, unsigned", async () => {
    const receiver = await startReceiver();
    onTestFinished(async () => receiver.close());
    const { vendor } = await world({ webhookUrl: `${receiver.url}/webhook` });
    const response = await fetch(`${vendor.url}/v1/report/hooks/kait1/pings`, { method: "POST" });
    expect(response.status).toBe(200);
    expect(receiver.arrivals).toHaveLength(1);
    const arrival = receiver.arrivals[0];
    expect(JSON.parse(arrival?.body ?? "")).toEqual({
      sed: expect.any(String) as string,
      hook_id: "kait1",
      hook: {
        url: `${receiver.url}/webhook`,
        secret: vendor.webhookSecret,
        type: "application/json",
        status: 1,
      },
    });
    expect(arrival?.headers["user-agent"]).toBe("Digiflazz-Hookshot");
    expect(arrival?.headers["x-hub-signature"]).toBeUndefined();
  });

  test("needs a configured webhook", async () => {
    const { vendor } = await world();
    const response = await fetch(`${vendor.url}/v1/report/hooks/kait1/pings`, { method: "POST" });
    expect(response.status).toBe(404);
  });
});
