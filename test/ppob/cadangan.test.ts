import { expect, test } from "vitest";
import { jobDeps } from "../../src/deps.ts";
import { prosesTransaksi } from "../../src/ppob/transaksi/jobs.ts";
import { useWorld } from "../harness.ts";
import { balances, makeMitra, postJson, purchase, statusOf } from "../make.ts";
import { BILLER_ENV, newNumber } from "./biller-case.ts";

// Another code in place of the one that the biller has definitely refused, for the same price and the same purchase.
const world = useWorld({ env: BILLER_ENV });
const script = () => world.cloud.digiflazz.script;

const HARGA = 12_000;
let nomorProduk = 100;

/** A product for 12,000 with these codes: the first one its own, the others to fall back on. */
async function produk(...[kode = "", ...cadangan]: string[]): Promise<number> {
  nomorProduk += 1;
  await world.cloud.neon.asOwner("update produk set kode = kode || '-' || id where kode = $1", [kode]);
  await world.cloud.neon.asOwner(
    "insert into produk (id, kode, nama, kategori, harga, nominal, kode_cadangan) values ($1, $2, $2, 'x', $3, 10000, $4)",
    [nomorProduk, kode, HARGA, `{${cadangan.join(",")}}`],
  );
  return nomorProduk;
}

async function beli(produk_id: number, nomor: string) {
  const mitra = await makeMitra(world, { saldo: HARGA });
  const id = await purchase(world, mitra, { produk_id, nomor_tujuan: nomor });
  await world.idle();
  return { mitra, id };
}

const attempts = async (id: number) =>
  await world.cloud.neon.asOwner(
    "select ref_id, ke, kode, rc, janggal from percobaan where transaksi_id = $1 order by ke",
    [id],
  );

/** What the biller executed for a number, in its order. */
const executed = (nomor: string) =>
  world.cloud.digiflazz.book
    .entries()
    .filter(({ customerNo }) => customerNo === nomor)
    .map(({ sku, status }) => `${sku} ${status}`);

const gagal = (nomor: string, sku: string, rc: string) =>
  script().outcome((order) => order.customerNo === nomor && order.sku === sku, { status: "Gagal", rc });

test("a failure of the product is made good by the next code: one purchase, one hold, its own name for each attempt", async () => {
  const nomor = newNumber();
  gagal(nomor, "pulsa10", "55");
  const { mitra, id } = await beli(await produk("pulsa10", "xld10"), nomor);
  expect(await statusOf(world, mitra, id)).toMatchObject({ status: "sukses" });
  const made = await attempts(id);
  expect(made).toMatchObject([
    { ke: "1", kode: "pulsa10", rc: "55" },
    { ke: "2", kode: "xld10", rc: "00" },
  ]);
  expect(new Set(made.map((attempt) => attempt["ref_id"])).size).toBe(2);
  expect(executed(nomor)).toEqual(["pulsa10 Gagal", "xld10 Sukses"]);
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
  // What the second code cost is what we took from it.
  const [row] = await world.cloud.neon.asOwner(
    `select m.jumlah from mutasi m join buku b on b.id = m.buku_id join jurnal j on j.id = m.jurnal_id
     where j.transaksi_id = $1 and b.nama = 'pendapatan'`,
    [id],
  );
  expect(row).toEqual({ jumlah: String(HARGA - 10_000) });
});

test("when all codes fail, the money comes back, once", async () => {
  const nomor = newNumber();
  for (const sku of ["pulsa10", "xld10", "habis5"]) gagal(nomor, sku, "02");
  const { mitra, id } = await beli(await produk("pulsa10", "xld10", "habis5"), nomor);
  expect(await statusOf(world, mitra, id)).toMatchObject({ status: "gagal" });
  expect((await attempts(id)).map(({ kode }) => kode)).toEqual(["pulsa10", "xld10", "habis5"]);
  expect(await balances(world, mitra)).toEqual({ tersedia: HARGA, ditahan: 0 });
});

test.each(["54", "44", "51"])("code %s is nothing that another code could mend", async (rc) => {
  const nomor = newNumber();
  gagal(nomor, "pulsa10", rc);
  const { mitra, id } = await beli(await produk("pulsa10", "xld10"), nomor);
  expect(await statusOf(world, mitra, id)).toMatchObject({ status: "gagal" });
  expect(await attempts(id)).toHaveLength(1);
  expect(executed(nomor).filter((line) => line.startsWith("xld10"))).toEqual([]);
  expect(await balances(world, mitra)).toEqual({ tersedia: HARGA, ditahan: 0 });
});

test("what is not known is never bought under another code", async () => {
  const nomor = newNumber();
  world.cloud.digiflazz.faults.next({ kind: "replace", status: 502, body: "<html>" }, 1, ({ body }) =>
    body.includes(nomor),
  );
  const { mitra, id } = await beli(await produk("pulsa10", "xld10"), nomor);
  expect(await statusOf(world, mitra, id)).toMatchObject({ status: "proses" });
  expect(await attempts(id)).toHaveLength(1);
  expect(executed(nomor)).toEqual(["pulsa10 Sukses"]);
  await world.cloud.neon.asOwner("update transaksi set lanjut_pada = now() where id = $1", [id]);
  await world.sweep();
  await world.idle();
  expect(await statusOf(world, mitra, id)).toMatchObject({ status: "sukses" });
});

test("an earlier attempt that says it delivered after all changes nothing, and is shown", async () => {
  const nomor = newNumber();
  gagal(nomor, "pulsa10", "55");
  const { mitra, id } = await beli(await produk("pulsa10", "xld10"), nomor);
  const [first] = await attempts(id);
  const before = await statusOf(world, mitra, id);
  await script().sendWebhook(String(first?.["ref_id"]), { status: "Sukses", rc: "00", sn: "TERNYATA" });
  await world.idle();
  expect(await statusOf(world, mitra, id)).toEqual(before);
  expect((await attempts(id))[0]).toMatchObject({ janggal: "PERCOBAAN_LAMA_SUKSES", rc: "55" });
  expect(world.log).toContainEqual(
    expect.objectContaining({
      event: "attempt_contradicts",
      transaksi_id: id,
      janggal: "PERCOBAAN_LAMA_SUKSES",
    }),
  );
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
});

test("an earlier attempt's failure, told again by webhook, opens nothing and fails nothing", async () => {
  const nomor = newNumber();
  gagal(nomor, "pulsa10", "55");
  const { mitra, id } = await beli(await produk("pulsa10", "xld10"), nomor);
  const [first] = await attempts(id);
  for (const _ of Array(3).keys()) await script().sendWebhook(String(first?.["ref_id"]));
  await world.idle();
  expect(await attempts(id)).toHaveLength(2);
  expect(await statusOf(world, mitra, id)).toMatchObject({ status: "sukses" });
});

test("a lost nudge: the sweeper buys under the next code", async () => {
  const nomor = newNumber();
  gagal(nomor, "pulsa10", "55");
  const mitra = await makeMitra(world, { saldo: HARGA });
  const produk_id = await produk("pulsa10", "xld10");
  world.cloud.qstash.script.dropNext(2);
  const id = await purchase(world, mitra, { produk_id, nomor_tujuan: nomor });
  await world.cloud.neon.asOwner("update transaksi set lanjut_pada = now() where id = $1", [id]);
  await world.idle();
  expect(await world.sweep()).toBeGreaterThanOrEqual(2);
  await world.idle();
  expect(await statusOf(world, mitra, id)).toMatchObject({ status: "sukses" });
});

test("a code that is known to be closed is passed over when buying", async () => {
  const nomor = newNumber();
  await world.syncProducts();
  const produk_id = await produk("tutup5", "xld10");
  const { id } = await beli(produk_id, nomor);
  expect(await attempts(id)).toMatchObject([{ ke: "1", kode: "xld10" }]);
  expect(executed(nomor)).toEqual(["xld10 Sukses"]);
  const sold = await produk("nonaktif5", "isat25");
  const mitra = await makeMitra(world);
  // Closed, and dearer than what is paid.
  const refused = await postJson(
    world,
    "/beli",
    { produk_id: sold, nomor_tujuan: nomor, nominal: 10_000 },
    mitra.headers,
  );
  expect(refused.status).toBe(409);
});

/** A purchase whose first attempt has failed and whose second one nobody has taken up yet. */
async function menungguKedua(nomor: string) {
  gagal(nomor, "pulsa10", "55");
  const mitra = await makeMitra(world, { saldo: HARGA });
  const produk_id = await produk("pulsa10", "xld10");
  world.cloud.qstash.script.dropNext(2);
  const id = await purchase(world, mitra, { produk_id, nomor_tujuan: nomor });
  await world.idle();
  // The first attempt only: what it opens is not swept up.
  await prosesTransaksi(jobDeps(world.deps), id);
  await world.idle();
  const [first, second] = await attempts(id);
  expect(second).toMatchObject({ ke: "2", kode: "xld10", rc: null });
  return { mitra, id, first: String(first?.["ref_id"]), second: String(second?.["ref_id"]) };
}

const takenUp = async (id: number) => {
  await world.cloud.neon.asOwner("update transaksi set lanjut_pada = now() where id = $1", [id]);
  await world.sweep();
  await world.idle();
};

test("an attempt that delivered after all, before the next one was sent, is the purchase; nothing more is bought", async () => {
  const nomor = newNumber();
  const { mitra, id, first } = await menungguKedua(nomor);
  await script().sendWebhook(first, { status: "Sukses", rc: "00", sn: "TERNYATA", price: 10_900 });
  await takenUp(id);
  expect(await statusOf(world, mitra, id)).toMatchObject({
    status: "sukses",
    hasil_eksekusi: "Transaksi PPOB berhasil! SN: TERNYATA",
  });
  expect(executed(nomor)).toEqual(["pulsa10 Gagal"]);
  expect((await attempts(id))[0]).toMatchObject({ janggal: "PERCOBAAN_LAMA_SUKSES" });
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
  // And taken back after that, it is refunded once.
  for (const _ of Array(2).keys()) await script().sendWebhook(first, { status: "Gagal", rc: "74" });
  expect(await statusOf(world, mitra, id)).toMatchObject({ status: "gagal" });
  expect(await balances(world, mitra)).toEqual({ tersedia: HARGA, ditahan: 0 });
});

test("an attempt that delivered while the next one was under way is the purchase, when that one fails", async () => {
  const nomor = newNumber();
  const { mitra, id, first, second } = await menungguKedua(nomor);
  world.cloud.digiflazz.faults.next({ kind: "replace", status: 502, body: "<html>" }, 1, ({ body }) =>
    body.includes(second),
  );
  await takenUp(id);
  await script().sendWebhook(first, { status: "Sukses", rc: "00", sn: "TERNYATA", price: 10_900 });
  expect(await statusOf(world, mitra, id)).toMatchObject({ status: "proses" });
  await script().sendWebhook(second, { status: "Gagal", rc: "55", sn: "" });
  expect(await statusOf(world, mitra, id)).toMatchObject({
    status: "sukses",
    hasil_eksekusi: "Transaksi PPOB berhasil! SN: TERNYATA",
  });
  expect(await attempts(id)).toHaveLength(2);
  expect(await balances(world, mitra)).toEqual({ tersedia: 0, ditahan: 0 });
});
