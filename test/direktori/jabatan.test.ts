import { describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { makeAkun, makeMitra, makePegawai, type Orang } from "../make.ts";
import {
  atasNama,
  bodyOf,
  countOf,
  pageOf,
  refusalAt,
  unik,
  useOrang,
  walk,
  written,
  type Caller,
  type JabatanBody,
} from "./caller.ts";

// Positions: who may read and change them, and what of it stays in the audit.

const world = useWorld();
const admin = useOrang(world, "admin");

const buat = (isian: Partial<JabatanBody> = {}) =>
  bodyOf<JabatanBody>(admin.post("/jabatan", { nama_jabatan: unik(), ...isian }), 201);
const NAMA_DIPAKAI = "409 nama-jabatan-dipakai #/nama_jabatan";
const TIDAK_ADA = "404 jabatan-tidak-ada";

describe("an admin", () => {
  test("adds, reads, changes and removes a position", async () => {
    const isian = { nama_jabatan: unik(), deskripsi: "Mengawasi satu tim" };
    const jabatan = await bodyOf<JabatanBody>(admin.post("/jabatan", isian), 201);
    expect(jabatan).toEqual({ id_jabatan: expect.any(Number), ...isian });
    const path = `/jabatan/${jabatan.id_jabatan}`;
    expect(await bodyOf(admin.get(path))).toEqual(jabatan);
    const baru = { nama_jabatan: unik(), deskripsi: "Mengawasi dua tim" };
    expect(await bodyOf(admin.put(path, baru))).toEqual({ ...jabatan, ...baru });
    const answer = await admin.delete(path);
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
    expect(await refusalAt(admin.get(path))).toBe(TIDAK_ADA);
  });

  test("changes one field, and the other stays", async () => {
    const jabatan = await buat({ deskripsi: "Lama" });
    const path = `/jabatan/${jabatan.id_jabatan}`;
    const nama_jabatan = unik();
    expect(await bodyOf(admin.put(path, { nama_jabatan }))).toEqual({ ...jabatan, nama_jabatan });
    expect(await bodyOf(admin.put(path, { deskripsi: "Baru" }))).toEqual({
      ...jabatan,
      nama_jabatan,
      deskripsi: "Baru",
    });
  });

  test("may leave the description out, give null, and take it away again", async () => {
    expect((await buat()).deskripsi).toBeNull();
    expect((await buat({ deskripsi: null })).deskripsi).toBeNull();
    const jabatan = await buat({ deskripsi: "Baris satu\nbaris dua" });
    expect(jabatan.deskripsi).toBe("Baris satu\nbaris dua");
    const path = `/jabatan/${jabatan.id_jabatan}`;
    expect(await bodyOf(admin.put(path, { deskripsi: null }))).toEqual({ ...jabatan, deskripsi: null });
    expect((await bodyOf<JabatanBody>(admin.get(path))).deskripsi).toBeNull();
  });

  test("meets 404 where there is none", async () => {
    for (const id of [987_654_321, 2_147_483_647]) {
      expect(await refusalAt(admin.get(`/jabatan/${id}`))).toBe(TIDAK_ADA);
      expect(await refusalAt(admin.put(`/jabatan/${id}`, { deskripsi: "x" }))).toBe(TIDAK_ADA);
      expect(await refusalAt(admin.delete(`/jabatan/${id}`))).toBe(TIDAK_ADA);
    }
  });

  test.each(["0", "-1", "01", "1.0", "1e3", "2147483648", "x"])("meets 422 at /jabatan/%s", async (id) => {
    for (const answer of [
      admin.get(`/jabatan/${id}`),
      admin.put(`/jabatan/${id}`, { deskripsi: "x" }),
      admin.delete(`/jabatan/${id}`),
    ])
      expect(await refusalAt(answer)).toBe("422 validasi-gagal path:id");
  });

  test.each([
    [{}, "#/nama_jabatan"],
    [{ nama_jabatan: null }, "#/nama_jabatan"],
    [{ nama_jabatan: "" }, "#/nama_jabatan"],
    [{ nama_jabatan: " \u200B\u200D\uFEFF " }, "#/nama_jabatan"],
    [{ nama_jabatan: "a\u202Eb" }, "#/nama_jabatan"],
    [{ nama_jabatan: "a\nb" }, "#/nama_jabatan"],
    [{ nama_jabatan: "x".repeat(101) }, "#/nama_jabatan"],
    [{ nama_jabatan: 7 }, "#/nama_jabatan"],
    [{ nama_jabatan: "x", deskripsi: "y".repeat(2_001) }, "#/deskripsi"],
    [{ nama_jabatan: "x", deskripsi: 7 }, "#/deskripsi"],
    [{ nama_jabatan: "x", gaji: 1 }, "#/gaji"],
    [{ nama_jabatan: "x", id_jabatan: 9 }, "#/id_jabatan"],
  ])("%.60j is no new position", async (body, pointer) => {
    const before = await countOf(world, "jabatan");
    expect(await refusalAt(admin.post("/jabatan", body))).toBe(`422 validasi-gagal ${pointer}`);
    expect(await countOf(world, "jabatan")).toBe(before);
  });

  test("changes nothing with an empty body, a null name or an unknown field", async () => {
    const jabatan = await buat({ deskripsi: "Tetap" });
    const path = `/jabatan/${jabatan.id_jabatan}`;
    expect(await refusalAt(admin.put(path, {}))).toBe("422 validasi-gagal #");
    expect(await refusalAt(admin.put(path, { nama_jabatan: null, deskripsi: "x" }))).toBe(
      "422 validasi-gagal #/nama_jabatan",
    );
    expect(await refusalAt(admin.put(path, { deskripsi: "x", gaji: 1 }))).toBe("422 validasi-gagal #/gaji");
    expect(await bodyOf(admin.get(path))).toEqual(jabatan);
  });
});

describe("the name of a position", () => {
  test("is taken whatever its case, when adding and when renaming; its own stays its own", async () => {
    const nama = `Kepala ${unik()}`;
    const [jabatan, other] = [await buat({ nama_jabatan: nama }), await buat()];
    const before = await countOf(world, "jabatan");
    for (const nama_jabatan of [nama, nama.toUpperCase(), ` ${nama.toLowerCase()} `]) {
      expect(await refusalAt(admin.post("/jabatan", { nama_jabatan }))).toBe(NAMA_DIPAKAI);
      const rename = admin.put(`/jabatan/${other.id_jabatan}`, { nama_jabatan, deskripsi: "x" });
      expect(await refusalAt(rename)).toBe(NAMA_DIPAKAI);
    }
    expect(await countOf(world, "jabatan")).toBe(before);
    expect(await bodyOf(admin.get(`/jabatan/${other.id_jabatan}`))).toEqual(other);
    const nama_jabatan = nama.toUpperCase();
    expect(await bodyOf(admin.put(`/jabatan/${jabatan.id_jabatan}`, { nama_jabatan }))).toEqual({
      ...jabatan,
      nama_jabatan,
    });
  });

  test("is the same name however its accents are composed", async () => {
    const suffix = unik();
    const { nama_jabatan } = await buat({ nama_jabatan: `Cafe\u0301 ${suffix}` });
    expect(nama_jabatan).toBe(`Caf\u00E9 ${suffix}`);
    for (const same of [`Caf\u00E9 ${suffix}`, `Cafe\u0301 ${suffix}`])
      expect(await refusalAt(admin.post("/jabatan", { nama_jabatan: same }))).toBe(NAMA_DIPAKAI);
  });

  test("of a removed position is free again", async () => {
    const jabatan = await buat();
    expect((await admin.delete(`/jabatan/${jabatan.id_jabatan}`)).status).toBe(204);
    const again = await buat({ nama_jabatan: jabatan.nama_jabatan });
    expect(again.id_jabatan).not.toBe(jabatan.id_jabatan);
  });
});

test("a position that somebody holds stays, until nobody does", async () => {
  const jabatan = await buat();
  const path = `/jabatan/${jabatan.id_jabatan}`;
  const pegawai = await makePegawai(world, { id_jabatan: jabatan.id_jabatan });
  expect(await written(world, async () => expect((await admin.delete(path)).status).toBe(409))).toEqual([]);
  expect(await refusalAt(admin.delete(path))).toBe("409 jabatan-dipakai");
  expect(await bodyOf(admin.get(path))).toEqual(jabatan);
  await bodyOf(admin.put(`/users/${pegawai.id_user}`, { id_jabatan: 1 }));
  expect((await admin.delete(path)).status).toBe(204);
});

describe("the list", () => {
  test("leads through all pages without losing or repeating one, with the total on each", async () => {
    for (let n = 0; n < 5; n++) await buat();
    const ids = (await world.cloud.neon.asOwner("select id_jabatan from jabatan order by 1")).map((row) =>
      Number(row["id_jabatan"]),
    );
    for (const query of ["?limit=1", "?limit=3", "?skip=2&limit=2", "?limit=100", ""]) {
      const pages = await walk<JabatanBody>(admin, "/jabatan/", query);
      const skip = Number(new URLSearchParams(query).get("skip") ?? 0);
      expect(pages.flatMap(({ rows }) => rows.map((row) => row.id_jabatan))).toEqual(ids.slice(skip));
      expect(new Set(pages.map(({ total }) => total))).toEqual(new Set([ids.length]));
      const limit = Number(new URLSearchParams(query).get("limit") ?? 100);
      expect(pages).toHaveLength(Math.ceil((ids.length - skip) / limit));
    }
  });

  test("beyond its end is empty and still counts", async () => {
    const total = await countOf(world, "jabatan");
    for (const skip of [total, total + 1, 2_147_483_647])
      expect(await pageOf(admin.get(`/jabatan/?skip=${skip}`))).toEqual({ rows: [], total, next: undefined });
  });

  test.each([
    ["limit=101", "query:limit"],
    ["limit=0", "query:limit"],
    ["limit=-1", "query:limit"],
    ["limit=", "query:limit"],
    ["limit=1e3", "query:limit"],
    ["limit=1.5", "query:limit"],
    ["limit=1&limit=2", "query:limit"],
    ["skip=-1", "query:skip"],
    ["skip=1e3", "query:skip"],
    ["skip=00", "query:skip"],
    ["skip=2147483648", "query:skip"],
    ["offset=1", "query:offset"],
  ])("?%s is 422", async (query, pointer) => {
    expect(await refusalAt(admin.get(`/jabatan/?${query}`))).toBe(`422 validasi-gagal ${pointer}`);
  });
});

describe("whoever is no admin", () => {
  const deeds = async (caller: Caller, id: number) => ({
    list: await refusalAt(caller.get("/jabatan/")),
    one: await refusalAt(caller.get(`/jabatan/${id}`)),
    add: await refusalAt(caller.post("/jabatan", { nama_jabatan: unik() })),
    change: await refusalAt(caller.put(`/jabatan/${id}`, { deskripsi: "x" })),
    remove: await refusalAt(caller.delete(`/jabatan/${id}`)),
  });
  const all = (refusal: string) => ({
    list: refusal,
    one: refusal,
    add: refusal,
    change: refusal,
    remove: refusal,
  });
  const FORBIDDEN = "403 peran-tidak-boleh";

  test("may do what its role may, and changes nothing with the rest", async () => {
    const jabatan = await buat();
    const before = await countOf(world, "jabatan");
    const audit = await written(world, async () => {
      const as = async (orang?: Orang) => await deeds(atasNama(world, orang), jabatan.id_jabatan);
      const staff = { ...all(FORBIDDEN), list: "200", one: "200" };
      expect(await as(await makeAkun(world, "karyawan"))).toEqual(staff);
      expect(await as(await makeAkun(world, "nasabah"))).toEqual(all(FORBIDDEN));
      expect(await as()).toEqual(all("401 token-tidak-sah"));
      const { headers } = await makeMitra(world);
      const answer = await world.request("/jabatan", { headers });
      expect(answer.status).toBe(401);
    });
    expect(audit.filter(({ tabel }) => tabel === "jabatan")).toEqual([]);
    expect(await countOf(world, "jabatan")).toBe(before);
    expect(await bodyOf(admin.get(`/jabatan/${jabatan.id_jabatan}`))).toEqual(jabatan);
  });
});

describe("the audit", () => {
  test("says who added, changed and removed which position, and what changed", async () => {
    const [satu, dua] = [unik(), unik()];
    let id = 0;
    const rows = await written(world, async () => {
      id = (await buat({ nama_jabatan: satu, deskripsi: "Lama" })).id_jabatan;
      await bodyOf(admin.put(`/jabatan/${id}`, { nama_jabatan: dua, deskripsi: "Lama" }));
      await bodyOf(admin.put(`/jabatan/${id}`, { deskripsi: null }));
      expect((await admin.delete(`/jabatan/${id}`)).status).toBe(204);
    });
    const row = (aksi: string, rincian: object) => ({
      pelaku: `akun:${admin.orang.id}`,
      aksi,
      tabel: "jabatan",
      id: String(id),
      rincian,
    });
    expect(rows).toEqual([
      row("jabatan.buat", { menjadi: { id_jabatan: id, nama_jabatan: satu, deskripsi: "Lama" } }),
      row("jabatan.ubah", {
        kolom: ["nama_jabatan"],
        dari: { nama_jabatan: satu },
        menjadi: { nama_jabatan: dua },
      }),
      row("jabatan.ubah", { kolom: ["deskripsi"], dari: { deskripsi: "Lama" }, menjadi: {} }),
      row("jabatan.hapus", { dari: { id_jabatan: id, nama_jabatan: dua } }),
    ]);
  });

  test("says nothing of a change that changes nothing, nor of what was refused", async () => {
    const jabatan = await buat({ deskripsi: "Sama" });
    const path = `/jabatan/${jabatan.id_jabatan}`;
    const rows = await written(world, async () => {
      const { nama_jabatan, deskripsi } = jabatan;
      expect(await bodyOf(admin.put(path, { nama_jabatan, deskripsi }))).toEqual(jabatan);
      expect(await refusalAt(admin.put(path, { nama_jabatan: "manajer" }))).toBe(NAMA_DIPAKAI);
    });
    expect(rows).toEqual([]);
  });
});
