import { defineError, SignatureInvalid } from "../../platform/http/errors.ts";
import type { Access } from "../../platform/http/route.ts";
import type { jenisProduk } from "../produk/table.ts";

/** A vendor that executes purchases. One file per biller implements this; nothing else knows which one it is. */
export interface Biller {
  /** Our deposit at the biller, in rupiah. Throws when it cannot be read. */
  saldo(): Promise<bigint>;
  /** The biller's whole price list of a kind. Throws when it cannot be read; it may be asked for every five minutes only. */
  daftarProduk(jenis: JenisProduk): Promise<ProdukBiller[]>;
  /** One prepaid product of the list as it is now; undefined when the biller has none. Throws when it cannot be read. */
  satuProduk(kode: string): Promise<ProdukBiller | undefined>;
  /**
   * Asks for a postpaid bill without paying it. Throws `TagihanDitolak` when the biller says that there is none, and
   * `ServiceUnavailable` when it says nothing that we understand.
   */
  inquiry(permintaan: PermintaanTagihan): Promise<TagihanBiller>;
  /** Whose a PLN meter is. Throws as `inquiry` does. */
  cekPln(nomor: string): Promise<PelangganPln>;
  /** Buys. Never throws: what cannot be understood is `tunda`, because the biller may have executed it. */
  beli(permintaan: PermintaanBeli): Promise<HasilBiller>;
  /** Asks about an attempt already sent; never buys a second time. Never throws. */
  status(permintaan: PermintaanBeli): Promise<HasilBiller>;
  /** Reads a webhook, given its headers and exact body. Throws `SignatureInvalid`. */
  bacaWebhook(headers: Headers, body: string): WebhookBiller;
}

export type JenisProduk = (typeof jenisProduk.enumValues)[number];

/** The biller refuses a question of ours; `detail` says why, in words for a mitra. */
export const TagihanDitolak = defineError(
  422,
  "TAGIHAN_DITOLAK",
  "Biller tidak memberi jawaban untuk nomor ini.",
);

export interface PermintaanTagihan {
  /** The bill is paid under this name later. */
  refId: string;
  kode: string;
  nomor: string;
  /** How much, of an open amount (e-money), in rupiah. */
  nominal: bigint | null;
  /** Tax year, of land tax. */
  tahun: number | null;
  /** A second number some bills are asked for with (SAMSAT: the identity number). */
  nomorKedua: string | null;
}

export interface PermintaanBeli {
  /** Our name of the attempt: the biller executes it at most once. Of a bill it is the name it was asked for under. */
  refId: string;
  kode: string;
  nomor: string;
  /** Pays the bill that was asked for under `refId`. */
  pascabayar: boolean;
  /** The amount, of an open denomination, in rupiah; null where the code or the bill says it. */
  nominalBebas: bigint | null;
  /** The biller refuses when its price is above this, in rupiah. */
  hargaMaks: bigint;
}

/**
 * - `sukses`, `gagal`: final
 * - `kembali`: a success the biller took back and refunded to us
 * - `ditolak`: this request was refused and formed no transaction
 * - `tunda`: not known; ask again
 */
export type Hasil = "sukses" | "gagal" | "kembali" | "ditolak" | "tunda";

export interface HasilBiller {
  hasil: Hasil;
  /** False when the reply could not be read, or says something we do not know: somebody should look. */
  dikenal: boolean;
  /** The biller's code, if it gave one. */
  rc: string | null;
  /** The biller's own words, kept beside the attempt for support; they may name people, so they are never logged. */
  pesan: string;
  /** What a mitra may read when it did not succeed. */
  alasan: string;
  /** Serial number or token. */
  sn: string | null;
  /** What the biller took from our deposit, in rupiah. */
  harga: bigint | null;
  /** A failure of this product, not of the number: another code may be tried. */
  bolehCadangan: boolean;
  /** What the price list said of this product does not hold any more: it is to be read again. */
  daftarBasi: boolean;
  /** What we have to do about it, for the log: of refusals that are about our account or address. */
  petunjuk: string | null;
}

/** `lain`: signed, but nothing that we can read as the result of a purchase. */
export type WebhookBiller =
  | { jenis: "hasil"; refId: string; hasil: HasilBiller }
  | { jenis: "ping" | "lain" };

/** One line of the biller's price list; money in rupiah. */
export interface ProdukBiller {
  kode: string;
  jenis: JenisProduk;
  nama: string;
  kategori: string;
  merek: string;
  deskripsi: string;
  /** What is taken from our deposit; null of postpaid products. */
  harga: bigint | null;
  /** Of postpaid products, for each bill: what the customer pays on top, and what of it is ours. */
  admin: bigint | null;
  komisi: bigint | null;
  /** On sale at the biller, and at its seller; both must hold. */
  aktifPembeli: boolean;
  aktifPenjual: boolean;
  /** Pieces left; null is without limit. */
  stok: number | null;
  /** The same number may buy it more than once a day. */
  multi: boolean;
  /** Closed daily from here to there, `HH:MM` in Asia/Jakarta, maybe across midnight; null: never. */
  tutup: { mulai: string; selesai: string } | null;
}

export interface TagihanBiller {
  namaPelanggan: string;
  /** What is taken from our deposit, and what the customer pays; rupiah. */
  harga: bigint;
  hargaJual: bigint;
  /** The admin fee within `hargaJual`. */
  admin: bigint | null;
  periode: string | null;
  /** How many bills there are in it. */
  lembar: number | null;
  /** What else the biller says about this kind of bill; its shape is the biller's. */
  rincian: Record<string, unknown>;
}

export interface PelangganPln {
  nama: string;
  meter: string;
  idPelanggan: string;
  /** Tariff and power as PLN writes them: `R1 /000001300`. */
  daya: string;
}

/** The route of the biller's webhook. How it is signed is the biller's business, so `bacaWebhook` checks it. */
export const billerAccess: Access = {
  schemes: [
    {
      name: "biller",
      definition: {
        type: "apiKey",
        in: "header",
        name: "X-Hub-Signature",
        description: "`sha1=` dan HMAC-SHA1 (hex) atas isi persis, dengan rahasia webhook.",
      },
    },
  ],
  errors: [SignatureInvalid],
  middleware: [],
};
