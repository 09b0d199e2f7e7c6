import type { User } from "../../direktori/users/users.ts";
import { ALAMAT, denganKueri } from "../alamat.ts";
import {
  angka,
  ID_HASIL,
  Isian,
  Lencana,
  PER_HALAMAN,
  Penghalaman,
  Penyaring,
  Pilihan,
  Tabel,
  type Halaman,
  type Kolom,
} from "../kerangka/kerangka.ts";
import type { UsersQuery } from "./schema.ts";

/** What both kinds of users have, as far as a list shows it. */
interface Baris {
  id: number;
  jenis: "pegawai" | "nasabah";
  nama: string;
  telepon: string | null;
  email: string | null;
  lain: string;
  dihapus: boolean;
}

function baris(user: User): Baris {
  if ("pegawai" in user) {
    const { id, nama, telepon, alamat, idJabatan } = user.pegawai;
    const lain = `Jabatan #${idJabatan} · ${alamat}`;
    return { id, jenis: "pegawai", nama, telepon, email: null, lain, dihapus: false };
  }
  const { id, name: nama, phone: telepon, email, nationalId, dihapusPada } = user.nasabah;
  const lain = nationalId === null ? "—" : `NIK ${nationalId}`;
  return { id, jenis: "nasabah", nama, telepon, email, lain, dihapus: dihapusPada !== null };
}

const KOLOM: Kolom<Baris>[] = [
  {
    judul: "Nama",
    kepala: true,
    isi: ({ id, nama, dihapus }) => (
      <>
        <strong>{dihapus ? "(dihapus)" : nama}</strong> <span class="samar">#{id}</span>
      </>
    ),
  },
  {
    judul: "Jenis",
    isi: ({ jenis }) => (
      <Lencana nada={jenis === "pegawai" ? "baik" : "netral"}>
        {jenis === "pegawai" ? "Pegawai" : "Nasabah"}
      </Lencana>
    ),
  },
  { judul: "Telepon", isi: ({ telepon }) => <span class="kode">{telepon ?? "—"}</span> },
  { judul: "Email", isi: ({ email }) => email ?? "—" },
  { judul: "Keterangan", isi: ({ lain }) => lain },
];

const JENIS = [
  ["", "Semua"],
  ["pegawai", "Pegawai"],
  ["nasabah", "Nasabah"],
] as const;

/** The directory, masked as everywhere. */
export function halamanUsers({ q, kind, halaman = 1 }: UsersQuery, users: User[], total: number): Halaman {
  const isi = { nilai: { q: q ?? "", kind: kind ?? "" } };
  const ke = (nomor: number) => denganKueri(ALAMAT.users, { q, kind, halaman: nomor });
  const awal = (halaman - 1) * PER_HALAMAN;
  return {
    judul: "User",
    menu: ALAMAT.users,
    isi: (
      <>
        <Penyaring ke={ALAMAT.users}>
          <Isian nama="q" label="Nama" jenis="search" maks={100} isi={isi} />
          <Pilihan nama="kind" label="Jenis" pilihan={JENIS} isi={isi} />
        </Penyaring>
        <section id={ID_HASIL} aria-live="polite">
          <Tabel
            judul="Pegawai dan nasabah"
            kolom={KOLOM}
            baris={users.map(baris)}
            kosong="Tidak ada user yang cocok."
          />
          <Penghalaman
            mundur={halaman > 1 ? { judul: "Sebelumnya", ke: ke(halaman - 1) } : undefined}
            maju={awal + PER_HALAMAN < total ? { judul: "Berikutnya", ke: ke(halaman + 1) } : undefined}
            keterangan={
              users.length > 0
                ? `${angka(awal + 1)}–${angka(awal + users.length)} dari ${angka(total)}`
                : `${angka(total)} user`
            }
          />
        </section>
      </>
    ),
  };
}
