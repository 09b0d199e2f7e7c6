import type { z } from "@hono/zod-openapi";
import { toWire } from "../../platform/money.ts";
import { catatanCsv } from "./csv.ts";
import { hitung, ringkasanKosong, type BarisLaporan, type Laporan } from "./laporan.ts";
import { barisLaporanSchema, type laporanSchema } from "./schema.ts";

// How reports look from outside, in pieces of one page of the database each.

type Wire = z.input<typeof laporanSchema>;

/** A report as JSON; what it comes to stands at its end, where it is known. */
export async function* laporanJson(laporan: Laporan): AsyncGenerator<string> {
  const ringkasan = ringkasanKosong();
  let depan = `{"dari":${JSON.stringify(laporan.dari)},"sampai":${JSON.stringify(laporan.sampai)},"transaksi":[`;
  for await (const baris of laporan.halaman) {
    hitung(ringkasan, baris);
    if (baris.length === 0) continue;
    yield `${depan}\n${baris.map((satu) => JSON.stringify(satuBaris(satu))).join(",\n")}`;
    depan = ",";
  }
  const { transaksi, sukses, gagal, terbuka } = ringkasan;
  const akhir: Wire["ringkasan"] = {
    transaksi,
    sukses,
    gagal,
    terbuka,
    nilai_sukses: toWire(ringkasan.nilaiSukses),
    nilai_terbuka: toWire(ringkasan.nilaiTerbuka),
    saldo_awal: toWire(laporan.saldoAwal),
    saldo_akhir: toWire(laporan.saldoAkhir),
  };
  yield `${depan === "," ? "" : depan}\n],"ringkasan":${JSON.stringify(akhir)}}\n`;
}

/** Tells spreadsheets that the file is UTF-8. */
const BOM = "\uFEFF";

/** A report as CSV, with the fields of its JSON as the first line. */
export async function* laporanCsv(laporan: Laporan, pemisah: "," | ";"): AsyncGenerator<string> {
  const kolom = barisLaporanSchema.keyof().options;
  yield BOM + catatanCsv(kolom, pemisah);
  for await (const baris of laporan.halaman) {
    const catatan = baris.map((satu) => {
      const isi = satuBaris(satu);
      return catatanCsv(
        kolom.map((nama) => isi[nama]),
        pemisah,
      );
    });
    if (catatan.length > 0) yield catatan.join("");
  }
}

/** The name under which a report is kept: its days in Jakarta. */
export function namaBerkas({ dari, sampai }: Laporan): string {
  const hari = (saat: number) => new Date(saat + 7 * 3_600_000).toISOString().slice(0, 10);
  const sampaiHari = Math.max(dari.getTime(), sampai.getTime() - 1);
  return `laporan-${hari(dari.getTime())}-sampai-${hari(sampaiHari)}.csv`;
}

function satuBaris(baris: BarisLaporan): Wire["transaksi"][number] {
  return {
    id: baris.id,
    waktu: baris.waktu.toISOString(),
    selesai_pada: baris.selesaiPada?.toISOString() ?? null,
    produk_id: baris.produkId,
    kode_produk: baris.kodeProduk,
    nama_produk: baris.namaProduk,
    nomor_tujuan: baris.nomorTujuan,
    nominal: toWire(baris.nominal),
    harga: toWire(baris.harga),
    status: baris.status,
    sn: baris.sn,
    ref_id: baris.kunci,
    hasil_eksekusi: baris.hasilEksekusi,
  };
}
