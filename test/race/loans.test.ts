import { beforeAll, describe, expect, test } from "vitest";
import {
  journalsOf,
  loanIn,
  loansOf,
  makeBorrower,
  newKey,
  type Borrower,
  type FullLoanBody,
} from "../amancair/borrower.ts";
import { atOnce, tally } from "../answers.ts";
import { postgresSuite, postgresUrl } from "../database/engines.ts";
import { atasNama, bodyOf, type Caller } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAkun } from "../make.ts";

const server = postgresUrl === undefined ? {} : { postgresUrl };

describe.skipIf(!postgresUrl)(`loans at once (${postgresSuite})`, () => {
  const world = useWorld(server);
  const loans = loansOf(world);
  let admins: Caller[];
  let staff: Caller[];
  beforeAll(async () => {
    if (!postgresUrl) return;
    admins = [
      atasNama(world, await makeAkun(world, "admin")),
      atasNama(world, await makeAkun(world, "admin")),
    ];
    staff = [
      atasNama(world, await makeAkun(world, "karyawan")),
      atasNama(world, await makeAkun(world, "karyawan")),
    ];
  });

  const statuses = (answers: Response[]) => tally(answers.map(({ status }) => status));
  const kinds = async (id: number) => tally((await journalsOf(world, id)).map(({ jenis }) => jenis));
  /** PostgreSQL ended nobody's transaction to break a circle: neither the log nor the server knows of one. */
  const expectNoDeadlock = async () => {
    expect(world.log.filter(({ level }) => level === "error")).toEqual([]);
    const [row] = await world.cloud.neon.asOwner(
      "select deadlocks from pg_stat_database where datname = current_database()",
    );
    expect(row).toEqual({ deadlocks: "0" });
  };
  const large = async (): Promise<[Borrower, FullLoanBody]> => {
    const borrower = await makeBorrower(world, { income: 1_000_000_000 });
    return [borrower, await loanIn(loans, borrower, "review", { amount: 20_000_000 })];
  };

  test("50 equal repayments by two admins are one, with 50 equal answers", async () => {
    const { id } = await loanIn(loans, await makeBorrower(world), "active");
    const key = newKey();
    const answers = await atOnce(50, (at) => loans.repay(id, 100_000, { key }, admins[at % 2]));
    expect(statuses(answers)).toEqual({ 201: 50 });
    expect(answers.filter(({ headers }) => headers.has("idempotency-replayed"))).toHaveLength(49);
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    expect(await kinds(id)).toEqual({ cair: 1, angsuran: 1 });
    await expectNoDeadlock();
  });

  test("one key for two loans pays one of them", async () => {
    const both = await Promise.all(
      [0, 1].map(async () => await loanIn(loans, await makeBorrower(world), "active")),
    );
    const key = newKey();
    const answers = await atOnce(40, (at) => loans.repay(both[at % 2]?.id ?? 0, 100_000, { key }, admins[0]));
    expect(statuses(answers)).toEqual({ 201: 20, 409: 20 });
    await expectNoDeadlock();
  });

  test("30 different repayments never bring more than is owed, and the last one closes the loan", async () => {
    const loan = await loanIn(loans, await makeBorrower(world), "active", {
      amount: 500_000,
      term_months: 1,
    });
    const owed = loan.outstanding_principal + loan.outstanding_interest;
    const part = Math.ceil(owed / 20);
    const answers = await atOnce(30, (at) => loans.repay(loan.id, part, {}, admins[at % 2]));
    const taken = Math.floor(owed / part);
    expect(statuses(answers)).toEqual({ 201: taken, 409: 30 - taken });
    const left = await loans.one(loan.id);
    const rest = owed - taken * part;
    expect(left.outstanding_principal + left.outstanding_interest).toBe(rest);
    const last = await atOnce(10, () => loans.repay(loan.id, rest || 1));
    expect(statuses(last)).toEqual(rest ? { 201: 1, 409: 9 } : { 409: 10 });
    expect((await loans.one(loan.id)).status).toBe("closed");
    await expectNoDeadlock();
  });

  test("10 who pay out at once do it once, and 10 who take it back, too", async () => {
    const borrower = await makeBorrower(world);
    const { id } = await loanIn(loans, borrower, "approved");
    const out = () => atOnce(10, (at) => loans.disburse(id, borrower.rekeningId, admins[at % 2]));
    expect(statuses(await out())).toEqual({ 200: 1, 409: 9 });
    expect(await kinds(id)).toEqual({ cair: 1 });
    expect(statuses(await atOnce(10, (at) => loans.failed(id, admins[at % 2])))).toEqual({ 200: 1, 409: 9 });
    expect(statuses(await out())).toEqual({ 200: 1, 409: 9 });
    expect(await kinds(id)).toEqual({ cair: 2, batal_cair: 1 });
    const said = await atOnce(10, (at) => (at % 2 ? loans.failed(id) : loans.arrived(id)));
    expect(statuses(said)).toEqual({ 200: 1, 409: 9 });
    await expectNoDeadlock();
  });

  test("two persons who approve at once are two, and one who does so twice is one", async () => {
    const [, one] = await large();
    const twice = await atOnce(10, () => loans.approve(one.id, {}, admins[0]));
    expect(statuses(twice)).toEqual({ 200: 1, 409: 9 });
    expect(await loans.one(one.id)).toMatchObject({ status: "review", approvals_needed: 1 });
    const [, two] = await large();
    expect(statuses(await atOnce(2, (at) => loans.approve(two.id, {}, admins[at])))).toEqual({ 200: 2 });
    const approved = await loans.one(two.id);
    expect(approved.status).toBe("approved");
    expect(approved.first_approver_id).not.toBe(approved.decided_by);
    await expectNoDeadlock();
  });

  test("approving, turning down and withdrawing at once: one of them", async () => {
    for (let round = 0; round < 5; round++) {
      const borrower = await makeBorrower(world);
      const { id } = await loanIn(loans, borrower, "submitted");
      // Of two who take it up, the other does not find it any more, or finds it taken.
      const taken = await atOnce(2, (at) => loans.review(id, {}, staff[at]));
      expect(taken.filter(({ status }) => status === 200)).toHaveLength(1);
      const deeds = [() => loans.approve(id), () => loans.reject(id)];
      const answers = await atOnce(6, (at) => (deeds[at % 2] ?? loans.one)(id) as Promise<Response>);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    }
    await expectNoDeadlock();
  });

  test("20 applications of one customer are one, also while it asks to be erased", async () => {
    const borrower = await makeBorrower(world);
    expect(statuses(await atOnce(20, () => loans.apply(borrower)))).toEqual({ 201: 1, 409: 19 });
    const other = await makeBorrower(world);
    const [applied, erased] = await Promise.all([
      atOnce(10, () => loans.apply(other)),
      atOnce(10, () => other.caller.post("/me/erasure", {})),
    ]);
    const taken = applied.filter(({ status }) => status === 201).length;
    const asked = erased.some(({ status }) => status < 300);
    expect(taken + Number(asked)).toBeLessThanOrEqual(1);
    await expectNoDeadlock();
  });

  test("of 10 first incomes told at once, while a loan is open, one counts", async () => {
    const borrower = await makeBorrower(world);
    await loanIn(loans, borrower, "submitted");
    await world.cloud.neon.asOwner("delete from employment where user_id = $1", [borrower.userId]);
    const told = await atOnce(10, (at) =>
      borrower.caller.post("/employment", { income_monthly: 1_000_000 + at, employment_type: "other" }),
    );
    expect(statuses(told)).toEqual({ 201: 1, 409: 9 });
    await expectNoDeadlock();
  });

  test("repayments of many loans at once do not wait in a circle", async () => {
    const many = await Promise.all(
      Array.from({ length: 6 }, async () => await loanIn(loans, await makeBorrower(world), "active")),
    );
    const answers = await atOnce(60, (at) =>
      loans.repay(many[at % 6]?.id ?? 0, 10_000 + at, {}, admins[at % 2]),
    );
    expect(statuses(answers)).toEqual({ 201: 60 });
    for (const { id } of many) expect(await bodyOf<unknown[]>(loans.repayments(id))).toHaveLength(10);
    await expectNoDeadlock();
  });
});
