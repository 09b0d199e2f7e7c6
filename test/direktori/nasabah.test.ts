import { describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { makeBerkasNasabah, randomDigits, randomNik, type NasabahBody } from "../make.ts";
import { bodyOf, countOf, pageOf, refusalAt, unik, useOrang, written } from "./caller.ts";
import { masked, phoneForms } from "./numbers.ts";

// Files of customers: one number for one file however it is written, and only its ends are shown.

const world = useWorld();
const admin = useOrang(world, "admin");
const staff = useOrang(world, "karyawan");

const TELEPON = "409 telepon-terdaftar #/phone";
const NIK = "409 nik-terdaftar #/national_id";
const buat = (isian: object = {}) => bodyOf<NasabahBody>(staff.post("/users/", { name: "Budi", ...isian }));

describe("a new file", () => {
  test("has exactly the documented fields, and masks what is sensitive in every answer", async () => {
    const [digits, national_id, name] = [randomDigits(), randomNik(), unik()];
    const isian = { name, phone: `0${digits}`, email: "Budi@Example.COM", dob: "1990-05-17", gender: "L" };
    const nasabah = await buat({ ...isian, national_id });
    expect(nasabah).toEqual({
      ...isian,
      id: expect.any(Number),
      external_user_id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      phone: masked(`+62${digits}`, 5, 3),
      email: "budi@example.com",
      national_id: masked(national_id, 4, 4),
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: nasabah.created_at,
    });
    const path = `/users/${nasabah.id}`;
    expect(await bodyOf(staff.get(path))).toEqual(nasabah);
    expect(await bodyOf(admin.get(path))).toEqual(nasabah);
    expect((await pageOf(staff.get(`/users/?q=${name}`))).rows).toEqual([nasabah]);
    const diubah = await bodyOf<NasabahBody>(staff.put(path, { gender: "P" }));
    expect(diubah).toEqual({ ...nasabah, gender: "P", updated_at: diubah.updated_at });
    expect(await bodyOf(admin.delete(path))).toEqual(diubah);
    expect(await refusalAt(admin.get(path))).toBe("404 user-tidak-ada");
  });

  test("needs no more than a name; what is not given is null, as what is given as null", async () => {
    const kosong = { phone: null, email: null, dob: null, gender: null, national_id: null };
    for (const isian of [{}, kosong]) expect(await buat(isian)).toMatchObject(kosong);
    // No number is no number to collide with.
    const [row] = await world.cloud.neon.asOwner(
      "select count(*) as rows from nasabah where phone_indeks is null and phone_segel is null and national_id_indeks is null",
    );
    expect(Number(row?.["rows"])).toBeGreaterThanOrEqual(2);
  });

  test("has an identity towards others of its own", async () => {
    const files = [await buat(), await buat(), await buat()];
    expect(new Set(files.map((file) => file.external_user_id)).size).toBe(3);
  });

  test.each(
    [
      { name: "" },
      { name: "\u200B\uFEFF" },
      { name: null },
      { name: "x".repeat(101) },
      { phone: "" },
      { phone: "812345678" },
      { phone: "+62" },
      { phone: "0812-HALO" },
      { phone: 8123456789 },
      { phone: `+62${"8".repeat(14)}` },
      { phone: "+6200812345678" },
      { phone: `0812${" ".repeat(30)}` },
      { email: "bukan email" },
      { email: `${"x".repeat(100)}@example.com` },
      { gender: "x".repeat(17) },
      { gender: "" },
      { national_id: "320101170590000" },
      { national_id: "32010117059000011" },
      { national_id: "3201 0117 0590 0001" },
      { national_id: "３２０１０１１７０５９０００００１".slice(0, 16) },
      { national_id: 3201011705900001 },
      { dob: "17-05-1990" },
      { dob: "1990-05-17T00:00:00Z" },
    ].map((wrong): [string, object] => [JSON.stringify(wrong).slice(0, 40), wrong]),
  )("with %s is 422, also when changed so", async (_, wrong) => {
    const [field] = Object.keys(wrong);
    const before = await countOf(world, "nasabah");
    expect(await refusalAt(staff.post("/users/", { name: "Budi", ...wrong }))).toBe(
      `422 validasi-gagal #/${field}`,
    );
    expect(await countOf(world, "nasabah")).toBe(before);
    const nasabah = await makeBerkasNasabah(world);
    expect(await refusalAt(staff.put(`/users/${nasabah.id}`, wrong))).toBe(`422 validasi-gagal #/${field}`);
    expect(await bodyOf(staff.get(`/users/${nasabah.id}`))).toEqual(nasabah);
  });
});

describe("a telephone number", () => {
  test("is the same one however it is written: 409, when adding and when changing", async () => {
    const digits = randomDigits();
    const forms = phoneForms(digits);
    const [owner, other] = [await buat({ phone: forms[0] }), await buat()];
    const before = await countOf(world, "nasabah");
    for (const phone of forms) {
      expect(await refusalAt(staff.post("/users/", { name: "Siti", phone })), phone).toBe(TELEPON);
      expect(await refusalAt(staff.put(`/users/${other.id}`, { name: "Siti", phone })), phone).toBe(TELEPON);
      // Its own it may be given again.
      expect(await bodyOf(staff.put(`/users/${owner.id}`, { phone })), phone).toMatchObject({
        phone: owner.phone,
      });
    }
    expect(await countOf(world, "nasabah")).toBe(before);
    expect(await bodyOf(staff.get(`/users/${other.id}`))).toEqual(other);
  });

  test.each([0, 1, 2, 3, 4, 5])("in form %i is shown as E.164, masked", async (form) => {
    const digits = randomDigits();
    expect((await buat({ phone: phoneForms(digits)[form] })).phone).toBe(masked(`+62${digits}`, 5, 3));
  });

  test("of another country stays there", async () => {
    const digits = randomDigits().slice(0, 9);
    expect((await buat({ phone: `+65 ${digits}` })).phone).toBe(masked(`+65${digits}`, 5, 3));
    expect((await buat({ phone: `+62 ${digits}` })).phone).toBe(masked(`+62${digits}`, 5, 3));
  });

  test("that is taken away, changed or whose file is deleted is free for somebody else", async () => {
    const numbers = [randomDigits(), randomDigits(), randomDigits()].map((digits) => `0${digits}`);
    const files = await Promise.all(numbers.map((phone) => buat({ phone })));
    const [taken, changed, deleted] = files.map(({ id }) => `/users/${id}`) as [string, string, string];
    expect(await bodyOf(staff.put(taken, { phone: null }))).toMatchObject({ phone: null });
    await bodyOf(staff.put(changed, { phone: `0${randomDigits()}` }));
    await bodyOf(admin.delete(deleted));
    for (const phone of numbers) {
      await buat({ phone });
      expect(await refusalAt(staff.post("/users/", { name: "Siti", phone }))).toBe(TELEPON);
    }
    expect(await bodyOf(staff.get(taken))).toMatchObject({ phone: null });
  });

  // The shortest E.164 that is taken: as much has to be hidden of it as tells it from its neighbours.
  test("that is short is hidden for the most part too", async () => {
    const { phone } = await buat({ phone: `+65${randomDigits().slice(-6)}` });
    expect((phone ?? "").replaceAll(/[^*]/g, "").length).toBeGreaterThanOrEqual(4);
  });
});

describe("a NIK", () => {
  test("belongs to one file, until it is taken away", async () => {
    const national_id = randomNik();
    const [owner, other] = [await buat({ national_id }), await buat({ national_id: randomNik() })];
    expect(await refusalAt(staff.post("/users/", { name: "Siti", national_id }))).toBe(NIK);
    expect(await refusalAt(staff.put(`/users/${other.id}`, { national_id }))).toBe(NIK);
    expect(await bodyOf(staff.get(`/users/${other.id}`))).toEqual(other);
    const same = await bodyOf<NasabahBody>(staff.put(`/users/${owner.id}`, { national_id }));
    expect(same.national_id).toBe(masked(national_id, 4, 4));
    await bodyOf(staff.put(`/users/${owner.id}`, { national_id: null }));
    expect(await bodyOf(staff.get(`/users/${owner.id}`))).toMatchObject({ national_id: null });
    expect(await bodyOf(staff.put(`/users/${other.id}`, { national_id }))).toMatchObject({
      national_id: masked(national_id, 4, 4),
    });
  });

  test("that is somebody's telephone number is another thing", async () => {
    const national_id = randomNik().replace(/^./, "1");
    await buat({ national_id });
    expect(
      await refusalAt(staff.post("/users/", { name: "Siti", phone: `+${national_id.slice(0, 15)}` })),
    ).toBe("200");
  });
});

describe("a change", () => {
  test.each([
    { name: "Siti" },
    { email: "siti@example.com" },
    { email: null },
    { dob: "2000-02-29" },
    { dob: null },
    { gender: "P" },
    { gender: null },
    { phone: null },
    { national_id: null },
  ])("of %j leaves the rest, sealed or not", async (body) => {
    const [nasabah, other] = [
      await buat({
        phone: `0${randomDigits()}`,
        email: "budi@example.com",
        dob: "1990-05-17",
        gender: "L",
        national_id: randomNik(),
      }),
      await makeBerkasNasabah(world),
    ];
    const path = `/users/${nasabah.id}`;
    const diubah = await bodyOf<NasabahBody>(staff.put(path, body));
    expect(diubah).toEqual({ ...nasabah, ...body, updated_at: diubah.updated_at });
    expect(await bodyOf(staff.get(path))).toEqual(diubah);
    expect(await bodyOf(staff.get(`/users/${other.id}`))).toEqual(other);
  });

  test("is in the audit with the names of its fields, and none of its values", async () => {
    // A NIK in which there is nothing odd.
    const national_id = `320101170590${randomDigits().slice(-3)}1`;
    const isian = { phone: `0${randomDigits()}`, national_id, dob: "1990-05-17", gender: "L" };
    let id = 0;
    const rows = await written(world, async () => {
      ({ id } = await bodyOf<NasabahBody>(admin.post("/users/", { name: "Budi", ...isian })));
      const path = `/users/${id}`;
      await bodyOf(admin.put(path, { name: "Siti", phone: `0${randomDigits()}`, national_id: null }));
      await bodyOf(admin.put(path, { name: "Siti", gender: "L" }));
      await bodyOf(admin.delete(path));
    });
    const by = { pelaku: `akun:${admin.orang.id}`, tabel: "nasabah", id: String(id) };
    expect(rows).toEqual([
      { ...by, aksi: "nasabah.buat", rincian: { menjadi: { id } } },
      {
        ...by,
        aksi: "nasabah.ubah",
        rincian: { kolom: ["name", "national_id", "phone"] },
      },
      { ...by, aksi: "nasabah.hapus", rincian: { dari: { id } } },
    ]);
  });
});
