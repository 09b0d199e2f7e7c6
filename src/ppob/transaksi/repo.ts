import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { transaksi } from "./table.ts";

const columns = {
  id: transaksi.id,
  produkId: transaksi.produkId,
  nomorTujuan: transaksi.nomorTujuan,
  nominal: transaksi.nominal,
  status: transaksi.status,
  waktu: transaksi.waktu,
  hasilEksekusi: transaksi.hasilEksekusi,
};

/** Said beside the policy, so that the planner uses it, and that a login which bypasses policies still sees its own only. */
const ownRows = eq(transaksi.mitraId, sql`app.mitra_id()`);

/** One purchase of the caller's. */
export function satuTransaksi(db: Database, id: number) {
  return db
    .select(columns)
    .from(transaksi)
    .where(and(ownRows, eq(transaksi.id, id)));
}

/** The caller's newest purchases, before id `sebelum` if given. */
export function transaksiTerbaru(db: Database, batas: number, sebelum: number | undefined) {
  return db
    .select(columns)
    .from(transaksi)
    .where(and(ownRows, sebelum === undefined ? undefined : lt(transaksi.id, sebelum)))
    .orderBy(desc(transaksi.id))
    .limit(batas);
}

/** What a claim hands to whoever drives a purchase on. */
export interface Klaim {
  transaksiId: number;
  refId: string;
  kodeProduk: string;
  nomorTujuan: string;
  /** What the buyer named, of an open denomination, in rupiah. */
  nominalBebas: bigint | null;
  /** What the mitra paid, in rupiah. */
  harga: bigint;
  /** The biller cannot know the attempt yet. */
  pertama: boolean;
  /** How often the biller was asked about it, this time included. */
  ditanya: number;
  /** Too old to be asked about: the biller would buy anew. */
  kedaluwarsa: boolean;
}

/**
 * Takes one purchase for `sewaDetik` seconds: the one named, or the one that has been due longest.
 * None when it is final or in someone else's hands, or nothing is due.
 */
export function klaim(
  db: Database,
  yangMana: number | "jatuh tempo",
  sewaDetik: number,
  umurMaksHari: number,
) {
  const id = yangMana === "jatuh tempo" ? null : yangMana;
  return db
    .select({
      transaksiId: sql`transaksi_id`.mapWith(Number),
      refId: sql<string>`ref_id`,
      kodeProduk: sql<string>`kode_produk`,
      nomorTujuan: sql<string>`nomor_tujuan`,
      nominalBebas: sql<bigint | null>`nominal_bebas`.mapWith(BigInt),
      harga: sql`harga`.mapWith(BigInt),
      pertama: sql<boolean>`pertama`,
      ditanya: sql<number>`ditanya`,
      kedaluwarsa: sql<boolean>`kedaluwarsa`,
    })
    .from(sql`app.klaim(${id}, 1, ${sewaDetik}, ${umurMaksHari})`);
}

/** Gives a claim back unused; does nothing when somebody else has claimed the purchase since. */
export function lepaskan(db: Database, { refId, ditanya }: Klaim) {
  return db.execute(sql`select app.lepaskan(${refId}, ${ditanya})`);
}
