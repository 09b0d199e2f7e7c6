import type { Hasil } from "./biller.ts";

/** What a mitra reads when the reason is between us and the biller. */
export const GANGGUAN = "produk sedang gangguan, coba lagi nanti";

/** What a mitra reads when the biller now takes more than was agreed. */
export const HARGA_BERUBAH = "harga produk berubah";

/**
 * The reply codes of developer.digiflazz.com/alasan-gagal that end a transaction, or refuse to form one.
 * Everything else, also a code that is new to us, is `tunda`.
 *
 * `gagal` ends it: the transaction failed, or Digiflazz says that none is recorded under this ref_id because of the product.
 * `ditolak` says so because of our account, our request, or (47, 63) of another transaction, which may be this very one.
 */
const CODES = new Map<string, [hasil: Hasil, alasan: string]>([
  ["01", ["gagal", GANGGUAN]],
  ["02", ["gagal", GANGGUAN]],
  ["40", ["ditolak", GANGGUAN]],
  ["41", ["ditolak", GANGGUAN]],
  ["42", ["ditolak", GANGGUAN]],
  ["43", ["ditolak", GANGGUAN]],
  ["44", ["ditolak", GANGGUAN]],
  ["45", ["ditolak", GANGGUAN]],
  ["47", ["ditolak", GANGGUAN]],
  ["51", ["gagal", "nomor tujuan diblokir"]],
  ["52", ["gagal", "nomor tujuan tidak cocok dengan operator"]],
  ["53", ["gagal", GANGGUAN]],
  ["54", ["gagal", "nomor tujuan salah"]],
  ["55", ["gagal", GANGGUAN]],
  ["56", ["gagal", GANGGUAN]],
  ["57", ["gagal", "jumlah digit nomor tujuan salah"]],
  ["58", ["gagal", "produk sedang cut-off"]],
  ["59", ["gagal", "nomor tujuan di luar wilayah produk"]],
  ["60", ["gagal", "tagihan belum tersedia"]],
  ["61", ["ditolak", GANGGUAN]],
  ["62", ["gagal", GANGGUAN]],
  ["63", ["ditolak", "produk ini tidak dapat dibeli dua kali sehari untuk nomor yang sama"]],
  ["64", ["gagal", GANGGUAN]],
  ["65", ["gagal", GANGGUAN]],
  ["66", ["gagal", "produk sedang cut-off"]],
  ["67", ["gagal", GANGGUAN]],
  ["68", ["gagal", "stok habis"]],
  ["69", ["gagal", HARGA_BERUBAH]],
  ["70", ["gagal", GANGGUAN]],
  ["71", ["gagal", GANGGUAN]],
  ["72", ["gagal", "hentikan paket yang berjalan lebih dulu"]],
  ["73", ["gagal", "batas kWh terlampaui"]],
  ["74", ["kembali", "dibatalkan dan dikembalikan oleh biller"]],
  ["80", ["ditolak", GANGGUAN]],
  ["81", ["ditolak", GANGGUAN]],
  ["82", ["ditolak", GANGGUAN]],
  ["84", ["gagal", "nominal tidak sah"]],
  ["87", ["gagal", "nominal harus kelipatan 1.000"]],
  ["88", ["ditolak", GANGGUAN]],
]);

/** Failures of the product or its seller: the same number may well get it under another code. */
const CADANGAN = new Set(["01", "02", "53", "55", "62", "66", "68", "70", "71"]);

/** The product is not what the price list said: gone, closed, sold out, dearer. */
const BASI = new Set(["43", "53", "62", "66", "68", "69"]);

/** Status and code of what is open in the ordinary way: pending, and questions refused for coming too soon. */
const KNOWN_OPEN = new Set(["Pending 03", "Pending 99", "Gagal 85", "Gagal 86"]);

/** These are said before Digiflazz has read what the request is about, so they may come without its name. */
const SAID_OF_NO_REQUEST = new Set(["40", "41", "42", "45"]);

/** What only we can mend, and how. */
const PETUNJUK = new Map([
  [
    "41",
    "Tanda tangan ditolak: periksa BILLER_API_KEY, dan bahwa kunci produksi dipakai di produksi (kunci pengembangan hanya untuk uji).",
  ],
  ["42", "Nama pengguna ditolak: periksa BILLER_USERNAME di digiflazz.com, menu Atur Koneksi > API."],
  ["44", "Deposit di Digiflazz tidak cukup: isi deposit."],
  [
    "45",
    "Digiflazz tidak mengenal alamat IP asal permintaan. Worker tidak punya alamat yang tetap: pakai perantara (BILLER_BASE_URL dan BILLER_RELAY_SECRET) dan daftarkan alamat IP perantara itu di Digiflazz.",
  ],
  ["61", "Akun Digiflazz belum pernah deposit: isi deposit pertama."],
  ["80", "Seller memblokir akun kita: pilih seller lain untuk produk ini di Digiflazz."],
  ["81", "Seller ini kita blokir di Digiflazz: buka blokirnya, atau pilih seller lain untuk produk ini."],
  ["82", "Akun Digiflazz belum terverifikasi: selesaikan verifikasinya."],
  ["88", "Akun Digiflazz tidak boleh melakukan ini: tanyakan kepada layanan Digiflazz."],
]);

/** What a status and a code together say. */
export interface Putusan {
  hasil: Hasil;
  /** False when they contradict each other, or one of them is new to us. */
  dikenal: boolean;
  alasan: string;
  bolehCadangan: boolean;
  daftarBasi: boolean;
  petunjuk: string | null;
}

/** Reads a status and a code. They must say the same: a contradiction is not knowing. */
export function putusanOf(status: string, rc: string | null): Putusan {
  const [hasil, alasan] = CODES.get(rc ?? "") ?? ["tunda" as const, ""];
  const plain = { alasan, bolehCadangan: false, daftarBasi: false, petunjuk: null };
  if (status === "Sukses" && rc === "00") return { ...plain, hasil: "sukses", dikenal: true };
  if (status === "Gagal" && hasil !== "tunda") {
    const bolehCadangan = hasil === "gagal" && CADANGAN.has(rc ?? "");
    const daftarBasi = BASI.has(rc ?? "");
    return {
      alasan,
      hasil,
      dikenal: true,
      bolehCadangan,
      daftarBasi,
      petunjuk: PETUNJUK.get(rc ?? "") ?? null,
    };
  }
  return { ...plain, hasil: "tunda", dikenal: KNOWN_OPEN.has(`${status} ${rc}`) };
}

/** Whether a refusal with this code need not say which request it is about. */
export function saidOfNoRequest(status: string, rc: string | null): boolean {
  return status === "Gagal" && SAID_OF_NO_REQUEST.has(rc ?? "");
}

/** `alasan` of a refused question, as a sentence about a customer's number. */
export function kalimatTagihan(alasan: string): string {
  const text = (alasan || GANGGUAN).replace("nomor tujuan", "nomor pelanggan");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Digiflazz refuses something that is about no purchase: the deposit, a price list. The message is fit for our log. */
export class TolakanBiller extends Error {
  override readonly name = "TolakanBiller";
  readonly rc: string;
  readonly petunjuk: string | null;

  constructor(rc: string) {
    const petunjuk =
      rc === "83" ? "Daftar harga hanya boleh diminta tiap lima menit." : (PETUNJUK.get(rc) ?? null);
    super([`Digiflazz menolak, rc ${rc}.`, petunjuk].filter(Boolean).join(" "));
    this.rc = rc;
    this.petunjuk = petunjuk;
  }
}
