import { desc, eq, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import type { Peran } from "../akses/akses.ts";
import { sesi } from "./table.ts";

/** The account that a username or an e-mail address names, with the hash of its password. */
export function cariAkun(db: Database, identitas: string) {
  return db
    .select({
      id: sql`id`.mapWith(Number),
      kataSandi: sql<string>`kata_sandi`,
      versi: sql`versi`.mapWith(Number),
    })
    .from(sql`app.cari_akun(${identitas})`);
}

export interface SesiBaru {
  akunId: number;
  /** Version of the password that was compared. */
  versi: number;
  /** The same password with today's cost, if that changed. */
  kataSandiBaru: string | null;
  id: string;
  umurDetik: number;
  /** What its owner recognises it by. */
  agen: string;
  alamat: string;
}

/** Opens a session; raises `IDENTITAS_SALAH` when the password was changed meanwhile, `AKUN_NONAKTIF`. */
export function bukaSesi(db: Database, baru: SesiBaru) {
  return db
    .select({
      id: sql`id`.mapWith(Number),
      nama: sql<string>`nama`,
      email: sql<string>`email`,
      username: sql<string | null>`username`,
      peran: sql<Peran>`peran`,
      versi: sql`versi_token`.mapWith(Number),
    })
    .from(
      sql`app.buka_sesi(${baru.akunId}, ${baru.versi}, ${baru.kataSandiBaru}, ${baru.id}, ${baru.umurDetik}, ${baru.agen}, ${baru.alamat})`,
    );
}

/** Notes for the audit that somebody did not know a password; of nobody's account if null. */
export function catatGagalMasuk(db: Database, akunId: number | null, alamat: string) {
  return db.execute(sql`select app.catat_gagal_masuk(${akunId}, ${alamat})`);
}

/** Turns a refresh token over; no row when its session is over, `dipakaiUlang` when that has just ended because of it. */
export function putarSesi(db: Database, akunId: number, id: string, putaran: number, tenggangDetik: number) {
  return db
    .select({
      dipakaiUlang: sql<boolean>`dipakai_ulang`,
      putaran: sql`putaran`.mapWith(Number),
      peran: sql<Peran>`peran`,
      versi: sql`versi_token`.mapWith(Number),
      sisaDetik: sql`sisa`.mapWith(Number),
    })
    .from(sql`app.putar_sesi(${akunId}, ${id}, ${putaran}, ${tenggangDetik})`);
}

/** Ends sessions of the caller's: one, all but the present one, or all. */
export function akhiriSesi(db: Database, yang: { satu: string } | "ini" | "lain" | "semua") {
  const satu = typeof yang === "object" ? sql`${yang.satu}` : sql`app.sesi_id()`;
  const pilihan = typeof yang === "object" || yang === "ini" ? "satu" : yang;
  return db
    .select({ jumlah: sql`jumlah`.mapWith(Number) })
    .from(sql`app.akhiri_sesi(${pilihan}, ${satu}) jumlah`);
}

/** The caller's living sessions, newest first. */
export function sesiSendiri(db: Database) {
  return db
    .select({
      id: sesi.id,
      ini: sql<boolean>`${sesi.id} = app.sesi_id()`,
      agen: sesi.agen,
      alamat: sesi.alamat,
      dibuatPada: sesi.dibuatPada,
      diputarPada: sesi.diputarPada,
      kedaluwarsaPada: sesi.kedaluwarsaPada,
    })
    .from(sesi)
    .where(eq(sesi.akunId, sql`app.akun_id()`))
    .orderBy(desc(sesi.dibuatPada));
}
