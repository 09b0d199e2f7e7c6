import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { api, gate, openInbox, world } from "./qstash-world.ts";

describe("queues", () => {
  test("deliver first in, first out: the next waits for the retries and callbacks of the one before", async () => {
    const { client, inbox, qstash } = await world({ timeScale: 0 });
    const order: string[] = [];
    const queue = client.queue({ queueName: "orders" });
    inbox.answer = async ({ body, url }, index) => {
      if (url === "/callback") await queue.get(); // time enough for the next message, if it did not wait
      order.push(url === "/callback" ? "callback" : body.toString());
      return { status: index === 0 ? 500 : 200 };
    };
    qstash.script.hold();
    await queue.enqueue({ url: inbox.url, body: "1" });
    await queue.enqueue({ url: inbox.url, body: "2", callback: `${inbox.url}/callback` });
    const last = await queue.enqueueJSON({ url: inbox.url, body: 3 });
    expect(await client.messages.get(last.messageId)).toMatchObject({ queueName: "orders" });
    await qstash.script.release();
    await qstash.script.settled(last.messageId);
    expect(order).toEqual(["1", "1", "2", "callback", "3"]);
  });

  test("run as many messages at a time as their parallelism says", async () => {
    const { client, inbox, qstash } = await world();
    const { opened, open } = gate();
    inbox.answer = async () => {
      await opened;
      return { status: 200 };
    };
    const queue = client.queue({ queueName: "wide" });
    await queue.upsert({ parallelism: 2 });
    for (const body of ["1", "2", "3"]) await queue.enqueue({ url: inbox.url, body });
    await inbox.until(2);
    expect(await queue.get()).toMatchObject({ name: "wide", parallelism: 2, paused: false, lag: 3 });
    expect(inbox.received).toHaveLength(2);
    open();
    await inbox.until(3);
    await qstash.script.idle();
    expect(await queue.get()).toMatchObject({ lag: 0 });
  });

  test("are paused, resumed, listed and deleted with what waits in them", async () => {
    const { client, inbox, qstash } = await world();
    const queue = client.queue({ queueName: "q" });
    await queue.pause();
    const kept = await queue.enqueue({ url: inbox.url });
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(0);
    expect(await queue.get()).toMatchObject({ paused: true, lag: 1 });
    await queue.resume();
    await qstash.script.settled(kept.messageId);
    await queue.upsert({ paused: true });
    const lost = await queue.enqueue({ url: inbox.url });
    const cancelled = await queue.enqueue({ url: inbox.url });
    await client.messages.cancel(cancelled.messageId);
    expect(await client.queue().list()).toMatchObject([{ name: "q", paused: true, lag: 1 }]);
    await queue.delete();
    expect(await qstash.script.settled(lost.messageId)).toMatchObject({ state: "cancelled" });
    await expect(queue.get()).rejects.toMatchObject({ status: 404 });
    await expect(client.queue({ queueName: "a b" }).upsert({})).rejects.toMatchObject({ status: 400 });
    await expect(queue.upsert({ parallelism: 0 })).rejects.toMatchObject({ status: 400 });
  });

  test("pass the place of a message cancelled in flight on when its answer is there", async () => {
    const { client, inbox, qstash } = await world();
    const { opened, open } = gate();
    inbox.answer = async (_, index) => {
      if (index === 0) await opened;
      return { status: 500 };
    };
    const queue = client.queue({ queueName: "q" });
    const first = await queue.enqueue({ url: inbox.url, body: "1" });
    const second = await queue.enqueue({ url: inbox.url, body: "2", retries: 0 });
    await inbox.until(1);
    await client.messages.cancel(first.messageId);
    expect(await queue.get()).toMatchObject({ lag: 2 });
    open();
    await qstash.script.settled(second.messageId);
    expect(inbox.bodies()).toEqual(["1", "2"]);
  });
});

describe("flow control", () => {
  test("keeps to the parallelism of a key; other keys are free", async () => {
    const { client, inbox, qstash } = await world();
    const free = await openInbox();
    const { opened, open } = gate();
    inbox.answer = async () => {
      await opened;
      return { status: 200 };
    };
    const publish = (key: string, url: string) =>
      client.publish({ url, flowControl: { key, parallelism: 2 } });
    for (let n = 0; n < 5; n++) await publish("narrow", inbox.url);
    await publish("other", free.url);
    await Promise.all([inbox.until(2), free.until(1)]);
    expect(await client.flowControl.get("narrow")).toMatchObject({
      flowControlKey: "narrow",
      waitListSize: 3,
      parallelismMax: 2,
      parallelismCount: 2,
      isPaused: false,
    });
    expect((await client.flowControl.getGlobalParallelism()).parallelismCount).toBeGreaterThanOrEqual(2);
    open();
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(5);
    const list = (await (await api(qstash, "GET", "/v2/flowControl")).json()) as unknown[];
    expect(list).toHaveLength(2);
    await expect(client.flowControl.get("unknown")).rejects.toMatchObject({ status: 404 });
  });

  test("keeps to the rate of a key, retries included", async () => {
    const clock = new ManualClock();
    const { client, inbox, qstash } = await world({ clock });
    inbox.answer = (_, index) => ({ status: index === 0 ? 500 : 200, headers: { "retry-after": "0" } });
    for (let n = 0; n < 5; n++) {
      await client.publish({ url: inbox.url, flowControl: { key: "k", rate: 2, period: "1m" } });
    }
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(2);
    expect(await client.flowControl.get("k")).toMatchObject({
      rateMax: 2,
      rateCount: 2,
      ratePeriod: 60,
      waitListSize: 4,
    });
    clock.advance(59_999);
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(2);
    clock.advance(1);
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(4);
    await client.flowControl.resetRate("k");
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(6);
    expect(qstash.script.messages().every(({ state }) => state === "delivered")).toBe(true);
  });

  test("is paused and resumed; what is cancelled does not wait any more", async () => {
    const { client, inbox, qstash } = await world();
    const flowControl = { key: "k", parallelism: 5 };
    await client.flowControl.pause("k");
    const first = await client.publish({ url: inbox.url, body: "1", flowControl });
    await client.publish({ url: inbox.url, body: "2", flowControl });
    await client.messages.cancel(first.messageId);
    await qstash.script.idle();
    expect(await client.flowControl.get("k")).toMatchObject({ isPaused: true, waitListSize: 1 });
    await client.flowControl.resume("k");
    await qstash.script.idle();
    expect(await client.flowControl.get("k")).toMatchObject({ isPaused: false, waitListSize: 0 });
    expect(inbox.bodies()).toEqual(["2"]);
  });

  test("is pinned against what messages say, and unpinned in parts", async () => {
    const { client, inbox, qstash } = await world();
    const publish = () =>
      client.publish({ url: inbox.url, flowControl: { key: "k", parallelism: 5, rate: 10, period: "1m" } });
    await publish();
    await client.flowControl.pin("k", { parallelism: 3, rate: 20, period: 120 });
    await publish();
    const get = () => client.flowControl.get("k");
    expect(await get()).toMatchObject({
      parallelismMax: 3,
      rateMax: 20,
      ratePeriod: 120,
      isPinnedParallelism: true,
      isPinnedRate: true,
    });
    await client.flowControl.unpin("k", { parallelism: true });
    await publish();
    expect(await get()).toMatchObject({
      parallelismMax: 5,
      rateMax: 20,
      isPinnedParallelism: false,
      isPinnedRate: true,
    });
    await client.flowControl.unpin("k", { rate: true });
    await publish();
    expect(await get()).toMatchObject({
      parallelismMax: 5,
      rateMax: 10,
      ratePeriod: 60,
      isPinnedRate: false,
    });
    await expect(api(qstash, "POST", "/v2/flowControl/k/pin?rate=-1")).resolves.toMatchObject({
      status: 400,
    });
  });
});

describe("URL groups", () => {
  test("fan out to every endpoint", async () => {
    const { client, inbox, qstash } = await world();
    const endpoints = [{ name: "first", url: `${inbox.url}/1?a=b` }, { url: `${inbox.url}/2` }];
    await client.urlGroups.addEndpoints({ name: "group", endpoints });
    expect(await client.urlGroups.get("group")).toMatchObject({ name: "group", endpoints });
    const receipts = await client.publish({ urlGroup: "group", body: "x" });
    expect(receipts.map(({ url }) => url)).toEqual(endpoints.map(({ url }) => url));
    await qstash.script.idle();
    expect(inbox.received.map(({ url }) => url).toSorted()).toEqual(["/1?a=b", "/2"]);
    expect(inbox.received[0]?.headers["upstash-topic-name"]).toBe("group");
    expect(await client.messages.get(receipts[0]?.messageId ?? "")).toMatchObject({
      urlGroup: "group",
      endpointName: "first",
    });
  });

  test("are changed, listed and deleted", async () => {
    const { client, inbox } = await world();
    const add = (name: string, url: string) =>
      client.urlGroups.addEndpoints({ name: "group", endpoints: [{ name, url: inbox.url + url }] });
    await add("one", "/1");
    await add("two", "/2");
    await add("one", "/3");
    const [group] = await client.urlGroups.list();
    expect(group?.endpoints.map(({ url }) => url)).toEqual([`${inbox.url}/2`, `${inbox.url}/3`]);
    await client.urlGroups.removeEndpoints({ name: "group", endpoints: [{ name: "two" }] });
    expect((await client.urlGroups.get("group")).endpoints).toHaveLength(1);
    await client.urlGroups.removeEndpoints({ name: "group", endpoints: [{ url: `${inbox.url}/3` }] });
    await expect(client.urlGroups.get("group")).rejects.toMatchObject({ status: 404 });
    await add("one", "/1");
    await client.urlGroups.delete("group");
    await expect(client.publish({ urlGroup: "group" })).rejects.toMatchObject({ status: 404 });
    const outside = [{ url: "https://example.com/" }];
    await expect(client.urlGroups.addEndpoints({ name: "g", endpoints: outside })).rejects.toThrow(
      "refusing",
    );
    await expect(client.urlGroups.addEndpoints({ name: "g", endpoints: [] })).rejects.toThrow("missing");
  });
});
