/** Where the dashboard's pages live; `{id}` stands for the row. Each form goes to an address right below its page. */
export const ALAMAT = {
  dasbor: "/dashboard",
  chat: "/dashboard/chat",
  satuChat: "/dashboard/chat/{id}",
  balasChat: "/dashboard/chat/{id}/balas",
  berkasChat: "/dashboard/chat/{id}/berkas",
  aturChat: "/dashboard/chat/{id}/atur",
  labelChat: "/dashboard/chat/{id}/label",
  bot: "/dashboard/bot",
  naskahBot: "/dashboard/bot/naskah",
  balasanBot: "/dashboard/bot/balasan",
  satuBalasan: "/dashboard/bot/balasan/{id}",
  transaksi: "/dashboard/transaksi",
  satuTransaksi: "/dashboard/transaksi/{id}",
  struk: "/dashboard/transaksi/{id}/struk",
  putusan: "/dashboard/transaksi/{id}/putusan",
  mitra: "/dashboard/mitra",
  satuMitra: "/dashboard/mitra/{id}",
  isiSaldo: "/dashboard/mitra/{id}/saldo",
  aturMitra: "/dashboard/mitra/{id}/aktif",
  aturanMitra: "/dashboard/mitra/{id}/aturan",
  deposit: "/dashboard/deposit",
  konfirmasiDeposit: "/dashboard/deposit/{id}",
  mutasiBank: "/dashboard/mutasi-bank",
  produk: "/dashboard/produk",
  ubahProduk: "/dashboard/produk/{id}",
  users: "/dashboard/users",
  akun: "/dashboard/akun",
  tambahAkun: "/dashboard/akun/petugas",
  aturAkun: "/dashboard/akun/{id}",
  audit: "/dashboard/audit",
  rantai: "/dashboard/audit/rantai",
  gaya: "/aset/dasbor.css",
  htmx: "/aset/htmx.min.js",
  gayaChat: "/aset/chat.css",
  skripChat: "/aset/chat.js",
} as const;

/** What of the dashboard staff meets first. */
export const PERTAMA = ALAMAT.chat;

/** The address of one row. */
export function alamatSatu(pola: string, id: number): string {
  return pola.replace("{id}", String(id));
}

/** An address with a query; what is absent or empty is left out. */
export function denganKueri(
  alamat: string,
  kueri: Record<string, string | number | boolean | undefined>,
): string {
  const isi = Object.entries(kueri).filter(([, nilai]) => nilai !== undefined && nilai !== "");
  const teks = new URLSearchParams(isi.map(([nama, nilai]) => [nama, String(nilai)])).toString();
  return teks === "" ? alamat : `${alamat}?${teks}`;
}
