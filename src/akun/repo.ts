import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Database } from "../platform/db/database.ts";
import type { Peran } from "./akses/akses.ts";
import { akun } from "./table.ts";

/** Everything of an account that may leave the database. */
const columns = {
  id: akun.id,
  nama: akun.nama,
  email: akun.email,
  username: akun.username,
  peran: akun.peran,
  aktif: akun.aktif,
  dibuatPada: akun.dibuatPada,
};

export interface AkunBaru {
  nama: string;
  email: string;
  username: string | null;
  /** Hash. */
  kataSandi: string;
  peran: Peran;
  /** May become the first admin. */
  perdana: boolean;
  alamat: string;
}

/** Opens an account; raises `HANYA_ADMIN`, `EMAIL_AKUN_TERDAFTAR`, `USERNAME_TERDAFTAR`. */
export function bukaAkun(db: Database, baru: AkunBaru) {
  return db
    .select({
      id: sql`id`.mapWith(Number),
      nama: sql<string>`nama`,
      email: sql<string>`email`,
      username: sql<string | null>`username`,
      peran: sql<Peran>`peran`,
      dibuatPada: sql`dibuat_pada`.mapWith(akun.dibuatPada),
    })
    .from(
      sql`app.daftar_akun(${baru.nama}, ${baru.email}, ${baru.username}, ${baru.kataSandi}, ${baru.peran}, ${baru.perdana}, ${baru.alamat})`,
    );
}

/** The caller's own account. */
export function akunSendiri(db: Database) {
  return db
    .select(columns)
    .from(akun)
    .where(eq(akun.id, sql`app.akun_id()`));
}

/** Changes what is given of the caller's own account; raises `EMAIL_AKUN_TERDAFTAR`, `USERNAME_TERDAFTAR`. */
export function ubahProfil(db: Database, ubah: Profil) {
  return db.execute(
    sql`select app.ubah_profil(${ubah.nama ?? null}, ${ubah.email ?? null}, ${ubah.username ?? null})`,
  );
}

export interface Profil {
  nama: string | undefined;
  email: string | undefined;
  username: string | undefined;
}

/** The hash of the caller's own password, and its version. */
export function kataSandiSendiri(db: Database) {
  return db
    .select({
      id: sql`id`.mapWith(Number),
      hash: sql<string>`kata_sandi`,
      versi: sql`versi`.mapWith(Number),
    })
    .from(sql`app.kata_sandi_sendiri()`);
}

/** Replaces the caller's password, unless it was replaced since its `versi` was read; ends its other sessions. */
export function gantiKataSandi(db: Database, versi: number, baru: string) {
  return db
    .select({ diganti: sql<boolean>`diganti` })
    .from(sql`app.ganti_kata_sandi(${versi}, ${baru}) diganti`);
}

/** Accounts, newest first; row-level security leaves them to admins. */
export function semuaAkun(db: Database, limit: number, before: number | undefined, peran: Peran | undefined) {
  return db
    .select(columns)
    .from(akun)
    .where(
      and(
        before === undefined ? undefined : lt(akun.id, before),
        peran === undefined ? undefined : eq(akun.peran, peran),
      ),
    )
    .orderBy(desc(akun.id))
    .limit(limit);
}

/** One account, for admins. */
export function satuAkun(db: Database, id: number) {
  return db.select(columns).from(akun).where(eq(akun.id, id));
}

/** Gives an account another role, or switches it off or on; raises `ADMIN_TERAKHIR`. */
export function aturAkun(db: Database, id: number, peran: Peran | undefined, aktif: boolean | undefined) {
  return db.execute(sql`select app.atur_akun(${id}, ${peran ?? null}, ${aktif ?? null})`);
}
