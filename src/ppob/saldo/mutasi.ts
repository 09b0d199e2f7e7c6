import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { mutasiSendiri, saldoSendiri, type SaringanMutasi } from "./repo.ts";

// What a mitra reads of its own money.

export type SaldoSendiri = Awaited<ReturnType<typeof saldoSendiri>>[number];

/** The calling mitra's balances in rupiah: what it can spend, and what open purchases hold. */
export async function saldo({ db }: { db: Database }, actor: Actor): Promise<SaldoSendiri> {
  const [[baris]] = await withActor(db, actor, [saldoSendiri(db)]);
  if (!baris) throw new Error("a sum without a row");
  return baris;
}

export type Mutasi = Awaited<ReturnType<typeof mutasiSendiri>>[number];

/**
 * What moved the calling mitra's spendable balance, newest first, at most `limit`, older than id `before` if given, and only
 * what `saringan` lets through. Rupiah; what was taken out is negative.
 */
export async function mutasi(
  { db }: { db: Database },
  actor: Actor,
  limit: number,
  before: number | undefined,
  saringan: SaringanMutasi,
): Promise<Mutasi[]> {
  const [baris] = await withActor(db, actor, [mutasiSendiri(db, limit, before, saringan)]);
  return baris;
}
