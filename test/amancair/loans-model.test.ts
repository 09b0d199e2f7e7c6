import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ACTIONS, next, type Action, type Status } from "../../src/amancair/loan-applications/status.ts";
import { bodyOf, useOrang } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { brokenInvariants } from "../invariants.ts";
import {
  loansOf,
  makeBorrower,
  newKey,
  type Borrower,
  type FullLoanBody,
  type LoanBody,
} from "./borrower.ts";

const world = useWorld();
const loans = loansOf(world);
const siti = useOrang(world, "karyawan");

/** What somebody tries: an action, and of what is owed this share, in per cent. */
const step = fc.record({
  action: fc.constantFrom(...ACTIONS, "settle" as const, "settle" as const),
  share: fc.integer({ min: 1, max: 110 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Does it, and says whether it was taken. */
async function attempt(borrower: Borrower, loan: FullLoanBody, { action, share }: Step): Promise<number> {
  const { id } = loan;
  const owed = loan.outstanding_principal + loan.outstanding_interest;
  const deeds: Record<Action, () => Promise<Response>> = {
    review: () => loans.review(id),
    approve: async () => {
      const first = await loans.approve(id);
      const waits =
        first.status === 200 &&
        (await bodyOf<FullLoanBody>(Promise.resolve(first.clone()))).approvals_needed === 1;
      return waits ? await loans.approve(id, {}, siti) : first;
    },
    reject: () => loans.reject(id),
    withdraw: () => loans.withdraw(id, borrower.caller),
    disburse: () => loans.disburse(id, borrower.rekeningId),
    confirm: () => loans.arrived(id),
    fail: () => loans.failed(id),
    settle: () => loans.repay(id, Math.max(1, Math.ceil((owed * share) / 100)), { key: newKey() }),
  };
  return (await deeds[action]()).status;
}

/** Where it leads from here; undefined when it must be refused. */
function expected(loan: FullLoanBody, { action, share }: Step): Status | undefined {
  if (action !== "settle" || loan.status !== "active") return next(loan.status, action);
  return share > 100 ? undefined : share === 100 ? "closed" : "active";
}

test("whatever is tried in whatever order, a loan does what its status allows, and the books stay right", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 500_000, max: 20_000_000 }),
      fc.integer({ min: 1, max: 12 }),
      // The way to the money first, or nearly no sequence would get there.
      fc.integer({ min: 0, max: 4 }),
      fc.array(step, { minLength: 4, maxLength: 14 }),
      async (amount, term_months, head, tail) => {
        const borrower = await makeBorrower(world, { income: 1_000_000_000 });
        let loan = await loans.one(
          (await bodyOf<LoanBody>(loans.apply(borrower, { amount, term_months }), 201)).id,
        );
        const way = (["review", "approve", "disburse", "confirm"] as const).slice(0, head);
        for (const each of [...way.map((action) => ({ action, share: 1 })), ...tail]) {
          const to = expected(loan, each);
          const status = await attempt(borrower, loan, each);
          expect(status < 300, `${each.action} of ${loan.status}: ${status}`).toBe(to !== undefined);
          const then = await loans.one(loan.id);
          const left = then.outstanding_principal + then.outstanding_interest;
          // A share that was rounded up may have been all of it.
          const reached = each.action === "settle" && to === "active" && left === 0 ? "closed" : to;
          expect(then).toEqual(reached === undefined ? loan : { ...then, status: reached });
          loan = then;
        }
        expect(await brokenInvariants(world.cloud.neon)).toEqual([]);
      },
    ),
    { numRuns: 15 },
  );
}, 120_000);
