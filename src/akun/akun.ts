import type { Passwords } from "../platform/auth/passwords.ts";
import { constantTimeEqual } from "../platform/crypto/hash.ts";
import type { Actor } from "../platform/db/actor.ts";
import { withActor, withoutActor, type Database } from "../platform/db/database.ts";
import type { Caller } from "../platform/http/caller.ts";
import { defineError } from "../platform/http/errors.ts";
import type { Log } from "../platform/log.ts";
import type { Attempts, Limit } from "../platform/redis/attempts.ts";
import type { Peran } from "./akses/akses.ts";
import * as repo from "./repo.ts";
import { catatGagalMasuk, COBA_AKUN, kembalikan, perAlamat } from "./sesi/sesi.ts";

export const HanyaAdmin = defineError(403, "HANYA_ADMIN", "Hanya admin yang boleh mendaftarkan staf.");
export const EmailTerdaftar = defineError(409, "EMAIL_AKUN_TERDAFTAR", "Email sudah terdaftar.", {
  pointer: "#/email",
});
export const UsernameTerdaftar = defineError(409, "USERNAME_TERDAFTAR", "Username sudah terdaftar.", {
  pointer: "#/username",
});
export const KataSandiLamaSalah = defineError(403, "KATA_SANDI_LAMA_SALAH", "Password saat ini salah.", {
  pointer: "#/current_password",
});
export const AkunTidakAda = defineError(404, "AKUN_TIDAK_ADA", "Akun tidak ditemukan.");
export const AdminTerakhir = defineError(
  409,
  "ADMIN_TERAKHIR",
  "Ini admin aktif yang terakhir. Angkat admin lain dahulu.",
);

export interface AkunDeps {
  db: Database;
  attempts: Attempts;
  passwords: Passwords;
  strictRateLimits: boolean;
  local: boolean;
  bootstrapToken: string | undefined;
}

/** Accounts opened from one address: each costs a bcrypt. */
const DAFTAR_ALAMAT: Limit = { name: "daftar-alamat", quota: 30, windowSeconds: 3_600 };

export interface Isian {
  nama: string;
  email: string;
  username: string | null;
  /** In clear. */
  kataSandi: string;
  peran: Peran;
}

/**
 * Opens an account. Customers open their own; staff is opened by an admin (`actor`), and the first admin by whoever is
 * there first: locally anybody, in production the holder of BOOTSTRAP_TOKEN.
 * Throws `HanyaAdmin`, `EmailTerdaftar`, `UsernameTerdaftar`, `TooManyRequests`.
 */
export async function daftar(
  { db, attempts, passwords, strictRateLimits, local, bootstrapToken }: AkunDeps,
  { kataSandi, ...isian }: Isian,
  caller: Caller,
  actor?: Actor,
  tokenPerdana?: string,
): Promise<Awaited<ReturnType<typeof repo.bukaAkun>>[number]> {
  const perdana =
    local ||
    (bootstrapToken !== undefined &&
      tokenPerdana !== undefined &&
      constantTimeEqual(bootstrapToken, tokenPerdana));
  if (isian.peran !== "nasabah" && !actor && !perdana) throw new HanyaAdmin();
  await attempts.take(perAlamat(DAFTAR_ALAMAT, caller, strictRateLimits));
  const baru = {
    ...isian,
    kataSandi: await passwords.hash(kataSandi),
    perdana,
    alamat: caller.address,
  };
  const query = repo.bukaAkun(db, baru);
  const [akun] = actor ? (await withActor(db, actor, [query]))[0] : await withoutActor(query);
  if (!akun) throw new Error("app.daftar_akun returned no row");
  return akun;
}

export type Akun = Awaited<ReturnType<typeof repo.akunSendiri>>[number];

/** The caller's own account. */
export async function profil({ db }: AkunDeps, actor: Actor): Promise<Akun> {
  const [[akun]] = await withActor(db, actor, [repo.akunSendiri(db)]);
  if (!akun) throw new Error("the account that has entered is not there");
  return akun;
}

/** Changes the caller's own account. Throws `EmailTerdaftar`, `UsernameTerdaftar`. */
export async function ubahProfil({ db }: AkunDeps, actor: Actor, ubah: repo.Profil): Promise<Akun> {
  const [, [akun]] = await withActor(db, actor, [repo.ubahProfil(db, ubah), repo.akunSendiri(db)]);
  if (!akun) throw new Error("the account that has entered is not there");
  return akun;
}

/**
 * Replaces the caller's password and ends its other sessions. Guesses at the current one count with those at the login.
 * Throws `KataSandiLamaSalah`, `TooManyRequests`.
 */
export async function gantiKataSandi(
  { db, attempts, passwords }: AkunDeps,
  actor: Actor,
  { lama, baru }: { lama: string; baru: string },
  { address }: Caller,
  log: Log,
  background: (work: Promise<unknown>) => void,
): Promise<void> {
  const [[milik]] = await withActor(db, actor, [repo.kataSandiSendiri(db)]);
  if (!milik) throw new Error("the account that has entered is not there");
  const diAkun = { limit: COBA_AKUN, of: `akun:${milik.id}` };
  await attempts.take(diAkun);
  if (!(await passwords.matches(lama, milik.hash))) {
    await withActor(db, actor, [catatGagalMasuk(db, milik.id, address)]);
    throw new KataSandiLamaSalah();
  }
  const [[hasil]] = await withActor(db, actor, [
    repo.gantiKataSandi(db, milik.versi, await passwords.hash(baru)),
  ]);
  if (!hasil?.diganti) throw new KataSandiLamaSalah();
  kembalikan(attempts, { whole: [diAkun], single: [] }, log, background);
}

/** Accounts for admins, newest first, at most `limit`, older than id `before` if given, of one role if given. */
export async function daftarAkun(
  { db }: Pick<AkunDeps, "db">,
  actor: Actor,
  limit: number,
  before: number | undefined,
  peran: Peran | undefined,
): Promise<Akun[]> {
  const [baris] = await withActor(db, actor, [repo.semuaAkun(db, limit, before, peran)]);
  return baris;
}

/** Changes an account's role, or switches it off or on; its tokens are dead at once. Throws `AkunTidakAda`, `AdminTerakhir`. */
export async function aturAkun(
  { db }: Pick<AkunDeps, "db">,
  actor: Actor,
  id: number,
  { peran, aktif }: { peran: Peran | undefined; aktif: boolean | undefined },
): Promise<Akun> {
  const [, [akun]] = await withActor(db, actor, [repo.aturAkun(db, id, peran, aktif), repo.satuAkun(db, id)]);
  if (!akun) throw new AkunTidakAda();
  return akun;
}
