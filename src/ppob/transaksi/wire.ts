import type { z } from "@hono/zod-openapi";
import { toWire } from "../../platform/money.ts";
import type { transaksiSchema } from "./schema.ts";
import type { Transaksi } from "./transaksi.ts";

/** A purchase as its mitra sees it. */
export function satuPembelian(baris: Transaksi): z.input<typeof transaksiSchema> {
  return {
    id: baris.id,
    produk_id: baris.produkId,
    nomor_tujuan: baris.nomorTujuan,
    nominal: toWire(baris.nominal),
    status: baris.status,
    waktu: baris.waktu.toISOString(),
    hasil_eksekusi: baris.hasilEksekusi,
  };
}
