import { beforeAll, expect, test } from "vitest";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun, makeMitra, postJson, purchase } from "../make.ts";
import { BILLER_ENV, newNumber } from "../ppob/biller-case.ts";
import { kataUnik, makeProduk } from "../ppob/produk.ts";
import { buka, type Peramban } from "./peramban.ts";

// What staff sees of a purchase beside its course: other codes, contradictions, the bill it pays, and what is left of it.

const world = useWorld({ env: BILLER_ENV });
const script = () => world.cloud.digiflazz.script;
let admin: Peramban;
let karyawan: Peramban;

beforeAll(async () => {
  admin = await buka(world, await firstAdmin(world));
  karyawan = await buka(world, await makeAkun(world, "karyawan"));
});

const rincian = (id: number, oleh = admin) => oleh.page(`/dashboard/transaksi/${id}`);

/** A purchase whose first code the biller has refused, and whose second one delivered. */
async function gantiKode(): Promise<{ id: number; refId: string }> {
  const nomor = newNumber();
  await world.cloud.neon.asOwner("update produk set kode = kode || '-' || id where kode = 'pulsa10'");
  const { id: produk_id } = await makeProduk(world, { kode: "pulsa10", kode_cadangan: ["xld10"] });
  script().outcome(({ customerNo, sku }) => customerNo === nomor && sku === "pulsa10", {
    status: "Gagal",
    rc: "55",
  });
  const mitra = await makeMitra(world, { saldo: 12_000 });
  const id = await purchase(world, mitra, { produk_id, nomor_tujuan: nomor });
  await world.idle();
  const [row] = await world.cloud.neon.asOwner(
    "select ref_id from percobaan where transaksi_id = $1 and ke = 1",
    [id],
  );
  return { id, refId: String(row?.["ref_id"]) };
}

test("each attempt with its code, and the margin for admins only", async () => {
  const { id } = await gantiKode();
  const page = await rincian(id);
  expect(page).toMatch(/Ke-1 .*>pulsa10<.*Ke-2 .*>xld10</s);
  expect(page).not.toContain("Perlu dilihat");
  for (const text of ["Harga modal saat dibeli", "Margin", "Rp2.000"]) expect(page).toContain(text);
  const theirs = await rincian(id, karyawan);
  expect(theirs).toContain(">xld10<");
  for (const text of ["Harga modal", "Margin"]) expect(theirs).not.toContain(text);
});

test("an earlier attempt that delivered after all is marked, its token kept, and not the one on the receipt", async () => {
  const { id, refId } = await gantiKode();
  const sn = `TERNYATA-<b>${kataUnik()}</b>`;
  await script().sendWebhook(refId, { status: "Sukses", rc: "00", sn });
  await world.idle();
  for (const oleh of [admin, karyawan]) {
    const page = await rincian(id, oleh);
    expect(page).toContain(
      "Perlu dilihat: pada percobaan ke-1 percobaan yang sudah digantikan kode lain ternyata sukses",
    );
    expect(page).toContain(sn.replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
    expect(page).not.toContain("<b>");
  }
  const struk = await admin.page(`/dashboard/transaksi/${id}/struk`);
  expect(struk).toContain("SN/Token");
  expect(struk).not.toContain("TERNYATA");
});

test.each([
  ["SUKSES_SETELAH_GAGAL", "biller mengatakan sukses setelah gagal"],
  ["GAGAL_SETELAH_SUKSES", "biller mengatakan gagal setelah sukses"],
  ["HARGA_BILLER_MELEBIHI", "biller mengambil lebih dari yang dibayar mitra"],
  ["CEK_DITOLAK", "biller menolak pertanyaan"],
  ["LAIN_LAGI", "LAIN_LAGI"],
])("%s is said in words", async (janggal, kata) => {
  const id = await purchase(world, await makeMitra(world), { nomor_tujuan: newNumber() });
  await world.idle();
  expect(await rincian(id)).not.toContain("Perlu dilihat");
  await world.cloud.neon.asOwner("update percobaan set janggal = $2 where transaksi_id = $1", [id, janggal]);
  expect(await rincian(id, karyawan)).toContain(`Perlu dilihat: pada percobaan ke-1 ${kata}`);
});

test("what pays a bill says whose, and for when, to all of the staff", async () => {
  const mitra = await makeMitra(world);
  const { id: produk_id } = await makeProduk(world, {
    kode: "pln",
    jenis: "pascabayar",
    nominal: null,
    harga: 500,
  });
  const asked = await postJson(
    world,
    "/tagihan",
    { produk_id, nomor_pelanggan: "530000000002" },
    mitra.headers,
  );
  expect(asked.status, await asked.clone().text()).toBe(201);
  const bill = await asked.json<{ id: number; nama_pelanggan: string; periode: string | null }>();
  const paid = await world.request(`/tagihan/${bill.id}/bayar`, { method: "POST", headers: mitra.headers });
  expect(paid.status, await paid.clone().text()).toBe(200);
  const { id } = await paid.json<{ id: number }>();
  await world.idle();
  const ubah = `Budi <img src=x> & "Anak"`;
  await world.cloud.neon.asOwner("update tagihan set nama_pelanggan = $2 where id = $1", [bill.id, ubah]);
  for (const oleh of [admin, karyawan]) {
    const page = await rincian(id, oleh);
    expect(page).toContain("Budi &lt;img src=x&gt; &amp; &quot;Anak&quot;");
    expect(page).not.toContain("<img");
    expect(page).toContain("Nama pelanggan");
    expect(page).toContain(bill.periode ?? "—");
    expect(page).toContain("(2 lembar)");
  }
  const ordinary = await purchase(world, mitra, { nomor_tujuan: newNumber() });
  await world.idle();
  expect(await rincian(ordinary)).not.toContain("Nama pelanggan");
});
