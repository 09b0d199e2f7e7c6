import { beforeAll, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun } from "../make.ts";
import { makeChat } from "../whatsapp/make-chats.ts";
import { diterima } from "../whatsapp/percakapan.ts";
import { buka, type Peramban } from "./peramban.ts";

// The page of the bot's words and of quick replies, over HTTP.

const world = useWorld();
const BOT = "/dashboard/bot";
let admin: Peramban;
beforeAll(async () => {
  admin = await buka(world, await firstAdmin(world));
});

const ke = (response: Response) => [response.status, response.headers.get("location")];
const NASKAH = {
  menu: "Selamat datang & <b>halo</b>\r\nKetik agent",
  info: "Info kami",
  help: "Bantuan kami",
  agent_notice: "Petugas menyusul",
  pause_notice: "Diam",
  pause_minutes: "45",
};

test("is for admins", async () => {
  const karyawan = await buka(world, await makeAkun(world, "karyawan"));
  expect((await karyawan.get(BOT)).status).toBe(403);
  expect((await karyawan.post(`${BOT}/naskah`, NASKAH)).status).toBe(403);
  expect((await karyawan.post(`${BOT}/balasan`, { shortcut: "x", text: "y" })).status).toBe(403);
  expect(await karyawan.page("/dashboard/chat")).not.toContain(`href="${BOT}"`);
});

test("what is written there the bot says next", async () => {
  expect(await admin.page(BOT)).toContain("Silakan pilih:");
  expect(ke(await admin.post(`${BOT}/naskah`, NASKAH))).toEqual([303, `${BOT}?kabar=naskah`]);
  const { nomor } = await makeChat(world, { text: "halo" });
  expect(diterima(world, nomor)).toEqual(["Selamat datang & <b>halo</b>\nKetik agent"]);
  const page = await admin.page(`${BOT}?kabar=naskah`);
  expect(page).toContain("Selamat datang &amp; &lt;b&gt;halo&lt;/b&gt;");
  expect(page).toMatch(/name="pause_minutes"[^>]*value="45"/);
  expect((await admin.post(`${BOT}/naskah`, { ...NASKAH, pause_minutes: "" })).status).toBe(303);
  expect(await admin.page(BOT)).toMatch(/name="pause_minutes"[^>]*value=""/);
});

test.each([{ menu: "" }, { pause_minutes: "0" }, { pause_minutes: "10081" }, { info: "x".repeat(2_001) }])(
  "refuses %j at its field, and keeps what was typed",
  async (fields) => {
    const response = await admin.post(`${BOT}/naskah`, { ...NASKAH, help: "masih di sini", ...fields });
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain(`id="${Object.keys(fields)[0]}-galat"`);
    expect(page).toContain("masih di sini</textarea>");
  },
);

test("quick replies are added, changed and deleted; a shortcut is taken once", async () => {
  const satu = { shortcut: "jam-buka", text: "Setiap hari & malam" };
  expect(ke(await admin.post(`${BOT}/balasan`, satu))).toEqual([303, `${BOT}?kabar=balasan`]);
  const taken = await admin.post(`${BOT}/balasan`, { ...satu, text: "lain" });
  expect([taken.status, /id="shortcut-galat"/.test(await taken.text())]).toEqual([409, true]);
  const [, alamat = ""] = /action="(\/dashboard\/bot\/balasan\/\d+)"/.exec(await admin.page(BOT)) ?? [];
  expect((await admin.post(alamat, { aksi: "simpan", shortcut: "JAM", text: "baru" })).status).toBe(303);
  expect(await admin.page(BOT)).toMatch(/<strong>jam<\/strong>.*baru/);
  expect((await admin.post(alamat, { aksi: "simpan", shortcut: "dua kata", text: "x" })).status).toBe(422);
  expect(ke(await admin.get(alamat))).toEqual([303, `${BOT}/balasan`]);
  expect(ke(await admin.get(`${BOT}/balasan`))).toEqual([303, BOT]);
  const hapus = { aksi: "hapus", shortcut: "jam", text: "baru" };
  expect((await admin.post(alamat, { ...hapus, _csrf: "0".repeat(64) })).status).toBe(403);
  expect(ke(await admin.post(alamat, hapus))).toEqual([303, `${BOT}?kabar=terhapus`]);
  expect((await admin.post(alamat, hapus)).status).toBe(404);
  expect(await admin.page(BOT)).not.toContain("<strong>jam</strong>");
});
