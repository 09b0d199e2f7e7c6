import { beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { segarkanSatu } from "../../src/ppob/produk/produk.ts";
import { sinkronkan } from "../../src/ppob/produk/jobs.ts";
import type { ProdukBiller } from "../../src/ppob/biller/biller.ts";
import { useWorld } from "../harness.ts";
import { makeMitra, purchase, type Mitra } from "../make.ts";
import { barisBiller, daftarPalsu } from "./produk-biller-palsu.ts";
import { aturHarga, kataUnik, makeProduk, produkSeen, satuProduk } from "./produk.ts";

const MINUTE = 60_000;
/** 23:44 in Asia/Jakarta. */
const clock = new ManualClock(Date.parse("2026-11-20T16:44:00Z"));
// Tokens outlive what the clock is moved by.
const world = useWorld({ clock, env: { ACCESS_TOKEN_EXPIRE_MINUTES: "60000" } });
let mitra: Mitra;
beforeAll(async () => {
  mitra = await makeMitra(world);
});

/** What the biller's list says of one code from now on. */
const says = (kode: string, isian: Partial<ProdukBiller>) => {
  const palsu = daftarPalsu();
  palsu.daftar.prabayar = [barisBiller(kode, isian)];
  return segarkanSatu({ ...world.deps, biller: palsu }, kode);
};

/** What `app.halangan_produk` answers, at the clock's time. */
const halangan = async (kode: string, harga: number | null = null, nomor = "08123456789") => {
  // One statement of the owner's has no clock of its own: it is set before the function is asked.
  const [row] = await world.cloud.neon.asOwner(
    `select app.halangan_produk($1, 'prabayar', $2, $3) as halangan
      from (select set_config('app.jam', $4, true) as jam offset 0) j where jam <> ''`,
    [kode, nomor, harga, new Date(clock.now()).toISOString()],
  );
  return row?.["halangan"] ?? null;
};

/** What a mitra reads and what a purchase would be told. */
const both = async (kode: string) => {
  const { tersedia, alasan } = await satuProduk(world, mitra, kode);
  expect(tersedia).toBe(alasan === null);
  return [alasan, await halangan(kode)];
};

describe("H7", () => {
  test("a window across midnight in Asia/Jakarta is closed from its start on, and open from its end on", async () => {
    const { kode } = await makeProduk(world);
    const siang = await makeProduk(world);
    await says(kode, { tutup: { mulai: "23:45", selesai: "00:15" } });
    await says(siang.kode, { tutup: { mulai: "00:00", selesai: "00:15" } });
    expect((await satuProduk(world, mitra, kode)).tutup).toEqual({ mulai: "23:45", selesai: "00:15" });
    const seen: unknown[] = [];
    // 23:44, 23:45, 00:00, 00:14, 00:15
    for (const minutes of [0, 1, 15, 14, 1]) {
      await world.idle();
      clock.advance(minutes * MINUTE);
      seen.push([await both(kode), await both(siang.kode)]);
    }
    const open = [null, null];
    const shut = ["tutup", "PRODUK_TUTUP"];
    expect(seen).toEqual([
      [open, open],
      [shut, open],
      [shut, shut],
      [shut, shut],
      [open, open],
    ]);
  });

  test("both flags must hold; a limited stock ends, an unlimited one does not", async () => {
    const { kode } = await makeProduk(world);
    const none = [null, null];
    expect(await both(kode)).toEqual(none);
    for (const [isian, expected] of [
      [{ aktifPembeli: false }, ["gangguan", "PRODUK_TIDAK_TERSEDIA"]],
      [{ aktifPenjual: false }, ["gangguan", "PRODUK_TIDAK_TERSEDIA"]],
      [{ stok: 0 }, ["stok habis", "PRODUK_TIDAK_TERSEDIA"]],
      [{ stok: 1 }, none],
      [{ stok: null }, none],
    ] as const) {
      await says(kode, isian);
      expect(await both(kode), JSON.stringify(isian)).toEqual(expected);
      expect((await satuProduk(world, mitra, kode)).stok).toBe(isian.stok ?? null);
    }
    await segarkanSatu({ ...world.deps, biller: daftarPalsu() }, kode);
    expect(await both(kode)).toEqual(["gangguan", "PRODUK_TIDAK_TERSEDIA"]);
  });

  test("a biller's price above what the mitra pays is in the way, an equal one is not", async () => {
    const { kode } = await makeProduk(world, { harga: 12_000 });
    await says(kode, { harga: 12_001n });
    expect(await satuProduk(world, mitra, kode)).toMatchObject({ tersedia: false, alasan: "gangguan" });
    expect([await halangan(kode, 12_000), await halangan(kode, 12_001), await halangan(kode)]).toEqual([
      "PRODUK_TIDAK_TERSEDIA",
      null,
      null,
    ]);
    await says(kode, { harga: 12_000n });
    expect(await satuProduk(world, mitra, kode)).toMatchObject({ tersedia: true, alasan: null });
    // Of an open denomination the price is a fee: it is not held against what the biller takes for the whole.
    const bebas = await makeProduk(world, { nominal: null, harga: 500 });
    await says(bebas.kode, { harga: 10_000n });
    expect(await satuProduk(world, mitra, bebas.kode)).toMatchObject({ tersedia: true });
  });

  test("a product is available while any of its codes is; else the first code says why", async () => {
    const [a, b, c] = [kataUnik(), kataUnik(), kataUnik()];
    const satu = await makeProduk(world, { kode: a, kode_cadangan: [b, c] });
    await says(a, { aktifPenjual: false });
    await says(b, { stok: 0 });
    expect(await satuProduk(world, mitra, satu.kode)).toMatchObject({ tersedia: true, alasan: null });
    await says(c, { harga: 12_001n });
    expect(await satuProduk(world, mitra, satu.kode)).toMatchObject({ tersedia: false, alasan: "gangguan" });
    const ids = async (query: string) => (await produkSeen(world, mitra.headers, `?q=${a}${query}`)).ids;
    expect(await ids("&tersedia=false")).toEqual([satu.id]);
    expect(await ids("&tersedia=true")).toEqual([]);
    // What this mitra pays is what counts.
    expect(
      (await aturHarga(world, { mitra_id: mitra.id, produk_id: satu.id, jenis: "tetap", nilai: 12_001 }))
        .status,
    ).toBe(200);
    expect(await ids("&tersedia=true")).toEqual([satu.id]);
    const lain = await makeMitra(world);
    expect((await produkSeen(world, lain.headers, `?q=${a}&tersedia=true`)).ids).toEqual([]);
  });

  test("pages of what is available are full, whatever lies between", async () => {
    const kata = kataUnik();
    const ids: number[] = [];
    for (let n = 0; n < 6; n++) {
      const satu = await makeProduk(world, { nama: kata });
      if (n % 2 === 0) await says(satu.kode, { stok: 0 });
      else ids.push(satu.id);
    }
    const first = await produkSeen(world, mitra.headers, `?q=${kata}&tersedia=true&limit=2`);
    expect(first.ids).toEqual(ids.slice(0, 2));
    const query = /^<([^>]+)>/.exec(first.link ?? "")?.[1] ?? "";
    expect((await produkSeen(world, mitra.headers, query)).ids).toEqual(ids.slice(2));
  });
});

test("a prepaid product may be a postpaid code of the biller's, a postpaid one no prepaid code", async () => {
  const palsu = daftarPalsu();
  const [bebas, pra] = [kataUnik(), kataUnik()];
  palsu.daftar.pascabayar = [
    barisBiller(bebas, { jenis: "pascabayar", harga: null, admin: 1_000n, komisi: 100n }),
  ];
  palsu.daftar.prabayar = [barisBiller(pra)];
  await world.cloud.neon.asOwner("delete from produk_biller");
  await sinkronkan({ ...world.deps, biller: palsu });
  await makeProduk(world, { kode: bebas, nominal: null, harga: 500 });
  await makeProduk(world, { kode: pra, nominal: null, harga: 500, jenis: "pascabayar" });
  expect(await satuProduk(world, mitra, bebas)).toMatchObject({ tersedia: true });
  expect(await satuProduk(world, mitra, pra)).toMatchObject({ tersedia: false, alasan: "gangguan" });
});

test("H7: multi=false: once a day in Asia/Jakarta for a number, whoever bought it, unless it failed", async () => {
  const satu = await makeProduk(world, { kode: "sekali15", harga: 16_000, nominal: 15_000 });
  await says("sekali15", { harga: 15_075n, multi: false });
  expect(await satuProduk(world, mitra, "sekali15")).toMatchObject({ multi: false, tersedia: true });
  const nomor = `0812${String(Math.trunc(clock.now() / 1000)).slice(-8)}`;
  const lain = await makeMitra(world);
  const id = await purchase(world, lain, { produk_id: satu.id, nomor_tujuan: nomor, nominal: 15_000 });
  expect(await halangan("sekali15", 16_000, nomor)).toBe("SUDAH_DIBELI_HARI_INI");
  expect(await halangan("sekali15", 16_000, "08129999999")).toBeNull();
  // What a number has bought is nobody else's to read in the list.
  expect(await satuProduk(world, mitra, "sekali15")).toMatchObject({ tersedia: true });
  await world.idle();
  expect(await halangan("sekali15", 16_000, nomor)).toBe("SUDAH_DIBELI_HARI_INI");
  const [row] = await world.cloud.neon.asOwner("select status from transaksi where id = $1", [id]);
  expect(row?.["status"]).toBe("sukses");
  await world.cloud.neon.asOwner("update percobaan set kode = 'lain' where transaksi_id = $1", [id]);
  expect(await halangan("sekali15", 16_000, nomor)).toBeNull();
  await world.cloud.neon.asOwner("update percobaan set kode = null where transaksi_id = $1", [id]);
  await says("sekali15", { harga: 15_075n, multi: true });
  expect(await halangan("sekali15", 16_000, nomor)).toBeNull();
  await says("sekali15", { harga: 15_075n, multi: false });
  // It is 00:15 here: until 23:59 it is the same day.
  clock.advance(23 * 60 * MINUTE);
  expect(await halangan("sekali15", 16_000, nomor)).toBe("SUDAH_DIBELI_HARI_INI");
  clock.advance(60 * MINUTE);
  expect(await halangan("sekali15", 16_000, nomor)).toBeNull();
});
