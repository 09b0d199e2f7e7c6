import { describe, expect, test } from "vitest";
import { refusalOf, tally } from "../answers.ts";
import { useWorld } from "../harness.ts";
import { postJson } from "../make.ts";
import { chatOf, diterima, MENU, nomorBaru, pesan, tercatat, webhook } from "./percakapan.ts";

const RAHASIA = "d41f8c02b7e94a6d93b1d41f8c02b7e94a6d";

describe("who may call", () => {
  const world = useWorld({ env: { WHAPI_WEBHOOK_SECRET: RAHASIA } });

  test.each<[string, Record<string, string>]>([
    ["nobody's", {}],
    ["an empty one", { "x-whapi-secret": "" }],
    ["a wrong one", { "x-whapi-secret": "d41f8c02b7e94a6d93b1d41f8c02b7e94a6e" }],
    ["the beginning", { "x-whapi-secret": RAHASIA.slice(0, -1) }],
    ["more than it", { "x-whapi-secret": `${RAHASIA}0` }],
    ["another case", { "x-whapi-secret": RAHASIA.toUpperCase() }],
    ["it as a bearer's token", { authorization: `Bearer ${RAHASIA}` }],
  ])("not without the secret: %s", async (_, headers) => {
    const nomor = nomorBaru();
    for (const path of ["/webhook/whapi", "/webhook/whapi/messages", "/webhook/whapi/statuses"]) {
      const answer = await postJson(world, path, { messages: [pesan(nomor, "Halo")] }, headers);
      expect(await refusalOf(answer)).toBe("401 rahasia-salah");
    }
    expect(await chatOf(world, nomor)).toBeUndefined();
  });

  test("whoever knows it, as the stand-in does", async () => {
    const nomor = nomorBaru();
    await webhook(world, { messages: [pesan(nomor, "Halo")] }, { "x-whapi-secret": RAHASIA });
    world.cloud.whapi.phones.write(nomor, "bot");
    await world.idle();
    expect(diterima(world, nomor)).toEqual([MENU, MENU]);
  });
});

describe("what Whapi tells", () => {
  const world = useWorld();

  test("the same message five times at once is one message and one reply", async () => {
    const nomor = nomorBaru();
    world.cloud.whapi.phones.write(nomor, "Halo", { times: 5 });
    await world.idle();
    expect(diterima(world, nomor)).toEqual([MENU]);
    const isi = pesan(nomor, "Halo lagi");
    await Promise.all(Array.from({ length: 5 }, () => webhook(world, { messages: [isi, isi] })));
    await world.idle();
    expect(diterima(world, nomor)).toEqual([MENU, MENU]);
    expect(await chatOf(world, nomor)).toMatchObject({ unread: 2 });
  });

  test("a batch whose second message is bad handles the others, each in its order", async () => {
    const [satu, dua] = [nomorBaru(), nomorBaru()];
    const rusak: unknown[] = [
      null,
      7,
      "teks",
      [],
      {},
      { from: {} },
      { id: { $ne: 1 }, from: dua },
      { from: dua, from_me: "ya" },
    ];
    await webhook(world, {
      messages: [pesan(satu, "agent"), ...rusak, pesan(dua, "Halo"), pesan(satu, "Halo"), pesan(satu, "bot")],
    });
    await world.idle();
    expect(diterima(world, dua)).toEqual([MENU]);
    expect(diterima(world, satu)).toEqual([expect.stringContaining("petugas"), MENU]);
    expect(world.log).toContainEqual(
      expect.objectContaining({ event: "webhook_unreadable", vendor: "whapi" }),
    );
  });

  test("what left from our own number is never answered; what a person typed there has the chat from then on", async () => {
    const nomor = nomorBaru();
    const { phones } = world.cloud.whapi;
    phones.write(nomor, "Halo");
    await world.idle();
    expect(diterima(world, nomor)).toEqual([MENU]);
    phones.answerFromShop(nomor, "Selamat siang, saya Siti.");
    await world.idle();
    expect(await chatOf(world, nomor)).toMatchObject({ mode: "AGENT", unread: 0 });
    phones.write(nomor, "Halo");
    await world.idle();
    expect(diterima(world, nomor)).toEqual([MENU, "Selamat siang, saya Siti."]);
    expect((await tercatat(world, nomor)).map(({ sender }) => sender)).toEqual([
      "customer",
      "bot",
      "phone",
      "customer",
    ]);
  });

  test("the echo of a message of ours is that message, whenever it comes and whether or not it says from where", async () => {
    const nomor = nomorBaru();
    world.cloud.whapi.phones.write(nomor, "Halo");
    await world.idle();
    const [terkirim] = world.cloud.whapi.phones.inbox(nomor).filter(({ fromShop }) => fromShop);
    for (const source of ["api", undefined, "mobile"]) {
      const gema = pesan(nomor, MENU, { id: terkirim?.id, from_me: true, from: "6281100000001", source });
      await webhook(world, { messages: [gema] });
    }
    expect(await tercatat(world, nomor)).toHaveLength(2);
    expect(await chatOf(world, nomor)).toMatchObject({ mode: "BOT" });
    // What other programs send through the same account is not ours to keep.
    await webhook(world, { messages: [pesan(nomor, "Kode 123456", { from_me: true, source: "api" })] });
    expect(await tercatat(world, nomor)).toHaveLength(2);
  });

  test.each([
    ["a group", { chat_id: "120363043968@g.us" }],
    ["a channel", { chat_id: "120363043968@newsletter" }],
    ["a story", { chat_id: "status@broadcast" }],
    ["no number", { chat_id: "0812@s.whatsapp.net" }],
    ["a reaction", { type: "action", text: undefined }],
    ["ours, to nobody known", { from_me: true, chat_id: undefined }],
  ])("is ignored: %s", async (_, more) => {
    const [sebelum] = await world.cloud.neon.asOwner("select count(*) as banyak from messages");
    await webhook(world, { messages: [pesan(nomorBaru(), "Halo", more)] });
    await world.idle();
    expect(await world.cloud.neon.asOwner("select count(*) as banyak from messages")).toEqual([sebelum]);
  });

  test.each<[string, object, string]>([
    ["a button", { type: "reply", text: undefined, reply: { buttons_reply: { title: "agent" } } }, "agent"],
    ["a voice note", { type: "voice", text: undefined }, "[voice]"],
    ["a place", { type: "location", text: undefined, location: { latitude: 1 } }, "[location]"],
    ["something new", { type: 'x"><script>', text: undefined }, "[xscript]"],
    ["NUL, bells and marks that turn the line", { text: { body: "a\u0000b\u0007c\u202Ed\ne" } }, "abcd\ne"],
    ["half a character", { text: { body: "a\ud83d!\ud83d" } }, "a\ufffd!"],
    ["a text that is none", { text: { body: 7 } }, ""],
  ])("is written down as text that can be shown: %s", async (_, more, teks) => {
    const nomor = nomorBaru();
    await webhook(world, { messages: [pesan(nomor, "", more)] });
    expect((await tercatat(world, nomor))[0]).toMatchObject({ direction: "in", text: teks });
  });

  test("names and texts have their limits, times their sense", async () => {
    const nomor = nomorBaru();
    const panjang = "👋".repeat(20_000);
    await webhook(world, {
      messages: [pesan(nomor, panjang, { from_name: ` ${panjang}\n`, timestamp: 1e30 })],
    });
    const [baris] = await tercatat(world, nomor);
    expect(baris?.text).toBe("👋".repeat(5_000));
    expect((await chatOf(world, nomor))?.name).toBe("👋".repeat(50));
  });

  test("ticks only ever get further", async () => {
    const nomor = nomorBaru();
    world.cloud.whapi.phones.write(nomor, "Halo");
    await world.idle();
    const status = async () => (await tercatat(world, nomor))[1]?.status;
    expect(await status()).toBe("delivered");
    world.cloud.whapi.phones.read(nomor);
    await world.idle();
    expect(await status()).toBe("read");
    const [terkirim] = world.cloud.whapi.phones.inbox(nomor).filter(({ fromShop }) => fromShop);
    for (const kata of ["sent", "delivered", "failed", "pending", "warisan"])
      await webhook(world, {
        statuses: [{ id: terkirim?.id, status: kata }, null, { id: 3 }, { id: "asing", status: "read" }],
      });
    expect(await status()).toBe("read");
  });

  test.each([
    ["no JSON", "{", "400 json-rusak"],
    ["a list", "[]", "422 validasi-gagal"],
    ["messages that are none", `{"messages":{"0":{}}}`, "422 validasi-gagal"],
    [
      "too many",
      JSON.stringify({ messages: Array.from({ length: 1_001 }, () => ({})) }),
      "422 validasi-gagal",
    ],
    ["too large", `{"messages":["${"x".repeat(1_100_000)}"]}`, "413 isi-terlalu-besar"],
  ])("a body that is no event is refused: %s", async (_, body, refusal) => {
    const headers = { "content-type": "application/json" };
    const answer = await world.request("/webhook/whapi", { method: "POST", headers, body });
    expect(await refusalOf(answer)).toBe(refusal);
  });

  test.each([{}, { event: { type: "presences" }, presences: [{}] }, { messages: [] }])(
    "events that are not for us are accepted: %o",
    async (body) => expect(await webhook(world, body)).toBeUndefined(),
  );

  test("a bot that is talked to by a bot stops after sixty replies", async () => {
    const nomor = nomorBaru();
    await webhook(world, { messages: Array.from({ length: 70 }, (_, ke) => pesan(nomor, `menu ${ke}`)) });
    await world.idle();
    const baris = await tercatat(world, nomor);
    expect(tally(baris.map(({ sender }) => sender))).toEqual({ customer: 70, bot: 60 });
    expect(world.log).toContainEqual(expect.objectContaining({ event: "bot_too_busy" }));
  });
});
