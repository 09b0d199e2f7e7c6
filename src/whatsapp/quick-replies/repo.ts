import { asc, count, eq } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { quickReplies } from "./table.ts";

/** What is written of a quick reply. */
export type Isi = Omit<typeof quickReplies.$inferInsert, "id">;

/** Quick replies in the order of their shortcuts. */
export function semua(db: Database, limit: number, skip: number) {
  return db.select().from(quickReplies).orderBy(asc(quickReplies.shortcut)).limit(limit).offset(skip);
}

/** How many there are. */
export function jumlah(db: Database) {
  return db.select({ jumlah: count() }).from(quickReplies);
}

/** Adds one. */
export function tambah(db: Database, isi: Isi) {
  return db.insert(quickReplies).values(isi).returning();
}

/** Changes one; no row when there is none. */
export function ubah(db: Database, id: number, isi: Isi) {
  return db.update(quickReplies).set(isi).where(eq(quickReplies.id, id)).returning();
}

/** Removes one; no row when there is none. */
export function hapus(db: Database, id: number) {
  return db.delete(quickReplies).where(eq(quickReplies.id, id)).returning({ id: quickReplies.id });
}
