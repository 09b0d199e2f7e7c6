import { beforeAll, describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import {
  login,
  makeAkun,
  makeBerkasNasabah,
  makePegawai,
  postJson,
  randomDigits,
  type NasabahBody,
  type Orang,
} from "../make.ts";
import {
  atasNama,
  bodyOf,
  countOf,
  idOf,
  pageOf,
  refusalAt,
  unik,
  written,
  type UserBody,
} from "./caller.ts";

// Whose rows: a customer has one file and sees no other; staff sees all and deletes no customer.

const world = useWorld();
let admin: Orang;
let karyawan: Orang;
beforeAll(async () => {
  [admin, karyawan] = [await makeAkun(world, "admin"), await makeAkun(world, "karyawan")];
});

const as = (orang: Orang) => atasNama(world, orang);
const TIDAK_ADA = "404 user-tidak-ada";
const TIDAK_BOLEH = "403 peran-tidak-boleh";
const PEGAWAI = { nama: "John Doe", alamat: "Jl. Contoh No. 123", telepon: "081234567890", id_jabatan: 1 };

/** A customer with its own file. */
async function pemilik(name = "Budi"): Promise<{ orang: Orang; file: NasabahBody }> {
  const orang = await makeAkun(world, "nasabah");
  return { orang, file: await makeBerkasNasabah(world, { name }, orang) };
}
const akunOf = async ({ id }: NasabahBody) => {
  const [row] = await world.cloud.neon.asOwner("select akun_id from nasabah where id = $1", [id]);
  return row?.["akun_id"];
};
/** What the staff sees of a file. */
const seen = (id: number) => bodyOf<UserBody>(as(karyawan).get(`/users/${id}`));

describe("a nasabah", () => {
  test("opens its own file, once", async () => {
    const { orang, file } = await pemilik();
    expect(await akunOf(file)).toBe(String(orang.id));
    const before = await countOf(world, "nasabah");
    const rows = await written(world, async () => {
      for (const body of [{ name: "Budi" }, { name: "Siti", phone: `0${randomDigits()}` }])
        expect(await refusalAt(as(orang).post("/users/", body))).toBe("409 sudah-punya-data");
    });
    expect(rows).toEqual([]);
    expect(await countOf(world, "nasabah")).toBe(before);
    expect(await bodyOf(as(orang).get(`/users/${file.id}`))).toEqual(file);
  });

  test("opens it anew after an admin has deleted it, under another id", async () => {
    const { orang, file } = await pemilik();
    await bodyOf(as(admin).delete(`/users/${file.id}`));
    expect(await bodyOf(as(orang).get("/users/"))).toEqual([]);
    const again = await makeBerkasNasabah(world, {}, orang);
    expect(again.id).toBeGreaterThan(file.id);
    expect(again.external_user_id).not.toBe(file.external_user_id);
  });

  test("makes no pegawai, also with a position that is not there", async () => {
    const orang = await makeAkun(world, "nasabah");
    const before = await countOf(world, "pegawai");
    for (const id_jabatan of [1, 2_147_483_647])
      expect(await refusalAt(as(orang).post("/users/", { ...PEGAWAI, id_jabatan }))).toBe(TIDAK_BOLEH);
    expect(await countOf(world, "pegawai")).toBe(before);
  });

  test("sees only its own file, in lists, alone and by name", async () => {
    const name = unik();
    const [{ orang, file }, other] = [await pemilik(`${name} satu`), await pemilik(`${name} dua`)];
    const opened = await makeBerkasNasabah(world, { name });
    const pegawai = await makePegawai(world, { nama: name });
    const one = { rows: [file], total: 1, next: undefined };
    const none = { rows: [], total: 0, next: undefined };
    for (const query of ["", "?kind=nasabah", `?q=${name}`, `?q=${name}&kind=nasabah`, "?limit=1"])
      expect(await pageOf(as(orang).get(`/users/${query}`)), query).toEqual(one);
    for (const query of ["?kind=pegawai", "?id_jabatan=1", `?q=${name}%20dua`, `?q=${name}&kind=pegawai`])
      expect(await pageOf(as(orang).get(`/users/${query}`)), query).toEqual(none);
    expect(await bodyOf(as(orang).get(`/users/${file.id}`))).toEqual(file);
    for (const user of [other.file, opened, pegawai])
      expect(await refusalAt(as(orang).get(`/users/${idOf(user)}`))).toBe(TIDAK_ADA);
  });

  test("without a file sees none", async () => {
    const orang = await makeAkun(world, "nasabah");
    const name = unik();
    await makeBerkasNasabah(world, { name });
    for (const query of ["", `?q=${name}`])
      expect(await pageOf(as(orang).get(`/users/${query}`))).toEqual({ rows: [], total: 0, next: undefined });
  });

  test("edits its own file, and nobody else's", async () => {
    const [{ orang, file }, other] = [await pemilik(), await pemilik()];
    const body = { name: "Siti", phone: `0${randomDigits()}`, gender: "P" };
    const diubah = await bodyOf<NasabahBody>(as(orang).put(`/users/${file.id}`, body));
    expect(diubah).toMatchObject({ id: file.id, name: "Siti", gender: "P" });
    expect(await seen(file.id)).toEqual(diubah);
    const opened = await makeBerkasNasabah(world);
    for (const { id } of [other.file, opened]) {
      const before = await seen(id);
      const rows = await written(world, async () => {
        for (const wish of [
          { name: "Punya saya" },
          { phone: `0${randomDigits()}` },
          { phone: null },
          { nama: "x" },
        ])
          expect(await refusalAt(as(orang).put(`/users/${id}`, wish))).toBe(TIDAK_ADA);
      });
      expect(rows).toEqual([]);
      expect(await seen(id)).toEqual(before);
    }
  });

  test("edits no pegawai, and cannot tell one from nobody", async () => {
    const { orang, file } = await pemilik();
    const pegawai = await makePegawai(world);
    for (const body of [{ nama: "Jane" }, { id_jabatan: 2 }, { id_jabatan: 2_147_483_647 }, { name: "Jane" }])
      expect(await refusalAt(as(orang).put(`/users/${pegawai.id_user}`, body))).toBe(TIDAK_ADA);
    expect(await seen(pegawai.id_user)).toEqual(pegawai);
    expect(await refusalAt(as(orang).put(`/users/${file.id}`, { nama: "Jane" }))).toBe(
      "422 validasi-gagal #",
    );
  });

  test("deletes nothing, not even its own file", async () => {
    const [{ orang, file }, other] = [await pemilik(), await pemilik()];
    const pegawai = await makePegawai(world);
    for (const user of [file, other.file, pegawai]) {
      expect(await refusalAt(as(orang).delete(`/users/${idOf(user)}`))).toBe(TIDAK_BOLEH);
      expect(await seen(idOf(user))).toEqual(user);
    }
  });

  test("changes the file it has opened in its own name, as the audit says", async () => {
    const orang = await makeAkun(world, "nasabah");
    let id = 0;
    const rows = await written(world, async () => {
      ({ id } = await bodyOf<NasabahBody>(as(orang).post("/users/", { name: "Budi" })));
      await bodyOf(as(orang).put(`/users/${id}`, { gender: "L" }));
    });
    const by = { pelaku: `akun:${orang.id}`, tabel: "nasabah", id: String(id) };
    expect(rows).toEqual([
      { ...by, aksi: "nasabah.buat", rincian: { menjadi: { id, akun_id: orang.id } } },
      { ...by, aksi: "nasabah.ubah", rincian: { kolom: ["gender"] } },
    ]);
  });
});

describe("staff", () => {
  test.each(["admin", "karyawan"] as const)(
    "as %s opens files that belong to nobody, as many as it likes",
    async (role) => {
      const orang = await makeAkun(world, role);
      for (let n = 0; n < 2; n++) expect(await akunOf(await makeBerkasNasabah(world, {}, orang))).toBeNull();
    },
  );

  test("a karyawan deletes no nasabah, and it stays; an admin does", async () => {
    const files = [(await pemilik()).file, await makeBerkasNasabah(world)];
    for (const file of files) {
      const rows = await written(world, async () =>
        expect(await refusalAt(as(karyawan).delete(`/users/${file.id}`))).toBe(TIDAK_BOLEH),
      );
      expect(rows).toEqual([]);
      expect(await seen(file.id)).toEqual(file);
      expect(await bodyOf(as(admin).delete(`/users/${file.id}`))).toEqual(file);
      expect(await refusalAt(as(karyawan).get(`/users/${file.id}`))).toBe(TIDAK_ADA);
    }
  });

  test("who was a customer leaves its old file with its account, and opens others that belong to nobody", async () => {
    const { orang, file } = await pemilik();
    await bodyOf(postJson(world, `/auth/akun/${orang.id}`, { role: "karyawan" }, admin.headers, "PATCH"));
    const promoted = await login(world, orang.email, orang.password);
    expect(await akunOf(await makeBerkasNasabah(world, {}, promoted))).toBeNull();
    expect(await akunOf(file)).toBe(String(orang.id));
    expect(await bodyOf(as(promoted).put(`/users/${file.id}`, { gender: "L" }))).toMatchObject({
      gender: "L",
    });
    expect(await refusalAt(as(promoted).delete(`/users/${file.id}`))).toBe(TIDAK_BOLEH);
    expect(await akunOf(file)).toBe(String(orang.id));
  });
});

test.each(["admin", "karyawan", "nasabah"] as const)(
  "a disabled %s meets 401 at every door, from the next request on",
  async (role) => {
    const orang = await makeAkun(world, role);
    const { id } = await makeBerkasNasabah(world, {}, orang);
    await bodyOf(postJson(world, `/auth/akun/${orang.id}`, { active: false }, admin.headers, "PATCH"));
    const before = [await seen(id), await countOf(world, "nasabah"), await countOf(world, "pegawai")];
    const caller = as(orang);
    const answers = [
      caller.get("/users/"),
      caller.get(`/users/${id}`),
      caller.post("/users/", { name: "Budi" }),
      caller.post("/users/", PEGAWAI),
      caller.put(`/users/${id}`, { name: "Siti" }),
      caller.put(`/users/${id}`, { phone: `0${randomDigits()}` }),
      caller.delete(`/users/${id}`),
      caller.get("/jabatan/"),
      caller.get("/jabatan/1"),
    ];
    for (const answer of answers) expect(await refusalAt(answer)).toBe("401 token-tidak-sah");
    expect([await seen(id), await countOf(world, "nasabah"), await countOf(world, "pegawai")]).toEqual(
      before,
    );
  },
);
