import type { z } from "@hono/zod-openapi";
import type { BatchItem } from "drizzle-orm/batch";
import type { AnyPgTable, PgColumn } from "drizzle-orm/pg-core";
import type { BlindIndex } from "../../platform/crypto/blind-index.ts";
import type { DataKey } from "../../platform/crypto/data-key.ts";
import type { Sealer } from "../../platform/crypto/seal.ts";
import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { bukaKunci } from "../../direktori/users/users.ts";
import { defineError, type ErrorClass } from "../../platform/http/errors.ts";
import type { Ids } from "../../platform/id.ts";
import type { Log } from "../../platform/log.ts";
import * as repo from "./repo.ts";
import { segelkan, tampilkan, terangkan, type BarisTersimpan, type Segel } from "./segel.ts";

export const UserIdWajib = defineError(422, "USER_ID_WAJIB", "Petugas menyebut user_id nasabahnya.", {
  pointer: "#/user_id",
});
export const PerangkatTidakDikenal = defineError(
  422,
  "PERANGKAT_TIDAK_DIKENAL",
  "Perangkat tidak ditemukan pada nasabah ini.",
  { pointer: "#/device_id" },
);

/** A table of a customer's file: whose row, and which. */
export type BagianTable = AnyPgTable & { id: PgColumn; user_id: PgColumn };

/** A part of customers' files: one table, and how its rows look from outside. */
export interface Bagian {
  /** The table's name, as in what is sealed and in the audit. */
  nama: string;
  tabel: BagianTable;
  /** A row as it leaves; what the schema does not name stays inside. */
  schema: z.ZodObject;
  /** What is sealed in it. */
  segel: readonly Segel[];
  TidakAda: ErrorClass;
  /** Where adding what is there already renews it: by which columns it is the same, and what then changes. */
  perbarui?: { target: PgColumn[]; set: repo.Isi };
}

export interface BagianDeps {
  db: Database;
  ids: Ids;
  log: Log;
  sealer: Sealer;
  blindIndex: BlindIndex;
}

/** A row as it may be shown. */
export type Baris = Record<string, unknown> & { id: number };

/** A page of rows, newest first; a nasabah sees its own. */
export async function semua(
  deps: BagianDeps,
  actor: Actor,
  bagian: Bagian,
  halaman: Omit<repo.Halaman, "sendiri">,
): Promise<Baris[]> {
  const query = repo.semuaBagian(deps.db, bagian.tabel, {
    ...halaman,
    sendiri: actor.label === "nasabah" && halaman.userId === undefined,
  });
  const [baris] = await withActor(deps.db, actor, [query]);
  return await tampilkan(deps, bagian, baris);
}

/** The rows of one file, newest first. Throws `UserTidakAda` when the caller may not see it. */
export async function semuaDari(
  deps: BagianDeps,
  actor: Actor,
  bagian: Bagian,
  userId: number,
  halaman: { limit: number; before?: number | undefined },
): Promise<Baris[]> {
  const [, baris] = await withActor(deps.db, actor, [
    repo.lihatBerkas(deps.db, userId),
    repo.semuaBagian(deps.db, bagian.tabel, { ...halaman, userId, sendiri: false }),
  ]);
  return await tampilkan(deps, bagian, baris);
}

/** Throws the part's `TidakAda`, also for a row the caller may not see. */
export async function satu(deps: BagianDeps, actor: Actor, bagian: Bagian, id: number): Promise<Baris> {
  const [baris] = await withActor(deps.db, actor, [repo.satuBagian(deps.db, bagian.tabel, id)]);
  return await satuSaja(deps, bagian, baris);
}

/** What `deed` leaves of a row, in one roundtrip. Throws the part's `TidakAda` when the deed found nothing to do. */
export async function satuSetelah(
  deps: BagianDeps,
  actor: Actor,
  bagian: Bagian,
  id: number,
  deed: BatchItem<"pg">,
): Promise<Baris> {
  const [dikerjakan, baris] = await withActor(deps.db, actor, [
    deed,
    repo.satuBagian(deps.db, bagian.tabel, id),
  ]);
  if (Array.isArray(dikerjakan) && dikerjakan.length === 0) throw new bagian.TidakAda();
  return await satuSaja(deps, bagian, baris);
}

/**
 * Adds a row to a file, a nasabah to its own. One roundtrip more when something is sealed, for the file's key.
 * Throws `UserTidakAda`, `UserIdWajib`, and what the part's constraints mean.
 */
export async function tambah(
  deps: BagianDeps,
  actor: Actor,
  bagian: Bagian,
  userId: number | undefined,
  isian: repo.Isi,
): Promise<Baris> {
  const { db, ids } = deps;
  const baris = ids.uuid();
  if (!bagian.segel.some(({ nama }) => isian[nama])) {
    const isi = {
      ...(await segelkan(deps, bagian, undefined, baris, isian)),
      ...(bagian.segel.length > 0 && { baris }),
    };
    const [[pemilik], [ditambah]] = await withActor(db, actor, [
      repo.tuntutBerkas(db, userId),
      repo.tambahBagian(db, bagian, userId, isi),
    ]);
    return await satuSaja(deps, bagian, ditambah && pemilik ? [{ baris: ditambah, pemilik }] : []);
  }
  return await tambahBerkunci(deps, actor, bagian, userId, async (kunci) => ({
    ...(await segelkan(deps, bagian, kunci, baris, isian)),
    baris,
  }));
}

/**
 * Adds a row that needs its file's key: `isiDari` says what is in it. `titipan` runs together with the question for the
 * key, before that. Throws as `tambah`.
 */
export async function tambahBerkunci(
  deps: BagianDeps,
  actor: Actor,
  bagian: Bagian,
  userId: number | undefined,
  isiDari: (kunci: DataKey) => Promise<repo.Isi>,
  titipan: ReturnType<typeof repo.pasangKunci>[] = [],
): Promise<Baris> {
  const { db } = deps;
  const [[pemilik]] = await withActor(db, actor, [repo.tuntutBerkas(db, userId), ...titipan]);
  if (!pemilik) throw new Error("app.tuntut_berkas returned no row");
  const kunci = await bukaKunci(deps, pemilik);
  const isi = await isiDari(kunci);
  const [, [ditambah]] = await withActor(db, actor, [
    // Again: it may have been erased meanwhile.
    repo.tuntutBerkas(db, pemilik.id),
    repo.tambahBagian(db, bagian, pemilik.id, isi),
    ...(kunci.wrapped === pemilik.kunci ? [] : [repo.pasangKunci(db, pemilik.id, kunci.wrapped)]),
  ]);
  const dengan = { externalUserId: pemilik.externalUserId, kunci: kunci.wrapped };
  return await satuSaja(deps, bagian, ditambah ? [{ baris: ditambah, pemilik: dengan }] : []);
}

/** Changes what is given of a row; one roundtrip more when something is sealed. Throws as `satu` and `tambah`. */
export async function ubah(
  deps: BagianDeps,
  actor: Actor,
  bagian: Bagian,
  id: number,
  isian: repo.Isi,
): Promise<Baris> {
  const { db } = deps;
  const { tabel } = bagian;
  let isi = isian;
  const pasang = [];
  if (bagian.segel.length > 0) {
    const perlu = bagian.segel.some(({ nama }) => isian[nama]);
    const [lama] = perlu ? (await withActor(db, actor, [repo.satuBagian(db, tabel, id)]))[0] : [];
    if (perlu && !lama?.pemilik) throw new bagian.TidakAda();
    const kunci = lama?.pemilik ? await bukaKunci(deps, lama.pemilik) : undefined;
    if (kunci && kunci.wrapped !== lama?.pemilik?.kunci)
      pasang.push(repo.pasangKunci(db, Number(lama?.baris["user_id"]), kunci.wrapped));
    isi = await segelkan(deps, bagian, kunci, String(lama?.baris["baris"]), isian);
  }
  const [, baris] = await withActor(db, actor, [
    repo.ubahBagian(db, tabel, id, isi),
    repo.satuBagian(db, tabel, id),
    ...pasang,
  ]);
  return await satuSaja(deps, bagian, baris);
}

/** Throws the part's `TidakAda`, and `MasihAdaPinjaman` where a loan is decided by it. */
export async function hapus(deps: BagianDeps, actor: Actor, bagian: Bagian, id: number): Promise<void> {
  const [dihapus] = await withActor(deps.db, actor, [repo.hapusBagian(deps.db, bagian.tabel, id)]);
  if (dihapus.length === 0) throw new bagian.TidakAda();
}

/** The rows of a part that are the caller's own, sealed and oldest first: at most `limit`. */
export function semuaMilik(db: Database, bagian: Bagian, limit: number) {
  return repo.semuaMilik(db, bagian.tabel, limit);
}

/** Demands that the caller may work on a file; raises `USER_TIDAK_ADA`, `USER_ID_WAJIB`. */
export const tuntutBerkas = repo.tuntutBerkas;

export { terangkan };

async function satuSaja(deps: BagianDeps, bagian: Bagian, baris: readonly BarisTersimpan[]): Promise<Baris> {
  const [tampil] = await tampilkan(deps, bagian, baris);
  if (!tampil) throw new bagian.TidakAda();
  return tampil;
}
