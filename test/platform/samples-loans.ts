import { randomInt } from "node:crypto";
import type { Status } from "../../src/amancair/loan-applications/status.ts";
import { loanIn, loansOf, makeBorrower, type Borrower, type FullLoanBody } from "../amancair/borrower.ts";
import { atasNama, bodyOf } from "../direktori/caller.ts";
import type { World } from "../harness.ts";
import type { Orang } from "../make.ts";
import { newKey, type MakeSample, type Sample } from "./request-sample.ts";
import { inTheNameOf } from "./samples-akun.ts";

const LOANS = "/loan-applications";
const NOTE = "Penghasilan tetap, riwayat baik.";

/** A fresh customer with a loan that has come as far as `status`. */
export async function loan(
  world: World,
  status: Status,
  body: object = {},
): Promise<FullLoanBody & { borrower: Borrower }> {
  const borrower = await makeBorrower(world);
  return { ...(await loanIn(loansOf(world), borrower, status, body)), borrower };
}

/** What the customer of a loan asks about it. */
const byBorrower =
  (status: Status, rest: (loan: FullLoanBody) => Pick<Sample, "path" | "method">): MakeSample =>
  async (world) => {
    const { borrower, ...own } = await loan(world, status);
    const { orang } = borrower;
    return { actor: "nasabah", orang, headers: orang.headers, ...rest(own) };
  };

/** What somebody of the staff does with a loan that is in `status`; a karyawan has taken it up for review itself. */
const byStaff =
  (
    role: Exclude<Orang["role"], "nasabah">,
    status: Status,
    deed: string,
    body: (loan: FullLoanBody & { borrower: Borrower }) => Record<string, unknown>,
  ): MakeSample =>
  async (world) => {
    const caller = await inTheNameOf(world, role);
    const own = role === "karyawan" && status === "review";
    const one = await loan(world, own ? "submitted" : status);
    if (own) await bodyOf(loansOf(world).review(one.id, {}, atasNama(world, caller.orang)));
    return { ...caller, path: `${LOANS}/${one.id}/${deed}`, method: "POST", body: body(one) };
  };

/** A rule of a day so far away that no loan meets it, and that nobody else makes one for. */
const aturan = () => ({
  valid_from: `${randomInt(2_200, 9_000)}-${String(randomInt(1, 13)).padStart(2, "0")}-${String(randomInt(1, 29)).padStart(2, "0")}`,
  max_term_months: randomInt(1, 61),
  daily_rate_cap_ppm: 2_000,
  total_cap_percent: 100,
  min_amount: 500_000,
  max_amount: 20_000_000,
  second_person_above: 10_000_000,
  max_dti_percent: 30,
});

/** Those of loans: a customer's own, a karyawan's review, and an admin's money. */
export const PINJAMAN: Record<string, MakeSample> = {
  simulasiPinjaman: async (world) => ({
    ...(await inTheNameOf(world, "nasabah")),
    path: `/loan-simulation?amount=3000000&term_months=6`,
    method: "GET",
  }),
  ajukanPinjaman: async (world) => {
    const { orang, userId } = await makeBorrower(world);
    const body = { user_id: userId, amount: 3_000_000, term_months: 6, purpose: "Modal warung" };
    return { actor: "nasabah", orang, headers: orang.headers, path: LOANS, method: "POST", body };
  },
  semuaPinjaman: byBorrower("submitted", () => ({ path: `${LOANS}?limit=5`, method: "GET" })),
  satuPinjaman: byBorrower("submitted", ({ id }) => ({ path: `${LOANS}/${id}`, method: "GET" })),
  tinjauPinjaman: async (world) => {
    const caller = await inTheNameOf(world, "karyawan");
    const { id } = await loan(world, "submitted");
    const body = { officer_id: caller.orang.id };
    return { ...caller, path: `${LOANS}/${id}/review`, method: "POST", body };
  },
  putuskanPinjaman: byStaff("karyawan", "review", "decision", () => ({
    decision: "approve",
    note: NOTE,
    daily_rate_ppm: 2_000,
    nik_checked: true,
  })),
  tarikPinjaman: byBorrower("submitted", ({ id }) => ({ path: `${LOANS}/${id}/withdraw`, method: "POST" })),
  cairkanPinjaman: byStaff("admin", "approved", "disburse", ({ borrower }) => ({
    bank_account_id: borrower.rekeningId,
  })),
  hasilPencairan: byStaff("admin", "disbursed", "disbursement", () => ({
    result: "arrived",
    reference: "BCA-20261120-0001",
  })),
  bayarAngsuran: byStaff("admin", "active", "repayments", () => ({
    amount: 100_000,
    key: newKey(),
    note: "Transfer BCA 20 Desember 2026",
  })),
  semuaAngsuran: byBorrower("active", ({ id }) => ({
    path: `${LOANS}/${id}/repayments?limit=5`,
    method: "GET",
  })),
  semuaAturanPinjaman: async (world) => ({
    ...(await inTheNameOf(world, "nasabah")),
    path: "/loan-rules",
    method: "GET",
  }),
  tambahAturanPinjaman: async (world) => ({
    ...(await inTheNameOf(world, "admin")),
    path: "/loan-rules",
    method: "POST",
    body: aturan(),
  }),
};
