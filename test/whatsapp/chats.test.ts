import { beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { MINUTE } from "../amancair/orang.ts";
import { bodyOf, refusalAt, unik } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAkun } from "../make.ts";
import {
  adminIn,
  CHATS,
  found,
  makeChat,
  makeWaiting,
  pagesOf,
  petugasOf,
  write,
  type ChatBody,
  type Petugas,
} from "./make-chats.ts";

const clock = new ManualClock();
const world = useWorld({ clock });
let admin: Petugas;
let siti: Petugas;
beforeAll(async () => {
  admin = await adminIn(world);
  siti = petugasOf(world, await makeAkun(world, "karyawan"));
});

describe("one conversation", () => {
  test("is answered as it is, the number with its plus", async () => {
    const { id, nomor } = await makeChat(world, { text: "agent", name: "Budi Santoso" });
    const sejak = new Date(clock.now()).toISOString();
    const chat = await admin.chat(id);
    expect(chat).toEqual({
      id,
      phone: `+${nomor}`,
      name: "Budi Santoso",
      mode: "AGENT",
      resume_at: null,
      assigned_to: null,
      unread: 1,
      waiting_since: sejak,
      labels: [],
      last_message: {
        id: chat.last_message.id,
        direction: "out",
        type: "text",
        text: expect.stringContaining("petugas"),
        status: expect.stringMatching(/^(sent|delivered)$/),
        created_at: sejak,
      },
      created_at: sejak,
    });
    expect(await siti.change(id, { mode: "AGENT" })).toMatchObject({
      assigned_to: { id: siti.orang.id, name: siti.orang.name },
    });
  });

  test("is the same in the list, and shows 200 characters of its newest message", async () => {
    const { id } = await makeChat(world);
    const panjang = `awal ${"x".repeat(300)}`;
    await bodyOf(admin.reply(id, panjang), 201);
    await world.idle();
    const [pertama] = await bodyOf<ChatBody[]>(admin.get(`${CHATS}?limit=1`));
    expect(pertama).toEqual(await admin.chat(id));
    expect(pertama?.last_message.text).toBe(panjang.slice(0, 200));
  });

  test("keeps the newest name that its customer goes by, and none that is empty", async () => {
    const { id, nomor } = await makeChat(world, { name: "Budi" });
    await write(world, nomor, "satu", "Budi S.");
    expect((await admin.chat(id)).name).toBe("Budi S.");
    await write(world, nomor, "dua", "");
    expect((await admin.chat(id)).name).toBe("Budi S.");
  });

  test("that does not exist is a 404, one without a token a 401, and for a nasabah a 403", async () => {
    const { id } = await makeChat(world);
    expect(await refusalAt(admin.get(`${CHATS}/${Number.MAX_SAFE_INTEGER}`))).toBe("404 chat-tidak-ada");
    expect(await refusalAt(world.request(`${CHATS}/${id}`))).toBe("401 token-tidak-sah");
    const nasabah = petugasOf(world, await makeAkun(world, "nasabah"));
    for (const path of [CHATS, `${CHATS}/${id}`, `${CHATS}/${id}/messages`])
      expect(await refusalAt(nasabah.get(path))).toBe("403 peran-tidak-boleh");
    expect(await refusalAt(nasabah.patch(`${CHATS}/${id}`, { read: true }))).toBe("403 peran-tidak-boleh");
    expect(await refusalAt(nasabah.reply(id, "Halo"))).toBe("403 peran-tidak-boleh");
  });
});

describe("a pause", () => {
  test("that has run out is shown as BOT, also before anybody has written", async () => {
    const { id } = await makeChat(world);
    const sampai = new Date(clock.now() + 5 * MINUTE).toISOString();
    const jeda = { mode: "PAUSE", resume_at: sampai };
    expect(await admin.change(id, jeda)).toMatchObject(jeda);
    expect(await found(admin, { mode: "PAUSE" })).toContain(id);
    clock.advance(5 * MINUTE - 1000);
    expect(await admin.chat(id)).toMatchObject(jeda);
    clock.advance(1000);
    expect(await admin.chat(id)).toMatchObject({ mode: "BOT", resume_at: null });
    expect(await found(admin, { mode: "PAUSE" })).not.toContain(id);
    expect(await found(admin, { mode: "BOT" })).toContain(id);
  });
});

describe("the list", () => {
  test("has the newest message first; whatever is said moves its chat up, also a note", async () => {
    const [a, b, c] = [await makeChat(world), await makeChat(world), await makeChat(world)];
    const order = async () =>
      (await found(admin, {}))
        .filter((id) => [a.id, b.id, c.id].includes(id))
        .map((id) => "abc"[[a.id, b.id, c.id].indexOf(id)]);
    expect((await order()).join("")).toBe("cba");
    await write(world, a.nomor, "lagi");
    expect((await order()).join("")).toBe("acb");
    await admin.note(b.id, "perhatikan");
    expect((await order()).join("")).toBe("bac");
    await bodyOf(admin.reply(c.id, "Baik"), 201);
    expect((await order()).join("")).toBe("cba");
    // What is no message moves nothing.
    await admin.change(a.id, { labels: ["a"], read: true, mode: "PAUSE" });
    expect((await order()).join("")).toBe("cba");
  });

  test("leads from page to page by its links, with the filter, each chat once", async () => {
    const label = unik();
    const ids: number[] = [];
    for (let at = 0; at < 5; at++) {
      const { id } = await makeChat(world);
      await admin.change(id, { labels: [label] });
      ids.unshift(id);
    }
    for (const limit of [1, 2, 3, 5, 6]) {
      const pages = await pagesOf(admin, CHATS, `?label=${label}&limit=${limit}`);
      expect(pages.flat()).toEqual(ids);
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
    }
    expect(await found(admin, { label: unik() })).toEqual([]);
    const answer = await admin.get(`${CHATS}?label=${unik()}`);
    expect(answer.headers.has("link")).toBe(false);
  });

  test("a chat that moves up while somebody leafs through is not seen twice", async () => {
    const label = unik();
    const [a, b, c] = [await makeChat(world), await makeChat(world), await makeChat(world)];
    for (const { id } of [a, b, c]) await admin.change(id, { labels: [label] });
    const first = await admin.get(`${CHATS}?label=${label}&limit=2`);
    const query = /^<(\?[^>]+)>/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
    await write(world, b.nomor, "lagi");
    expect((await bodyOf<ChatBody[]>(admin.get(CHATS + query))).map(({ id }) => id)).toEqual([a.id]);
  });

  test("is narrowed by who answers, by whose it is, by what is unread and who waits", async () => {
    const label = unik();
    const [bot, waiting, mine, paused] = [
      await makeChat(world),
      await makeWaiting(world),
      await makeWaiting(world),
      await makeChat(world, { text: "pause" }),
    ];
    for (const { id } of [bot, waiting, mine, paused]) await admin.change(id, { labels: [label, "umum"] });
    await siti.change(mine.id, { mode: "AGENT" });
    await admin.change(paused.id, { read: true });
    const names = new Map([bot, waiting, mine, paused].map(({ id }, at) => [id, "BWMP"[at]]));
    const of = async (query: Record<string, string>, as = admin) =>
      (await found(as, { label, ...query })).map((id) => names.get(id)).join("");
    expect(await of({})).toBe("PMWB");
    expect(await of({ mode: "BOT" })).toBe("B");
    expect(await of({ mode: "AGENT" })).toBe("MW");
    expect(await of({ mode: "PAUSE" })).toBe("P");
    expect(await of({ assigned: "none" })).toBe("PWB");
    expect(await of({ assigned: "me" })).toBe("");
    expect(await of({ assigned: "me" }, siti)).toBe("M");
    expect(await of({ assigned: String(siti.orang.id) })).toBe("M");
    expect(await of({ assigned: String(admin.orang.id) })).toBe("");
    expect(await of({ unread: "true" })).toBe("MWB");
    expect(await of({ waiting: "true" })).toBe("MW");
    expect(await of({ waiting: "true", assigned: "none", mode: "AGENT", unread: "true" })).toBe("W");
    expect(await of({ q: waiting.nomor })).toBe("W");
  });

  test.each([
    ["mode=bot", "mode"],
    ["assigned=0", "assigned"],
    ["assigned=ME", "assigned"],
    ["unread=false", "unread"],
    ["waiting=1", "waiting"],
    ["label=", "label"],
    [`label=${"x".repeat(31)}`, "label"],
    ["q=", "q"],
    [`q=${"x".repeat(101)}`, "q"],
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["before=0", "before"],
    ["sort=asc", "sort"],
  ])("%s is a 422", async (query, field) => {
    expect(await refusalAt(admin.get(`${CHATS}?${query}`))).toBe(`422 validasi-gagal query:${field}`);
  });
});

describe("a search", () => {
  test("looks through names, numbers and all messages, in whatever case", async () => {
    const [nama, isi, jawaban, catatan] = [unik(), unik(), unik(), unik()];
    const { id, nomor } = await makeChat(world, { name: `Ibu ${nama} Rahma`, text: `Saya ${isi} kemarin` });
    await makeChat(world);
    await bodyOf(admin.reply(id, `Baik, ${jawaban}.`), 201);
    await admin.note(id, `Hati-hati ${catatan}`);
    for (const kata of [nama, isi, jawaban, catatan]) {
      expect(await found(admin, { q: kata })).toEqual([id]);
      expect(await found(admin, { q: kata.toUpperCase() })).toEqual([id]);
      expect(await found(admin, { q: kata.slice(3, -3) })).toEqual([id]);
    }
    expect(await found(admin, { q: `Ibu ${nama.toUpperCase()} rah` })).toEqual([id]);
    expect(await found(admin, { q: nomor })).toEqual([id]);
    expect(await found(admin, { q: nomor.slice(2) })).toEqual([id]);
    // As the house itself shows it, and as people here write it.
    expect(await found(admin, { q: `+${nomor}` })).toEqual([id]);
    expect(await found(admin, { q: `0${nomor.slice(2)}` })).toEqual([id]);
    expect(await found(admin, { q: unik() })).toEqual([]);
  });

  test("takes what it is given literally", async () => {
    const tanda = unik();
    const teks = [
      `${tanda} 50%`,
      `${tanda} a_b`,
      String.raw`${tanda} c\d`,
      `${tanda} 'x' "y"`,
      `${tanda} polos`,
    ];
    const ids: number[] = [];
    for (const text of teks) ids.push((await makeChat(world, { text })).id);
    for (const [at, q] of teks.entries()) expect(await found(admin, { q }), q).toEqual([ids[at]]);
    for (const q of [
      `${tanda} %`,
      `${tanda}%50`,
      `${tanda} _olos`,
      `${tanda}_polos`,
      String.raw`${tanda}\ polos`,
    ])
      expect(await found(admin, { q }), q).toEqual([]);
    expect(await found(admin, { q: tanda })).toEqual(ids.toReversed());
  });

  test("finds nothing in what is not the caller's to see", async () => {
    const isi = unik();
    const { id } = await makeChat(world, { text: isi, name: isi });
    expect(await found(siti, { q: isi })).toEqual([id]);
    await admin.change(id, { assigned_to: admin.orang.id });
    expect(await found(siti, { q: isi })).toEqual([]);
    expect(await found(admin, { q: isi })).toEqual([id]);
  });
});
