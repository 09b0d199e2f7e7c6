import type { Neon } from "./neon/server.ts";

/** The three products of document 001, under the ids its examples use. */
const PRODUK = [
  {
    id: 1,
    kode: "pulsa10",
    nama: "Pulsa 10k",
    kategori: "pulsa",
    merek: "TELKOMSEL",
    harga: 12_000,
    nominal: 10_000,
    deskripsi: "Pulsa Reguler 10.000",
  },
  {
    id: 2,
    kode: "pulsa20",
    nama: "Pulsa 20k",
    kategori: "pulsa",
    merek: "TELKOMSEL",
    harga: 22_000,
    nominal: 20_000,
    deskripsi: "Pulsa Reguler 20.000",
  },
  {
    id: 3,
    kode: "pln50",
    nama: "Token Listrik 50k",
    kategori: "token_listrik",
    merek: "PLN",
    harga: 51_000,
    nominal: 50_000,
    deskripsi: "Token Listrik Prabayar 50.000",
  },
];

/** Fills what is missing; what is there stays as it is. */
export async function seed(neon: Neon): Promise<void> {
  for (const { id, kode, nama, kategori, merek, harga, nominal, deskripsi } of PRODUK) {
    await neon.asOwner(
      `insert into produk (id, kode, nama, kategori, merek, harga, nominal, deskripsi) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
      [id, kode, nama, kategori, merek, harga, nominal, deskripsi],
    );
  }
  await neon.asOwner(`select setval(pg_get_serial_sequence('produk', 'id'), (select max(id) from produk))`);
}
