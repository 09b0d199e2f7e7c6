import type { Catatan, RantaiDiperiksa } from "../../audit/audit.ts";
import { ALAMAT, denganKueri } from "../alamat.ts";
import {
  angka,
  ID_HASIL,
  Isian,
  Penghalaman,
  PenghalamanTerbaru,
  Penyaring,
  Pesan,
  Rincian,
  Saat,
  Tabel,
  type Halaman,
  type IsiFormulir,
  type Kolom,
} from "../kerangka/kerangka.ts";
import type { AuditQuery } from "./schema.ts";

const KOLOM: Kolom<Catatan>[] = [
  { judul: "Aksi", kepala: true, isi: ({ aksi }) => <strong>{aksi}</strong> },
  { judul: "Waktu", isi: ({ waktu }) => <Saat pada={waktu} /> },
  {
    judul: "Pelaku",
    isi: ({ pelaku }) => <a href={denganKueri(ALAMAT.audit, { pelaku })}>{pelaku}</a>,
  },
  {
    judul: "Sasaran",
    isi: ({ sasaranTabel: tabel, sasaranId: sasaran }) => (
      <a href={denganKueri(ALAMAT.audit, { tabel, sasaran: sasaran ?? undefined })}>
        {sasaran === null ? tabel : `${tabel} ${sasaran}`}
      </a>
    ),
  },
  {
    judul: "Nasabah",
    isi: ({ subjekId }) =>
      subjekId === null ? "—" : <a href={denganKueri(ALAMAT.audit, { nasabah: subjekId })}>#{subjekId}</a>,
  },
  {
    judul: "Rincian",
    isi: ({ rincian }) =>
      Object.keys(rincian).length === 0 ? "—" : <code class="kode">{JSON.stringify(rincian)}</code>,
  },
];

const saringanLain = (isi: Pick<IsiFormulir, "nilai">) => (
  <>
    <Isian nama="tabel" label="Benda" contoh="mitra" isi={isi} />
    <Isian nama="sasaran" label="Nomor benda" contoh="4" isi={isi} />
    <Isian nama="nasabah" label="Nomor nasabah" papanTik="numeric" isi={isi} />
    <Isian nama="dari" label="Dari tanggal" jenis="date" isi={isi} />
    <Isian nama="sampai" label="Sampai tanggal" jenis="date" isi={isi} />
  </>
);

/** The audit, newest first. */
export function halamanAudit(
  query: AuditQuery,
  { baris, lanjut }: { baris: Catatan[]; lanjut: Catatan | undefined },
): Halaman {
  const { sebelum, ...saringan } = query;
  const isi = {
    nilai: Object.fromEntries(Object.entries(query).map(([nama, nilai]) => [nama, String(nilai ?? "")])),
  };
  const { tabel, sasaran, nasabah, dari, sampai } = query;
  const adaLain = (tabel ?? sasaran ?? nasabah ?? dari ?? sampai) !== undefined;
  return {
    judul: "Audit",
    menu: ALAMAT.audit,
    samping: (
      <a class="tombol sekunder" href={ALAMAT.rantai}>
        Periksa rantai
      </a>
    ),
    isi: (
      <>
        <Penyaring ke={ALAMAT.audit} lain={{ isi: saringanLain(isi), terbuka: adaLain }}>
          <Isian nama="aksi" label="Aksi" contoh="saldo.isi" isi={isi} />
          <Isian nama="pelaku" label="Pelaku" contoh="akun:1" isi={isi} />
        </Penyaring>
        <section id={ID_HASIL} aria-live="polite">
          <Tabel
            judul="Catatan audit, terbaru dulu"
            kolom={KOLOM}
            baris={baris}
            kosong="Tidak ada catatan yang cocok."
          />
          <PenghalamanTerbaru ke={ALAMAT.audit} saringan={saringan} sebelum={sebelum} lanjut={lanjut} />
        </section>
      </>
    ),
  };
}

const SEBAB: Record<NonNullable<RantaiDiperiksa["sebab"]>, string> = {
  mata_hilang: "mata rantai tidak ada",
  baris_hilang: "catatan auditnya tidak ada",
  hash_beda: "catatan atau hash-nya diubah",
  ujung_beda: "rantai tidak berakhir di ujung yang tercatat",
  tanpa_mata: "catatan audit ini tidak ada di rantai",
};

/** What became of a walk along the audit's chain from link `mulai` on. */
export function halamanRantai(mulai: number, rantai: RantaiDiperiksa): Halaman {
  const { utuh, sebab, rusakDi, diperiksa, sampai, ujung, hash, lanjut } = rantai;
  return {
    judul: "Rantai audit",
    menu: ALAMAT.audit,
    naik: { judul: "Audit", ke: ALAMAT.audit },
    isi: (
      <>
        {utuh ? (
          <Pesan nada="baik">
            {lanjut === null ? "Rantai utuh sampai ujungnya." : "Sejauh ini rantai utuh."}
          </Pesan>
        ) : (
          <Pesan nada="buruk">
            Rantai rusak di nomor {angka(rusakDi ?? 0)}: {sebab && SEBAB[sebab]}. Jangan mengubah apa pun, dan
            panggil pemilik sistem.
          </Pesan>
        )}
        <div class="kotak">
          <Rincian
            isi={[
              ["Diperiksa", `${angka(diperiksa)} mata rantai, mulai nomor ${angka(mulai)}`],
              ["Benar sampai nomor", angka(sampai)],
              ["Panjang rantai", angka(ujung)],
              [
                "Hash di sana",
                <>
                  <code class="kode">{hash ?? "—"}</code>
                  <span class="petunjuk"> Simpan di tempat lain, untuk dibandingkan nanti.</span>
                </>,
              ],
            ]}
          />
        </div>
        <Penghalaman
          maju={
            lanjut === null
              ? undefined
              : { judul: "Lanjutkan", ke: denganKueri(ALAMAT.rantai, { mulai: lanjut }) }
          }
        />
      </>
    ),
  };
}
