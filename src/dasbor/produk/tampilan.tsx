import type { FC } from "hono/jsx";
import type { ProdukTampil as Produk } from "../../ppob/produk/produk.ts";
import { ALAMAT, alamatSatu, denganKueri } from "../alamat.ts";
import {
  Formulir,
  ID_HASIL,
  Isian,
  Lencana,
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

const JENIS: Record<Produk["jenis"], string> = { prabayar: "Prabayar", pascabayar: "Pascabayar" };

/** Why none of a product's codes is delivered now. */
const ALASAN: Record<NonNullable<Produk["alasan"]>, string> = {
  tutup: "Tutup",
  gangguan: "Gangguan",
  "stok habis": "Stok habis",
};

const KOLOM: Kolom<Produk>[] = [
  {
    judul: "Produk",
    kepala: true,
    isi: ({ id, nama, deskripsi }) => (
      <>
        <strong>{nama}</strong> <span class="samar">#{id}</span>
        {deskripsi && <div class="petunjuk">{deskripsi}</div>}
      </>
    ),
  },
  {
    judul: "Kode",
    isi: ({ kode, kodeCadangan }) => (
      <>
        <span class="kode">{kode}</span>
        {kodeCadangan?.map((cadangan) => (
          <div class="samar">
            cadangan <span class="kode">{cadangan}</span>
          </div>
        ))}
      </>
    ),
  },
  {
    judul: "Kategori, merek",
    isi: ({ kategori, merek, jenis }) => (
      <>
        {kategori}
        <div class="samar">{[merek, JENIS[jenis]].filter(Boolean).join(" · ")}</div>
      </>
    ),
  },
  {
    judul: "Nominal",
    angka: true,
    isi: ({ nominal, jenis }) =>
      nominal === null ? (
        <span class="samar">{jenis === "prabayar" ? "bebas" : "tagihan"}</span>
      ) : (
        rupiah(nominal)
      ),
  },
  { judul: "Harga", angka: true, isi: ({ harga }) => <strong>{rupiah(harga)}</strong> },
  { judul: "Status", isi: ({ aktif }) => <LencanaAktif aktif={aktif === true} /> },
  {
    judul: "Di biller",
    isi: ({ alasan, tutupMulai, tutupSelesai }) =>
      alasan === null ? (
        <Lencana nada="baik">Tersedia</Lencana>
      ) : (
        <>
          <Lencana nada="buruk">{ALASAN[alasan]}</Lencana>
          {alasan === "tutup" && tutupMulai && tutupSelesai && (
            <div class="petunjuk">
              {tutupMulai.slice(0, 5)}–{tutupSelesai.slice(0, 5)} WIB
            </div>
          )}
        </>
      ),
  },
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

const TERSEDIA = [
  ["", "Semua"],
  ["ya", "Tersedia"],
  ["tidak", "Tidak tersedia"],
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
  const isi = {
    nilai: { cari: saringan.cari ?? "", aktif: saringan.aktif ?? "", tersedia: saringan.tersedia ?? "" },
  };
  return {
    judul: "Produk",
    menu: ALAMAT.produk,
    isi: (
      <>
        {kabar && <Pesan nada="baik">Produk sudah diubah.</Pesan>}
        <Penyaring ke={ALAMAT.produk}>
          <Isian nama="cari" label="Nama, kode, atau merek" jenis="search" maks={100} isi={isi} />
          <Pilihan nama="aktif" label="Status" pilihan={[["", "Semua"], ...DIJUAL]} isi={isi} />
          <Pilihan nama="tersedia" label="Di biller" pilihan={TERSEDIA} isi={isi} />
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
