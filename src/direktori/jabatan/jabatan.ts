import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Changes, type Database } from "../../platform/db/database.ts";
import { defineError } from "../../platform/http/errors.ts";
import * as repo from "./repo.ts";

export const JabatanTidakAda = defineError(404, "JABATAN_TIDAK_ADA", "Jabatan tidak ditemukan.");
export const NamaJabatanDipakai = defineError(
  409,
  "NAMA_JABATAN_DIPAKAI",
  "Jabatan dengan nama ini sudah ada.",
  {
    pointer: "#/nama_jabatan",
    constraint: "jabatan_nama_unik",
  },
);
export const JabatanDipakai = defineError(
  409,
  "JABATAN_DIPAKAI",
  "Masih ada pegawai dengan jabatan ini. Pindahkan mereka dahulu.",
);

export interface JabatanDeps {
  db: Database;
}

export type Jabatan = Awaited<ReturnType<typeof repo.satuJabatan>>[number];

/** A page of positions in the order of their ids, and how many there are in all. */
export async function semua(
  { db }: JabatanDeps,
  actor: Actor,
  { skip, limit }: { skip: number; limit: number },
): Promise<{ baris: Jabatan[]; total: number }> {
  const [baris, [banyak]] = await withActor(db, actor, [
    repo.semuaJabatan(db, skip, limit),
    repo.banyaknyaJabatan(db),
  ]);
  return { baris, total: banyak?.jumlah ?? 0 };
}

/** Throws `JabatanTidakAda`. */
export async function satu({ db }: JabatanDeps, actor: Actor, id: number): Promise<Jabatan> {
  const [[jabatan]] = await withActor(db, actor, [repo.satuJabatan(db, id)]);
  if (!jabatan) throw new JabatanTidakAda();
  return jabatan;
}

/** For admins. Throws `NamaJabatanDipakai`. */
export async function tambah({ db }: JabatanDeps, actor: Actor, baru: repo.JabatanBaru): Promise<Jabatan> {
  const [[jabatan]] = await withActor(db, actor, [repo.tambahJabatan(db, baru)]);
  if (!jabatan) throw new Error("a position was inserted and not returned");
  return jabatan;
}

/** For admins; what is not given stays. Throws `JabatanTidakAda`, `NamaJabatanDipakai`. */
export async function ubah(
  { db }: JabatanDeps,
  actor: Actor,
  id: number,
  perubahan: Changes<repo.JabatanBaru>,
): Promise<Jabatan> {
  const [[jabatan]] = await withActor(db, actor, [repo.ubahJabatan(db, id, perubahan)]);
  if (!jabatan) throw new JabatanTidakAda();
  return jabatan;
}

/** For admins. Throws `JabatanTidakAda`, and `JabatanDipakai` while somebody holds it. */
export async function hapus({ db }: JabatanDeps, actor: Actor, id: number): Promise<void> {
  const [[dihapus]] = await withActor(db, actor, [repo.hapusJabatan(db, id)]);
  if (!dihapus) throw new Error("app.hapus_jabatan returned no row");
}
