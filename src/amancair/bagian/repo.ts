import { and, asc, desc, eq, getTableColumns, lt, sql, type SQL } from "drizzle-orm";
import { nasabah } from "../../direktori/users/table.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Bagian, BagianTable } from "./bagian.ts";

/** What of a row is written; what is undefined stays, or is what the database sets. */
export type Isi = Record<string, unknown>;

/** Demands that the caller may work on a file, its own when none is named; raises `USER_TIDAK_ADA`, `USER_ID_WAJIB`. */
export function tuntutBerkas(db: Database, userId: number | undefined) {
  return db
    .select({
      id: sql`id`.mapWith(nasabah.id),
      externalUserId: sql`external_user_id`.mapWith(nasabah.externalUserId),
      kunci: sql<string | null>`kunci`,
    })
    .from(sql`app.tuntut_berkas(${userId ?? null})`);
}

/** Demands that the caller may see a file; raises `USER_TIDAK_ADA`. */
export function lihatBerkas(db: Database, userId: number) {
  return db.execute(sql`select app.lihat_berkas(${userId})`);
}

/** Gives a file from before there were data keys its own; raises when somebody else just did. */
export function pasangKunci(db: Database, userId: number, kunci: string) {
  return db.execute(sql`select app.pasang_kunci(${userId}, ${kunci})`);
}

/** Rows, newest first, each with what opens it. `sendiri` finds by an index what row-level security leaves to a nasabah. */
export function semuaBagian(
  db: Database,
  tabel: BagianTable,
  { userId, sendiri, limit, before, juga = [] }: Halaman,
) {
  const milik = sendiri ? sql`(select app.nasabah_id())` : userId;
  return dengan(db, tabel)
    .where(
      and(
        milik === undefined ? undefined : eq(tabel.user_id, milik),
        before === undefined ? undefined : lt(tabel.id, before),
        ...juga,
      ),
    )
    .orderBy(desc(tabel.id))
    .limit(limit);
}

export interface Halaman {
  userId?: number | undefined;
  sendiri: boolean;
  limit: number;
  before?: number | undefined;
  /** Further conditions. */
  juga?: SQL[];
}

/** Everything of one customer, oldest first, at most `limit`. */
export function semuaMilik(db: Database, tabel: BagianTable, limit: number) {
  return dengan(db, tabel)
    .where(eq(tabel.user_id, sql`(select app.nasabah_id())`))
    .orderBy(asc(tabel.id))
    .limit(limit);
}

/** One row with what opens it; none when there is none that the caller may see. */
export function satuBagian(db: Database, tabel: BagianTable, id: number) {
  return dengan(db, tabel).where(eq(tabel.id, id));
}

/** Adds a row to a file, the caller's own when none is named, and returns it. */
export function tambahBagian(
  db: Database,
  { tabel, perbarui }: Pick<Bagian, "tabel" | "perbarui">,
  userId: number | undefined,
  isi: Isi,
) {
  const user_id = sql`coalesce(${userId ?? null}::bigint, app.nasabah_id())`;
  const tambah = db.insert(tabel).values({ ...isi, user_id });
  return (perbarui ? tambah.onConflictDoUpdate(perbarui) : tambah).returning();
}

/** Changes what is given of a row. */
export function ubahBagian(db: Database, tabel: BagianTable, id: number, isi: Isi) {
  return db.update(tabel).set(isi).where(eq(tabel.id, id));
}

/** Removes a row and returns it; none when there is none that the caller may remove. */
export function hapusBagian(db: Database, tabel: BagianTable, id: number) {
  return db.delete(tabel).where(eq(tabel.id, id)).returning();
}

function dengan(db: Database, tabel: BagianTable) {
  return db
    .select({
      baris: getTableColumns(tabel),
      pemilik: { externalUserId: nasabah.externalUserId, kunci: nasabah.kunci },
    })
    .from(tabel)
    .leftJoin(nasabah, eq(nasabah.id, tabel.user_id))
    .$dynamic();
}
