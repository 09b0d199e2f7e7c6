import { describe, expect, test } from "vitest";
import { usersQuery } from "../../src/direktori/users/schema.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, makeBerkasNasabah, makePegawai } from "../make.ts";
import {
  atasNama,
  bodyOf,
  idOf,
  pageOf,
  refusalAt,
  unik,
  useOrang,
  walk,
  type JabatanBody,
  type UserBody,
} from "./caller.ts";

// Finding users of both kinds: pages, filters, and names taken literally.

const world = useWorld();
const staff = useOrang(world, "karyawan");

const list = (query: Record<string, string | number>) =>
  pageOf<UserBody>(
    staff.get(
      `/users/?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString()}`,
    ),
  );
const idsOf = async (query: Record<string, string | number>) => {
  const { rows, total } = await list(query);
  expect(total).toBe(rows.length);
  return rows.map(idOf);
};
const pegawai = async (nama: string, id_jabatan = 1) => idOf(await makePegawai(world, { nama, id_jabatan }));
const nasabah = async (name: string) => idOf(await makeBerkasNasabah(world, { name }));
const jabatan = async () => {
  const admin = atasNama(world, await makeAkun(world, "admin"));
  return (await bodyOf<JabatanBody>(admin.post("/jabatan", { nama_jabatan: unik() }), 201)).id_jabatan;
};

describe("all users", () => {
  test("come in the order of their ids, both kinds mixed, each once, over all pages", async () => {
    for (let n = 0; n < 4; n++) await Promise.all([pegawai("John"), nasabah("Budi")]);
    const rows = await world.cloud.neon.asOwner(
      "select id from pegawai union all select id from nasabah order by id",
    );
    const ids = rows.map(({ id }) => Number(id));
    for (const limit of [3, 100]) {
      const pages = await walk<UserBody>(staff, "/users/", `?limit=${limit}`);
      expect(pages.flatMap((page) => page.rows.map(idOf))).toEqual(ids);
      expect(pages.map(({ total }) => total)).toEqual(pages.map(() => ids.length));
      expect(pages).toHaveLength(Math.ceil(ids.length / limit));
    }
    expect((await list({ skip: 3, limit: 2 })).rows.map(idOf)).toEqual(ids.slice(3, 5));
    for (const skip of [ids.length, 2_147_483_647])
      expect(await list({ skip })).toEqual({ rows: [], total: ids.length, next: undefined });
  });

  test("are in the list what they are alone", async () => {
    const name = unik();
    await pegawai(name);
    await makeBerkasNasabah(world, { name, dob: "1990-05-17", gender: "L", national_id: "3201011705900001" });
    const { rows } = await list({ q: name });
    expect(rows).toHaveLength(2);
    for (const user of rows) expect(await bodyOf(staff.get(`/users/${idOf(user)}`))).toEqual(user);
  });

  test.each([
    ["limit=101", "query:limit"],
    ["limit=0", "query:limit"],
    ["limit=-1", "query:limit"],
    ["limit=1e3", "query:limit"],
    ["skip=-1", "query:skip"],
    ["skip=1e3", "query:skip"],
    ["skip=2147483648", "query:skip"],
    ["kind=admin", "query:kind"],
    ["kind=", "query:kind"],
    ["kind=pegawai&kind=nasabah", "query:kind"],
    ["id_jabatan=0", "query:id_jabatan"],
    ["id_jabatan=x", "query:id_jabatan"],
    ["id_jabatan=2147483648", "query:id_jabatan"],
    ["q=a&q=b", "query:q"],
    ["nama=x", "query:nama"],
  ])("?%s is 422", async (query, pointer) => {
    expect(await refusalAt(staff.get(`/users/?${query}`))).toBe(`422 validasi-gagal ${pointer}`);
  });
});

describe("filters", () => {
  test("by kind, position and name, alone and together", async () => {
    const [satu, dua] = [await jabatan(), await jabatan()];
    const nama = unik();
    const [a, b, c] = [
      await pegawai(`${nama} A`, satu),
      await pegawai(`${nama} B`, dua),
      await pegawai("Lain", satu),
    ];
    const [d, e] = [await nasabah(`Si ${nama}`), await nasabah("Lain")];
    expect(await idsOf({ q: nama })).toEqual([a, b, d]);
    expect(await idsOf({ id_jabatan: satu })).toEqual([a, c]);
    expect(await idsOf({ id_jabatan: dua })).toEqual([b]);
    expect(await idsOf({ q: nama, kind: "pegawai" })).toEqual([a, b]);
    expect(await idsOf({ q: nama, kind: "nasabah" })).toEqual([d]);
    expect(await idsOf({ q: nama, id_jabatan: satu })).toEqual([a]);
    expect(await idsOf({ q: nama, id_jabatan: satu, kind: "pegawai" })).toEqual([a]);
    // Nasabah have no position.
    expect(await idsOf({ id_jabatan: satu, kind: "nasabah" })).toEqual([]);
    expect(await idsOf({ id_jabatan: 2_147_483_647 })).toEqual([]);
    expect(await idsOf({ q: `${nama} Z` })).toEqual([]);
    const kinds = async (kind: string) =>
      (await walk<UserBody>(staff, "/users/", `?kind=${kind}&limit=2`)).flatMap(({ rows }) => rows);
    const [ofPegawai, ofNasabah] = [await kinds("pegawai"), await kinds("nasabah")];
    expect(ofPegawai.map(idOf)).toEqual(expect.arrayContaining([a, b, c]));
    expect(ofNasabah.map(idOf)).toEqual(expect.arrayContaining([d, e]));
    expect(ofPegawai.filter((user) => !("id_user" in user))).toEqual([]);
    expect(ofNasabah.filter((user) => "id_user" in user)).toEqual([]);
  });

  test("stay in the links from page to page", async () => {
    const [id_jabatan, nama] = [await jabatan(), `${unik()} & co`];
    const ids: number[] = [];
    for (let n = 0; n < 5; n++) {
      ids.push(await pegawai(nama, id_jabatan));
      await nasabah(nama);
      await pegawai("Lain", id_jabatan);
    }
    const query = new URLSearchParams({ q: nama, id_jabatan: String(id_jabatan), limit: "2" });
    const pages = await walk<UserBody>(staff, "/users/", `?${query.toString()}`);
    expect(pages.map(({ rows }) => rows.map(idOf))).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
    expect(pages.map(({ total }) => total)).toEqual([5, 5, 5]);
  });
});

describe("an empty search", () => {
  test.each(["", "%20%20", "+", "%0A", "%C2%A0%09", "%E2%80%83"])(
    "q=%s means no filter, and leaves the others as they are",
    async (q) => {
      const id_jabatan = await jabatan();
      const ids = [
        await pegawai(unik(), id_jabatan),
        await pegawai(unik(), id_jabatan),
        await nasabah(unik()),
      ];
      for (const query of ["", "&kind=nasabah", "&kind=pegawai", `&id_jabatan=${id_jabatan}`, "&limit=1"]) {
        const page = await pageOf<UserBody>(staff.get(`/users/?q=${q}${query}`));
        const without = await pageOf<UserBody>(staff.get(`/users/?${query.slice(1)}`));
        expect([page.rows, page.total], query).toEqual([without.rows, without.total]);
      }
      const pages = await walk<UserBody>(staff, "/users/", `?q=${q}&id_jabatan=${id_jabatan}&limit=1`);
      expect(pages.map(({ rows }) => rows.map(idOf))).toEqual(ids.slice(0, 2).map((id) => [id]));
    },
  );

  test("looks no name up", () => {
    for (const q of ["", " ", "\n\u2003"]) expect(usersQuery.parse({ q }).q, q).toBeUndefined();
    expect(usersQuery.parse({ q: " a " }).q).toBe("a");
  });

  test("of a nasabah finds its own file only", async () => {
    const orang = await makeAkun(world, "nasabah");
    const file = await makeBerkasNasabah(world, {}, orang);
    for (const q of ["", "%20"])
      expect(await bodyOf(atasNama(world, orang).get(`/users/?q=${q}`))).toEqual([file]);
  });
});

describe("a name is searched for literally", () => {
  test.each(["%", "_", "\\", "'", '"', "%_", "\\%", "\\_", "' or 1=1 --", "$1", "*", ".", "(", "100%"])(
    "%j finds names that have it, and no other",
    async (sign) => {
      const mark = unik();
      const with_ = [await pegawai(`${mark}${sign}x`), await nasabah(`${mark}${sign}x`)];
      await pegawai(`${mark}yx`);
      await nasabah(`${mark}yx`);
      await pegawai(`${mark}yyyyyyyyyyyx`);
      expect(await idsOf({ q: `${mark}${sign}` })).toEqual(with_);
      expect(await idsOf({ q: `${mark}${sign}x` })).toEqual(with_);
      const { rows } = await list({ q: sign });
      for (const user of rows)
        expect(("id_user" in user ? user.nama : user.name).toLowerCase()).toContain(sign);
    },
  );

  test("in whatever case, anywhere in it, trimmed and composed", async () => {
    const mark = unik();
    const ids = [await pegawai(`Siti ${mark} Aminah`), await nasabah(`Siti ${mark.toUpperCase()} Aminah`)];
    for (const q of [mark, mark.toUpperCase(), ` ${mark} `, `TI ${mark} aMi`, mark.slice(3)])
      expect(await idsOf({ q })).toEqual(ids);
    const [caf, suffix] = ["Cafe\u0301", unik()];
    const composed = [await pegawai(`${caf} ${suffix}`), await nasabah(`${caf} ${suffix}`)];
    for (const q of [`${caf} ${suffix}`, `Caf\u00E9 ${suffix}`, `CAFE\u0301 ${suffix}`.normalize("NFC")])
      expect(await idsOf({ q }), q).toEqual(composed);
  });

  test("one letter, and a hundred", async () => {
    const mark = unik();
    const long = `${mark}${"panjang ".repeat(20)}`.slice(0, 100).replace(/ $/, "x");
    const ids = [await pegawai(`Q${long}Q`), await nasabah(long)];
    expect(long).toHaveLength(100);
    expect(await idsOf({ q: long })).toEqual(ids);
    expect(await refusalAt(staff.get(`/users/?q=${long}x`))).toBe("422 validasi-gagal query:q");
    const letter = await pegawai("Ж");
    expect(await idsOf({ q: "Ж" })).toEqual([letter]);
  });

  test.each([
    ["%00", "400 url-rusak"],
    ["a%00b", "400 url-rusak"],
    ["%ED%A0%80", "400 url-rusak"],
    ["%", "400 url-rusak"],
    ["%E2%80%8B", "200"],
    ["%F0%9F%91%8B", "200"],
    ["%0A", "200"],
  ])("q=%s is %s, never a 500", async (q, refusal) => {
    expect(await refusalAt(staff.get(`/users/?q=${q}`))).toBe(refusal);
  });

  test("neither an address, nor a telephone, nor an e-mail is searched", async () => {
    const mark = unik();
    await makePegawai(world, { alamat: mark });
    await makeBerkasNasabah(world, { email: `${mark}@example.com`, gender: mark.slice(0, 16) });
    expect(await idsOf({ q: mark })).toEqual([]);
  });
});
