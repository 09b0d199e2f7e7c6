import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { backoff, duration, requestedDelay, retryDelay } from "../../dev/qstash/duration.ts";
import { gate, openInbox, world } from "./qstash-world.ts";

const header = (value: string | string[] | undefined) => String(value);

describe("retries", () => {
  test("wait for the default back-off and count up", async () => {
    const clock = new ManualClock();
    const { client, inbox, qstash } = await world({ clock });
    inbox.answer = (_, index) => ({ status: [500, 302, 201][index] ?? 200, headers: { location: "/other" } });
    const { messageId } = await client.publish({ url: inbox.url, body: "x" });
    await qstash.script.idle();
    clock.advance(12_000);
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(1);
    clock.advance(183);
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(2);
    clock.advance(148_414);
    const report = await qstash.script.settled(messageId);
    expect(report).toMatchObject({ state: "delivered", retried: 2 });
    expect(report.attempts.map(({ status }) => status)).toEqual([500, 302, 201]);
    expect(inbox.received.map(({ headers }) => headers["upstash-retried"])).toEqual(["0", "1", "2"]);
    expect(new Set(inbox.received.map(({ headers }) => headers["upstash-message-id"])).size).toBe(1);
    expect(new Set(inbox.received.map(({ headers }) => headers["upstash-signature"])).size).toBe(3);
  });

  test("are three unless the publisher says otherwise, then the message is dead", async () => {
    const { client, inbox, qstash } = await world({ timeScale: 0 });
    inbox.answer = () => ({ status: 500, body: "broken" });
    const standard = await client.publish({ url: `${inbox.url}/standard` });
    const single = await client.publish({ url: `${inbox.url}/single`, retries: 0 });
    expect((await qstash.script.settled(standard.messageId)).attempts).toHaveLength(4);
    expect((await qstash.script.settled(single.messageId)).attempts).toHaveLength(1);
    const { messages } = await client.dlq.listMessages({ filter: { messageId: single.messageId } });
    expect(messages).toMatchObject([{ responseStatus: 500, responseBody: "broken", maxRetries: 0 }]);
  });

  test("timeScale shortens the default back-off only, delayScale what was asked for", async () => {
    const clock = new ManualClock();
    const waits = async (options: { timeScale?: number; delayScale?: number }) => {
      const { client, inbox, qstash } = await world({ clock, ...options });
      inbox.answer = ({ url }) => ({
        status: 500,
        headers: url === "/asked" ? { "retry-after": "100" } : {},
      });
      await client.publish({ url: `${inbox.url}/default`, label: "default" });
      await client.publish({ url: `${inbox.url}/own`, retryDelay: "100000", label: "own" });
      await client.publish({ url: `${inbox.url}/asked`, label: "asked" });
      await qstash.script.idle();
      const { logs } = await client.logs({ filter: { state: "RETRY" } });
      return Object.fromEntries(
        logs.map((log) => [log.label, Math.round((log.nextDeliveryTime ?? 0) - log.time)]),
      );
    };
    expect(await waits({ timeScale: 0.5 })).toEqual({ default: 6091, own: 100_000, asked: 100_000 });
    expect(await waits({ delayScale: 0.5 })).toEqual({ default: 12_182, own: 50_000, asked: 50_000 });
  });

  test("489 with the header ends them", async () => {
    const { client, inbox, qstash } = await world({ timeScale: 0 });
    inbox.answer = ({ url }) => ({
      status: url === "/other" ? 500 : 489,
      headers: url === "/plain" ? {} : { "Upstash-NonRetryable-Error": "true" },
    });
    const final = await client.publish({ url: `${inbox.url}/final` });
    const plain = await client.publish({ url: `${inbox.url}/plain`, retries: 1 });
    expect(await qstash.script.settled(final.messageId)).toMatchObject({ state: "failed", retried: 0 });
    const other = await client.publish({ url: `${inbox.url}/other`, retries: 1 });
    expect((await qstash.script.settled(plain.messageId)).attempts).toHaveLength(2);
    expect((await qstash.script.settled(other.messageId)).attempts).toHaveLength(2);
  });

  test("a timeout and a closed port are failed attempts", async () => {
    const clock = new ManualClock();
    const { client, inbox, qstash } = await world({ clock });
    const { opened } = gate();
    inbox.answer = async () => {
      await opened;
      return { status: 200 };
    };
    const slow = await client.publish({ url: inbox.url, timeout: 5, retries: 0 });
    await inbox.until(1);
    clock.advance(5000);
    expect((await qstash.script.settled(slow.messageId)).attempts).toMatchObject([
      { status: undefined, error: "no answer within 5000 ms" },
    ]);
    const nobody = await client.publish({ url: "http://127.0.0.1:2/", retries: 0 });
    const [attempt] = (await qstash.script.settled(nobody.messageId)).attempts;
    expect(attempt).toMatchObject({
      status: undefined,
      error: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("read durations, expressions and the wishes of the endpoint", () => {
    expect(["10s", "1d10h30m", "1.5s", "250ms"].map(duration)).toEqual([10_000, 124_200_000, 1500, 250]);
    for (const wrong of ["", "10", "s", "10 s", "10s!", "-1s"])
      expect(() => duration(wrong)).toThrow("invalid");
    expect([1, 2, 3, 4, 5, 6].map((n) => Math.floor(backoff(n) / 1000))).toEqual([
      12, 148, 1808, 22_026, 86_400, 86_400,
    ]);
    const cases: [string, number, number][] = [
      ["1000", 0, 1000],
      ["1000 * (1 + retried)", 2, 3000],
      ["pow(2, retried) * 1000", 3, 8000],
      ["max(1000, pow(2, retried) * 100)", 1, 1000],
      ["min(1, 2, 3) + sqrt(16) - abs(-2) * round(1.4) / ceil(0.5) + floor(exp(0))", 0, 4],
      ["-5", 0, 0],
      ["pow(10, 12)", 0, 86_400_000],
      ["2 - 1 - 1", 0, 0],
    ];
    for (const [expression, retried, expected] of cases)
      expect(retryDelay(expression, retried)).toBe(expected);
    for (const wrong of ["", "1 +", "(1", "retry", "pow(1,", "1 2", "constructor(1)", "1;2", "retried()"]) {
      expect(() => retryDelay(wrong, 0)).toThrow("invalid retry delay expression");
    }
    const now = Date.parse("2026-11-20T00:00:00Z");
    const wish = (value: string, name = "retry-after") =>
      requestedDelay((asked) => (asked === name ? value : undefined), now);
    expect(wish("0")).toBe(0);
    expect(wish("10")).toBe(10_000);
    expect(wish("6m5s", "x-ratelimit-reset")).toBe(365_000);
    expect(wish("7", "x-ratelimit-reset-requests")).toBe(7000);
    expect(wish("8s", "x-ratelimit-reset-tokens")).toBe(8000);
    expect(wish("Fri, 20 Nov 2026 00:01:00 GMT")).toBe(60_000);
    expect(wish("Thu, 19 Nov 2026 00:01:00 GMT")).toBe(0);
    expect(wish("86401")).toBeUndefined();
    expect(wish("later")).toBeUndefined();
  });
});

describe("delays", () => {
  test("Upstash-Delay waits, Upstash-Not-Before wins over it", async () => {
    const clock = new ManualClock();
    const { client, inbox, qstash } = await world({ clock });
    await client.publish({ url: inbox.url, body: "delay", delay: "1m" });
    const notBefore = Math.floor(clock.now() / 1000) + 30;
    const early = await client.publish({ url: inbox.url, body: "not-before", delay: "1h", notBefore });
    expect(await client.messages.get(early.messageId)).toMatchObject({ notBefore: notBefore * 1000 });
    await qstash.script.idle();
    expect(inbox.bodies()).toEqual([]);
    clock.advance(30_000);
    await qstash.script.idle();
    expect(inbox.bodies()).toEqual(["not-before"]);
    clock.advance(30_000);
    await qstash.script.idle();
    expect(inbox.bodies()).toEqual(["not-before", "delay"]);
  });

  test("run on the real clock too, and idle can look ahead", async () => {
    const { client, inbox, qstash } = await world({ timeScale: 0.001 });
    inbox.answer = (_, index) => ({ status: index === 0 ? 500 : 200 });
    const { messageId } = await client.publish({ url: inbox.url });
    await qstash.script.idle({ withinMs: 60_000 });
    expect((await qstash.script.settled(messageId)).attempts).toHaveLength(2);
  });
});

describe("callbacks", () => {
  const decode = (body: Buffer | undefined) => JSON.parse(String(body)) as Record<string, unknown>;
  const base64 = (text: string) => Buffer.from(text).toString("base64");

  test("fire after every attempt, the failure callback at the end, with headers of their own", async () => {
    const { client, inbox, qstash } = await world({ timeScale: 0 });
    const callbacks = await openInbox();
    inbox.answer = (_, index) => ({ status: index === 0 ? 503 : 500, body: `no ${index}` });
    const { messageId } = await client.publish({
      url: `${inbox.url}/work?id=1`,
      body: "source",
      retries: 1,
      callback: `${callbacks.url}/each`,
      failureCallback: `${callbacks.url}/end`,
      headers: {
        "x-source": "s",
        "Upstash-Callback-Forward-X-Own": "each",
        "Upstash-Callback-Method": "PUT",
        "Upstash-Failure-Callback-Forward-X-Own": "end",
      },
    });
    await qstash.script.idle();
    const each = callbacks.received.filter(({ url }) => url === "/each");
    expect(each.map(({ body }) => String(decode(body)["status"])).toSorted()).toEqual(["500", "503"]);
    expect(each[0]).toMatchObject({ method: "PUT", headers: { "x-own": "each" } });
    const end = callbacks.received.find(({ url }) => url === "/end");
    const { messages } = await client.dlq.listMessages();
    expect(end?.headers).toMatchObject({ "x-own": "end", "content-type": "application/json" });
    expect(decode(end?.body)).toMatchObject({
      status: 500,
      body: base64("no 1"),
      header: expect.any(Object),
      retried: 1,
      maxRetries: 1,
      sourceMessageId: messageId,
      sourceBody: base64("source"),
      sourceHeader: { "X-Source": ["s"] },
      url: `${inbox.url}/work?id=1`,
      method: "POST",
      callerIP: "127.0.0.1",
      dlqId: messages[0]?.dlqId,
    });
  });

  test("are signed and retried like any message", async () => {
    const { client, inbox, qstash, receiver } = await world({ timeScale: 0 });
    const callbacks = await openInbox();
    callbacks.answer = (_, index) => ({ status: index === 0 ? 500 : 200 });
    inbox.answer = () => ({ status: 200, body: "done" });
    await client.publish({
      url: inbox.url,
      callback: callbacks.url,
      headers: { "Upstash-Callback-Retries": "1" },
    });
    await callbacks.until(2);
    const [, request] = callbacks.received;
    const signature = header(request?.headers["upstash-signature"]);
    const verified = receiver.verify({ signature, url: callbacks.url, body: String(request?.body) });
    await expect(verified).resolves.toBe(true);
    expect(decode(request?.body)).toMatchObject({ status: 200, body: base64("done"), retried: 0 });
    await qstash.script.idle();
    expect(qstash.script.messages().at(-1)).toMatchObject({
      state: "delivered",
      callbackOf: expect.any(String),
    });
  });

  test("no answer at all is reported as status 0 with the reason", async () => {
    const { client, inbox } = await world();
    await client.publish({ url: "http://127.0.0.1:2/", retries: 0, failureCallback: inbox.url });
    await inbox.until(1);
    expect(decode(inbox.received[0]?.body)).toMatchObject({ status: 0, body: expect.stringMatching(/.+/) });
  });
});
