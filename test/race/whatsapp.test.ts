import { describe, expect, test } from "vitest";
import { postgresSuite, postgresUrl } from "../database/engines.ts";
import { atOnce, tally } from "../answers.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, postJson } from "../make.ts";
import { chatOf, diterima, MENU, nomorBaru, pesan, tercatat, webhook } from "../whatsapp/percakapan.ts";

const server = postgresUrl === undefined ? {} : { postgresUrl };

describe.skipIf(!postgresUrl)(`WhatsApp at once (${postgresSuite})`, () => {
  const world = useWorld(server);

  test("200 chats with 20 messages each, all at once and every tenth one twice: each message has its one reply, in its chat", async () => {
    const CHATS = 200;
    const PESAN = 20;
    const semua = Array.from({ length: CHATS }, () => nomorBaru());
    // Every chat asks something of its own, so that a crossed reply shows: a price list of what nobody sells.
    const tanya = (nomor: string, ke: number) => `harga ${nomor}-${ke}`;
    const jawab = (nomor: string, ke: number) =>
      `Tidak ada produk "${nomor}-${ke}". Ketik *harga* untuk semuanya.`;
    const kiriman = semua.flatMap((nomor) =>
      Array.from({ length: PESAN }, (_, ke) => pesan(nomor, tanya(nomor, ke))),
    );
    // As they come over a network: of all chats mixed, some twice.
    const campur = kiriman.map((isi, ke) => ({ isi, urut: (ke * 7_919) % kiriman.length }));
    const jalan = [...campur, ...campur.filter((_, ke) => ke % 10 === 0)]
      .toSorted((a, b) => a.urut - b.urut)
      .map(({ isi }) => isi);
    const tangan = jalan.values();
    await atOnce(64, async () => {
      for (const isi of tangan) await webhook(world, { messages: [isi] });
    });
    await world.idle();
    for (const nomor of semua) {
      const harapan = Array.from({ length: PESAN }, (_, ke) => jawab(nomor, ke));
      expect(diterima(world, nomor).toSorted()).toEqual(harapan.toSorted());
      const baris = await tercatat(world, nomor);
      expect(tally(baris.map(({ direction }) => direction))).toEqual({ in: PESAN, out: PESAN });
      // The replies left in the order in which the questions were written down.
      const urut = (teks: string) => teks.replace(/\D*(\d+-\d+).*/, "$1");
      const ditanya = baris.filter(({ direction }) => direction === "in").map(({ text }) => urut(text));
      expect(diterima(world, nomor).map(urut)).toEqual(ditanya);
    }
    expect(world.log.filter((line) => /40P01|deadlock/i.test(JSON.stringify(line)))).toEqual([]);
  }, 600_000);

  test("one message twenty times at once: one reply", async () => {
    const nomor = nomorBaru();
    const isi = pesan(nomor, "Halo");
    await atOnce(20, async () => webhook(world, { messages: [isi] }));
    await world.idle();
    expect(diterima(world, nomor)).toEqual([MENU]);
    expect(await chatOf(world, nomor)).toMatchObject({ unread: 1 });
  });

  test("commands at once: the silence begins once, and whoever takes the chat over meanwhile has it", async () => {
    const petugas = await makeAkun(world, "karyawan");
    const nomor = nomorBaru();
    await webhook(world, { messages: [pesan(nomor, "Halo")] });
    const chat = await chatOf(world, nomor);
    await Promise.all([
      ...Array.from({ length: 20 }, () => webhook(world, { messages: [pesan(nomor, "agent")] })),
      postJson(world, `/chats/${chat?.id}/messages`, { text: "Saya bantu." }, petugas.headers),
    ]);
    await world.idle();
    expect(await chatOf(world, nomor)).toMatchObject({ mode: "AGENT" });
    // At most one notice: of the first `agent`, unless the colleague was faster than all of them.
    const kata = tally(diterima(world, nomor));
    expect(kata["Saya bantu."]).toBe(1);
    expect(diterima(world, nomor).length).toBeLessThanOrEqual(3);
  });

  test("ten messages of an agent leave in their order, each once, while the customer writes ten", async () => {
    const petugas = await makeAkun(world, "karyawan");
    const nomor = nomorBaru();
    await webhook(world, { messages: [pesan(nomor, "agent")] });
    const chat = await chatOf(world, nomor);
    const jawaban = Array.from({ length: 10 }, (_, ke) => `Jawaban ${ke}`);
    const agen = async () => {
      for (const text of jawaban)
        expect((await postJson(world, `/chats/${chat?.id}/messages`, { text }, petugas.headers)).status).toBe(
          201,
        );
    };
    const pelanggan = atOnce(10, async (ke) => webhook(world, { messages: [pesan(nomor, `Tanya ${ke}`)] }));
    await Promise.all([agen(), pelanggan]);
    await world.idle();
    expect(diterima(world, nomor).slice(1)).toEqual(jawaban);
  });

  test("statuses of the same messages in both orders, and the chat deleted meanwhile: nobody waits in a circle", async () => {
    const admin = await makeAkun(world, "admin");
    const nomor = nomorBaru();
    await webhook(world, {
      messages: Array.from({ length: 20 }, (_, ke) => pesan(nomor, `tanya ${ke}`)),
    });
    await world.idle();
    const chat = await chatOf(world, nomor);
    const statuses = world.cloud.whapi.phones
      .sent()
      .filter((satu) => satu.number === nomor)
      .map(({ id }) => ({ id, status: "read" }));
    expect(statuses).toHaveLength(20);
    const balik = statuses.toReversed();
    const hapus = world.request(`/chats/${chat?.id}`, { method: "DELETE", headers: admin.headers });
    await atOnce(40, async (ke) => webhook(world, { statuses: ke % 2 === 0 ? statuses : balik }));
    expect((await hapus).status).toBe(204);
    const [baris] = await world.cloud.neon.asOwner(
      "select deadlocks from pg_stat_database where datname = current_database()",
    );
    expect(baris).toEqual({ deadlocks: "0" });
  });

  test("whoever is switched off while it takes a chat has none afterwards", async () => {
    const admin = await makeAkun(world, "admin");
    for (let ronde = 0; ronde < 10; ronde++) {
      const petugas = await makeAkun(world, "karyawan");
      const nomor = nomorBaru();
      await webhook(world, { messages: [pesan(nomor, "agent")] });
      const chat = await chatOf(world, nomor);
      await Promise.all([
        postJson(world, `/chats/${chat?.id}/messages`, { text: "Saya bantu." }, petugas.headers),
        postJson(world, `/chats/${chat?.id}`, { assigned_to: petugas.id }, admin.headers, "PATCH"),
        postJson(world, `/auth/akun/${petugas.id}`, { active: false }, admin.headers, "PATCH"),
      ]);
      const [baris] = await world.cloud.neon.asOwner("select assigned_to from chats where id = $1", [
        chat?.id ?? null,
      ]);
      expect(baris).not.toEqual({ assigned_to: String(petugas.id) });
    }
    await world.idle();
    expect(world.log.filter((line) => /40P01|deadlock/i.test(JSON.stringify(line)))).toEqual([]);
  });

  test("a chat that is deleted while its customer writes begins anew, and no message gets lost", async () => {
    const admin = await makeAkun(world, "admin");
    const nomor = nomorBaru();
    await webhook(world, { messages: [pesan(nomor, "Halo")] });
    for (let ronde = 0; ronde < 10; ronde++) {
      const chat = await chatOf(world, nomor);
      await Promise.all([
        world.request(`/chats/${chat?.id}`, { method: "DELETE", headers: admin.headers }),
        ...Array.from({ length: 5 }, () => webhook(world, { messages: [pesan(nomor, "Halo")] })),
      ]);
      await webhook(world, { messages: [pesan(nomor, "Halo")] });
    }
    await world.idle();
    expect(await chatOf(world, nomor)).toMatchObject({ mode: "BOT" });
  });
});
