import { beforeAll, expect, test } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { bodyOf } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, type Orang } from "../make.ts";
import { journalsOf, loansOf, makeBorrower, type FullLoanBody, type RepaymentBody } from "./borrower.ts";

const clock = new ManualClock(Date.parse("2026-11-20T03:00:00Z"));
const world = useWorld({ clock });
const loans = loansOf(world);
let admin: Orang;
beforeAll(async () => {
  admin = await firstAdmin(world);
});

test("a loan from its application to its last rupiah", async () => {
  const borrower = await makeBorrower(world);
  const applied = await bodyOf<FullLoanBody>(loans.apply(borrower, { purpose: " Modal warung " }), 201);
  expect(applied).toEqual({
    id: expect.any(Number),
    user_id: borrower.userId,
    application_no: expect.stringMatching(/^PJ-20261120-[0-9A-V]{8}$/),
    amount: 3_000_000,
    term_months: 6,
    status: "submitted",
    purpose: "Modal warung",
    officer_id: null,
    first_approver_id: null,
    decided_by: null,
    submitted_at: "2026-11-20T03:00:00.000Z",
    decision_at: null,
    decision_note: null,
    daily_rate_ppm: null,
    bank_account_id: null,
    disbursed_at: null,
    transfer_reference: null,
    activated_at: null,
    closed_at: null,
    instalments: [],
    outstanding_principal: 0,
    outstanding_interest: 0,
    approvals_needed: 1,
  });
  const { id } = applied;

  const reviewed = await bodyOf<FullLoanBody>(loans.review(id));
  expect(reviewed).toEqual({ ...applied, status: "review", officer_id: admin.id });
  const approved = await bodyOf<FullLoanBody>(loans.approve(id));
  expect(approved).toEqual({
    ...reviewed,
    status: "approved",
    decided_by: admin.id,
    decision_at: "2026-11-20T03:00:00.000Z",
    decision_note: "Sudah dipertimbangkan.",
    daily_rate_ppm: 3_000,
    approvals_needed: 0,
  });
  const disbursed = await bodyOf<FullLoanBody>(loans.disburse(id, borrower.rekeningId));
  // 181 days of 9,000 rupiah each: 1,629,000.
  const instalments = [
    "2026-12-20",
    "2027-01-20",
    "2027-02-20",
    "2027-03-20",
    "2027-04-20",
    "2027-05-20",
  ].map((due_on, at) => ({
    number: at + 1,
    due_on,
    principal: 500_000,
    interest: 271_500,
    principal_paid: 0,
    interest_paid: 0,
  }));
  expect(disbursed).toEqual({
    ...approved,
    status: "disbursed",
    bank_account_id: borrower.rekeningId,
    disbursed_at: "2026-11-20T03:00:00.000Z",
    instalments,
    outstanding_principal: 3_000_000,
    outstanding_interest: 1_629_000,
  });
  const active = await bodyOf<FullLoanBody>(loans.arrived(id));
  expect(active).toEqual({
    ...disbursed,
    status: "active",
    transfer_reference: "BCA-1",
    activated_at: "2026-11-20T03:00:00.000Z",
  });

  clock.advance(30 * 60_000);
  const answer = await loans.repay(id, 1_000_000, { key: `a:${id}`, note: " Transfer BCA " });
  expect(answer.headers.get("idempotency-replayed")).toBeNull();
  const first = await bodyOf<RepaymentBody>(Promise.resolve(answer), 201);
  expect(first).toEqual({
    id: expect.any(Number),
    loan_id: id,
    amount: 1_000_000,
    // The first instalment, and of the second one its interest before anything of its principal.
    principal: 500_000,
    interest: 500_000,
    outstanding_principal: 2_500_000,
    key: `a:${id}`,
    note: "Transfer BCA",
    received_at: "2026-11-20T03:30:00.000Z",
  });
  const paid = await loans.one(id, borrower.caller);
  expect(paid.instalments.map(({ principal_paid: p, interest_paid: i }) => [p, i])).toEqual([
    [500_000, 271_500],
    [0, 228_500],
    ...Array.from({ length: 4 }, () => [0, 0]),
  ]);
  expect(paid).toMatchObject({
    outstanding_principal: 2_500_000,
    outstanding_interest: 1_129_000,
    status: "active",
  });

  expect(await bodyOf<RepaymentBody>(loans.repay(id, 43_000, { key: `b:${id}` }), 201)).toMatchObject({
    principal: 0,
    interest: 43_000,
    outstanding_principal: 2_500_000,
  });
  expect(await bodyOf<RepaymentBody>(loans.repay(id, 500_000, { key: `c:${id}` }), 201)).toMatchObject({
    principal: 500_000,
    interest: 0,
  });
  const last = await bodyOf<RepaymentBody>(loans.repay(id, 4 * 771_500, { key: `d:${id}` }), 201);
  expect(last).toMatchObject({ outstanding_principal: 0, note: null });
  expect(await loans.one(id)).toMatchObject({
    status: "closed",
    closed_at: "2026-11-20T03:30:00.000Z",
    outstanding_principal: 0,
    outstanding_interest: 0,
  });
  expect(await journalsOf(world, id)).toEqual([
    { jenis: "cair", kunci: `cair:${id}:1`, entri: "kas 3000000, pokok -3000000" },
    { jenis: "angsuran", kunci: `angsuran:a:${id}`, entri: "kas -1000000, pendapatan 500000, pokok 500000" },
    { jenis: "angsuran", kunci: `angsuran:b:${id}`, entri: "kas -43000, pendapatan 43000" },
    { jenis: "angsuran", kunci: `angsuran:c:${id}`, entri: "kas -500000, pokok 500000" },
    {
      jenis: "angsuran",
      kunci: `angsuran:d:${id}`,
      entri: "kas -3086000, pendapatan 1086000, pokok 2000000",
    },
  ]);
  const page = await loans.repayments(id, "?limit=3", borrower.caller);
  const rows = await bodyOf<RepaymentBody[]>(Promise.resolve(page));
  expect(rows.map(({ key }) => key)).toEqual([`d:${id}`, `c:${id}`, `b:${id}`]);
  const next = /^<(\?[^>]+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1];
  expect(await bodyOf<RepaymentBody[]>(loans.repayments(id, next))).toEqual([first]);
  // Who has paid everything back may borrow again.
  expect((await loans.apply(borrower)).status).toBe(201);
});
