import type { RincianTransaksi } from "../../ppob/transaksi/transaksi.ts";
import { ALAMAT, alamatSatu } from "../alamat.ts";
import { Pesan, Rincian, rupiah, Saat, type Halaman } from "../kerangka/kerangka.ts";
import { masihTerbuka, NAMA_STATUS } from "./status.tsx";

/** A receipt of one purchase, made to be printed. */
export function halamanStruk({ transaksi, percobaan }: RincianTransaksi): Halaman {
  // Nothing but the last attempt ever makes a purchase sukses; earlier ones may keep what came too late.
  const sn = percobaan.at(-1)?.sn;
  const sukses = transaksi.status === "sukses";
  return {
    judul: `Struk transaksi #${transaksi.id}`,
    menu: ALAMAT.transaksi,
    naik: { judul: `Transaksi #${transaksi.id}`, ke: alamatSatu(ALAMAT.satuTransaksi, transaksi.id) },
    isi: (
      <>
        {masihTerbuka(transaksi) && (
          <Pesan nada="tunggu">Transaksi ini belum selesai: ini bukan bukti pembelian.</Pesan>
        )}
        <article class="kotak struk" aria-label="Struk">
          <p class="struk-merek">Satu Pintu</p>
          <Rincian
            isi={[
              ["Nomor", `#${transaksi.id}`],
              ["Waktu", <Saat pada={transaksi.waktu} />],
              ["Produk", transaksi.namaProduk],
              ["Tujuan", <span class="kode">{transaksi.nomorTujuan}</span>],
              ["Nominal", rupiah(transaksi.nominal)],
              ["Harga", rupiah(transaksi.harga)],
              ["Status", <strong>{NAMA_STATUS[transaksi.status].toUpperCase()}</strong>],
              ...(sukses && sn ? ([["SN/Token", <strong class="kode">{sn}</strong>]] as const) : []),
              ...(transaksi.status === "gagal"
                ? ([["Keterangan", transaksi.hasilEksekusi ?? "—"]] as const)
                : []),
            ]}
          />
          <p class="struk-kaki">Simpan struk ini sebagai bukti.</p>
        </article>
        <p class="petunjuk tak-cetak">Cetak lewat menu peramban (Ctrl+P).</p>
      </>
    ),
  };
}
