export type Status = "Sukses" | "Pending" | "Gagal";

interface ReplyCode {
  message: string;
  status: Status;
  /** Whether Digiflazz keeps a transaction under that ref_id ("Transaksi Terbentuk"). */
  recorded: boolean;
}

const failed = (message: string): ReplyCode => ({ message, status: "Gagal", recorded: true });
const refused = (message: string): ReplyCode => ({ message, status: "Gagal", recorded: false });

/** Every reply code there is. Source: Digiflazz, page "Response Code" (alasan-gagal). */
export const REPLY_CODES: Readonly<Record<string, ReplyCode>> = {
  "00": { message: "Transaksi Sukses", status: "Sukses", recorded: true },
  "01": failed("Timeout"),
  "02": failed("Transaksi Gagal"),
  "03": { message: "Transaksi Pending", status: "Pending", recorded: true },
  "40": refused("Payload Error"),
  "41": refused("Signature Anda salah"),
  "42": refused("Gagal memproses API Buyer"),
  "43": refused("SKU tidak di temukan atau Non-Aktif"),
  "44": refused("Saldo tidak cukup"),
  "45": refused("IP Anda tidak kami kenali"),
  "47": refused("Transaksi sudah terjadi di buyer lain"),
  "49": refused("Ref ID tidak unik"),
  "50": failed("Transaksi Tidak Ditemukan"),
  "51": failed("Nomor Tujuan Diblokir"),
  "52": failed("Prefix Tidak Sesuai Dengan Operator"),
  "53": failed("Produk Seller Sedang Tidak Tersedia"),
  "54": failed("Nomor Tujuan Salah"),
  "55": failed("Produk Sedang Gangguan"),
  "56": refused("Limit saldo seller"),
  "57": failed("Jumlah Digit Kurang Atau Lebih"),
  "58": failed("Sedang Cut Off"),
  "59": failed("Tujuan di Luar Wilayah/Cluster"),
  "60": failed("Tagihan belum tersedia"),
  "61": refused("Belum pernah melakukan deposit"),
  "62": refused("Seller sedang mengalami gangguan"),
  "63": refused("Tidak support transaksi multi"),
  "64": refused("Tarik tiket gagal, coba nominal lain"),
  "65": refused("Limit transaksi multi"),
  "66": refused("Cut Off (Perbaikan Sistem Seller)"),
  "67": refused("Seller belum ter-verifikasi"),
  "68": refused("Stok habis"),
  "69": refused("Harga seller lebih besar dari ketentuan harga Buyer"),
  "70": failed("Timeout Dari Biller"),
  "71": failed("Produk Sedang Tidak Stabil"),
  "72": failed("Lakukan Unreg Paket Dahulu"),
  "73": failed("Kwh Melebihi Batas"),
  "74": failed("Transaksi Refund"),
  "80": refused("Akun Anda telah diblokir oleh Seller"),
  "81": refused("Seller ini telah diblokir oleh Anda"),
  "82": refused("Akun Anda belum ter-verifikasi"),
  "83": refused("Limitasi pengecekan pricelist"),
  "84": failed("Nominal tidak valid"),
  "85": failed("Limitasi transaksi, silakan coba 1 menit lagi"),
  "86": failed("Limitasi pengecekan nomor PLN"),
  "87": refused("Transaksi E-money wajib kelipatan Rp 1.000"),
  "88": refused("Akun Anda tidak dapat melakukan aksi ini"),
  "99": { message: "DF Router Issue", status: "Pending", recorded: true },
};

/** The documented text of a code; an unknown code is its own text. */
export function messageOf(rc: string): string {
  return REPLY_CODES[rc]?.message ?? `RC ${rc}`;
}

/** Whether a transaction exists under the ref_id after this answer; unknown codes count as recorded. */
export function isRecorded(rc: string): boolean {
  return REPLY_CODES[rc]?.recorded ?? true;
}

/** Digiflazz says no and keeps no transaction; caught where the answer is built. */
export class Refusal extends Error {
  readonly rc: string;

  constructor(rc: string, message = messageOf(rc)) {
    super(message);
    this.rc = rc;
  }
}
