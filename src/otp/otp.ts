import type { Actor } from "../platform/db/actor.ts";
import { withActor, type Database } from "../platform/db/database.ts";
import type { Caller } from "../platform/http/caller.ts";
import { defineError, type ErrorClass } from "../platform/http/errors.ts";
import type { Ids } from "../platform/id.ts";
import { wide, type Counter, type Limit } from "../platform/redis/attempts.ts";
import { CODE_SECONDS, MAX_GUESSES, type Codes, type Redeemed } from "../platform/redis/codes.ts";
import { pemanggil } from "./repo.ts";

export const OtpSalah = defineError(400, "OTP_SALAH", "OTP wrong");
export const OtpTidakAda = defineError(404, "OTP_TIDAK_ADA", "OTP tidak ditemukan atau sudah kedaluwarsa.");
export const OtpHabis = defineError(
  429,
  "OTP_HABIS",
  "Percobaan verifikasi OTP melebihi batas. OTP telah direset.",
  // A new code may be asked for at once.
  {
    headers: {
      "retry-after": "1",
      ratelimit: '"otp-tebakan";r=0;t=1',
      "ratelimit-policy": `"otp-tebakan";q=${MAX_GUESSES};w=${CODE_SECONDS}`,
    },
  },
);

/**
 * Sends a text to a telephone number in E.164. Rejects when it could not be handed over. The text holds a code: it must not
 * be logged, nor lie in a queue in clear.
 */
export type KirimPesan = (nomor: string, teks: string) => Promise<void>;

export interface OtpDeps {
  db: Database;
  codes: Codes;
  ids: Ids;
  kirimWhatsapp: KirimPesan;
  strictRateLimits: boolean;
}

/** What is sent with a code. */
const PESAN = "Kode OTP Anda KODE. Berlaku 5 menit. Jangan berikan kepada siapa pun.";

/** Whether a text is one that was sent with a code: it must not be written down. */
export function adalahKode(teks: string): boolean {
  const [awal = "", akhir = ""] = PESAN.split("KODE");
  return teks.startsWith(awal) && teks.includes(akhir);
}

/** Whose code, and what for: a code for one purpose is none for another. */
export interface Perihal {
  id: string;
  tujuan: string | undefined;
}

const SEPULUH_MENIT = { what: "permintaan kode", windowSeconds: 600 };
const SEHARI = { what: "permintaan kode", windowSeconds: 86_400 };
/** Codes for one id of one caller, whatever for. The day's is what caps the guesses: three for each code. */
const TERBIT_ID: Limit = { name: "otp-id", quota: 5, ...SEPULUH_MENIT };
const TERBIT_ID_HARIAN: Limit = { name: "otp-id-harian", quota: 20, ...SEHARI };
/** Messages to one number, whoever asks and under whatever ids: nobody's phone is flooded. */
const KIRIM_NOMOR: Limit = { name: "otp-nomor", quota: 10, ...SEPULUH_MENIT };
const KIRIM_NOMOR_HARIAN: Limit = { name: "otp-nomor-harian", quota: 40, ...SEHARI };
const TERBIT_PEMANGGIL: Limit = { name: "otp-pemanggil", quota: 1_000, ...SEPULUH_MENIT };
/** A caller's server has one address: room for several callers behind it, and none for one with many keys. */
const TERBIT_ALAMAT: Limit = { name: "otp-alamat", quota: 3_000, ...SEPULUH_MENIT };

/**
 * Issues a code of six digits, which replaces the one before. With `whatsapp`, a number in E.164, it is sent there and not
 * returned. Throws `TooManyRequests`, what `kirimWhatsapp` throws, and `ServiceUnavailable` without Redis.
 */
export async function terbitkan(
  { db, codes, ids, kirimWhatsapp, strictRateLimits }: OtpDeps,
  actor: Actor,
  perihal: Perihal,
  whatsapp: string | undefined,
  { network }: Caller,
): Promise<string | undefined> {
  const siapa = await namaPemanggil(db, actor);
  const kode = ids.code();
  const hitung = (limit: Limit, ...of: string[]): Counter => ({
    limit: strictRateLimits ? limit : wide(limit),
    of: JSON.stringify(of),
  });
  await codes.issue(subjek(siapa, perihal), kode, [
    hitung(TERBIT_ID, siapa, perihal.id),
    hitung(TERBIT_ID_HARIAN, siapa, perihal.id),
    hitung(TERBIT_PEMANGGIL, siapa),
    hitung(TERBIT_ALAMAT, network),
    ...(whatsapp === undefined ? [] : [hitung(KIRIM_NOMOR, whatsapp), hitung(KIRIM_NOMOR_HARIAN, whatsapp)]),
  ]);
  if (whatsapp === undefined) return kode;
  await kirimWhatsapp(whatsapp, PESAN.replace("KODE", kode));
  return undefined;
}

const GAGAL: Record<Exclude<Redeemed, "right">, ErrorClass> = {
  wrong: OtpSalah,
  spent: OtpHabis,
  absent: OtpTidakAda,
};

/**
 * Accepts the code of `perihal` once. Throws `OtpSalah` three times, then `OtpHabis`; `OtpTidakAda` when there is no code
 * (any more); `ServiceUnavailable` without Redis.
 */
export async function verifikasi(
  { db, codes }: OtpDeps,
  actor: Actor,
  perihal: Perihal,
  otp: string,
): Promise<void> {
  const hasil = await codes.redeem(subjek(await namaPemanggil(db, actor), perihal), otp);
  if (hasil !== "right") throw new GAGAL[hasil]();
}

/** The caller as its ids' namespace; a reseller keeps its own when it rotates its keys. */
async function namaPemanggil(db: Database, actor: Actor): Promise<string> {
  const [[siapa]] = await withActor(db, actor, [pemanggil(db)]);
  if (!siapa?.nama) throw new Error("nobody has entered");
  return siapa.nama;
}

function subjek(siapa: string, { id, tujuan }: Perihal): string {
  return JSON.stringify([siapa, id, tujuan ?? null]);
}
