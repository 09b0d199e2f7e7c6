import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { defineError } from "../../platform/http/errors.ts";
import * as repo from "./repo.ts";
import type { quickReplies } from "./table.ts";

export const BalasanCepatTidakAda = defineError(
  404,
  "BALASAN_CEPAT_TIDAK_ADA",
  "Balasan cepat tidak ditemukan.",
);
export const SingkatanDipakai = defineError(409, "SINGKATAN_DIPAKAI", "Singkatan ini sudah dipakai.", {
  pointer: "#/shortcut",
  constraint: "quick_replies_shortcut_unik",
});

export interface QuickRepliesDeps {
  db: Database;
}

type BalasanCepat = typeof quickReplies.$inferSelect;

/** Quick replies in the order of their shortcuts, and how many there are. */
export async function semua(
  { db }: QuickRepliesDeps,
  actor: Actor,
  { limit, skip }: { limit: number; skip: number },
): Promise<{ baris: BalasanCepat[]; total: number }> {
  const [baris, [hitung]] = await withActor(db, actor, [repo.semua(db, limit, skip), repo.jumlah(db)]);
  return { baris, total: hitung?.jumlah ?? 0 };
}

/** For admins. Throws `SingkatanDipakai`. */
export async function tambah({ db }: QuickRepliesDeps, actor: Actor, isi: repo.Isi): Promise<BalasanCepat> {
  const [[baru]] = await withActor(db, actor, [repo.tambah(db, isi)]);
  if (!baru) throw new Error("no row was inserted");
  return baru;
}

/** For admins. Throws `BalasanCepatTidakAda`, `SingkatanDipakai`. */
export async function ubah(
  { db }: QuickRepliesDeps,
  actor: Actor,
  id: number,
  isi: repo.Isi,
): Promise<BalasanCepat> {
  const [[baris]] = await withActor(db, actor, [repo.ubah(db, id, isi)]);
  if (!baris) throw new BalasanCepatTidakAda();
  return baris;
}

/** For admins. Throws `BalasanCepatTidakAda`. */
export async function hapus({ db }: QuickRepliesDeps, actor: Actor, id: number): Promise<void> {
  const [dihapus] = await withActor(db, actor, [repo.hapus(db, id)]);
  if (dihapus.length === 0) throw new BalasanCepatTidakAda();
}
