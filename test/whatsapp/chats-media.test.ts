import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import type { MediaKind } from "../../dev/whapi/message.ts";
import { again, cleanPhoto, MB, MINUTE, paper, photo, picture } from "../amancair/orang.ts";
import { atasNama, countOf, refusalAt, unik } from "../direktori/caller.ts";
import { until, useWorld } from "../harness.ts";
import { makeAkun } from "../make.ts";
import { latin1, LATITUDE, SECRET } from "../platform/files-samples.ts";
import {
  adminIn,
  download,
  fileOfMessage,
  makeChat,
  objectOf,
  petugasOf,
  rest,
  sendFile,
  type PesanBody,
  type Petugas,
} from "./make-chats.ts";
import { diterima, MENU, nomorBaru } from "./percakapan.ts";

// Files that customers send.

const clock = new ManualClock();
const world = useWorld({ clock });
let admin: Petugas;
beforeAll(async () => {
  admin = await adminIn(world);
});
beforeEach(async () => {
  // The clock may have outlived a token.
  admin = await anew();
});

const JPEG = { mimeType: "image/jpeg" };
const PDF = { mimeType: "application/pdf" };
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const kept = async (messageId: number) =>
  textOf(world.bucket.objects.get(await objectOf(world, messageId)) ?? latin1(""));
const isMedia = ({ url }: { url: string }) => url.startsWith("/media/");
/** The same admin, for when the clock has moved on. */
const anew = async () => petugasOf(world, await again(world, admin.orang));

async function messageOf(petugas: Petugas, id: number, messageId: number): Promise<PesanBody | undefined> {
  return (await petugas.messages(id)).find((pesan) => pesan.id === messageId);
}

/** How often the file of a message was asked for. */
async function attemptsAt(messageId: number): Promise<number> {
  const [row] = await world.cloud.neon.asOwner("select attempts from messages where id = $1", [messageId]);
  return Number(row?.["attempts"]);
}

/** A file that comes while something is down; resolves after the first attempt to fetch it. */
async function sendInVain(bytes: Uint8Array): Promise<Awaited<ReturnType<typeof sendFile>>> {
  const sent = await sendFile(world, "image", bytes, JPEG);
  await until(async () => (await attemptsAt(sent.messageId)) === 1);
  await world.idle();
  return sent;
}

describe("a picture", () => {
  test("is kept without its place, sealed, and staff gets what was kept", async () => {
    const keterangan = `Bukti ${unik()}`;
    const { id, messageId } = await sendFile(world, "image", photo("profil"), {
      ...JPEG,
      caption: keterangan,
    });
    await rest(world);
    expect(await messageOf(admin, id, messageId)).toMatchObject({
      direction: "in",
      type: "image",
      text: keterangan,
      status: "received",
      problem: null,
      file: { mime_type: "image/jpeg", size: cleanPhoto("profil").length, name: null },
    });
    const bytes = await download(admin, id, messageId);
    expect(textOf(bytes)).toBe(textOf(cleanPhoto("profil")));
    expect(textOf(photo("profil"))).toContain(SECRET);
    expect(textOf(bytes)).not.toContain(SECRET);
    expect(Buffer.from(bytes).toString("hex")).not.toContain(LATITUDE.MM);
    const stored = await kept(messageId);
    expect(stored.length).toBeGreaterThan(bytes.length);
    for (const text of ["profil", "JFIF", "ICC_PROFILE", SECRET, textOf(bytes)])
      expect(stored).not.toContain(text);
  });

  test("of the same bytes again is another object of other bytes", async () => {
    const nomor = nomorBaru();
    const one = await sendFile(world, "image", photo(), JPEG, nomor);
    await rest(world);
    const two = await sendFile(world, "image", photo(), JPEG, nomor);
    await rest(world);
    expect(two.id).toBe(one.id);
    expect(await objectOf(world, two.messageId)).not.toBe(await objectOf(world, one.messageId));
    expect(await kept(two.messageId)).not.toBe(await kept(one.messageId));
  });

  test("told five times at once is one message, one object, and one answer", async () => {
    const objects = world.bucket.objects.size;
    const { id, nomor, messageId } = await sendFile(world, "image", photo(), { ...JPEG, times: 5 });
    await rest(world);
    expect(world.bucket.objects.size).toBe(objects + 1);
    expect(await countOf(world, `messages where chat_id = ${id} and direction = 'in'`)).toBe(1);
    expect(diterima(world, nomor)).toEqual([MENU]);
    expect(textOf(await download(admin, id, messageId))).toBe(textOf(cleanPhoto()));
  });

  test("whose nudge the queue delivers three times at once is one object", async () => {
    const objects = world.bucket.objects.size;
    world.cloud.qstash.script.duplicate(3, { atOnce: true });
    const { id, messageId } = await sendFile(world, "image", photo(), JPEG);
    await rest(world);
    expect(world.bucket.objects.size).toBe(objects + 1);
    expect((await download(admin, id, messageId)).length).toBe(cleanPhoto().length);
  });
});

describe("a document", () => {
  test("keeps its name and bytes, and is for its reader, not for the browser", async () => {
    const mark = unik();
    const fileName = `Mutasi "${mark}" 50%.pdf`;
    const { id, messageId } = await sendFile(world, "document", paper(mark), { ...PDF, fileName });
    await rest(world);
    expect((await messageOf(admin, id, messageId))?.file).toEqual({
      mime_type: "application/pdf",
      size: paper(mark).length,
      name: fileName,
    });
    const answer = await admin.get(fileOfMessage(id, messageId));
    expect(answer.headers.get("content-type")).toBe("application/pdf");
    expect(answer.headers.get("content-disposition")).toBe(
      `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`,
    );
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).toContain("no-store");
    expect(textOf(new Uint8Array(await answer.arrayBuffer()))).toBe(textOf(paper(mark)));
    expect(await kept(messageId)).not.toContain(mark);
  });

  test("is of the type that its bytes say, whatever it calls itself", async () => {
    const types: [MediaKind, Uint8Array, string, string][] = [
      ["document", picture(), "text/html", "image/png"],
      ["document", photo(), "application/pdf", "image/jpeg"],
      ["image", paper(), "image/jpeg", "application/pdf"],
    ];
    for (const [kind, bytes, mimeType, as] of types) {
      const { id, messageId } = await sendFile(world, kind, bytes, { mimeType });
      await rest(world);
      expect((await messageOf(admin, id, messageId))?.file?.mime_type).toBe(as);
    }
  });
});

describe("what is not kept", () => {
  test.each([
    ["a page", latin1("<!doctype html><script>alert(1)</script>"), /^Bukan JPEG, PNG, atau PDF/],
    ["an archive", latin1("PK\u0003\u0004docx"), /^Bukan JPEG, PNG, atau PDF/],
    ["a broken picture", photo().slice(0, 40), /^Bukan JPEG, PNG, atau PDF/],
    ["a PDF with a script", latin1(textOf(paper()).replace("/Keterangan", "/OpenAction")), /^Bukan JPEG/],
    ["more than 5 MB", new Uint8Array(5 * MB + 1).fill(32), /5 MB/],
  ])("%s: the message says why, and nothing is stored", async (_, bytes, problem) => {
    const objects = world.bucket.objects.size;
    const { id, messageId } = await sendFile(world, "document", bytes, { ...PDF, caption: "Ini berkasnya" });
    await rest(world);
    const pesan = await messageOf(admin, id, messageId);
    expect(pesan).toMatchObject({ type: "document", text: "Ini berkasnya", status: "received", file: null });
    expect(pesan?.problem).toMatch(problem);
    expect(world.bucket.objects.size).toBe(objects);
    expect(await refusalAt(admin.get(fileOfMessage(id, messageId)))).toBe("404 berkas-pesan-tidak-ada");
  });

  test("what WhatsApp has no more is given up at once", async () => {
    world.cloud.whapi.faults.always({ kind: "answer", status: 404, body: "{}" }, isMedia);
    const { id, messageId } = await sendFile(world, "image", photo(), JPEG);
    await rest(world);
    expect(await messageOf(admin, id, messageId)).toMatchObject({
      file: null,
      problem: "Berkasnya tidak ada, atau lebih besar dari 5 MB.",
    });
    expect(await attemptsAt(messageId)).toBe(1);
  });

  test("a text has no file, nor has a message of another chat or none", async () => {
    const { id, messageId } = await sendFile(world, "image", photo(), JPEG);
    const { id: lain } = await makeChat(world);
    await rest(world);
    const [pesan] = await admin.messages(lain);
    const siti = petugasOf(world, await makeAkun(world, "karyawan"));
    await admin.change(id, { assigned_to: admin.orang.id });
    const refused = [
      admin.get(fileOfMessage(lain, pesan?.id ?? 0)),
      admin.get(fileOfMessage(lain, messageId)),
      admin.get(fileOfMessage(id, Number.MAX_SAFE_INTEGER)),
      siti.get(fileOfMessage(id, messageId)),
    ];
    for (const answer of refused) expect(await refusalAt(answer)).toBe("404 berkas-pesan-tidak-ada");
    const path = fileOfMessage(id, messageId);
    expect(await refusalAt(atasNama(world).get(path))).toBe("401 token-tidak-sah");
    const nasabah = petugasOf(world, await makeAkun(world, "nasabah"));
    expect(await refusalAt(nasabah.get(path))).toBe("403 peran-tidak-boleh");
  });
});

describe("while WhatsApp or the storage is down", () => {
  test("a file is fetched when it is up again, and not before its turn", async () => {
    world.cloud.whapi.faults.always({ kind: "answer", status: 503 }, isMedia);
    const { id, messageId } = await sendInVain(photo());
    expect(await messageOf(admin, id, messageId)).toMatchObject({ file: null, problem: null });
    await world.sweepWhatsapp();
    expect(await attemptsAt(messageId)).toBe(1);
    clock.advance(5_000);
    await world.sweepWhatsapp();
    expect(await attemptsAt(messageId)).toBe(2);
    world.cloud.whapi.faults.clear();
    clock.advance(10_000);
    await world.sweepWhatsapp();
    expect(textOf(await download(await anew(), id, messageId))).toBe(textOf(cleanPhoto()));
  });

  test.each([{ kind: "refuse" } as const, { kind: "drop" } as const])(
    "so it is after $kind",
    async (fault) => {
      world.cloud.whapi.faults.next(fault, 1, isMedia);
      const { id, messageId } = await sendInVain(photo());
      clock.advance(5_000);
      await world.sweepWhatsapp();
      expect(textOf(await download(await anew(), id, messageId))).toBe(textOf(cleanPhoto()));
    },
  );

  test("what cannot be stored is fetched again later, and is one object", async () => {
    const objects = world.bucket.objects.size;
    world.bucket.fault = new Error("storage is down");
    const { id, messageId } = await sendInVain(photo()).finally(() => (world.bucket.fault = undefined));
    clock.advance(5_000);
    await world.sweepWhatsapp();
    expect(textOf(await download(await anew(), id, messageId))).toBe(textOf(cleanPhoto()));
    expect(world.bucket.objects.size).toBe(objects + 1);
  });

  test("a lost nudge is made good by the sweeper", async () => {
    world.cloud.qstash.script.hold();
    onTestFinished(() => world.cloud.qstash.script.release());
    const { id, messageId } = await sendFile(world, "image", photo(), JPEG);
    expect(await attemptsAt(messageId)).toBe(0);
    clock.advance(15_000);
    await world.sweepWhatsapp();
    expect(textOf(await download(await anew(), id, messageId))).toBe(textOf(cleanPhoto()));
    await world.cloud.qstash.script.release();
    await rest(world);
    expect(await attemptsAt(messageId)).toBe(1);
  });

  test("eight attempts in vain are the last; the message says so", async () => {
    world.cloud.whapi.faults.always({ kind: "answer", status: 503 }, isMedia);
    const { id, messageId } = await sendInVain(photo());
    for (let at = 2; at <= 8; at++) {
      clock.advance(5 * MINUTE);
      await world.sweepWhatsapp();
      expect(await attemptsAt(messageId)).toBe(at);
    }
    clock.advance(5 * MINUTE);
    await world.sweepWhatsapp();
    expect(await attemptsAt(messageId)).toBe(8);
    expect(await messageOf(await anew(), id, messageId)).toMatchObject({
      file: null,
      problem: "Berkasnya tidak dapat diambil dari WhatsApp.",
    });
  });
});
