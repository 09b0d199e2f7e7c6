import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { Buyer, startReceiver, type Arrival } from "./digiflazz-buyer.ts";
import { startDigiflazz, type DigiflazzOptions } from "../../dev/digiflazz/server.ts";

const PENDING_THEN_SUCCESS = { refId: "a1", sku: "xld10", customerNo: "087800001233" };
const everything = () => true;

async function world(options: DigiflazzOptions = {}, onArrival?: (arrival: Arrival) => void | Promise<void>) {
  const clock = new ManualClock();
  const receiver = await startReceiver(onArrival);
  onTestFinished(async () => receiver.close());
  const vendor = await startDigiflazz({ clock, latencyMs: 0, webhookUrl: receiver.url, ...options });
  onTestFinished(async () => vendor.close());
  const told = () => receiver.arrivals.map(({ data }) => `${String(data["status"])} ${String(data["rc"])}`);
  const { book, script, faults } = vendor;
  return { clock, vendor, receiver, told, book, script, faults, buyer: new Buyer(vendor) };
}

describe("a scripted outcome", () => {
  test("takes the place of what the number says, for as many purchases as asked", async () => {
    const { buyer, script, book } = await world();
    script.outcome(({ sku }) => sku === "pulsa20", { status: "Gagal", rc: "54", message: "Salah nomor" }, 1);
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "00" });
    expect(await buyer.buy({ refId: "a2", sku: "pulsa20" })).toMatchObject({
      rc: "54",
      message: "Salah nomor",
    });
    expect(await buyer.buy({ refId: "a3", sku: "pulsa20" })).toMatchObject({ rc: "00" });
    expect(book.deposit()).toBe(100_000_000 - 10_900 - 20_850);
  });

  test("of an unknown code is recorded with the status given", async () => {
    const { buyer, script, book } = await world();
    script.outcome(everything, { status: "Pending", rc: "98" });
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ status: "Pending", rc: "98", message: "RC 98" });
    await script.idle();
    expect(book.entries()).toMatchObject([{ status: "Pending", rc: "98", executing: false }]);
    expect(book.deposit()).toBe(100_000_000 - 10_900);
  });

  test.each(["44", "45", "47", "62", "66", "82"])(
    "of rc %s, which records nothing, refuses the purchase",
    async (rc) => {
      const { buyer, script, book } = await world();
      script.outcome(everything, { status: "Gagal", rc }, 1);
      expect(await buyer.buy({ refId: "a1" })).toMatchObject({ status: "Gagal", rc });
      expect(book.entries()).toEqual([]);
      expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "00" });
    },
  );

  test("can go through several states, each at its time, each told", async () => {
    const { buyer, script, book, clock, told } = await world();
    const paidAfterAll = { status: "Sukses", rc: "00", sn: "SN1", afterMs: 60_000 } as const;
    const failed = { status: "Gagal", rc: "02", afterMs: 5000, later: paidAfterAll } as const;
    script.outcome(everything, { status: "Pending", rc: "99", later: failed });
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ status: "Pending", rc: "99" });
    clock.advance(4999);
    expect(book.entries()[0]?.status).toBe("Pending");
    clock.advance(1);
    expect(book.entries()[0]?.status).toBe("Gagal");
    expect(book.deposit()).toBe(100_000_000);
    await vi.waitFor(() => expect(told()).toHaveLength(1));
    clock.advance(60_000);
    await script.idle();
    expect(told()).toEqual(["Gagal 02", "Sukses 00"]);
    expect(book.entries()).toMatchObject([{ status: "Sukses", sn: "SN1" }]);
    expect(book.deposit()).toBe(100_000_000 - 10_900);
  });

  test("takes as long as it says", async () => {
    const { buyer, script, book, clock } = await world();
    script.outcome(everything, { status: "Sukses", rc: "00", afterMs: 45_000 });
    const answer = buyer.buy({ refId: "a1" });
    await vi.waitFor(() => expect(book.executions("a1")).toBe(1));
    clock.advance(44_999);
    expect(book.entries()[0]?.executing).toBe(true);
    clock.advance(1);
    expect(await answer).toMatchObject({ rc: "00" });
  });

  test("is forgotten by clear, with the switches", async () => {
    const { buyer, script, told } = await world();
    script.outcome(everything, { status: "Gagal", rc: "02" });
    script.reply(everything, { kind: "truncated" });
    script.webhook(everything, { kind: "drop" });
    script.enforceRecheck(true);
    script.webhookForEvery(true);
    script.clear();
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "00" });
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "00" });
    await script.idle();
    expect(told()).toEqual([]);
  });
});

describe("the fault plan", () => {
  const lost = ["hangAfter", "drop"] as const;
  test.each(lost)("%s: executed, and the buyer cannot know", async (kind) => {
    const { buyer, faults, book, vendor } = await world();
    faults.next({ kind });
    const answer = buyer.buy({ refId: "a1" });
    answer.catch(() => {});
    await vi.waitFor(() => expect(book.executions("a1")).toBe(1));
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "00" });
    expect(book.executions("a1")).toBe(1);
    await vendor.close();
    await expect(answer).rejects.toThrow("fetch failed");
  });

  test.each(["hang", "refuse"] as const)("%s: nothing is executed", async (kind) => {
    const { buyer, faults, book, vendor } = await world();
    faults.next({ kind });
    const answer = buyer.buy({ refId: "a1" });
    answer.catch(() => {});
    await vi.waitFor(() => expect(vendor.requests).toBe(1));
    expect(await buyer.buy({ refId: "a2" })).toMatchObject({ rc: "00" });
    expect(book.executions("a1")).toBe(0);
    await vendor.close();
    await expect(answer).rejects.toThrow("fetch failed");
  });

  test.each([
    ["answer", 0],
    ["replace", 1],
  ] as const)("%s: an HTML 502, with %d executions", async (kind, executions) => {
    const { buyer, faults, book } = await world();
    const html = { "content-type": "text/html" };
    faults.next({ kind, status: 502, headers: html, body: "<html>Bad Gateway</html>" });
    await expect(buyer.buy({ refId: "a1" })).rejects.toThrow("JSON");
    expect(book.executions("a1")).toBe(executions);
  });
});

describe("a twisted answer", () => {
  test("has a wrong ref_id and a wrong price, once; the book is right", async () => {
    const { buyer, script, book } = await world();
    script.reply(everything, { kind: "fields", fields: { ref_id: "lain", price: 1 } }, 1);
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ ref_id: "lain", price: 1, status: "Sukses" });
    expect(book.entries()).toMatchObject([{ refId: "a1", price: 10_900 }]);
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ ref_id: "a1", price: 10_900 });
  });

  test("can be only that of a status check", async () => {
    const { buyer, script } = await world();
    const fields = { rc: "41", status: "Gagal", message: "Signature Anda salah" };
    script.reply(({ repeat }) => repeat, { kind: "fields", fields });
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "00" });
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ rc: "41" });
  });

  test("breaks off in the middle", async () => {
    const { buyer, script, book } = await world();
    script.reply(everything, { kind: "truncated" }, 1);
    await expect(buyer.buy({ refId: "a1" })).rejects.toThrow("JSON");
    expect(book.executions("a1")).toBe(1);
  });

  test("is 10 MB long", async () => {
    const { buyer, script } = await world();
    script.reply(everything, { kind: "huge" }, 1);
    const data = await buyer.buy({ refId: "a1" });
    expect(data["status"]).toBe("Sukses");
    expect(JSON.stringify(data).length).toBeGreaterThan(10_000_000);
  });

  test("of a postpaid payment is twisted alike", async () => {
    const { buyer, script } = await world();
    script.reply(({ kind }) => kind === "pasca", { kind: "fields", fields: { price: 1 } });
    await buyer.inquire({ refId: "a1" });
    expect(await buyer.pay({ refId: "a1" })).toMatchObject({ price: 1 });
    expect(await buyer.status({ refId: "a1" })).toMatchObject({ price: 1 });
  });
});

describe("a twisted webhook", () => {
  const finish = async ({ buyer, clock, script }: Awaited<ReturnType<typeof world>>) => {
    await buyer.buy(PENDING_THEN_SUCCESS);
    clock.advance(2000);
    await script.idle();
  };

  test("is dropped", async () => {
    const here = await world();
    here.script.webhook(({ refId }) => refId === "a1", { kind: "drop" });
    await finish(here);
    expect(here.told()).toEqual([]);
    expect(here.book.entries()[0]?.status).toBe("Sukses");
  });

  test("arrives several times at once", async () => {
    let waiting = 0;
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    // No copy is answered before all are there: that they come one after the other would hang this test.
    const here = await world({}, async () => {
      waiting += 1;
      if (waiting === 3) release();
      await released;
    });
    here.script.webhook(everything, { kind: "duplicate", copies: 3 }, 1);
    await finish(here);
    expect(here.told()).toEqual(["Sukses 00", "Sukses 00", "Sukses 00"]);
  });

  test("says Pending after it said that it is final", async () => {
    const here = await world();
    here.script.webhook(everything, { kind: "reorder" });
    await finish(here);
    expect(here.told()).toEqual(["Sukses 00", "Pending 03"]);
  });

  test("contradicts itself while the book stays", async () => {
    const here = await world();
    here.script.webhook(everything, { kind: "contradict", outcome: { status: "Gagal", rc: "02" } });
    await finish(here);
    expect(here.told()).toEqual(["Sukses 00", "Gagal 02"]);
    expect(here.book.entries()[0]?.status).toBe("Sukses");
  });

  test("arrives and is answered before the purchase is", async () => {
    let answered = false;
    const answeredFirst: boolean[] = [];
    const { buyer, script, told } = await world({}, () => void answeredFirst.push(answered));
    script.webhook(everything, { kind: "beforeReply" }, 1);
    const data = await buyer.buy({ refId: "a1" }).finally(() => (answered = true));
    expect(data["status"]).toBe("Sukses");
    expect(answeredFirst).toEqual([false]);
    expect(told()).toEqual(["Sukses 00"]);
  });

  test("says final before the purchase is answered with Pending", async () => {
    const { buyer, script, told, book } = await world();
    script.webhook(everything, { kind: "beforeReply" }, 1);
    expect(await buyer.buy(PENDING_THEN_SUCCESS)).toMatchObject({ status: "Pending" });
    expect(told()).toEqual(["Sukses 00"]);
    expect(book.entries()).toMatchObject([{ status: "Sukses" }]);
    await script.idle();
    expect(told()).toHaveLength(1);
  });

  test("can be sent at any time with any content, the book untouched", async () => {
    const { buyer, script, told, book } = await world();
    await buyer.buy({ refId: "a1" });
    book.refund("a1");
    await script.idle();
    await script.sendWebhook("a1");
    await script.sendWebhook("a1", { status: "Sukses", rc: "00" });
    expect(told()).toEqual(["Gagal 74", "Gagal 74", "Sukses 00"]);
    expect(book.deposit()).toBe(100_000_000);
    await expect(script.sendWebhook("tidakada")).rejects.toThrow("tidakada");
  });
});

describe("idle", () => {
  test("waits for what executes, for what is pending and for its webhook", async () => {
    const { buyer, script, clock, book } = await world({ latencyMs: 1000 });
    await script.idle();
    let isIdle = false;
    const answer = buyer.buy(PENDING_THEN_SUCCESS);
    await vi.waitFor(() => expect(book.executions("a1")).toBe(1));
    const idle = script.idle().then(() => (isIdle = true));
    clock.advance(1000);
    expect(await answer).toMatchObject({ status: "Pending" });
    expect(isIdle).toBe(false);
    clock.advance(2000);
    await idle;
    expect(book.entries()[0]?.status).toBe("Sukses");
  });
});
