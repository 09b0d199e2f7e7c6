import { beforeAll, describe, expect, test } from "vitest";
import { atOnce, refusalOf, tally } from "../answers.ts";
import { atasNama, bodyOf, refusalAt, unik, useOrang, walk, written } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, type Orang } from "../make.ts";

const world = useWorld();
const admin = useOrang(world, "admin");
const siti = useOrang(world, "karyawan");
let nasabah: Orang;
beforeAll(async () => {
  nasabah = await makeAkun(world, "nasabah");
});

const REPLIES = "/quick-replies";
interface BalasanCepat {
  id: number;
  shortcut: string;
  text: string;
}

const add = (shortcut: string, text = "Kami buka setiap hari.") =>
  bodyOf<BalasanCepat>(admin.post(REPLIES, { shortcut, text }), 201);
const all = async () => (await walk<BalasanCepat>(siti, REPLIES, "?limit=100")).flatMap(({ rows }) => rows);

describe("quick replies", () => {
  test("are added, changed and removed by an admin, and read by all staff", async () => {
    const [shortcut, lain] = [unik(), unik()];
    const balasan = await add(shortcut, "Baris 1\nBaris 2 👋 50%");
    expect(balasan).toEqual({ id: balasan.id, shortcut, text: "Baris 1\nBaris 2 👋 50%" });
    expect(await all()).toContainEqual(balasan);
    const diubah = { id: balasan.id, shortcut: lain, text: "Lain" };
    expect(await bodyOf(admin.put(`${REPLIES}/${balasan.id}`, { shortcut: lain, text: "Lain" }))).toEqual(
      diubah,
    );
    expect(await all()).toContainEqual(diubah);
    expect((await admin.delete(`${REPLIES}/${balasan.id}`)).status).toBe(204);
    expect(await all()).not.toContainEqual(diubah);
    // Both shortcuts are free again.
    for (const satu of [shortcut, lain]) await add(satu);
  });

  test("are listed in the order of their shortcuts, page by page", async () => {
    for (const awal of ["zz-", "a1-", "0-", "aa_"]) await add(`${awal}${unik()}`);
    const total = (await all()).length;
    for (const limit of [1, 3, total, total + 1].filter((satu) => satu <= 100)) {
      const pages = await walk<BalasanCepat>(siti, REPLIES, `?limit=${limit}`);
      expect(pages.map((page) => page.total)).toEqual(pages.map(() => total));
      expect(pages.flatMap(({ rows }) => rows)).toEqual(await all());
    }
    const shortcuts = (await all()).map(({ shortcut }) => shortcut);
    expect(new Set(shortcuts).size).toBe(total);
  });

  test("have a shortcut of their own, in whatever case it is written", async () => {
    const shortcut = unik();
    const besar = ` ${shortcut.toUpperCase()} `;
    const satu = await add(besar);
    expect(satu.shortcut).toBe(shortcut);
    const dua = await add(unik());
    for (const tertulis of [shortcut, besar]) {
      expect(await refusalAt(admin.post(REPLIES, { shortcut: tertulis, text: "x" }))).toBe(
        "409 singkatan-dipakai #/shortcut",
      );
      expect(await refusalAt(admin.put(`${REPLIES}/${dua.id}`, { shortcut: tertulis, text: "x" }))).toBe(
        "409 singkatan-dipakai #/shortcut",
      );
    }
    expect(await all()).toContainEqual(dua);
    // Its own it may keep.
    await bodyOf(admin.put(`${REPLIES}/${satu.id}`, { shortcut: besar, text: "Lain" }));
  });

  test("with one shortcut at once are one", async () => {
    const shortcut = unik();
    const answers = await atOnce(
      5,
      async (at) => await admin.post(REPLIES, { shortcut, text: `Teks ${at}` }),
    );
    expect(tally(await Promise.all(answers.map(refusalOf)))).toEqual({ 201: 1, "409 singkatan-dipakai": 4 });
    expect((await all()).filter((satu) => satu.shortcut === shortcut)).toHaveLength(1);
  });

  test.each(["", " ", "-a", "_a", "jam buka", "jam/buka", "é", "a".repeat(31), 5, null])(
    "of the shortcut %j are refused",
    async (shortcut) => {
      const { id } = await add(unik());
      for (const answer of [
        admin.post(REPLIES, { shortcut, text: "x" }),
        admin.put(`${REPLIES}/${id}`, { shortcut, text: "x" }),
      ])
        expect(await refusalAt(answer)).toBe("422 validasi-gagal #/shortcut");
    },
  );

  test("have a text that fits into a message", async () => {
    for (const text of ["", " \n", "x".repeat(4001), "a\u0007b", null])
      expect(await refusalAt(admin.post(REPLIES, { shortcut: unik(), text }))).toBe(
        "422 validasi-gagal #/text",
      );
    expect((await add(unik(), "x".repeat(4000))).text).toHaveLength(4000);
    expect((await add("a".repeat(30))).shortcut).toHaveLength(30);
    expect(await refusalAt(admin.post(REPLIES, { shortcut: unik(), text: "x", id: 1 }))).toBe(
      "422 validasi-gagal #/id",
    );
  });

  test("that there are not are a 404", async () => {
    for (const id of [Number.MAX_SAFE_INTEGER, 987_654_321]) {
      expect(await refusalAt(admin.delete(`${REPLIES}/${id}`))).toBe("404 balasan-cepat-tidak-ada");
      expect(await refusalAt(admin.put(`${REPLIES}/${id}`, { shortcut: unik(), text: "x" }))).toBe(
        "404 balasan-cepat-tidak-ada",
      );
    }
  });

  test("are an admin's to write, and nobody's to read without staff", async () => {
    const { id } = await add(unik());
    const sebelum = await all();
    const body = { shortcut: unik(), text: "x" };
    for (const caller of [siti, atasNama(world, nasabah)])
      for (const answer of [
        caller.post(REPLIES, body),
        caller.put(`${REPLIES}/${id}`, body),
        caller.delete(`${REPLIES}/${id}`),
      ])
        expect(await refusalAt(answer)).toBe("403 peran-tidak-boleh");
    expect(await refusalAt(atasNama(world, nasabah).get(REPLIES))).toBe("403 peran-tidak-boleh");
    expect(await refusalAt(atasNama(world).get(REPLIES))).toBe("401 token-tidak-sah");
    expect(await all()).toEqual(sebelum);
  });

  test("leave in the audit who wrote, changed and removed them, and what they said", async () => {
    const [shortcut, lain] = [unik(), unik()];
    const jejak = await written(world, async () => {
      const { id } = await add(shortcut, "Satu");
      await bodyOf(admin.put(`${REPLIES}/${id}`, { shortcut, text: lain }));
      expect((await admin.delete(`${REPLIES}/${id}`)).status).toBe(204);
    });
    const { id = "" } = jejak[0] ?? {};
    const oleh = { pelaku: `akun:${admin.orang.id}`, tabel: "quick_replies", id };
    expect(jejak).toMatchObject([
      { ...oleh, aksi: "quick_replies.buat", rincian: { menjadi: { shortcut, text: "Satu" } } },
      {
        ...oleh,
        aksi: "quick_replies.ubah",
        rincian: { kolom: ["text"], dari: { text: "Satu" }, menjadi: { text: lain } },
      },
      { ...oleh, aksi: "quick_replies.hapus", rincian: { dari: { shortcut, text: lain } } },
    ]);
  });
});
