import { and, asc, desc, eq, gt, gte, lt, lte, sql, type SQL } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import type { Period } from "../../platform/http/period.ts";
import { produk } from "../produk/table.ts";
import { statusTransaksi, transaksi } from "../transaksi/table.ts";

/** What a mitra finds its purchases by; each that is given must hold. */
export interface Saringan extends Period {
  status?: (typeof statusTransaksi.enumValues)[number] | undefined;
  produkId?: number | undefined;
  /** The whole number. */
  nomorTujuan?: string | undefined;
  /** Its own idempotency key. */
  refId?: string | undefined;
}

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

/**
 * The id of the first of the caller's purchases at a moment or after it, null where there is none. Its ids and times have
 * one order, so an id stands for a moment, and every index that ends in the id is cut by time as well.
 */
function idSejak(saat: Date): SQL {
  return sql`(select t.id from ${transaksi} t where t.mitra_id = app.mitra_id() and t.waktu >= ${saat.toISOString()}
    order by t.waktu, t.id limit 1)`;
}

const TAK_TERBATAS = 9_223_372_036_854_775_807n;

function dalam({ dari, sampai }: Period, sebelum?: number): (SQL | undefined)[] {
  return [
    dari && gte(transaksi.id, idSejak(dari)),
    // All in one subquery: a bare `coalesce` counts as one that may leak, which keeps it out of the index.
    sampai && lt(transaksi.id, sql`(select coalesce(${idSejak(sampai)}, ${TAK_TERBATAS}::bigint))`),
    sebelum === undefined ? undefined : lt(transaksi.id, sebelum),
  ];
}

/**
 * The caller's newest purchases, at most `batas`, before id `sebelum` if given, within a period.
 * Every row of the index along the way is one of them.
 */
export function transaksiTerbaru(
  db: Database,
  batas: number,
  sebelum: number | undefined,
  periode: Period = {},
) {
  return db
    .select(columns)
    .from(transaksi)
    .where(and(ownRows, ...dalam(periode, sebelum)))
    .orderBy(desc(transaksi.id))
    .limit(batas);
}

/** The caller's purchase with a key of its own, if the rest of `saringan` lets it through. */
export function transaksiBerkunci(
  db: Database,
  kunci: string,
  sebelum: number | undefined,
  { status, produkId, nomorTujuan, ...periode }: Saringan,
) {
  return db
    .select(columns)
    .from(transaksi)
    .where(
      and(
        ownRows,
        eq(transaksi.kunci, kunci),
        status && eq(transaksi.status, status),
        produkId === undefined ? undefined : eq(transaksi.produkId, produkId),
        nomorTujuan === undefined ? undefined : eq(transaksi.nomorTujuan, nomorTujuan),
        ...dalam(periode, sebelum),
      ),
    );
}

/** The most purchases that are looked through for one page, where several conditions must hold together. */
export const JENDELA = 5_000;

/** A stretch of a list: at most `batas` rows, before id `sebelum` if given. */
export interface Halaman {
  batas: number;
  sebelum: number | undefined;
}

/**
 * As `transaksiTerbaru`, but along the index of one condition: a query for each condition of `saringan`, the best first.
 * It looks at the rows for the other conditions, at `JENDELA` of them at the most; the last of so many (`ujung`) is
 * answered even if it does not fit (`cocok`): the next page goes on behind it. No query without a condition.
 */
export function telusuri(db: Database, { batas, sebelum }: Halaman, saringan: Saringan) {
  const { status, produkId, nomorTujuan, dari, sampai } = saringan;
  const terbuka = status === "pending" || status === "proses";
  // The rarer ones first: few are open, and nearly all that is not has succeeded.
  const jalan = [
    ...(terbuka ? ["status"] : []),
    ...(nomorTujuan === undefined ? [] : ["nomor"]),
    ...(status === "gagal" ? ["status"] : []),
    ...(produkId === undefined ? [] : ["produk"]),
    ...(status === "sukses" ? ["status"] : []),
  ];
  return jalan.map((utama) =>
    db
      .select({
        id: sql`id`.mapWith(transaksi.id),
        produkId: sql`produk_id`.mapWith(transaksi.produkId),
        nomorTujuan: sql<string>`nomor_tujuan`,
        nominal: sql`nominal`.mapWith(transaksi.nominal),
        status: sql<(typeof statusTransaksi.enumValues)[number]>`status`,
        waktu: sql`waktu`.mapWith(transaksi.waktu),
        hasilEksekusi: sql<string | null>`hasil_eksekusi`,
        cocok: sql<boolean>`cocok`,
        ujung: sql<boolean>`ujung`,
      })
      .from(
        sql`app.telusuri_transaksi(${utama}, ${status ?? null}, ${produkId ?? null}, ${nomorTujuan ?? null},
          ${dari?.toISOString() ?? null}, ${sampai?.toISOString() ?? null}, ${sebelum ?? null}, ${JENDELA}, ${batas})`,
      ),
  );
}

const barisLaporan = {
  ...columns,
  kodeProduk: produk.kode,
  namaProduk: produk.nama,
  harga: transaksi.harga,
  sn: transaksi.sn,
  kunci: transaksi.kunci,
  selesaiPada: transaksi.selesaiPada,
};

/** The caller's purchases of a period, oldest first, at most `batas`: from the first one on, or behind id `sesudah`. */
export function transaksiPeriode(
  db: Database,
  batas: number,
  periode: Period,
  /** Purchases made while a report is read are none of it: none behind id `terakhir`. */
  halaman?: { sesudah: number; terakhir: number },
) {
  return db
    .select(barisLaporan)
    .from(transaksi)
    .innerJoin(produk, eq(produk.id, transaksi.produkId))
    .where(
      and(
        ownRows,
        ...dalam(periode),
        halaman && gt(transaksi.id, halaman.sesudah),
        halaman && lte(transaksi.id, halaman.terakhir),
      ),
    )
    .orderBy(asc(transaksi.id))
    .limit(batas);
}

/** The caller's newest purchase; none before the first. */
export function transaksiTerakhir(db: Database) {
  return db.select({ id: transaksi.id }).from(transaksi).where(ownRows).orderBy(desc(transaksi.id)).limit(1);
}

/** What the caller had available right before a moment, in rupiah. One row. */
export function saldoSebelum(db: Database, saat: Date) {
  return db
    .select({ saldo: sql`saldo`.mapWith(BigInt) })
    .from(sql`app.saldo_sebelum(${saat.toISOString()}) saldo`);
}
