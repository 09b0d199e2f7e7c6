import type { Database } from "../../platform/db/database.ts";
import type { Rupiah } from "../../platform/money.ts";
import { missingForApproval, type KycGap } from "./kyc.ts";
import * as repo from "./repo.ts";
import { monthlyBurden, ruleFor, schedule, type LoanRule } from "./schedule.ts";

// What is known of a borrower, weighed against a loan.

type Peminjam = Awaited<ReturnType<typeof repo.dataPeminjam>>;
type PinjamanLain = Awaited<ReturnType<typeof repo.pinjamanLain>>;
type Permohonan = Pick<
  Awaited<ReturnType<typeof repo.satuPinjaman>>[number],
  "amount" | "term_months" | "daily_rate_ppm"
>;

/** Asks for what `nilai` weighs: the borrower, and the other loans. */
export function tentangPeminjam(db: Database, id: number) {
  return [repo.dataPeminjam(db, id), repo.pinjamanLain(db, id)] as const;
}

export interface Penilaian {
  /** Parts per million a day. */
  dailyRatePpm: number;
  gaps: KycGap[];
  /** The version of the customer that was weighed. */
  version: string;
}

/**
 * The rate at which a loan would be approved on day `today` (YYYY-MM-DD), and what stands in its way. Without `bunga` the
 * rate is what the first person approved, or as much as may be. Null when no rule covers the loan any more, or the
 * caller does not see its customer.
 */
export function nilai(
  pinjaman: Permohonan,
  [[peminjam], lain]: readonly [Peminjam, PinjamanLain],
  rules: readonly LoanRule[],
  today: string,
  { bunga, nikDiperiksa = false }: { bunga?: number | undefined; nikDiperiksa?: boolean },
): Penilaian | null {
  const rule = ruleFor(rules, today, pinjaman.term_months);
  if (!rule || !peminjam) return null;
  const dailyRatePpm =
    bunga ?? Math.min(rule.dailyRateCapPpm, pinjaman.daily_rate_ppm ?? rule.dailyRateCapPpm);
  const gaps = missingForApproval({
    ...peminjam,
    today,
    nikChecked: nikDiperiksa,
    maxDtiPercent: rule.maxDtiPercent,
    monthlyBurden: bebanSebulan(pinjaman, dailyRatePpm, today, rule),
    otherBurden: bebanLain(lain, today, rules),
  });
  return { dailyRatePpm, gaps, version: peminjam.version };
}

/** The most that one month takes of a loan that is paid out on `disbursedOn`. */
function bebanSebulan(
  { amount, term_months: termMonths }: Pick<Permohonan, "amount" | "term_months">,
  dailyRatePpm: number,
  disbursedOn: string,
  { totalCapPercent }: Pick<LoanRule, "totalCapPercent">,
): Rupiah {
  return monthlyBurden(
    schedule({ amount, termMonths, dailyRatePpm, disbursedOn, totalCapPercent }).instalments,
  );
}

/** The most that one month takes of all of these together; of those not paid out yet, as if they were today. */
function bebanLain(lain: PinjamanLain, today: string, rules: readonly LoanRule[]): Rupiah {
  let beban = 0n;
  for (const baris of Map.groupBy(lain, ({ loan_id: id }) => id).values()) {
    const belumDibayar = baris.flatMap(({ principal, interest }) =>
      principal === null || interest === null ? [] : [{ principal, interest }],
    );
    const [pertama] = baris;
    if (belumDibayar.length > 0) beban += monthlyBurden(belumDibayar);
    else if (pertama) {
      const rule = ruleFor(rules, today, pertama.term_months) ?? { totalCapPercent: 100 };
      beban += bebanSebulan(pertama, pertama.daily_rate_ppm ?? 0, today, rule);
    }
  }
  return beban;
}
