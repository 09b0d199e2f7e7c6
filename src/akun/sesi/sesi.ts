import { z } from "@hono/zod-openapi";
import type { Auth } from "../../platform/auth/auth.ts";
import type { Passwords } from "../../platform/auth/passwords.ts";
import type { TokenKind } from "../../platform/auth/tokens.ts";
import type { Actor } from "../../platform/db/actor.ts";
import { withActor, withoutActor, type Database } from "../../platform/db/database.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { defineError } from "../../platform/http/errors.ts";
import type { Ids } from "../../platform/id.ts";
import { describeError, type Log } from "../../platform/log.ts";
import { wide, type Attempts, type Counter, type Limit } from "../../platform/redis/attempts.ts";
import { klaimDari, subSchema, type Pemegang } from "../akses/akses.ts";
import {
  akhiriSesi,
  bukaSesi,
  cariAkun,
  catatGagalMasuk,
  putarSesi,
  sesiSendiri,
  type SesiBaru,
} from "./repo.ts";

export { catatGagalMasuk };

/** The same for an unknown name and for a wrong password, so that nobody learns which names exist. */
export const IdentitasSalah = defineError(401, "IDENTITAS_SALAH", "Username/email atau password salah.", {
  pointer: "#/password",
  headers: { "www-authenticate": 'Bearer realm="satu-pintu"' },
});
export const AkunNonaktif = defineError(403, "AKUN_NONAKTIF", "Akun ini dinonaktifkan. Hubungi admin.");
export const RefreshTidakSah = defineError(
  401,
  "REFRESH_TIDAK_SAH",
  "refresh_token tidak sah, sudah dipakai, atau sesinya berakhir. Silakan masuk lagi.",
  { headers: { "www-authenticate": 'Bearer realm="satu-pintu"' } },
);
export const SesiTidakAda = defineError(404, "SESI_TIDAK_ADA", "Sesi tidak ditemukan.");

export interface SesiDeps {
  db: Database;
  auth: Auth;
  attempts: Attempts;
  passwords: Passwords;
  ids: Ids;
  strictRateLimits: boolean;
}

const SEPEREMPAT_JAM = 15 * 60;

/** Passwords tried on one account, wherever from. It holds in local development too: it is no throttle, but the lock. */
export const COBA_AKUN: Limit = { name: "masuk-akun", quota: 10, windowSeconds: SEPEREMPAT_JAM };
/** Passwords tried from one address, on whatever account. Many Indonesian subscribers share one address. */
const COBA_ALAMAT: Limit = { name: "masuk-alamat", quota: 50, windowSeconds: SEPEREMPAT_JAM };

/** A limit per address, or as good as none where limits are wide. */
export function perAlamat(limit: Limit, { network }: Caller, strict: boolean): Counter {
  return { limit: strict ? limit : wide(limit), of: `alamat:${network}` };
}

export interface Masuk {
  akun: Awaited<ReturnType<typeof bukaSesi>>[number];
  pemegang: Pemegang;
}

/**
 * Logs in with a username or an e-mail address, and opens a session that lives as long as a token of the kind `umurSesi`.
 * Each attempt is counted before its password is looked at, so that not one more than allowed is. A name that nobody has
 * is answered as a wrong password is: the same words, roundtrips and time. (An account has one counter for its two names,
 * so who fills it with one of them learns the other.)
 * Throws `IdentitasSalah`, `AkunNonaktif`, `TooManyRequests`, and `ServiceUnavailable` when attempts cannot be counted.
 */
export async function masuk(
  { db, auth, attempts, passwords, ids, strictRateLimits }: SesiDeps,
  umurSesi: TokenKind,
  { identitas, kataSandi }: { identitas: string; kataSandi: string },
  caller: Caller,
  log: Log,
  background: (work: Promise<unknown>) => void,
): Promise<Masuk> {
  // Lower case here, because the database's idea of it may differ, and then so would its answers.
  const nama = identitas.toLowerCase();
  const [dikenal] = await withoutActor(cariAkun(db, nama));
  const diAlamat = perAlamat(COBA_ALAMAT, caller, strictRateLimits);
  const diAkun = { limit: COBA_AKUN, of: dikenal ? `akun:${dikenal.id}` : `nama:${nama}` };
  await attempts.take(diAlamat, diAkun);
  const benar = await passwords.matches(kataSandi, dikenal?.kataSandi);
  if (!dikenal || !benar) {
    await withoutActor(catatGagalMasuk(db, dikenal?.id ?? null, caller.address));
    throw new IdentitasSalah();
  }
  const kataSandiBaru = passwords.isOutdated(dikenal.kataSandi) ? await passwords.hash(kataSandi) : null;
  const dibuka = await buka(db, {
    akunId: dikenal.id,
    versi: dikenal.versi,
    kataSandiBaru,
    id: ids.uuid(),
    umurDetik: auth.tokens.lifetime[umurSesi],
    agen: caller.agent,
    alamat: caller.address,
  });
  kembalikan(attempts, { whole: [diAkun], single: [diAlamat] }, log, background);
  return dibuka;
}

/** Opens the first session of an account that its caller has just opened, without asking for the password again. */
export async function sesiPertama(
  { db, auth, ids }: SesiDeps,
  umurSesi: TokenKind,
  akunId: number,
  { agent: agen, address: alamat }: Caller,
): Promise<Masuk> {
  const umurDetik = auth.tokens.lifetime[umurSesi];
  return await buka(db, { akunId, versi: 1, kataSandiBaru: null, id: ids.uuid(), umurDetik, agen, alamat });
}

/** Opens the session; if the account was disabled, or its password changed meanwhile, that is a failed login too. */
async function buka(db: Database, sesi: SesiBaru): Promise<Masuk> {
  try {
    const [akun] = await withoutActor(bukaSesi(db, sesi));
    if (!akun) throw new Error("app.buka_sesi returned no row");
    return { akun, pemegang: { akunId: akun.id, peran: akun.peran, sesi: sesi.id, versi: akun.versi } };
  } catch (error) {
    if (error instanceof AkunNonaktif || error instanceof IdentitasSalah)
      await withoutActor(catatGagalMasuk(db, sesi.akunId, sesi.alamat));
    throw error;
  }
}

/** Gives attempts back after the answer: a right password is no attempt. Losing that costs the caller one of its attempts. */
export function kembalikan(
  attempts: Attempts,
  back: Parameters<Attempts["giveBack"]>[0],
  log: Log,
  background: (work: Promise<unknown>) => void,
): void {
  const failed = (error: unknown) => log.warn("attempts_not_given_back", describeError(error));
  background(attempts.giveBack(back).catch(failed));
}

export interface PasanganToken {
  access: string;
  refresh: string;
  /** Life of the access token, in seconds. */
  umurAccess: number;
}

/** An access token of a session, which lives `sisaDetik` more. */
export async function tokenAkses(
  { tokens }: Auth,
  pemegang: Pemegang,
  sisaDetik = tokens.lifetime.access,
): Promise<string> {
  return await tokens.sign("access", String(pemegang.akunId), klaimDari(pemegang), sisaDetik);
}

/** A pair of tokens of a session; `putaran` says which refresh token this is, `sisaDetik` how long the session lives. */
export async function pasanganToken(
  auth: Auth,
  pemegang: Pemegang,
  putaran = 1,
  sisaDetik = auth.tokens.lifetime.refresh,
): Promise<PasanganToken> {
  const { tokens } = auth;
  const klaim = { sid: pemegang.sesi, n: putaran };
  return {
    access: await tokenAkses(auth, pemegang, sisaDetik),
    refresh: await tokens.sign("refresh", String(pemegang.akunId), klaim, sisaDetik),
    umurAccess: Math.min(tokens.lifetime.access, sisaDetik),
  };
}

/**
 * Seconds in which the refresh token before the current one is still taken: a client may refresh twice at once, or lose
 * our answer and come back after the database's time limit and our Retry-After.
 */
const TENGGANG_DETIK = 30;

const klaimRefresh = z.object({
  sub: subSchema,
  sid: z.uuid(),
  n: z.int32().min(1),
});

/**
 * Exchanges a refresh token for a new pair. Each is good once; a used one that comes again was stolen from somebody, so
 * its whole session ends. Throws `RefreshTidakSah`.
 */
export async function segarkan({ db, auth }: SesiDeps, token: string, log: Log): Promise<PasanganToken> {
  const klaim = klaimRefresh.safeParse(await auth.tokens.verify("refresh", token));
  if (!klaim.success) throw new RefreshTidakSah();
  const { sub: akunId, sid: sesi, n } = klaim.data;
  const [putar] = await withoutActor(putarSesi(db, akunId, sesi, n, TENGGANG_DETIK));
  if (putar?.dipakaiUlang) log.warn("refresh_reused", { akun_id: akunId });
  if (!putar || putar.dipakaiUlang) throw new RefreshTidakSah();
  const { peran, versi, putaran, sisaDetik } = putar;
  return await pasanganToken(auth, { akunId, peran, sesi, versi }, putaran, sisaDetik);
}

/** Ends sessions of the caller's: one by id, the present one, all others, or all. Throws `SesiTidakAda` for one that is not there. */
export async function akhiri(
  { db }: SesiDeps,
  actor: Actor,
  yang: { satu: string } | "ini" | "lain" | "semua",
): Promise<void> {
  const [[akhir]] = await withActor(db, actor, [akhiriSesi(db, yang)]);
  if (typeof yang === "object" && !akhir?.jumlah) throw new SesiTidakAda();
}

export type Sesi = Awaited<ReturnType<typeof sesiSendiri>>[number];

/** The caller's living sessions, newest first. */
export async function daftarSesi({ db }: SesiDeps, actor: Actor): Promise<Sesi[]> {
  const [baris] = await withActor(db, actor, [sesiSendiri(db)]);
  return baris;
}
