import { beforeAll, describe, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { balances, firstAdmin, makeMitra, postJson, randomDigits, requestPurchase } from "../make.ts";
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
