import { beforeAll, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { segarkanSatu } from "../../src/ppob/produk/produk.ts";
import type { ProdukBiller } from "../../src/ppob/biller/biller.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun } from "../make.ts";
import { barisBiller, daftarPalsu } from "../ppob/produk-biller-palsu.ts";
import { makeProduk } from "../ppob/produk.ts";
import { buka, type Peramban } from "./peramban.ts";

// What the list of products says of the biller.

// 10:00 in Asia/Jakarta.
const world = useWorld({ clock: new ManualClock(Date.parse("2026-11-20T03:00:00Z")) });
let admin: Peramban;
let karyawan: Peramban;

beforeAll(async () => {
  admin = await buka(world, await firstAdmin(world));
  karyawan = await buka(world, await makeAkun(world, "karyawan"));
});

/** What the biller's list says of one code from now on. */
const says = (kode: string, isian: Partial<ProdukBiller>) => {
  const palsu = daftarPalsu();
  palsu.daftar.prabayar = [barisBiller(kode, isian)];
  return segarkanSatu({ ...world.deps, biller: palsu }, kode);
};

test("kind, brand and codes in reserve are shown, and the brand is searched too, in one roundtrip", async () => {
  const { kode } = await makeProduk(world, { merek: "<i>XL</i>", kode_cadangan: ["cad-1", "cad-2"] });
  await world.idle();
  world.cloud.neon.requests = 0;
  const page = await karyawan.page(`/dashboard/produk?cari=${kode}`);
  expect(world.cloud.neon.requests).toBe(1);
  for (const text of ["&lt;i&gt;XL&lt;/i&gt;", "cad-1", "cad-2", "Prabayar", "Tersedia"])
    expect(page).toContain(text);
  expect(await karyawan.page("/dashboard/produk?cari=%3Ci%3Exl")).toContain(kode);
  const bill = await makeProduk(world, { jenis: "pascabayar", nominal: null });
  expect(await admin.page(`/dashboard/produk?cari=${bill.kode}`)).toContain("Pascabayar");
});

test.each<[string, Partial<ProdukBiller>]>([
  ["Gangguan", { aktifPenjual: false }],
  ["Gangguan", { harga: 12_001n }],
  ["Stok habis", { stok: 0 }],
  ["09:00–10:01 WIB", { tutup: { mulai: "09:00", selesai: "10:01" } }],
])("%s is why a product is not delivered, and a filter", async (kata, isian) => {
  const { kode } = await makeProduk(world);
  await says(kode, isian);
  const at = (tersedia: string) => admin.page(`/dashboard/produk?cari=${kode}&tersedia=${tersedia}`);
  const page = await at("");
  expect(page).toContain(kata);
  expect(await at("tidak")).toContain(`<span class="kode">${kode}</span>`);
  expect(await at("ya")).toContain("Tidak ada produk");
  await says(kode, {});
  expect(await at("ya")).toContain(`<span class="kode">${kode}</span>`);
});

test("a code in reserve that is delivered makes the product one", async () => {
  const { kode } = await makeProduk(world, { kode_cadangan: [`${(await makeProduk(world)).kode}-lain`] });
  await says(kode, { stok: 0 });
  expect(await admin.page(`/dashboard/produk?cari=${kode}&tersedia=ya`)).toContain(kode);
});

test("the form changes price and sale, and leaves everything else as it is", async () => {
  const { id, kode } = await makeProduk(world, { merek: "INDOSAT", kode_cadangan: ["cad-3"] });
  const response = await admin.post(`/dashboard/produk/${id}`, { harga: "13.000", aktif: "tidak" });
  expect(response.status).toBe(303);
  const page = await admin.page(`/dashboard/produk?cari=${kode}`);
  for (const text of ["Rp13.000", "Nonaktif", "INDOSAT", "cad-3"]) expect(page).toContain(text);
});
