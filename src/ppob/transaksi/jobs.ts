import type { Clock } from "../../platform/clock.ts";
import { withActor } from "../../platform/db/database.ts";
import type { Actor } from "../../platform/db/actor.ts";
import { describeError, type Log } from "../../platform/log.ts";
import type { HasilBiller } from "../biller/biller.ts";
import { klaim, lepaskan, type Klaim } from "./repo.ts";
import { catatHasil, layanan } from "./hasil.ts";
import type { TransaksiDeps } from "./transaksi.ts";

export interface JobDeps extends TransaksiDeps {
  clock: Clock;
  log: Log;
  /** Longest wait for the biller's answer, in seconds. */
  billerTimeoutSeconds: number;
  /** Shortest pause between two questions about one attempt, in seconds. */
  billerRecheckSeconds: number;
}

/** Digiflazz forgets a `ref_id` after 90 days and would buy anew; stop asking well before (topup documentation). */
const MAX_AGE_DAYS = 85;

/** Added to the longer of the biller's timeout and the pause: a claim outlives a call that starts late. */
const LEASE_RESERVE_SECONDS = 15;

/** Longest pause between two questions about a purchase that stays open. */
const MAX_PAUSE_SECONDS = 1_800;

/** Workers open at most six connections at once. */
export const HANDS = 6;

/** A sweep takes nothing more up when the next one is about to start; what it has in hand it finishes. */
const SWEEP_MS = 50_000;

/** Pauses before settling again: a short failure of the database must not lose an answer, which cannot be asked for twice. */
const SETTLE_PAUSES_MS = [250, 1_000];

/** Queue consumer: drives one purchase on. Called any number of times, at once, late or never, it executes once. */
export async function prosesTransaksi(deps: JobDeps, transaksiId: number): Promise<void> {
  const actor = layanan("antrean");
  const claimedAt = deps.clock.now().getTime();
  const [[claim]] = await withActor(deps.db, actor, [
    klaim(deps.db, transaksiId, leaseSeconds(deps), MAX_AGE_DAYS),
  ]);
  if (claim) await drive(deps, actor, claim, claimedAt);
}

/**
 * Sweeper: takes up every open purchase that is due, for ever, whatever became of its message. Returns how many.
 * A slow answer of the biller holds up one of its hands, not the others; a purchase that cannot be settled holds up none.
 */
export async function sapu(deps: JobDeps): Promise<number> {
  const actor = layanan("penyapu");
  const deadline = deps.clock.now().getTime() + SWEEP_MS;
  let count = 0;
  const oneHand = async () => {
    for (;;) {
      const claimedAt = deps.clock.now().getTime();
      if (claimedAt > deadline) return;
      const [[claim]] = await withActor(deps.db, actor, [
        klaim(deps.db, "jatuh tempo", leaseSeconds(deps), MAX_AGE_DAYS),
      ]);
      if (!claim) return;
      count += 1;
      try {
        await drive(deps, actor, claim, claimedAt);
      } catch (error) {
        // Its claim runs out, and it comes again.
        deps.log.error("sweep_failed", { transaksi_id: claim.transaksiId, ...describeError(error) });
      }
    }
  };
  // All hands finish before a failure of one is reported: the platform may end what is still under way then.
  const hands = await Promise.allSettled(Array.from({ length: HANDS }, oneHand));
  const failed = hands.find((hand) => hand.status === "rejected");
  if (failed) throw failed.reason;
  return count;
}

/** Asks the biller, outside of any transaction, and settles its answer. */
async function drive(deps: JobDeps, actor: Actor, claim: Klaim, claimedAt: number): Promise<void> {
  const { transaksiId, refId, nominalBebas, pascabayar, pertama, ditanya } = claim;
  if (claim.kedaluwarsa) {
    deps.log.error("attempt_too_old", { transaksi_id: transaksiId, ref_id: refId });
    return;
  }
  // Whoever was held up so long that the claim could end before the biller's answer gives it back unused.
  if (deps.clock.now().getTime() - claimedAt > (LEASE_RESERVE_SECONDS * 1000) / 2) {
    await withActor(deps.db, actor, [lepaskan(deps.db, claim)]);
    return;
  }
  const request = {
    refId,
    kode: claim.kodeProduk,
    nomor: claim.nomorTujuan,
    pascabayar,
    nominalBebas,
    hargaMaks: claim.harga,
  };
  const hasil = isOverdue(claim, deps.clock)
    ? KEDALUWARSA
    : pertama
      ? await deps.biller.beli(request)
      : await deps.biller.status(request);
  for (let again = 0; ; again++) {
    try {
      return await catatHasil(deps, actor, refId, hasil, pauseSeconds(deps, ditanya), deps.log);
    } catch (error) {
      const pause = SETTLE_PAUSES_MS[again];
      if (pause === undefined) throw error;
      await new Promise((proceed) => setTimeout(proceed, pause));
    }
  }
}

/** A bill is paid on the day it was asked for; one that was not sent by then is not sent any more. */
function isOverdue({ pertama, kirimSebelum }: Klaim, clock: Clock): boolean {
  return pertama && kirimSebelum !== null && clock.now() >= kirimSebelum;
}

const KEDALUWARSA: HasilBiller = {
  hasil: "gagal",
  dikenal: true,
  rc: null,
  pesan: "tidak dikirim: harinya sudah lewat",
  alasan: "tagihan kedaluwarsa, tanyakan lagi",
  sn: null,
  harga: null,
  bolehCadangan: false,
  daftarBasi: false,
  petunjuk: null,
};

/** A claim outlives the call, and keeps the shortest pause between two questions even if this one is asked late. */
function leaseSeconds({ billerTimeoutSeconds, billerRecheckSeconds }: JobDeps): number {
  return Math.max(billerTimeoutSeconds, billerRecheckSeconds) + LEASE_RESERVE_SECONDS;
}

/** The first questions come soon, later ones ever more rarely. */
function pauseSeconds({ billerRecheckSeconds }: JobDeps, ditanya: number): number {
  return Math.min(
    billerRecheckSeconds * 2 ** Math.min(Math.max(0, ditanya - 2), 10),
    Math.max(MAX_PAUSE_SECONDS, billerRecheckSeconds),
  );
}
