import type { z } from "@hono/zod-openapi";
import { toWire } from "../../platform/money.ts";
import type { Pinjaman, PinjamanDinilai, PinjamanLengkap } from "./loan-applications.ts";
import type { AngsuranMasuk } from "./payments.ts";
import type { Aturan, Simulasi } from "./rules.ts";
import type {
  angsuranMasukSchema,
  pinjamanDinilaiSchema,
  aturanSchema,
  pinjamanLengkapSchema,
  pinjamanSchema,
  simulasiSchema,
} from "./schema.ts";

// How loans look from outside. Their columns are named as on the wire.

/** A loan in a list. */
export function toPinjaman(pinjaman: Pinjaman): z.input<typeof pinjamanSchema> {
  return {
    ...pinjaman,
    amount: toWire(pinjaman.amount),
    submitted_at: pinjaman.submitted_at.toISOString(),
    decision_at: toWaktu(pinjaman.decision_at),
    disbursed_at: toWaktu(pinjaman.disbursed_at),
    activated_at: toWaktu(pinjaman.activated_at),
    closed_at: toWaktu(pinjaman.closed_at),
  };
}

function toWaktu(waktu: Date | null): string | null {
  return waktu?.toISOString() ?? null;
}

/** A loan by itself. */
export function toPinjamanLengkap({
  instalments,
  outstandingPrincipal,
  outstandingInterest,
  approvalsNeeded,
  ...pinjaman
}: PinjamanLengkap): z.input<typeof pinjamanLengkapSchema> {
  return {
    ...toPinjaman(pinjaman),
    instalments: instalments.map(({ number, due_on, principal, interest, ...angsuran }) => ({
      number,
      due_on,
      principal: toWire(principal),
      interest: toWire(interest),
      principal_paid: toWire(angsuran.principal_paid),
      interest_paid: toWire(angsuran.interest_paid),
    })),
    outstanding_principal: toWire(outstandingPrincipal),
    outstanding_interest: toWire(outstandingInterest),
    approvals_needed: approvalsNeeded,
  };
}

/** A loan by itself, and what its customer still lacks. */
export function toPinjamanDinilai({
  missing,
  ...lengkap
}: PinjamanDinilai): z.input<typeof pinjamanDinilaiSchema> {
  return { ...toPinjamanLengkap(lengkap), missing };
}

/** A repayment. */
export function toAngsuranMasuk(masuk: AngsuranMasuk): z.input<typeof angsuranMasukSchema> {
  return {
    id: masuk.id,
    loan_id: masuk.loan_id,
    amount: toWire(masuk.amount),
    principal: toWire(masuk.principal),
    interest: toWire(masuk.interest),
    outstanding_principal: toWire(masuk.outstanding_principal),
    key: masuk.key,
    note: masuk.note,
    received_at: masuk.received_at.toISOString(),
  };
}

/** What a loan would cost. */
export function toSimulasi(simulasi: Simulasi): z.input<typeof simulasiSchema> {
  const { amount, termMonths, dailyRatePpm, totalInterest, instalments } = simulasi;
  return {
    amount: toWire(amount),
    term_months: termMonths,
    daily_rate_ppm: dailyRatePpm,
    total_interest: toWire(totalInterest),
    total: toWire(amount + totalInterest),
    instalments: instalments.map(({ number, dueOn, principal, interest }) => ({
      number,
      due_on: dueOn,
      principal: toWire(principal),
      interest: toWire(interest),
    })),
  };
}

/** A rule. */
export function toAturan(aturan: Aturan): z.input<typeof aturanSchema> {
  return {
    ...aturan,
    min_amount: toWire(aturan.min_amount),
    max_amount: toWire(aturan.max_amount),
    second_person_above: toWire(aturan.second_person_above),
  };
}
