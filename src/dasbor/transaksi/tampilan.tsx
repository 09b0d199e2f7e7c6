import type { TransaksiStaf } from "../../ppob/transaksi/transaksi.ts";
import { ALAMAT, alamatSatu } from "../alamat.ts";
import {
  ID_HASIL,
  Isian,
  PenghalamanTerbaru,
  Penyaring,
  Pilihan,
  rupiah,
  Saat,
  Tabel,
  type Halaman,
  type IsiFormulir,
  type Kolom,
  type Pelihat,
} from "../kerangka/kerangka.ts";
import type { TransaksiQuery } from "./schema.ts";
import { LencanaStatus, NAMA_STATUS, Pembeli } from "./status.tsx";

const kolom = (pelihat: Pelihat): Kolom<TransaksiStaf>[] => [
  {
    judul: "Nomor",
    kepala: true,
    isi: ({ id }) => <a href={alamatSatu(ALAMAT.satuTransaksi, id)}>#{id}</a>,
  },
  { judul: "Status", isi: ({ status }) => <LencanaStatus status={status} /> },
  { judul: "Waktu", isi: ({ waktu }) => <Saat pada={waktu} /> },
  { judul: "Mitra", isi: (satu) => <Pembeli transaksi={satu} pelihat={pelihat} /> },
  { judul: "Produk", isi: ({ namaProduk }) => namaProduk },
  { judul: "Tujuan", isi: ({ nomorTujuan }) => <span class="kode">{nomorTujuan}</span> },
  { judul: "Harga", angka: true, isi: ({ harga }) => rupiah(harga) },
];

const STATUS = [["", "Semua status"], ["terbuka", "Belum selesai"], ...Object.entries(NAMA_STATUS)] as const;

const saringanLain = (isi: Pick<IsiFormulir, "nilai">) => (
  <>
    <Isian nama="mitra" label="Nomor mitra" papanTik="numeric" maks={16} isi={isi} />
    <Isian nama="produk" label="Nomor produk" papanTik="numeric" maks={10} isi={isi} />
    <Isian nama="dari" label="Dari tanggal" jenis="date" isi={isi} />
    <Isian nama="sampai" label="Sampai tanggal" jenis="date" isi={isi} />
  </>
);

/** The list of purchases, newest first. */
export function halamanTransaksi(
  query: TransaksiQuery,
  { baris, lanjut }: { baris: TransaksiStaf[]; lanjut: TransaksiStaf | undefined },
  pelihat: Pelihat,
): Halaman {
  const { sebelum, ...saringan } = query;
  const nilai = Object.fromEntries(Object.entries(query).map(([nama, isi]) => [nama, String(isi ?? "")]));
  const isi = { nilai };
  const { mitra, produk, dari, sampai } = query;
  const adaLain = (mitra ?? produk ?? dari ?? sampai) !== undefined;
  return {
    judul: "Transaksi",
    menu: ALAMAT.transaksi,
    isi: (
      <>
        <Penyaring ke={ALAMAT.transaksi} lain={{ isi: saringanLain(isi), terbuka: adaLain }}>
          <Isian nama="nomor" label="Nomor tujuan" jenis="search" contoh="08123456789" isi={isi} />
          <Pilihan nama="status" label="Status" pilihan={STATUS} isi={isi} />
          <Isian nama="id" label="Nomor transaksi" papanTik="numeric" maks={16} isi={isi} />
        </Penyaring>
        <section id={ID_HASIL} aria-live="polite">
          <Tabel
            judul="Transaksi, terbaru dulu"
            kolom={kolom(pelihat)}
            baris={baris}
            kosong="Tidak ada transaksi yang cocok."
          />
          <PenghalamanTerbaru ke={ALAMAT.transaksi} saringan={saringan} sebelum={sebelum} lanjut={lanjut} />
        </section>
      </>
    ),
  };
}
