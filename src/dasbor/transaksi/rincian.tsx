import type { FC } from "hono/jsx";
import type { RincianTransaksi } from "../../ppob/transaksi/transaksi.ts";
import { ALAMAT, alamatSatu } from "../alamat.ts";
import { isiMargin, isiTagihan, Kejanggalan } from "./catatan.tsx";
import {
  Bagian,
  Centang,
  Formulir,
  Isian,
  Lencana,
  nomorDi,
  Pesan,
  Pilihan,
  Rincian,
  rupiah,
  Saat,
  selisih,
  Tabel,
  type Halaman,
  type IsiFormulir,
  type Kolom,
  type Pelihat,
  type UlangFormulir,
} from "../kerangka/kerangka.ts";
import { LencanaStatus, masihTerbuka, Pembeli } from "./status.tsx";

/** The part that changes by itself. */
const ID_KEADAAN = "keadaan";

const percobaanKe = (kodeProduk: string): Kolom<RincianTransaksi["percobaan"][number]>[] => [
  {
    judul: "Percobaan",
    kepala: true,
    isi: ({ ke, refId }) => (
      <>
        Ke-{ke} <span class="kode patah">{refId}</span>
      </>
    ),
  },
  {
    judul: "Kode",
    isi: ({ kode, janggal }) => (
      <>
        <span class="kode">{kode ?? kodeProduk}</span>
        {janggal !== null && (
          <>
            {" "}
            <Lencana nada="buruk">Perlu dilihat</Lencana>
          </>
        )}
      </>
    ),
  },
  {
    judul: "Dikirim",
    isi: ({ dikirimPada, ditanya }) => (
      <>
        <Saat pada={dikirimPada} kosong="belum" />
        {ditanya > 0 && <span class="samar"> ditanya {ditanya}×</span>}
      </>
    ),
  },
  {
    judul: "Jawaban biller",
    isi: ({ rc, pesan }) =>
      rc === null && pesan === null ? (
        "—"
      ) : (
        <>
          {rc !== null && <span class="kode">{rc}</span>} {pesan}
        </>
      ),
  },
  { judul: "SN", isi: ({ sn }) => (sn === null ? "—" : <span class="kode patah">{sn}</span>) },
  {
    judul: "Harga biller",
    angka: true,
    isi: ({ hargaBiller }) => (hargaBiller === null ? "—" : rupiah(hargaBiller)),
  },
  { judul: "Diperbarui", isi: ({ diperbaruiPada }) => <Saat pada={diperbaruiPada} /> },
];

const MUTASI: Kolom<RincianTransaksi["mutasi"][number]>[] = [
  { judul: "Jurnal", kepala: true, isi: ({ jenis }) => jenis },
  { judul: "Waktu", isi: ({ waktu }) => <Saat pada={waktu} /> },
  { judul: "Buku", isi: ({ buku }) => buku },
  { judul: "Jumlah", angka: true, isi: ({ jumlah }) => selisih(jumlah) },
  {
    judul: "Saldo sesudah",
    angka: true,
    isi: ({ saldoSesudah }) => (saldoSesudah === null ? "—" : rupiah(saldoSesudah)),
  },
];

const PUTUSAN: Kolom<RincianTransaksi["putusan"][number]>[] = [
  { judul: "Oleh", kepala: true, isi: ({ pelaku, nama }) => nama ?? pelaku },
  { judul: "Waktu", isi: ({ waktu }) => <Saat pada={waktu} /> },
  { judul: "Alasan", isi: ({ alasan }) => alasan ?? "—" },
];

/** One purchase: what it is, what became of it, and what an admin can do about it; `galat` is why it could not be done. */
export function halamanRincian(
  rincian: RincianTransaksi,
  pelihat: Pelihat,
  { kabar, galat }: { kabar?: "diputuskan" | undefined; galat?: string },
): Halaman {
  const { transaksi, mutasi, putusan } = rincian;
  const { id } = transaksi;
  return {
    judul: `Transaksi #${id}`,
    menu: ALAMAT.transaksi,
    naik: { judul: "Semua transaksi", ke: ALAMAT.transaksi },
    samping: (
      <a class="tombol sekunder" href={alamatSatu(ALAMAT.struk, id)}>
        Struk
      </a>
    ),
    isi: (
      <>
        {kabar && <Pesan nada="baik">Transaksi ini sudah diputuskan.</Pesan>}
        {galat && (
          <p class="pesan" role="alert">
            {galat}
          </p>
        )}
        <Keadaan rincian={rincian} pelihat={pelihat} />
        {pelihat.peran === "admin" && masihTerbuka(transaksi) && (
          <Bagian judul="Putuskan">
            <BagianPutusan rincian={rincian} pelihat={pelihat} />
          </Bagian>
        )}
        {putusan.length > 0 && (
          <Bagian judul="Diputuskan oleh">
            <Tabel judul="Putusan" kolom={PUTUSAN} baris={putusan} kosong="" />
          </Bagian>
        )}
        {pelihat.peran === "admin" && (
          <Bagian judul="Jurnal">
            <Tabel judul="Perpindahan uang" kolom={MUTASI} baris={mutasi} kosong="Belum ada jurnal." />
          </Bagian>
        )}
      </>
    ),
  };
}

/** What may change while somebody looks: with JavaScript it is asked for again until the purchase is final. */
const Keadaan: FC<{ rincian: RincianTransaksi; pelihat: Pelihat }> = ({ rincian, pelihat }) => {
  const { transaksi, percobaan } = rincian;
  const untukAdmin = pelihat.peran === "admin";
  const sendiri = `#${ID_KEADAAN}`;
  const disegarkan = masihTerbuka(transaksi) && {
    "hx-get": alamatSatu(ALAMAT.satuTransaksi, transaksi.id),
    "hx-trigger": "every 10s",
    "hx-target": sendiri,
    "hx-select": sendiri,
    "hx-swap": "outerHTML",
  };
  return (
    <div id={ID_KEADAAN} {...disegarkan}>
      <Kejanggalan percobaan={percobaan} />
      <div class="kotak">
        <Rincian
          isi={[
            ["Status", <LencanaStatus status={transaksi.status} />],
            ["Mitra", <Pembeli transaksi={transaksi} pelihat={pelihat} />],
            ["Produk", `${transaksi.namaProduk} (${transaksi.kodeProduk})`],
            ["Nomor tujuan", <span class="kode">{transaksi.nomorTujuan}</span>],
            ...isiTagihan(rincian),
            ["Nominal", rupiah(transaksi.nominal)],
            ["Harga", rupiah(transaksi.harga)],
            ...(untukAdmin ? isiMargin(rincian) : []),
            ["Diterima", <Saat pada={transaksi.waktu} />],
            ["Selesai", <Saat pada={transaksi.selesaiPada} kosong="belum" />],
            ["Kata untuk mitra", transaksi.hasilEksekusi ?? "—"],
          ]}
        />
      </div>
      <Bagian judul="Percobaan di biller">
        <Tabel
          judul="Percobaan"
          kolom={percobaanKe(transaksi.kodeProduk)}
          baris={percobaan}
          kosong="Belum ada percobaan."
        />
      </Bagian>
    </div>
  );
};

/** The decision's form, or why there is none yet. */
const BagianPutusan: FC<{ rincian: RincianTransaksi; pelihat: Pelihat }> = ({ rincian, pelihat }) => {
  const terakhir = rincian.percobaan.at(-1);
  const { dikirimPada = null } = terakhir ?? {};
  if (terakhir?.ditungguSampai)
    return (
      <Pesan nada="tunggu">
        Belum dapat diputuskan: pembelian ini masih berjalan di biller, dan jawabannya masih ditunggu. Muat
        ulang halaman ini setelah <Saat pada={terakhir.ditungguSampai} />.
      </Pesan>
    );
  const terkirim = dikirimPada !== null && terakhir !== undefined && terakhir.ditanya > 0;
  return (
    <>
      {!terkirim && (
        <Pesan nada="tunggu">
          Pembelian ini belum pernah dikirim ke biller: hanya dapat diputuskan gagal. Atau tunggu.
        </Pesan>
      )}
      <FormulirPutusan
        ke={alamatSatu(ALAMAT.putusan, rincian.transaksi.id)}
        isi={{ csrf: pelihat.csrf }}
        hasil={terkirim ? HASIL : HASIL.filter(([nilai]) => nilai !== "sukses")}
      />
    </>
  );
};

// None is chosen beforehand: either of them is somebody's money.
const HASIL = [
  ["", "Pilih…"],
  ["gagal", "Gagal: saldo mitra dikembalikan"],
  ["sukses", "Sukses: biller sudah menjalankannya"],
] as const;

const FormulirPutusan: FC<{
  ke: string;
  isi: IsiFormulir;
  hasil?: readonly (readonly [nilai: string, judul: string])[];
}> = ({ ke, isi, hasil = HASIL }) => (
  <div class="kotak sempit">
    <p>
      Hanya bila transaksi ini tidak kunjung selesai. Tanyakan dahulu nasibnya kepada biller: uangnya
      berpindah sekali, dan putusan tidak dapat ditarik kembali.
    </p>
    <Formulir ke={ke} tombol="Putuskan transaksi" isi={isi} gawat>
      <Pilihan nama="hasil" label="Hasil menurut biller" pilihan={hasil} wajib isi={isi} />
      <Isian
        nama="alasan"
        label="Alasan"
        petunjuk="Tercatat di audit. Bila gagal, mitra ikut membacanya."
        maks={200}
        wajib
        isi={isi}
      />
      <Isian
        nama="sn"
        label="SN atau token (bila sukses)"
        petunjuk="Diteruskan kepada mitra. Kosongkan bila tidak ada."
        maks={100}
        isi={isi}
      />
      <Centang nama="yakin" label="Nasib transaksi ini sudah pasti menurut biller" isi={isi} />
    </Formulir>
  </div>
);

/** The decision's form once more, after it was refused. */
export const ulangPutusan: UlangFormulir = (isi, ke) => ({
  judul: `Putuskan transaksi #${nomorDi(ke)}`,
  isi: <FormulirPutusan ke={ke} isi={isi} />,
});
