import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { aturanHarga, type jenisAturan } from "../produk/table.ts";

export type JenisAturan = (typeof jenisAturan.enumValues)[number];

/** Whom a rule is for, what it is about, and what it says; the scope has one rule at most. */
export interface IsiAturan {
  /** Nobody named is everybody. */
  mitraId: number | undefined;
  tier: string | undefined;
  /** Nothing named is everything. */
  produkId: number | undefined;
  kategori: string | undefined;
  jenis: JenisAturan;
  /** Rupiah; of `persen` hundredths of a percent. */
  nilai: bigint;
}

/** Each that is given must hold. */
export interface SaringanAturan {
  mitraId?: number | undefined;
  tier?: string | undefined;
  produkId?: number | undefined;
}

/** Rules, newest first, before id `sebelum` if given; row-level security leaves them to admins. */
export function aturanTerbaru(
  db: Database,
  batas: number,
  sebelum: number | undefined,
  { mitraId, tier, produkId }: SaringanAturan,
) {
  return db
    .select()
    .from(aturanHarga)
    .where(
      and(
        sebelum === undefined ? undefined : lt(aturanHarga.id, sebelum),
        mitraId === undefined ? undefined : eq(aturanHarga.mitraId, mitraId),
        tier === undefined ? undefined : eq(aturanHarga.tier, tier),
        produkId === undefined ? undefined : eq(aturanHarga.produkId, produkId),
      ),
    )
    .orderBy(desc(aturanHarga.id))
    .limit(batas);
}

/** Makes the rule of a scope or changes it. Raises MITRA_TIDAK_ADA, PRODUK_TIDAK_DIKENAL, HANYA_BIAYA_TETAP, HARGA_TIDAK_SAH. */
export function aturHarga(db: Database, { mitraId, tier, produkId, kategori, jenis, nilai }: IsiAturan) {
  return db.execute(sql`select app.atur_harga(${mitraId ?? null}, ${tier ?? null}, ${produkId ?? null},
    ${kategori ?? null}, ${jenis}, ${nilai})`);
}

/** The rule of exactly this scope. */
export function aturanDari(
  db: Database,
  { mitraId, tier, produkId, kategori }: Omit<IsiAturan, "jenis" | "nilai">,
) {
  return db
    .select()
    .from(aturanHarga)
    .where(
      sql`${aturanHarga.mitraId} is not distinct from ${mitraId ?? null} and ${aturanHarga.tier} is not distinct from ${tier ?? null}
        and ${aturanHarga.produkId} is not distinct from ${produkId ?? null}
        and ${aturanHarga.kategori} is not distinct from ${kategori ?? null}`,
    );
}

/** Removes a rule; no row when there is none. */
export function hapusAturan(db: Database, id: number) {
  return db.delete(aturanHarga).where(eq(aturanHarga.id, id)).returning({ id: aturanHarga.id });
}
