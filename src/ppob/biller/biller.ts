import { SignatureInvalid } from "../../platform/http/errors.ts";
import type { Access } from "../../platform/http/route.ts";

/** A vendor that executes purchases. One file per biller implements this; nothing else knows which one it is. */
export interface Biller {
  /** Our deposit at the biller, in rupiah. Throws when it cannot be read. */
  saldo(): Promise<bigint>;
  /** The biller's price list. Throws when it cannot be read. */
  produk(): Promise<ProdukBiller[]>;
  /** Asks for a postpaid bill without paying it. Throws when the biller does not give one. */
  inquiry(permintaan: { refId: string; kode: string; nomor: string }): Promise<TagihanBiller>;
  /** Buys. Never throws: what cannot be understood is `tunda`, because the biller may have executed it. */
  beli(permintaan: PermintaanBeli): Promise<HasilBiller>;
  /** Asks about an attempt already sent; never buys a second time. Never throws. */
  status(permintaan: PermintaanBeli): Promise<HasilBiller>;
  /** Reads a webhook, given its headers and exact body. Throws `SignatureInvalid`. */
  bacaWebhook(headers: Headers, body: string): WebhookBiller;
}

export interface PermintaanBeli {
  /** Our name of the attempt: the biller executes it at most once. */
  refId: string;
  kode: string;
  nomor: string;
  /** The amount, of an open denomination, in rupiah; null where the code says it. */
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
}

/** `lain`: signed, but nothing that we can read as the result of a purchase. */
export type WebhookBiller =
  | { jenis: "hasil"; refId: string; hasil: HasilBiller }
  | { jenis: "ping" | "lain" };

export interface ProdukBiller {
  kode: string;
  nama: string;
  kategori: string;
  merek: string;
  harga: bigint;
  /** On sale at the biller and at its seller. */
  dijual: boolean;
}

export interface TagihanBiller {
  refId: string;
  namaPelanggan: string;
  /** What is taken from our deposit, and what the customer pays; rupiah. */
  harga: bigint;
  hargaJual: bigint;
  periode: string | null;
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
