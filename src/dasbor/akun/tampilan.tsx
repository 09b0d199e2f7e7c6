import type { FC } from "hono/jsx";
import type { Akun } from "../../akun/akun.ts";
import { ALAMAT, alamatSatu } from "../alamat.ts";
import {
  Formulir,
  ID_HASIL,
  Isian,
  Lencana,
  LencanaAktif,
  nomorDi,
  PenghalamanTerbaru,
  Penyaring,
  Pesan,
  Pilihan,
  Saat,
  Tabel,
  type Halaman,
  type IsiFormulir,
  type Kolom,
  type Pelihat,
  type UlangFormulir,
} from "../kerangka/kerangka.ts";
import type { AkunQuery } from "./schema.ts";

const PERAN = [
  ["admin", "Admin"],
  ["karyawan", "Karyawan"],
  ["nasabah", "Nasabah"],
] as const satisfies readonly (readonly [Akun["peran"], string])[];

const PETUGAS = [["", "Pilih…"], ...PERAN.filter(([peran]) => peran !== "nasabah")] as const;

const KABAR: Record<NonNullable<AkunQuery["kabar"]>, string> = {
  diatur: "Akun sudah diatur.",
  ditambah: "Petugas sudah ditambah. Beri tahu passwordnya secara langsung, dan minta segera diganti.",
};

const AKTIF = [
  ["ya", "Aktif"],
  ["tidak", "Nonaktif"],
] as const;

const kolom = ({ akunId, csrf }: Pelihat): Kolom<Akun>[] => [
  {
    judul: "Akun",
    kepala: true,
    isi: ({ id, nama }) => (
      <>
        <strong>{nama}</strong> <span class="samar">#{id}</span>
      </>
    ),
  },
  {
    judul: "Email dan username",
    isi: ({ email, username }) => (
      <>
        <span class="patah">{email}</span>
        {username !== null && <span class="patah samar"> {username}</span>}
      </>
    ),
  },
  {
    judul: "Peran",
    isi: ({ peran }) => (
      <Lencana nada={peran === "nasabah" ? "netral" : "baik"}>{Object.fromEntries(PERAN)[peran]}</Lencana>
    ),
  },
  { judul: "Status", isi: ({ aktif }) => <LencanaAktif aktif={aktif} /> },
  { judul: "Dibuat", isi: ({ dibuatPada }) => <Saat pada={dibuatPada} /> },
  {
    judul: "Atur",
    isi: ({ id, nama, peran, aktif }) =>
      // Whoever demotes itself is logged out by its own click: somebody else may do that.
      id === akunId ? (
        <span class="samar">Anda</span>
      ) : (
        <details class="lipat">
          <summary aria-label={`Atur ${nama}`}>Atur</summary>
          <FormulirAkun
            ke={alamatSatu(ALAMAT.aturAkun, id)}
            isi={{ csrf, nilai: { peran, aktif: aktif ? "ya" : "tidak" } }}
            di={id}
          />
        </details>
      ),
  },
];

const FormulirAkun: FC<{ ke: string; isi: IsiFormulir; di?: number }> = ({ ke, isi, di = "" }) => (
  <Formulir ke={ke} tombol="Simpan" isi={isi}>
    <Pilihan nama="peran" label="Peran" pilihan={PERAN} isi={isi} di={di} />
    <Pilihan nama="aktif" label="Status" pilihan={AKTIF} isi={isi} di={di} />
  </Formulir>
);

const FormulirPetugas: FC<{ isi: IsiFormulir }> = ({ isi }) => (
  <div class="kotak sempit">
    <Formulir ke={ALAMAT.tambahAkun} tombol="Tambah petugas" isi={isi}>
      <Isian nama="nama" label="Nama" maks={100} wajib isi={isi} di="-baru" />
      <Isian nama="email" label="Email" jenis="email" maks={100} wajib isi={isi} di="-baru" />
      <Isian
        nama="username"
        label="Username"
        petunjuk="3 sampai 32 huruf, angka, titik, garis bawah atau tanda hubung."
        maks={32}
        wajib
        isi={isi}
        di="-baru"
      />
      <Isian
        nama="password"
        label="Password"
        jenis="password"
        petunjuk="Sedikitnya 6 karakter."
        wajib
        isi={isi}
        di="-baru"
      />
      <Pilihan nama="peran" label="Peran" pilihan={PETUGAS} wajib isi={isi} di="-baru" />
    </Formulir>
  </div>
);

/** The list of accounts, newest first. */
export function halamanAkun(
  { peran, sebelum, kabar }: AkunQuery,
  { baris, lanjut }: { baris: Akun[]; lanjut: Akun | undefined },
  pelihat: Pelihat,
): Halaman {
  return {
    judul: "Akun",
    menu: ALAMAT.akun,
    isi: (
      <>
        {kabar && <Pesan nada="baik">{KABAR[kabar]}</Pesan>}
        <details class="lipat tambah">
          <summary>Tambah petugas</summary>
          <FormulirPetugas isi={{ csrf: pelihat.csrf }} />
        </details>
        <Penyaring ke={ALAMAT.akun}>
          <Pilihan
            nama="peran"
            label="Peran"
            pilihan={[["", "Semua peran"], ...PERAN]}
            isi={{ nilai: { peran: peran ?? "" } }}
          />
        </Penyaring>
        <p class="petunjuk">Mengatur sebuah akun mengakhiri semua sesinya.</p>
        <section id={ID_HASIL} aria-live="polite">
          <Tabel
            judul="Akun, terbaru dulu"
            kolom={kolom(pelihat)}
            baris={baris}
            kosong="Tidak ada akun yang cocok."
          />
          <PenghalamanTerbaru ke={ALAMAT.akun} saringan={{ peran }} sebelum={sebelum} lanjut={lanjut} />
        </section>
      </>
    ),
  };
}

/** The form of an account once more, after it was refused. */
export const ulangAkun: UlangFormulir = (isi, ke) => ({
  judul: `Atur akun #${nomorDi(ke)}`,
  isi: (
    <div class="kotak sempit">
      <FormulirAkun ke={ke} isi={isi} />
    </div>
  ),
});

/** The form of a new account once more, after it was refused. */
export const ulangPetugas: UlangFormulir = (isi) => ({
  judul: "Tambah petugas",
  isi: <FormulirPetugas isi={isi} />,
});
