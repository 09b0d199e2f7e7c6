import { withActor } from "../../platform/db/database.ts";
import { ServiceUnavailable } from "../../platform/http/errors.ts";
import { describeError } from "../../platform/log.ts";
import { bukaKunciPrivat } from "../mitra/mitra.ts";
import { antar, rahasiaWebhook } from "./antar.ts";
import { kurir, type CallbackDeps } from "./callback.ts";
import { catatKiriman, klaimKiriman, type KlaimKiriman, type StatusKiriman } from "./repo.ts";

/** A claim outlives the look at the DNS and the wait for the answer. */
const SEWA_DETIK = 60;

const MENIT = 60;
const JAM = 60 * MENIT;

/** Pauses after a failed attempt, in seconds; after the last one it is given up, on the third day. */
const JEDA_DETIK = [MENIT, 5 * MENIT, 30 * MENIT, 2 * JAM, 6 * JAM, 12 * JAM, 24 * JAM, 24 * JAM];

/** The endpoint is gone for good, and wants no more (Standard Webhooks). */
const GONE = 410;

/** Workers open at most six connections at once. */
export const TANGAN = 6;

/** How many of them one mitra may occupy: a slow one does not hold up the others. */
export const TANGAN_SEMITRA = 2;

/** A sweep takes nothing more up when the next one is about to start; what it has in hand it finishes. */
const SAPU_MS = 45_000;

/**
 * Queue consumer: delivers one message. Called any number of times, at once, late or never, it arrives once, and again only
 * if its arrival could not be noted. Throws `ServiceUnavailable` when the endpoint failed, so that the queue comes again.
 */
export async function prosesKiriman(deps: CallbackDeps, kirimanId: number): Promise<void> {
  const [[klaim]] = await withActor(deps.db, kurir, [klaimKiriman(deps.db, kirimanId, SEWA_DETIK)]);
  if (!klaim) return;
  // Without a cause: it is the mitra's outage, and nothing that a person of ours has to look at.
  if ((await kirim(deps, klaim)) === "menunggu") throw new ServiceUnavailable();
}

/**
 * Sweeper: delivers every message that is due, whatever became of its nudge, six at once and two to the same mitra. Returns
 * how many it tried.
 */
export async function sapuKiriman(deps: CallbackDeps): Promise<number> {
  const sampai = deps.clock.now().getTime() + SAPU_MS;
  /** What is under way, and to which mitra. */
  const berjalan = new Map<Promise<void>, number>();
  let jumlah = 0;
  try {
    for (;;) {
      const [[klaim]] =
        berjalan.size < TANGAN && deps.clock.now().getTime() < sampai
          ? await withActor(deps.db, kurir, [
              klaimKiriman(deps.db, "jatuh tempo", SEWA_DETIK, yangPenuh(berjalan)),
            ])
          : [[]];
      if (klaim) {
        jumlah += 1;
        const satu = kirimSaja(deps, klaim).finally(() => berjalan.delete(satu));
        berjalan.set(satu, klaim.mitraId);
      } else if (berjalan.size === 0) return jumlah;
      else await Promise.race(berjalan.keys());
    }
  } finally {
    // Before a failure is reported: the platform may end what is still under way then.
    await Promise.all(berjalan.keys());
  }
}

/** Mitra that occupy as many hands as one may. */
function yangPenuh(berjalan: ReadonlyMap<unknown, number>): number[] {
  const perMitra = Map.groupBy(berjalan.values(), (mitraId) => mitraId);
  return [...perMitra].filter(([, hands]) => hands.length >= TANGAN_SEMITRA).map(([mitraId]) => mitraId);
}

async function kirimSaja(deps: CallbackDeps, klaim: KlaimKiriman): Promise<void> {
  try {
    await kirim(deps, klaim);
  } catch (error) {
    // Its claim runs out, and it comes again.
    deps.log.error("sweep_failed", { kiriman_id: klaim.id, ...describeError(error) });
  }
}

/** Delivers, outside of any transaction, signed with the key the mitra has now, and settles how it ended. */
async function kirim(deps: CallbackDeps, klaim: KlaimKiriman): Promise<StatusKiriman> {
  const rahasia = rahasiaWebhook(await bukaKunciPrivat(deps.sealer, klaim));
  const hasil = await antar(deps, { ...klaim, rahasia });
  const matikan = hasil.kodeHttp === GONE;
  const jedaDetik = matikan ? null : (JEDA_DETIK[klaim.percobaan - 1] ?? null);
  const [[akhir]] = await withActor(deps.db, kurir, [
    catatKiriman(deps.db, klaim, { ...hasil, jedaDetik, matikan }),
  ]);
  if (!akhir) throw new Error("app.catat_kiriman returned no row");
  const catatan = { kiriman_id: klaim.id, mitra_id: klaim.mitraId, attempts: klaim.percobaan };
  if (hasil.galat !== null) deps.log.info("callback_failed", { ...catatan, reason: hasil.galat });
  if (akhir.dimatikan) deps.log.warn("callback_disabled", { ...catatan, reason: hasil.galat });
  return akhir.status;
}
