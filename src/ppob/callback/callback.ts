import { service, type Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import type { Sealer } from "../../platform/crypto/seal.ts";
import { defineError } from "../../platform/http/errors.ts";
import type { Ids } from "../../platform/id.ts";
import { describeError, type Log } from "../../platform/log.ts";
import type { Queue } from "../../platform/queue/queue.ts";
import { wide, type Attempts, type Limit } from "../../platform/redis/attempts.ts";
import { bukaKunciPrivat, KunciApiSalah } from "../mitra/mitra.ts";
import { cariNama, periksaAlamat, periksaNama } from "./alamat-aman.ts";
import { antar, rahasiaWebhook, type AntarDeps, type HasilAntar } from "./antar.ts";
import * as repo from "./repo.ts";

export { cariNama };
export type { Resolve } from "./alamat-aman.ts";

export const CallbackTidakAda = defineError(404, "CALLBACK_TIDAK_ADA", "Belum ada alamat callback.");
export const KirimanTidakAda = defineError(404, "KIRIMAN_TIDAK_ADA", "Kiriman tidak ditemukan.");
export const CallbackMati = defineError(
  409,
  "CALLBACK_MATI",
  "Callback belum dipasang atau sudah dimatikan. Pasang lagi dengan PUT /mitra/callback.",
);
export const AlamatCallbackDitolak = defineError(
  422,
  "ALAMAT_CALLBACK_DITOLAK",
  "Alamat callback ditolak: harus URL https di internet publik.",
  { pointer: "#/url" },
);

/** Where QStash calls us back. */
export const QUEUE_PATH = "/queue/kiriman";

/** The queue's consumer and the sweeper of messages to mitra. */
export const kurir = service("callback");

export interface CallbackDeps extends AntarDeps {
  db: Database;
  queue: Queue;
  sealer: Sealer;
  ids: Ids;
  attempts: Attempts;
  strictRateLimits: boolean;
  log: Log;
}

/** A mitra's endpoint. */
export type Callback = NonNullable<Awaited<ReturnType<typeof repo.mitraDanCallback>>[number]["callback"]>;

/** The caller's endpoint. Throws `CallbackTidakAda`. */
export async function lihat({ db }: Pick<CallbackDeps, "db">, actor: Actor): Promise<Callback> {
  const { callback } = await pemanggil(db, actor);
  if (!callback) throw new CallbackTidakAda();
  return callback;
}

/**
 * Registers the caller's endpoint, or another one in its place, and switches it on (again). `rahasia` is what its messages
 * are signed with. Throws `AlamatCallbackDitolak`, whose detail says why.
 */
export async function pasang(
  deps: CallbackDeps,
  actor: Actor,
  alamat: string,
): Promise<Callback & { rahasia: string }> {
  // Who calls first: nobody looks names up with us who is not a mitra.
  const siapa = await pemanggil(deps.db, actor);
  const periksa = periksaAlamat(alamat, deps);
  const alasan = "alasan" in periksa ? periksa.alasan : await periksaNama(periksa.url, deps.resolve);
  if ("alasan" in periksa || alasan !== undefined)
    throw new AlamatCallbackDitolak({ detail: `Alamat callback ditolak: ${alasan}.` });
  const [[callback]] = await withActor(deps.db, actor, [repo.pasangCallback(deps.db, periksa.url.href)]);
  if (!callback) throw new Error("app.pasang_callback returned no row");
  return { ...callback, rahasia: rahasiaWebhook(await bukaKunciPrivat(deps.sealer, siapa)) };
}

/** Removes the caller's endpoint; what waits for it is given up. Throws `CallbackTidakAda`. */
export async function hapus({ db }: Pick<CallbackDeps, "db">, actor: Actor): Promise<void> {
  const [[dihapus]] = await withActor(db, actor, [repo.hapusCallback(db)]);
  if (!dihapus?.ada) throw new CallbackTidakAda();
}

/** How many attempts are shown of a message. */
const PERCOBAAN_TAMPIL = 10;

export type Kiriman = Awaited<ReturnType<typeof repo.kirimanTerbaru>>[number] & {
  /** The last attempts, newest first. */
  log: Awaited<ReturnType<typeof repo.percobaanTerakhir>>;
};

/** The caller's messages, newest first, at most `batas`, older than id `sebelum` if given, that `saringan` lets through. */
export async function daftarKiriman(
  { db }: Pick<CallbackDeps, "db">,
  actor: Actor,
  batas: number,
  sebelum: number | undefined,
  saringan: repo.SaringanKiriman,
): Promise<Kiriman[]> {
  const halaman = () => repo.kirimanTerbaru(db, batas, sebelum, saringan);
  const [baris, percobaan] = await withActor(db, actor, [
    halaman(),
    repo.percobaanTerakhir(db, halaman(), PERCOBAAN_TAMPIL),
  ]);
  const log = Map.groupBy(percobaan, ({ kirimanId }) => kirimanId);
  return baris.map((satu) => ({ ...satu, log: log.get(satu.id) ?? [] }));
}

/**
 * Delivers one of the caller's messages once more, under its old id, also one that has arrived. `background` runs on after
 * the answer. Throws `KirimanTidakAda`, `CallbackMati`, `TooManyRequests`.
 */
export async function ulang(
  deps: Pick<CallbackDeps, "db" | "queue" | "attempts" | "strictRateLimits">,
  actor: Actor,
  id: number,
  log: Log,
  background: (work: Promise<unknown>) => void,
): Promise<void> {
  await hitung(deps, ULANG, await pemanggil(deps.db, actor));
  const [[kiriman]] = await withActor(deps.db, actor, [repo.ulangKiriman(deps.db, id)]);
  if (!kiriman) throw new KirimanTidakAda();
  background(dorongKiriman({ queue: deps.queue, log }, kiriman));
}

const ULANG: Limit = { name: "callback-ulang", what: "kiriman ulang", quota: 30, windowSeconds: 60 };
const UJI: Limit = { name: "callback-uji", what: "kiriman uji", quota: 10, windowSeconds: 60 };

/** Delivers a sample to the caller's endpoint, on or off, at once. Throws `CallbackTidakAda`, `TooManyRequests`. */
export async function uji(deps: CallbackDeps, actor: Actor): Promise<HasilAntar> {
  const siapa = await pemanggil(deps.db, actor);
  if (!siapa.callback) throw new CallbackTidakAda();
  await hitung(deps, UJI, siapa);
  const isi = {
    type: "uji",
    timestamp: deps.clock.now().toISOString(),
    data: { pesan: "Kiriman uji dari Satu Pintu." },
  };
  return await antar(deps, {
    url: siapa.callback.url,
    pesanId: `msg_uji_${deps.ids.uuid().replaceAll("-", "")}`,
    isi: JSON.stringify(isi),
    rahasia: rahasiaWebhook(await bukaKunciPrivat(deps.sealer, siapa)),
  });
}

/** Has the queue deliver a message. Never throws: a nudge that is lost is made good by the sweeper within a minute. */
export async function dorongKiriman(
  { queue, log }: Pick<CallbackDeps, "queue" | "log">,
  { id, percobaan }: { id: number; percobaan: number },
): Promise<void> {
  try {
    await queue.publish(QUEUE_PATH, { kiriman_id: id }, `kiriman-${id}-${percobaan}`);
  } catch (error) {
    log.warn("publish_failed", { kiriman_id: id, ...describeError(error) });
  }
}

/** Counts what makes us call a mitra's address. Throws `TooManyRequests`. */
async function hitung(
  { attempts, strictRateLimits }: Pick<CallbackDeps, "attempts" | "strictRateLimits">,
  limit: Limit,
  { mitraId }: { mitraId: number },
): Promise<void> {
  await attempts.take({ limit: strictRateLimits ? limit : wide(limit), of: `mitra:${mitraId}` });
}

async function pemanggil(db: Database, actor: Actor) {
  const [[siapa]] = await withActor(db, actor, [repo.mitraDanCallback(db)]);
  if (!siapa) throw new KunciApiSalah();
  return siapa;
}
