import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { defineError } from "../../platform/http/errors.ts";
import type { aturanHarga } from "../produk/table.ts";
import {
  aturanDari,
  aturanTerbaru,
  aturHarga,
  hapusAturan,
  type IsiAturan,
  type SaringanAturan,
} from "./repo.ts";

export const AturanTidakAda = defineError(404, "ATURAN_TIDAK_ADA", "Aturan harga tidak ditemukan.");
export const HanyaBiayaTetap = defineError(
  422,
  "HANYA_BIAYA_TETAP",
  "Biaya produk bebas nominal dan pascabayar hanya dapat ditetapkan, bukan di atas harga biller.",
  { pointer: "#/jenis" },
);

export type Aturan = typeof aturanHarga.$inferSelect;

export interface HargaDeps {
  db: Database;
}

/** For admins: price rules, newest first, at most `limit`, older than id `before` if given. */
export async function semua(
  { db }: HargaDeps,
  actor: Actor,
  limit: number,
  before: number | undefined,
  saringan: SaringanAturan,
): Promise<Aturan[]> {
  const [baris] = await withActor(db, actor, [aturanTerbaru(db, limit, before, saringan)]);
  return baris;
}

/**
 * For admins: makes the rule of a scope, or changes it; it holds from the next purchase on.
 * Throws `MitraTidakAda`, `ProdukTidakDikenal`, `HanyaBiayaTetap`, `HargaTidakSah`.
 */
export async function atur({ db }: HargaDeps, actor: Actor, isi: IsiAturan): Promise<Aturan> {
  const [, [aturan]] = await withActor(db, actor, [aturHarga(db, isi), aturanDari(db, isi)]);
  if (!aturan) throw new Error("a rule that was just written is not there");
  return aturan;
}

/** For admins: removes a rule. Throws `AturanTidakAda`. */
export async function hapus({ db }: HargaDeps, actor: Actor, id: number): Promise<void> {
  const [hilang] = await withActor(db, actor, [hapusAturan(db, id)]);
  if (hilang.length === 0) throw new AturanTidakAda();
}
