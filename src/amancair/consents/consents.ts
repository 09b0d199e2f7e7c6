import type { Actor } from "../../platform/db/actor.ts";
import { withActor } from "../../platform/db/database.ts";
import { defineError } from "../../platform/http/errors.ts";
import * as bagian from "../bagian/bagian.ts";
import type { Bagian, BagianDeps, Baris } from "../bagian/bagian.ts";
import { semuaTeks, tarikPersetujuan } from "./repo.ts";
import { consentSchema } from "./schema.ts";
import { consents as tabel } from "./table.ts";

export const PersetujuanTidakAda = defineError(
  404,
  "PERSETUJUAN_TIDAK_ADA",
  "Persetujuan yang berlaku tidak ditemukan.",
);
export const SudahSetuju = defineError(409, "SUDAH_SETUJU", "Persetujuan untuk tujuan ini sudah berlaku.", {
  pointer: "#/purpose",
  constraint: "consents_satu_berlaku",
});
export const TeksTidakBerlaku = defineError(
  409,
  "TEKS_TIDAK_BERLAKU",
  "Teks persetujuan versi ini tidak berlaku; lihat GET /consent-texts.",
  { pointer: "#/text_version" },
);

export const SaluranTidakCocok = defineError(
  422,
  "SALURAN_TIDAK_COCOK",
  "Nasabah menyetujui lewat app; petugas mencatat paper atau call, dengan buktinya.",
  { pointer: "#", constraint: "consents_buat" },
);

/** Who agreed to what, when, and to which words. */
export const consents: Bagian = {
  nama: "consents",
  tabel,
  schema: consentSchema,
  segel: [],
  TidakAda: PersetujuanTidakAda,
};

export type Teks = Awaited<ReturnType<typeof semuaTeks>>[number];

/** The texts to agree to today, one for each purpose. */
export async function teks({ db }: BagianDeps, actor: Actor): Promise<Teks[]> {
  const [baris] = await withActor(db, actor, [semuaTeks(db)]);
  return baris;
}

/**
 * Notes that a customer agrees: by itself in the app, or on paper or the phone, for which staff names where it is kept.
 * Throws `UserTidakAda`, `UserIdWajib`, `SudahSetuju`, `TeksTidakBerlaku`, `SaluranTidakCocok`.
 */
export async function beri(
  deps: BagianDeps,
  actor: Actor,
  userId: number | undefined,
  { channel = "app", ...isian }: Persetujuan,
): Promise<Baris> {
  return await bagian.tambah(deps, actor, consents, userId, { channel, ...isian });
}

export interface Persetujuan {
  purpose: string;
  text_version: number;
  channel?: string | undefined;
  /** Where the paper or the recording is kept. */
  evidence?: string | undefined;
}

/** Withdraws a consent: without `credit_assessment` nothing is applied for or approved any more. Throws `PersetujuanTidakAda`, also when it was withdrawn already. */
export async function tarik(deps: BagianDeps, actor: Actor, id: number): Promise<Baris> {
  return await bagian.satuSetelah(deps, actor, consents, id, tarikPersetujuan(deps.db, id));
}
