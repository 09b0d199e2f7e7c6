import type { Actor } from "../../platform/db/actor.ts";
import { defineError } from "../../platform/http/errors.ts";
import * as bagian from "../bagian/bagian.ts";
import type { Bagian, BagianDeps, Baris } from "../bagian/bagian.ts";
import { catatPersetujuan, type Persetujuan } from "./repo.ts";
import { emergencySchema } from "./schema.ts";
import { emergencyContacts as tabel } from "./table.ts";

export const KontakTidakAda = defineError(404, "KONTAK_TIDAK_ADA", "Kontak darurat tidak ditemukan.");

/** Whom to ask for a customer's whereabouts; never for collection (SEOJK 19/2023). */
export const emergency: Bagian = {
  nama: "emergency_contacts",
  tabel,
  schema: emergencySchema,
  segel: [{ nama: "contact_phone", depan: 5, belakang: 3 }],
  TidakAda: KontakTidakAda,
};

/** For staff: what a contact said when it was called. Throws `KontakTidakAda`. */
export async function setujui(
  deps: BagianDeps,
  actor: Actor,
  id: number,
  persetujuan: Persetujuan,
): Promise<Baris> {
  return await bagian.satuSetelah(deps, actor, emergency, id, catatPersetujuan(deps.db, id, persetujuan));
}
