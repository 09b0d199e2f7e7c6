import { beforeAll, describe, expect, test } from "vitest";
import {
  ACTIONS,
  next,
  STATUSES,
  type Action,
  type Status,
} from "../../src/amancair/loan-applications/status.ts";
import { atasNama, bodyOf, refusalAt, useOrang, type Caller } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { login, makeAkun, makeBerkasNasabah, makeMitra, firstAdmin, postJson } from "../make.ts";
import {
  fillFile,
  journalsOf,
  loanIn,
  LOANS,
  loansOf,
  makeBorrower,
  NOTE,
  type Borrower,
  type FullLoanBody,
  type LoanBody,
} from "./borrower.ts";

const world = useWorld();
const loans = loansOf(world);
const siti = useOrang(world, "karyawan");
const tono = useOrang(world, "karyawan");

const DEEDS: Record<Action, (id: number, borrower: Borrower) => Promise<Response>> = {
  review: (id) => loans.review(id),
  approve: (id) => loans.approve(id),
  reject: (id) => loans.reject(id),
  withdraw: (id, { caller }) => loans.withdraw(id, caller),
  disburse: (id, { rekeningId }) => loans.disburse(id, rekeningId),
  confirm: (id) => loans.arrived(id),
  fail: (id) => loans.failed(id),
  settle: async (id) => {
    const { outstanding_principal: principal, outstanding_interest: interest } = await loans.one(id);
    return await loans.repay(id, principal + interest || 1);
  },
};

describe("what is done in which status", () => {
  let borrowers: Record<Status, Borrower>;
  let ids: Record<Status, number>;
  beforeAll(async () => {
    const made = await Promise.all(
      STATUSES.map(async (status) => {
        const borrower = await makeBorrower(world);
        return [status, borrower, (await loanIn(loans, borrower, status)).id] as const;
      }),
    );
    borrowers = Object.fromEntries(made.map(([status, borrower]) => [status, borrower])) as typeof borrowers;
    ids = Object.fromEntries(made.map(([status, , id]) => [status, id])) as typeof ids;
  });

  const pairs = STATUSES.flatMap((status) =>
    ACTIONS.map((action) => ({ status, action, to: next(status, action) })),
  );

  test.each(pairs.filter(({ to }) => to === undefined))(
    "$action of $status is 409 and changes nothing",
    async ({ status, action }) => {
      const id = ids[status];
      const [before, journals] = [await loans.one(id), await journalsOf(world, id)];
      expect(await refusalAt(DEEDS[action](id, borrowers[status]))).toBe("409 status-tidak-cocok");
      expect([await loans.one(id), await journalsOf(world, id)]).toEqual([before, journals]);
    },
  );

  test.each(pairs.filter(({ to }) => to !== undefined))("$action of $status leads to $to", async (pair) => {
    const borrower = await makeBorrower(world);
    const { id } = await loanIn(loans, borrower, pair.status);
    expect((await DEEDS[pair.action](id, borrower)).status).toBe(pair.action === "settle" ? 201 : 200);
    expect((await loans.one(id)).status).toBe(pair.to);
  });
});

describe("who does it", () => {
  const deedsOf = (id: number, rekeningId = 1): Record<string, (as: Caller) => Promise<Response>> => ({
    one: (as) => as.get(`${LOANS}/${id}`),
    repayments: (as) => as.get(`${LOANS}/${id}/repayments`),
    review: (as) => loans.review(id, {}, as),
    approve: (as) => loans.approve(id, {}, as),
    reject: (as) => loans.reject(id, {}, as),
    withdraw: (as) => loans.withdraw(id, as),
    disburse: (as) => loans.disburse(id, rekeningId, as),
    arrived: (as) => loans.arrived(id, as),
    repay: (as) => loans.repay(id, 1, {}, as),
  });
  const outcomes = async (id: number, as: Caller) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(deedsOf(id)).map(async ([deed, run]) => [deed, await refusalAt(run(as))] as const),
      ),
    );
  const no = { none: "404 pinjaman-tidak-ada", role: "403 peran-tidak-boleh" };

  test("a karyawan who has nothing to do with a loan does not find it, unless it waits for anybody", async () => {
    const borrower = await makeBorrower(world);
    const { id } = await loanIn(loans, borrower, "approved");
    expect(await outcomes(id, siti)).toEqual({
      one: no.none,
      repayments: no.none,
      review: no.none,
      approve: no.none,
      reject: no.none,
      withdraw: no.role,
      disburse: no.role,
      arrived: no.role,
      repay: no.role,
    });
    const waiting = await loanIn(loans, await makeBorrower(world), "submitted");
    expect(await loans.one(waiting.id, siti)).toEqual(waiting);
    expect((await loans.review(waiting.id, {}, siti)).status).toBe(200);
    expect(await refusalAt(tono.get(`${LOANS}/${waiting.id}`))).toBe(no.none);
    const seen = async (as: Caller) => {
      const rows = await bodyOf<LoanBody[]>(as.get(LOANS));
      return rows.map((row) => row.id).includes(waiting.id);
    };
    expect([await seen(siti), await seen(tono)]).toEqual([true, false]);
    const approved = await bodyOf<FullLoanBody>(loans.approve(waiting.id, {}, siti));
    expect(approved).toMatchObject({ status: "approved", decided_by: siti.orang.id });
  });

  test("a nasabah does its own part of its own loan, and finds nobody else's", async () => {
    const [borrower, other] = [await makeBorrower(world), await makeBorrower(world)];
    const { id } = await loanIn(loans, borrower, "review");
    const staff = {
      review: no.role,
      approve: no.role,
      reject: no.role,
      disburse: no.role,
      arrived: no.role,
      repay: no.role,
    };
    expect(await outcomes(id, other.caller)).toEqual({
      ...staff,
      one: no.none,
      repayments: no.none,
      withdraw: no.none,
    });
    expect(await bodyOf(other.caller.get(`${LOANS}?user_id=${borrower.userId}`))).toEqual([]);
    expect(await outcomes(id, borrower.caller)).toEqual({
      ...staff,
      one: "200",
      repayments: "200",
      withdraw: "200",
    });
    expect(await loans.one(id)).toMatchObject({ status: "withdrawn", decision_at: expect.any(String) });
    const rows = await bodyOf<LoanBody[]>(borrower.caller.get(LOANS));
    expect(rows.map((row) => row.id)).toEqual([id]);
  });

  test("mitra and strangers are nobody", async () => {
    const mitra = await makeMitra(world);
    const { id } = await loanIn(loans, await makeBorrower(world), "submitted");
    for (const headers of [mitra.headers, {}]) {
      for (const path of [
        LOANS,
        `${LOANS}/${id}`,
        `${LOANS}/${id}/repayments`,
        `/loan-simulation?amount=1&term_months=1`,
        "/loan-rules",
      ]) {
        expect((await world.request(path, { headers })).status).toBe(401);
      }
      for (const path of [
        "",
        `/${id}/review`,
        `/${id}/decision`,
        `/${id}/withdraw`,
        `/${id}/disburse`,
        `/${id}/disbursement`,
        `/${id}/repayments`,
      ]) {
        expect((await postJson(world, LOANS + path, {}, headers)).status).toBe(401);
      }
    }
  });

  test("an admin names who reviews, and hands it over; a karyawan takes it only for itself", async () => {
    const { id } = await loanIn(loans, await makeBorrower(world), "submitted");
    const officer = (caller: { orang: { id: number } }) => ({ officer_id: caller.orang.id });
    expect(await refusalAt(loans.review(id, officer(tono), siti))).toBe(no.role);
    const nasabah = await makeAkun(world, "nasabah");
    for (const officer_id of [nasabah.id, 999_999_999]) {
      expect(await refusalAt(loans.review(id, { officer_id }))).toBe(
        "422 peninjau-tidak-dikenal #/officer_id",
      );
    }
    expect(await bodyOf(loans.review(id, officer(siti)))).toMatchObject({
      status: "review",
      officer_id: siti.orang.id,
    });
    expect(await refusalAt(loans.review(id, {}, siti))).toBe("409 status-tidak-cocok");
    expect(await refusalAt(loans.review(id, officer(siti), siti))).toBe("409 status-tidak-cocok");
    expect(await refusalAt(loans.review(id, {}, tono))).toBe(no.none);
    expect(await bodyOf(loans.review(id, officer(tono)))).toMatchObject({
      status: "review",
      officer_id: tono.orang.id,
    });
    expect(await refusalAt(siti.get(`${LOANS}/${id}`))).toBe(no.none);
    expect((await loans.reject(id, {}, tono)).status).toBe(200);
    expect(await refusalAt(loans.review(id, officer(siti)))).toBe("409 status-tidak-cocok");
    const off = await makeAkun(world, "karyawan");
    const { headers } = await firstAdmin(world);
    expect((await postJson(world, `/auth/akun/${off.id}`, { active: false }, headers, "PATCH")).status).toBe(
      200,
    );
    const again = await loanIn(loans, await makeBorrower(world), "submitted");
    expect(await refusalAt(loans.review(again.id, { officer_id: off.id }))).toBe(
      "422 peninjau-tidak-dikenal #/officer_id",
    );
  });

  test("who looks after a customer applies for it, and sees its loan; its officer decides", async () => {
    const file = await makeBerkasNasabah(world, {}, siti.orang);
    await fillFile(world, file.id);
    const isian = { user_id: file.id, amount: 3_000_000, term_months: 6 };
    expect(await refusalAt(tono.post(LOANS, isian))).toBe("404 user-tidak-ada");
    expect(await refusalAt(siti.post(LOANS, { ...isian, user_id: undefined }))).toBe(
      "422 user-id-wajib #/user_id",
    );
    const { id } = await bodyOf<LoanBody>(siti.post(LOANS, isian), 201);
    expect((await loans.review(id, {}, tono)).status).toBe(200);
    expect((await loans.one(id, siti)).officer_id).toBe(tono.orang.id);
    expect(await refusalAt(loans.reject(id, {}, siti))).toBe("403 bukan-peninjaunya");
    expect(await refusalAt(loans.approve(id, {}, siti))).toBe("403 bukan-peninjaunya");
    expect((await loans.reject(id, {}, tono)).status).toBe(200);
  });

  test("nobody has a hand in its own loan, whatever it has become since", async () => {
    const borrower = await makeBorrower(world);
    const { id } = await loanIn(loans, borrower, "submitted");
    const { headers } = await firstAdmin(world);
    const { orang } = borrower;
    expect(
      (await postJson(world, `/auth/akun/${orang.id}`, { role: "admin" }, headers, "PATCH")).status,
    ).toBe(200);
    const as = atasNama(world, await login(world, orang.email, orang.password));
    const own = "403 pinjaman-sendiri";
    expect(await refusalAt(loans.review(id, {}, as))).toBe(own);
    expect(await refusalAt(loans.review(id, { officer_id: orang.id }))).toBe(own);
    await bodyOf(loans.review(id));
    expect(await refusalAt(loans.approve(id, {}, as))).toBe(own);
    expect(await refusalAt(loans.reject(id, {}, as))).toBe(own);
    await bodyOf(loans.approve(id));
    expect(await refusalAt(loans.disburse(id, borrower.rekeningId, as))).toBe(own);
  });

  test("a decision says why", async () => {
    const { id } = await loanIn(loans, await makeBorrower(world), "review");
    for (const note of [undefined, "singkat", "x".repeat(1_001)]) {
      expect(await refusalAt(loans.reject(id, { note }))).toBe("422 validasi-gagal #/note");
    }
    expect(await refusalAt(loans.reject(id, { daily_rate_ppm: 1 }))).toBe(
      "422 validasi-gagal #/daily_rate_ppm",
    );
    expect(await bodyOf(loans.reject(id))).toMatchObject({
      status: "rejected",
      decision_note: NOTE,
      decided_by: (await firstAdmin(world)).id,
      daily_rate_ppm: null,
      approvals_needed: 0,
    });
  });
});
