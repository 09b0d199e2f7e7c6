import { beforeAll, describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import {
  balances,
  firstAdmin,
  makeAkun,
  makeMitra,
  postJson,
  randomDigits,
  requestPurchase,
} from "../make.ts";
import { buka, fieldIn, idsIn, type Peramban } from "./peramban.ts";

const world = useWorld();
let admin: Peramban;

beforeAll(async () => {
  admin = await buka(world, await firstAdmin(world));
});

/** The top-up form of a mitra's page, filled in. */
async function formulir(id: number, fields: Record<string, string> = {}): Promise<Record<string, string>> {
  const kunci = fieldIn(await admin.page(`/dashboard/mitra/${id}`), "kunci");
  expect(kunci).toMatch(/^[0-9a-f-]{36}$/);
  return { kunci, jumlah: "500.000", keterangan: "Transfer BCA", ...fields };
}

describe("the list", () => {
  test("finds mitra by name, e-mail address and state, and shows their names as text", async () => {
    const mark = randomDigits();
    const nama = `<i>Toko</i> ${mark} & "Anak"`;
    await postJson(world, "/register", { nama, email: `x${mark}@mail.com`, saldo: 12_345 });
    const page = await admin.page(`/dashboard/mitra?cari=${mark}`);
    expect(page).toContain(`&lt;i&gt;Toko&lt;/i&gt; ${mark} &amp; &quot;Anak&quot;`);
    expect(page).toContain("Rp12.345");
    const [id = 0] = idsIn(page, "mitra");
    expect(idsIn(await admin.page(`/dashboard/mitra?cari=X${mark}%40MAIL&aktif=ya`), "mitra")).toEqual([id]);
    expect(idsIn(await admin.page(`/dashboard/mitra?cari=${mark}&aktif=tidak`), "mitra")).toEqual([]);
    expect(await admin.page(`/dashboard/mitra/${id}`)).toContain(`<h1>&lt;i&gt;Toko&lt;/i&gt; ${mark}`);
  });
});

describe("a top-up", () => {
  test("is written down with who and why, in one roundtrip", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const keterangan = `<script>alert("x")</script>`;
    const fields = await formulir(mitra.id, { keterangan });
    await world.idle();
    world.cloud.neon.requests = 0;
    const response = await admin.post(`/dashboard/mitra/${mitra.id}/saldo`, fields);
    expect(response.status, await response.clone().text()).toBe(303);
    expect(world.cloud.neon.requests).toBe(1);
    expect(response.headers.get("location")).toBe(`/dashboard/mitra/${mitra.id}?kabar=terisi`);
    expect(await balances(world, mitra)).toEqual({ tersedia: 500_000, ditahan: 0 });
    const page = await admin.page(response.headers.get("location") ?? "");
    for (const text of ["Saldo sudah diisi.", "+Rp500.000", "isi_saldo", "Siti Aminah", "&lt;script&gt;"])
      expect(page).toContain(text);
    expect(page).not.toContain("<script>alert");
  });

  test("that is sent twice, also at once, is one", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const path = `/dashboard/mitra/${mitra.id}/saldo`;
    const fields = await formulir(mitra.id);
    const twice = await Promise.all([admin.post(path, fields), admin.post(path, fields)]);
    expect(twice.map(({ status }) => status)).toEqual([303, 303]);
    expect((await admin.post(path, fields)).status).toBe(303);
    expect(await balances(world, mitra)).toEqual({ tersedia: 500_000, ditahan: 0 });
    // A page that is opened anew is another one.
    await admin.post(path, await formulir(mitra.id));
    expect(await balances(world, mitra)).toEqual({ tersedia: 1_000_000, ditahan: 0 });
  });

  test("that was sent before with another amount is refused, and has to be looked into first", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const path = `/dashboard/mitra/${mitra.id}/saldo`;
    const fields = await formulir(mitra.id);
    await admin.post(path, fields);
    const response = await admin.post(path, { ...fields, jumlah: "600.000" });
    expect(response.status).toBe(409);
    const page = await response.text();
    expect(page).toContain("periksa mutasinya");
    expect(page).not.toContain(`action="${path}"`);
    expect(await balances(world, mitra)).toEqual({ tersedia: 500_000, ditahan: 0 });
  });

  test("whose answer is lost can be sent again as it is", async () => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const path = `/dashboard/mitra/${mitra.id}/saldo`;
    const fields = await formulir(mitra.id);
    world.cloud.neon.faults.always({ kind: "refuse" });
    const lost = await admin.post(path, fields);
    world.cloud.neon.faults.clear();
    expect(lost.status).toBe(503);
    expect(fieldIn(await lost.text(), "kunci")).toBe(fields["kunci"]);
    expect((await admin.post(path, fields)).status).toBe(303);
    expect(await balances(world, mitra)).toEqual({ tersedia: 500_000, ditahan: 0 });
  });

  test.each<[string, Record<string, string>, string]>([
    ["nothing", { jumlah: "" }, "jumlah-galat"],
    ["0", { jumlah: "0" }, "jumlah-galat"],
    ["less than nothing", { jumlah: "-5000" }, "jumlah-galat"],
    ["a fraction", { jumlah: "1.5" }, "jumlah-galat"],
    ["another notation", { jumlah: "500,000" }, "jumlah-galat"],
    ["too much", { jumlah: "10.000.000.001" }, "jumlah-galat"],
    ["no reason", { keterangan: " " }, "keterangan-galat"],
  ])("of %s says so at its field, and keeps its key", async (_what, change, marked) => {
    const mitra = await makeMitra(world, { saldo: 0 });
    const fields = await formulir(mitra.id, change);
    const response = await admin.post(`/dashboard/mitra/${mitra.id}/saldo`, fields);
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain(`id="${marked}"`);
    expect(fieldIn(page, "kunci")).toBe(fields["kunci"]);
    expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
  });

  test.each(["10.000.000.001", "99999999999999", "9".repeat(30)])(
    "of %s names the most it may be",
    async (jumlah) => {
      const { id } = await makeMitra(world, { saldo: 0 });
      const response = await admin.post(`/dashboard/mitra/${id}/saldo`, await formulir(id, { jumlah }));
      expect(response.status).toBe(422);
      const page = await response.text();
      expect(page).toContain("paling banyak Rp10.000.000.000");
      expect(page).toContain(`<h1>Galat: Isi saldo mitra #${id}</h1>`);
    },
  );

  test("of a mitra that is not there is refused", async () => {
    const mitra = await makeMitra(world);
    const response = await admin.post("/dashboard/mitra/999999/saldo", await formulir(mitra.id));
    expect(response.status).toBe(404);
  });
});

describe("switching a mitra", () => {
  test("off and on again holds from its next request on", async () => {
    const mitra = await makeMitra(world);
    const path = `/dashboard/mitra/${mitra.id}/aktif`;
    const off = await admin.post(path, { aktif: "tidak" });
    expect(off.headers.get("location")).toBe(`/dashboard/mitra/${mitra.id}?kabar=nonaktif`);
    expect((await requestPurchase(world, mitra)).status).toBe(403);
    const page = await admin.page(`/dashboard/mitra/${mitra.id}?kabar=nonaktif`);
    expect(page).toContain("Aktifkan mitra");
    expect((await admin.post(path, { aktif: "ya" })).status).toBe(303);
    expect((await requestPurchase(world, mitra)).status).toBe(200);
  });

  test("that is not there is refused", async () => {
    expect((await admin.post("/dashboard/mitra/999999/aktif", { aktif: "ya" })).status).toBe(404);
  });
});

describe("the rules of a mitra", () => {
  const aturan = (fields: Record<string, string> = {}) => ({
    tier: "standar",
    wajib_tanda_tangan: "tidak",
    alamat_ip: "",
    ...fields,
  });
  const rules = async ({ id }: { id: number }) =>
    (
      await world.cloud.neon.asOwner(
        "select tier, wajib_tanda_tangan::text as wajib, alamat_ip::text as alamat, aktif::text from mitra where id = $1",
        [id],
      )
    )[0];

  test("are shown with its key's beginning and last use, and set in one roundtrip", async () => {
    const mitra = await makeMitra(world);
    const path = `/dashboard/mitra/${mitra.id}`;
    const before = await admin.page(path);
    for (const text of [mitra.apiKey.slice(0, 8), "belum pernah", "Tidak wajib", "Dari mana saja", "standar"])
      expect(before).toContain(text);
    expect(before).not.toContain(mitra.apiKey);
    await world.request("/saldo", { headers: mitra.headers });
    expect(await admin.page(path)).not.toContain("belum pernah");
    await world.idle();
    world.cloud.neon.requests = 0;
    const typed = aturan({
      tier: " Emas-1 ",
      wajib_tanda_tangan: "ya",
      alamat_ip: "203.0.113.7\r\n\r\n 198.51.100.0/24\r\n2001:db8::/32",
    });
    const response = await admin.post(`${path}/aturan`, typed);
    expect(response.status, await response.clone().text()).toBe(303);
    expect(world.cloud.neon.requests).toBe(1);
    expect(response.headers.get("location")).toBe(`${path}?kabar=aturan`);
    expect(await rules(mitra)).toEqual({
      tier: "emas-1",
      wajib: "true",
      alamat: "{203.0.113.7,198.51.100.0/24,2001:db8::/32}",
      aktif: "true",
    });
    const page = await admin.page(`${path}?kabar=aturan`);
    expect(page).toContain("Aturan mitra ini sudah disimpan");
    expect(page).toContain("203.0.113.7\n198.51.100.0/24\n2001:db8::/32</textarea>");
    expect(fieldIn(page, "tier")).toBe("emas-1");
    expect(await admin.page(`/dashboard/mitra?cari=${mitra.email}`)).toContain("emas-1");
    expect((await requestPurchase(world, mitra)).status).toBe(403);
    // The other form still knows nothing of these.
    await admin.post(`${path}/aktif`, { aktif: "tidak" });
    expect(await rules(mitra)).toMatchObject({ tier: "emas-1", wajib: "true", aktif: "false" });
    await admin.post(`${path}/aturan`, aturan());
    expect(await rules(mitra)).toEqual({ tier: "standar", wajib: "false", alamat: "{}", aktif: "false" });
  });

  test.each<[string, Record<string, string>, string, string]>([
    ["no tier", { tier: "" }, "tier-galat", "huruf kecil"],
    ["a tier in two words", { tier: "dua kata" }, "tier-galat", "huruf kecil"],
    ["neither yes nor no", { wajib_tanda_tangan: "" }, "wajib_tanda_tangan-galat", "ya, tidak"],
    [
      "what is no address",
      { alamat_ip: "10.0.0.1\n<b>x</b>" },
      "alamat_ip-galat",
      "yang ke-2 harus alamat IP",
    ],
    [
      "a network too wide to be one",
      { alamat_ip: "10.0.0.0/33" },
      "alamat_ip-galat",
      "yang ke-1 harus alamat IP",
    ],
    [
      "too many",
      { alamat_ip: Array.from({ length: 21 }, (_, n) => `10.0.0.${n}`).join("\n") },
      "alamat_ip-galat",
      "paling banyak 20",
    ],
  ])("with %s are refused at the field, and kept as typed", async (_what, change, marked, kata) => {
    const mitra = await makeMitra(world);
    const path = `/dashboard/mitra/${mitra.id}/aturan`;
    const before = await rules(mitra);
    const response = await admin.post(path, aturan({ tier: "perak", ...change }));
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).toContain(`id="${marked}"`);
    expect(page).toContain(kata);
    expect(page).toContain(`action="${path}"`);
    expect(page).toContain(`<h1>Galat: Aturan mitra #${mitra.id}</h1>`);
    expect(page).not.toContain("<b>x</b>");
    expect(fieldIn(page, "tier")).toBe(change["tier"] ?? "perak");
    expect(await rules(mitra)).toEqual(before);
  });

  test("are nothing for a karyawan, and of nobody who is not there", async () => {
    const mitra = await makeMitra(world);
    const karyawan = await buka(world, await makeAkun(world, "karyawan"));
    expect(
      (await karyawan.post(`/dashboard/mitra/${mitra.id}/aturan`, aturan({ tier: "emas" }))).status,
    ).toBe(403);
    expect(await rules(mitra)).toMatchObject({ tier: "standar" });
    expect((await admin.post("/dashboard/mitra/999999/aturan", aturan())).status).toBe(404);
  });
});
