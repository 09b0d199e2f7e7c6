import type { FC } from "hono/jsx";
import type { Mitra, Mutasi } from "../../ppob/mitra/mitra.ts";
import { KunciDipakai } from "../../ppob/saldo/saldo.ts";
import { ALAMAT, alamatSatu, denganKueri } from "../alamat.ts";
import {
  Bagian,
  Formulir,
  Isian,
  LencanaAktif,
  nomorDi,
  Pesan,
  Rincian,
  rupiah,
  Saat,
  selisih,
  Tabel,
  type Halaman,
  type IsiFormulir,
  type Kolom,
  type Nada,
  type Pelihat,
  type UlangFormulir,
} from "../kerangka/kerangka.ts";
import { FormulirAturan, nilaiAturan } from "./aturan.tsx";
import type { Kabar } from "./schema.ts";

const MUTASI: Kolom<Mutasi>[] = [
  {
    judul: "Jurnal",
    kepala: true,
    isi: ({ jenis, transaksiId }) =>
      transaksiId === null ? (
        jenis
      ) : (
        <>
          {jenis} <a href={alamatSatu(ALAMAT.satuTransaksi, transaksiId)}>#{transaksiId}</a>
        </>
      ),
  },
  { judul: "Waktu", isi: ({ waktu }) => <Saat pada={waktu} /> },
  { judul: "Buku", isi: ({ buku }) => buku },
  { judul: "Jumlah", angka: true, isi: ({ jumlah }) => selisih(jumlah) },
  {
    judul: "Saldo sesudah",
    angka: true,
    isi: ({ saldoSesudah }) => (saldoSesudah === null ? "—" : rupiah(saldoSesudah)),
  },
  { judul: "Keterangan", isi: ({ keterangan }) => <span class="patah">{keterangan ?? "—"}</span> },
  { judul: "Oleh", isi: ({ oleh }) => oleh ?? "—" },
];

const KABAR: Record<NonNullable<Kabar>, readonly [nada: Nada, kalimat: string]> = {
  terisi: ["baik", "Saldo sudah diisi."],
  aturan: ["baik", "Aturan mitra ini sudah disimpan, dan berlaku mulai permintaan berikutnya."],
  aktif: ["baik", "Mitra ini aktif lagi."],
  nonaktif: ["tunggu", "Mitra ini dinonaktifkan. Pembelian yang sudah diterima tetap diselesaikan."],
};

/** One mitra; `kunci` makes the form of this very page one top-up, however often it is sent. */
export function halamanSatuMitra(
  { mitra, mutasi }: { mitra: Mitra; mutasi: Mutasi[] },
  pelihat: Pelihat,
  kunci: string,
  kabar: Kabar,
): Halaman {
  const { id } = mitra;
  const isi = { csrf: pelihat.csrf };
  return {
    judul: mitra.nama,
    menu: ALAMAT.mitra,
    naik: { judul: "Semua mitra", ke: ALAMAT.mitra },
    samping: (
      <div class="sebaris">
        <a class="tombol sekunder" href={denganKueri(ALAMAT.transaksi, { mitra: id })}>
          Transaksinya
        </a>
        <a class="tombol sekunder" href={denganKueri(ALAMAT.deposit, { mitra: id })}>
          Depositnya
        </a>
      </div>
    ),
    isi: (
      <>
        {kabar && <Pesan nada={KABAR[kabar][0]}>{KABAR[kabar][1]}</Pesan>}
        <div class="angka-besar">
          <div class="kotak">
            <span class="petunjuk">Saldo tersedia</span>
            <strong>{rupiah(mitra.saldo)}</strong>
          </div>
          <div class="kotak">
            <span class="petunjuk">Ditahan pembelian</span>
            <strong>{rupiah(mitra.saldoDitahan)}</strong>
          </div>
        </div>
        <Keadaan mitra={mitra} />
        <div class="berdampingan">
          <Bagian judul="Isi saldo">
            <FormulirIsiSaldo ke={alamatSatu(ALAMAT.isiSaldo, id)} isi={{ ...isi, nilai: { kunci } }} />
          </Bagian>
          <Bagian judul="Aturan">
            <FormulirAturan
              ke={alamatSatu(ALAMAT.aturanMitra, id)}
              isi={{ ...isi, nilai: nilaiAturan(mitra) }}
            />
          </Bagian>
          <Bagian judul={mitra.aktif ? "Nonaktifkan" : "Aktifkan"}>
            <FormulirAktif ke={alamatSatu(ALAMAT.aturMitra, id)} isi={isi} aktif={!mitra.aktif} />
          </Bagian>
        </div>
        <Bagian judul="Mutasi terakhir">
          <Tabel judul="Mutasi, terbaru dulu" kolom={MUTASI} baris={mutasi} kosong="Belum ada mutasi." />
        </Bagian>
      </>
    ),
  };
}

/** Who a mitra is, and how it may call. */
const Keadaan: FC<{ mitra: Mitra }> = ({ mitra }) => (
  <div class="kotak">
    <Rincian
      isi={[
        ["Nomor", `#${mitra.id}`],
        ["Status", <LencanaAktif aktif={mitra.aktif} />],
        ["Email", mitra.email],
        ["HP", mitra.hp ?? "—"],
        ["Tier harga", mitra.tier],
        ["API Key", <span class="kode">{mitra.kunciApiAwalan}…</span>],
        ["API Key terakhir dipakai", <Saat pada={mitra.kunciDipakaiPada} kosong="belum pernah" />],
        ["Tanda tangan", mitra.wajibTandaTangan ? "Wajib" : "Tidak wajib"],
        ["Alamat IP", <AlamatIp alamat={mitra.alamatIp} />],
        ["Terdaftar", <Saat pada={mitra.dibuatPada} />],
      ]}
    />
  </div>
);

/** Where a mitra's requests may come from. */
const AlamatIp: FC<{ alamat: readonly string[] }> = ({ alamat }) => (
  <>
    {alamat.length === 0
      ? "Dari mana saja"
      : alamat.map((satu) => (
          <div>
            <span class="kode">{satu}</span>
          </div>
        ))}
  </>
);

const FormulirIsiSaldo: FC<{ ke: string; isi: IsiFormulir }> = ({ ke, isi }) => (
  <div class="kotak sempit">
    <Formulir ke={ke} tombol="Isi saldo" isi={isi}>
      <input type="hidden" name="kunci" value={isi.nilai?.["kunci"] ?? ""} />
      <Isian
        nama="jumlah"
        label="Jumlah (rupiah)"
        petunjuk="Uang yang sudah diterima, misalnya 500.000."
        papanTik="numeric"
        maks={15}
        wajib
        isi={isi}
      />
      <Isian
        nama="keterangan"
        label="Keterangan"
        petunjuk="Dari mana uangnya; tercatat di jurnal atas nama Anda."
        maks={200}
        wajib
        isi={isi}
      />
    </Formulir>
  </div>
);

const FormulirAktif: FC<{ ke: string; isi: IsiFormulir; aktif: boolean }> = ({ ke, isi, aktif }) => (
  <div class="kotak sempit">
    <p>
      {aktif
        ? "API Key mitra ini berlaku lagi mulai permintaan berikutnya."
        : "API Key mitra ini ditolak mulai permintaan berikutnya. Pembelian yang sudah diterima tetap diselesaikan."}
    </p>
    <Formulir ke={ke} tombol={aktif ? "Aktifkan mitra" : "Nonaktifkan mitra"} isi={isi} gawat={!aktif}>
      <input type="hidden" name="aktif" value={aktif ? "ya" : "tidak"} />
    </Formulir>
  </div>
);

/** The top-up's form once more, after it was refused; of one that had gone through before, only what to do now. */
export const ulangIsiSaldo: UlangFormulir = (isi, ke) => ({
  judul: `Isi saldo mitra #${nomorDi(ke)}`,
  isi:
    isi.galat?.kode === KunciDipakai.code ? (
      <p class="pesan" role="alert">
        Formulir ini sudah pernah terkirim dengan isi lain. Kembali ke halaman mitra dan periksa mutasinya
        sebelum mengisi lagi.
      </p>
    ) : (
      <FormulirIsiSaldo ke={ke} isi={isi} />
    ),
});

/** The switch once more, after it was refused. */
export const ulangAturMitra: UlangFormulir = (isi, ke) => ({
  judul: `Atur mitra #${nomorDi(ke)}`,
  isi: <FormulirAktif ke={ke} isi={isi} aktif={isi.nilai?.["aktif"] === "ya"} />,
});
