import { beforeAll, describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { makeAkun, type Orang } from "../make.ts";
import { atasNama, bodyOf, pageOf, type Caller, type JabatanBody } from "./caller.ts";

// The requests of document 000 for jabatan and users, as printed.

const BUAT = {
  nama: "John Doe",
  alamat: "Jl. Contoh No. 123",
  telepon: "081234567890",
  id_jabatan: 1,
};
const UBAH = {
  alamat: "Jl. Contoh Baru No. 456",
  telepon: "089876543210",
  id_jabatan: 2,
};

describe.each(["admin", "karyawan"] as const)("document 000 on a fresh machine, as %s", (role) => {
  const world = useWorld();
  let orang: Orang;
  let caller: Caller;
  beforeAll(async () => {
    orang = await makeAkun(world, role);
    caller = atasNama(world, orang);
  });

  test("GET /jabatan/ lists positions 1 and 2, with exactly the printed fields", async () => {
    const { rows, total, next } = await pageOf<JabatanBody>(caller.get("/jabatan/"));
    expect(rows).toEqual([
      { id_jabatan: 1, nama_jabatan: expect.any(String), deskripsi: expect.any(String) },
      { id_jabatan: 2, nama_jabatan: expect.any(String), deskripsi: expect.any(String) },
    ]);
    expect({ total, next }).toEqual({ total: 2, next: undefined });
  });

  test("GET /jabatan/1 is what the list says of it; skip and limit are the printed ones", async () => {
    const [first, second] = await bodyOf<JabatanBody[]>(caller.get("/jabatan/"));
    expect(await bodyOf(caller.get("/jabatan/1"))).toEqual(first);
    expect(await bodyOf(caller.get("/jabatan/2"))).toEqual(second);
    expect(await bodyOf(caller.get("/jabatan/?skip=0&limit=1"))).toEqual([first]);
    expect(await bodyOf(caller.get("/jabatan/?skip=1&limit=10"))).toEqual([second]);
  });

  test("POST, GET, PUT and DELETE /users/ answer as printed, from the first user on", async () => {
    expect(await bodyOf(caller.get("/users/"))).toEqual([]);
    const baru = { id_user: 1, ...BUAT };
    expect(await bodyOf(caller.post("/users/", BUAT))).toEqual(baru);
    expect(await bodyOf(caller.get("/users/"))).toEqual([baru]);
    expect(await bodyOf(caller.get("/users/?skip=0&limit=10"))).toEqual([baru]);
    expect(await bodyOf(caller.get("/users/1"))).toEqual(baru);
    // What the body does not name stays.
    const diubah = { ...baru, ...UBAH };
    expect(await bodyOf(caller.put("/users/1", UBAH))).toEqual(diubah);
    expect(await bodyOf(caller.get("/users/1"))).toEqual(diubah);
    expect(await bodyOf(caller.delete("/users/1"))).toEqual(diubah);
    expect((await caller.get("/users/1")).status).toBe(404);
    expect(await bodyOf(caller.get("/users/"))).toEqual([]);
  });
});

describe("the doors that the document left open", () => {
  const world = useWorld();

  test("need a token, and change nothing without", async () => {
    const caller = atasNama(world);
    const answers = [
      await caller.get("/jabatan/"),
      await caller.get("/jabatan/1"),
      await caller.post("/users/", BUAT),
      await caller.get("/users/"),
      await caller.get("/users/1"),
      await caller.put("/users/1", UBAH),
      await caller.delete("/users/1"),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /);
    }
    expect(await world.cloud.neon.asOwner("select id from pegawai")).toEqual([]);
  });
});

describe("the printed paths", () => {
  const world = useWorld();

  test("mean the same with and without the trailing slash, and are never redirected", async () => {
    const caller = atasNama(world, await makeAkun(world, "karyawan"));
    for (const path of ["/jabatan", "/jabatan/1", "/users"]) {
      const [plain, slash] = [await caller.get(path), await caller.get(`${path}/`)];
      expect([plain.status, slash.status]).toEqual([200, 200]);
      expect(await slash.text()).toBe(await plain.text());
    }
    const { id_user: id } = await bodyOf<{ id_user: number }>(caller.post("/users", BUAT));
    expect(await bodyOf(caller.put(`/users/${id}/`, UBAH))).toEqual({ id_user: id, ...BUAT, ...UBAH });
    expect(await bodyOf(caller.delete(`/users/${id}/`))).toEqual({ id_user: id, ...BUAT, ...UBAH });
  });
});
