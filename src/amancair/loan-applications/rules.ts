import { todayInJakarta, type Clock } from "../../platform/clock.ts";
import type { Actor } from "../../platform/db/actor.ts";
import { withActor, type Database } from "../../platform/db/database.ts";
import { defineError } from "../../platform/http/errors.ts";
import type { Rupiah } from "../../platform/money.ts";
import * as repo from "./repo.ts";
import { ruleFor, schedule, type LoanRule, type Schedule } from "./schedule.ts";

// Which limits are in force, and what a loan within them would cost.

export const TenorDiLuarAturan = defineError(
  422,
  "TENOR_DI_LUAR_ATURAN",
  "Tenor lebih panjang daripada yang diizinkan aturan yang berlaku.",
  { pointer: "#/term_months" },
);
export const JumlahDiLuarAturan = defineError(
  422,
  "JUMLAH_DI_LUAR_ATURAN",
  "Jumlah di luar batas aturan yang berlaku untuk tenor ini.",
  { pointer: "#/amount" },
);
export const AturanSudahLewat = defineError(
  422,
  "ATURAN_SUDAH_LEWAT",
  "Aturan berlaku paling cepat mulai hari ini.",
  { pointer: "#/valid_from" },
);
export const AturanSudahAda = defineError(
  409,
  "ATURAN_SUDAH_ADA",
  "Sudah ada aturan mulai tanggal ini untuk tenor ini.",
  { constraint: "loan_rules_satu" },
);

export interface RulesDeps {
  db: Database;
  clock: Clock;
}

export type Aturan = Awaited<ReturnType<typeof repo.semuaAturan>>[number];

/** Every rule there is, the newest first; those of the newest day that has come are in force. */
export async function semuaAturan({ db }: RulesDeps, actor: Actor): Promise<Aturan[]> {
  const [aturan] = await withActor(db, actor, [repo.semuaAturan(db)]);
  return aturan;
}

/** For admins. Throws `AturanSudahLewat`, `AturanSudahAda`. */
export async function tambahAturan({ db }: RulesDeps, actor: Actor, baru: repo.AturanBaru): Promise<Aturan> {
  const [[aturan]] = await withActor(db, actor, [repo.tambahAturan(db, baru)]);
  if (!aturan) throw new Error("a rule was inserted and not returned");
  return aturan;
}

export interface Simulasi extends Schedule {
  amount: Rupiah;
  termMonths: number;
  dailyRatePpm: number;
}

/**
 * What a loan would cost that is paid out today at the highest rate there may be.
 * Throws `TenorDiLuarAturan`, `JumlahDiLuarAturan`.
 */
export async function simulasi(
  { db, clock }: RulesDeps,
  actor: Actor,
  { amount, termMonths }: { amount: Rupiah; termMonths: number },
): Promise<Simulasi> {
  const [aturan] = await withActor(db, actor, [repo.semuaAturan(db)]);
  const disbursedOn = todayInJakarta(clock);
  const rule = ruleFor(aturan.map(toRule), disbursedOn, termMonths);
  if (!rule) throw dariQuery(TenorDiLuarAturan, "term_months");
  if (amount < rule.minAmount || amount > rule.maxAmount) throw dariQuery(JumlahDiLuarAturan, "amount");
  const { dailyRateCapPpm: dailyRatePpm, totalCapPercent } = rule;
  const hasil = schedule({ amount, termMonths, dailyRatePpm, disbursedOn, totalCapPercent });
  return { amount, termMonths, dailyRatePpm, ...hasil };
}

function dariQuery(Galat: typeof TenorDiLuarAturan, isian: string): Error {
  return new Galat({ errors: [{ pointer: `query:${isian}`, detail: Galat.detail }] });
}

/** A rule as `schedule.ts` reads it. */
export function toRule(aturan: Aturan): LoanRule {
  return {
    validFrom: aturan.valid_from,
    maxTermMonths: aturan.max_term_months,
    dailyRateCapPpm: aturan.daily_rate_cap_ppm,
    totalCapPercent: aturan.total_cap_percent,
    minAmount: aturan.min_amount,
    maxAmount: aturan.max_amount,
    secondPersonAbove: aturan.second_person_above,
    maxDtiPercent: aturan.max_dti_percent,
  };
}
