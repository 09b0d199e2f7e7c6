import type { Rupiah } from "../../platform/money.ts";

// What a loan costs and when it is paid back. Days are YYYY-MM-DD in Asia/Jakarta; months end where the calendar says.

/**
 * The limits of a loan from a day on: dated configuration, because OJK moves them (SEOJK 19/2023, adjusted from 2025).
 * Several with one `validFrom` are for different tenors.
 */
export interface LoanRule {
  validFrom: string;
  maxTermMonths: number;
  /** Parts per million of the principal a day, all charges together: 0.3 % a day is 3,000. */
  dailyRateCapPpm: number;
  /** Of the principal, for the life of the loan. */
  totalCapPercent: number;
  minAmount: Rupiah;
  maxAmount: Rupiah;
  /** Beyond this amount the loan takes a second person to approve it. */
  secondPersonAbove: Rupiah;
  /** What a month may take of a month's income. */
  maxDtiPercent: number;
}

export interface Terms {
  amount: Rupiah;
  termMonths: number;
  /** Parts per million of the principal a day. */
  dailyRatePpm: number;
  disbursedOn: string;
  /** Of the principal, for the life of the loan. */
  totalCapPercent: number;
}

export interface Instalment {
  /** From 1. */
  number: number;
  dueOn: string;
  principal: Rupiah;
  interest: Rupiah;
}

export interface Schedule {
  instalments: Instalment[];
  totalInterest: Rupiah;
}

/** Fifty years: no loan here comes near, and no wrong number makes an endless list. */
const MAX_MONTHS = 600;
const DAY_MS = 86_400_000;

/**
 * The rule for a loan of `termMonths` granted on `day`, or undefined when nothing is in force or the tenor is too long.
 * The newest `validFrom` up to `day` replaces all older rules, also for tenors that it does not name; of its rules, the
 * one with the smallest sufficient `maxTermMonths` holds.
 */
export function ruleFor(rules: readonly LoanRule[], day: string, termMonths: number): LoanRule | undefined {
  const newest = rules
    .map(({ validFrom }) => validFrom)
    .filter((from) => from <= day)
    .sort()
    .at(-1);
  return rules
    .filter(({ validFrom, maxTermMonths }) => validFrom === newest && maxTermMonths >= termMonths)
    .sort((one, other) => one.maxTermMonths - other.maxTermMonths)[0];
}

/** Whole days from one day to another, negative when `to` comes first. Throws `RangeError` for what is no day. */
export function daysBetween(from: string, to: string): number {
  return (midnight(to).getTime() - midnight(from).getTime()) / DAY_MS;
}

/**
 * When each of 1 to 600 months is due: the same day of each following month, or that month's last day when it is
 * shorter. Always counted from the first day, so that 31 January returns to 31 March after February's 28.
 * Throws `RangeError` for another number of months and for what is no day.
 */
export function dueDates(disbursedOn: string, months: number): string[] {
  if (!Number.isInteger(months) || months < 1 || months > MAX_MONTHS)
    throw new RangeError(`months is not a whole number from 1 to ${MAX_MONTHS}`);
  const start = midnight(disbursedOn);
  return Array.from({ length: months }, (_, at) => {
    // Day 0 of a month is the last one of the month before.
    const due = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + at + 2, 0));
    due.setUTCDate(Math.min(start.getUTCDate(), due.getUTCDate()));
    return isoDay(due);
  });
}

/**
 * The instalments of a loan with flat interest: of the whole principal, for the actual days from disbursement to the
 * last due day, rounded down, and never above the cap for the loan's life (SEOJK 19/2023: 100 % of the principal, which
 * penalties share). Principal and interest are each cut into equal whole rupiah; what is left over goes to the last
 * instalment, so that both sums are exact. Whether the rate is within its rule is for the caller to ask.
 * Throws `RangeError` unless the amount is positive, the rate and the cap are whole and not negative, and `dueDates`
 * takes the rest.
 */
export function schedule({
  amount,
  termMonths,
  dailyRatePpm,
  disbursedOn,
  totalCapPercent,
}: Terms): Schedule {
  if (amount < 1n || dailyRatePpm < 0 || totalCapPercent < 0)
    throw new RangeError("a loan has a positive amount, and no negative rate or cap");
  const dueOn = dueDates(disbursedOn, termMonths);
  const days = daysBetween(disbursedOn, dueOn.at(-1) ?? disbursedOn);
  const flat = (amount * BigInt(dailyRatePpm) * BigInt(days)) / 1_000_000n;
  const cap = (amount * BigInt(totalCapPercent)) / 100n;
  const totalInterest = flat < cap ? flat : cap;
  const part = (total: Rupiah, number: number) => {
    const each = total / BigInt(termMonths);
    return number < termMonths ? each : total - each * BigInt(termMonths - 1);
  };
  const instalments = dueOn.map((day, at) => ({
    number: at + 1,
    dueOn: day,
    principal: part(amount, at + 1),
    interest: part(totalInterest, at + 1),
  }));
  return { instalments, totalInterest };
}

/** The most that one month takes, principal and interest together: what debt is weighed by against income. */
export function monthlyBurden(instalments: readonly Pick<Instalment, "principal" | "interest">[]): Rupiah {
  return instalments.reduce((most, { principal, interest }) => {
    const due = principal + interest;
    return due > most ? due : most;
  }, 0n);
}

/** A day's midnight, taken as UTC throughout: days have no zone, and none of them is an hour short. */
function midnight(day: string): Date {
  const [year = NaN, month = NaN, date = NaN] = day.split("-").map(Number);
  const midnight = new Date(Date.UTC(year, month - 1, date));
  // 30 February would roll over into March: only what reads the same again is a day.
  if (Number.isNaN(midnight.getTime()) || isoDay(midnight) !== day)
    throw new RangeError("not a day of the calendar as YYYY-MM-DD");
  return midnight;
}

function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}
