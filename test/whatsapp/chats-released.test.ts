import { beforeAll, expect, test } from "vitest";
import { refusalAt } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, postJson } from "../make.ts";
import { adminIn, CHATS, found, makeChat, makeWaiting, petugasOf, type Petugas } from "./make-chats.ts";

const world = useWorld();
let admin: Petugas;
beforeAll(async () => {
  admin = await adminIn(world);
});

const karyawan = async () => petugasOf(world, await makeAkun(world, "karyawan"));
const aturAkun = (id: number, body: object) =>
  postJson(world, `/auth/akun/${id}`, body, admin.orang.headers, "PATCH");

test.each([
  ["is switched off", { active: false }],
  ["is a customer from now on", { role: "nasabah" }],
])("whoever %s leaves its chats to its colleagues", async (_, body) => {
  const [siti, joko] = await Promise.all([karyawan(), karyawan()]);
  const { id } = await makeWaiting(world);
  await siti.change(id, { mode: "AGENT" });
  expect(await found(joko, { waiting: "true" })).not.toContain(id);
  expect((await aturAkun(siti.orang.id, body)).status).toBe(200);
  expect(await joko.chat(id)).toMatchObject({ mode: "AGENT", assigned_to: null });
});

test("a chat that becomes somebody's by a reply is in the audit", async () => {
  const siti = await karyawan();
  const { id } = await makeChat(world);
  await siti.reply(id, "Selamat siang");
  const baris = await world.cloud.neon.asOwner(
    "select pelaku, aksi, rincian from audit where sasaran_tabel = 'chats' and sasaran_id = $1 order by id",
    [String(id)],
  );
  expect(baris.map(({ pelaku, aksi }) => [pelaku, aksi])).toEqual([
    [`akun:${siti.orang.id}`, "chats.mode"],
    [`akun:${siti.orang.id}`, "chats.tugas"],
  ]);
});

test("a pause that is over before it begins is refused", async () => {
  const { id } = await makeChat(world);
  const answer = admin.patch(`${CHATS}/${id}`, { mode: "PAUSE", resume_at: "2020-01-01T00:00:00Z" });
  expect(await refusalAt(answer)).toBe("422 jeda-sudah-lewat #/resume_at");
  expect((await admin.chat(id)).mode).toBe("BOT");
});

test("another file of the same size under the same key is another message", async () => {
  const { id } = await makeWaiting(world);
  const pdf = (isi: string) =>
    new File([`%PDF-1.4\n% ${isi}\n%%EOF\n`], "struk.pdf", { type: "application/pdf" });
  const kirim = async (isi: string) => (await admin.send(id, pdf(isi), "Struk", "berkas-1")).status;
  expect([await kirim("satu"), await kirim("satu"), await kirim("duaa")]).toEqual([201, 201, 409]);
});
