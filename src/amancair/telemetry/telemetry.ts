import type { Actor } from "../../platform/db/actor.ts";
import { withActor } from "../../platform/db/database.ts";
import { defineError } from "../../platform/http/errors.ts";
import { tuntutBerkas, type Bagian, type BagianDeps } from "../bagian/bagian.ts";
import { catatKejadian, type Kejadian } from "./repo.ts";
import { telemetrySchema } from "./schema.ts";
import { telemetryEvents as tabel } from "./table.ts";

export const BelumSetujuAnalitik = defineError(
  409,
  "BELUM_SETUJU_ANALITIK",
  "Nasabah belum menyetujui kejadian di aplikasi dicatat (analytics).",
  { constraint: "telemetry_events_buat" },
);

/** What happened in the app. */
export const telemetry: Bagian = {
  nama: "telemetry_events",
  tabel,
  schema: telemetrySchema,
  segel: [],
  TidakAda: defineError(404, "KEJADIAN_TIDAK_ADA", "Kejadian tidak ditemukan."),
};

/**
 * Adds events to the file of a customer who agreed to that, in one statement.
 * Throws `UserTidakAda`, `UserIdWajib`, `PerangkatTidakDikenal`, `BelumSetujuAnalitik`.
 */
export async function catat(
  { db }: BagianDeps,
  actor: Actor,
  userId: number | undefined,
  kejadian: Kejadian[],
): Promise<number> {
  const [[berkas]] = await withActor(db, actor, [
    tuntutBerkas(db, userId),
    catatKejadian(db, userId, kejadian),
  ]);
  if (!berkas) throw new Error("app.tuntut_berkas returned no row");
  return kejadian.length;
}
