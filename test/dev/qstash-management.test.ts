import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { api, gate, type World, world } from "./qstash-world.ts";

const tomorrow = "1d" as const;

describe("messages", () => {
  test("show what was published, and for a short while after delivery", async () => {
    const clock = new ManualClock();
    const { client, inbox, qstash } = await world({ clock });
    const { messageId } = await client.publishJSON({
      url: `${inbox.url}/path`,
      body: { a: 1 },
      headers: { "test-header": "value", "Upstash-Forward-bypass-tunnel-reminder": "yes" },
      method: "PATCH",
      retries: 5,
      retryDelay: "1000 * retried",
      timeout: 90,
      callback: `${inbox.url}/callback`,
      failureCallback: `${inbox.url}/failure`,
      flowControl: { key: "k", parallelism: 10, rate: 5, period: "1d" },
      label: ["one", "two"],
    });
    expect(await client.messages.get(messageId)).toMatchObject({
      messageId,
      url: `${inbox.url}/path`,
      method: "PATCH",
      header: {
        "Content-Type": ["application/json"],
        "Test-Header": ["value"],
        "Bypass-Tunnel-Reminder": ["yes"],
      },
      body: '{"a":1}',
      maxRetries: 5,
      retryDelayExpression: "1000 * retried",
      timeout: 90_000,
      callback: `${inbox.url}/callback`,
      failureCallback: `${inbox.url}/failure`,
      flowControlKey: "k",
      parallelism: 10,
      rate: 5,
      period: 86_400,
      label: "one",
      labels: ["one", "two"],
      createdAt: clock.now(),
      notBefore: clock.now(),
      callerIP: "127.0.0.1",
    });
    await qstash.script.idle();
    await expect(client.messages.get(messageId)).resolves.toMatchObject({ messageId });
    expect(await client.messages.cancel(messageId)).toEqual({ cancelled: 0 });
    clock.advance(60_000);
    await expect(client.messages.get(messageId)).rejects.toMatchObject({ status: 404 });
    await expect(client.messages.cancel(messageId)).rejects.toMatchObject({ status: 404 });
    expect(qstash.script.messages().find((message) => message.messageId === messageId)?.state).toBe(
      "delivered",
    );
  });

  test("are cancelled one by one, by list, by filter, or all", async () => {
    const { client, inbox, qstash } = await world();
    const publish = async (path: string, label: string, key = "none") =>
      (
        await client.publish({
          url: inbox.url + path,
          delay: tomorrow,
          label,
          flowControl: { key, parallelism: 1 },
        })
      ).messageId;
    const single = await publish("/single", "a");
    const [second, third] = [await publish("/2", "a"), await publish("/3", "a")];
    for (const path of ["/b1", "/b2", "/b3"]) await publish(path, "b", "key,b");
    await publish("/c", "c", "key-c");
    expect(await client.messages.cancel(single)).toEqual({ cancelled: 1 });
    expect(await client.messages.cancel([second, third, "msg_unknown"])).toEqual({ cancelled: 2 });
    const cancel = client.messages.cancel.bind(client.messages);
    expect(await cancel({ filter: { label: ["b", "c"], path: ["/b1", "/c"] }, count: 1 })).toEqual({
      cancelled: 1,
    });
    expect(await cancel({ filter: { flowControlKey: "key,b", host: "example.com" } })).toEqual({
      cancelled: 0,
    });
    expect(await cancel({ filter: { flowControlKey: "key,b", host: "127.0.0.1" } })).toEqual({
      cancelled: 2,
    });
    expect(await cancel({ filter: { fromDate: Date.now() + 60_000 } })).toEqual({ cancelled: 0 });
    expect(await cancel({ all: true })).toEqual({ cancelled: 1 });
    await expect(api(qstash, "DELETE", "/v2/messages?labeel=a")).resolves.toMatchObject({ status: 400 });
    await expect(api(qstash, "DELETE", "/v2/messages?count=none")).resolves.toMatchObject({ status: 400 });
    expect(new Set(qstash.script.messages().map(({ state }) => state))).toEqual(new Set(["cancelled"]));
    const { logs } = await client.logs({ filter: { state: "CANCELED" } });
    expect(logs).toHaveLength(7);
  });

  test("cancelled in flight are not retried", async () => {
    const { client, inbox, qstash } = await world({ timeScale: 0 });
    const { opened, open } = gate();
    inbox.answer = async () => {
      await opened;
      return { status: 500 };
    };
    const { messageId } = await client.publish({ url: inbox.url, callback: inbox.url });
    await inbox.until(1);
    expect(await client.messages.cancel(messageId)).toEqual({ cancelled: 1 });
    open();
    await qstash.script.idle();
    expect(qstash.script.messages()).toMatchObject([{ state: "cancelled", attempts: [{ status: 500 }] }]);
    expect((await client.dlq.listMessages()).messages).toEqual([]);
  });

  test("cancelled while they wait for their time are never sent", async () => {
    const clock = new ManualClock();
    const { client, inbox, qstash } = await world({ clock });
    inbox.answer = () => ({ status: 500 });
    const delayed = await client.publish({ url: inbox.url, delay: "1h" });
    const retrying = await client.publish({ url: inbox.url });
    await qstash.script.idle();
    const idle = qstash.script.idle({ withinMs: 86_400_000 });
    expect(await client.messages.cancel([delayed.messageId, retrying.messageId])).toEqual({ cancelled: 2 });
    await idle;
    clock.advance(86_400_000);
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(1);
  });

  test("show a hash of what is redacted, and deliver it in clear", async () => {
    const { client, inbox, qstash } = await world();
    const { messageId } = await client.publish({
      url: inbox.url,
      body: "secret body",
      headers: { "x-secret": "secret header", "x-public": "seen" },
      redact: { body: true, header: ["X-Secret"] },
    });
    const all = await client.publish({
      url: inbox.url,
      headers: { "x-any": "secret" },
      redact: { header: true },
    });
    await qstash.script.idle();
    const view = await client.messages.get(messageId);
    expect(view).toMatchObject({
      body: expect.stringMatching(/^REDACTED:[0-9a-f]{64}$/),
      header: { "X-Secret": [expect.stringMatching(/^REDACTED:/)], "X-Public": ["seen"] },
    });
    expect((await client.messages.get(all.messageId)).header).toEqual({
      "X-Any": [expect.stringMatching(/^REDACTED:/)],
    });
    expect(JSON.stringify(await client.logs())).not.toContain(Buffer.from("secret body").toString("base64"));
    const request = inbox.received.find(({ body }) => body.length > 0);
    expect(request).toMatchObject({ headers: { "x-secret": "secret header" } });
    expect(String(request?.body)).toBe("secret body");
  });
});

describe("logs", () => {
  test("tell the story of a message, newest first", async () => {
    const { client, inbox, qstash } = await world({ timeScale: 0 });
    inbox.answer = (_, index) => ({ status: index === 1 ? 200 : 500, body: "answer" });
    const delivered = await client.publish({ url: inbox.url, body: "text" });
    await qstash.script.settled(delivered.messageId);
    const failed = await client.publish({ url: inbox.url, retries: 0 });
    await qstash.script.settled(failed.messageId);
    const states = async (messageId: string) =>
      (await client.logs({ filter: { messageId } })).logs.map(({ state }) => state).toReversed();
    expect(await states(delivered.messageId)).toEqual([
      "CREATED",
      "ACTIVE",
      "ERROR",
      "RETRY",
      "ACTIVE",
      "DELIVERED",
    ]);
    expect(await states(failed.messageId)).toEqual(["CREATED", "ACTIVE", "ERROR", "FAILED"]);
    const { logs } = await client.logs({ filter: { state: "ERROR", messageId: failed.messageId } });
    expect(logs).toMatchObject([
      {
        error: "unexpected status 500",
        responseStatus: 500,
        responseBody: Buffer.from("answer").toString("base64"),
      },
    ]);
    expect((await client.logs({ messageIds: [delivered.messageId] })).logs[0]?.body).toBe(
      Buffer.from("text").toString("base64"),
    );
    const inProgress = await client.logs({ filter: { state: "IN_PROGRESS" } });
    expect(inProgress.logs).toHaveLength(6);
  });

  test("are filtered and paged, under both names", async () => {
    const { client, inbox, qstash } = await world();
    qstash.script.hold();
    for (const label of ["a", "b", "c"])
      await client.publish({ url: `${inbox.url}/${label}`, label: [label, "all"] });
    const labels = async (filter: { label?: string[]; path?: string; url?: string[] }) =>
      (await client.logs({ filter })).logs.map(({ label }) => label);
    expect(await labels({ label: ["a", "c"] })).toEqual(["c", "a"]);
    expect(await labels({ label: ["all"], path: "/b" })).toEqual(["b"]);
    expect(await labels({ url: [`${inbox.url}/a`, `${inbox.url}/b`] })).toEqual(["b", "a"]);
    const first = await client.logs({ count: 2 });
    expect(first.logs.map(({ label }) => label)).toEqual(["c", "b"]);
    const second = await client.logs({ count: 2, cursor: first.cursor ?? "" });
    expect(second.logs.map(({ label }) => label)).toEqual(["a"]);
    expect(second.cursor).toBeUndefined();
    const documented = await api(qstash, "GET", "/v2/logs?label=a,b");
    expect(await documented.json()).toMatchObject({ logs: [{ label: "b" }, { label: "a" }] });
  });
});

describe("the dead letter queue", () => {
  test("does not repeat the delay of the original", async () => {
    const clock = new ManualClock();
    const { client, inbox, qstash } = await world({ clock });
    inbox.answer = (_, index) => ({ status: index === 0 ? 500 : 200 });
    await client.publish({ url: inbox.url, delay: "1h", retries: 0 });
    clock.advance(3_600_000);
    await qstash.script.idle();
    const { responses } = await client.dlq.retry({ all: true });
    expect(await qstash.script.settled(responses[0]?.messageId ?? "")).toMatchObject({ state: "delivered" });
  });

  /** Three dead messages: `/1`, `/2`, `/3`. */
  async function graveyard(): Promise<World> {
    const own = await world();
    own.inbox.answer = () => ({ status: 500 });
    for (const path of ["/1", "/2", "/3"]) {
      const { messageId } = await own.client.publish({
        url: own.inbox.url + path,
        body: `body of ${path}`,
        headers: { "x-own": path },
        label: ["dead", path],
        retries: 0,
      });
      await own.qstash.script.settled(messageId);
    }
    return own;
  }

  test("lists, filters, pages and deletes", async () => {
    const { client, inbox, qstash } = await graveyard();
    const { messages } = await client.dlq.listMessages();
    expect(messages.map(({ url }) => url.at(-1))).toEqual(["3", "2", "1"]);
    const list = async (filter: { url?: string; responseStatus?: number; label?: string[] }) =>
      (await client.dlq.listMessages({ filter })).messages.length;
    expect(await list({ url: `${inbox.url}/2` })).toBe(1);
    expect(await list({ responseStatus: 404 })).toBe(0);
    expect(await list({ responseStatus: 500, label: ["/1", "/3"] })).toBe(2);
    const first = await client.dlq.listMessages({ count: 2 });
    const second = await client.dlq.listMessages({ count: 2, cursor: first.cursor ?? "" });
    expect([first.messages.length, second.messages.length, second.cursor]).toEqual([2, 1, undefined]);

    const dlqId = messages[0]?.dlqId ?? "";
    const one = await api(qstash, "GET", `/v2/dlq/${dlqId}`);
    expect(await one.json()).toMatchObject({ dlqId, responseStatus: 500, body: "body of /3" });
    await client.dlq.delete(dlqId);
    await expect(client.dlq.delete(dlqId)).rejects.toMatchObject({ status: 404 });
    expect(await client.dlq.delete({ filter: { label: "dead" }, count: 1 })).toMatchObject({ deleted: 1 });
    expect(await client.dlq.delete([dlqId, "unknown"])).toEqual({ deleted: 0 });
    expect(await client.dlq.delete({ all: true })).toEqual({ deleted: 1 });
    await expect(api(qstash, "DELETE", "/v2/dlq?labeel=x")).resolves.toMatchObject({ status: 400 });
  });

  test("sends a message again as a new one, with other settings if asked", async () => {
    const { client, inbox, qstash } = await graveyard();
    inbox.answer = () => ({ status: 200 });
    const { messages } = await client.dlq.listMessages();
    const [third, second] = messages.map(({ dlqId }) => dlqId);
    const { responses, cursor } = await client.dlq.retry(third ?? "");
    expect(cursor).toBeUndefined();
    const report = await qstash.script.settled(responses[0]?.messageId ?? "");
    expect(report).toMatchObject({ state: "delivered", body: "body of /3", headers: { "x-own": "/3" } });
    expect(messages.map(({ messageId }) => messageId)).not.toContain(report.messageId);

    const single = await api(qstash, "POST", `/v2/dlq/retry/${second}`, {
      headers: { "upstash-method": "PUT" },
    });
    expect(single.status).toBe(201);
    const { messageId } = (await single.json()) as { messageId: string };
    expect(await qstash.script.settled(messageId)).toMatchObject({ method: "PUT", url: `${inbox.url}/2` });
    expect((await client.dlq.listMessages()).messages).toHaveLength(1);
    await expect(client.dlq.retry(["unknown"])).rejects.toMatchObject({ status: 404 });
    expect(await client.dlq.retry({ filter: { scheduleId: "unknown" } })).toEqual({ responses: [] });
    expect((await client.dlq.retry({ all: true })).responses).toHaveLength(1);
  });
});
