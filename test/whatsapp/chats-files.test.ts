import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { again, cleanPhoto, fileOf, HOUR, MB, paper, photo, picture } from "../amancair/orang.ts";
import { bodyOf, refusalAt, unik } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAkun } from "../make.ts";
import { latin1, SECRET } from "../platform/files-samples.ts";
import {
  adminIn,
  CHATS,
  download,
  fileOfMessage,
  makeChat,
  objectOf,
  petugasOf,
  rest,
  type PesanBody,
  type Petugas,
} from "./make-chats.ts";
import { diterima, MENU } from "./percakapan.ts";

// Files that staff sends, and files whose objects are not what they were.

const clock = new ManualClock();
const world = useWorld({ clock });
let admin: Petugas;
let siti: Petugas;
beforeAll(async () => {
  admin = await adminIn(world);
  siti = petugasOf(world, await makeAkun(world, "karyawan"));
});
beforeEach(async () => {
  // The clock may have outlived a token.
  siti = petugasOf(world, await again(world, siti.orang));
  admin = petugasOf(world, await again(world, admin.orang));
});

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const pdfFile = (mark = "", name = "nota.pdf") => fileOf(paper(mark), name, "application/pdf");

/** What the customer got last, with the bytes of its file. */
function lastAt(nomor: string) {
  const { type, text, mimeType, fileName, mediaId } = world.cloud.whapi.phones.inbox(nomor).at(-1) ?? {};
  const bytes = world.cloud.whapi.phones.media(mediaId ?? "")?.bytes ?? Buffer.of();
  return { type, text, mimeType, fileName, bytes: textOf(bytes) };
}

/** A chat of Siti's with a file of hers that the customer has got. */
async function makeSent(file = fileOf(photo(unik()))) {
  const { id, nomor } = await makeChat(world);
  const pesan = await bodyOf<PesanBody>(siti.send(id, file), 201);
  await rest(world);
  return { id, nomor, messageId: pesan.id, object: await objectOf(world, pesan.id) };
}

describe("a file for a customer", () => {
  test("arrives at the phone as it was kept: a picture with its caption", async () => {
    const { id, nomor } = await makeChat(world);
    const pesan = await bodyOf<PesanBody>(
      siti.send(id, fileOf(photo("profil"), "Bukti bayar.jpg"), "Ini buktinya"),
      201,
    );
    expect(pesan).toMatchObject({
      direction: "out",
      sender: "agent",
      agent: { id: siti.orang.id },
      type: "image",
      text: "Ini buktinya",
      status: "queued",
      file: { mime_type: "image/jpeg", size: cleanPhoto("profil").length, name: "Bukti bayar.jpg" },
    });
    await rest(world);
    const bytes = textOf(cleanPhoto("profil"));
    expect(lastAt(nomor)).toEqual({
      type: "image",
      text: "Ini buktinya",
      mimeType: "image/jpeg",
      fileName: "Bukti bayar.jpg",
      bytes,
    });
    expect(bytes).not.toContain(SECRET);
    expect(textOf(await download(siti, id, pesan.id))).toBe(bytes);
    expect(await siti.chat(id)).toMatchObject({
      mode: "AGENT",
      assigned_to: { id: siti.orang.id },
      unread: 0,
    });
    expect(diterima(world, nomor)).toEqual([MENU, "Ini buktinya"]);
    const stored = textOf(world.bucket.objects.get(await objectOf(world, pesan.id)) ?? latin1(""));
    expect(stored.length).toBeGreaterThan(bytes.length);
    expect(stored).not.toContain("ICC_PROFILE");
  });

  test.each(["nota.pdf", 'Nota "Juli"; 50%\'.pdf', "nota toko ünïcødé 请.pdf"])(
    "a PDF named %s, without one",
    async (name) => {
      const { id, nomor } = await makeChat(world);
      const mark = unik();
      const pesan = await bodyOf<PesanBody>(siti.send(id, pdfFile(mark, name)), 201);
      expect(pesan).toMatchObject({ type: "document", text: "" });
      await rest(world);
      expect(lastAt(nomor)).toEqual({
        type: "document",
        text: "",
        mimeType: "application/pdf",
        fileName: name.normalize("NFC"),
        bytes: textOf(paper(mark)),
      });
    },
  );

  test("is of the type that its bytes say, and leaves in its turn", async () => {
    const { id, nomor } = await makeChat(world);
    const answers = [
      siti.reply(id, "Satu"),
      siti.send(id, fileOf(picture(), "a.pdf", "application/pdf"), "Dua"),
      siti.reply(id, "Tiga"),
    ];
    // In the order in which they are written down.
    for (const answer of answers) await bodyOf(answer, 201);
    await rest(world);
    const urutan = (await siti.messages(id))
      .filter(({ sender }) => sender === "agent")
      .map(({ text }) => text);
    expect(diterima(world, nomor).slice(1)).toEqual(urutan.toReversed());
    const dua = world.cloud.whapi.phones.inbox(nomor).find(({ text }) => text === "Dua");
    expect([dua?.type, dua?.mimeType]).toEqual(["image", "image/png"]);
  });

  test.each([
    ["HTML", latin1("<!doctype html><script>alert(1)</script>")],
    ["SVG", latin1('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ["a broken JPEG", photo().slice(0, 40)],
    ["a PDF with a script", latin1(textOf(paper()).replace("/Keterangan", "/JavaScript"))],
    ["nothing", latin1("")],
  ])("is refused as %s, and leaves nothing", async (_, bytes) => {
    const { id, nomor } = await makeChat(world);
    const objects = world.bucket.objects.size;
    expect(await refusalAt(siti.send(id, fileOf(bytes)))).toBe("422 berkas-ditolak #/file");
    await rest(world);
    expect(world.bucket.objects.size).toBe(objects);
    expect(diterima(world, nomor)).toEqual([MENU]);
    expect(await siti.chat(id)).toMatchObject({ mode: "BOT", assigned_to: null, unread: 1 });
  });

  test("may have 5 MB and a caption of 1000 characters, and a name that can be shown", async () => {
    const { id } = await makeChat(world);
    const besar = fileOf(new Uint8Array(5 * MB + 1), "a.jpg");
    expect(await refusalAt(siti.send(id, besar))).toMatch(/^413/);
    expect(await refusalAt(siti.send(id, pdfFile(), "x".repeat(1001)))).toBe("422 validasi-gagal #/text");
    for (const name of ["\u202Egpj.exe", " ", "x".repeat(201)])
      expect(await refusalAt(siti.send(id, pdfFile("", name))), name).toBe("422 validasi-gagal #/file");
    await bodyOf(siti.send(id, pdfFile("", "x".repeat(200)), "x".repeat(1000)), 201);
  });

  test("in a form without one, or with more in it, is a 422", async () => {
    const { id } = await makeChat(world);
    const authorization = siti.orang.headers["authorization"] ?? "";
    const send = async (isian: [string, string | File][]) => {
      const body = new FormData();
      for (const [name, value] of isian) body.append(name, value);
      return await refusalAt(
        world.request(`${CHATS}/${id}/files`, { method: "POST", headers: { authorization }, body }),
      );
    };
    expect(await send([["text", "Halo"]])).toBe("422 validasi-gagal #/file");
    expect(await send([["file", "bukan berkas"]])).toBe("422 validasi-gagal #/file");
    expect(
      await send([
        ["file", pdfFile()],
        ["note", "true"],
      ]),
    ).toBe("422 validasi-gagal #/note");
    expect(await refusalAt(siti.post(`${CHATS}/${id}/files`, { text: "Halo" }))).toMatch(/^415/);
  });

  test("with a key is sent once; what was uploaded in vain is swept away", async () => {
    const { id, nomor } = await makeChat(world);
    const objects = world.bucket.objects.size;
    const kirim = async (file = fileOf(photo()), text = "Ini") => await siti.send(id, file, text, "kunci-1");
    const satu = await bodyOf<PesanBody>(kirim(), 201);
    const ulang = await kirim();
    expect(ulang.headers.get("idempotency-replayed")).toBe("true");
    expect((await bodyOf<PesanBody>(Promise.resolve(ulang), 201)).id).toBe(satu.id);
    expect(await refusalAt(kirim(fileOf(photo()), "Itu"))).toBe("409 kunci-dipakai");
    expect(await refusalAt(kirim(fileOf(photo("lain yang lebih panjang"))))).toBe("409 kunci-dipakai");
    expect(await refusalAt(kirim(pdfFile()))).toBe("409 kunci-dipakai");
    await rest(world);
    expect(diterima(world, nomor)).toEqual([MENU, "Ini"]);
    clock.advance(HOUR);
    await world.erase();
    expect(world.bucket.objects.size).toBe(objects + 1);
    expect(world.bucket.objects.has(await objectOf(world, satu.id))).toBe(true);
  });

  test("that cannot be stored now is a 503, and no message", async () => {
    const { id, nomor } = await makeChat(world);
    world.bucket.fault = new Error("storage is down");
    const refusal = await refusalAt(siti.send(id, pdfFile())).finally(() => (world.bucket.fault = undefined));
    expect(refusal).toMatch(/^503/);
    await rest(world);
    expect(diterima(world, nomor)).toEqual([MENU]);
    expect((await siti.chat(id)).mode).toBe("BOT");
  });

  test("whose object has gone before its turn fails, and says why", async () => {
    const { id, nomor } = await makeChat(world);
    world.cloud.qstash.script.hold();
    onTestFinished(() => world.cloud.qstash.script.release());
    const pesan = await bodyOf<PesanBody>(siti.send(id, pdfFile()), 201);
    world.bucket.objects.delete(await objectOf(world, pesan.id));
    await bodyOf(siti.reply(id, "Sudah saya kirim"), 201);
    await world.cloud.qstash.script.release();
    await rest(world);
    const gagal = (await siti.messages(id)).find((satu) => satu.id === pesan.id);
    expect(gagal).toMatchObject({ status: "failed", problem: "Tidak terkirim: berkasnya tidak ada lagi." });
    expect(diterima(world, nomor)).toEqual([MENU, "Sudah saya kirim"]);
  });
});

describe("an object", () => {
  const errorsFrom = (lines: number) => world.log.slice(lines).filter(({ level }) => level === "error");

  test("that is missing is a 503, and the log calls for a person", async () => {
    const { id, messageId, object } = await makeSent();
    world.bucket.objects.delete(object);
    const lines = world.log.length;
    const answer = await siti.get(fileOfMessage(id, messageId));
    expect(answer.headers.has("content-disposition")).toBe(false);
    expect(await refusalAt(Promise.resolve(answer))).toMatch(/^503/);
    expect(errorsFrom(lines)).toMatchObject([{ event: "file_missing", table: "messages", id: messageId }]);
  });

  test("while the storage is down it is a 503, and no cry for help", async () => {
    const { id, messageId } = await makeSent();
    const lines = world.log.length;
    world.bucket.fault = new Error("storage is down");
    const get = () => refusalAt(siti.get(fileOfMessage(id, messageId)));
    expect(await get().finally(() => (world.bucket.fault = undefined))).toMatch(/^503/);
    expect(errorsFrom(lines).map(({ event }) => event)).not.toContain("file_missing");
    expect(await get()).toBe("200");
  });

  test.each([
    ["is another message's", (_: Uint8Array, other: Uint8Array) => other],
    ["is cut off", (bytes: Uint8Array) => bytes.slice(0, 20)],
    ["is empty", () => latin1("")],
    ["has one bit changed", (bytes: Uint8Array) => bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte))],
  ])("that %s is a 500, the log calls for a person, and nothing leaks", async (_, change) => {
    const [mine, other] = [await makeSent(), await makeSent(pdfFile(unik()))];
    const bytesOf = ({ object }: { object: string }) => world.bucket.objects.get(object) ?? latin1("");
    world.bucket.objects.set(mine.object, change(bytesOf(mine), bytesOf(other)));
    const lines = world.log.length;
    const answer = await siti.get(fileOfMessage(mine.id, mine.messageId));
    expect(answer.status).toBe(500);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.has("content-disposition")).toBe(false);
    const text = await answer.text();
    expect((JSON.parse(text) as { type: string }).type).toBe("urn:satu-pintu:galat:kesalahan-server");
    expect(text).not.toMatch(/operation|cipher|decrypt|sealed|key/i);
    expect(errorsFrom(lines)).toMatchObject([
      { event: "seal_broken", table: "messages", column: "file", id: mine.messageId },
    ]);
  });

  test("and the key of its row belong together: another row's key opens nothing", async () => {
    const [mine, other] = [await makeSent(), await makeSent()];
    await world.cloud.neon.asOwner(
      "update messages set kunci = (select kunci from messages where id = $1) where id = $2",
      [other.messageId, mine.messageId],
    );
    const lines = world.log.length;
    expect(await refusalAt(siti.get(fileOfMessage(mine.id, mine.messageId)))).toBe("500 kesalahan-server");
    expect(errorsFrom(lines).map(({ event }) => event)).toEqual(["seal_broken"]);
  });
});
