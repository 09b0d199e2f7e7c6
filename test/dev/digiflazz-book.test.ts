import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ManualClock, type Clock } from "../../dev/clock.ts";
import { Buyer, startReceiver } from "./digiflazz-buyer.ts";
import { startDigiflazz, type DigiflazzOptions } from "../../dev/digiflazz/server.ts";

const PENDING_THEN_SUCCESS = { refId: "p1", sku: "xld10", customerNo: "087800001233" };
const PENDING_THEN_FAILURE = { refId: "p2", sku: "xld10", customerNo: "087800001234" };
const OPENING = 100_000_000;

function newBookFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "digiflazz-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "book.jsonl");
}

async function start(bookFile: string, clock: Clock, options: DigiflazzOptions = {}) {
  const vendor = await startDigiflazz({ bookFile, clock, latencyMs: 0, ...options });
  onTestFinished(async () => vendor.close());
  return { vendor, book: vendor.book, script: vendor.script, buyer: new Buyer(vendor) };
}

describe("after a restart", () => {
  test("the same ref_ids, the same money, the same bills", async () => {
    const clock = new ManualClock();
    const bookFile = newBookFile();
    const before = await start(bookFile, clock, { deposit: 1_000_000 });
    const bought = await before.buyer.buy({ refId: "a1" });
    await before.buyer.buy({ refId: "a2", customerNo: "087800001232" });
    const bill = await before.buyer.inquire({ refId: "b1" });
    await before.buyer.inquire({ refId: "b2" });
    await before.buyer.pay({ refId: "b2" });
    before.book.refund("b2");
    const [entries, deposit] = [before.book.entries(), before.book.deposit()];
    await before.vendor.close();

    const after = await start(bookFile, clock, { deposit: 7 });
    expect(after.book.entries()).toEqual(entries);
    expect(after.book.deposit()).toBe(deposit);
    expect(await after.buyer.buy({ refId: "a1" })).toEqual({ ...bought, buyer_last_saldo: deposit });
    expect(await after.buyer.buy({ refId: "a2", customerNo: "087800001232" })).toMatchObject({ rc: "02" });
    expect(await after.buyer.status({ refId: "b2" })).toMatchObject({ rc: "74" });
    expect(await after.buyer.pay({ refId: "b1" })).toMatchObject({ rc: "00", price: bill["price"] });
    expect(after.book.entries()).toHaveLength(4);
  });

  test("what was executing is finished as a success, executed once, and told", async () => {
    const clock = new ManualClock();
    const bookFile = newBookFile();
    const before = await start(bookFile, clock, { latencyMs: 1000 });
    const lost = before.buyer.buy({ refId: "a1" });
    lost.catch(() => {});
    await vi.waitFor(() => expect(before.book.executions("a1")).toBe(1));
    await before.vendor.close();
    await expect(lost).rejects.toThrow("fetch failed");
    clock.advance(1000);

    const receiver = await startReceiver();
    onTestFinished(async () => receiver.close());
    const after = await start(bookFile, clock, { webhookUrl: receiver.url });
    await after.script.idle();
    expect(after.book.entries()).toMatchObject([{ refId: "a1", status: "Sukses", executing: false }]);
    expect(after.book.deposit()).toBe(OPENING - 10_900);
    expect(receiver.arrivals.map(({ data }) => data["status"])).toEqual(["Sukses"]);
    expect(await after.buyer.buy({ refId: "a1" })).toMatchObject({ rc: "00" });
    expect(after.book.executions("a1")).toBe(1);
  });

  test("what was pending still becomes final at its time, and is told", async () => {
    const clock = new ManualClock();
    const bookFile = newBookFile();
    const before = await start(bookFile, clock);
    await before.buyer.buy(PENDING_THEN_SUCCESS);
    await before.buyer.buy(PENDING_THEN_FAILURE);
    await before.vendor.close();

    const receiver = await startReceiver();
    onTestFinished(async () => receiver.close());
    const after = await start(bookFile, clock, { webhookUrl: receiver.url });
    clock.advance(1999);
    expect(await after.buyer.buy(PENDING_THEN_SUCCESS)).toMatchObject({ status: "Pending" });
    clock.advance(1);
    await after.script.idle();
    expect(after.book.entries().map(({ status }) => status)).toEqual(["Sukses", "Gagal"]);
    expect(after.book.deposit()).toBe(OPENING - 10_000);
    expect(new Set(receiver.arrivals.map(({ data }) => data["ref_id"]))).toEqual(new Set(["p1", "p2"]));
  });

  test("a webhook that was not delivered is sent, one that was is not", async () => {
    const clock = new ManualClock();
    const bookFile = newBookFile();
    const receiver = await startReceiver();
    onTestFinished(async () => receiver.close());
    const webhookUrl = receiver.url;
    const before = await start(bookFile, clock, { webhookUrl });
    await before.buyer.buy(PENDING_THEN_SUCCESS);
    clock.advance(2000);
    await before.script.idle();
    receiver.faults.next({ kind: "hang" });
    await before.buyer.buy(PENDING_THEN_FAILURE);
    clock.advance(2000);
    await vi.waitFor(() => expect(receiver.requests).toBe(2));
    await before.vendor.close();

    const after = await start(bookFile, clock, { webhookUrl });
    await after.script.idle();
    expect(receiver.arrivals.map(({ data }) => data["ref_id"])).toEqual(["p1", "p2"]);
  });

  test("a webhook about an older state does not count for the newer one", async () => {
    const clock = new ManualClock();
    const bookFile = newBookFile();
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    const receiver = await startReceiver(async () => released);
    onTestFinished(async () => receiver.close());
    const before = await start(bookFile, clock, { webhookUrl: receiver.url });
    await before.buyer.buy(PENDING_THEN_SUCCESS);
    clock.advance(2000);
    await vi.waitUntil(() => receiver.arrivals.length === 1);
    receiver.faults.next({ kind: "hang" });
    before.book.refund("p1");
    await vi.waitUntil(() => receiver.requests === 2);
    release();
    // The answer to the older one has been dealt with when a webhook sent after it has come back.
    await before.script.sendWebhook("p1");
    await before.vendor.close();

    const after = await start(bookFile, clock, { webhookUrl: receiver.url });
    await after.script.idle();
    expect(receiver.arrivals.map(({ data }) => data["rc"])).toEqual(["00", "74", "74"]);
  });

  test("half a line at the end never counted", async () => {
    const clock = new ManualClock();
    const bookFile = newBookFile();
    const before = await start(bookFile, clock);
    await before.buyer.buy({ refId: "a1" });
    await before.vendor.close();
    const whole = readFileSync(bookFile, "utf8");
    appendFileSync(bookFile, '{"line":"started","id":1,"ord');

    const after = await start(bookFile, clock);
    expect(after.book.entries()).toHaveLength(1);
    expect(readFileSync(bookFile, "utf8")).toBe(whole);
    await after.buyer.buy({ refId: "a2" });
    await after.vendor.close();
    expect((await start(bookFile, clock)).book.entries().map(({ refId }) => refId)).toEqual(["a1", "a2"]);
  });
});

test("the book is written before the answer: line by line, the file says what the buyer was told", async () => {
  const bookFile = newBookFile();
  const { buyer } = await start(bookFile, new ManualClock());
  const lines = () => readFileSync(bookFile, "utf8").trimEnd().split("\n");
  for (let count = 1; count <= 5; count++) {
    await buyer.buy({ refId: `a${count}` });
    expect(lines()).toHaveLength(1 + 2 * count);
  }
});

test("a busy port leaves nothing open, and the book is still usable", async () => {
  const clock = new ManualClock();
  const bookFile = newBookFile();
  const { vendor } = await start(newBookFile(), clock);
  await expect(startDigiflazz({ port: vendor.port, bookFile })).rejects.toThrow("EADDRINUSE");
  expect((await start(bookFile, clock)).book.deposit()).toBe(OPENING);
});

describe("as a process of its own", () => {
  const module = pathToFileURL(join(import.meta.dirname, "../../dev/digiflazz/server.ts")).href;
  const run = (script: string) => {
    const options = { stdio: ["ignore", "pipe", "inherit"] as ["ignore", "pipe", "inherit"] };
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], options);
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  };

  test("SIGKILL in mid-execution loses nothing and doubles nothing", async () => {
    const bookFile = newBookFile();
    const options = JSON.stringify({ bookFile, latencyMs: 3_600_000, pendingMs: 0 });
    const child = run(`
      import { startDigiflazz } from ${JSON.stringify(module)};
      const vendor = await startDigiflazz(${options});
      vendor.script.outcome(({ refId }) => refId === "done", { status: "Sukses", rc: "00", afterMs: 0 });
      console.log(JSON.stringify({ url: vendor.url, username: vendor.username, apiKey: vendor.apiKey }));
    `);
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const buyer = new Buyer(JSON.parse(line) as ConstructorParameters<typeof Buyer>[0]);
    await buyer.buy({ refId: "done" });
    const lost = Array.from({ length: 20 }, async (_, index) => buyer.buy({ refId: `lost${index}` }));
    const fates = Promise.allSettled(lost);
    await vi.waitFor(() => expect(readFileSync(bookFile, "utf8").match(/"started"/g)).toHaveLength(21));
    child.kill("SIGKILL");
    expect((await fates).every(({ status }) => status === "rejected")).toBe(true);

    const clock = new ManualClock(Date.now() + 2 * 3_600_000);
    const { book, script } = await start(bookFile, clock);
    await script.idle();
    expect(book.entries().map(({ status }) => status)).toEqual(Array.from({ length: 21 }, () => "Sukses"));
    expect(new Set(book.entries().map(({ refId }) => refId)).size).toBe(21);
    expect(book.deposit()).toBe(OPENING - 21 * 10_900);
  });

  test("close leaves no timer and no handle: the process ends by itself", async () => {
    const receiver = await startReceiver();
    onTestFinished(async () => receiver.close());
    receiver.faults.always({ kind: "hang" });
    const child = run(`
      import { startDigiflazz } from ${JSON.stringify(module)};
      const { Buyer } = await import(${JSON.stringify(new URL("digiflazz-buyer.ts", import.meta.url).href)});
      const vendor = await startDigiflazz({ latencyMs: 0, webhookUrl: ${JSON.stringify(receiver.url)} });
      const buyer = new Buyer(vendor);
      vendor.script.outcome(({ refId }) => refId === "slow", { status: "Sukses", rc: "00", afterMs: 3_600_000 });
      buyer.buy({ refId: "slow" }).catch(() => {});
      await buyer.buy({ refId: "pending", sku: "xld10", customerNo: "087800001233" });
      await buyer.buy({ refId: "refunded" });
      vendor.book.refund("refunded");
      while (vendor.book.executions("slow") === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await vendor.close();
    `);
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(0);
  });
});
