import { and, desc, eq, lt, sql, type SQL } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Database } from "../../platform/db/database.ts";
import { akun } from "../../akun/table.ts";
import { buku, jurnal, mutasi } from "../saldo/table.ts";
import type { KunciTersimpan } from "./kunci.ts";
import { mitra } from "./table.ts";

export interface MitraBaru {
  nama: string;
  email: string;
  hp: string | null;
  saldo: bigint;
}

/** Creates a mitra with its books; raises `EMAIL_TERDAFTAR`. */
export function daftarMitra(db: Database, baru: MitraBaru, kunci: KunciTersimpan) {
  return db.execute(sql`select app.daftar_mitra(
    ${baru.nama}, ${baru.email}, ${baru.hp}, ${baru.saldo}, ${kunci.hash}, ${kunci.awalan}, ${kunci.privatSegel})`);
}

/** Replaces the pair of keys of the mitra that holds `hashLama`; no row when another rotation was faster. */
export function gantiKunci(db: Database, hashLama: string, kunci: KunciTersimpan) {
  return db
    .update(mitra)
    .set({ kunciApiHash: kunci.hash, kunciApiAwalan: kunci.awalan, kunciPrivatSegel: kunci.privatSegel })
    .where(and(eq(mitra.id, sql`app.mitra_id()`), eq(mitra.kunciApiHash, hashLama)))
    .returning({ id: mitra.id });
}

/**
 * Notes a signature (SHA-256, hex) and answers the sealed private key that it must have been made with. Raises
 * KUNCI_API_SALAH, MITRA_NONAKTIF, TANDA_TANGAN_TERPAKAI.
 */
export function kunciUntukTanda(db: Database, kunciHash: string, tandaHash: string) {
  return db
    .select({ segel: sql<string>`segel` })
    .from(sql`app.kunci_untuk_tanda(${kunciHash}, ${tandaHash}) segel`);
}

/** Forgets signatures older than this; their time stamps are no longer taken. */
export function lupakanTandaTangan(db: Database, umurDetik: number) {
  return db.execute(sql`select app.lupakan_tanda_tangan(${umurDetik})`);
}

/** What a mitra sees of itself. */
const columns = {
  id: mitra.id,
  nama: mitra.nama,
  email: mitra.email,
  hp: mitra.hp,
  aktif: mitra.aktif,
  tier: mitra.tier,
  kunciApiAwalan: mitra.kunciApiAwalan,
  kunciDipakaiPada: mitra.kunciDipakaiPada,
  wajibTandaTangan: mitra.wajibTandaTangan,
  alamatIp: mitra.alamatIp,
  dibuatPada: mitra.dibuatPada,
};

/** The caller itself. */
export function diriSendiri(db: Database) {
  return db
    .select(columns)
    .from(mitra)
    .where(eq(mitra.id, sql`app.mitra_id()`));
}

const tersedia = alias(buku, "tersedia");
const ditahan = alias(buku, "ditahan");

/**
 * Mitra with their two books, newest first, for admins; row-level security leaves them to those.
 * The page is cut before the books are looked up: the planner, who cannot guess what the policy lets through, would look up everybody's.
 */
function denganSaldo(db: Database, syarat: SQL | undefined, batas: number) {
  const halaman = db
    .select(columns)
    .from(mitra)
    .where(syarat)
    .orderBy(desc(mitra.id))
    .limit(batas)
    .as("halaman");
  return db
    .select({
      id: halaman.id,
      nama: halaman.nama,
      email: halaman.email,
      hp: halaman.hp,
      aktif: halaman.aktif,
      tier: halaman.tier,
      kunciApiAwalan: halaman.kunciApiAwalan,
      kunciDipakaiPada: halaman.kunciDipakaiPada,
      wajibTandaTangan: halaman.wajibTandaTangan,
      alamatIp: halaman.alamatIp,
      dibuatPada: halaman.dibuatPada,
      // Only the house's books have no balance of their own.
      saldo: sql<bigint>`${tersedia.saldo}`.mapWith(tersedia.saldo),
      saldoDitahan: sql<bigint>`${ditahan.saldo}`.mapWith(ditahan.saldo),
    })
    .from(halaman)
    .innerJoin(tersedia, and(eq(tersedia.mitraId, halaman.id), eq(tersedia.nama, "tersedia")))
    .innerJoin(ditahan, and(eq(ditahan.mitraId, halaman.id), eq(ditahan.nama, "ditahan")))
    .orderBy(desc(halaman.id));
}

export interface Saringan {
  aktif: boolean | undefined;
  /** Part of the name or the e-mail address, taken literally, in whatever case. */
  cari: string | undefined;
}

/** Mitra, newest first, before id `sebelum` if given. */
export function mitraTerbaru(
  db: Database,
  batas: number,
  sebelum: number | undefined,
  { aktif, cari }: Saringan,
) {
  const syarat = and(
    sebelum === undefined ? undefined : lt(mitra.id, sebelum),
    aktif === undefined ? undefined : eq(mitra.aktif, aktif),
    // `strpos` in place of LIKE: it knows no wildcards that would have to be escaped.
    cari === undefined
      ? undefined
      : sql`(strpos(lower(${mitra.nama}), lower(${cari})) > 0 or strpos(${mitra.email}, lower(${cari})) > 0)`,
  );
  return denganSaldo(db, syarat, batas);
}

/** One mitra. */
export function satuMitra(db: Database, id: number) {
  return denganSaldo(db, eq(mitra.id, id), 1);
}

/** What of a mitra can be set; what is absent stays. */
export interface AturanMitra {
  aktif?: boolean | undefined;
  tier?: string | undefined;
  wajibTandaTangan?: boolean | undefined;
  /** Addresses and networks; none means anywhere. */
  alamatIp?: string[] | undefined;
}

/** Changes a mitra; does nothing when there is none. */
export function aturMitra(
  db: Database,
  id: number,
  { aktif, tier, wajibTandaTangan, alamatIp }: AturanMitra,
) {
  return db.execute(
    sql`select app.atur_mitra(${id}, ${aktif ?? null}, ${tier ?? null}, ${wajibTandaTangan ?? null}, ${larik(alamatIp)})`,
  );
}

/** Changes the caller itself; raises ALAMAT_IP_SENDIRI when `alamat`, its own, would be shut out. */
export function aturDiri(
  db: Database,
  { wajibTandaTangan, alamatIp }: Pick<AturanMitra, "wajibTandaTangan" | "alamatIp">,
  alamat: string,
) {
  return db.execute(sql`select app.atur_diri(${wajibTandaTangan ?? null}, ${larik(alamatIp)}, ${alamat})`);
}

/** An array as PostgreSQL writes it, of texts that need no quotes. */
function larik(teks: readonly string[] | undefined) {
  return teks === undefined ? null : `{${teks.join(",")}}`;
}

/** The newest entries of a mitra's books, and who made them if a person did; row-level security leaves them to admins. */
export function mutasiTerbaru(db: Database, mitraId: number, batas: number) {
  return db
    .select({
      id: mutasi.id,
      waktu: jurnal.dibuatPada,
      jenis: jurnal.jenis,
      transaksiId: jurnal.transaksiId,
      keterangan: jurnal.keterangan,
      oleh: akun.nama,
      buku: buku.nama,
      jumlah: mutasi.jumlah,
      saldoSesudah: mutasi.saldoSesudah,
    })
    .from(mutasi)
    .innerJoin(buku, eq(buku.id, mutasi.bukuId))
    .innerJoin(jurnal, eq(jurnal.id, mutasi.jurnalId))
    .leftJoin(akun, eq(akun.id, jurnal.akunId))
    .where(eq(buku.mitraId, mitraId))
    .orderBy(desc(mutasi.id))
    .limit(batas);
}
