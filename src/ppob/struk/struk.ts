import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import type { Rupiah } from "../../platform/money.ts";
import { TransaksiTidakAda, type Transaksi } from "../transaksi/transaksi.ts";
import { transaksiUntukStruk } from "./repo.ts";
import { bacaToken, type TokenPln } from "./token-pln.ts";

/** What a mitra gives its customer. Amounts in rupiah; what the mitra itself paid is not among them. */
export interface Struk {
  id: number;
  status: Transaksi["status"];
  /** The mitra's name. */
  merchant: string;
  produk: string;
  nomorTujuan: string;
  namaPelanggan: string | null;
  /** Of a bill. */
  periode: string | null;
  lembar: number | null;
  /** Of what is no bill. */
  nominal: Rupiah | null;
  /** What the customer owed, without the next two. */
  tagihan: Rupiah | null;
  denda: Rupiah | null;
  admin: Rupiah | null;
  /** What the mitra took on top of a bill; below zero it took less. */
  layanan: Rupiah | null;
  /** What the customer paid; null where nobody said. */
  total: Rupiah | null;
  /** Of a success only, and so is the token. */
  sn: string | null;
  token: TokenPln | null;
  waktu: Date;
  selesaiPada: Date | null;
}

/**
 * The receipt of one of the caller's own purchases. `hargaJual`: what the mitra took for it, in rupiah; absent it is what
 * the bill says, if it was a bill. Throws `TransaksiTidakAda`, also for one of somebody else.
 */
export async function struk(
  { db }: { db: Database },
  actor: Actor,
  id: number,
  hargaJual: Rupiah | undefined,
): Promise<Struk> {
  const [[baris]] = await withActor(db, actor, [transaksiUntukStruk(db, id)]);
  if (!baris) throw new TransaksiTidakAda();
  return susun(baris, hargaJual);
}

type Baris = Awaited<ReturnType<typeof transaksiUntukStruk>>[number];

function susun(baris: Baris, hargaJual: Rupiah | undefined): Struk {
  const { tagihan, nominal, ...sama } = baris;
  const sn = baris.status === "sukses" ? baris.sn : null;
  const token = sn === null ? null : bacaToken(sn);
  // Of what has failed nothing was paid.
  const gagal = baris.status === "gagal";
  const total = gagal ? null : (hargaJual ?? tagihan?.hargaJual ?? null);
  return {
    ...sama,
    namaPelanggan: tagihan?.namaPelanggan ?? token?.nama ?? null,
    periode: tagihan?.periode ?? null,
    lembar: tagihan?.lembar ?? null,
    nominal: tagihan ? null : nominal,
    ...bagianTagihan(tagihan, total),
    total,
    sn,
    token,
  };
}

type BagianTagihan = Pick<Struk, "tagihan" | "denda" | "admin" | "layanan">;

/** A bill in its parts, which sum to the total. */
function bagianTagihan(tagihan: Baris["tagihan"], total: Rupiah | null): BagianTagihan {
  const { hargaJual = null, admin = null } = tagihan ?? {};
  if (hargaJual === null) return { tagihan: null, denda: null, admin: null, layanan: null };
  const denda = jumlahDenda(tagihan?.rincian);
  const lain = (denda ?? 0n) + (admin ?? 0n);
  // A breakdown that says more than the sum is not to be believed.
  if (lain > hargaJual)
    return { tagihan: hargaJual, denda: null, admin: null, layanan: selisih(total, hargaJual) };
  return { tagihan: hargaJual - lain, denda, admin, layanan: selisih(total, hargaJual) };
}

function selisih(total: Rupiah | null, hargaJual: Rupiah): Rupiah | null {
  return total === null || total === hargaJual ? null : total - hargaJual;
}

/** The penalties of all sheets; null where the biller names none. Its amounts are texts, mostly; others do not count. */
function jumlahDenda(rincian: unknown): Rupiah | null {
  const detail = isian(rincian, "detail");
  const denda = (Array.isArray(detail) ? detail : [])
    .map((lembar: unknown) => isian(lembar, "denda"))
    .map((nilai) => (typeof nilai === "string" || typeof nilai === "number" ? String(nilai).trim() : ""))
    .filter((nilai) => /^\d{1,15}$/.test(nilai))
    .map(BigInt);
  const jumlah = denda.reduce((sampaiIni, satu) => sampaiIni + satu, 0n);
  return jumlah > 0n ? jumlah : null;
}

function isian(nilai: unknown, nama: string): unknown {
  return typeof nilai === "object" && nilai !== null ? Reflect.get(nilai, nama) : undefined;
}
