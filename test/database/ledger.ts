import { afterEach, expect } from "vitest";
import type { ManualClock } from "../../dev/clock.ts";
import { brokenInvariants } from "../invariants.ts";
import { APP, hex, type TestDatabase } from "./engines.ts";

export interface Mitra {
  id: string;
  kunci: string;
}

export interface Beli {
  produk?: number;
  nomor?: string;
  nominal?: number | null;
  kunci?: string | null;
}

export interface Applied {
  transaksi_id: string;
  sebelum: string;
  sesudah: string;
  janggal: string | null;
}

export interface Claim {
  transaksi_id: string;
  ref_id: string;
  kode_produk: string;
  nomor_tujuan: string;
  harga: string;
  pertama: boolean;
  ditanya: number;
  kedaluwarsa: boolean;
  pascabayar: boolean;
  kirim_sebelum: string | null;
}

/** Fixed denomination 10,000 for 12,000; open with a fee of 1,500; fixed but off sale; open without a fee. */
export const TETAP = 1;
export const BEBAS = 2;
export const MATI = 3;
export const GRATIS = 4;
export const SEWA = 30;
export const UMUR_MAKS = 85;
export const HARI_MS = 86_400_000;

export async function makeProducts(db: TestDatabase): Promise<void> {
  await db.neon.asOwner(`insert into produk (id, kode, nama, kategori, harga, nominal, aktif) values
      (${TETAP}, 'tetap', 'Tetap', 'x', 12000, 10000, true), (${BEBAS}, 'bebas', 'Bebas', 'x', 1500, null, true),
      (${MATI}, 'mati', 'Mati', 'x', 12000, 10000, false), (${GRATIS}, 'gratis', 'Tanpa biaya', 'x', 0, null, true)`);
}

/** The SQL functions as the Worker calls them, and what they left behind as the owner sees it. */
export function ledgerOf(db: TestDatabase, clock: ManualClock) {
  const app = db.as(APP);
  const asService = async (query: string, params: unknown[]) => {
    const enter = app.query("select app.masuk_layanan('antrean')");
    const [, rows] = await app.transaction([enter, app.query(query, params)]);
    return rows ?? [];
  };
  const ledger = {
    async daftar(saldo: number | bigint): Promise<Mitra> {
      const kunci = hex();
      const [row] = await app.query(
        "select app.daftar_mitra('Budi', $1, null, $2, $3, 'awalan', 'segel') as id",
        [`${hex(8)}@mail.com`, String(saldo), kunci],
      );
      return { id: String(row?.["id"]), kunci };
    },
    async beli(mitra: Mitra, beli: Beli = {}): Promise<{ id: string; ulangan: boolean }> {
      const { produk = TETAP, nomor = "08123456789", nominal = null, kunci = null } = beli;
      const [, rows] = await app.transaction([
        app.query("select app.masuk_mitra($1)", [mitra.kunci]),
        app.query("select * from app.beli($1, $2, $3, $4, 15)", [produk, nomor, nominal, kunci]),
      ]);
      return rows?.[0] as { id: string; ulangan: boolean };
    },
    /** The one named, or up to `batas` that are due. */
    async klaim(transaksi: string | null, batas = 1_000): Promise<Claim[]> {
      const params = [transaksi, batas, SEWA, UMUR_MAKS];
      return (await asService("select * from app.klaim($1, $2, $3, $4)", params)) as Claim[];
    },
    async hasil(refId: string, hasil: string, more: { harga?: number | null; lanjut?: number | null } = {}) {
      const params = [
        refId,
        hasil,
        "rc",
        "pesan",
        "sn",
        more.harga ?? null,
        `kalimat ${hasil}`,
        more.lanjut ?? null,
      ];
      const rows = await asService(
        "select transaksi_id, sebelum, sesudah, janggal from app.terapkan_hasil($1, $2, $3, $4, $5, $6, $7, $8)",
        params,
      );
      return rows[0] as Applied | undefined;
    },
    async refId(transaksi: string): Promise<string> {
      const [row] = await db.neon.asOwner("select ref_id from percobaan where transaksi_id = $1", [
        transaksi,
      ]);
      return String(row?.["ref_id"]);
    },
    async saldo({ id }: Mitra) {
      const rows = await db.neon.asOwner("select nama, saldo from buku where mitra_id = $1", [id]);
      const of = (nama: string) => Number(rows.find((row) => row["nama"] === nama)?.["saldo"]);
      return { tersedia: of("tersedia"), ditahan: of("ditahan") };
    },
    /** Status, how often asked, and in how many seconds it may be asked again. */
    async lihat(transaksi: string) {
      const [row] = await db.neon.asOwner(
        `select t.status, p.ditanya::int as ditanya, t.hasil_eksekusi, t.selesai_pada is not null as selesai, p.rc, p.sn, p.harga_biller,
            case when t.lanjut_pada = 'infinity' then 'tidak pernah' else round(extract(epoch from t.lanjut_pada - $2::timestamptz), 3)::float8::text end as lanjut
          from transaksi t join percobaan p on p.transaksi_id = t.id where t.id = $1`,
        [transaksi, new Date(clock.now()).toISOString()],
      );
      return row ?? {};
    },
    /** Journals of a purchase, oldest first: kind and entries per book. */
    async jurnal(transaksi: string) {
      const rows = await db.neon.asOwner(
        `select j.jenis, b.nama, m.jumlah from jurnal j join mutasi m on m.jurnal_id = j.id join buku b on b.id = m.buku_id
          where j.transaksi_id = $1 order by j.id, b.nama`,
        [transaksi],
      );
      const journals: Record<string, Record<string, number>> = {};
      for (const { jenis, nama, jumlah } of rows) {
        (journals[String(jenis)] ??= {})[String(nama)] = Number(jumlah);
      }
      return journals;
    },
    /** Ends what other tests left open, so that the sweeper finds this test's rows only. */
    async bereskan() {
      const open = await db.neon.asOwner(
        "select ref_id from percobaan p join transaksi t on t.id = p.transaksi_id where t.status in ('pending', 'proses')",
      );
      for (const { ref_id: refId } of open) await ledger.hasil(String(refId), "gagal");
    },
  };
  return ledger;
}

export type Ledger = ReturnType<typeof ledgerOf>;

export function checkBooksAfterEach(db: () => TestDatabase): void {
  afterEach(async () => {
    expect(await brokenInvariants(db().neon)).toEqual([]);
  });
}
