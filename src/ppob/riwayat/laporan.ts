import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import type { Clock } from "../../platform/clock.ts";
import { ValidationFailed } from "../../platform/http/errors.ts";
import type { Period } from "../../platform/http/period.ts";
import { describeError, type Log } from "../../platform/log.ts";
import type { Rupiah } from "../../platform/money.ts";
import { saldoSebelum, transaksiPeriode, transaksiTerakhir } from "./repo.ts";

/** The longest period of one report, in days. */
export const HARI_LAPORAN = 92;
/** Purchases that are read from the database at once. */
export const BARIS_SEHALAMAN = 500;
const HARI_MS = 86_400_000;
/** Jakarta's time runs ahead of UTC by this much, all year. */
const WIB_MS = 7 * 3_600_000;

export interface LaporanDeps {
  db: Database;
  clock: Clock;
}

export type BarisLaporan = Awaited<ReturnType<typeof transaksiPeriode>>[number];

/** What the purchases of a report come to; amounts in rupiah, at the mitra's own price. */
export interface Ringkasan {
  transaksi: number;
  sukses: number;
  gagal: number;
  /** Neither yet. */
  terbuka: number;
  nilaiSukses: Rupiah;
  nilaiTerbuka: Rupiah;
}

export interface Laporan extends Required<Period> {
  dari: Date;
  sampai: Date;
  /** Available right before the period and at its end. */
  saldoAwal: Rupiah;
  saldoAkhir: Rupiah;
  /** All purchases of the period, oldest first; a page is read when it is asked for. */
  halaman: AsyncGenerator<readonly BarisLaporan[]>;
}

/**
 * The period that is meant: absent `sampai` is now, absent `dari` the beginning of that month in Jakarta.
 * Throws `ValidationFailed` for one that ends before it begins, or is longer than `HARI_LAPORAN`.
 */
export function periodeLaporan(clock: Clock, { dari, sampai }: Period): { dari: Date; sampai: Date } {
  const akhir = sampai ?? clock.now();
  const awal = dari ?? awalBulan(akhir);
  const lama = akhir.getTime() - awal.getTime();
  const salah = (detail: string) =>
    new ValidationFailed({ errors: [{ pointer: dari ? "query:dari" : "query:sampai", detail }] });
  if (lama < 0) throw salah("periode tidak boleh berakhir sebelum dimulai");
  if (lama > HARI_LAPORAN * HARI_MS) throw salah(`periode paling lama ${HARI_LAPORAN} hari`);
  return { dari: awal, sampai: akhir };
}

/** Of the month in Jakarta in which a period ends that ends before `akhir`. */
function awalBulan(akhir: Date): Date {
  const wib = new Date(akhir.getTime() - 1 + WIB_MS);
  return new Date(Date.UTC(wib.getUTCFullYear(), wib.getUTCMonth(), 1) - WIB_MS);
}

/**
 * The caller's purchases of a period. The first page is read before this returns, so that whoever may not call, or finds
 * the database out of order, is told so; every later one when it is asked for, so that no more than one is held.
 */
export async function laporan(
  { db }: Pick<LaporanDeps, "db">,
  actor: Actor,
  periode: { dari: Date; sampai: Date },
): Promise<Laporan> {
  const [[terakhir], [awal], [akhir], pertama] = await withActor(db, actor, [
    transaksiTerakhir(db),
    saldoSebelum(db, periode.dari),
    saldoSebelum(db, periode.sampai),
    transaksiPeriode(db, BARIS_SEHALAMAN, periode),
  ]);
  async function* halaman() {
    let baris: readonly BarisLaporan[] = pertama;
    for (;;) {
      yield baris;
      const sesudah = baris.at(-1)?.id;
      if (!terakhir || !sesudah || baris.length < BARIS_SEHALAMAN) return;
      [baris] = await withActor(db, actor, [
        transaksiPeriode(db, BARIS_SEHALAMAN, periode, { sesudah, terakhir: terakhir.id }),
      ]);
    }
  }
  return { ...periode, saldoAwal: awal?.saldo ?? 0n, saldoAkhir: akhir?.saldo ?? 0n, halaman: halaman() };
}

/** Nothing yet; `hitung` adds to it. */
export function ringkasanKosong(): Ringkasan {
  return { transaksi: 0, sukses: 0, gagal: 0, terbuka: 0, nilaiSukses: 0n, nilaiTerbuka: 0n };
}

/** Adds a page to what has been counted. */
export function hitung(ringkasan: Ringkasan, baris: readonly BarisLaporan[]): void {
  ringkasan.transaksi += baris.length;
  for (const { status, harga } of baris) {
    if (status === "gagal") ringkasan.gagal += 1;
    else if (status === "sukses") {
      ringkasan.sukses += 1;
      ringkasan.nilaiSukses += harga;
    } else {
      ringkasan.terbuka += 1;
      ringkasan.nilaiTerbuka += harga;
    }
  }
}

/**
 * A text as the body of an answer, piece by piece as the reader takes it. When a piece cannot be had, the body breaks off,
 * so that nobody takes half a report for a whole one.
 */
export function mengalir(potongan: AsyncGenerator<string>, log: Log): ReadableStream<Uint8Array> {
  const penyandi = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(pengendali) {
        try {
          const { done, value } = await potongan.next();
          if (done) pengendali.close();
          else pengendali.enqueue(penyandi.encode(value));
        } catch (error) {
          log.error("report_broken", describeError(error));
          throw error;
        }
      },
      async cancel() {
        await potongan.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
