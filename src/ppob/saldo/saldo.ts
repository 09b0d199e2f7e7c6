import { sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import type { Rupiah } from "../../platform/money.ts";
import type { HasilBiller } from "../biller/biller.ts";
import type { statusTransaksi } from "../transaksi/table.ts";

// The one module that moves money. Each movement is a SQL function (drizzle/0002_saldo.sql, 0003_ppob.sql), because
// only there are the check of the balance, the hold and the journal one atomic step in one roundtrip.

export type Status = (typeof statusTransaksi.enumValues)[number];

export interface Pembelian {
  produkId: number;
  nomorTujuan: string;
  /** Undefined leaves it to a product with a fixed denomination. */
  nominal: Rupiah | undefined;
  /** The client's idempotency key. */
  kunci: string | undefined;
}

/**
 * Accepts a purchase: moves its price from `tersedia` to `ditahan` and opens the first attempt.
 * Raises SALDO_TIDAK_CUKUP, PRODUK_TIDAK_ADA, NOMINAL_WAJIB, NOMINAL_TIDAK_SESUAI, KUNCI_DIPAKAI.
 * `tenggangDetik`: how long the queue has before the sweeper takes the purchase up.
 */
export function tahan(db: Database, beli: Pembelian, tenggangDetik: number) {
  return db
    .select({ id: sql`id`.mapWith(Number), ulangan: sql<boolean>`ulangan` })
    .from(
      sql`app.beli(${beli.produkId}, ${beli.nomorTujuan}, ${beli.nominal ?? null}, ${beli.kunci ?? null}, ${tenggangDetik})`,
    );
}

/**
 * Applies what the biller says of an attempt: `ditahan` goes to the biller and our margin, or back to `tersedia`;
 * a refund after success takes the success back. Happens once per state, whoever calls and however often.
 * No row for an attempt that is not ours. `lanjutDetik`: when to ask again if it stays open; null leaves the date as it is.
 */
export function terapkanHasil(
  db: Database,
  refId: string,
  hasil: HasilBiller,
  hasilEksekusi: string | null,
  lanjutDetik: number | null,
) {
  return db
    .select({
      transaksiId: sql`transaksi_id`.mapWith(Number),
      sebelum: sql<Status>`sebelum`,
      sesudah: sql<Status>`sesudah`,
      /** What contradicts the books and needs a person. */
      janggal: sql<string | null>`janggal`,
    })
    .from(
      sql`app.terapkan_hasil(${refId}, ${hasil.hasil}, ${hasil.rc}, ${hasil.pesan}, ${hasil.sn}, ${hasil.harga}, ${hasilEksekusi}, ${lanjutDetik})`,
    );
}
