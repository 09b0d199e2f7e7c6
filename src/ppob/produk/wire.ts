import type { z } from "@hono/zod-openapi";
import { toWire } from "../../platform/money.ts";
import type { JenisProduk } from "../biller/biller.ts";
import type { KeadaanSinkron } from "./jobs.ts";
import type { BarisBiller, ProdukTampil } from "./produk.ts";
import type { UbahProduk } from "./repo.ts";
import type { keadaanSinkronSchema, produkBillerSchema, produkSchema, ubahProdukSchema } from "./schema.ts";

const rupiah = (jumlah: bigint | null) => (jumlah === null ? null : toWire(jumlah));

/** A product as it is answered; what is for staff only is left out where it is not told. */
export function keWire(satu: ProdukTampil): z.input<typeof produkSchema> {
  return {
    id: satu.id,
    nama: satu.nama,
    harga: toWire(satu.harga),
    deskripsi: satu.deskripsi,
    kategori: satu.kategori,
    nominal: rupiah(satu.nominal),
    kode: satu.kode,
    merek: satu.merek,
    jenis: satu.jenis,
    tersedia: satu.alasan === null,
    alasan: satu.alasan,
    multi: satu.multi,
    stok: satu.stok,
    tutup: jamTutup(satu),
    ...(satu.aktif !== null && { aktif: satu.aktif }),
    ...(satu.kodeCadangan && { kode_cadangan: satu.kodeCadangan }),
  };
}

/** A line of the biller's list as it is answered. */
export function keWireBiller(satu: BarisBiller): z.input<typeof produkBillerSchema> {
  return {
    kode: satu.kode,
    jenis: satu.jenis,
    nama: satu.nama,
    kategori: satu.kategori,
    merek: satu.merek,
    deskripsi: satu.deskripsi,
    harga: rupiah(satu.harga),
    admin: rupiah(satu.admin),
    komisi: rupiah(satu.komisi),
    aktif_pembeli: satu.aktifPembeli,
    aktif_penjual: satu.aktifPenjual,
    stok: satu.stok,
    multi: satu.multi,
    tutup: jamTutup(satu),
    ada: satu.ada,
    dijual: satu.dijual,
    diperbarui_pada: satu.diperbaruiPada.toISOString(),
  };
}

/** When the lists were asked for, as it is answered. */
export function keadaanKeWire(baris: KeadaanSinkron[]): z.input<typeof keadaanSinkronSchema> {
  const dari = (jenis: JenisProduk) => {
    const satu = baris.find((sebuah) => sebuah.jenis === jenis);
    if (!satu) return null;
    return {
      diminta_pada: satu.dimintaPada.toISOString(),
      berhasil_pada: satu.berhasilPada?.toISOString() ?? null,
      jumlah: satu.jumlah,
    };
  };
  return { prabayar: dari("prabayar"), pascabayar: dari("pascabayar") };
}

/** What a request changes; what it does not say stays. */
export function dariWire(isian: z.output<typeof ubahProdukSchema>): UbahProduk {
  const { harga, kode_cadangan: kodeCadangan, ...lain } = isian;
  return { ...lain, kodeCadangan, harga: harga === undefined ? undefined : BigInt(harga) };
}

/** PostgreSQL writes a time of day with its seconds. */
function jamTutup(satu: Pick<BarisBiller, "tutupMulai" | "tutupSelesai">) {
  const { tutupMulai: mulai, tutupSelesai: selesai } = satu;
  return mulai && selesai ? { mulai: mulai.slice(0, 5), selesai: selesai.slice(0, 5) } : null;
}
