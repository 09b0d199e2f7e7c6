import { beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { HOUR, fileOf, photo } from "../amancair/orang.ts";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { bodyOf, refusalAt, unik } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAkun } from "../make.ts";
import {
  adminIn,
  CHATS,
  fileOfMessage,
  found,
  makeChat,
  makeWaiting,
  petugasOf,
  rest,
  sendFile,
  type Petugas,
} from "./make-chats.ts";
import { diterima } from "./percakapan.ts";

const clock = new ManualClock();
const world = useWorld({ clock });
let admin: Petugas;
let siti: Petugas;
let budi: Petugas;
beforeAll(async () => {
  admin = await adminIn(world);
  [siti, budi] = [
    petugasOf(world, await makeAkun(world, "karyawan")),
    petugasOf(world, await makeAkun(world, "karyawan")),
  ];
});

/** What `answersOf` says to whoever has the chat. */
const EVERYTHING = ["200", "200", "200", "200", "200", "201", "201", "201"];
const GONE = "404 chat-tidak-ada";

/** What each route answers about a chat and its file, of what must not change it. */
async function answersOf(petugas: Petugas, id: number, messageId: number): Promise<string[]> {
  const path = `${CHATS}/${id}`;
  const answers = [
    petugas.get(path),
    petugas.get(`${path}/messages`),
    petugas.get(fileOfMessage(id, messageId)),
    petugas.patch(path, { read: true }),
    petugas.patch(path, { labels: ["a"], read: false }),
    petugas.post(`${path}/messages`, { text: "Halo" }),
    petugas.post(`${path}/messages`, { text: "Halo", note: true }),
    petugas.send(id, fileOf(photo())),
  ];
  return await Promise.all(answers.map(refusalAt));
}

describe("a karyawan", () => {
  test("sees what is its own and what is nobody's; of others' chats every route says that there is none", async () => {
    const { id, messageId, nomor } = await sendFile(world, "image", photo(), { mimeType: "image/jpeg" });
    await rest(world);
    const label = unik();
    expect(await answersOf(budi, id, messageId)).toEqual(EVERYTHING);
    await admin.change(id, { assigned_to: siti.orang.id, labels: [label], read: false });
    await rest(world);
    const before = [diterima(world, nomor), world.bucket.objects.size, await admin.messages(id)];
    expect(await answersOf(budi, id, messageId)).toEqual([
      GONE,
      GONE,
      "404 berkas-pesan-tidak-ada",
      ...Array.from({ length: 5 }, () => GONE),
    ]);
    await rest(world);
    // Nothing of all that has left a trace.
    expect([diterima(world, nomor), world.bucket.objects.size, await admin.messages(id)]).toEqual(before);
    expect(await admin.chat(id)).toMatchObject({ unread: 1, assigned_to: { id: siti.orang.id } });
    expect((await admin.chat(id)).labels).toEqual([label]);
    for (const query of [{ label }, { q: nomor }, { assigned: String(siti.orang.id) }])
      expect(await found(budi, query)).toEqual([]);
    expect(await found(siti, { label })).toEqual([id]);
    expect(await found(admin, { label })).toEqual([id]);
    expect(await answersOf(siti, id, messageId)).toEqual(EVERYTHING);
  });

  test("that hands a chat over hears so, and does not see it any more", async () => {
    const { id } = await makeWaiting(world);
    await siti.change(id, { mode: "AGENT" });
    const sebelum = await siti.chat(id);
    const resume_at = new Date(clock.now() + HOUR).toISOString();
    const label = unik();
    const ubahan = { mode: "PAUSE", resume_at, assigned_to: budi.orang.id, labels: [label], read: true };
    const dijawab = await siti.change(id, ubahan);
    expect(dijawab).toEqual({
      ...sebelum,
      mode: "PAUSE",
      resume_at,
      assigned_to: { id: budi.orang.id, name: budi.orang.name },
      labels: [label],
      unread: 0,
      waiting_since: null,
    });
    // What it heard is how it is.
    expect(await budi.chat(id)).toEqual(dijawab);
    expect(await refusalAt(siti.get(`${CHATS}/${id}`))).toBe(GONE);
    expect(await refusalAt(siti.patch(`${CHATS}/${id}`, { assigned_to: siti.orang.id }))).toBe(GONE);
  });

  test("that only hands it over changes nothing else of it", async () => {
    const { id } = await makeWaiting(world);
    await siti.change(id, { mode: "AGENT", labels: ["komplain"] });
    const sebelum = await siti.chat(id);
    const dijawab = await siti.change(id, { assigned_to: admin.orang.id });
    expect(dijawab).toEqual({ ...sebelum, assigned_to: { id: admin.orang.id, name: admin.orang.name } });
    expect(await admin.chat(id)).toEqual(dijawab);
  });

  test("may let go of a chat, which is everybody's again", async () => {
    const { id } = await makeWaiting(world);
    await siti.change(id, { mode: "AGENT" });
    expect(await siti.change(id, { assigned_to: null })).toMatchObject({ mode: "AGENT", assigned_to: null });
    expect((await budi.change(id, { mode: "AGENT" })).assigned_to?.id).toBe(budi.orang.id);
  });

  test("whose chats an admin takes away has them no more", async () => {
    const { id } = await makeChat(world);
    await bodyOf(siti.reply(id, "Halo"), 201);
    await rest(world);
    await admin.change(id, { mode: "BOT" });
    expect((await siti.chat(id)).assigned_to).toBeNull();
    await admin.change(id, { assigned_to: budi.orang.id });
    expect(await refusalAt(siti.reply(id, "Halo"))).toBe(GONE);
  });
});

describe("two karyawan at once", () => {
  const theOther = (petugas: Petugas) => (petugas === siti ? budi : siti);

  test.each([
    ["taking over", (petugas: Petugas, id: number) => petugas.patch(`${CHATS}/${id}`, { mode: "AGENT" })],
    [
      "assigning it to themselves",
      (petugas: Petugas, id: number) => petugas.patch(`${CHATS}/${id}`, { assigned_to: petugas.orang.id }),
    ],
  ])("%s: one has the chat, the other is told that there is none", async (_, take) => {
    for (let round = 0; round < 10; round++) {
      const { id } = await makeWaiting(world);
      const order = round % 2 === 0 ? [siti, budi] : [budi, siti];
      const answers = await Promise.all(order.map((petugas) => take(petugas, id)));
      expect(tally(await Promise.all(answers.map(refusalOf)))).toEqual({ 200: 1, [GONE]: 1 });
      const pemilik = order[answers.findIndex(({ status }) => status === 200)] ?? admin;
      expect((await admin.chat(id)).assigned_to?.id).toBe(pemilik.orang.id);
      expect(await refusalAt(theOther(pemilik).get(`${CHATS}/${id}`))).toBe(GONE);
    }
  });

  test("replying: the customer hears one of them", async () => {
    for (let round = 0; round < 5; round++) {
      const { id, nomor } = await makeWaiting(world);
      const before = diterima(world, nomor).length;
      const answers = await atOnce(2, async (at) => await (at === 0 ? siti : budi).reply(id, `Dari ${at}`));
      expect(tally(await Promise.all(answers.map(refusalOf)))).toEqual({ 201: 1, [GONE]: 1 });
      await rest(world);
      const satu = answers.findIndex(({ status }) => status === 201);
      expect(diterima(world, nomor).slice(before)).toEqual([`Dari ${satu}`]);
      expect((await admin.chat(id)).assigned_to?.id).toBe((satu === 0 ? siti : budi).orang.id);
    }
  });
});
