import { and, asc, desc, eq, sql } from "drizzle-orm";
import { akun } from "../../akun/table.ts";
import { nasabah } from "../../direktori/users/table.ts";
import { audit } from "../../platform/audit/table.ts";
import { service } from "../../platform/db/actor.ts";
import type { Database } from "../../platform/db/database.ts";
import { loanApplications, loanInstalments } from "../loan-applications/table.ts";
import { privacyRequests } from "./table.ts";

export type Permintaan = typeof privacyRequests.$inferSelect;

/** Who erases what is due. */
export const penyapu = service("penyapu");

const sendiri = sql`(select app.nasabah_id())`;

/** Notes that the caller was given everything about it; raises `USER_TIDAK_ADA`. */
export function catatAkses(db: Database) {
  return db.execute(sql`select app.catat_akses_data()`);
}

/** The caller's account and file. */
export function sayaSendiri(db: Database) {
  const { id, nama, email, username, dibuatPada } = akun;
  return db
    .select({ akun: { id, nama, email, username, dibuatPada }, nasabah })
    .from(nasabah)
    .innerJoin(akun, eq(akun.id, nasabah.akunId))
    .where(eq(nasabah.id, sendiri));
}

/** The caller's loans, oldest first. */
export function pinjamanSaya(db: Database) {
  return db
    .select()
    .from(loanApplications)
    .where(eq(loanApplications.user_id, sendiri))
    .orderBy(asc(loanApplications.id));
}

/** What the caller has to pay, and has paid. */
export function angsuranSaya(db: Database) {
  return db
    .select({ angsuran: loanInstalments })
    .from(loanInstalments)
    .innerJoin(loanApplications, eq(loanApplications.id, loanInstalments.loan_id))
    .where(eq(loanApplications.user_id, sendiri))
    .orderBy(asc(loanInstalments.loan_id), asc(loanInstalments.number));
}

/** What became of the caller's data, newest first. */
export function jejakSaya(db: Database, limit: number) {
  return db.select().from(audit).where(eq(audit.subjekId, sendiri)).orderBy(desc(audit.id)).limit(limit);
}

/** Asks for erasure; raises `USER_TIDAK_ADA`, `MASIH_ADA_PINJAMAN`. */
export function mintaPenghapusan(db: Database, tenggangJam: number) {
  return db.execute(sql`select app.minta_penghapusan(${tenggangJam})`);
}

/** The caller's open request for erasure. */
export function penghapusanTerbuka(db: Database) {
  return db
    .select()
    .from(privacyRequests)
    .where(
      and(
        eq(privacyRequests.user_id, sendiri),
        eq(privacyRequests.kind, "erasure"),
        eq(privacyRequests.status, "received"),
      ),
    );
}

/** Takes the caller's open request back; no row when there is none. */
export function batalkanPenghapusan(db: Database) {
  return db.select({ id: sql`id`.mapWith(privacyRequests.id) }).from(sql`app.batalkan_penghapusan() id`);
}

/** Erases who is due, at most `batas` of them; `gagal` are the ids of those who could not be. */
export function musnahkanJatuhTempo(db: Database, batas: number, simpanHari: number) {
  return db
    .select({ jumlah: sql`jumlah`.mapWith(Number), gagal: sql<string>`gagal::text` })
    .from(sql`app.musnahkan_jatuh_tempo(${batas}, ${simpanHari})`);
}

/** Objects that no document names any more. */
export function berkasTerbuang(db: Database, batas: number) {
  return db.select({ baris: sql<string>`baris` }).from(sql`app.berkas_terbuang(${batas}) baris`);
}

/** Says that objects are gone from storage. */
export function berkasHilang(db: Database, nama: string[]) {
  return db.execute(sql`select app.berkas_hilang(${`{${nama.join(",")}}`}::text[])`);
}
