import type { Actor } from "../../platform/db/actor.ts";
import type { Database } from "../../platform/db/database.ts";
import { AppError } from "../../platform/http/errors.ts";
import * as transaksi from "../../ppob/transaksi/transaksi.ts";

/** Refusals because of what the purchase is, whatever the form says. */
const KARENA_TRANSAKSINYA: readonly AppError["definition"][] = [
  transaksi.TransaksiSelesai,
  transaksi.TransaksiBerjalan,
];

/**
 * Decides a purchase. Where that is refused because of what it is, it is returned as it is now: that says more than the
 * form once more. Throws as `transaksi.putuskan` does otherwise.
 */
export async function putuskanAtauTunjukkan(
  deps: { db: Database },
  actor: Actor,
  id: number,
  putusan: transaksi.Putusan,
): Promise<{ ditolak: AppError; rincian: transaksi.RincianTransaksi } | undefined> {
  try {
    await transaksi.putuskan(deps, actor, id, putusan);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError) || !KARENA_TRANSAKSINYA.includes(error.definition)) throw error;
    return { ditolak: error, rincian: await transaksi.rincian(deps, actor, id) };
  }
}
