import { sql } from "drizzle-orm";
import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { defineError } from "../../platform/http/errors.ts";
import type { Rupiah } from "../../platform/money.ts";
import type { HasilBiller } from "../biller/biller.ts";
import { MitraTidakAda } from "../mitra/mitra.ts";
import type { statusTransaksi } from "../transaksi/table.ts";
import { jurnal } from "./table.ts";

// The one module that moves money. Each movement is a SQL function (drizzle/0019_mitra_ledger.sql, 0006_isi_saldo.sql),
// because only there are the check of the balance, the hold and the journal one atomic step in one roundtrip.

export const KunciDipakai = defineError(
  409,
  "KUNCI_DIPAKAI",
  "Kunci ini sudah dipakai untuk permintaan lain dengan isi berbeda.",
);
export const SaldoTerlaluBesar = defineError(
  422,
  "SALDO_TERLALU_BESAR",
  "Saldo mitra akan melebihi batas yang dapat dicatat.",
  { pointer: "#/jumlah" },
);

export type Status = (typeof statusTransaksi.enumValues)[number];

export interface Pembelian {
  produkId: number;
  nomorTujuan: string;
  /** Undefined leaves it to a product with a fixed denomination. */
  nominal: Rupiah | undefined;
  /** The client's idempotency key. */
  kunci: string | undefined;
  /** Not for more than this, in rupiah. */
  hargaMaks: Rupiah | undefined;
}

/**
 * Accepts a purchase: moves its price from `tersedia` to `ditahan` and opens the first attempt.
 * Raises SALDO_TIDAK_CUKUP, PRODUK_TIDAK_ADA, PRODUK_PASCABAYAR, NOMINAL_WAJIB, NOMINAL_TIDAK_SESUAI, KUNCI_DIPAKAI, and what
 * stands in the way of the product: HARGA_BERUBAH, PRODUK_TIDAK_TERSEDIA, PRODUK_TUTUP, SUDAH_DIBELI_HARI_INI.
 * `tenggangDetik`: how long the queue has before the sweeper takes the purchase up.
 */
export function tahan(db: Database, beli: Pembelian, tenggangDetik: number) {
  return db
    .select({ id: sql`id`.mapWith(Number), ulangan: sql<boolean>`ulangan` })
    .from(
      sql`app.beli(${beli.produkId}, ${beli.nomorTujuan}, ${beli.nominal ?? null}, ${beli.kunci ?? null}, ${tenggangDetik}, ${beli.hargaMaks ?? null})`,
    );
}

/**
 * Pays a bill: moves its price from `tersedia` to `ditahan` and opens its one attempt. Raises TAGIHAN_TIDAK_ADA,
 * TAGIHAN_KEDALUWARSA, TAGIHAN_SUDAH_DIBAYAR, SALDO_TIDAK_CUKUP, KUNCI_DIPAKAI.
 */
export function tahanTagihan(
  db: Database,
  tagihanId: number,
  kunci: string | undefined,
  tenggangDetik: number,
) {
  return db
    .select({ id: sql`id`.mapWith(Number), ulangan: sql<boolean>`ulangan` })
    .from(sql`app.bayar_tagihan(${tagihanId}, ${kunci ?? null}, ${tenggangDetik})`);
}

/**
 * Applies what the biller says of an attempt: `ditahan` goes to the biller and our margin, or back to `tersedia`;
 * a refund after success takes the success back; a failure that another code may mend opens the next attempt. Happens once per state, whoever calls and however often.
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
      /** Number of the attempt that takes the place of this one, with another code. */
      berikutnya: sql<number | null>`berikutnya`,
      /** What the biller was asked for. */
      kode: sql<string>`kode`,
      /** The message that tells the mitra, if it wants to be told. */
      kiriman: sql<number | null>`kiriman`.mapWith(Number),
    })
    .from(
      sql`app.terapkan_hasil(${refId}, ${hasil.hasil}, ${hasil.rc}, ${hasil.pesan}, ${hasil.sn}, ${hasil.harga}, ${hasilEksekusi}, ${lanjutDetik}, ${hasil.bolehCadangan})`,
    );
}

/** The most that one top-up brings, in rupiah: beyond it, a zero too many is likelier than a customer. */
export const MAX_ISI = 10_000_000_000;

export interface IsiSaldo {
  mitraId: number;
  jumlah: Rupiah;
  keterangan: string;
  /** The admin's idempotency key, one for the whole house. */
  kunci: string;
}

/** A top-up as it was written down. */
export type SaldoTerisi = Awaited<ReturnType<typeof terima>>[number];

/**
 * For admins: puts money that has come in into a mitra's balance. The same `kunci` with the same content is the same
 * top-up and has the same answer for ever (`ulangan`). Throws `MitraTidakAda`, `KunciDipakai`, `SaldoTerlaluBesar`.
 */
export async function isiSaldo(
  { db }: { db: Database },
  actor: Actor,
  isian: IsiSaldo,
): Promise<SaldoTerisi> {
  const [[terisi]] = await withActor(db, actor, [terima(db, isian)]);
  if (!terisi) throw new MitraTidakAda();
  return terisi;
}

/** `kas → tersedia`, once per key; no row when there is no such mitra. Raises KUNCI_DIPAKAI, SALDO_TERLALU_BESAR. */
function terima(db: Database, { mitraId, jumlah, keterangan, kunci }: IsiSaldo) {
  return db
    .select({
      /** Of the journal. */
      id: sql`id`.mapWith(Number),
      mitraId: sql`mitra_id`.mapWith(Number),
      jumlah: sql`jumlah`.mapWith(BigInt),
      keterangan: sql<string>`keterangan`,
      /** Available right after this top-up. */
      saldo: sql`saldo`.mapWith(BigInt),
      waktu: sql`waktu`.mapWith(jurnal.dibuatPada),
      ulangan: sql<boolean>`ulangan`,
    })
    .from(sql`app.isi_saldo(${mitraId}, ${jumlah}, ${keterangan}, ${kunci})`);
}
