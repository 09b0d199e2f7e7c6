import { beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { HOUR, MINUTE } from "../amancair/orang.ts";
import { bodyOf, refusalAt, unik, written } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAkun } from "../make.ts";
import {
  adminIn,
  CHATS,
  found,
  makeChat,
  makeWaiting,
  petugasOf,
  rest,
  write,
  type Petugas,
} from "./make-chats.ts";
import { diterima, MENU } from "./percakapan.ts";

const clock = new ManualClock();
const world = useWorld({ clock });
let admin: Petugas;
let siti: Petugas;
beforeAll(async () => {
  admin = await adminIn(world);
  siti = petugasOf(world, await makeAkun(world, "karyawan"));
});

const now = () => new Date(clock.now()).toISOString();
const dariAdmin = () => ({ id: admin.orang.id, name: admin.orang.name });
const dariSiti = () => ({ id: siti.orang.id, name: siti.orang.name });

describe("who answers", () => {
  test("whoever takes a chat over has it; back with the bot it is nobody's", async () => {
    const { id, nomor } = await makeChat(world);
    expect(await siti.change(id, { mode: "AGENT" })).toMatchObject({
      mode: "AGENT",
      assigned_to: dariSiti(),
      waiting_since: null,
    });
    const before = diterima(world, nomor).length;
    await write(world, nomor, "1");
    expect(diterima(world, nomor)).toHaveLength(before);
    expect(await siti.change(id, { mode: "BOT" })).toMatchObject({
      mode: "BOT",
      assigned_to: null,
      waiting_since: null,
    });
    await write(world, nomor, "menu");
    expect(diterima(world, nomor).slice(before)).toEqual([MENU]);
  });

  test("an admin that takes over what somebody has leaves it theirs, unless it says otherwise", async () => {
    const { id } = await makeWaiting(world);
    await siti.change(id, { mode: "AGENT" });
    expect((await admin.change(id, { mode: "AGENT" })).assigned_to).toEqual(dariSiti());
    const diambil = await admin.change(id, { mode: "AGENT", assigned_to: admin.orang.id });
    expect(diambil.assigned_to).toEqual(dariAdmin());
    expect((await admin.change(id, { mode: "AGENT", assigned_to: null })).assigned_to).toBeNull();
  });

  test("a pause lasts as long as it says, or until somebody ends it", async () => {
    const [lama, singkat] = [await makeChat(world), await makeChat(world)];
    const sampai = new Date(clock.now() + 5 * MINUTE).toISOString();
    expect(await admin.change(lama.id, { mode: "PAUSE" })).toMatchObject({ mode: "PAUSE", resume_at: null });
    const jeda = { mode: "PAUSE", resume_at: sampai };
    expect(await admin.change(singkat.id, jeda)).toMatchObject(jeda);
    const answers = async () => {
      for (const { nomor } of [lama, singkat]) await write(world, nomor, "menu");
      return [lama, singkat].map(({ nomor }) => diterima(world, nomor).length);
    };
    expect(await answers()).toEqual([1, 1]);
    clock.advance(5 * MINUTE);
    expect(await answers()).toEqual([1, 2]);
    expect((await admin.chat(singkat.id)).mode).toBe("BOT");
    await admin.change(lama.id, { mode: "BOT" });
    expect(await answers()).toEqual([2, 3]);
  });

  test("a pause may be written in any zone, with null it has no end, and another mode ends it", async () => {
    const { id } = await makeChat(world);
    const at = new Date(Math.ceil(clock.now() / 1000) * 1000 + HOUR);
    const jakarta = `${new Date(at.getTime() + 7 * HOUR).toISOString().slice(0, 19)}+07:00`;
    const { resume_at } = await admin.change(id, { mode: "PAUSE", resume_at: jakarta });
    expect(resume_at).toBe(at.toISOString());
    expect((await admin.change(id, { mode: "PAUSE", resume_at: null })).resume_at).toBeNull();
    await admin.change(id, { mode: "PAUSE", resume_at: jakarta });
    for (const mode of ["AGENT", "BOT"])
      expect(await admin.change(id, { mode })).toMatchObject({ mode, resume_at: null });
  });

  test("goes into the audit with who did it, also when the bot did; the same mode again does not", async () => {
    const { id, nomor } = await makeChat(world);
    const modes = async (deed: () => Promise<unknown>) =>
      (await written(world, deed))
        .filter(({ tabel, id: sasaran }) => tabel === "chats" && sasaran === String(id))
        .map(({ aksi, pelaku, rincian }) => ({ aksi, pelaku, ...rincian }));
    const aksi = "chats.mode";
    const diubah = await modes(() => admin.change(id, { mode: "PAUSE" }));
    expect(diubah).toEqual([{ aksi, pelaku: `akun:${admin.orang.id}`, dari: "BOT", menjadi: "PAUSE" }]);
    expect(await modes(() => admin.change(id, { mode: "PAUSE" }))).toEqual([]);
    const pelanggan = { aksi, pelaku: "layanan:whatsapp" };
    expect(await modes(() => write(world, nomor, "bot"))).toEqual([
      { ...pelanggan, dari: "PAUSE", menjadi: "BOT" },
    ]);
    expect(await modes(() => write(world, nomor, "agent"))).toEqual([
      { ...pelanggan, dari: "BOT", menjadi: "AGENT" },
    ]);
    expect(await modes(() => siti.change(id, { mode: "AGENT" }))).toEqual([
      { aksi: "chats.tugas", pelaku: `akun:${siti.orang.id}`, menjadi: siti.orang.id },
    ]);
    expect(await modes(() => siti.change(id, { assigned_to: admin.orang.id }))).toEqual([
      { aksi: "chats.tugas", pelaku: `akun:${siti.orang.id}`, dari: siti.orang.id, menjadi: admin.orang.id },
    ]);
    expect(await modes(() => admin.change(id, { labels: ["a"], read: true }))).toEqual([]);
  });
});

describe("a customer that waits", () => {
  test("waits since its first message to a person, until somebody replies", async () => {
    const { id, nomor } = await makeWaiting(world);
    const sejak = now();
    expect(await admin.chat(id)).toMatchObject({ waiting_since: sejak, unread: 1 });
    clock.advance(MINUTE);
    await write(world, nomor, "Halo?");
    expect(await admin.chat(id)).toMatchObject({ waiting_since: sejak, unread: 2 });
    await admin.note(id, "Belum tahu jawabannya");
    expect(await admin.chat(id)).toMatchObject({ waiting_since: sejak, unread: 2 });
    await siti.change(id, { mode: "AGENT" });
    expect(await admin.chat(id)).toMatchObject({ waiting_since: sejak, unread: 2 });
    await bodyOf(siti.reply(id, "Maaf menunggu"), 201);
    expect(await admin.chat(id)).toMatchObject({ waiting_since: null, unread: 0 });
    clock.advance(MINUTE);
    await write(world, nomor, "Terima kasih");
    expect(await admin.chat(id)).toMatchObject({ waiting_since: now(), unread: 1 });
    world.cloud.whapi.phones.answerFromShop(nomor, "Sama-sama");
    await rest(world);
    expect(await admin.chat(id)).toMatchObject({ waiting_since: null, unread: 0, mode: "AGENT" });
  });

  test.each(["BOT", "PAUSE"])("waits for nobody in %s", async (mode) => {
    const { id, nomor } = await makeWaiting(world);
    expect((await admin.change(id, { mode })).waiting_since).toBeNull();
    await write(world, nomor, "Halo?");
    expect(await admin.chat(id)).toMatchObject({ mode, waiting_since: null, unread: 2 });
    expect(await found(admin, { waiting: "true", q: nomor })).toEqual([]);
  });
});

describe("what is read", () => {
  test("is not unread any more; marked anew it is at least one, and never less than it was", async () => {
    const { id, nomor } = await makeChat(world);
    const unread = async (read: boolean) => (await siti.change(id, { read })).unread;
    expect(await unread(true)).toBe(0);
    expect(await unread(true)).toBe(0);
    expect(await unread(false)).toBe(1);
    await write(world, nomor, "lagi");
    expect(await unread(false)).toBe(2);
    expect(await found(siti, { unread: "true", q: nomor })).toEqual([id]);
    await unread(true);
    expect(await found(siti, { unread: "true", q: nomor })).toEqual([]);
  });
});

describe("labels", () => {
  test("are what was said last, each once, as they are written", async () => {
    const { id } = await makeChat(world);
    const labels = async (given: string[]) => (await siti.change(id, { labels: given })).labels;
    expect(await labels(["komplain", " vip ", "komplain", "Komplain"])).toEqual([
      "komplain",
      "vip",
      "Komplain",
    ]);
    expect(await labels(['a"b', "c,d", "{e}", "f'g"])).toEqual(['a"b', "c,d", "{e}", "f'g"]);
    const sepuluh = Array.from({ length: 10 }, (_, at) => `label ${at}`);
    expect(await labels(sepuluh)).toEqual(sepuluh);
    expect(await labels([])).toEqual([]);
  });

  test.each([
    ["eleven", Array.from({ length: 11 }, (_, at) => `label ${at}`), "#/labels"],
    ["an empty one", ["a", " "], "#/labels/1"],
    ["one that is too long", ["x".repeat(31)], "#/labels/0"],
    ["none", null, "#/labels"],
  ])("are refused: %s", async (_, labels, pointer) => {
    const { id } = await makeChat(world);
    const refusal = await refusalAt(admin.patch(`${CHATS}/${id}`, { labels }));
    expect(refusal.split(" ").slice(0, 3)).toEqual(["422", "validasi-gagal", pointer]);
    expect((await admin.chat(id)).labels).toEqual([]);
  });
});

describe("an assignment", () => {
  test("is to staff that is there and active", async () => {
    const { id } = await makeChat(world);
    const mantan = await makeAkun(world, "karyawan");
    await bodyOf(admin.patch(`/auth/akun/${mantan.id}`, { active: false }));
    const nasabah = await makeAkun(world, "nasabah");
    for (const assigned_to of [mantan.id, nasabah.id, Number.MAX_SAFE_INTEGER]) {
      const refusal = await refusalAt(
        admin.patch(`${CHATS}/${id}`, { assigned_to, labels: ["a"], mode: "AGENT" }),
      );
      expect(refusal).toMatch(/^422 petugas-tidak-dikenal/);
    }
    // Nothing of what was refused has happened.
    expect(await admin.chat(id)).toMatchObject({ mode: "BOT", labels: [], assigned_to: null });
    expect((await admin.change(id, { assigned_to: siti.orang.id })).assigned_to).toEqual(dariSiti());
  });

  test("of several things at once does all of them", async () => {
    const { id } = await makeChat(world);
    const label = unik();
    const ubahan = { mode: "AGENT", labels: [label] };
    const semua = { ...ubahan, assigned_to: siti.orang.id, read: true };
    expect(await admin.change(id, semua)).toMatchObject({ ...ubahan, assigned_to: dariSiti(), unread: 0 });
    expect(await found(siti, { label, assigned: "me", mode: "AGENT" })).toEqual([id]);
  });
});

describe("a change is refused", () => {
  test.each([
    ["an end without a pause", { mode: "AGENT", resume_at: "2026-11-20T03:00:00Z" }, "#/resume_at"],
    ["an end alone", { resume_at: "2026-11-20T03:00:00Z" }, "#/resume_at"],
    ["an end without a zone", { mode: "PAUSE", resume_at: "2026-11-20T03:00:00" }, "#/resume_at"],
    ["the bot's, and somebody's", { mode: "BOT", assigned_to: 1 }, "#/assigned_to"],
    ["an assignment to 0", { assigned_to: 0 }, "#/assigned_to"],
    ["an assignment to half a person", { assigned_to: 1.5 }, "#/assigned_to"],
    ["an assignment by name", { assigned_to: "me" }, "#/assigned_to"],
    ["a mode that there is not", { mode: "bot" }, "#/mode"],
    ["read as a text", { read: "true" }, "#/read"],
    ["nothing at all", {}, "#"],
    ["a field that there is not", { name: "Budi" }, "#/name #"],
  ])("%s", async (_, body, pointer) => {
    const { id } = await makeChat(world);
    expect(await refusalAt(admin.patch(`${CHATS}/${id}`, body))).toBe(`422 validasi-gagal ${pointer}`);
    expect(await admin.chat(id)).toMatchObject({ mode: "BOT", assigned_to: null, unread: 1 });
  });
});
