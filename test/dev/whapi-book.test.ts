import { appendFileSync, readFileSync } from "node:fs";
import { expect, onTestFinished, test, vi } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { startWhapi, type WhapiOptions } from "../../dev/whapi/server.ts";
import { BUDI, callerOf, newBookFile, startReceiver } from "./whapi-world.ts";

async function start(options: WhapiOptions) {
  const whapi = await startWhapi({ deliveryMs: 0, ...options });
  onTestFinished(async () => whapi.close());
  return { whapi, phones: whapi.phones, ...callerOf(whapi) };
}

test("a restart keeps messages, files and how far each has come", async () => {
  const [clock, bookFile] = [new ManualClock(), newBookFile()];
  const before = await start({ clock, bookFile });
  const id = before.phones.write(BUDI, "halo", { name: "Budi" });
  await before.text("Halo juga");
  before.phones.sendMedia(BUDI, "image", Buffer.from("gambar"), { mimeType: "image/png", caption: "ini" });
  before.phones.read(BUDI);
  const [inbox, sent] = [before.phones.inbox(BUDI), before.phones.sent()];
  await before.whapi.close();

  const after = await start({ clock, bookFile });
  expect(after.phones.inbox(BUDI)).toEqual(inbox);
  expect(after.phones.sent()).toEqual(sent);
  expect(inbox.map(({ status }) => status)).toEqual(["sent", "read", "sent"]);
  expect(after.phones.media(inbox[2]?.mediaId ?? "")?.bytes.toString()).toBe("gambar");
  expect((await after.call("PUT", `/messages/${id}`)).status).toBe(200);
});

test("what was on its way arrives after a restart, and is told", async () => {
  const [clock, bookFile] = [new ManualClock(), newBookFile()];
  const receiver = await startReceiver();
  const options = { clock, bookFile, webhookUrl: receiver.url, deliveryMs: 2000 };
  const before = await start(options);
  await before.text("Halo");
  await before.phones.landed();
  await before.whapi.close();
  clock.advance(500);

  const after = await start(options);
  clock.advance(1499);
  expect(after.phones.inbox(BUDI)).toMatchObject([{ status: "sent" }]);
  clock.advance(1);
  await after.phones.settled();
  expect(after.phones.inbox(BUDI)).toMatchObject([{ status: "delivered" }]);
  expect(receiver.arrivals).toHaveLength(3);
});

test("a webhook that was not accepted is sent after a restart, one that was is not", async () => {
  const [clock, bookFile] = [new ManualClock(), newBookFile()];
  const receiver = await startReceiver();
  const options = { clock, bookFile, webhookUrl: receiver.url };
  const before = await start(options);
  before.phones.write(BUDI, "satu");
  await before.phones.settled();
  receiver.faults.next({ kind: "hang" });
  before.phones.write(BUDI, "dua");
  await vi.waitFor(() => expect(receiver.requests).toBe(2));
  await before.whapi.close();

  const after = await start(options);
  await after.phones.settled();
  expect(receiver.arrivals.map(({ body }) => body["messages"])).toMatchObject([
    [{ text: { body: "satu" } }],
    [{ text: { body: "dua" } }],
  ]);
  expect(after.phones.inbox(BUDI).map(({ status }) => status)).toEqual(["delivered", "delivered"]);
});

test("a message is in the book before it is answered, and half a line at the end never counted", async () => {
  const bookFile = newBookFile();
  const before = await start({ bookFile });
  await before.text("Halo");
  const whole = readFileSync(bookFile, "utf8");
  expect(whole).toContain("Halo");
  await before.whapi.close();
  appendFileSync(bookFile, '{"line":"message","mess');

  const after = await start({ bookFile });
  expect(after.phones.sent()).toHaveLength(1);
  expect(readFileSync(bookFile, "utf8")).toBe(whole);
  await after.whapi.close();
  appendFileSync(bookFile, "bukan JSON\n");
  await expect(startWhapi({ bookFile })).rejects.toThrow("phones' book");
});

test("a busy port leaves nothing open, and the book is still usable", async () => {
  const bookFile = newBookFile();
  const { whapi } = await start({});
  await expect(startWhapi({ port: whapi.port, bookFile })).rejects.toThrow("EADDRINUSE");
  const { phones } = await start({ bookFile });
  phones.write(BUDI, "halo");
  expect(phones.inbox(BUDI)).toHaveLength(1);
});
