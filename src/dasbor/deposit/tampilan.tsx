import type { FC } from "hono/jsx";
import { DepositSelesai, DepositTidakAda, type Deposit } from "../../ppob/deposit/deposit.ts";
import { ALAMAT, alamatSatu } from "../alamat.ts";
import {
  angka,
  Formulir,
  ID_HASIL,
  Isian,
  Lencana,
  nomorDi,
  PenghalamanTerbaru,
  Penyaring,
  Pesan,
  Pilihan,
  rupiah,
  Saat,
  Tabel,
  type Halaman,
  type IsiFormulir,
  type Kolom,
  type Nada,
  type Pelihat,
  type UlangFormulir,
} from "../kerangka/kerangka.ts";
import type { DepositQuery } from "./schema.ts";

type Status = Deposit["status"];

const STATUS: Record<Status, readonly [judul: string, nada: Nada]> = {
  menunggu: ["Menunggu", "tunggu"],
  lunas: ["Lunas", "baik"],
  kedaluwarsa: ["Kedaluwarsa", "buruk"],
  batal: ["Batal", "netral"],
};

const PILIHAN_STATUS = [
  ["", "Semua status"],
  ...Object.entries(STATUS).map(([status, [judul]]) => [status, judul] as const),
] as const;

const KOLOM: Kolom<Deposit>[] = [
  { judul: "Tiket", kepala: true, isi: ({ id }) => `#${id}` },
  {
    judul: "Status",
    isi: ({ status, lunasPada }) => (
      <>
        <Lencana nada={STATUS[status][1]}>{STATUS[status][0]}</Lencana>
        {lunasPada && (
          <>
            {" "}
            <Saat pada={lunasPada} />
          </>
        )}
      </>
    ),
  },
  {
    judul: "Mitra",
    isi: ({ mitraId }) => <a href={alamatSatu(ALAMAT.satuMitra, mitraId)}>Mitra #{mitraId}</a>,
  },
  {
    judul: "Jumlah, kode unik",
    angka: true,
    isi: ({ jumlah, total }) => (
      <>
        {rupiah(jumlah)}
        <div class="samar">+ {angka(total - jumlah)}</div>
      </>
    ),
  },
  { judul: "Total", angka: true, isi: ({ total }) => <strong>{rupiah(total)}</strong> },
  {
    judul: "Dibuat, berlaku sampai",
    isi: ({ dibuatPada, berlakuSampai }) => (
      <>
        <Saat pada={dibuatPada} />
        <div class="samar">
          s.d. <Saat pada={berlakuSampai} />
        </div>
      </>
    ),
  },
];

/** Money may come late, but not for a ticket that is paid or was taken back. */
const dapatDikonfirmasi = ({ status }: Deposit) => status === "menunggu" || status === "kedaluwarsa";

const konfirmasi = (
  { csrf }: Pelihat,
  { mutasi, total }: Pick<DepositQuery, "mutasi" | "total">,
): Kolom<Deposit> => ({
  judul: "Konfirmasi",
  isi: (tiket) =>
    dapatDikonfirmasi(tiket) ? (
      <details class="lipat lebar" open={mutasi !== undefined && total !== undefined}>
        <summary aria-label={`Konfirmasi tiket #${tiket.id}`}>Konfirmasi</summary>
        <FormulirKonfirmasi
          ke={alamatSatu(ALAMAT.konfirmasiDeposit, tiket.id)}
          isi={{ csrf, nilai: { mutasi_bank_id: mutasi ?? "" } }}
          di={tiket.id}
        />
      </details>
    ) : (
      "—"
    ),
});

const FormulirKonfirmasi: FC<{ ke: string; isi: IsiFormulir; di?: number }> = ({ ke, isi, di = "" }) => (
  <Formulir ke={ke} tombol="Konfirmasi lunas" isi={isi}>
    <Isian
      nama="keterangan"
      label="Keterangan"
      petunjuk="Dari mana diketahui; dibaca mitra di mutasinya."
      maks={200}
      wajib
      isi={isi}
      di={di}
    />
    <Isian
      nama="mutasi_bank_id"
      label="ID mutasi bank (bila ada)"
      petunjuk="Jumlahnya harus sama dengan total tiket."
      maks={200}
      isi={isi}
      di={di}
    />
  </Formulir>
);

/** The list of deposit tickets, newest first. */
export function halamanDeposit(
  { sebelum, kabar, ...saringan }: DepositQuery,
  { baris, lanjut }: { baris: Deposit[]; lanjut: Deposit | undefined },
  pelihat: Pelihat,
): Halaman {
  const { mutasi } = saringan;
  const nilai = Object.fromEntries(Object.entries(saringan).map(([nama, isi]) => [nama, String(isi ?? "")]));
  const isi = { nilai };
  return {
    judul: "Deposit",
    menu: ALAMAT.deposit,
    samping: (
      <a class="tombol sekunder" href={ALAMAT.mutasiBank}>
        Mutasi bank
      </a>
    ),
    isi: (
      <>
        {kabar && <Pesan nada="baik">Tiket sudah lunas, dan saldo mitra sudah bertambah.</Pesan>}
        {mutasi !== undefined && (
          <Pesan nada="tunggu">
            Mencari tiket untuk mutasi bank <span class="kode">{mutasi}</span>: konfirmasi tiket yang
            dibayarnya.
          </Pesan>
        )}
        <Penyaring ke={ALAMAT.deposit}>
          {mutasi !== undefined && <input type="hidden" name="mutasi" value={mutasi} />}
          <Pilihan nama="status" label="Status" pilihan={PILIHAN_STATUS} isi={isi} />
          <Isian nama="mitra" label="Nomor mitra" papanTik="numeric" maks={16} isi={isi} />
          <Isian
            nama="total"
            label="Total transfer"
            papanTik="numeric"
            maks={30}
            contoh="500.137"
            isi={isi}
          />
        </Penyaring>
        <section id={ID_HASIL} aria-live="polite">
          <Tabel
            judul="Tiket deposit, terbaru dulu"
            kolom={[...KOLOM, konfirmasi(pelihat, saringan)]}
            baris={baris}
            kosong="Tidak ada tiket deposit yang cocok."
          />
          <PenghalamanTerbaru ke={ALAMAT.deposit} saringan={saringan} sebelum={sebelum} lanjut={lanjut} />
        </section>
      </>
    ),
  };
}

/** What no other filling in of the form would mend. */
const PERCUMA: readonly string[] = [DepositSelesai.code, DepositTidakAda.code];

/** The confirmation's form once more, after it was refused; of a ticket that cannot be paid any more, only why. */
export const ulangKonfirmasi: UlangFormulir = (isi, ke) => ({
  judul: `Konfirmasi tiket deposit #${nomorDi(ke)}`,
  isi:
    isi.galat && PERCUMA.includes(isi.galat.kode) ? (
      <p class="pesan" role="alert">
        {isi.galat.pesan} Tidak ada uang yang berpindah.
      </p>
    ) : (
      <div class="kotak sempit">
        <FormulirKonfirmasi ke={ke} isi={hanyaIsiannya(isi)} />
      </div>
    ),
});

/** What is wrong, without what it says of fields that this form has not: of the sum, which is the ticket's. */
function hanyaIsiannya({ galat, ...isi }: IsiFormulir): IsiFormulir {
  if (!galat) return isi;
  const isian = Object.entries(galat.isian).filter(([nama]) => nama !== "jumlah");
  return { ...isi, galat: { ...galat, isian: Object.fromEntries(isian) } };
}
