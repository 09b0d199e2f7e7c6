import { describe, expect, test } from "vitest";
import { atasNama, bodyOf, countOf, refusalAt, type Caller } from "../direktori/caller.ts";
import type { World } from "../harness.ts";
import { makePegawai, type BagianBody } from "../make.ts";
import {
  DITOLAK,
  erase,
  makePemilik,
  makePetugas,
  pageOf,
  rowsOf,
  TERLARANG,
  USER_TIDAK_ADA,
  type Pelaku,
} from "./pelaku.ts";

/** A resource of customers' files: what every one of them does alike. */
export interface Contoh {
  path: string;
  table: string;
  /** What adding answers. */
  status: number;
  /** A body that can be added to any file, also twice. */
  isian: () => Record<string, unknown>;
  /** What the row then says, besides `id` and `user_id`. */
  menjadi: (isian: Record<string, unknown>) => object;
  /** A change of one field, and what the row then says. */
  ubah?: { isian: () => object; menjadi: object };
  tanpaHapus?: boolean;
  /** By field, what it may be and what not. */
  batas: Record<string, { sah: unknown[]; tidak: unknown[] }>;
  /** What of a row nobody says. */
  tetap: string[];
}

/** The tests that every resource of customers' files passes. */
export function testBagian(world: World, pelaku: Pelaku, contoh: Contoh): void {
  const { path, table, status, isian, menjadi, ubah, batas } = contoh;
  const add = (by: Caller, more: object = {}) => by.post(path, { ...isian(), ...more });
  const added = (by: Caller, more: object = {}) => bodyOf<BagianBody>(add(by, more), status);
  /** `deed` leaves as many rows as there were. */
  const writesNothing = async (deed: () => Promise<unknown>) => {
    const before = await countOf(world, table);
    await deed();
    expect(await countOf(world, table)).toBe(before);
  };

  describe("whoever it is about", () => {
    test("adds to its own file, with and without saying which", async () => {
      const { caller, userId } = pelaku.nasabah;
      for (const more of [{}, { user_id: userId }]) {
        const body = isian();
        const row = await bodyOf<BagianBody>(caller.post(path, { ...body, ...more }), status);
        expect(row).toEqual({ id: row.id, user_id: userId, ...menjadi(body) });
        for (const query of ["", `?user_id=${userId}`])
          expect((await rowsOf(caller, path + query))[0]).toEqual(row);
        expect(await bodyOf(caller.get(`${path}/${row.id}`))).toEqual(row);
      }
    });

    test("without a file adds nothing and sees nothing", async () => {
      const { caller } = await makePetugas(world, "nasabah");
      await writesNothing(async () => expect(await refusalAt(add(caller))).toBe(USER_TIDAK_ADA));
      expect(await rowsOf(caller, path)).toEqual([]);
    });

    test("sees nothing of others, and adds nothing to their files", async () => {
      const { nasabah, tetangga, titipan } = pelaku;
      await added(tetangga.caller);
      for (const userId of [tetangga.userId, titipan]) {
        expect(await rowsOf(nasabah.caller, `${path}?user_id=${userId}`)).toEqual([]);
        await writesNothing(async () =>
          expect(await refusalAt(add(nasabah.caller, { user_id: userId }))).toBe(USER_TIDAK_ADA),
        );
      }
      for (const { user_id } of await rowsOf(nasabah.caller, path)) expect(user_id).toBe(nasabah.userId);
    });
  });

  describe("staff", () => {
    test("says whose it is", async () => {
      for (const { caller } of [pelaku.admin, pelaku.karyawan])
        await writesNothing(async () =>
          expect(await refusalAt(add(caller))).toBe("422 user-id-wajib #/user_id"),
        );
    });

    test("adds to files: an admin to all, a karyawan to those it looks after", async () => {
      const { admin, karyawan, nasabah, titipan } = pelaku;
      for (const [{ caller }, userId] of [
        [admin, nasabah.userId],
        [admin, titipan],
        [karyawan, titipan],
      ] as const) {
        const row = await added(caller, { user_id: userId });
        expect(row.user_id).toBe(userId);
        expect((await rowsOf(caller, `${path}?user_id=${userId}`))[0]).toEqual(row);
      }
      expect((await rowsOf(nasabah.caller, path))[0]?.user_id).toBe(nasabah.userId);
    });

    test("adds nothing to a file that is not there, or not its", async () => {
      const { admin, karyawan, lain, nasabah, titipan } = pelaku;
      const { id_user: pegawai } = await makePegawai(world);
      const terhapus = await makePemilik(world);
      await erase(world, terhapus.userId);
      await writesNothing(async () => {
        for (const user_id of [pegawai, terhapus.userId, 999_999, Number.MAX_SAFE_INTEGER])
          expect(await refusalAt(add(admin.caller, { user_id }))).toBe(USER_TIDAK_ADA);
        expect(await refusalAt(add(karyawan.caller, { user_id: nasabah.userId }))).toBe(USER_TIDAK_ADA);
        expect(await refusalAt(add(lain.caller, { user_id: titipan }))).toBe(USER_TIDAK_ADA);
      });
    });
  });

  test("a list leads from page to page, newest first, within what was asked for", async () => {
    const { admin } = pelaku;
    const pemilik = await makePemilik(world);
    const ids = [];
    for (let n = 0; n < 5; n++) ids.unshift((await added(pemilik.caller)).id);
    await added(pelaku.tetangga.caller);
    for (const [caller, query] of [
      [pemilik.caller, "?limit=2"],
      [admin.caller, `?limit=2&user_id=${pemilik.userId}`],
    ] as const) {
      const pages = [];
      for (let next: string | undefined = query; next !== undefined;) {
        const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(caller, path + next);
        pages.push(page.ids);
        expect(pages.length).toBeLessThan(5);
        next = page.next;
      }
      expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
    }
    for (const query of [
      "limit=0",
      "limit=101",
      "before=0",
      "user_id=0",
      "user_id=x",
      "user_id=1.5",
      "siapa=1",
    ])
      expect(await refusalAt(admin.caller.get(`${path}?${query}`))).toMatch(DITOLAK);
  });

  test("somebody else's row is not there", async () => {
    const { admin, nasabah, tetangga, karyawan } = pelaku;
    const { id } = await added(nasabah.caller);
    const before = await rowsOf(admin.caller, `${path}?user_id=${nasabah.userId}`);
    for (const { caller } of [tetangga, karyawan]) {
      const refusals = [
        caller.get(`${path}/${id}`),
        caller.delete(`${path}/${id}`),
        ...(ubah ? [caller.put(`${path}/${id}`, ubah.isian())] : []),
      ];
      for (const refusal of await Promise.all(refusals)) expect([404, 405]).toContain(refusal.status);
    }
    expect(await rowsOf(admin.caller, `${path}?user_id=${nasabah.userId}`)).toEqual(before);
    for (const unknown of [999_999, Number.MAX_SAFE_INTEGER])
      expect(await refusalAt(admin.caller.get(`${path}/${unknown}`))).toMatch(/^404 /);
    for (const bad of ["0", "-1", "01", "1.5", "x", "9007199254740992"])
      expect(await refusalAt(admin.caller.get(`${path}/${bad}`))).toBe(`${DITOLAK} path:id`);
  });

  test.runIf(ubah)("a change of one field leaves the others; of none is refused", async () => {
    const { nasabah, admin } = pelaku;
    const row = await added(nasabah.caller);
    const diubah = { ...row, ...ubah?.menjadi };
    expect(await bodyOf(nasabah.caller.put(`${path}/${row.id}`, ubah?.isian() ?? {}))).toEqual(diubah);
    expect(await bodyOf(admin.caller.get(`${path}/${row.id}`))).toEqual(diubah);
    for (const body of [{}, { ...ubah?.isian(), user_id: nasabah.userId }])
      expect(await refusalAt(nasabah.caller.put(`${path}/${row.id}`, body))).toMatch(DITOLAK);
    expect(await refusalAt(admin.caller.put(`${path}/999999`, ubah?.isian() ?? {}))).toMatch(/^404 /);
    expect(await bodyOf(nasabah.caller.get(`${path}/${row.id}`))).toEqual(diubah);
  });

  test.runIf(!contoh.tanpaHapus)("what was removed is gone", async () => {
    const { nasabah, admin } = pelaku;
    for (const { caller } of [nasabah, admin]) {
      const [{ id }, stays] = [await added(nasabah.caller), await added(nasabah.caller)];
      expect((await caller.delete(`${path}/${id}/`)).status).toBe(204);
      for (const again of [
        caller.get(`${path}/${id}`),
        caller.delete(`${path}/${id}`),
        ...(ubah ? [caller.put(`${path}/${id}`, ubah.isian())] : []),
      ])
        expect(await refusalAt(again)).toMatch(/^404 /);
      expect(await bodyOf(caller.get(`${path}/${stays.id}`))).toEqual(stays);
    }
  });

  test("fields that nobody asked for, or that the rules forbid, are refused and nothing is written", async () => {
    const { caller, userId } = pelaku.nasabah;
    const row = await added(caller);
    const before = await rowsOf(caller, path);
    for (const nama of [...TERLARANG, ...contoh.tetap, "id", "baris", "entah"]) {
      expect(await refusalAt(add(caller, { [nama]: [] })), nama).toMatch(DITOLAK);
      expect(await refusalAt(add(caller, { [nama]: row[nama] ?? 1 })), nama).toMatch(DITOLAK);
      if (!ubah) continue;
      for (const body of [{ [nama]: row[nama] ?? 1 }, { ...ubah.isian(), [nama]: [] }])
        expect(await refusalAt(caller.put(`${path}/${row.id}`, body)), nama).toMatch(DITOLAK);
    }
    for (const user_id of [0, -1, 1.5, String(userId), null, 2 ** 53])
      expect(await refusalAt(add(caller, { user_id }))).toMatch(DITOLAK);
    expect(await rowsOf(caller, path)).toEqual(before);
  });

  test.each(Object.entries(batas))("%s has its limits", async (nama, { sah, tidak }) => {
    const { caller } = await makePemilik(world);
    const row = await added(caller);
    const ways = (nilai: unknown) => [
      () => add(caller, { [nama]: nilai }),
      ...(ubah ? [() => caller.put(`${path}/${row.id}`, { [nama]: nilai })] : []),
    ];
    for (const nilai of tidak)
      for (const way of ways(nilai)) {
        expect(await refusalAt(way()), JSON.stringify(nilai)).toMatch(`${DITOLAK} #/${nama}`);
      }
    expect(await rowsOf(caller, path)).toEqual([row]);
    for (const nilai of sah)
      for (const way of ways(nilai)) {
        const answer = await way();
        expect(answer.status, `${JSON.stringify(nilai)} ${await answer.clone().text()}`).toBeLessThan(300);
      }
  });

  test("nobody calls without a token", async () => {
    const nobody = atasNama(world);
    await writesNothing(async () => {
      for (const answer of [nobody.get(path), nobody.get(`${path}/`), add(nobody)])
        expect(await refusalAt(answer)).toBe("401 token-tidak-sah");
    });
  });
}
