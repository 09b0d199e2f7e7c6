import { beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { fileOf, photo } from "../amancair/orang.ts";
import { atOnce, tally } from "../answers.ts";
import { bodyOf, countOf, refusalAt, unik, written } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAkun } from "../make.ts";
import {
  adminIn,
  CHATS,
  makeChat,
  makeWaiting,
  pagesOf,
  petugasOf,
  rest,
  write,
  type PesanBody,
  type Petugas,
} from "./make-chats.ts";
import { diterima, MENU } from "./percakapan.ts";

const clock = new ManualClock();
const world = useWorld({ clock });
let admin: Petugas;
let siti: Petugas;
beforeAll(async () => {
  admin = await adminIn(world);
  siti = petugasOf(world, await makeAkun(world, "karyawan"));
});

const now = () => new Date(clock.now()).toISOString();

describe("the messages of a chat", () => {
  test("are all that was said in it, newest first, with who said it", async () => {
    const { id, nomor } = await makeWaiting(world);
    await bodyOf(siti.reply(id, "Baik"), 201);
    const catatan = await siti.note(id, "Pelanggan lama");
    await rest(world);
    world.cloud.whapi.phones.answerFromShop(nomor, "Dari ponsel toko");
    await rest(world);
    world.cloud.whapi.phones.read(nomor);
    await rest(world);
    const agent = { id: siti.orang.id, name: siti.orang.name };
    const ada = expect.any(Number);
    const satu = {
      id: ada,
      chat_id: id,
      agent: null,
      type: "text",
      problem: null,
      file: null,
      created_at: now(),
    };
    const waktu = new Date(Math.floor(clock.now() / 1000) * 1000).toISOString();
    const terkirim = { direction: "out", status: "read", sent_at: expect.any(String) };
    const semua = await siti.messages(id);
    expect(semua).toEqual([
      { ...satu, ...terkirim, sender: "phone", text: "Dari ponsel toko", sent_at: waktu },
      {
        ...satu,
        direction: "note",
        sender: "agent",
        agent,
        text: "Pelanggan lama",
        status: "noted",
        sent_at: null,
      },
      { ...satu, ...terkirim, sender: "agent", agent, text: "Baik" },
      { ...satu, ...terkirim, sender: "bot", text: expect.stringContaining("petugas") },
      { ...satu, direction: "in", sender: "customer", text: "agent", status: "received", sent_at: waktu },
    ]);
    expect(semua[1]).toEqual(catatan);
    const ids = semua.map((pesan) => pesan.id);
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
  });

  test("are leafed through by their links, each once", async () => {
    const { id, nomor } = await makeWaiting(world);
    for (let at = 0; at < 4; at++) await write(world, nomor, `pesan ${at}`);
    const semua = (await admin.messages(id)).map((pesan) => pesan.id);
    expect(semua).toHaveLength(6);
    for (const limit of [1, 4, 6, 7]) {
      const pages = await pagesOf(admin, `${CHATS}/${id}/messages`, `?limit=${limit}`);
      expect(pages.flat()).toEqual(semua);
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
    }
  });
});

describe("a reply", () => {
  test("reaches the phone once, makes the chat a person's, and the next one comes after it", async () => {
    const { id, nomor } = await makeChat(world);
    const first = await bodyOf<PesanBody>(siti.reply(id, "Satu"), 201);
    expect(first).toMatchObject({
      direction: "out",
      sender: "agent",
      status: "queued",
      sent_at: null,
      file: null,
    });
    expect(first.agent).toEqual({ id: siti.orang.id, name: siti.orang.name });
    for (const text of ["Dua", "Tiga"]) await bodyOf(siti.reply(id, text), 201);
    await rest(world);
    expect(diterima(world, nomor)).toEqual([MENU, "Satu", "Dua", "Tiga"]);
    expect(await siti.chat(id)).toMatchObject({
      mode: "AGENT",
      assigned_to: { id: siti.orang.id },
      unread: 0,
      waiting_since: null,
    });
    expect((await siti.messages(id)).map(({ status }) => status).slice(0, 3)).toEqual(
      Array.from({ length: 3 }, () => "delivered"),
    );
    await write(world, nomor, "1");
    expect(diterima(world, nomor)).toHaveLength(4);
  });

  test("of an admin leaves the chat with whoever has it", async () => {
    const { id } = await makeChat(world);
    await bodyOf(siti.reply(id, "Halo"), 201);
    await bodyOf(admin.reply(id, "Saya bantu"), 201);
    expect((await admin.chat(id)).assigned_to?.id).toBe(siti.orang.id);
  });

  test("ends a pause", async () => {
    const { id } = await makeChat(world, { text: "pause" });
    await bodyOf(siti.reply(id, "Halo"), 201);
    expect(await siti.chat(id)).toMatchObject({ mode: "AGENT", resume_at: null });
  });

  test("arrives as it was written, line by line", async () => {
    const { id, nomor } = await makeChat(world);
    const texts = ["Baris 1\nBaris 2\n\n\tBaris 4 👋 *tebal*", String.raw`50% '"\ <b> \n {{x}} $1`];
    for (const text of texts) await bodyOf(siti.reply(id, text), 201);
    await bodyOf(siti.reply(id, "  \r\nsatu\r\ndua\r\n "), 201);
    await rest(world);
    expect(diterima(world, nomor).slice(1)).toEqual([...texts, "satu\ndua"]);
  });

  test("may have 4096 characters and not one more", async () => {
    const { id, nomor } = await makeChat(world);
    const panjang = "x".repeat(4096);
    expect(await refusalAt(siti.reply(id, `${panjang}x`))).toBe("422 validasi-gagal #/text");
    await bodyOf(siti.reply(id, panjang), 201);
    await rest(world);
    expect(diterima(world, nomor).slice(1)).toEqual([panjang]);
  });

  test.each(["", " ", "\n\t \r\n", "\u200B\u200B", "a\u0007b", "a\u202Eb"])(
    "of %j is refused",
    async (text) => {
      const { id, nomor } = await makeChat(world);
      for (const note of [false, true])
        expect(await refusalAt(siti.post(`${CHATS}/${id}/messages`, { text, note }))).toBe(
          "422 validasi-gagal #/text",
        );
      expect(diterima(world, nomor)).toEqual([MENU]);
      expect((await siti.chat(id)).mode).toBe("BOT");
    },
  );

  test("leaves in the audit that the chat changed hands, and not what was said", async () => {
    const { id } = await makeChat(world);
    const [rahasia, catatan] = [unik(), unik()];
    const jejak = await written(world, async () => {
      await bodyOf(siti.reply(id, `Sandinya ${rahasia}`), 201);
      await siti.note(id, catatan);
      await rest(world);
    });
    expect(jejak.filter(({ aksi }) => aksi === "chats.mode")).toEqual([
      {
        pelaku: `akun:${siti.orang.id}`,
        aksi: "chats.mode",
        tabel: "chats",
        id: String(id),
        rincian: { dari: "BOT", menjadi: "AGENT" },
      },
    ]);
    for (const kata of [rahasia, catatan]) {
      expect(JSON.stringify(jejak)).not.toContain(kata);
      expect(JSON.stringify(world.log)).not.toContain(kata);
    }
  });
});

describe("a note", () => {
  test("is for colleagues: it is not sent, and changes nothing of the chat", async () => {
    const { id, nomor } = await makeChat(world);
    const sebelum = await siti.chat(id);
    const catatan = await siti.note(id, "Sudah dicek di bank");
    expect(catatan).toMatchObject({ direction: "note", status: "noted", agent: { id: siti.orang.id } });
    await rest(world);
    expect(diterima(world, nomor)).toEqual([MENU]);
    const { last_message, ...sesudah } = await siti.chat(id);
    expect({ ...sesudah, last_message: sebelum.last_message }).toEqual(sebelum);
    expect(last_message).toMatchObject({ id: catatan.id, direction: "note", text: "Sudah dicek di bank" });
  });
});

describe("an idempotency key", () => {
  test("with the same content is the same message, which the customer gets once", async () => {
    const { id, nomor } = await makeChat(world);
    const answers = [await siti.reply(id, "Halo", "kunci-1"), await siti.reply(id, "Halo", "kunci-1")];
    expect(answers.map(({ headers }) => headers.get("idempotency-replayed"))).toEqual([null, "true"]);
    const [satu, dua] = await Promise.all(
      answers.map((answer) => bodyOf<PesanBody>(Promise.resolve(answer), 201)),
    );
    expect(dua).toEqual(satu);
    await rest(world);
    const nanti = await bodyOf<PesanBody>(siti.reply(id, "Halo", "kunci-1"), 201);
    expect([nanti.id, nanti.status]).toEqual([satu?.id, "delivered"]);
    await rest(world);
    expect(diterima(world, nomor)).toEqual([MENU, "Halo"]);
  });

  test("with other content, another kind or from somebody else is a 409", async () => {
    const { id, nomor } = await makeChat(world);
    await bodyOf(siti.reply(id, "Halo", "kunci-1"), 201);
    const kunci = { ...siti.orang.headers, "idempotency-key": "kunci-1" };
    const others = [
      siti.reply(id, "Halo!", "kunci-1"),
      admin.reply(id, "Halo", "kunci-1"),
      siti.send(id, fileOf(photo()), "Halo", "kunci-1"),
      world.request(`${CHATS}/${id}/messages`, {
        method: "POST",
        headers: kunci,
        body: JSON.stringify({ text: "Halo", note: true }),
      }),
    ];
    for (const answer of others) expect(await refusalAt(answer)).toMatch(/^409 kunci-dipakai/);
    await rest(world);
    expect(diterima(world, nomor)).toEqual([MENU, "Halo"]);
  });

  test("ten times at once is one message", async () => {
    const { id, nomor } = await makeChat(world);
    const answers = await atOnce(10, async () => await siti.reply(id, "Halo", "kunci-1"));
    expect(tally(answers.map(({ headers }) => headers.get("idempotency-replayed")))).toEqual({
      null: 1,
      true: 9,
    });
    const pesan = await Promise.all(answers.map((answer) => bodyOf<PesanBody>(Promise.resolve(answer), 201)));
    expect(new Set(pesan.map((satu) => satu.id)).size).toBe(1);
    await rest(world);
    expect(diterima(world, nomor)).toEqual([MENU, "Halo"]);
    expect(await countOf(world, `messages where chat_id = ${id} and sender = 'agent'`)).toBe(1);
  });

  test("belongs to its chat; without one the same text is another message", async () => {
    const [satu, dua] = [await makeChat(world), await makeChat(world)];
    for (const { id } of [satu, dua]) {
      await bodyOf(siti.reply(id, "Halo", "kunci-1"), 201);
      await bodyOf(siti.reply(id, "Halo"), 201);
    }
    await rest(world);
    for (const { nomor } of [satu, dua]) expect(diterima(world, nomor)).toEqual([MENU, "Halo", "Halo"]);
  });

  test.each(["", "dengan spasi", "x".repeat(256)])("of %j is a 422", async (kunci) => {
    const { id } = await makeChat(world);
    expect(await refusalAt(siti.reply(id, "Halo", kunci))).toMatch(/^422 validasi-gagal/);
  });
});
