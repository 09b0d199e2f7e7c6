import type { Clock } from "../../platform/clock.ts";
import { withActor } from "../../platform/db/database.ts";
import type { Actor } from "../../platform/db/actor.ts";
import { describeError, type Log } from "../../platform/log.ts";
import { klaim, lepaskan, type Klaim } from "./repo.ts";
import { catatHasil, layanan, type TransaksiDeps } from "./transaksi.ts";

export interface JobDeps extends TransaksiDeps {
  clock: Clock;
  log: Log;
  /** Longest wait for the biller's answer, in seconds. */
  billerTimeoutSeconds: number;
  /** Shortest pause between two questions about one attempt, in seconds. */
  billerRecheckSeconds: number;
}

/** Digiflazz forgets a `ref_id` after 90 days and would buy anew; stop asking well before (topup documentation). */
const UMUR_MAKS_HARI = 85;

/** Added to the biller's timeout: the claim must outlive the call and its settlement. */
const CADANGAN_SEWA_DETIK = 15;

/** Longest pause between two questions about a purchase that stays open. */
const JEDA_MAKS_DETIK = 1_800;

/** Workers open at most six connections at once. */
export const SEREMPAK = 6;

/** A sweep takes nothing more up when the next one is about to start; what it has in hand it finishes. */
const LAMA_SAPU_MS = 50_000;

/** Pauses before settling again: a short failure of the database must not lose an answer, which cannot be asked for twice. */
const JEDA_CATAT_MS = [250, 1_000];

/** Queue consumer: drives one purchase on. Called any number of times, at once, late or never, it executes once. */
export async function prosesTransaksi(deps: JobDeps, transaksiId: number): Promise<void> {
  const actor = layanan("antrean");
  const diambil = deps.clock.now().getTime();
  const [[milik]] = await withActor(deps.db, actor, [
    klaim(deps.db, transaksiId, sewaDetik(deps), UMUR_MAKS_HARI),
  ]);
  if (milik) await jalankan(deps, actor, milik, diambil);
}

/**
 * Sweeper: takes up every open purchase that is due, for ever, whatever became of its message. Returns how many.
 * A slow answer of the biller holds up one of its hands, not the others; a purchase that cannot be settled holds up none.
 */
export async function sapu(deps: JobDeps): Promise<number> {
  const actor = layanan("penyapu");
  const sampai = deps.clock.now().getTime() + LAMA_SAPU_MS;
  let jumlah = 0;
  const satuTangan = async () => {
    for (;;) {
      const diambil = deps.clock.now().getTime();
      if (diambil > sampai) return;
      const [[milik]] = await withActor(deps.db, actor, [
        klaim(deps.db, "jatuh tempo", sewaDetik(deps), UMUR_MAKS_HARI),
      ]);
      if (!milik) return;
      jumlah += 1;
      try {
        await jalankan(deps, actor, milik, diambil);
      } catch (error) {
        // Its claim runs out, and it comes again.
        deps.log.error("sweep_failed", { transaksi_id: milik.transaksiId, ...describeError(error) });
      }
    }
  };
  // All hands finish before a failure of one is reported: the platform may end what is still under way then.
  const tangan = await Promise.allSettled(Array.from({ length: SEREMPAK }, satuTangan));
  const gagal = tangan.find((satu) => satu.status === "rejected");
  if (gagal) throw gagal.reason;
  return jumlah;
}

/** Asks the biller, outside of any transaction, and settles its answer. */
async function jalankan(deps: JobDeps, actor: Actor, milik: Klaim, diambil: number): Promise<void> {
  const { transaksiId, refId, kodeProduk, nomorTujuan, nominalBebas, harga, pertama, ditanya } = milik;
  if (milik.kedaluwarsa) {
    deps.log.error("attempt_too_old", { transaksi_id: transaksiId, ref_id: refId });
    return;
  }
  // Whoever was held up so long that the claim could end before the biller's answer gives it back unused.
  if (deps.clock.now().getTime() - diambil > (CADANGAN_SEWA_DETIK * 1000) / 2) {
    await withActor(deps.db, actor, [lepaskan(deps.db, milik)]);
    return;
  }
  const permintaan = { refId, kode: kodeProduk, nomor: nomorTujuan, nominalBebas, hargaMaks: harga };
  const hasil = pertama ? await deps.biller.beli(permintaan) : await deps.biller.status(permintaan);
  for (let ke = 0; ; ke++) {
    try {
      return await catatHasil(deps, actor, refId, hasil, jedaDetik(deps, ditanya), deps.log);
    } catch (error) {
      const jeda = JEDA_CATAT_MS[ke];
      if (jeda === undefined) throw error;
      await new Promise((lanjut) => setTimeout(lanjut, jeda));
    }
  }
}

/** A claim outlives the call, and keeps the shortest pause between two questions even if this one is asked late. */
function sewaDetik({ billerTimeoutSeconds, billerRecheckSeconds }: JobDeps): number {
  return Math.max(billerTimeoutSeconds, billerRecheckSeconds) + CADANGAN_SEWA_DETIK;
}

/** The first questions come soon, later ones ever more rarely. */
function jedaDetik({ billerRecheckSeconds }: JobDeps, ditanya: number): number {
  return Math.min(
    billerRecheckSeconds * 2 ** Math.min(Math.max(0, ditanya - 2), 10),
    Math.max(JEDA_MAKS_DETIK, billerRecheckSeconds),
  );
}
