import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/database.ts";
import { produk } from "./table.ts";

/** Everything on sale, in the order of ids. */
export function produkAktif(db: Database) {
  return db.select().from(produk).where(eq(produk.aktif, true)).orderBy(asc(produk.id));
}

/** Each that is given must hold. */
export interface SaringanProduk {
  aktif?: boolean | undefined;
  /** Part of the name, the code or the category, taken literally, in whatever case. */
  cari?: string | undefined;
}

/** Products, on sale or not, in the order of ids, behind id `sesudah` if given; for staff. */
export function semuaProduk(
  db: Database,
  batas: number,
  sesudah: number | undefined,
  { aktif, cari }: SaringanProduk,
) {
  const teks = sql`lower(${produk.nama} || ' ' || ${produk.kode} || ' ' || ${produk.kategori})`;
  return db
    .select()
    .from(produk)
    .where(
      and(
        sesudah === undefined ? undefined : gt(produk.id, sesudah),
        aktif === undefined ? undefined : eq(produk.aktif, aktif),
        cari === undefined ? undefined : sql`strpos(${teks}, lower(${cari})) > 0`,
      ),
    )
    .orderBy(asc(produk.id))
    .limit(batas);
}

/** Changes price and sale; violates `produk_harga_tidak_negatif`. No row when there is no such product, or the caller is no admin. */
export function ubahProduk(db: Database, id: number, ubah: { harga: bigint; aktif: boolean }) {
  return db.update(produk).set(ubah).where(eq(produk.id, id)).returning({ id: produk.id });
}
