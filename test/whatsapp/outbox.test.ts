import { describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { useWorld, type World } from "../harness.ts";
import { diterima, MENU, nomorBaru, pesan, tercatat, webhook } from "./percakapan.ts";

const MENIT = 60_000;

/** Lets time pass minute by minute, with a sweep in each, as the cron trigger does. */
async function berlalu(world: World, clock: ManualClock, menit: number): Promise<void> {
  for (let ke = 0; ke < menit; ke++) {
    // First what is under way ends: a claim would run out in its holder's hands, and Whapi's patience with us too.
    await world.idle();
    clock.advance(MENIT);
    await world.sweepWhatsapp();
    await world.idle();
  }
}

/** Menus that a customer asks for one after the other, each told from the others by what is asked. */
const TANYA = ["Halo", "1", "2", "harga", "cek", "bot"];

async function tanyakan(world: World, nomor: string): Promise<string[]> {
  for (const teks of TANYA) await webhook(world, { messages: [pesan(nomor, teks)] });
  const baris = await tercatat(world, nomor);
  return baris.filter(({ direction }) => direction === "out").map(({ text }) => text);
}

describe("sending", () => {
  const clock = new ManualClock();
  const world = useWorld({ clock });
  const isSend = ({ method }: { method: string }) => method === "POST";

  test.each<[string, Parameters<typeof world.cloud.whapi.faults.next>[0]]>([
    ["refuses connections", { kind: "refuse" }],
    ["answers 500", { kind: "answer", status: 500 }],
    ["answers 502 with a page", { kind: "answer", status: 502, body: "<html>" }],
    ["answers 429", { kind: "answer", status: 429, headers: { "retry-after": "30" } }],
    ["does not know our token", { kind: "answer", status: 401 }],
    ["wants to be paid", { kind: "answer", status: 402 }],
  ])("while Whapi %s nothing is lost, and what was asked first is answered first", async (_, fault) => {
    const [satu, dua] = [nomorBaru(), nomorBaru()];
    world.cloud.whapi.faults.next(fault, 1_000);
    const jawaban = await tanyakan(world, satu);
    await webhook(world, { messages: [pesan(dua, "Halo")] });
    await berlalu(world, clock, 20);
    expect([...diterima(world, satu), ...diterima(world, dua)]).toEqual([]);
    expect((await tercatat(world, satu)).some(({ status }) => status === "failed")).toBe(false);
    world.cloud.whapi.faults.clear();
    await berlalu(world, clock, 20);
    await world.idle();
    expect(diterima(world, satu)).toEqual(jawaban);
    expect(diterima(world, dua)).toEqual([MENU]);
  });

  test.each<[string, Parameters<typeof world.cloud.whapi.faults.next>[0]]>([
    ["breaks the connection", { kind: "drop" }],
    ["answers 500 all the same", { kind: "replace", status: 500 }],
    ["answers what names no message", { kind: "replace", status: 200, body: "{}" }],
    ["answers no JSON", { kind: "replace", status: 200, body: "ok" }],
  ])("a message that Whapi sent before it %s is not sent again", async (_, fault) => {
    const nomor = nomorBaru();
    // Its echo does not get through either.
    world.cloud.whapi.faults.next(fault, 2, isSend);
    const jawaban = await tanyakan(world, nomor);
    await berlalu(world, clock, 10);
    await world.idle();
    expect(diterima(world, nomor)).toEqual(jawaban);
    expect((await tercatat(world, nomor)).filter(({ direction }) => direction === "out")).toEqual(
      jawaban.map((text) =>
        expect.objectContaining({ text, problem: null, status: expect.stringMatching(/sent|delivered/) }),
      ),
    );
  });

  test("without its echo too: Whapi's history is asked before anything is sent again", async () => {
    const nomor = nomorBaru();
    await webhook(world, { messages: [pesan(nomor, "Halo")] });
    await world.idle();
    // The same text once more; the answer is lost, and so is every webhook about it.
    world.cloud.whapi.faults.next({ kind: "drop" }, 1, isSend);
    world.cloud.neon.faults.next({ kind: "answer", status: 500 }, 100, ({ body }) =>
      body.includes("terima_dari_kita"),
    );
    await webhook(world, { messages: [pesan(nomor, "bot")] });
    await world.idle();
    expect((await tercatat(world, nomor)).at(-1)).toMatchObject({ status: "sending" });
    await berlalu(world, clock, 2);
    expect((await tercatat(world, nomor)).at(-1)).toMatchObject({ status: "sent", problem: null });
    world.cloud.neon.faults.clear();
    await berlalu(world, clock, 3);
    expect(diterima(world, nomor)).toEqual([MENU, MENU]);
  });

  test("a number that WhatsApp does not take is no obstacle for the next message", async () => {
    const nomor = nomorBaru();
    world.cloud.whapi.faults.next({ kind: "answer", status: 400 }, 1, isSend);
    const jawaban = await tanyakan(world, nomor);
    await world.idle();
    expect(diterima(world, nomor)).toEqual(jawaban.slice(1));
    expect((await tercatat(world, nomor))[1]).toMatchObject({
      status: "failed",
      problem: expect.stringContaining("HTTP 400"),
    });
    expect(world.log).toContainEqual(expect.objectContaining({ event: "whatsapp_refused", level: "warn" }));
  });

  test("what is a day late is not sent any more", async () => {
    const nomor = nomorBaru();
    world.cloud.whapi.faults.next({ kind: "refuse" }, 1_000);
    await webhook(world, { messages: [pesan(nomor, "Halo")] });
    await world.idle();
    clock.advance(25 * 60 * MENIT);
    world.cloud.whapi.faults.clear();
    await berlalu(world, clock, 2);
    expect(diterima(world, nomor)).toEqual([]);
    expect((await tercatat(world, nomor))[1]).toMatchObject({ status: "failed" });
  });

  test("nudges may all get lost: the sweeper sends", async () => {
    const nomor = nomorBaru();
    world.cloud.qstash.faults.next({ kind: "answer", status: 500 }, 1_000);
    const jawaban = await tanyakan(world, nomor);
    await berlalu(world, clock, 2);
    expect(diterima(world, nomor)).toEqual(jawaban);
  });

  test("nudges may come twice, and late", async () => {
    const nomor = nomorBaru();
    world.cloud.qstash.script.duplicate(2);
    const jawaban = await tanyakan(world, nomor);
    await world.idle();
    await berlalu(world, clock, 1);
    expect(diterima(world, nomor)).toEqual(jawaban);
  });

  test("our account at Whapi being out of order wakes somebody", async () => {
    world.cloud.whapi.faults.next({ kind: "answer", status: 401 }, 1, isSend);
    await webhook(world, { messages: [pesan(nomorBaru(), "Halo")] });
    await world.cloud.qstash.script.idle();
    expect(world.log).toContainEqual(expect.objectContaining({ event: "whatsapp_account", level: "error" }));
    await berlalu(world, clock, 1);
  });

  test("conversations that have been silent for a year are gone, with the next sweep", async () => {
    const nomor = nomorBaru();
    await webhook(world, { messages: [pesan(nomor, "Halo")] });
    await world.idle();
    clock.advance(364 * 24 * 60 * MENIT);
    await world.sweepWhatsapp();
    expect(await tercatat(world, nomor)).toHaveLength(2);
    clock.advance(2 * 24 * 60 * MENIT);
    await world.sweepWhatsapp();
    expect(await tercatat(world, nomor)).toEqual([]);
  });
});
