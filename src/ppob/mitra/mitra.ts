import { sha256Hex } from "../../platform/crypto/hash.ts";
import type { Sealer } from "../../platform/crypto/seal.ts";
import { withActor, withoutActor, type Database } from "../../platform/db/database.ts";
import { service, type Actor } from "../../platform/db/actor.ts";
import { defineError } from "../../platform/http/errors.ts";
import type { Ids } from "../../platform/id.ts";
import { KunciApiSalah, SELISIH_DETIK } from "./akses.ts";
import { buatKunci, type PasanganKunci } from "./kunci.ts";
import {
  aturDiri,
  aturMitra,
  daftarMitra,
  diriSendiri,
  gantiKunci,
  lupakanTandaTangan,
  mitraTerbaru,
  mutasiTerbaru,
  satuMitra,
  type AturanMitra,
  type Saringan,
} from "./repo.ts";

export { createTandaTangan, KunciApiSalah, mitraAccess } from "./akses.ts";
export { bukaKunciPrivat } from "./kunci.ts";
export { aturMitraSchema } from "./schema.ts";

export const MitraTidakAda = defineError(404, "MITRA_TIDAK_ADA", "Mitra tidak ditemukan.");
export const EmailTerdaftar = defineError(409, "EMAIL_TERDAFTAR", "User/email sudah terdaftar");
export const SaldoAwalDitolak = defineError(
  403,
  "SALDO_AWAL_DITOLAK",
  "Saldo awal hanya berlaku di lingkungan lokal; isi saldo lewat admin.",
  { pointer: "#/saldo" },
);
export const AlamatIpSendiri = defineError(
  422,
  "ALAMAT_IP_SENDIRI",
  "Daftar ini tidak memuat alamat IP asal permintaan ini sendiri; Anda akan terkunci di luar.",
  { pointer: "#/alamat_ip" },
);

export interface MitraDeps {
  db: Database;
  ids: Ids;
  sealer: Sealer;
  local: boolean;
  testBalance: bigint;
}

/**
 * Registers a reseller. `saldo` above 0 is a gift that only local development makes; there an absent one is the test balance.
 * Throws `SaldoAwalDitolak`, `EmailTerdaftar`.
 */
export async function daftar(
  deps: MitraDeps,
  baru: { nama: string; email: string; hp: string | null; saldo: bigint | undefined },
): Promise<PasanganKunci> {
  const saldo = baru.saldo ?? (deps.local ? deps.testBalance : 0n);
  if (saldo > 0n && !deps.local) throw new SaldoAwalDitolak();
  const { pasangan, tersimpan } = await buatKunci(deps.ids, deps.sealer);
  await withoutActor(daftarMitra(deps.db, { ...baru, saldo }, tersimpan));
  return pasangan;
}

/** Replaces both keys; the old pair is dead from this moment on. Throws `KunciApiSalah` when another rotation was faster. */
export async function rotasiKunci(deps: MitraDeps, actor: Actor, apiKeyLama: string): Promise<PasanganKunci> {
  const { pasangan, tersimpan } = await buatKunci(deps.ids, deps.sealer);
  const [diganti] = await withActor(deps.db, actor, [gantiKunci(deps.db, sha256Hex(apiKeyLama), tersimpan)]);
  if (diganti.length === 0) throw new KunciApiSalah();
  return pasangan;
}

export type Mitra = Awaited<ReturnType<typeof satuMitra>>[number];

/** Mitra for admins, newest first, at most `limit`, older than id `before` if given, and only those `saringan` lets through. */
export async function semua(
  { db }: Pick<MitraDeps, "db">,
  actor: Actor,
  limit: number,
  before: number | undefined,
  saringan: Saringan,
): Promise<Mitra[]> {
  const [baris] = await withActor(db, actor, [mitraTerbaru(db, limit, before, saringan)]);
  return baris;
}

export type Mutasi = Awaited<ReturnType<typeof mutasiTerbaru>>[number];

/** For admins: one mitra, and the newest entries of its books, at most `batas`. Throws `MitraTidakAda`. */
export async function rincian(
  { db }: Pick<MitraDeps, "db">,
  actor: Actor,
  id: number,
  batas: number,
): Promise<{ mitra: Mitra; mutasi: Mutasi[] }> {
  const [[mitra], mutasi] = await withActor(db, actor, [satuMitra(db, id), mutasiTerbaru(db, id, batas)]);
  if (!mitra) throw new MitraTidakAda();
  return { mitra, mutasi };
}

/**
 * For admins: switches a mitra off or on, puts it into a price tier, or changes what its requests must look like; its very
 * next request meets it. Throws `MitraTidakAda`.
 */
export async function atur(
  { db }: Pick<MitraDeps, "db">,
  actor: Actor,
  id: number,
  menjadi: AturanMitra,
): Promise<Mitra> {
  const [, [mitra]] = await withActor(db, actor, [aturMitra(db, id, menjadi), satuMitra(db, id)]);
  if (!mitra) throw new MitraTidakAda();
  return mitra;
}

export type Diri = Awaited<ReturnType<typeof diriSendiri>>[number];

/** The caller's own account. */
export async function diri({ db }: Pick<MitraDeps, "db">, actor: Actor): Promise<Diri> {
  const [[baris]] = await withActor(db, actor, [diriSendiri(db)]);
  if (!baris) throw new KunciApiSalah();
  return baris;
}

/**
 * The caller's own rules for its requests; absent ones stay. `alamat`: where this request comes from, which a list of
 * addresses has to include. Throws `AlamatIpSendiri`.
 */
export async function aturSendiri(
  { db }: Pick<MitraDeps, "db">,
  actor: Actor,
  menjadi: Pick<AturanMitra, "wajibTandaTangan" | "alamatIp">,
  alamat: string,
): Promise<Diri> {
  const [, [baris]] = await withActor(db, actor, [aturDiri(db, menjadi, alamat), diriSendiri(db)]);
  if (!baris) throw new KunciApiSalah();
  return baris;
}

/** Forgets the signatures that no request can come with any more. */
export async function sapuTandaTangan({ db }: Pick<MitraDeps, "db">): Promise<void> {
  // Twice: a request may be signed as much ahead of our clock as behind it.
  await withActor(db, service("penyapu"), [lupakanTandaTangan(db, 2 * SELISIH_DETIK)]);
}
