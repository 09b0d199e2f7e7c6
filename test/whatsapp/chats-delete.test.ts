import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { fileOf, photo } from "../amancair/orang.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { bodyOf, countOf, refusalAt, unik, written } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAkun } from "../make.ts";
import {
  adminIn,
  CHATS,
  makeChat,
  makeWaiting,
  objectOf,
  petugasOf,
  rest,
  sendFile,
  type PesanBody,
  type Petugas,
} from "./make-chats.ts";
import { diterima, MENU } from "./percakapan.ts";

const world = useWorld();
let admin: Petugas;
let siti: Petugas;
beforeAll(async () => {
  admin = await adminIn(world);
  siti = petugasOf(world, await makeAkun(world, "karyawan"));
});

describe("deleting a chat", () => {
  test("is an admin's: it goes with its messages and files, and the audit says who did it", async () => {
    const { id, nomor, messageId } = await sendFile(world, "image", photo(), {
      mimeType: "image/jpeg",
      caption: unik(),
    });
    await rest(world);
    const keluar = await bodyOf<PesanBody>(siti.send(id, fileOf(photo())), 201);
    await rest(world);
    const objects = [await objectOf(world, messageId), await objectOf(world, keluar.id)];
    for (const object of objects) expect(world.bucket.objects.has(object)).toBe(true);
    expect(await refusalAt(siti.delete(`${CHATS}/${id}`))).toBe("403 peran-tidak-boleh");
    const jejak = await written(world, async () => {
      expect((await admin.delete(`${CHATS}/${id}`)).status).toBe(204);
    });
    expect(jejak.map(({ aksi, pelaku, tabel, id: sasaran }) => [aksi, pelaku, tabel, sasaran])).toEqual([
      ["chats.hapus", `akun:${admin.orang.id}`, "chats", String(id)],
    ]);
    // What the chat was is gone from there as well.
    expect(JSON.stringify(jejak)).not.toContain(nomor);
    expect(await countOf(world, `messages where chat_id = ${id}`)).toBe(0);
    for (const path of ["", "/messages"])
      expect(await refusalAt(admin.get(`${CHATS}/${id}${path}`))).toBe("404 chat-tidak-ada");
    expect(await refusalAt(admin.delete(`${CHATS}/${id}`))).toBe("404 chat-tidak-ada");
    await world.erase();
    for (const object of objects) expect(world.bucket.objects.has(object)).toBe(false);
    expect(await countOf(world, `berkas_terbuang where baris in ('${objects.join("', '")}')`)).toBe(0);
  });

  test("leaves the number free to begin anew, with the bot", async () => {
    const { id, nomor } = await makeWaiting(world);
    await bodyOf(siti.reply(id, "Halo"), 201);
    await rest(world);
    const before = diterima(world, nomor).length;
    expect((await admin.delete(`${CHATS}/${id}`)).status).toBe(204);
    await world.idle();
    const baru = await makeChat(world, { nomor });
    expect(baru.id).not.toBe(id);
    expect(diterima(world, nomor).slice(before)).toEqual([MENU]);
    expect(await siti.chat(baru.id)).toMatchObject({ mode: "BOT", assigned_to: null, unread: 1 });
  });

  test("with a message still on its way troubles nobody", async () => {
    const { id, nomor } = await makeChat(world);
    world.cloud.qstash.script.hold();
    onTestFinished(() => world.cloud.qstash.script.release());
    await bodyOf(siti.reply(id, "Halo"), 201);
    expect((await admin.delete(`${CHATS}/${id}`)).status).toBe(204);
    const lines = world.log.length;
    await world.cloud.qstash.script.release();
    await world.idle();
    expect(diterima(world, nomor)).toEqual([MENU]);
    expect(world.log.slice(lines).filter(({ level }) => level !== "info")).toEqual([]);
  });

  test("of all that is deleted at once is done once", async () => {
    const { id } = await makeChat(world);
    const answers = await atOnce(5, async () => await admin.delete(`${CHATS}/${id}`));
    expect(tally(await Promise.all(answers.map(refusalOf)))).toEqual({ 204: 1, "404 chat-tidak-ada": 4 });
  });
});
