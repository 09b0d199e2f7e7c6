import { sql } from "drizzle-orm";
import { sha256Hex } from "../../platform/crypto/hash.ts";
import type { SealedPlace, Sealer } from "../../platform/crypto/seal.ts";
import { withActor, withoutActor, type Database } from "../../platform/db/database.ts";
import type { Actor } from "../../platform/db/actor.ts";
import { defineError } from "../../platform/http/errors.ts";
import type { Access } from "../../platform/http/route.ts";
import type { Ids } from "../../platform/id.ts";
import {
  aturMitra,
  daftarMitra,
  gantiKunci,
  mitraTerbaru,
  mutasiTerbaru,
  satuMitra,
  type KunciTersimpan,
  type Saringan,
} from "./repo.ts";

export const KunciApiSalah = defineError(401, "KUNCI_API_SALAH", "API Key tidak valid", {
  headers: { "www-authenticate": 'ApiKey realm="satu-pintu", header="x-api-key"' },
});
export const MitraNonaktif = defineError(403, "MITRA_NONAKTIF", "Akun mitra dinonaktifkan.");
export const MitraTidakAda = defineError(404, "MITRA_TIDAK_ADA", "Mitra tidak ditemukan.");
export const EmailTerdaftar = defineError(409, "EMAIL_TERDAFTAR", "User/email sudah terdaftar");
export const SaldoAwalDitolak = defineError(
  403,
  "SALDO_AWAL_DITOLAK",
  "Saldo awal hanya berlaku di lingkungan lokal; isi saldo lewat admin.",
  { pointer: "#/saldo" },
);

/** Routes for resellers: the header `x-api-key`. The database checks the key in the request's own roundtrip. */
export const mitraAccess: Access = {
  schemes: [
    {
      name: "kunciApi",
      definition: {
        type: "apiKey",
        in: "header",
        name: "x-api-key",
        description: "API Key dari POST /register.",
      },
    },
  ],
  errors: [KunciApiSalah, MitraNonaktif],
  middleware: [
    async (c, next) => {
      const kunci = c.req.header("x-api-key");
      if (!kunci || !/^[0-9a-f]{64}$/.test(kunci)) throw new KunciApiSalah();
      c.set("actor", mitraActor(kunci));
      await next();
    },
  ],
};

function mitraActor(apiKey: string): Actor {
  return { label: "mitra", enter: sql`select app.masuk_mitra(${sha256Hex(apiKey)})` };
}

export interface MitraDeps {
  db: Database;
  ids: Ids;
  sealer: Sealer;
  local: boolean;
  testBalance: bigint;
}

/** A fresh pair of keys, 64 hex characters each. Shown once; only their hash and sealed form are kept. */
export interface PasanganKunci {
  apiKey: string;
  privateKey: string;
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
  const { pasangan, tersimpan } = await buatKunci(deps);
  await withoutActor(daftarMitra(deps.db, { ...baru, saldo }, tersimpan));
  return pasangan;
}

/** Replaces both keys; the old pair is dead from this moment on. Throws `KunciApiSalah` when another rotation was faster. */
export async function rotasiKunci(deps: MitraDeps, actor: Actor, apiKeyLama: string): Promise<PasanganKunci> {
  const { pasangan, tersimpan } = await buatKunci(deps);
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

/** For admins: switches a mitra off or on; its very next request meets it. Throws `MitraTidakAda`. */
export async function atur(
  { db }: Pick<MitraDeps, "db">,
  actor: Actor,
  id: number,
  aktif: boolean,
): Promise<Mitra> {
  const [, [mitra]] = await withActor(db, actor, [aturMitra(db, id, aktif), satuMitra(db, id)]);
  if (!mitra) throw new MitraTidakAda();
  return mitra;
}

async function buatKunci({
  ids,
  sealer,
}: MitraDeps): Promise<{ pasangan: PasanganKunci; tersimpan: KunciTersimpan }> {
  const pasangan = { apiKey: ids.secret(32), privateKey: ids.secret(32) };
  const hash = sha256Hex(pasangan.apiKey);
  const privatSegel = await sealer.seal(tempatKunciPrivat(hash), pasangan.privateKey);
  return { pasangan, tersimpan: { hash, awalan: pasangan.apiKey.slice(0, 8), privatSegel } };
}

/** A private key belongs to its API key: both change together. */
function tempatKunciPrivat(apiKeyHash: string): SealedPlace {
  return { table: "mitra", column: "kunci_privat_segel", row: apiKeyHash };
}
