import type { HasilBiller } from "../biller/biller.ts";

/** `hasil_eksekusi`: what the mitra reads. */
export function kalimatHasil({
  hasil,
  sn,
  alasan,
}: Pick<HasilBiller, "hasil" | "sn" | "alasan">): string | null {
  switch (hasil) {
    case "sukses":
      return sn ? `Transaksi PPOB berhasil! SN: ${sn}` : "Transaksi PPOB berhasil!";
    case "gagal":
    case "ditolak":
    case "kembali":
      return `Transaksi PPOB gagal: ${alasan}. Saldo dikembalikan.`;
    case "tunda":
      return null;
  }
}
