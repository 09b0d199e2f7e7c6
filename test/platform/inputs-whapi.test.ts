import { describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { readOperations, type Operation } from "./document.ts";
import { newKey } from "./request-sample.ts";
import { fromCustomer, newWaId } from "./samples-whatsapp.ts";
import { expectRefused, flawsOf, rowCounts, sampleOf, send } from "./samples.ts";

// What Whapi may tell, and who may speak as Whapi: it signs nothing, so that its secret is all there is.

const SECRET = "q9Zt-4mVx-7bLr-2kNs-8wPd-5hJc-1fGa";
const world = useWorld({ env: { WHAPI_WEBHOOK_SECRET: SECRET } });
const operations = (await readOperations()).filter(({ security }) => security === "whapi");

test("there are three addresses, and all of them take the secret", async () => {
  expect(operations.map(({ path }) => path).sort()).toEqual([
    "/webhook/whapi",
    "/webhook/whapi/messages",
    "/webhook/whapi/statuses",
  ]);
  for (const operation of operations) {
    const sample = await sampleOf(world, operation);
    expect(sample.headers["x-whapi-secret"]).toBe(SECRET);
    expect((await send(world, sample)).status).toBe(200);
  }
});

describe("the secret", () => {
  test.each([
    ["missing", null],
    ["empty", ""],
    ["another", "q9Zt-4mVx-7bLr-2kNt"],
    ["cut off", SECRET.slice(0, -1)],
    ["with more behind it", `${SECRET}x`],
    ["in capitals", SECRET.toUpperCase()],
    ["sent twice", `${SECRET}, ${SECRET}`],
    ["Latin-1", "caf\u00E9".repeat(5)],
    ["100,000 long", "a".repeat(100_000)],
    ["undefined", "undefined"],
  ])("%s is 401, and nothing is taken in", async (_name, value) => {
    await expectRefused(world, operations, [401], () => ({ headers: { "x-whapi-secret": value } }));
  });

  test("in any other place is none", async () => {
    const elsewhere = {
      authorization: `Bearer ${SECRET}`,
      "x-api-key": SECRET,
      cookie: `x-whapi-secret=${SECRET}`,
    };
    await expectRefused(world, operations, [401], (_, { path }) => ({
      path: `${path}?x-whapi-secret=${SECRET}`,
      headers: { ...elsewhere, "x-whapi-secret": null },
    }));
  });

  test("is asked for by the answer, and is not in it", async () => {
    for (const operation of operations) {
      const answer = await send(world, await sampleOf(world, operation), {
        headers: { "x-whapi-secret": "x" },
      });
      expect(answer.headers.get("www-authenticate")).toBe(
        'ApiKey realm="satu-pintu", header="x-whapi-secret"',
      );
      expect(await answer.text()).not.toContain(SECRET);
    }
    expect(JSON.stringify(world.log)).not.toContain(SECRET);
  });

  test("of people, of mitra and of other vendors opens nothing here", async () => {
    const { apiKey } = world.deps.config.biller;
    const { currentSigningKey } = world.deps.config.queue;
    for (const foreign of [apiKey, currentSigningKey, world.cloud.whapi.token])
      await expectRefused(world, operations, [401], () => ({ headers: { "x-whapi-secret": foreign } }));
  });
});

/** What one message of a number is told as, with something odd in it. */
const odd = (change: object) =>
  JSON.stringify({ messages: [{ ...fromCustomer(newWaId(), "Halo"), ...change }] });

describe("what can be no message to us", () => {
  test.each<[string, string]>([
    ["nothing", "{}"],
    ["empty lists", `{"messages":[],"statuses":[]}`],
    ["messages that are none", `{"messages":[null,1,"x",[],{},true]}`],
    [
      "statuses that are none",
      `{"statuses":[null,1,"x",[],{},{"id":"a b","status":"read"},{"id":"x","status":1}]}`,
    ],
    ["a status of nobody's message", `{"statuses":[{"id":"bukan-milik-kami","status":"read"}]}`],
    ["a status that is unknown", `{"statuses":[{"id":"bukan-milik-kami","status":"tersesat"}]}`],
    ["a status of the prototype", `{"statuses":[{"id":"bukan-milik-kami","status":"__proto__"}]}`],
    ["a status that is a function", `{"statuses":[{"id":"bukan-milik-kami","status":"constructor"}]}`],
    ["a group", odd({ chat_id: "120363025246125016@g.us" })],
    ["a channel", odd({ chat_id: "120363171744447809@newsletter" })],
    ["a number with a zero in front", odd({ chat_id: "0812345678@s.whatsapp.net" })],
    ["a number with NUL", odd({ chat_id: "62812345678\0@s.whatsapp.net" })],
    ["a number of 16 digits", odd({ chat_id: "6281234567890123@s.whatsapp.net" })],
    ["a number with a line break", odd({ chat_id: "62812345678@s.whatsapp.net\n" })],
    ["a number in other digits", odd({ chat_id: "\u0666\u0662812345678@s.whatsapp.net" })],
    ["a number of somebody else's server", odd({ chat_id: "62812345678@jahat.example" })],
    ["a reaction", odd({ type: "action", text: undefined, action: { type: "reaction" } })],
    ["a revoked one", odd({ type: "revoked" })],
    ["an id with a space", odd({ id: "a b" })],
    ["an id of 201 characters", odd({ id: "a".repeat(201) })],
    ["an id that is a number", odd({ id: 7 })],
    ["a type that is none", odd({ type: 7 })],
    ["from_me that is a word", odd({ from_me: "true" })],
    ["one of ours without an id", odd({ from_me: true, id: undefined })],
    ["one of ours to nobody knows whom", odd({ from_me: true, chat_id: undefined })],
    ["30,000 levels", `{"messages":${"[".repeat(30_000)}${"]".repeat(30_000)}}`],
    ["__proto__", `{"__proto__":{"messages":[{"from":"62812345678","text":{"body":"x"}}]}}`],
  ])("(%s) is taken, and changes nothing", async (_name, body) => {
    for (const operation of operations) {
      const sample = await sampleOf(world, operation);
      await world.idle();
      const before = await rowCounts(world);
      const logged = world.log.length;
      const response = await send(world, sample, { body });
      expect(await flawsOf(response, [200]), operation.id).toEqual([]);
      await world.idle();
      expect(await rowCounts(world), operation.id).toEqual(before);
      expect(world.log.slice(logged).filter(({ level }) => level === "error")).toEqual([]);
    }
  });

  test.each([`{"messages":{}}`, `{"messages":"x"}`, `{"messages":null}`, `{"statuses":1}`])(
    "(%s) is 422",
    async (body) => {
      await expectRefused(world, operations, [422], () => ({ body }));
    },
  );

  test("(a thousand and one at once) is 422", async () => {
    for (const name of ["messages", "statuses"])
      await expectRefused(world, operations, [422], () => ({
        body: JSON.stringify({ [name]: Array<null>(1_001).fill(null) }),
      }));
  });
});

describe("a message that is odd", () => {
  const [webhook] = operations as [Operation];
  /** Takes a message in, and says what is kept of it. */
  async function kept(change: object): Promise<Record<string, unknown> | undefined> {
    const waId = newWaId();
    const message = { ...fromCustomer(waId, "Halo"), ...change };
    const sample = await sampleOf(world, webhook);
    const response = await send(world, sample, { body: JSON.stringify({ messages: [message] }) });
    expect(await flawsOf(response, [200])).toEqual([]);
    await world.idle();
    const [row] = await world.cloud.neon.asOwner(
      `select m.text, m.type, m.file_name, c.name from messages m join chats c on c.id = m.chat_id
        where c.wa_id = $1 and m.direction = 'in'`,
      [waId],
    );
    return row;
  }

  test.each<[string, object, object]>([
    ["NUL in its text", { text: { body: "a\0b" } }, { text: "ab" }],
    ["half a surrogate pair in its text", { text: { body: "a\ud800b" } }, { text: "a\ufffdb" }],
    ["marks that turn its text round", { text: { body: "a\u202Eb\u2066c" } }, { text: "abc" }],
    ["line breaks of another kind", { text: { body: "a\r\nb\tc" } }, { text: "a\nb\tc" }],
    ["a text that is too long", { text: { body: "a".repeat(10_001) } }, { text: "a".repeat(10_000) }],
    ["a text that is none", { text: { body: 7 } }, { text: "" }],
    ["NUL in its sender's name", { from_name: "Bu\0di\n  Santoso" }, { name: "Budi Santoso" }],
    ["a name of 500 characters", { from_name: "b".repeat(500) }, { name: "b".repeat(100) }],
    ["a name that is none", { from_name: { a: 1 } }, { name: "" }],
    ["a time that is none", { timestamp: -1 }, { text: "Halo" }],
    ["a kind that nobody knows", { type: "poll_<b>", text: undefined }, { type: "other", text: "[poll_b]" }],
    ["the name of a prototype", { text: { body: "constructor" } }, { text: "constructor" }],
    ["prices like SQL", { text: { body: "'; drop table chats; --" } }, { text: "'; drop table chats; --" }],
    ["more than we know", { [newKey()]: { a: [1] } }, { text: "Halo" }],
  ])("with %s is kept as it can be shown", async (_name, change, as) => {
    expect(await kept(change)).toMatchObject(as);
  });
});
