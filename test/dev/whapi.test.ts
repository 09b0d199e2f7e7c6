import { describe, expect, test } from "vitest";
import { BUDI, BUDI_CHAT, SHOP, world, type Data } from "./whapi-world.ts";

describe("a text", () => {
  test("is accepted as pending and is on the customer's phone", async () => {
    const { clock, phones, send } = await world();
    const { http, answer } = await send("/messages/text", { to: BUDI, body: "Halo *Budi*", typing_time: 0 });
    expect(http).toBe(200);
    expect(answer).toEqual({
      sent: true,
      message: {
        id: expect.stringMatching(/^[A-Za-z0-9._]{4,30}-[A-Za-z0-9._]{4,14}$/) as string,
        from_me: true,
        type: "text",
        chat_id: BUDI_CHAT,
        timestamp: Math.floor(clock.now() / 1000),
        source: "api",
        device_id: 1,
        status: "pending",
        text: { body: "Halo *Budi*" },
        from: SHOP,
      },
    });
    const { id } = answer["message"] as { id: string };
    const shown = {
      id,
      fromShop: true,
      type: "text",
      text: "Halo *Budi*",
      at: clock.now(),
      status: "delivered",
    };
    expect(phones.inbox(BUDI)).toMatchObject([shown]);
    expect(phones.sent()).toMatchObject([{ ...shown, number: BUDI, source: "api" }]);
  });

  test.each([
    ["a chat id", BUDI_CHAT, BUDI_CHAT],
    ["a number with dashes", "62812-345-678", BUDI_CHAT],
    ["a group", "120363041234567890@g.us", "120363041234567890@g.us"],
  ])("goes to %s", async (_what, to, chatId) => {
    const { text } = await world();
    expect(await text("x", to)).toMatchObject({ chat_id: chatId });
  });

  test("may quote", async () => {
    const { phones, send } = await world();
    const quoted = phones.write(BUDI, "halo");
    const { answer } = await send("/messages/text", { to: BUDI, body: "ya?", quoted });
    expect(answer["message"]).toMatchObject({ context: { quoted_id: quoted } });
  });

  test.each([
    ["no to", { body: "x" }, '"to"'],
    ["a plus", { to: "+62812345678", body: "x" }, '"to"'],
    ["too short a number", { to: "62812", body: "x" }, '"to"'],
    ["the old kind of chat id", { to: "62812345678@c.us", body: "x" }, "@c.us"],
    ["no body", { to: BUDI }, '"body"'],
    ["an empty body", { to: BUDI, body: " " }, '"body"'],
    ["a body that is no text", { to: BUDI, body: 1 }, '"body"'],
    ["too long a body", { to: BUDI, body: "x".repeat(4097) }, "4096"],
    ["typing for too long", { to: BUDI, body: "x", typing_time: 61 }, '"typing_time"'],
    ["a quote that is no id", { to: BUDI, body: "x", quoted: "x" }, '"quoted"'],
    ["a list", [], "object"],
    ["no JSON", "{", "JSON"],
  ])("is refused with %s", async (_what, body, details) => {
    const { phones, receiver, send } = await world();
    const { http, answer } = await send("/messages/text", body);
    expect(http).toBe(400);
    expect(answer).toEqual({
      error: {
        code: 400,
        message: "wrong request parameters",
        details: expect.stringContaining(details) as string,
        href: expect.any(String) as string,
        support: expect.any(String) as string,
      },
    });
    expect([phones.sent(), receiver.requests]).toEqual([[], 0]);
  });

  test("of 4096 characters is taken", async () => {
    const { send } = await world();
    expect((await send("/messages/text", { to: BUDI, body: "x".repeat(4096) })).http).toBe(200);
  });
});

describe("who asks", () => {
  test.each([
    ["none", {}],
    ["another", { authorization: "Bearer token-yang-lain" }],
    ["a longer one", { authorization: "Bearer token-whapi-lokal2" }],
    ["no bearer", { authorization: "Basic token-whapi-lokal" }],
  ])("with %s token gets a 401 and nothing else", async (_what, headers) => {
    const { phones, whapi } = await world();
    const body = JSON.stringify({ to: BUDI, body: "x" });
    for (const path of ["/messages/text", "/tidak-ada"]) {
      const response = await fetch(`${whapi.url}${path}`, { method: "POST", headers, body });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({
        error: { code: 401, message: expect.any(String) as string },
      });
    }
    expect(phones.sent()).toEqual([]);
  });

  test("may have a token of its own", async () => {
    const { call } = await world({ token: "token-lain-untuk-uji" });
    expect((await call("GET", "/health")).status).toBe(200);
  });

  test("gets 404 for what there is not and 405 for the wrong method", async () => {
    const { call } = await world();
    const unknown = await call("POST", "/messages/teks", {});
    expect([unknown.status, await unknown.json()]).toMatchObject([405, { error: { code: 405 } }]);
    for (const path of ["/tidak", "/media", "/media/", "//[", "/constructor"]) {
      expect([path, (await call("GET", path)).status]).toEqual([path, 404]);
    }
    const wrong = await call("GET", "/messages/text");
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await call("GET", "/messages/list/%E0")).status).toBe(400);
  });

  test("meets the faults that were planned", async () => {
    const { call, phones, whapi } = await world();
    whapi.faults.next({ kind: "answer", status: 429, headers: { "retry-after": "7" } });
    const limited = await call("POST", "/messages/text", { to: BUDI, body: "satu" });
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "7"]);
    whapi.faults.next({ kind: "drop" });
    await expect(call("POST", "/messages/text", { to: BUDI, body: "dua" })).rejects.toThrow("fetch failed");
    expect(phones.sent().map(({ text }) => text)).toEqual(["dua"]);
    expect(whapi.requests).toBe(2);
  });
});

describe("the history of a chat", () => {
  async function chat() {
    const made = await world();
    const start = Math.floor(made.clock.now() / 1000) + 1;
    for (let at = 0; at < 4; at++) {
      made.clock.advance(start * 1000 + at * 10_000 - made.clock.now());
      if (at % 2 === 0) made.phones.write(BUDI, `tanya ${at}`);
      else await made.text(`jawab ${at}`);
    }
    made.phones.write("62811111111", "orang lain");
    const list = async (query: string, chatId = BUDI_CHAT) => {
      const response = await made.call("GET", `/messages/list/${chatId}${query}`);
      const body = (await response.json()) as { messages?: { text: { body: string } }[]; total?: number };
      return { ...body, http: response.status, texts: body.messages?.map(({ text }) => text.body) };
    };
    return { start, list };
  }

  test("is newest first, of that chat only", async () => {
    const { list } = await chat();
    const { texts, messages, ...rest } = await list("");
    expect(texts).toEqual(["jawab 3", "tanya 2", "jawab 1", "tanya 0"]);
    expect(rest).toEqual({ http: 200, count: 4, total: 4, offset: 0 });
    expect(messages).toMatchObject([{ from_me: true, status: "delivered" }, { from_me: false }, {}, {}]);
  });

  test.each([
    ["?sort=asc", ["tanya 0", "jawab 1", "tanya 2", "jawab 3"]],
    ["?count=1&offset=1", ["tanya 2"]],
    ["?from_me=true", ["jawab 3", "jawab 1"]],
    ["?from_me=false&sort=asc", ["tanya 0", "tanya 2"]],
    ["?count=100&offset=&time_from=&time_to=&from_me=&sort=", ["jawab 3", "tanya 2", "jawab 1", "tanya 0"]],
  ])("with %s", async (query, texts) => {
    const { list } = await chat();
    expect((await list(query)).texts).toEqual(texts);
  });

  test("can be cut by time, both ends included", async () => {
    const { list, start } = await chat();
    const { texts, total } = await list(`?time_from=${start + 10}&time_to=${start + 20}`);
    expect([texts, total]).toEqual([["tanya 2", "jawab 1"], 2]);
  });

  test("of an unknown chat is empty, and a wrong filter is refused", async () => {
    const { list } = await chat();
    expect(await list("", "62899999999@s.whatsapp.net")).toMatchObject({ http: 200, messages: [], total: 0 });
    for (const query of ["?count=x", "?offset=-1", "?sort=naik", "?from_me=1", "?time_from=1.5"]) {
      expect((await list(query)).http).toBe(400);
    }
    expect((await list("", "budi")).http).toBe(400);
  });
});

describe("the rest of the API", () => {
  test("health says AUTH and since when", async () => {
    const { call, clock } = await world();
    clock.advance(5000);
    const health = (await (await call("GET", "/health")).json()) as Data;
    expect(health).toMatchObject({ status: { code: 4, text: "AUTH" }, uptime: 5 });
  });

  test("limits are far away", async () => {
    const { call } = await world();
    const limits = { messages: expect.any(Number) as number, requests: expect.any(Number) as number };
    expect(await (await call("GET", "/limits")).json()).toMatchObject(limits);
  });

  test("contacts are checked", async () => {
    const { send } = await world();
    const contacts = ["+62 812-345-678", "0812345678", "x"];
    expect((await send("/contacts", { blocking: "wait", contacts })).answer).toEqual({
      contacts: [
        { input: "+62 812-345-678", status: "valid", wa_id: BUDI_CHAT },
        { input: "0812345678", status: "invalid" },
        { input: "x", status: "invalid" },
      ],
    });
    expect((await send("/contacts", { contacts: [1] })).http).toBe(400);
  });

  test("PUT marks a customer's message as read, once", async () => {
    const { call, phones, told } = await world();
    const id = phones.write(BUDI, "halo");
    await phones.settled();
    expect(phones.inbox(BUDI)).toMatchObject([{ status: "delivered" }]);
    for (let time = 0; time < 2; time++) {
      const response = await call("PUT", `/messages/${id}`);
      expect([response.status, await response.json()]).toEqual([200, { success: true }]);
    }
    await phones.settled();
    expect(phones.inbox(BUDI)).toMatchObject([{ status: "read" }]);
    expect(told()).toEqual(["text halo", "status read"]);
    expect((await call("PUT", "/messages/tidak-adaa")).status).toBe(404);
  });
});
