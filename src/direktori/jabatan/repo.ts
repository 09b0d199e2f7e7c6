import { asc, eq, sql } from "drizzle-orm";
import type { Changes, Database } from "../../platform/db/database.ts";
import { jabatan } from "./table.ts";

export interface JabatanBaru {
  nama: string;
  deskripsi: string | null;
}

/** Positions in the order of their ids. */
export function semuaJabatan(db: Database, skip: number, limit: number) {
  return db.select().from(jabatan).orderBy(asc(jabatan.id)).offset(skip).limit(limit);
}

/** How many positions there are. */
export function banyaknyaJabatan(db: Database) {
  return db.select({ jumlah: sql`count(*)`.mapWith(Number) }).from(jabatan);
}

/** One position; no row when there is none. */
export function satuJabatan(db: Database, id: number) {
  return db.select().from(jabatan).where(eq(jabatan.id, id));
}

/** Adds a position and returns it; violates `jabatan_nama_unik`. */
export function tambahJabatan(db: Database, baru: JabatanBaru) {
  return db.insert(jabatan).values(baru).returning();
}

/** Changes what is given; no row when there is no such position. */
export function ubahJabatan(db: Database, id: number, ubah: Changes<JabatanBaru>) {
  return db.update(jabatan).set(ubah).where(eq(jabatan.id, id)).returning();
}

/** Removes a position and returns its id; raises `JABATAN_TIDAK_ADA`, `JABATAN_DIPAKAI`. */
export function hapusJabatan(db: Database, id: number) {
  return db.select({ id: sql`id`.mapWith(jabatan.id) }).from(sql`app.hapus_jabatan(${id}) id`);
}
