import type { Biller, JenisProduk, ProdukBiller } from "../../src/ppob/biller/biller.ts";

/** A line of a biller's list that is on sale. */
export function barisBiller(kode: string, isian: Partial<ProdukBiller> = {}): ProdukBiller {
  return {
    kode,
    jenis: "prabayar",
    nama: `Produk ${kode}`,
    kategori: "Pulsa",
    merek: "TELKOMSEL",
    deskripsi: "",
    harga: 10_000n,
    admin: null,
    komisi: null,
    aktifPembeli: true,
    aktifPenjual: true,
    stok: null,
    multi: true,
    tutup: null,
    ...isian,
  };
}

/** What answers for the price lists in a test that says itself what is in them. */
export interface DaftarPalsu extends Pick<Biller, "daftarProduk" | "satuProduk"> {
  daftar: Record<JenisProduk, ProdukBiller[] | Error>;
  /** Which lists and codes were asked for. */
  diminta: string[];
}

/** Lists with nothing in them; a list that is an error is thrown. */
export function daftarPalsu(): DaftarPalsu {
  const palsu: DaftarPalsu = {
    daftar: { prabayar: [], pascabayar: [] },
    diminta: [],
    async daftarProduk(jenis) {
      palsu.diminta.push(jenis);
      const daftar = palsu.daftar[jenis];
      if (daftar instanceof Error) throw daftar;
      return daftar;
    },
    async satuProduk(kode) {
      palsu.diminta.push(kode);
      const { prabayar } = palsu.daftar;
      if (prabayar instanceof Error) throw prabayar;
      return prabayar.find((satu) => satu.kode === kode);
    },
  };
  return palsu;
}
