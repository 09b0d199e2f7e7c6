import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { again, DAY, MINUTE } from "../amancair/orang.ts";
import { atasNama, bodyOf, refusalAt, unik, written } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAkun } from "../make.ts";
import { adminIn, makeChat, petugasOf, write, type Petugas } from "./make-chats.ts";
import { diterima, MENU } from "./percakapan.ts";

const clock = new ManualClock();
const world = useWorld({ clock });
let admin: Petugas;
let siti: Petugas;
let semula: Pengaturan;
beforeAll(async () => {
  admin = await adminIn(world);
  siti = petugasOf(world, await makeAkun(world, "karyawan"));
  semula = await read();
});
afterEach(async () => {
  // The clock may have outlived a token.
  admin = petugasOf(world, await again(world, admin.orang));
  siti = petugasOf(world, await again(world, siti.orang));
  await bodyOf(admin.patch(SETTINGS, semula));
});

const SETTINGS = "/bot-settings";
interface Pengaturan {
  menu: string;
  info: string;
  help: string;
  agent_notice: string;
  pause_notice: string;
  pause_minutes: number | null;
}

const read = (as = admin) => bodyOf<Pengaturan>(as.get(SETTINGS));
const change = (body: object) => bodyOf<Pengaturan>(admin.patch(SETTINGS, body));

describe("the bot's words", () => {
  test("are there from the start, for all staff, with the printed menu", async () => {
    expect(semula.menu).toBe(MENU);
    expect(semula.pause_minutes).toBe(1440);
    expect(Object.keys(semula)).toEqual([
      "menu",
      "info",
      "help",
      "agent_notice",
      "pause_notice",
      "pause_minutes",
    ]);
    expect(await read(siti)).toEqual(semula);
  });

  test("are an admin's to change, one or several at a time", async () => {
    const menu = `Selamat datang ${unik()}\n1. Info`;
    expect(await change({ menu })).toEqual({ ...semula, menu });
    expect(await read(siti)).toEqual({ ...semula, menu });
    const lain = { info: unik(), help: unik(), pause_minutes: 5 };
    expect(await change(lain)).toEqual({ ...semula, menu, ...lain });
  });

  test.each([
    ["info", "1"],
    ["help", "2"],
    ["menu", "apa saja"],
    ["agent_notice", "agent"],
    ["pause_notice", "pause"],
  ])("%s is said anew with the very next reply", async (field, text) => {
    const { nomor } = await makeChat(world);
    const baru = `Naskah "${unik()}"\n50% *tebal* 👋`;
    await change({ [field]: baru });
    await write(world, nomor, text);
    expect(diterima(world, nomor).slice(1)).toEqual([baru]);
  });

  test("are refused where they say nothing, too much, or what there is not", async () => {
    const panjang = "x".repeat(2000);
    for (const field of ["menu", "info", "help", "agent_notice", "pause_notice"]) {
      for (const text of ["", " \n", `${panjang}x`, "a\u0007b", null])
        expect(await refusalAt(admin.patch(SETTINGS, { [field]: text }))).toBe(
          `422 validasi-gagal #/${field}`,
        );
      expect((await change({ [field]: panjang }))[field as "menu"]).toBe(panjang);
      await change(semula);
    }
    for (const pause_minutes of [0, -1, 10_081, 1.5, "5"])
      expect(await refusalAt(admin.patch(SETTINGS, { pause_minutes }))).toBe(
        "422 validasi-gagal #/pause_minutes",
      );
    for (const pause_minutes of [1, 10_080])
      expect((await change({ pause_minutes })).pause_minutes).toBe(pause_minutes);
    expect(await refusalAt(admin.patch(SETTINGS, {}))).toMatch(/^422 validasi-gagal/);
    expect(await refusalAt(admin.patch(SETTINGS, { id: 2 }))).toMatch(/^422 validasi-gagal #\/id/);
  });

  test("are nobody else's", async () => {
    const body = { menu: "Halo" };
    const nasabah = petugasOf(world, await makeAkun(world, "nasabah"));
    expect(await refusalAt(siti.patch(SETTINGS, body))).toBe("403 peran-tidak-boleh");
    expect(await refusalAt(nasabah.patch(SETTINGS, body))).toBe("403 peran-tidak-boleh");
    expect(await refusalAt(nasabah.get(SETTINGS))).toBe("403 peran-tidak-boleh");
    expect(await refusalAt(atasNama(world).get(SETTINGS))).toBe("401 token-tidak-sah");
    expect(await read()).toEqual(semula);
  });

  test("leave in the audit what was said before and who changed it", async () => {
    const menu = `Menu ${unik()}`;
    const jejak = await written(world, () => change({ menu, pause_minutes: 7, info: semula.info }));
    expect(jejak).toEqual([
      {
        pelaku: `akun:${admin.orang.id}`,
        aksi: "bot_settings.ubah",
        tabel: "bot_settings",
        id: "1",
        rincian: {
          kolom: ["menu", "pause_minutes"],
          dari: { menu: semula.menu, pause_minutes: 1440 },
          menjadi: { menu, pause_minutes: 7 },
        },
      },
    ]);
  });
});

describe("a pause that the customer asked for", () => {
  test("ends by itself after the minutes that are set; then the bot answers again", async () => {
    await change({ pause_minutes: 5 });
    const { id, nomor } = await makeChat(world);
    await write(world, nomor, "pause");
    const resume_at = new Date(clock.now() + 5 * MINUTE).toISOString();
    expect(await admin.chat(id)).toMatchObject({ mode: "PAUSE", resume_at });
    clock.advance(5 * MINUTE - 1);
    await write(world, nomor, "menu");
    expect(diterima(world, nomor).slice(1)).toEqual([semula.pause_notice]);
    clock.advance(1);
    await write(world, nomor, "menu");
    expect(diterima(world, nomor).slice(2)).toEqual([MENU]);
    expect(await admin.chat(id)).toMatchObject({ mode: "BOT", resume_at: null });
  });

  test("may begin anew when it has run out", async () => {
    await change({ pause_minutes: 1 });
    const { id, nomor } = await makeChat(world);
    for (let round = 1; round <= 2; round++) {
      await write(world, nomor, "pause");
      expect(diterima(world, nomor).slice(1)).toEqual(
        Array.from({ length: round }, () => semula.pause_notice),
      );
      const resume_at = new Date(clock.now() + MINUTE).toISOString();
      expect(await admin.chat(id)).toMatchObject({ mode: "PAUSE", resume_at });
      await write(world, nomor, "menu");
      expect(diterima(world, nomor)).toHaveLength(1 + round);
      clock.advance(MINUTE);
    }
  });

  test("keeps the end it began with, whatever is set later", async () => {
    await change({ pause_minutes: 5 });
    const { id, nomor } = await makeChat(world);
    await write(world, nomor, "pause");
    const { resume_at } = await admin.chat(id);
    await change({ pause_minutes: 60 });
    await write(world, nomor, "pause");
    expect((await admin.chat(id)).resume_at).toBe(resume_at);
    clock.advance(5 * MINUTE);
    await write(world, nomor, "menu");
    expect(diterima(world, nomor).at(-1)).toBe(MENU);
  });

  test("has no end when none is set, and `bot` ends it", async () => {
    expect((await change({ pause_minutes: null })).pause_minutes).toBeNull();
    const { id, nomor } = await makeChat(world);
    await write(world, nomor, "pause");
    expect(await admin.chat(id)).toMatchObject({ mode: "PAUSE", resume_at: null });
    clock.advance(30 * DAY);
    admin = petugasOf(world, await again(world, admin.orang));
    await write(world, nomor, "menu");
    expect(diterima(world, nomor).slice(1)).toEqual([semula.pause_notice]);
    await write(world, nomor, "bot");
    expect(diterima(world, nomor).slice(2)).toEqual([MENU]);
  });

  test("is forgotten by nobody when Redis has lost it", async () => {
    await change({ pause_minutes: 5 });
    const { nomor } = await makeChat(world);
    await write(world, nomor, "pause");
    await world.cloud.redis.command("FLUSHALL");
    await write(world, nomor, "menu");
    expect(diterima(world, nomor).slice(1)).toEqual([semula.pause_notice]);
  });
});
