import { and, asc, desc, eq, getTableColumns, gte, inArray, lt, sql } from "drizzle-orm";
import { akun } from "../../akun/table.ts";
import { audit } from "../../platform/audit/table.ts";
import type { Database } from "../../platform/db/database.ts";
import { mitra } from "../mitra/table.ts";
import { produk } from "../produk/table.ts";
import { buku, jurnal, mutasi } from "../saldo/table.ts";
import { tagihan } from "../tagihan/table.ts";
import { percobaan, statusTransaksi, transaksi } from "./table.ts";

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
  /** Pays a bill, that was asked for under this `refId`. */
  pascabayar: boolean;
  /** From then on it may not be sent for the first time; null: whenever. */
  kirimSebelum: Date | null;
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
      pascabayar: sql<boolean>`pascabayar`,
      kirimSebelum: sql<Date | null>`kirim_sebelum`.mapWith(transaksi.waktu),
    })
    .from(sql`app.klaim(${id}, 1, ${sewaDetik}, ${umurMaksHari})`);
}

/** Gives a claim back unused; does nothing when somebody else has claimed the purchase since. */
export function lepaskan(db: Database, { refId, ditanya }: Klaim) {
  return db.execute(sql`select app.lepaskan(${refId}, ${ditanya})`);
}

/** What staff sees of a purchase. Whose it is by name only admins are told: row-level security hides mitra from the rest. */
const columnsForStaff = {
  ...columns,
  mitraId: transaksi.mitraId,
  namaMitra: mitra.nama,
  namaProduk: produk.nama,
  kodeProduk: transaksi.kodeProduk,
  harga: transaksi.harga,
  hargaModal: transaksi.hargaModal,
  selesaiPada: transaksi.selesaiPada,
};

/** `terbuka` is whatever is not final yet. */
export const STATUS_DICARI = [...statusTransaksi.enumValues, "terbuka"] as const;

/** Each that is given must hold. */
export interface SaringanTransaksi {
  id?: number | undefined;
  mitraId?: number | undefined;
  produkId?: number | undefined;
  /** The whole number. */
  nomorTujuan?: string | undefined;
  status?: (typeof STATUS_DICARI)[number] | undefined;
  /** From this moment on. */
  dari?: Date | undefined;
  /** Before this moment. */
  sampai?: Date | undefined;
}

/** Purchases of everybody for staff, newest first, before id `sebelum` if given. */
export function transaksiUntukStaf(
  db: Database,
  batas: number,
  sebelum: number | undefined,
  { id, mitraId, produkId, nomorTujuan, status, dari, sampai }: SaringanTransaksi,
) {
  const open = inArray(transaksi.status, ["pending", "proses"]);
  return db
    .select(columnsForStaff)
    .from(transaksi)
    .innerJoin(produk, eq(produk.id, transaksi.produkId))
    .leftJoin(mitra, eq(mitra.id, transaksi.mitraId))
    .where(
      and(
        sebelum === undefined ? undefined : lt(transaksi.id, sebelum),
        id === undefined ? undefined : eq(transaksi.id, id),
        mitraId === undefined ? undefined : eq(transaksi.mitraId, mitraId),
        produkId === undefined ? undefined : eq(transaksi.produkId, produkId),
        nomorTujuan === undefined ? undefined : eq(transaksi.nomorTujuan, nomorTujuan),
        status === undefined ? undefined : status === "terbuka" ? open : eq(transaksi.status, status),
        dari === undefined ? undefined : gte(transaksi.waktu, dari),
        sampai === undefined ? undefined : lt(transaksi.waktu, sampai),
      ),
    )
    .orderBy(desc(transaksi.id))
    .limit(batas);
}

/**
 * How long the biller's own answer is waited for before people may decide, as `app.putuskan_transaksi` demands it: after
 * the attempt was sent, and after it was last asked about, in minutes.
 */
export const TUNGGU_PUTUSAN = { dikirim: 10, ditanya: 2 };

/** The attempts of a purchase at the biller, first one first; for staff. `ditungguSampai`: until then people do not decide. */
export function percobaanTransaksi(db: Database, id: number) {
  const sampai = sql`greatest(${percobaan.dikirimPada} + make_interval(mins => ${TUNGGU_PUTUSAN.dikirim}),
    ${percobaan.ditanyaPada} + make_interval(mins => ${TUNGGU_PUTUSAN.ditanya}))`;
  const ditungguSampai = sql<Date | null>`case when ${sampai} > app.jam() then ${sampai} end`.mapWith(
    percobaan.dikirimPada,
  );
  return db
    .select({ ...getTableColumns(percobaan), ditungguSampai })
    .from(percobaan)
    .where(eq(percobaan.transaksiId, id))
    .orderBy(asc(percobaan.ke));
}

/** The bill that a purchase pays, if it pays one; for staff. */
export function tagihanTransaksi(db: Database, id: number) {
  return db
    .select({
      id: tagihan.id,
      namaPelanggan: tagihan.namaPelanggan,
      periode: tagihan.periode,
      lembar: tagihan.lembar,
    })
    .from(transaksi)
    .innerJoin(tagihan, eq(tagihan.id, transaksi.tagihanId))
    .where(eq(transaksi.id, id));
}

/** What a purchase moved between the books, in its order; row-level security leaves it to admins. */
export function mutasiTransaksi(db: Database, id: number) {
  // The journals of a purchase are found by their keys, which have an index.
  const kunci = ["beli", "sukses", "gagal", "kembali"].map((jenis) => `${jenis}:${id}`);
  return db
    .select({
      id: mutasi.id,
      jenis: jurnal.jenis,
      waktu: jurnal.dibuatPada,
      buku: buku.nama,
      jumlah: mutasi.jumlah,
      saldoSesudah: mutasi.saldoSesudah,
    })
    .from(jurnal)
    .innerJoin(mutasi, eq(mutasi.jurnalId, jurnal.id))
    .innerJoin(buku, eq(buku.id, mutasi.bukuId))
    .where(inArray(jurnal.kunci, kunci))
    .orderBy(asc(mutasi.id));
}

/** What people decided about a purchase, oldest first; row-level security leaves it to admins. */
export function putusanTransaksi(db: Database, id: number) {
  return db
    .select({
      id: audit.id,
      waktu: audit.waktu,
      pelaku: audit.pelaku,
      nama: akun.nama,
      alasan: sql<string | null>`${audit.rincian} ->> 'alasan'`,
    })
    .from(audit)
    .leftJoin(akun, eq(audit.pelaku, sql`'akun:' || ${akun.id}`))
    .where(
      and(
        eq(audit.sasaranTabel, "transaksi"),
        eq(audit.sasaranId, String(id)),
        eq(audit.aksi, "transaksi.putuskan"),
      ),
    )
    .orderBy(asc(audit.id));
}

/** What a person found out about a purchase that stayed open. */
export interface Putusan {
  hasil: "sukses" | "gagal";
  /** For us; of a failure the mitra reads it too. */
  alasan: string;
  /** Serial number or token of a success. */
  sn: string | null;
}

/** Ends an open purchase by hand. Raises PERAN_TIDAK_BOLEH, TRANSAKSI_TIDAK_ADA, TRANSAKSI_SELESAI, TRANSAKSI_BERJALAN, BELUM_DIKIRIM. */
export function putuskanTransaksi(db: Database, id: number, putusan: Putusan, kalimat: string | null) {
  return db
    .select({ sesudah: sql<"sukses" | "gagal">`sesudah` })
    .from(sql`app.putuskan_transaksi(${id}, ${putusan.hasil}, ${putusan.alasan}, ${putusan.sn}, ${kalimat})`);
}
