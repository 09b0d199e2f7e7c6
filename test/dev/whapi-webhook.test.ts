import { describe, expect, test, vi } from "vitest";
import { startWhapi } from "../../dev/whapi/server.ts";
import { BUDI, BUDI_CHAT, SHOP, startReceiver, world } from "./whapi-world.ts";

describe("a customer's message", () => {
  test("is told as Whapi tells it, with the static header", async () => {
    const { clock, phones, receiver } = await world({ webhookSecret: "rahasia-webhook-uji" });
    const id = phones.write(`+${BUDI}`, "halo", { name: "Budi" });
    await phones.settled();
    expect(receiver.arrivals).toHaveLength(1);
    const { headers, body } = receiver.arrivals[0] ?? { headers: {}, body: {} };
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "x-whapi-secret": "rahasia-webhook-uji",
    });
    expect(body).toEqual({
      messages: [
        {
          id,
          from_me: false,
          type: "text",
          chat_id: BUDI_CHAT,
          timestamp: Math.floor(clock.now() / 1000),
          source: "mobile",
          text: { body: "halo" },
          from: BUDI,
          from_name: "Budi",
        },
      ],
      event: { type: "messages", event: "post" },
      channel_id: expect.stringMatching(/^\w+-\w+$/) as string,
    });
    expect(phones.inbox(BUDI)).toMatchObject([{ id, fromShop: false, text: "halo", status: "delivered" }]);
  });

  test("carries no header without a secret", async () => {
    const { phones, receiver } = await world({ webhookSecret: "" });
    phones.write(BUDI, "halo");
    await phones.settled();
    expect(receiver.arrivals[0]?.headers).not.toHaveProperty("x-whapi-secret");
  });

  test("can be told several times at once, and again later, and is one message", async () => {
    const { phones, receiver } = await world();
    const id = phones.write(BUDI, "halo", { id: "uji.satu-1234", times: 5 });
    await phones.settled();
    expect(phones.write(BUDI, "halo", { id })).toBe(id);
    await phones.settled();
    expect(receiver.arrivals).toHaveLength(6);
    expect(new Set(receiver.arrivals.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(phones.inbox(BUDI)).toHaveLength(1);
  });

  test("goes out at the same time as its repetition, not after it", async () => {
    const { phones, receiver } = await world();
    receiver.faults.next({ kind: "hang" });
    phones.write(BUDI, "halo", { times: 2 });
    await vi.waitFor(() => expect([receiver.requests, receiver.arrivals.length]).toEqual([2, 1]));
  });

  test("is nobody's with a number that is none", async () => {
    const { phones } = await world();
    for (const number of ["0812345678", "62812", "budi", ""]) {
      expect(() => phones.write(number, "halo")).toThrow("number");
    }
  });
});

describe("a message of the shop", () => {
  test("comes back as an echo, then its statuses", async () => {
    const { clock, phones, receiver, text, told } = await world({ deliveryMs: 2000 });
    const { id } = await text("Halo");
    await phones.landed();
    expect(told()).toEqual(["text Halo", "status sent"]);
    const echo = receiver.arrivals[0]?.message;
    expect(echo).toMatchObject({ id, from_me: true, source: "api", from: SHOP, chat_id: BUDI_CHAT });
    clock.advance(1999);
    expect(phones.inbox(BUDI)).toMatchObject([{ status: "sent" }]);
    clock.advance(1);
    await phones.settled();
    expect(told()).toEqual(["text Halo", "status sent", "status delivered"]);
    const timestamp = String(Math.floor(clock.now() / 1000));
    expect(receiver.arrivals[2]?.body).toEqual({
      statuses: [{ id, code: 3, status: "delivered", recipient_id: BUDI_CHAT, timestamp }],
      event: { type: "statuses", event: "post" },
      channel_id: receiver.arrivals[0]?.body["channel_id"],
    });
  });

  test("typed on the shop's phone says so", async () => {
    const { phones, receiver } = await world();
    const id = phones.answerFromShop(BUDI, "Saya bantu ya");
    await phones.settled();
    const echo = receiver.arrivals[0]?.message;
    expect(echo).toMatchObject({ id, from_me: true, source: "mobile", from: SHOP });
    expect(phones.inbox(BUDI)).toMatchObject([{ id, fromShop: true, source: "mobile" }]);
    expect(phones.sent()).toEqual([]);
  });

  test("is read when the customer opens the chat, once", async () => {
    const { phones, text, told } = await world();
    await text("satu");
    await text("untuk yang lain", "62811111111");
    await phones.settled();
    const before = told().length;
    phones.read(BUDI);
    phones.read(BUDI);
    await phones.settled();
    expect(told().slice(before)).toEqual(["status read"]);
    expect(phones.inbox("62811111111")).toMatchObject([{ status: "delivered" }]);
  });

  test("that is read early is not delivered later", async () => {
    const { clock, phones, text, told } = await world({ deliveryMs: 2000 });
    await text("satu");
    phones.read(BUDI);
    await phones.settled();
    clock.advance(2000);
    await phones.settled();
    expect(told()).toEqual(["text satu", "status sent", "status read"]);
    expect(phones.inbox(BUDI)).toMatchObject([{ status: "read" }]);
  });
});

describe("a webhook that fails", () => {
  test("is tried again after 3, 6, 9, 12, 15, 15 … seconds, and given up after ten minutes", async () => {
    const { clock, phones, receiver } = await world();
    receiver.faults.always({ kind: "answer", status: 500 });
    phones.write(BUDI, "halo");
    const begin = clock.now();
    const seconds: number[] = [];
    await phones.landed();
    for (let second = 1; second <= 700; second++) {
      const before = receiver.requests;
      clock.advance(1000);
      await phones.landed();
      if (receiver.requests > before) seconds.push((clock.now() - begin) / 1000);
    }
    expect(seconds.slice(0, 7)).toEqual([3, 9, 18, 30, 45, 60, 75]);
    expect(seconds.at(-1)).toBe(600);
    await phones.settled();
    expect(phones.inbox(BUDI)).toMatchObject([{ status: "sent" }]);
  });

  test("stops once it is accepted, and only a 200 accepts it", async () => {
    const { clock, phones, receiver } = await world();
    receiver.faults.next({ kind: "answer", status: 202 });
    receiver.faults.next({ kind: "refuse" });
    phones.write(BUDI, "halo");
    await phones.landed();
    clock.advance(3000);
    await phones.landed();
    clock.advance(6000);
    await phones.settled();
    expect([receiver.requests, receiver.arrivals.length]).toEqual([3, 1]);
    expect(phones.inbox(BUDI)).toMatchObject([{ status: "delivered" }]);
  });

  test("does not hold up another message", async () => {
    const { clock, phones, receiver, told } = await world();
    receiver.faults.next({ kind: "answer", status: 500 });
    phones.write(BUDI, "satu");
    await phones.landed();
    phones.write(BUDI, "dua");
    await phones.landed();
    clock.advance(3000);
    await phones.settled();
    expect(told()).toEqual(["text dua", "text satu"]);
  });

  test("because it is not answered is given up after 10 seconds of the clock, and tried again", async () => {
    const { clock, phones, receiver } = await world();
    receiver.faults.next({ kind: "hang" });
    phones.write(BUDI, "halo");
    await vi.waitFor(() => expect(receiver.requests).toBe(1));
    clock.advance(10_000);
    await phones.landed();
    clock.advance(3000);
    await phones.settled();
    expect([receiver.requests, receiver.arrivals.length]).toEqual([2, 1]);
  });

  test("is not led elsewhere by a redirect", async () => {
    const { clock, phones, receiver } = await world();
    const other = await startReceiver();
    receiver.faults.next({ kind: "answer", status: 307, headers: { location: other.url } });
    phones.write(BUDI, "halo");
    await phones.landed();
    clock.advance(3000);
    await phones.settled();
    expect([receiver.arrivals.length, other.requests]).toEqual([1, 0]);
  });
});

test("no webhook goes out without a URL, and the phones work all the same", async () => {
  const whapi = await startWhapi({ deliveryMs: 0 });
  whapi.phones.write(BUDI, "halo");
  whapi.phones.answerFromShop(BUDI, "ya?");
  await whapi.phones.settled();
  await whapi.phones.landed();
  expect(whapi.phones.inbox(BUDI)).toMatchObject([{ status: "sent" }, { status: "delivered" }]);
  await whapi.close();
});

test("a webhook does not go through a fetch that a test has patched", async () => {
  const { phones, told } = await world();
  const patched = vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("patched"));
  phones.write(BUDI, "halo");
  await phones.settled();
  patched.mockRestore();
  expect(told()).toEqual(["text halo"]);
});

test("close aborts what hangs, and leaves nothing waiting", async () => {
  const { clock, phones, receiver, whapi } = await world({ deliveryMs: 2000 });
  receiver.faults.always({ kind: "hang" });
  phones.write(BUDI, "satu");
  phones.answerFromShop(BUDI, "dua");
  await vi.waitFor(() => expect(receiver.requests).toBe(2));
  await whapi.close();
  await phones.settled();
  clock.advance(3_600_000);
  expect(receiver.requests).toBe(2);
});

test.each([
  "https://example.com/hook",
  "http://10.0.0.1/",
  "http://127.0.0.1.example.com/",
  "file:///x",
  "x",
])("a webhook to %s is refused at the start", async (webhookUrl) => {
  await expect(startWhapi({ webhookUrl })).rejects.toThrow("on this machine");
});
