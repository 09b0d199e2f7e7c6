import type { Rupiah } from "../../platform/money.ts";
import type { Struk } from "./struk.ts";

// What a receipt says, for whatever it is printed on.

const ANGKA = new Intl.NumberFormat("id-ID");

const WAKTU = new Intl.DateTimeFormat("id-ID", {
  timeZone: "Asia/Jakarta",
  day: "2-digit",
  month: "2-digit",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

function rupiah(jumlah: Rupiah): string {
  return jumlah < 0n ? `-Rp${ANGKA.format(-jumlah)}` : `Rp${ANGKA.format(jumlah)}`;
}

const JUDUL = {
  pending: "BELUM SELESAI",
  proses: "BELUM SELESAI",
  sukses: "STRUK PEMBELIAN",
  gagal: "GAGAL",
} as const satisfies Record<Struk["status"], string>;

const PERINGATAN = {
  pending: "Transaksi belum selesai: ini bukan bukti pembelian.",
  proses: "Transaksi belum selesai: ini bukan bukti pembelian.",
  sukses: null,
  gagal: "Transaksi gagal: ini bukan bukti pembelian.",
} as const satisfies Record<Struk["status"], string | null>;

export type Baris = readonly [label: string, isi: string];

export interface IsiStruk {
  judul: string;
  /** Why it proves nothing; null of a success. */
  peringatan: string | null;
  merchant: string;
  baris: Baris[];
  /** Amounts. */
  uang: Baris[];
  /** Null where nobody said what the customer paid. */
  total: string | null;
  /** The token in groups of four, or the serial number. */
  hasil: { label: string; isi: string } | null;
  kaki: string | null;
}

/** The lines of a receipt, in their order; nothing that is unknown stands among them. */
export function isiStruk(struk: Struk): IsiStruk {
  const { token, sn, status } = struk;
  const sukses = status === "sukses";
  return {
    judul: sukses && struk.tagihan !== null ? "STRUK PEMBAYARAN" : JUDUL[status],
    peringatan: PERINGATAN[status],
    merchant: struk.merchant,
    baris: ada([
      ["No.", `#${struk.id}`],
      ["Waktu", `${WAKTU.format(struk.waktu)} WIB`],
      ["Status", sukses ? "SUKSES" : JUDUL[status]],
      ["Layanan", struk.produk],
      ["Nomor", struk.nomorTujuan],
      ["Nama", struk.namaPelanggan],
      ["Tarif/Daya", [token?.tarif, token?.daya].filter(Boolean).join("/") || null],
      ["Jumlah kWh", token?.kwh?.toLocaleString("id-ID") ?? null],
      ["Periode", struk.periode],
      ["Lembar", struk.lembar?.toString() ?? null],
    ]),
    uang: ada([
      ["Nominal", teksRupiah(struk.nominal)],
      ["Tagihan", teksRupiah(struk.tagihan)],
      ["Denda", teksRupiah(struk.denda)],
      ["Admin", teksRupiah(struk.admin)],
      [(struk.layanan ?? 0n) < 0n ? "Potongan" : "Layanan", teksRupiah(struk.layanan)],
    ]),
    total: teksRupiah(struk.total),
    hasil: token ? { label: "TOKEN", isi: token.token } : sn ? { label: "SN/REF", isi: sn } : null,
    kaki: sukses ? "Simpan struk ini sebagai bukti." : null,
  };
}

function teksRupiah(jumlah: Rupiah | null): string | null {
  return jumlah === null ? null : rupiah(jumlah);
}

function ada(baris: readonly (readonly [string, string | null])[]): Baris[] {
  return baris.flatMap(([label, isi]) => (isi === null || isi === "" ? [] : [[label, isi] as const]));
}
