import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { mitra } from "../mitra/table.ts";
import { produk } from "../produk/table.ts";
import { tagihan } from "../tagihan/table.ts";
import { transaksi } from "../transaksi/table.ts";

/** One purchase of the caller's, with what a receipt says besides: who sold it, what it was, and the bill that it paid. */
export function transaksiUntukStruk(db: Database, id: number) {
  return db
    .select({
      id: transaksi.id,
      status: transaksi.status,
      nomorTujuan: transaksi.nomorTujuan,
      nominal: transaksi.nominal,
      sn: transaksi.sn,
      waktu: transaksi.waktu,
      selesaiPada: transaksi.selesaiPada,
      merchant: mitra.nama,
      produk: produk.nama,
      tagihan: {
        id: tagihan.id,
        namaPelanggan: tagihan.namaPelanggan,
        periode: tagihan.periode,
        lembar: tagihan.lembar,
        hargaJual: tagihan.hargaJual,
        admin: tagihan.admin,
        rincian: tagihan.rincian,
      },
    })
    .from(transaksi)
    .innerJoin(mitra, eq(mitra.id, transaksi.mitraId))
    .innerJoin(produk, eq(produk.id, transaksi.produkId))
    .leftJoin(tagihan, eq(tagihan.id, transaksi.tagihanId))
    .where(and(eq(transaksi.mitraId, sql`app.mitra_id()`), eq(transaksi.id, id)));
}
