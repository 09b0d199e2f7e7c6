import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { Buyer, startReceiver } from "./digiflazz-buyer.ts";
import { startDigiflazz, type DigiflazzOptions } from "../../dev/digiflazz/server.ts";

type Data = Record<string, unknown>;

const TEN_IN_JAKARTA = Date.UTC(2026, 10, 20, 3, 0);
const OPENING = 100_000_000;

async function world(options: DigiflazzOptions = {}, startMs = TEN_IN_JAKARTA) {
  const clock = new ManualClock(startMs);
  const receiver = await startReceiver();
  onTestFinished(async () => receiver.close());
  const vendor = await startDigiflazz({ clock, latencyMs: 0, webhookUrl: receiver.url, ...options });
  onTestFinished(async () => vendor.close());
  const { book, script } = vendor;
  return { clock, vendor, receiver, book, script, buyer: new Buyer(vendor) };
}

describe("a bill", () => {
  const keys = (value: unknown) => Object.keys(value as Data).join(" ");
  const detailKeys = (desc: unknown) => keys((desc as { detail: unknown[] }).detail[0]);

  test.each([
    ["pln", "tarif daya lembar_tagihan detail", "periode nilai_tagihan admin denda"],
    [
      "pdam",
      "tarif lembar_tagihan alamat jatuh_tempo detail",
      "periode nilai_tagihan denda meter_awal meter_akhir biaya_lain",
    ],
    ["internet", "lembar_tagihan detail", "periode nilai_tagihan admin"],
    ["bpjs", "jumlah_peserta lembar_tagihan alamat detail", "periode"],
    ["multifinance", "lembar_tagihan item_name no_rangka no_pol tenor detail", "periode denda biaya_lain"],
    ["pgas", "lembar_tagihan alamat detail", "periode meter_awal meter_akhir usage"],
    ["tv", "lembar_tagihan detail", "periode nilai_tagihan no_ref"],
  ])("of %s has the documented desc, amounts in it as texts", async (sku, top, inner) => {
    const { buyer } = await world();
    const { desc } = await buyer.inquire({ refId: "a1", sku, customerNo: "123456789" });
    expect(keys(desc)).toBe(top);
    expect(detailKeys(desc)).toBe(inner);
    for (const row of (desc as { detail: Data[] }).detail) {
      expect(Object.values(row).every((value) => typeof value === "string")).toBe(true);
    }
  });

  test.each([
    [
      "cimahi",
      "lembar_tagihan alamat tahun_pajak kelurahan kecamatan kode_kab_kota kab_kota luas_tanah luas_gedung",
    ],
    [
      "pdl",
      "lembar_tagihan alamat tahun_pajak kelurahan kecamatan kode_kab_kota kab_kota luas_tanah luas_gedung provinsi",
    ],
    ["samsat", "nama alamat merk model tahun warna no_rangka no_mesin jatuh_tempo"],
    ["hp", ""],
  ])("of %s has the documented desc", async (sku, top) => {
    const { buyer } = await world();
    expect(keys((await buyer.inquire({ refId: "a1", sku, customerNo: "123456789" }))["desc"])).toBe(top);
  });

  test("adds up, and is the same when it is paid; electricity then shows the meter", async () => {
    const { buyer, receiver, script, vendor } = await world();
    const wish = { refId: "a1", customerNo: "530000000002" };
    const bill = await buyer.inquire(wish);
    expect(bill).toMatchObject({ status: "Sukses", rc: "00", periode: "202610,202611", admin: 5000 });
    expect("sn" in bill).toBe(false);
    const { detail } = bill["desc"] as { detail: Record<string, string>[] };
    const total = detail.reduce(
      (sum, sheet) => sum + Number(sheet["nilai_tagihan"]) + Number(sheet["admin"]) + Number(sheet["denda"]),
      0,
    );
    expect(bill["selling_price"]).toBe(total);
    expect(bill["price"]).toBe(total - 2000);
    script.webhookForEvery(true);
    const paid = await buyer.pay(wish);
    const { desc, sn: _sn, buyer_last_saldo: saldo, ...rest } = paid;
    expect(bill).toMatchObject(rest);
    expect(saldo).toBe(OPENING - Number(bill["price"]));
    expect(detailKeys(desc)).toBe("periode nilai_tagihan admin denda meter_awal meter_akhir");
    await script.idle();
    expect(receiver.arrivals[0]?.data).toEqual(paid);
    expect(receiver.arrivals[0]?.headers["user-agent"]).toBe("Digiflazz-Pasca-Hookshot");
    expect(vendor.book.entries()).toMatchObject([{ kind: "pasca", sku: "pln", price: bill["price"] }]);
  });

  test("of land is for the year asked for, or the present one in Jakarta", async () => {
    const { buyer } = await world({}, Date.parse("2027-01-01T00:30:00+07:00"));
    const wish = { sku: "cimahi", customerNo: "329801092375999991" };
    expect(await buyer.inquire({ refId: "a1", ...wish })).toMatchObject({ periode: "2027" });
    expect(await buyer.inquire({ refId: "a2", ...wish }, { year: 2025 })).toMatchObject({
      periode: "2025",
      desc: { tahun_pajak: "2025" },
    });
    expect(await buyer.inquire({ refId: "a3", ...wish }, { year: "2025" })).toMatchObject({ rc: "40" });
  });

  test("of e-money is the amount, in whole thousands", async () => {
    const { buyer } = await world();
    const wish = { refId: "a1", sku: "emoney", customerNo: "0812" };
    expect(await buyer.inquire(wish)).toMatchObject({ rc: "40" });
    expect(await buyer.inquire(wish, { amount: 50_500 })).toMatchObject({ rc: "87" });
    expect(await buyer.inquire(wish, { amount: 0 })).toMatchObject({ rc: "87" });
    expect(await buyer.inquire(wish, { amount: 50_000 })).toMatchObject({
      admin: 1000,
      selling_price: 51_000,
    });
  });

  test("of SAMSAT takes the identity number beside the plate or after a comma", async () => {
    const { buyer } = await world();
    const pending = { sku: "samsat", customerNo: "8102051011310002" };
    expect(await buyer.inquire({ refId: "a1", ...pending }, { id_pelanggan2: "32" })).toMatchObject({
      rc: "02",
    });
    const joined = { ...pending, customerNo: "8102051011310002,3201010101010001" };
    expect(await buyer.inquire({ refId: "a2", ...joined })).toMatchObject({ rc: "02" });
    expect(await buyer.inquire({ refId: "a3", ...pending }, { id_pelanggan2: 32 })).toMatchObject({
      rc: "40",
    });
  });
});

describe("paying", () => {
  test("needs an inquiry under the same ref_id, for the same bill", async () => {
    const { buyer, book } = await world();
    expect(await buyer.pay({ refId: "a1" })).toMatchObject({ rc: "50", status: "Gagal" });
    await buyer.inquire({ refId: "a1" });
    expect(await buyer.pay({ refId: "a1", customerNo: "530000000002" })).toMatchObject({ rc: "49" });
    expect(await buyer.pay({ refId: "a1", sku: "hp" })).toMatchObject({ rc: "49" });
    expect(await buyer.pay({ refId: "lain" })).toMatchObject({ rc: "50" });
    expect(book.entries()).toEqual([]);
    expect(await buyer.pay({ refId: "a1" })).toMatchObject({ rc: "00" });
  });

  test("is not a top-up: a ref_id that was used for an inquiry stays one", async () => {
    const { buyer, book } = await world();
    await buyer.inquire({ refId: "a1" });
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "49" });
    expect(book.entries()).toEqual([]);
  });

  test("is for the same Jakarta day only; a new inquiry opens the new day", async () => {
    const { buyer, clock } = await world({}, Date.parse("2026-11-20T23:59:00+07:00"));
    await buyer.inquire({ refId: "a1" });
    clock.advance(60_000);
    expect(await buyer.pay({ refId: "a1" })).toMatchObject({ rc: "60", status: "Gagal" });
    await buyer.inquire({ refId: "a1" });
    expect(await buyer.pay({ refId: "a1" })).toMatchObject({ rc: "00" });
  });

  test("executes once under 50 simultaneous requests", async () => {
    const { buyer, book, clock } = await world({ latencyMs: 1000 });
    await buyer.inquire({ refId: "a1" });
    const answered: unknown[] = [];
    const all = Array.from({ length: 50 }, async () => {
      answered.push((await buyer.pay({ refId: "a1" }))["status"]);
    });
    await vi.waitFor(() => expect(answered).toHaveLength(49));
    clock.advance(1000);
    await Promise.all(all);
    expect(answered.filter((status) => status === "Sukses")).toHaveLength(1);
    expect(book.executions("a1")).toBe(1);
  });

  test("again only tells how it stands, and the ref_id is used up", async () => {
    const { buyer, book } = await world();
    await buyer.inquire({ refId: "a1" });
    const paid = await buyer.pay({ refId: "a1" });
    expect(await buyer.pay({ refId: "a1" })).toEqual(paid);
    expect(await buyer.inquire({ refId: "a1" })).toMatchObject({ rc: "49" });
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "49" });
    expect(book.executions("a1")).toBe(1);
  });

  test("needs the deposit and an open product", async () => {
    const { buyer, book, script } = await world({ deposit: 1000 });
    expect(await buyer.inquire({ refId: "a1", sku: "tidakada" })).toMatchObject({ rc: "43" });
    await buyer.inquire({ refId: "a1" });
    expect(await buyer.pay({ refId: "a1" })).toMatchObject({ rc: "44" });
    script.postpaidProduct("pln", { seller_product_status: false });
    expect(await buyer.pay({ refId: "a1" })).toMatchObject({ rc: "53" });
    expect(await buyer.inquire({ refId: "a2" })).toMatchObject({ rc: "53" });
    expect(book.entries()).toEqual([]);
  });

  test("takes the price of the inquiry whatever max_price says", async () => {
    const { buyer } = await world();
    const bill = await buyer.inquire({ refId: "a1" });
    expect(await buyer.pay({ refId: "a1" }, { max_price: 1 })).toMatchObject({
      rc: "00",
      price: bill["price"],
    });
  });

  test("can be scripted and refunded like a top-up", async () => {
    const { buyer, script, book, receiver } = await world();
    script.outcome(({ kind }) => kind === "pasca", { status: "Gagal", rc: "70" }, 1);
    script.outcome(({ kind }) => kind === "pasca", { status: "Gagal", rc: "62" }, 1);
    await buyer.inquire({ refId: "a1" });
    expect(await buyer.pay({ refId: "a1" })).toMatchObject({ rc: "70" });
    await buyer.inquire({ refId: "a2" });
    expect(await buyer.pay({ refId: "a2" })).toMatchObject({ rc: "62" });
    expect(await buyer.pay({ refId: "a2" })).toMatchObject({ rc: "00" });
    book.refund("a2");
    await script.idle();
    expect(receiver.arrivals.map(({ data }) => data["rc"])).toEqual(["74"]);
    expect(book.deposit()).toBe(OPENING);
  });
});

describe("the status of a payment", () => {
  test("is unknown before the payment and after 90 days", async () => {
    const { buyer, clock } = await world();
    const unknown = { rc: "50", status: "Gagal", message: "Data belum ada" };
    await buyer.inquire({ refId: "a1" });
    expect(await buyer.status({ refId: "a1" })).toMatchObject(unknown);
    await buyer.pay({ refId: "a1" });
    clock.advance(90 * 86_400_000);
    expect(await buyer.status({ refId: "a1" })).toMatchObject({ rc: "00" });
    clock.advance(1);
    expect(await buyer.status({ refId: "a1" })).toMatchObject(unknown);
  });

  test("may be asked once a minute, when that is enforced", async () => {
    const { buyer, clock, script } = await world();
    script.enforceRecheck(true);
    await buyer.inquire({ refId: "a1" });
    expect(await buyer.pay({ refId: "a1" })).toMatchObject({ rc: "00" });
    expect(await buyer.status({ refId: "a1" })).toMatchObject({ rc: "85" });
    clock.advance(60_000);
    expect(await buyer.status({ refId: "a1" })).toMatchObject({ rc: "00" });
  });

  test("is not told for another bill or a top-up", async () => {
    const { buyer } = await world();
    await buyer.buy({ refId: "a1" });
    expect(await buyer.status({ refId: "a1" })).toMatchObject({ rc: "49" });
  });
});
