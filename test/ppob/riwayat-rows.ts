import { makeMitra, type Mitra } from "../make.ts";
import type { World } from "../harness.ts";

/** A purchase as it stands in the table; what is left out is as usual. */
export interface PurchaseRow {
  waktu: string;
  selesai_pada?: string | null;
  produk_id?: number;
  nomor_tujuan?: string;
  status?: "pending" | "proses" | "sukses" | "gagal";
  kunci?: string | null;
  sn?: string | null;
  hasil_eksekusi?: string | null;
  harga?: number;
  tagihan_id?: number | null;
}

/** Writes purchases of any time into the table, in this order, and returns their ids. No money moves. */
export async function writePurchases(
  world: World,
  mitra: Mitra,
  rows: readonly PurchaseRow[],
): Promise<number[]> {
  const usual = { produk_id: 1, nomor_tujuan: "08123456789", status: "sukses", harga: 12_000 };
  const written = await world.cloud.neon.asOwner(
    `insert into transaksi (mitra_id, produk_id, kode_produk, nomor_tujuan, nominal, harga, tagihan_id, kunci, status,
        hasil_eksekusi, sn, lanjut_pada, waktu, selesai_pada)
      select $1, produk_id, 'pulsa10', nomor_tujuan, 10000, harga, tagihan_id, kunci, status::status_transaksi,
        hasil_eksekusi, sn, waktu, waktu, selesai_pada
      from json_to_recordset($2) as r(produk_id int, nomor_tujuan text, harga bigint, tagihan_id bigint, kunci text,
        status text, hasil_eksekusi text, sn text, waktu timestamptz, selesai_pada timestamptz, n bigint)
      order by n returning id`,
    [mitra.id, JSON.stringify(rows.map((row, n) => ({ n, ...usual, ...row })))],
  );
  return written.map(({ id }) => Number(id));
}

/** A mitra and its purchases. */
export async function mitraWith(
  world: World,
  rows: readonly PurchaseRow[],
): Promise<{ mitra: Mitra; ids: number[] }> {
  const mitra = await makeMitra(world, { saldo: 0 });
  return { mitra, ids: await writePurchases(world, mitra, rows) };
}
