import type { FC } from "hono/jsx";
import type { Produk } from "../../ppob/produk/produk.ts";
import { ALAMAT, alamatSatu, denganKueri } from "../alamat.ts";
import {
  Formulir,
  ID_HASIL,
  Isian,
  LencanaAktif,
  nomorDi,
  Penghalaman,
  Penyaring,
  Pesan,
  Pilihan,
  rupiah,
  Tabel,
  type Halaman,
  type IsiFormulir,
  type Kolom,
  type Pelihat,
  type UlangFormulir,
} from "../kerangka/kerangka.ts";
import type { ProdukQuery } from "./schema.ts";

const KOLOM: Kolom<Produk>[] = [
  {
    judul: "Produk",
    kepala: true,
    isi: ({ id, nama }) => (
      <>
        <strong>{nama}</strong> <span class="samar">#{id}</span>
      </>
    ),
  },
  { judul: "Kode", isi: ({ kode }) => <span class="kode">{kode}</span> },
  { judul: "Kategori", isi: ({ kategori }) => kategori },
  {
    judul: "Nominal",
    angka: true,
    isi: ({ nominal }) => (nominal === null ? <span class="samar">bebas</span> : rupiah(nominal)),
  },
  { judul: "Harga", angka: true, isi: ({ harga }) => <strong>{rupiah(harga)}</strong> },
  { judul: "Status", isi: ({ aktif }) => <LencanaAktif aktif={aktif} /> },
  { judul: "Deskripsi", isi: ({ deskripsi }) => deskripsi || "—" },
];

const ubah = ({ csrf }: Pelihat): Kolom<Produk> => ({
  judul: "Ubah",
  isi: ({ id, nama, harga, aktif }) => (
    <details class="lipat">
      <summary aria-label={`Ubah ${nama}`}>Ubah</summary>
      <FormulirProduk
        ke={alamatSatu(ALAMAT.ubahProduk, id)}
        isi={{ csrf, nilai: { harga: String(harga), aktif: aktif ? "ya" : "tidak" } }}
        di={id}
      />
    </details>
  ),
});

const DIJUAL = [
  ["ya", "Aktif"],
  ["tidak", "Nonaktif"],
] as const;

const FormulirProduk: FC<{ ke: string; isi: IsiFormulir; di?: number }> = ({ ke, isi, di = "" }) => (
  <Formulir ke={ke} tombol="Simpan" isi={isi}>
    <Isian nama="harga" label="Harga berikutnya" papanTik="numeric" maks={15} wajib isi={isi} di={di} />
    <Pilihan nama="aktif" label="Dijual" pilihan={DIJUAL} isi={isi} di={di} />
  </Formulir>
);

/** The list of products, on sale or not; admins change price and sale. */
export function halamanProduk(
  { sesudah, kabar, ...saringan }: ProdukQuery,
  { baris, lanjut }: { baris: Produk[]; lanjut: Produk | undefined },
  pelihat: Pelihat,
): Halaman {
  const isi = { nilai: { cari: saringan.cari ?? "", aktif: saringan.aktif ?? "" } };
  return {
    judul: "Produk",
    menu: ALAMAT.produk,
    isi: (
      <>
        {kabar && <Pesan nada="baik">Produk sudah diubah.</Pesan>}
        <Penyaring ke={ALAMAT.produk}>
          <Isian nama="cari" label="Nama, kode, atau kategori" jenis="search" maks={100} isi={isi} />
          <Pilihan nama="aktif" label="Status" pilihan={[["", "Semua"], ...DIJUAL]} isi={isi} />
        </Penyaring>
        <section id={ID_HASIL} aria-live="polite">
          <Tabel
            judul="Produk"
            kolom={pelihat.peran === "admin" ? [...KOLOM, ubah(pelihat)] : KOLOM}
            baris={baris}
            kosong="Tidak ada produk yang cocok."
          />
          <Penghalaman
            mundur={
              sesudah === undefined ? undefined : { judul: "Awal", ke: denganKueri(ALAMAT.produk, saringan) }
            }
            maju={
              lanjut && {
                judul: "Lanjut",
                ke: denganKueri(ALAMAT.produk, { ...saringan, sesudah: lanjut.id }),
              }
            }
          />
        </section>
      </>
    ),
  };
}

/** The form of a product once more, after it was refused. */
export const ulangProduk: UlangFormulir = (isi, ke) => ({
  judul: `Ubah produk #${nomorDi(ke)}`,
  isi: (
    <div class="kotak sempit">
      <FormulirProduk ke={ke} isi={isi} />
    </div>
  ),
});
