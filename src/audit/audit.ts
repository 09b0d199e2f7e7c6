import type { Actor } from "../platform/db/actor.ts";
import { withActor, type Database } from "../platform/db/database.ts";
import { auditTerbaru, periksaAudit, type Saringan } from "./repo.ts";

export interface AuditDeps {
  db: Database;
}

export type Catatan = Awaited<ReturnType<typeof auditTerbaru>>[number];

/** Who did what to what, newest first, at most `limit`, older than id `before` if given, and only what `saringan` lets through. */
export async function semua(
  { db }: AuditDeps,
  actor: Actor,
  limit: number,
  before: number | undefined,
  saringan: Saringan,
): Promise<Catatan[]> {
  const [baris] = await withActor(db, actor, [auditTerbaru(db, limit, before, saringan)]);
  return baris;
}

type Pemeriksaan = Awaited<ReturnType<typeof periksaAudit>>[number];

/** What became of a walk along the chain. */
export interface RantaiDiperiksa extends Pemeriksaan {
  utuh: boolean;
  /** The link to go on from; null at the end, and where the chain is broken. */
  lanjut: number | null;
}

/** For admins: recomputes at most `limit` links of the audit's chain, 50,000 or fewer, from number `from` on. */
export async function periksaRantai(
  { db }: AuditDeps,
  actor: Actor,
  from: number,
  limit: number,
): Promise<RantaiDiperiksa> {
  const [[hasil]] = await withActor(db, actor, [periksaAudit(db, from, limit)]);
  if (!hasil) throw new Error("app.periksa_audit returned no row");
  const utuh = hasil.sebab === null;
  return { ...hasil, utuh, lanjut: utuh && hasil.sampai < hasil.ujung ? hasil.sampai + 1 : null };
}
