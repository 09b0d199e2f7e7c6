import { and, asc, eq, inArray, sql, type SQL } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import type { Changes, Database } from "../../platform/db/database.ts";
import { bankAccounts } from "../../amancair/bank-accounts/table.ts";
import { devices } from "../../amancair/devices/table.ts";
import type { BlindIndex } from "../../platform/crypto/blind-index.ts";
import { sameIndex } from "../../platform/db/blind-index-column.ts";
import { MAX_LIMIT } from "../../platform/http/list.ts";
import { nasabah, pegawai, type NikFlag } from "./table.ts";

export type PegawaiBaru = Omit<typeof pegawai.$inferInsert, "id">;
export type NasabahBaru = Omit<
  typeof nasabah.$inferInsert,
  "id" | "akunId" | "petugasId" | "createdAt" | "updatedAt" | "dihapusPada"
>;
export type UbahNasabah = Changes<Omit<NasabahBaru, "externalUserId" | "kunci">>;

/** What is odd about the NIK, as far as a change says something of it. */
export interface TandaNik {
  nikFlag?: NikFlag | null | SQL | undefined;
}

/** A NIK that stays while what it is compared with changes. */
export const PERIKSA_LAGI = sql`case when ${nasabah.nationalIdSegel} is not null then 'recheck' end`;

/** What was found odd about a NIK, if what it was compared with is still what it was. */
export function tandaBila(
  flag: NikFlag | null,
  { dob, gender }: Pick<typeof nasabah.$inferSelect, "dob" | "gender">,
): SQL {
  return sql`case when ${nasabah.dob} is not distinct from ${dob}::date and ${nasabah.gender} is not distinct from ${gender}
    then ${flag} else 'recheck' end`;
}

export interface Saringan {
  /** Only the caller's own file: all that row-level security leaves to a nasabah, but found by an index. */
  sendiri: boolean;
  kind: "pegawai" | "nasabah" | undefined;
  idJabatan: number | undefined;
  /** Part of the name, taken literally, in whatever case. */
  cari: string | undefined;
}

/** The ids of those `saringan` lets through, of both kinds. */
function yangCocok(db: Database, { sendiri, kind, idJabatan, cari }: Saringan) {
  // A kind that is not asked for, or that has no position, is in the union with none of its rows: one query for all filters.
  const pegawaiJuga = sendiri || kind === "nasabah" ? sql`false` : undefined;
  const nasabahJuga = kind === "pegawai" || idJabatan !== undefined ? sql`false` : undefined;
  const jabatannya = idJabatan === undefined ? undefined : eq(pegawai.idJabatan, idJabatan);
  const miliknya = sendiri ? eq(nasabah.akunId, sql`(select app.akun_id())`) : undefined;
  const semua = unionAll(
    db.select({ id: pegawai.id }).from(pegawai).where(and(pegawaiJuga, jabatannya)),
    db.select({ id: nasabah.id }).from(nasabah).where(and(nasabahJuga, miliknya)),
  ).as("semua");
  return db
    .select({ id: semua.id })
    .from(semua)
    .where(
      cari === undefined ? undefined : sql`${semua.id} = any (array(select app.users_bernama(${cari})))`,
    );
}

/** A page of users in the order of their ids; each row has either a `pegawai` or a `nasabah`. */
export function semuaUsers(db: Database, skip: number, limit: number, saringan: Saringan) {
  const halaman = yangCocok(db, saringan)
    .orderBy(asc(sql`id`))
    .offset(skip)
    .limit(limit)
    .as("halaman");
  return db
    .select({ pegawai, nasabah })
    .from(halaman)
    .leftJoin(pegawai, eq(pegawai.id, halaman.id))
    .leftJoin(nasabah, eq(nasabah.id, halaman.id))
    .orderBy(asc(halaman.id));
}

/** How many users `saringan` lets through. */
export function banyaknyaUsers(db: Database, saringan: Saringan) {
  return db.select({ jumlah: sql`count(*)`.mapWith(Number) }).from(yangCocok(db, saringan).as("cocok"));
}

/** One pegawai; no row when there is none that the caller may see. */
export function satuPegawai(db: Database, id: number) {
  return db.select().from(pegawai).where(eq(pegawai.id, id));
}

/** One nasabah; no row when there is none that the caller may see. */
export function satuNasabah(db: Database, id: number) {
  return db.select().from(nasabah).where(eq(nasabah.id, id));
}

/** Raises `PERAN_TIDAK_BOLEH` for everybody but staff. */
export function tuntutStaf(db: Database) {
  return db.execute(sql`select app.tuntut_peran('{admin,karyawan}')`);
}

/** Adds a pegawai and returns it; violates `pegawai_jabatan_ada`. */
export function tambahPegawai(db: Database, baru: PegawaiBaru) {
  return db.insert(pegawai).values(baru).returning();
}

/** Adds a nasabah and returns it; violates `nasabah_phone_unik`, `nasabah_national_id_unik`, `nasabah_akun_unik`. */
export function tambahNasabah(db: Database, baru: NasabahBaru) {
  return db.insert(nasabah).values(baru).returning();
}

/** Changes what is given; no row when there is no such pegawai. */
export function ubahPegawai(db: Database, id: number, ubah: Changes<PegawaiBaru>) {
  return db.update(pegawai).set(ubah).where(eq(pegawai.id, id)).returning();
}

/**
 * Stores the data key of a nasabah that had none; does nothing without `kunci`. Raises `USER_TIDAK_ADA` when there is no such
 * nasabah any more, and a lost race when somebody else has just stored one.
 */
export function pasangKunci(db: Database, id: number, kunci: string | undefined) {
  const baru = sql`${kunci ?? null}::text`;
  return db.execute(sql`select app.pasang_kunci(${id}, ${baru}) where ${baru} is not null`);
}

/** Changes what is given; no row when there is no such nasabah. */
export function ubahNasabah(db: Database, id: number, ubah: Omit<UbahNasabah, "nikFlag"> & TandaNik) {
  return db.update(nasabah).set(ubah).where(eq(nasabah.id, id)).returning();
}

/** Hands a file to somebody of the staff; no row when there is no such file. Raises `PETUGAS_TIDAK_DIKENAL`. */
export function tunjukPetugas(db: Database, id: number, petugas: number | null) {
  return db.select({ id: sql`id`.mapWith(nasabah.id) }).from(sql`app.tunjuk_petugas(${id}, ${petugas}) id`);
}

/** What customers are found by: only the whole value. */
export interface Dicari {
  kolom: "phone" | "national_id" | "email" | "imei" | "account_number";
  nilai: string;
}

/** Notes that somebody searched, and by what. Raises `PERAN_TIDAK_BOLEH`. */
export function catatPencarian(db: Database, kolom: string) {
  return db.execute(sql`select app.catat_pencarian(${kolom})`);
}

/** The customers with this value, in the order of their ids. */
export function cariNasabah(db: Database, { kolom, nilai }: Dicari, blindIndex: BlindIndex) {
  const syarat = {
    email: () => eq(nasabah.email, nilai),
    phone: () => sameIndex(nasabah.phoneIndeks, blindIndex.of({ table: "nasabah", column: "phone" }, nilai)),
    national_id: () =>
      sameIndex(nasabah.nationalIdIndeks, blindIndex.of({ table: "nasabah", column: "national_id" }, nilai)),
    imei: () => {
      const indeks = blindIndex.of({ table: "devices", column: "imei" }, nilai);
      return inArray(
        nasabah.id,
        db.select({ id: devices.user_id }).from(devices).where(sameIndex(devices.imei_indeks, indeks)),
      );
    },
    account_number: () => {
      const indeks = blindIndex.of({ table: "bank_accounts", column: "account_number" }, nilai);
      const sama = sameIndex(bankAccounts.account_number_indeks, indeks);
      return inArray(nasabah.id, db.select({ id: bankAccounts.user_id }).from(bankAccounts).where(sama));
    },
  };
  return db.select().from(nasabah).where(syarat[kolom]()).orderBy(asc(nasabah.id)).limit(MAX_LIMIT);
}

/** Returns what was deleted; no row when there is no such pegawai. */
export function hapusPegawai(db: Database, id: number) {
  return db.delete(pegawai).where(eq(pegawai.id, id)).returning();
}

/** Row-level security leaves it to admins. */
export function hapusNasabah(db: Database, id: number) {
  return db.delete(nasabah).where(eq(nasabah.id, id)).returning();
}
