import type { MutasiBank } from "../../ppob/deposit/deposit.ts";
import { ALAMAT, denganKueri } from "../alamat.ts";
import {
  ID_HASIL,
  Lencana,
  Penghalaman,
  Penyaring,
  Pilihan,
  rupiah,
  Saat,
  Tabel,
  type Halaman,
  type Kolom,
} from "../kerangka/kerangka.ts";
import type { MutasiBankQuery } from "./schema.ts";

const KOLOM: Kolom<MutasiBank>[] = [
  { judul: "ID", kepala: true, isi: ({ id }) => <span class="kode patah">{id}</span> },
  { judul: "Diberitahukan", isi: ({ waktu }) => <Saat pada={waktu} /> },
  { judul: "Jumlah", angka: true, isi: ({ jumlah }) => <strong>{rupiah(jumlah)}</strong> },
  { judul: "Keterangan bank", isi: ({ keterangan }) => <span class="patah">{keterangan || "—"}</span> },
  {
    judul: "Tiket",
    isi: ({ id, jumlah, depositId }) =>
      depositId === null ? (
        <a href={denganKueri(ALAMAT.deposit, { total: String(jumlah), mutasi: id })}>Cari tiketnya</a>
      ) : (
        <Lencana nada="baik">Melunasi #{depositId}</Lencana>
      ),
  },
];

const COCOK = [
  ["tidak", "Belum melunasi tiket"],
  ["ya", "Melunasi tiket"],
  ["semua", "Semua"],
] as const;

/** What the bank says came in, newest first; what paid no ticket leads to those that it may have been for. */
export function halamanMutasiBank(
  { cocok, sebelum }: MutasiBankQuery,
  { baris, lanjut }: { baris: MutasiBank[]; lanjut: MutasiBank | undefined },
): Halaman {
  const ke = (kueri: object) => denganKueri(ALAMAT.mutasiBank, { cocok, ...kueri });
  return {
    judul: "Mutasi bank",
    menu: ALAMAT.deposit,
    naik: { judul: "Deposit", ke: ALAMAT.deposit },
    isi: (
      <>
        <Penyaring ke={ALAMAT.mutasiBank}>
          <Pilihan nama="cocok" label="Tampilkan" pilihan={COCOK} isi={{ nilai: { cocok } }} />
        </Penyaring>
        <p class="petunjuk">
          Uang masuk menurut bank. Yang jumlahnya tidak sama dengan total tiket mana pun diisikan ke saldo
          mitranya lewat halaman mitra itu.
        </p>
        <section id={ID_HASIL} aria-live="polite">
          <Tabel
            judul="Mutasi bank, terbaru dulu"
            kolom={KOLOM}
            baris={baris}
            kosong="Tidak ada mutasi bank."
          />
          <Penghalaman
            mundur={sebelum === undefined ? undefined : { judul: "Terbaru", ke: ke({}) }}
            maju={lanjut && { judul: "Lebih lama", ke: ke({ sebelum: lanjut.id }) }}
          />
        </section>
      </>
    ),
  };
}
