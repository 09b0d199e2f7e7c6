import { describe, expect, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { createWorld, useWorld } from "../harness.ts";
import { diterima, MENU, nomorBaru, tercatat } from "./percakapan.ts";

const PRINTED = `{
  "messages": [
    {
      "from": "62812345678@s.whatsapp.net",
      "text": {
        "body": "Halo"
      }
    }
  ]
}`;

describe("the webhook of document 003", () => {
  const world = useWorld();

  test.each(["/webhook/whapi", "/webhook/whapi/", "/webhook/whapi/messages"])(
    "the printed body is answered as printed at %s, and the customer gets the printed menu",
    async (path) => {
      const sebelum = diterima(world, "62812345678").length;
      const headers = { "Content-Type": "application/json" };
      const answer = await world.request(path, { method: "POST", headers, body: PRINTED });
      expect([answer.status, await answer.json()]).toEqual([200, { status: "ok" }]);
      await world.idle();
      expect(diterima(world, "62812345678").slice(sebelum)).toEqual([MENU]);
    },
  );

  test("`agent` silences the bot, `bot` revives it", async () => {
    const nomor = nomorBaru();
    const { phones } = world.cloud.whapi;
    const tulis = async (teks: string) => {
      const sebelum = diterima(world, nomor).length;
      phones.write(nomor, teks);
      await world.idle();
      return diterima(world, nomor).slice(sebelum);
    };
    expect(await tulis("Halo")).toEqual([MENU]);
    expect(await tulis("1")).toEqual([expect.stringContaining("harga")]);
    expect(await tulis("2")).toEqual([expect.stringContaining("cek")]);
    for (const perintah of ["agent", "admin", "pause"]) {
      expect(await tulis(perintah)).toHaveLength(1);
      expect(await tulis("Halo")).toEqual([]);
      expect(await tulis("1")).toEqual([]);
      expect(await tulis(perintah)).toEqual([]);
      expect(await tulis("bot")).toEqual([MENU]);
    }
    // Nothing that was written while nobody answered is lost.
    expect((await tercatat(world, nomor)).filter(({ text }) => text === "Halo")).toHaveLength(4);
  });

  test("who answers is remembered by a new server, and without Redis", async () => {
    const nomor = nomorBaru();
    const { phones } = world.cloud.whapi;
    phones.write(nomor, "agent");
    await world.idle();
    const sebelum = diterima(world, nomor);
    // Another server that has never heard of the chat, in front of a Redis that has forgotten everything.
    const lain = createApp({
      ...world.deps,
      keadaanBot: {
        baca: async (waIds) => new Map(waIds.map((waId) => [waId, "BOT"])),
        simpan: () => Promise.resolve(),
      },
    });
    const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
    const body = JSON.stringify({ messages: [{ from: nomor, text: { body: "Halo?" } }] });
    const headers = { "content-type": "application/json" };
    const answer = await lain.request("/webhook/whapi", { method: "POST", headers, body }, {}, context);
    expect(answer.status).toBe(200);
    await world.idle();
    expect(diterima(world, nomor)).toEqual(sebelum);
    expect((await tercatat(world, nomor)).at(-1)).toMatchObject({ direction: "in", text: "Halo?" });
  });

  test("Redis out of order costs nothing but time", async () => {
    const nomor = nomorBaru();
    world.cloud.redis.faults.next({ kind: "answer", status: 500 }, 1_000);
    const { phones } = world.cloud.whapi;
    for (const teks of ["Halo", "agent", "Halo", "bot"]) {
      phones.write(nomor, teks);
      await world.idle();
    }
    expect(diterima(world, nomor)).toEqual([MENU, expect.stringContaining("petugas"), MENU]);
  });
});

test("a database that is down refuses the webhook, Whapi comes again, and the customer gets one answer", async () => {
  const world = await createWorld();
  try {
    const nomor = nomorBaru();
    const body = JSON.stringify({ messages: [{ id: "WAULANG1", from: nomor, text: { body: "Halo" } }] });
    const send = () =>
      world.request("/webhook/whapi", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
    world.cloud.neon.faults.next({ kind: "answer", status: 500 });
    expect((await send()).status).toBe(503);
    // Done, but the answer got lost: Whapi cannot know.
    world.cloud.neon.faults.next({ kind: "drop" });
    expect((await send()).status).toBe(503);
    expect((await send()).status).toBe(200);
    await world.idle();
    await world.sweepWhatsapp();
    await world.idle();
    expect(await tercatat(world, nomor)).toHaveLength(2);
  } finally {
    await world.close();
  }
});
