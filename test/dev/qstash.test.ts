import { Client } from "@upstash/qstash";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { api, world } from "./qstash-world.ts";

const header = (value: string | string[] | undefined) => String(value);

describe("publish", () => {
  test("delivers method, body bytes, content type and forwarded headers", async () => {
    const { client, inbox, qstash } = await world();
    const { messageId } = await client.publishJSON({
      url: `${inbox.url}/hook`,
      method: "PUT",
      body: { saldo: "Rp 1.000 — é" },
      headers: { "x-mitra": "m1" },
    });
    await qstash.script.settled(messageId);
    const [request] = inbox.received;
    expect(request).toMatchObject({ method: "PUT", url: "/hook" });
    expect(request?.body.toString()).toBe('{"saldo":"Rp 1.000 — é"}');
    expect(request?.headers).toMatchObject({
      "user-agent": "Upstash-QStash",
      "content-type": "application/json",
      "x-mitra": "m1",
      "upstash-message-id": messageId,
      "upstash-retried": "0",
      "upstash-caller-ip": "127.0.0.1",
    });
  });

  test("takes a body that is not text as it is", async () => {
    const { qstash, inbox } = await world();
    const body = Buffer.from([0, 255, 254, 10, 128]);
    const answer = await api(qstash, "POST", `/v2/publish/${inbox.url}/bytes`, { body });
    const { messageId } = (await answer.json()) as { messageId: string };
    await qstash.script.settled(messageId);
    expect(inbox.received[0]?.body.equals(body)).toBe(true);
    const view = await api(qstash, "GET", `/v2/messages/${messageId}`);
    expect(await view.json()).toMatchObject({ bodyBase64: body.toString("base64") });
  });

  test("keeps the destination raw: query string and double slashes, also in the signature", async () => {
    const { client, inbox, qstash, receiver } = await world();
    const url = `${inbox.url}//a//b?c=d&e=%2F%20&f=http://x//y`;
    const { messageId } = await client.publish({ url, body: "raw" });
    await qstash.script.settled(messageId);
    const [request] = inbox.received;
    expect(request?.url).toBe("//a//b?c=d&e=%2F%20&f=http://x//y");
    const signature = header(request?.headers["upstash-signature"]);
    await expect(receiver.verify({ signature, url, body: "raw" })).resolves.toBe(true);
  });

  test("sends GET without a body", async () => {
    const { client, inbox, qstash } = await world();
    const { messageId } = await client.publish({ url: inbox.url, method: "GET", body: "ignored" });
    await qstash.script.settled(messageId);
    expect(inbox.received[0]).toMatchObject({ method: "GET", body: Buffer.alloc(0) });
  });

  test("a batch goes to URLs, groups and queues, and is refused as a whole", async () => {
    const { client, inbox, qstash } = await world();
    await client.urlGroups.addEndpoints({
      name: "group",
      endpoints: [{ url: `${inbox.url}/g1` }, { url: `${inbox.url}/g2` }],
    });
    const receipts = await client.batch([
      { url: `${inbox.url}/one`, body: "1", headers: { "X-Own": "yes" } },
      { urlGroup: "group", body: "2" },
      { url: `${inbox.url}/queued`, body: "3", queueName: "q" },
    ]);
    await qstash.script.idle();
    expect(receipts).toHaveLength(3);
    expect(receipts[1]).toHaveLength(2);
    expect(inbox.received.map(({ url }) => url).toSorted()).toEqual(["/g1", "/g2", "/one", "/queued"]);
    expect(inbox.received.find(({ url }) => url === "/one")?.headers["x-own"]).toBe("yes");

    const before = qstash.script.messages().length;
    await expect(
      client.batch([{ url: inbox.url }, { url: "http://198.51.100.1/elsewhere" }]),
    ).rejects.toThrow("refusing to deliver");
    expect(qstash.script.messages()).toHaveLength(before);
  });

  test.each([
    ["upstash-delay", "soon"],
    ["upstash-not-before", "tomorrow"],
    ["upstash-retries", "-1"],
    ["upstash-retry-delay", "process.exit(1)"],
    ["upstash-timeout", "5 parsecs"],
    ["upstash-method", "BREW"],
    ["upstash-flow-control-value", "width=3"],
    ["upstash-redact-fields", "everything"],
    ["upstash-callback", "http://198.51.100.1/"],
    ["upstash-failure-callback-retries", "many"],
  ])("answers 400 to %s: %s", async (name, value) => {
    const { qstash, inbox } = await world();
    const headers = {
      "upstash-flow-control-key": "k",
      "upstash-flow-control-value": "rate=1",
      "upstash-failure-callback": inbox.url,
      [name]: value,
    };
    const answer = await api(qstash, "POST", `/v2/publish/${inbox.url}`, { headers });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: expect.any(String) });
    expect(qstash.script.messages()).toEqual([]);
  });
});

describe("the door", () => {
  test("answers 401 to a wrong or missing token", async () => {
    const { qstash, inbox } = await world();
    const stranger = new Client({
      baseUrl: qstash.url,
      token: "stolen",
      devMode: false,
      enableTelemetry: false,
      retry: false,
    });
    await expect(stranger.publish({ url: inbox.url })).rejects.toMatchObject({ status: 401 });
    const answer = await fetch(`${qstash.url}/v2/keys`);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ error: expect.any(String) });
  });

  test("takes the token from the query and keeps it from the endpoint", async () => {
    const { qstash, inbox } = await world();
    const token = encodeURIComponent(qstash.token);
    for (const query of [`a=1&qstash_token=${token}`, `qstash_token=${token}&a=1`]) {
      const answer = await fetch(`${qstash.url}/v2/publish/${inbox.url}/x?${query}`, { method: "POST" });
      expect(answer.status).toBe(200);
    }
    await qstash.script.idle();
    expect(inbox.received.map(({ url }) => url)).toEqual(["/x?a=1", "/x?a=1"]);
  });

  test.each([
    "https://example.com/hook",
    "http://127.0.0.1.example.com/",
    "http://127.0.0.1@example.com/",
    "http://0.0.0.0/",
    "http://[::2]/",
    "http://192.168.1.1/",
    "http://localhost.example.com/",
  ])("refuses to deliver to %s", async (url) => {
    const { client, qstash } = await world();
    await expect(client.publish({ url })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining("refusing to deliver"),
    });
    expect(qstash.script.messages()).toEqual([]);
  });

  test("takes every spelling of this machine", async () => {
    const { client, qstash } = await world();
    qstash.script.hold();
    for (const host of ["localhost:9", "127.0.0.1:9", "127.1:9", "127.255.0.3:9", "[::1]:9"]) {
      await client.publish({ url: `http://${host}/` });
    }
    expect(qstash.script.messages()).toHaveLength(5);
  });

  test("can be allowed to reach more", async () => {
    const { client, qstash } = await world({ allow: ({ hostname }) => hostname === "example.test" });
    qstash.script.hold();
    await client.publish({ url: "https://example.test/" });
    await expect(client.publish({ url: "https://example.org/" })).rejects.toThrow("refusing to deliver");
    expect(qstash.script.messages()).toHaveLength(1);
  });

  test("meets the faults of the plan: the work is done and the answer lost", async () => {
    const { client, inbox, qstash } = await world();
    qstash.faults.next({ kind: "drop" });
    await expect(client.publish({ url: inbox.url, body: "once" })).rejects.toThrow("fetch failed");
    await inbox.until(1);
    qstash.faults.next({ kind: "refuse" });
    await expect(client.publish({ url: inbox.url, body: "never" })).rejects.toThrow("fetch failed");
    qstash.faults.next({ kind: "answer", status: 200, body: "<html>" });
    await expect(client.publish({ url: inbox.url, body: "never" })).rejects.toThrow("JSON");
    await qstash.script.idle();
    expect(inbox.bodies()).toEqual(["once"]);
  });
});

describe("deduplication", () => {
  test("by id, for ten minutes", async () => {
    const clock = new ManualClock();
    const { client, inbox, qstash } = await world({ clock });
    const publish = () => client.publish({ url: inbox.url, deduplicationId: "trx-1" });
    const first = await publish();
    expect(first).not.toHaveProperty("deduplicated");
    expect(await publish()).toEqual({ messageId: first.messageId, deduplicated: true });
    const again = await api(qstash, "POST", `/v2/publish/${inbox.url}`, {
      headers: { "upstash-deduplication-id": "trx-1" },
    });
    expect(again.status).toBe(202);
    clock.advance(10 * 60_000);
    expect((await publish()).messageId).not.toBe(first.messageId);
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(2);
  });

  test("by content: destination, body, content type and forwarded headers", async () => {
    const { client, inbox, qstash } = await world();
    const publish = (path: string, body: string, headers: Record<string, string> = {}) =>
      client.publish({ url: inbox.url + path, body, headers, contentBasedDeduplication: true });
    const first = await publish("/a", "x");
    expect(await publish("/a", "x")).toMatchObject({ messageId: first.messageId, deduplicated: true });
    const others = [
      await publish("/b", "x"),
      await publish("/a", "y"),
      await publish("/a", "x", { "x-trace": "1" }),
      await publish("/a", "x", { "content-type": "text/csv" }),
    ];
    for (const receipt of others) expect(receipt).not.toHaveProperty("deduplicated");
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(5);
  });

  test("of a URL group is for each endpoint", async () => {
    const { client, inbox, qstash } = await world();
    const endpoints = [{ url: `${inbox.url}/1` }, { url: `${inbox.url}/2` }];
    await client.urlGroups.addEndpoints({ name: "g", endpoints });
    const publish = () => client.publish({ urlGroup: "g", deduplicationId: "d" });
    const first = await publish();
    expect(await publish()).toEqual(first.map((receipt) => ({ ...receipt, deduplicated: true })));
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(2);
  });
});
