import { and, asc, eq, getTableColumns, gt, sql } from "drizzle-orm";
import type { Changes, Database } from "../../platform/db/database.ts";
import type { JenisProduk, ProdukBiller } from "../biller/biller.ts";
import { produk, produkBiller, sinkronBiller } from "./table.ts";

/** Each that is given must hold. */
export interface SaringanDaftar {
  /** In whatever case, these two. */
  kategori?: string | undefined;
  merek?: string | undefined;
  jenis?: JenisProduk | undefined;
  /** Part of the name, the code, the brand or the category, taken literally, in whatever case. */
  cari?: string | undefined;
  /** Whether the biller delivers it now. */
  tersedia?: boolean | undefined;
  aktif?: boolean | undefined;
}

/** Why the biller delivers none of a product's codes now. */
export type AlasanProduk = "tutup" | "gangguan" | "stok habis";

/**
 * Products in the order of their ids, behind id `sesudah` if given: to a mitra what is on sale, with its own price; to staff
 * all of them, with the list price. `id` names a single one.
 */
export function daftarProduk(
  db: Database,
  batas: number,
  { id, sesudah }: { id?: number | { kode: string } | undefined; sesudah?: number | undefined },
  { kategori, merek, jenis, cari, tersedia, aktif }: SaringanDaftar,
) {
  const satu =
    typeof id === "object"
      ? sql`(select id from produk where kode = ${id.kode})`
      : sql`${id ?? null}::integer`;
  return db
    .select({
      id: sql<number>`id`,
      kode: sql<string>`kode`,
      nama: sql<string>`nama`,
      kategori: sql<string>`kategori`,
      merek: sql<string>`merek`,
      deskripsi: sql<string>`deskripsi`,
      jenis: sql<JenisProduk>`jenis`,
      /** What the caller pays, in rupiah; the list price to staff. */
      harga: sql`harga`.mapWith(BigInt),
      nominal: sql<bigint | null>`nominal`.mapWith(BigInt),
      /** These two are for staff; null to a mitra. */
      aktif: sql<boolean | null>`aktif`,
      kodeCadangan: sql<string[] | null>`kode_cadangan`,
      /** Null when it is delivered. */
      alasan: sql<AlasanProduk | null>`alasan`,
      multi: sql<boolean>`multi`,
      stok: sql<number | null>`stok`,
      tutupMulai: sql<string | null>`tutup_mulai`,
      tutupSelesai: sql<string | null>`tutup_selesai`,
    })
    .from(
      sql`app.daftar_produk(${satu}, ${kategori ?? null}, ${merek ?? null}, ${jenis ?? null}, ${cari ?? null},
        ${tersedia ?? null}, ${aktif ?? null}, ${sesudah ?? null}, ${batas})`,
    );
}

/** Only finds out who calls: no other rows are read. */
export function siapa(db: Database) {
  return db.select({ mitraId: sql`id`.mapWith(Number) }).from(sql`app.mitra_id() id`);
}

export type ProdukBaru = Omit<typeof produk.$inferInsert, "id">;
export type UbahProduk = Changes<Omit<ProdukBaru, "jenis" | "nominal">>;

/** Adds a product; violates `produk_kode_unique`, `produk_harga_tidak_negatif`, `produk_buat`. */
export function tambahProduk(db: Database, baru: ProdukBaru) {
  // Named, because the app may not say an id, not even the default one.
  const { kode, nama, kategori, harga, nominal = null, jenis = "prabayar", merek = "" } = baru;
  const { deskripsi = "", aktif = true, kodeCadangan = [] } = baru;
  return db.execute(sql`insert into produk
      (kode, nama, kategori, harga, nominal, jenis, merek, deskripsi, aktif, kode_cadangan)
    values (${kode}, ${nama}, ${kategori}, ${harga}, ${nominal}, ${jenis}, ${merek}, ${deskripsi}, ${aktif},
      ${sql.param(kodeCadangan, produk.kodeCadangan)})`);
}

/** Changes what is given; violates what `tambahProduk` does. No row when there is no such product, or the caller is no admin. */
export function ubahProduk(db: Database, id: number, ubah: UbahProduk) {
  return db.update(produk).set(ubah).where(eq(produk.id, id)).returning({ id: produk.id });
}

/** Each that is given must hold. */
export interface SaringanBiller {
  jenis?: JenisProduk | undefined;
  /** In whatever case, these two. */
  merek?: string | undefined;
  kategori?: string | undefined;
  /** Part of the name or the code, taken literally, in whatever case. */
  cari?: string | undefined;
  /** Whether a product of ours is bought by this code, or has it in reserve. */
  dijual?: boolean | undefined;
}

/** The biller's list in the order of codes, behind code `sesudah` if given; for admins. */
export function daftarBiller(
  db: Database,
  batas: number,
  sesudah: string | undefined,
  { jenis, merek, kategori, cari, dijual }: SaringanBiller,
) {
  // Both arrays are made once, not for every line.
  const milikKami = sql`(${produkBiller.kode} = any (array(
    select kode from produk union all select unnest(kode_cadangan) from produk)))`;
  const teks = sql`lower(${produkBiller.nama} || ' ' || ${produkBiller.kode})`;
  return db
    .select({ ...getTableColumns(produkBiller), dijual: sql<boolean>`${milikKami}` })
    .from(produkBiller)
    .where(
      and(
        sesudah === undefined ? undefined : gt(produkBiller.kode, sesudah),
        jenis === undefined ? undefined : eq(produkBiller.jenis, jenis),
        merek === undefined ? undefined : sql`lower(${produkBiller.merek}) = lower(${merek})`,
        kategori === undefined ? undefined : sql`lower(${produkBiller.kategori}) = lower(${kategori})`,
        cari === undefined ? undefined : sql`strpos(${teks}, lower(${cari})) > 0`,
        dijual === undefined ? undefined : sql`${milikKami} = ${dijual}`,
      ),
    )
    .orderBy(asc(produkBiller.kode))
    .limit(batas);
}

/** When each list was last asked for; for admins. */
export function keadaanSinkron(db: Database) {
  return db.select().from(sinkronBiller).orderBy(asc(sinkronBiller.jenis));
}

/** Takes the turn to ask for a list if the last one was `jedaDetik` ago; `tunggu`: seconds until then. */
export function mintaSinkron(db: Database, jenis: JenisProduk, jedaDetik: number) {
  return db
    .select({ giliran: sql<boolean>`giliran`, tunggu: sql<number>`tunggu` })
    .from(sql`app.minta_sinkron(${jenis}, ${jedaDetik})`);
}

/** Takes in a whole list in one statement. No row when it is not believed: it is empty, or has lost more than half. */
export function terapkanDaftar(db: Database, jenis: JenisProduk, daftar: readonly ProdukBiller[]) {
  return db
    .select({ jumlah: sql<number>`jumlah`, berubah: sql<number>`berubah` })
    .from(sql`app.terapkan_daftar_biller(${jenis}, ${JSON.stringify(daftar.map(baris))}::jsonb)`);
}

/** Takes in what the biller says of one prepaid code; undefined: it has none such. */
export function terapkanSatu(db: Database, kode: string, satu: ProdukBiller | undefined) {
  return db.execute(
    sql`select app.terapkan_satu_produk(${kode}, ${satu ? JSON.stringify(baris(satu)) : null}::jsonb)`,
  );
}

/** A line as the SQL functions read it; rupiah as text, which `bigint` reads exactly. */
function baris(satu: ProdukBiller): Record<string, unknown> {
  return {
    kode: satu.kode,
    nama: satu.nama,
    kategori: satu.kategori,
    merek: satu.merek,
    deskripsi: satu.deskripsi,
    harga: satu.harga?.toString(),
    admin: satu.admin?.toString(),
    komisi: satu.komisi?.toString(),
    aktif_pembeli: satu.aktifPembeli,
    aktif_penjual: satu.aktifPenjual,
    stok: satu.stok,
    multi: satu.multi,
    tutup_mulai: satu.tutup?.mulai,
    tutup_selesai: satu.tutup?.selesai,
  };
}
