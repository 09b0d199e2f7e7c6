import { describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { makeBerkasNasabah, makePegawai, randomPhone } from "../make.ts";
import {
  bodyOf,
  countOf,
  idOf,
  problemsAt,
  refusalAt,
  unik,
  useOrang,
  written,
  type JabatanBody,
  type UserBody,
} from "./caller.ts";

// One resource with two kinds: what makes a user one or the other, and that it stays so.

const world = useWorld();
const admin = useOrang(world, "admin");

const PEGAWAI = { nama: "John Doe", alamat: "Jl. Contoh No. 123", telepon: "081234567890", id_jabatan: 1 };
const NASABAH = { name: "Budi" };
const INVALID = "422 validasi-gagal";
const TIDAK_ADA = "404 user-tidak-ada";
/** What is said of fields that are as much those of the one kind as of the other. */
const SALAH_SATU = [
  {
    pointer: "#",
    detail:
      "kirim salah satu: isian pegawai (nama, alamat, telepon, id_jabatan) atau nasabah (name, phone, email, …)",
  },
];
const counts = async () => [await countOf(world, "pegawai"), await countOf(world, "nasabah")];
/** Bodies with one field of a pegawai that is not as it should be. */
const WRONG_PEGAWAI = [
  { nama: null },
  { nama: "" },
  { nama: "\u200B" },
  { nama: "x".repeat(256) },
  { alamat: "   " },
  { alamat: "x".repeat(1_001) },
  { telepon: 81234567890 },
  { telepon: "nol delapan" },
  { telepon: "" },
  { id_jabatan: "1" },
  { id_jabatan: 0 },
  { id_jabatan: 1.5 },
  { id_jabatan: 2_147_483_648 },
  { id_jabatan: null },
].map((wrong): [string, object] => [JSON.stringify(wrong).slice(0, 40), wrong]);

test("both kinds take their ids from one sequence, and an id names one of them", async () => {
  const ids: number[] = [];
  for (let n = 0; n < 3; n++) {
    ids.push(idOf(await makePegawai(world)), idOf(await makeBerkasNasabah(world)));
  }
  const [first = 0] = ids;
  expect(ids).toEqual(ids.map((_, at) => first + at));
  for (const [at, id] of ids.entries()) {
    const user = await bodyOf<UserBody>(admin.get(`/users/${id}`));
    expect([idOf(user), "id_user" in user]).toEqual([id, at % 2 === 0]);
  }
});

describe("what is no user", () => {
  test.each([
    [{ ...PEGAWAI, name: "Budi" }, "#/name"],
    [{ nama: "John", alamat: "Jl. Satu", gender: "L" }, "#/telepon #/id_jabatan #/gender"],
    [{ nama: "John", alamat: "Jl. Satu", name: "Budi" }, "#/telepon #/id_jabatan #/name"],
    // As much the one as the other.
    [{ ...NASABAH, nama: "John" }, "#"],
    [{ ...NASABAH, phone: "08123456789", id_jabatan: 1 }, "#/id_jabatan"],
    [{ ...PEGAWAI, gaji: 1 }, "#/gaji"],
    [{ ...NASABAH, gaji: 1 }, "#/gaji"],
    [{ ...PEGAWAI, id_user: 1 }, "#/id_user"],
    [{ ...NASABAH, external_user_id: "0b7c3f0e-6f0a-4f2e-9a51-3f6d6c1d9a11" }, "#/external_user_id"],
    [{ ...NASABAH, akun_id: 1 }, "#/akun_id"],
    [{ nama: "John Doe" }, "#/alamat #/telepon #/id_jabatan"],
    [{ phone: "08123456789" }, "#/name"],
  ])("%j is 422, names the field, and is written nowhere", async (body, pointers) => {
    const before = await counts();
    expect(await refusalAt(admin.post("/users/", body))).toBe(`${INVALID} ${pointers}`);
    expect(await counts()).toEqual(before);
  });

  test.each([
    {},
    { gaji: 1 },
    { nama: "John", phone: "08123456789" },
    { nama: 1, name: 2 },
    { telepon: "081234567890", phone: "08123456789", gaji: 1 },
    { ...PEGAWAI, ...NASABAH, phone: null, email: null, gender: null },
  ])("%j, which is as much the one kind as the other, is told of both", async (body) => {
    const before = await counts();
    expect(await problemsAt(admin.post("/users/", body))).toEqual(SALAH_SATU);
    expect(await problemsAt(admin.put("/users/1", body))).toEqual(SALAH_SATU);
    expect(await counts()).toEqual(before);
  });

  test("a telephone that is none is told how one looks", async () => {
    const detail = "harus nomor telepon, misalnya 081234567890";
    const wrong = [{ pointer: "#/telepon", detail }];
    expect(await problemsAt(admin.post("/users/", { ...PEGAWAI, telepon: "nol delapan" }))).toEqual(wrong);
    const { id_user: id } = await makePegawai(world);
    expect(await problemsAt(admin.put(`/users/${id}`, { telepon: "(+62)8123" }))).toEqual(wrong);
  });

  test.each(WRONG_PEGAWAI)("a pegawai with %s is 422, also when changed so", async (_, wrong) => {
    const before = await counts();
    const [field] = Object.keys(wrong);
    expect(await refusalAt(admin.post("/users/", { ...PEGAWAI, ...wrong }))).toBe(`${INVALID} #/${field}`);
    expect(await counts()).toEqual(before);
    const pegawai = await makePegawai(world);
    const path = `/users/${pegawai.id_user}`;
    expect(await refusalAt(admin.put(path, wrong))).toBe(`${INVALID} #/${field}`);
    expect(await bodyOf(admin.get(path))).toEqual(pegawai);
  });

  test.each(["[]", '"x"', "1", "null", "true"])("%s is 422 as a whole", async (body) => {
    for (const [path, method] of [
      ["/users/", "POST"],
      ["/users/1", "PUT"],
    ] as const) {
      const answer = world.request(path, { method, headers: admin.orang.headers, body });
      expect(await refusalAt(answer)).toBe(`${INVALID} #`);
    }
  });
});

describe("a user keeps its kind", () => {
  test("a pegawai refuses the fields of a nasabah, and stays as it was", async () => {
    const pegawai = await makePegawai(world);
    const path = `/users/${pegawai.id_user}`;
    for (const body of [{ name: "Budi" }, { phone: randomPhone() }, { email: null }]) {
      const rows = await written(world, async () =>
        expect(await refusalAt(admin.put(path, body))).toBe(`${INVALID} #`),
      );
      expect(rows).toEqual([]);
    }
    expect(await bodyOf(admin.get(path))).toEqual(pegawai);
  });

  test("a nasabah refuses the fields of a pegawai, and stays as it was", async () => {
    const nasabah = await makeBerkasNasabah(world);
    const path = `/users/${nasabah.id}`;
    for (const body of [{ nama: "John" }, { id_jabatan: 2 }, PEGAWAI]) {
      const rows = await written(world, async () =>
        expect(await refusalAt(admin.put(path, body))).toBe(`${INVALID} #`),
      );
      expect(rows).toEqual([]);
    }
    expect(await bodyOf(admin.get(path))).toEqual(nasabah);
  });

  test.each([
    {},
    { nama: "John", name: "Budi" },
    { alamat: "Jl. Satu", email: null },
    { id_user: 7 },
    { created_at: "2026-11-20T03:00:00.000Z" },
  ])("%j, which is as much the one kind as the other, changes neither and is told of both", async (body) => {
    const users: UserBody[] = [await makePegawai(world), await makeBerkasNasabah(world)];
    for (const user of users) {
      expect(await problemsAt(admin.put(`/users/${idOf(user)}`, body))).toEqual(SALAH_SATU);
      expect(await bodyOf(admin.get(`/users/${idOf(user)}`))).toEqual(user);
    }
  });

  test.each([
    [{ nama: "John", alamat: "Jl. Satu", name: "Budi" }, "#/name"],
    [{ nama: "John", name: "Budi", gender: "L" }, "#/nama"],
    [{ alamat: "Jl. Baru", gaji: 1 }, "#/gaji"],
    [{ email: "a@example.com", gaji: 1 }, "#/gaji"],
    [{ name: "Jane", updated_at: "2026-11-20T03:00:00.000Z" }, "#/updated_at"],
    [{ name: "Jane", akun_id: 1 }, "#/akun_id"],
  ])("%j changes neither kind", async (body, pointer) => {
    const users: UserBody[] = [await makePegawai(world), await makeBerkasNasabah(world)];
    for (const user of users) {
      expect(await refusalAt(admin.put(`/users/${idOf(user)}`, body))).toBe(`${INVALID} ${pointer}`);
      expect(await bodyOf(admin.get(`/users/${idOf(user)}`))).toEqual(user);
    }
  });
});

describe("changing a pegawai", () => {
  test.each([
    { nama: "Jane Doe" },
    { alamat: "Jl. Lain No. 1\nRT 02" },
    { telepon: "+62 (0)812-3456-7890" },
    { telepon: "(021) 555-1234" },
    { id_jabatan: 2 },
    { nama: "Jane", alamat: "Jl. Dua", telepon: "0211234567", id_jabatan: 2 },
  ])("%j changes just that", async (body) => {
    const [pegawai, other] = [await makePegawai(world), await makePegawai(world)];
    const path = `/users/${pegawai.id_user}`;
    expect(await bodyOf(admin.put(path, body))).toEqual({ ...pegawai, ...body });
    expect(await bodyOf(admin.get(path))).toEqual({ ...pegawai, ...body });
    expect(await bodyOf(admin.get(`/users/${other.id_user}`))).toEqual(other);
  });

  test("takes the spaces around a telephone away, when adding too", async () => {
    const pegawai = await makePegawai(world, { telepon: "  (0812) 3456.7890\n" });
    expect(pegawai.telepon).toBe("(0812) 3456.7890");
    const changed = admin.put(`/users/${pegawai.id_user}`, { telepon: "\t021 5551234 " });
    expect(await bodyOf(changed)).toEqual({ ...pegawai, telepon: "021 5551234" });
  });

  test("to a position that is not there is 422 and changes nothing; so is adding one with it", async () => {
    const gone = await bodyOf<JabatanBody>(admin.post("/jabatan", { nama_jabatan: unik() }), 201);
    expect((await admin.delete(`/jabatan/${gone.id_jabatan}`)).status).toBe(204);
    const pegawai = await makePegawai(world);
    const path = `/users/${pegawai.id_user}`;
    const before = await counts();
    for (const id_jabatan of [gone.id_jabatan, 2_147_483_647]) {
      const rows = await written(world, async () => {
        const answers = [
          admin.put(path, { nama: "Jane", id_jabatan }),
          admin.post("/users/", { ...PEGAWAI, id_jabatan }),
        ];
        for (const answer of answers)
          expect(await refusalAt(answer)).toBe("422 jabatan-tidak-dikenal #/id_jabatan");
      });
      expect(rows).toEqual([]);
    }
    expect(await bodyOf(admin.get(path))).toEqual(pegawai);
    expect(await counts()).toEqual(before);
  });

  test("keeps names as they are written, composed", async () => {
    for (const nama of ["Cafe\u0301 d'Été", `O'Brien; drop table "pegawai" --`, "100% \\ _", "张伟 👋"])
      expect(await makePegawai(world, { nama: ` ${nama} ` })).toMatchObject({ nama: nama.normalize("NFC") });
  });
});

describe("a user that is not there", () => {
  test("is 404, whatever is asked of it; a deleted one too, and its id never comes again", async () => {
    const pegawai = await makePegawai(world);
    expect(await bodyOf(admin.delete(`/users/${pegawai.id_user}`))).toEqual(pegawai);
    for (const id of [pegawai.id_user, 987_654_321, Number.MAX_SAFE_INTEGER]) {
      const path = `/users/${id}`;
      expect(await refusalAt(admin.get(path))).toBe(TIDAK_ADA);
      expect(await refusalAt(admin.put(path, { nama: "Jane" }))).toBe(TIDAK_ADA);
      expect(await refusalAt(admin.put(path, { name: "Jane", phone: randomPhone() }))).toBe(TIDAK_ADA);
      expect(await refusalAt(admin.delete(path))).toBe(TIDAK_ADA);
    }
    expect((await makePegawai(world)).id_user).toBeGreaterThan(pegawai.id_user);
  });

  test.each(["0", "-1", "01", "1.0", "1e3", "x", "9007199254740992", "99999999999999999999"])(
    "/users/%s is 422",
    async (id) => {
      for (const answer of [
        admin.get(`/users/${id}`),
        admin.put(`/users/${id}`, { nama: "Jane" }),
        admin.delete(`/users/${id}`),
      ])
        expect(await refusalAt(answer)).toBe(`${INVALID} path:id`);
    },
  );
});

test("the audit says who added, changed and removed which user, and no value but its position", async () => {
  let id = 0;
  const rows = await written(world, async () => {
    ({ id_user: id } = await bodyOf<{ id_user: number }>(admin.post("/users/", PEGAWAI)));
    await bodyOf(admin.put(`/users/${id}`, { nama: "Jane Doe", telepon: PEGAWAI.telepon, id_jabatan: 2 }));
    await bodyOf(admin.put(`/users/${id}`, { nama: "Jane Doe" }));
    await bodyOf(admin.delete(`/users/${id}`));
  });
  const by = { pelaku: `akun:${admin.orang.id}`, tabel: "pegawai", id: String(id) };
  expect(rows).toEqual([
    { ...by, aksi: "pegawai.buat", rincian: { menjadi: { id, id_jabatan: 1 } } },
    {
      ...by,
      aksi: "pegawai.ubah",
      rincian: { kolom: ["id_jabatan", "nama"], dari: { id_jabatan: 1 }, menjadi: { id_jabatan: 2 } },
    },
    { ...by, aksi: "pegawai.hapus", rincian: { dari: { id, id_jabatan: 2 } } },
  ]);
});
