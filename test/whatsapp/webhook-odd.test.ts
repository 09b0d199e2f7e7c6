import { expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { chatOf, diterima, MENU, nomorBaru, pesan, tercatat, webhook } from "./percakapan.ts";

const world = useWorld();
const KODE = "Kode OTP Anda 654321. Berlaku 5 menit. Jangan berikan kepada siapa pun.";

test.each(["api", "mobile", "web", "system", undefined, null])(
  "a one-time password that comes back is written down nowhere: source %s",
  async (source) => {
    const [asing, dikenal] = [nomorBaru(), nomorBaru()];
    await webhook(world, { messages: [pesan(dikenal, "Halo")] });
    for (const nomor of [asing, dikenal])
      await webhook(world, { messages: [pesan(nomor, KODE, { from_me: true, source })] });
    await world.idle();
    const [baris] = await world.cloud.neon.asOwner(
      "select count(*) as banyak from messages where text like '%654321%'",
    );
    expect(baris).toEqual({ banyak: "0" });
    expect(await chatOf(world, asing)).toBeUndefined();
    expect(await chatOf(world, dikenal)).toMatchObject({ mode: "BOT" });
  },
);

test("what another program sends through the account is nobody's reply", async () => {
  const nomor = nomorBaru();
  await webhook(world, { messages: [pesan(nomor, "Halo")] });
  await webhook(world, { messages: [pesan(nomor, "Iklan", { from_me: true, source: "business_api" })] });
  expect(await chatOf(world, nomor)).toMatchObject({ mode: "BOT" });
});

test("messages of two numbers may be named alike", async () => {
  const [satu, dua] = [nomorBaru(), nomorBaru()];
  await Promise.all(
    [satu, dua].flatMap((nomor) =>
      Array.from({ length: 5 }, () =>
        webhook(world, { messages: [pesan(nomor, "Halo", { id: `SAMA${satu}` })] }),
      ),
    ),
  );
  await world.idle();
  expect([diterima(world, satu), diterima(world, dua)]).toEqual([[MENU], [MENU]]);
});

test.each<[string, object, string]>([
  [
    "a link",
    { type: "link_preview", text: undefined, link_preview: { body: "lihat https://x.id" } },
    "lihat https://x.id",
  ],
  [
    "nulls",
    { type: null, source: null, image: null, document: null, reply: null, from_me: null, timestamp: null },
    "isi",
  ],
  ["a picture without its name", { type: "image", text: undefined, image: { caption: "foto" } }, "[image]"],
  ["what has another shape by now", { reply: 7, image: "x" }, "isi"],
])("is not lost: %s", async (_, more, teks) => {
  const nomor = nomorBaru();
  await webhook(world, { messages: [pesan(nomor, "isi", more)] });
  expect((await tercatat(world, nomor))[0]).toMatchObject({ direction: "in", text: teks });
});
