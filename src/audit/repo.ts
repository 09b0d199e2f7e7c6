import { and, desc, eq, getTableColumns, gte, lt, sql } from "drizzle-orm";
import { audit } from "../platform/audit/table.ts";
import type { Database } from "../platform/db/database.ts";

/** Each that is given must hold. */
export interface Saringan {
  sasaranTabel: string | undefined;
  /** Of rows of `sasaranTabel`. */
  sasaranId: string | undefined;
  pelaku: string | undefined;
  aksi: string | undefined;
  /** The customer it is about. */
  subjekId: number | undefined;
  /** From this moment on. */
  dari: Date | undefined;
  /** Before this moment. */
  sampai: Date | undefined;
}

const columns = {
  ...getTableColumns(audit),
  // Every row is written with an object.
  rincian: sql<Record<string, unknown>>`${audit.rincian}`,
};

/** Rows of the audit that the caller may see, newest first, before id `sebelum` if given. */
export function auditTerbaru(
  db: Database,
  batas: number,
  sebelum: number | undefined,
  saringan: Partial<Saringan>,
) {
  const { sasaranTabel, sasaranId, pelaku, aksi, subjekId, dari, sampai } = saringan;
  return db
    .select(columns)
    .from(audit)
    .where(
      and(
        sebelum === undefined ? undefined : lt(audit.id, sebelum),
        sasaranTabel === undefined ? undefined : eq(audit.sasaranTabel, sasaranTabel),
        sasaranId === undefined ? undefined : eq(audit.sasaranId, sasaranId),
        pelaku === undefined ? undefined : eq(audit.pelaku, pelaku),
        aksi === undefined ? undefined : eq(audit.aksi, aksi),
        subjekId === undefined ? undefined : eq(audit.subjekId, subjekId),
        dari === undefined ? undefined : gte(audit.waktu, dari),
        sampai === undefined ? undefined : lt(audit.waktu, sampai),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(batas);
}

/** What can be wrong with the chain; drizzle/0010_audit_rantai.sql says what each of them means. */
export const SEBAB_RUSAK = ["mata_hilang", "baris_hilang", "hash_beda", "ujung_beda", "tanpa_mata"] as const;

/** Walks at most `banyak` links of the chain, 50,000 or fewer, from number `mulai` on. One row. Raises PERAN_TIDAK_BOLEH. */
export function periksaAudit(db: Database, mulai: number, banyak: number) {
  return db
    .select({
      diperiksa: sql`diperiksa`.mapWith(Number),
      sampai: sql`sampai`.mapWith(Number),
      ujung: sql`ujung`.mapWith(Number),
      hash: sql<string | null>`hash`,
      rusakDi: sql<number | null>`rusak_di`.mapWith(Number),
      sebab: sql<(typeof SEBAB_RUSAK)[number] | null>`sebab`,
    })
    .from(sql`app.periksa_audit(${mulai}, ${banyak})`);
}
