import { and, asc, eq, sql } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import type { Changes, Database } from "../../platform/db/database.ts";
import { nasabah, pegawai } from "./table.ts";

export type PegawaiBaru = Omit<typeof pegawai.$inferInsert, "id">;
export type NasabahBaru = Omit<typeof nasabah.$inferInsert, "id" | "akunId" | "createdAt" | "updatedAt">;
export type UbahNasabah = Changes<Omit<NasabahBaru, "externalUserId">>;

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

/** Changes what is given; no row when there is no such nasabah. */
export function ubahNasabah(db: Database, id: number, ubah: UbahNasabah) {
  return db.update(nasabah).set(ubah).where(eq(nasabah.id, id)).returning();
}

/** Returns what was deleted; no row when there is no such pegawai. */
export function hapusPegawai(db: Database, id: number) {
  return db.delete(pegawai).where(eq(pegawai.id, id)).returning();
}

/** Row-level security leaves it to admins. */
export function hapusNasabah(db: Database, id: number) {
  return db.delete(nasabah).where(eq(nasabah.id, id)).returning();
}
