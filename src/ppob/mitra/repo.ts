import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { mitra } from "./table.ts";

/** What is stored of a pair of keys. */
export interface KunciTersimpan {
  hash: string;
  awalan: string;
  privatSegel: string;
}

export interface MitraBaru {
  nama: string;
  email: string;
  hp: string | null;
  saldo: bigint;
}

/** Creates a mitra with its books; raises `EMAIL_TERDAFTAR`. */
export function daftarMitra(db: Database, baru: MitraBaru, kunci: KunciTersimpan) {
  return db.execute(sql`select app.daftar_mitra(
    ${baru.nama}, ${baru.email}, ${baru.hp}, ${baru.saldo}, ${kunci.hash}, ${kunci.awalan}, ${kunci.privatSegel})`);
}

/** Replaces the pair of keys of the mitra that holds `hashLama`; no row when another rotation was faster. */
export function gantiKunci(db: Database, hashLama: string, kunci: KunciTersimpan) {
  return db
    .update(mitra)
    .set({ kunciApiHash: kunci.hash, kunciApiAwalan: kunci.awalan, kunciPrivatSegel: kunci.privatSegel })
    .where(and(eq(mitra.id, sql`app.mitra_id()`), eq(mitra.kunciApiHash, hashLama)))
    .returning({ id: mitra.id });
}
