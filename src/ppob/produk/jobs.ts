import type { Clock } from "../../platform/clock.ts";
import { service, type Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { defineError } from "../../platform/http/errors.ts";
import { describeError, type Log } from "../../platform/log.ts";
import type { Biller, JenisProduk } from "../biller/biller.ts";
import { keadaanSinkron, mintaSinkron, terapkanDaftar } from "./repo.ts";

/**
 * Shortest pause between two requests of one list, in seconds. Digiflazz takes one in five minutes (page "Daftar Harga"),
 * and a request may be on its way a little shorter than the one before it.
 */
export const JEDA_DETIK = 305;

export const TerlaluSeringSinkron = defineError(
  429,
  "TERLALU_SERING_SINKRON",
  "Daftar harga biller baru saja diminta. Biller hanya melayani satu permintaan tiap lima menit.",
);

export interface SinkronDeps {
  db: Database;
  biller: Pick<Biller, "daftarProduk">;
  clock: Clock;
  log: Log;
}

/** What became of one list. */
export interface HasilSinkron {
  /** The biller was asked; otherwise it is not yet time. */
  diminta: boolean;
  /** Its list has been taken in. */
  berhasil: boolean;
  /** Lines of the list, and how many of them are not what they were; null unless it was taken in. */
  jumlah: number | null;
  berubah: number | null;
  /** Seconds until it may be asked for again. */
  tunggu: number;
}

export type KeadaanSinkron = Awaited<ReturnType<typeof keadaanSinkron>>[number];

/** For the cron trigger: takes in the lists whose pause is over, however many isolates are at it. */
export async function sinkronkan(deps: SinkronDeps): Promise<void> {
  await keduanya(deps, service("sinkron"));
}

/** For admins: takes in the lists whose pause is over, now. Throws `TerlaluSeringSinkron` when that is neither of them. */
export async function sinkronSekarang(
  deps: SinkronDeps,
  actor: Actor,
): Promise<Record<JenisProduk, HasilSinkron>> {
  const hasil = await keduanya(deps, actor);
  const { prabayar, pascabayar } = hasil;
  if (!prabayar.diminta && !pascabayar.diminta) {
    const tunggu = Math.min(prabayar.tunggu, pascabayar.tunggu);
    throw new TerlaluSeringSinkron({ headers: { "retry-after": String(tunggu) } });
  }
  return hasil;
}

/** For admins: when each list was asked for and taken in; none that never was. */
export async function keadaan({ db }: Pick<SinkronDeps, "db">, actor: Actor): Promise<KeadaanSinkron[]> {
  const [baris] = await withActor(db, actor, [keadaanSinkron(db)]);
  return baris;
}

async function keduanya(deps: SinkronDeps, actor: Actor): Promise<Record<JenisProduk, HasilSinkron>> {
  const { db } = deps;
  const [[giliranPra], [giliranPasca]] = await withActor(db, actor, [
    mintaSinkron(db, "prabayar", JEDA_DETIK),
    mintaSinkron(db, "pascabayar", JEDA_DETIK),
  ]);
  // One list holds up the other no longer than it takes itself, and never stops it.
  const [prabayar, pascabayar] = await Promise.all([
    ambil(deps, actor, "prabayar", giliranPra),
    ambil(deps, actor, "pascabayar", giliranPasca),
  ]);
  return { prabayar, pascabayar };
}

/** Asks for a list and takes it in, if it is our turn. A failure is logged; the next turn is another one. */
async function ambil(
  { db, biller, clock, log }: SinkronDeps,
  actor: Actor,
  jenis: JenisProduk,
  giliran: { giliran: boolean; tunggu: number } | undefined,
): Promise<HasilSinkron> {
  const tanpa = { berhasil: false, jumlah: null, berubah: null };
  if (!giliran?.giliran) return { diminta: false, ...tanpa, tunggu: giliran?.tunggu ?? JEDA_DETIK };
  const gagal = { diminta: true, ...tanpa, tunggu: JEDA_DETIK };
  const mulai = clock.now().getTime();
  try {
    const daftar = await biller.daftarProduk(jenis);
    const [[masuk]] = await withActor(db, actor, [terapkanDaftar(db, jenis, daftar)]);
    if (!masuk) {
      log.warn("price_list_failed", { jenis, jumlah: daftar.length, error: "too short to be believed" });
      return gagal;
    }
    log.info("price_list_synced", { jenis, ...masuk, ms: clock.now().getTime() - mulai });
    return { diminta: true, berhasil: true, ...masuk, tunggu: JEDA_DETIK };
  } catch (error) {
    log.warn("price_list_failed", { jenis, ...describeError(error) });
    return gagal;
  }
}
