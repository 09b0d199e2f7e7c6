import type { Child, FC } from "hono/jsx";
import type { RincianTransaksi } from "../../ppob/transaksi/transaksi.ts";
import { Pesan, rupiah } from "../kerangka/kerangka.ts";

// What staff has to see of a purchase beside its course: what contradicts the books, what it is for, what is left of it.

/** What the biller said of an attempt, and what it means; the keys are those of `percobaan.janggal`. */
const KATA: Record<string, string> = {
  SUKSES_SETELAH_GAGAL:
    "biller mengatakan sukses setelah gagal. Saldo mitra sudah dikembalikan, tetapi barangnya mungkin sampai.",
  GAGAL_SETELAH_SUKSES:
    "biller mengatakan gagal setelah sukses. Mitra sudah membayar; tanyakan kepada biller apakah uangnya kembali.",
  PERCOBAAN_LAMA_SUKSES:
    "percobaan yang sudah digantikan kode lain ternyata sukses. Barangnya mungkin sampai dua kali.",
  HARGA_BILLER_MELEBIHI: "biller mengambil lebih dari yang dibayar mitra. Selisihnya belum tercatat.",
  CEK_DITOLAK:
    "biller menolak pertanyaan tentang pembelian ini, jadi nasibnya tidak dapat diketahui dari sana.",
};

/** Attempts that a person has to look at, in words. */
export const Kejanggalan: FC<Pick<RincianTransaksi, "percobaan">> = ({ percobaan }) => (
  <>
    {percobaan.map(
      ({ ke, janggal }) =>
        janggal !== null && (
          <Pesan nada="buruk">
            Perlu dilihat: pada percobaan ke-{ke} {KATA[janggal] ?? janggal}
          </Pesan>
        ),
    )}
  </>
);

type IsiRincian = (readonly [judul: string, nilai: Child])[];

/** Whose bill a purchase pays, and for when. */
export function isiTagihan({ tagihan }: RincianTransaksi): IsiRincian {
  if (!tagihan) return [];
  const { id, namaPelanggan, periode, lembar } = tagihan;
  return [
    ["Tagihan", `#${id}`],
    ["Nama pelanggan", namaPelanggan ?? "—"],
    ["Periode", [periode ?? "—", lembar !== null && lembar > 1 && ` (${lembar} lembar)`]],
  ];
}

/** For admins: what the biller wanted when it was bought, and what the books kept of the price. */
export function isiMargin({ transaksi: { hargaModal }, mutasi }: RincianTransaksi): IsiRincian {
  const pendapatan = mutasi.filter(({ buku }) => buku === "pendapatan");
  const margin = pendapatan.reduce((jumlah, satu) => jumlah + satu.jumlah, 0n);
  return [
    ["Harga modal saat dibeli", hargaModal === null ? "tidak diketahui" : rupiah(hargaModal)],
    ["Margin", pendapatan.length === 0 ? "—" : rupiah(margin)],
  ];
}
