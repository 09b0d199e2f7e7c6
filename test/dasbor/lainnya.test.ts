import { beforeAll, describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import {
  firstAdmin,
  login,
  makeAkun,
  makeBerkasNasabah,
  makeMitra,
  makePegawai,
  randomDigits,
  randomPhone,
  requestPurchase,
} from "../make.ts";
import { buka, type Peramban } from "./peramban.ts";

// Products, users, accounts and the audit.

const world = useWorld();
let admin: Peramban;
let karyawan: Peramban;

beforeAll(async () => {
  admin = await buka(world, await firstAdmin(world));
  karyawan = await buka(world, await makeAkun(world, "karyawan"));
});

/** A product of its own, put there with the owner's login. */
async function produk(
  nominal: number | null = 10_000,
  nama = "Pulsa <b>Baru</b>",
): Promise<{ id: number; kode: string }> {
  const kode = `uji${randomDigits()}`;
  const [row] = await world.cloud.neon.asOwner(
    "insert into produk (kode, nama, kategori, harga, nominal) values ($1, $2, 'pulsa', 12000, $3) returning id",
    [kode, nama, nominal],
  );
  return { id: Number(row?.["id"]), kode };
}

const hargaOf = async (id: number) =>
  (await world.cloud.neon.asOwner("select harga, aktif::text from produk where id = $1", [id]))[0];

describe("products", () => {
  test("are all listed, as text, for a karyawan without their forms", async () => {
    const { id, kode } = await produk();
    await world.cloud.neon.asOwner("update produk set aktif = false where id = $1", [id]);
    const page = await karyawan.page(`/dashboard/produk?cari=${kode}`);
    expect(page).toContain("Pulsa &lt;b&gt;Baru&lt;/b&gt;");
    expect(page).toContain("Nonaktif");
    expect(page).not.toContain("/dashboard/produk/");
    expect(await karyawan.page(`/dashboard/produk?cari=${kode}&aktif=ya`)).toContain("Tidak ada produk");
  });

  test("page by id", async () => {
    const nama = `Berjilid ${randomDigits()}`;
    await world.cloud.neon.asOwner(
      `insert into produk (kode, nama, kategori, harga, nominal)
        select $1 || n, $1, 'uji', 1000, 1000 from generate_series(1, 51) n`,
      [nama],
    );
    const first = await admin.page(`/dashboard/produk?cari=${encodeURIComponent(nama)}`);
    const next = /href="([^"]+)" rel="next"/.exec(first)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const second = await admin.page(next);
    expect([first, second].map((page) => page.split("<tr").length - 2)).toEqual([50, 1]);
    expect(second).not.toContain('rel="next"');
  });

  test("get another price, or leave the shop; the audit says so, and purchases follow", async () => {
    const { id } = await produk();
    const mitra = await makeMitra(world, { saldo: 100_000 });
    const body = { produk_id: id, nomor_tujuan: "08123456789", nominal: 10_000 };
    await world.idle();
    world.cloud.neon.requests = 0;
    const changed = await admin.post(`/dashboard/produk/${id}`, { harga: "13.500", aktif: "ya" });
    expect(changed.status, await changed.clone().text()).toBe(303);
    expect(world.cloud.neon.requests).toBe(1);
    expect(await hargaOf(id)).toEqual({ harga: "13500", aktif: "true" });
    await requestPurchase(world, mitra, body);
    await admin.post(`/dashboard/produk/${id}`, { harga: "13500", aktif: "tidak" });
    expect((await requestPurchase(world, mitra, body)).status).toBe(404);
    const rows = await world.cloud.neon.asOwner(
      "select pelaku, aksi, rincian from audit where sasaran_tabel = 'produk' and sasaran_id = $1 and aksi = 'produk.ubah' order by id",
      [String(id)],
    );
    const pelaku = `akun:${(await firstAdmin(world)).id}`;
    expect(rows.map((row) => ({ ...row, rincian: JSON.parse(String(row["rincian"])) as unknown }))).toEqual([
      {
        pelaku,
        aksi: "produk.ubah",
        rincian: { kolom: ["harga"], dari: { harga: 12_000 }, menjadi: { harga: 13_500 } },
      },
      {
        pelaku,
        aksi: "produk.ubah",
        rincian: { kolom: ["aktif"], dari: { aktif: true }, menjadi: { aktif: false } },
      },
    ]);
  });

  test.each<[string, string, number]>([
    ["free", "0", 422],
    ["below nothing", "-1", 422],
    ["a fraction", "1,5", 422],
    ["beyond sense", "1000000001", 422],
  ])("are not %s", async (_what, harga, status) => {
    const { id } = await produk();
    const response = await admin.post(`/dashboard/produk/${id}`, { harga, aktif: "ya" });
    expect(response.status).toBe(status);
    const page = await response.text();
    expect(page).toContain('id="harga-galat"');
    expect(page).toContain(`<h1>Galat: Ubah produk #${id}</h1>`);
    expect(await hargaOf(id)).toEqual({ harga: "12000", aktif: "true" });
  });

  test.each(["1000000001", "1.000.000.001", "99999999999999"])(
    "of %s name the most it may be",
    async (harga) => {
      const { id } = await produk();
      const response = await admin.post(`/dashboard/produk/${id}`, { harga, aktif: "ya" });
      expect(await response.text()).toContain("paling banyak Rp1.000.000.000");
    },
  );

  test("of an open denomination may come without a fee; what is not there is refused", async () => {
    const { id } = await produk(null);
    expect((await admin.post(`/dashboard/produk/${id}`, { harga: "0", aktif: "ya" })).status).toBe(303);
    expect((await admin.post("/dashboard/produk/999999", { harga: "1", aktif: "ya" })).status).toBe(404);
  });
});

describe("users", () => {
  test("of both kinds are found by name, masked, and as text", async () => {
    const mark = randomDigits();
    const phone = randomPhone();
    await makePegawai(world, { nama: `<u>Joko</u> ${mark}` });
    await makeBerkasNasabah(world, { name: `Budi ${mark}`, phone });
    const page = await karyawan.page(`/dashboard/users?q=${mark}`);
    expect(page).toContain(`&lt;u&gt;Joko&lt;/u&gt; ${mark}`);
    expect(page).toContain(`Budi ${mark}`);
    expect(page).toContain("1–2 dari 2");
    expect(page).not.toContain(phone);
    expect(page).toMatch(/\+62\d\d\*+\d{3}/);
    expect(await karyawan.page(`/dashboard/users?q=${mark}&kind=nasabah`)).not.toContain("Joko");
  });

  test("page by number", async () => {
    const mark = randomDigits();
    await world.cloud.neon.asOwner(
      `insert into pegawai (nama, alamat, telepon, id_jabatan)
        select $1 || ' ' || n, 'Jl. Contoh', '081234567890', 1 from generate_series(1, 51) n`,
      [mark],
    );
    const first = await karyawan.page(`/dashboard/users?q=${mark}`);
    expect(first).toContain("1–50 dari 51");
    const second = await karyawan.page(`/dashboard/users?q=${mark}&halaman=2`);
    expect(second).toContain("51–51 dari 51");
    expect(second).not.toContain('rel="next"');
    expect(await karyawan.page(`/dashboard/users?q=${mark}&halaman=3`)).toContain("Tidak ada user");
  });
});

describe("accounts", () => {
  test("change their role, and are out at once; one's own has no form", async () => {
    const person = await makeAkun(world, "karyawan");
    const browser = await buka(world, person);
    const page = await admin.page("/dashboard/akun?peran=karyawan");
    expect(page).toContain(person.email);
    const own = (await firstAdmin(world)).id;
    expect(await admin.page("/dashboard/akun?peran=admin")).not.toContain(`action="/dashboard/akun/${own}"`);
    const response = await admin.post(`/dashboard/akun/${person.id}`, { peran: "karyawan", aktif: "tidak" });
    expect(response.headers.get("location")).toBe("/dashboard/akun?kabar=diatur");
    expect((await browser.get("/dashboard/transaksi")).status).toBe(303);
  });

  test("keep an admin, and say so", async () => {
    const own = (await firstAdmin(world)).id;
    const response = await admin.post(`/dashboard/akun/${own}`, { peran: "karyawan", aktif: "ya" });
    expect(response.status).toBe(409);
    expect(await response.text()).toContain("admin aktif yang terakhir");
    expect((await admin.post("/dashboard/akun/999999", { peran: "admin", aktif: "ya" })).status).toBe(404);
  });
});

describe("a new account for staff", () => {
  const isian = (fields: Record<string, string> = {}) => {
    const mark = randomDigits();
    return {
      nama: "Rina <b>Wati</b>",
      email: `Rina${mark}@Example.com`,
      username: `rina.${mark}`,
      password: "sandi-rina",
      peran: "karyawan",
      ...fields,
    };
  };
  const path = "/dashboard/akun/petugas";

  test("is opened by an admin, may log in at once, and stands in the audit", async () => {
    const fields = isian();
    expect(await admin.page("/dashboard/akun")).toContain(`action="${path}"`);
    const response = await admin.post(path, fields);
    expect(response.status, await response.clone().text()).toBe(303);
    expect(response.headers.get("location")).toBe("/dashboard/akun?kabar=ditambah");
    const page = await admin.page("/dashboard/akun?kabar=ditambah");
    expect(page).toContain("Petugas sudah ditambah.");
    expect(page).toContain("Rina &lt;b&gt;Wati&lt;/b&gt;");
    expect(page).toContain(fields.email.toLowerCase());
    const person = await login(world, fields.username, fields.password);
    expect(person).toMatchObject({ role: "karyawan", name: fields.nama });
    const { id } = await firstAdmin(world);
    expect(
      await world.cloud.neon.asOwner(
        "select pelaku from audit where aksi = 'akun.daftar' and sasaran_id = $1",
        [String(person.id)],
      ),
    ).toEqual([{ pelaku: `akun:${id}` }]);
  });

  test.each<[string, number, Record<string, string>, string]>([
    ["without a name", 422, { nama: " " }, "nama-baru-galat"],
    ["without an address", 422, { email: "rina" }, "email-baru-galat"],
    ["with a short user name", 422, { username: "r" }, "username-baru-galat"],
    ["with a short password", 422, { password: "rhs-5" }, "password-baru-galat"],
    ["without a role", 422, { peran: "" }, "peran-baru-galat"],
    ["as nasabah", 422, { peran: "nasabah" }, "peran-baru-galat"],
  ])(
    "%s says so at its field, and keeps what was typed but for the password",
    async (_w, status, change, marked) => {
      const fields = isian(change);
      const response = await admin.post(path, fields);
      expect(response.status).toBe(status);
      const page = await response.text();
      expect(page).toContain(`id="${marked}"`);
      expect(page).toContain("Tambah petugas");
      expect(page).not.toContain(fields.password);
    },
  );

  test("with somebody else's address or user name says whose is taken", async () => {
    const fields = isian();
    await admin.post(path, fields);
    for (const [change, marked] of [
      [{ username: `lain.${randomDigits()}` }, "email-baru-galat"],
      [{ email: `lain${randomDigits()}@example.com` }, "username-baru-galat"],
    ] as const) {
      const response = await admin.post(path, { ...fields, ...change });
      expect(response.status).toBe(409);
      expect(await response.text()).toContain(`id="${marked}"`);
    }
  });
});

describe("the audit", () => {
  test("is filtered, and shows what it holds as text", async () => {
    const mitra = await makeMitra(world);
    await admin.post(`/dashboard/mitra/${mitra.id}/aktif`, { aktif: "tidak" });
    const path = `/dashboard/audit?aksi=mitra.atur&tabel=mitra&sasaran=${mitra.id}`;
    const page = await admin.page(path);
    expect(page).toContain("mitra.atur");
    expect(page).toContain("{&quot;aktif&quot;:false}");
    const { id } = await firstAdmin(world);
    expect(await admin.page(`${path}&pelaku=akun:${id}`)).toContain(`akun:${id}`);
    expect(await admin.page(`${path}&pelaku=tamu`)).toContain("Tidak ada catatan");
    expect(await admin.page(`${path}&sampai=2020-01-01`)).toContain("Tidak ada catatan");
  });

  test("checks its chain, and says where it is broken", async () => {
    expect(await admin.page("/dashboard/audit/rantai")).toContain("Rantai utuh sampai ujungnya.");
  });
});
