import type { Mitra } from "../../ppob/mitra/mitra.ts";
import { ALAMAT, alamatSatu } from "../alamat.ts";
import {
  ID_HASIL,
  Isian,
  LencanaAktif,
  PenghalamanTerbaru,
  Penyaring,
  Pilihan,
  rupiah,
  Saat,
  Tabel,
  type Halaman,
  type Kolom,
} from "../kerangka/kerangka.ts";
import type { MitraQuery } from "./schema.ts";

const KOLOM: Kolom<Mitra>[] = [
  {
    judul: "Mitra",
    kepala: true,
    isi: ({ id, nama }) => (
      <>
        <a href={alamatSatu(ALAMAT.satuMitra, id)}>{nama}</a> <span class="samar">#{id}</span>
      </>
    ),
  },
  { judul: "Status", isi: ({ aktif }) => <LencanaAktif aktif={aktif} /> },
  { judul: "Tier", isi: ({ tier }) => tier },
  {
    judul: "Kontak",
    isi: ({ email, hp }) => (
      <>
        <span class="patah">{email}</span>
        {hp !== null && <span class="kode samar"> {hp}</span>}
      </>
    ),
  },
  { judul: "Saldo", angka: true, isi: ({ saldo }) => <strong>{rupiah(saldo)}</strong> },
  { judul: "Ditahan", angka: true, isi: ({ saldoDitahan }) => rupiah(saldoDitahan) },
  {
    judul: "API Key dipakai",
    isi: ({ kunciDipakaiPada }) => <Saat pada={kunciDipakaiPada} kosong="belum pernah" />,
  },
  { judul: "Terdaftar", isi: ({ dibuatPada }) => <Saat pada={dibuatPada} /> },
];

const AKTIF = [
  ["", "Semua"],
  ["ya", "Aktif"],
  ["tidak", "Nonaktif"],
] as const;

/** The list of mitra with their balances, newest first. */
export function halamanMitra(
  { sebelum, ...saringan }: MitraQuery,
  { baris, lanjut }: { baris: Mitra[]; lanjut: Mitra | undefined },
): Halaman {
  const isi = { nilai: { cari: saringan.cari ?? "", aktif: saringan.aktif ?? "" } };
  return {
    judul: "Mitra",
    menu: ALAMAT.mitra,
    isi: (
      <>
        <Penyaring ke={ALAMAT.mitra}>
          <Isian nama="cari" label="Nama atau email" jenis="search" maks={100} isi={isi} />
          <Pilihan nama="aktif" label="Status" pilihan={AKTIF} isi={isi} />
        </Penyaring>
        <section id={ID_HASIL} aria-live="polite">
          <Tabel
            judul="Mitra, terbaru dulu"
            kolom={KOLOM}
            baris={baris}
            kosong="Tidak ada mitra yang cocok."
          />
          <PenghalamanTerbaru ke={ALAMAT.mitra} saringan={saringan} sebelum={sebelum} lanjut={lanjut} />
        </section>
      </>
    ),
  };
}
