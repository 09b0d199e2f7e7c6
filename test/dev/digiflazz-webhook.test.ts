import { createHmac } from "node:crypto";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { Agenda } from "../../dev/agenda.ts";
import { Buyer, startReceiver, type Arrival } from "./digiflazz-buyer.ts";
import { startDigiflazz, type DigiflazzOptions } from "../../dev/digiflazz/server.ts";

const PENDING_THEN_SUCCESS = { refId: "a1", sku: "xld10", customerNo: "087800001233" };

/** Remembers for how long tasks were planned, so that a test can wait for a retry to be planned. */
class RecordingClock extends ManualClock {
  planned: number[] = [];

  override after(ms: number, task: () => void): () => void {
    this.planned.push(ms);
    return super.after(ms, task);
  }

  /** Waits until something is planned for `ms` from now, and moves there. */
  async reach(ms: number): Promise<void> {
    await vi.waitUntil(() => this.planned.includes(ms));
    this.planned = [];
    this.advance(ms);
  }
}

async function world(options: DigiflazzOptions = {}, onArrival?: (arrival: Arrival) => void | Promise<void>) {
  const clock = new RecordingClock();
  const receiver = await startReceiver(onArrival);
  onTestFinished(async () => receiver.close());
  const vendor = await startDigiflazz({
    clock,
    latencyMs: 0,
    webhookUrl: `${receiver.url}/webhook`,
    ...options,
  });
  onTestFinished(async () => vendor.close());
  const told = () => receiver.arrivals.map(({ data }) => `${String(data["status"])} ${String(data["rc"])}`);
  return {
    clock,
    vendor,
    receiver,
    told,
    book: vendor.book,
    script: vendor.script,
    buyer: new Buyer(vendor),
  };
}

describe("a webhook", () => {
  test("tells that a pending transaction is final, signed over the raw body", async () => {
    const { buyer, clock, script, receiver, vendor, book } = await world();
    await buyer.buy(PENDING_THEN_SUCCESS);
    expect(receiver.arrivals).toHaveLength(0);
    clock.advance(2000);
    await script.idle();
    expect(receiver.arrivals).toHaveLength(1);
    const { headers, body, data } = receiver.arrivals[0] ?? { headers: {}, body: "", data: {} };
    const signature = createHmac("sha1", vendor.webhookSecret).update(body).digest("hex");
    expect(headers).toMatchObject({
      "x-digiflazz-event": "update",
      "x-hub-signature": `sha1=${signature}`,
      "x-digiflazz-delivery": expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      "user-agent": "Digiflazz-Hookshot",
      "content-type": "application/json",
    });
    expect(Object.keys(JSON.parse(body) as object)).toEqual(["data"]);
    expect(data).toEqual(await buyer.buy(PENDING_THEN_SUCCESS));
    expect(data).toMatchObject({ ref_id: "a1", status: "Sukses", buyer_last_saldo: book.deposit() });
  });

  test("is not signed without a secret", async () => {
    const { buyer, clock, script, receiver } = await world({ webhookSecret: "" });
    await buyer.buy(PENDING_THEN_SUCCESS);
    clock.advance(2000);
    await script.idle();
    expect(receiver.arrivals[0]?.headers["x-hub-signature"]).toBeUndefined();
  });

  test("goes to cb_url when the transaction has one", async () => {
    const { buyer, clock, script, receiver } = await world();
    const own = await startReceiver();
    onTestFinished(async () => own.close());
    await buyer.buy(PENDING_THEN_SUCCESS, { cb_url: `${own.url}/sendiri` });
    clock.advance(2000);
    await script.idle();
    expect([own.arrivals.length, receiver.arrivals.length]).toEqual([1, 0]);
  });

  test("is not sent for a transaction that is final at once, unless every change is wanted", async () => {
    const { buyer, clock, script, receiver, told } = await world();
    await buyer.buy({ refId: "b1" });
    await script.idle();
    expect(told()).toEqual([]);
    script.webhookForEvery(true);
    await buyer.buy({ refId: "b2" });
    await script.idle();
    await buyer.buy(PENDING_THEN_SUCCESS);
    await vi.waitFor(() => expect(told()).toHaveLength(2));
    clock.advance(2000);
    await script.idle();
    expect(told()).toEqual(["Sukses 00", "Pending 03", "Sukses 00"]);
    const events = receiver.arrivals.map(({ headers }) => headers["x-digiflazz-event"]);
    expect(events).toEqual(["create", "create", "update"]);
  });

  test("is sent when someone was told Pending while the transaction was executing", async () => {
    const { buyer, clock, script, told } = await world({ latencyMs: 1000 });
    const answers: unknown[] = [];
    const ask = async () => answers.push((await buyer.buy({ refId: "a1" }))["status"]);
    const both = [ask(), ask()];
    await vi.waitFor(() => expect(answers).toEqual(["Pending"]));
    clock.advance(1000);
    await Promise.all(both);
    await script.idle();
    expect(answers).toEqual(["Pending", "Sukses"]);
    expect(told()).toEqual(["Sukses 00"]);
  });

  test("is not sent when what was executing turns out Pending: only when it is final", async () => {
    const { buyer, book, clock, script, told } = await world({ latencyMs: 1000 });
    const first = buyer.buy(PENDING_THEN_SUCCESS);
    await vi.waitUntil(() => book.executions("a1") === 1);
    await buyer.buy(PENDING_THEN_SUCCESS);
    clock.advance(1000);
    expect(await first).toMatchObject({ status: "Pending" });
    clock.advance(2000);
    await script.idle();
    expect(told()).toEqual(["Sukses 00"]);
  });

  test("is tried again after 1, 5 and 30 seconds, with the same delivery id, and then given up", async () => {
    const { buyer, clock, script, receiver } = await world();
    receiver.faults.always({ kind: "replace", status: 500 });
    await buyer.buy(PENDING_THEN_SUCCESS);
    for (const [index, wait] of [2000, 1000, 5000, 30_000].entries()) {
      await clock.reach(wait);
      await vi.waitFor(() => expect(receiver.arrivals).toHaveLength(index + 1));
    }
    await script.idle();
    expect(receiver.arrivals).toHaveLength(4);
    expect(new Set(receiver.arrivals.map(({ headers }) => headers["x-digiflazz-delivery"])).size).toBe(1);
    clock.advance(3_600_000);
    await script.idle();
    expect(receiver.requests).toBe(4);
  });

  test("stops being tried once it is accepted", async () => {
    const { buyer, clock, script, receiver } = await world();
    receiver.faults.next({ kind: "refuse" });
    await buyer.buy(PENDING_THEN_SUCCESS);
    clock.advance(2000);
    await clock.reach(1000);
    await script.idle();
    expect([receiver.requests, receiver.arrivals.length]).toEqual([2, 1]);
  });

  test("that is never answered is given up after 10 seconds of the clock and tried again", async () => {
    const { buyer, clock, receiver, script } = await world();
    receiver.faults.next({ kind: "hang" });
    await buyer.buy(PENDING_THEN_SUCCESS);
    clock.advance(2000);
    await vi.waitFor(() => expect(receiver.requests).toBe(1));
    clock.advance(9999);
    expect(clock.planned).not.toContain(1000);
    clock.advance(1);
    await clock.reach(1000);
    await script.idle();
    expect([receiver.requests, receiver.arrivals.length]).toEqual([2, 1]);
  });

  test("does not follow a redirect", async () => {
    const { buyer, clock, receiver, script } = await world();
    const other = await startReceiver();
    onTestFinished(async () => other.close());
    receiver.faults.next({ kind: "answer", status: 307, headers: { location: other.url } });
    await buyer.buy(PENDING_THEN_SUCCESS);
    clock.advance(2000);
    await clock.reach(1000);
    await script.idle();
    expect(receiver.arrivals).toHaveLength(1);
    expect(other.arrivals).toHaveLength(0);
  });

  test("does not go through a fetch that a test has patched", async () => {
    const { buyer, clock, script, told } = await world();
    await buyer.buy(PENDING_THEN_SUCCESS);
    const patched = vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("patched"));
    clock.advance(2000);
    await script.idle();
    patched.mockRestore();
    expect(told()).toEqual(["Sukses 00"]);
  });

  test.each([
    "https://example.com/hook",
    "http://10.0.0.1/",
    "http://127.0.0.1.example.com/",
    "file:///x",
    "x",
  ])("to %s is refused at the start", async (webhookUrl) => {
    await expect(startDigiflazz({ webhookUrl })).rejects.toThrow("on this machine");
  });
});

describe("a refund", () => {
  test("turns a success into Gagal rc 74, returns the money and tells it", async () => {
    const { buyer, book, script, told } = await world();
    const { sn } = await buyer.buy({ refId: "a1" });
    book.refund("a1");
    await script.idle();
    expect(book.entries()).toMatchObject([{ status: "Gagal", rc: "74" }]);
    expect(book.deposit()).toBe(100_000_000);
    expect(told()).toEqual(["Gagal 74"]);
    expect(await buyer.buy({ refId: "a1" })).toMatchObject({ status: "Gagal", rc: "74", sn });
    expect(() => book.refund("a1")).toThrow("a1");
    expect(book.deposit()).toBe(100_000_000);
  });

  test("takes the place of what was still to come", async () => {
    const { buyer, book, clock, script, told } = await world();
    const later = { status: "Gagal", rc: "02" } as const;
    script.outcome(() => true, { status: "Sukses", rc: "00", later });
    await buyer.buy({ refId: "a1" });
    book.refund("a1");
    clock.advance(2000);
    await script.idle();
    expect(told()).toEqual(["Gagal 74"]);
    expect(book.entries()[0]?.rc).toBe("74");
  });

  test("needs a success", async () => {
    const { buyer, book } = await world();
    expect(() => book.refund("a1")).toThrow("a1");
    await buyer.buy(PENDING_THEN_SUCCESS);
    expect(() => book.refund("a1")).toThrow("a1");
  });
});

test("nothing is sent after close, though a second webhook was to follow the first", async () => {
  const { buyer, clock, receiver, vendor, script } = await world();
  receiver.faults.next({ kind: "hang" });
  script.webhook(() => true, { kind: "contradict", outcome: { status: "Gagal", rc: "02" } });
  await buyer.buy(PENDING_THEN_SUCCESS);
  clock.advance(2000);
  await vi.waitUntil(() => receiver.requests === 1);
  await vendor.close();
  await script.idle();
  expect(receiver.requests).toBe(1);
});

test("an agenda that is closed plans nothing", () => {
  const clock = new RecordingClock();
  const agenda = new Agenda(clock);
  agenda.close();
  agenda.after(1000, () => {})();
  expect(clock.planned).toEqual([]);
});

test("close aborts a webhook that hangs, and leaves nothing waiting", async () => {
  const { buyer, clock, receiver, vendor, script } = await world();
  receiver.faults.always({ kind: "hang" });
  await buyer.buy(PENDING_THEN_SUCCESS);
  await buyer.buy({ ...PENDING_THEN_SUCCESS, refId: "a2" });
  clock.advance(2000);
  await vi.waitFor(() => expect(receiver.requests).toBe(2));
  await vendor.close();
  await script.idle();
  clock.advance(3_600_000);
  expect(receiver.requests).toBe(2);
});
