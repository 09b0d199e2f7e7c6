import { beforeAll, describe, expect, test } from "vitest";
import { atOnce, tally } from "../answers.ts";
import { bodyOf, refusalAt } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { firstAdmin, makeAkun, type Orang } from "../make.ts";
import { atasNama } from "../direktori/caller.ts";
import {
  journalsOf,
  loanIn,
  loansOf,
  makeBorrower,
  makeRekening,
  newKey,
  type FullLoanBody,
  type RepaymentBody,
} from "./borrower.ts";

const world = useWorld();
const loans = loansOf(world);
let admin: Orang;
beforeAll(async () => {
  admin = await firstAdmin(world);
});

const active = async (body: object = {}) => await loanIn(loans, await makeBorrower(world), "active", body);
const repaid = (answering: Promise<Response>) => bodyOf<RepaymentBody>(answering, 201);

describe("a repayment", () => {
  test("with the same key and content is the same one for ever, whatever has moved and whoever asks", async () => {
    const { id } = await active();
    const isian = { key: newKey(), note: "Transfer" };
    const first = await loans.repay(id, 300_000, isian);
    const answer = await first.text();
    expect([first.status, first.headers.get("idempotency-replayed")]).toEqual([201, null]);
    await repaid(loans.repay(id, 7));
    const other = atasNama(world, await makeAkun(world, "admin"));
    const { outstanding_principal: principal, outstanding_interest: interest } = await loans.one(id);
    const again = async (as?: typeof other) => {
      const replay = await loans.repay(id, 300_000, isian, as);
      expect(replay.headers.get("idempotency-replayed")).toBe("true");
      expect([replay.status, await replay.text()]).toEqual([201, answer]);
    };
    await again();
    await again(other);
    await repaid(loans.repay(id, principal + interest));
    expect((await loans.one(id)).status).toBe("closed");
    await again();
    expect(await journalsOf(world, id)).toHaveLength(4);
  });

  test("with the same key and other content is 409 and moves nothing", async () => {
    const [one, other] = [await active(), await active()];
    const isian = { key: newKey(), note: "Transfer" };
    await repaid(loans.repay(one.id, 300_000, isian));
    const before = [await loans.one(one.id), await loans.one(other.id)];
    for (const refused of [
      loans.repay(other.id, 300_000, isian),
      loans.repay(one.id, 300_001, isian),
      loans.repay(one.id, 300_000, { ...isian, note: "transfer" }),
      loans.repay(one.id, 300_000, { key: isian.key }),
    ]) {
      expect(await refusalAt(refused)).toBe("409 kunci-dipakai");
    }
    expect([await loans.one(one.id), await loans.one(other.id)]).toEqual(before);
  });

  test("of more than is owed is refused whole, and its key is still free", async () => {
    const { id, outstanding_principal: principal, outstanding_interest: interest } = await active();
    const [before, journals] = [await loans.one(id), await journalsOf(world, id)];
    const key = newKey();
    for (const amount of [principal + interest + 1, Number.MAX_SAFE_INTEGER]) {
      expect(await refusalAt(loans.repay(id, amount, { key }))).toBe("409 lebih-bayar #/amount");
    }
    expect([await loans.one(id), await journalsOf(world, id)]).toEqual([before, journals]);
    expect(await repaid(loans.repay(id, principal + interest, { key }))).toMatchObject({
      principal,
      interest,
    });
    expect((await loans.one(id)).status).toBe("closed");
  });

  test("of one rupiah, again and again, goes where it belongs", async () => {
    const { id } = await active({ amount: 500_000, term_months: 2 });
    const plan = (await loans.one(id)).instalments;
    const [first] = plan;
    await repaid(loans.repay(id, (first?.interest ?? 0) - 1));
    expect(await repaid(loans.repay(id, 1))).toMatchObject({ interest: 1, principal: 0 });
    expect(await repaid(loans.repay(id, 1))).toMatchObject({ interest: 0, principal: 1 });
    expect(await repaid(loans.repay(id, (first?.principal ?? 0) - 2))).toMatchObject({ interest: 0 });
    expect(await repaid(loans.repay(id, 2))).toMatchObject({ interest: 1, principal: 1 });
    expect(await loans.one(id)).toMatchObject({ status: "active" });
  });

  test.each([
    ["nothing", { amount: 0 }, "#/amount"],
    ["half a rupiah", { amount: 0.5 }, "#/amount"],
    ["text", { amount: "1" }, "#/amount"],
    ["without a key", { key: undefined }, "#/key"],
    ["with a blank note", { note: " " }, "#/note"],
  ])("%s is 422", async (_, body, pointer) => {
    const { id } = await active();
    expect(await refusalAt(loans.repay(id, 1, body))).toContain(`422 validasi-gagal ${pointer}`);
    expect((await journalsOf(world, id)).map(({ jenis }) => jenis)).toEqual(["cair"]);
  });

  test("20 at once with one key are one, and 20 with different keys are never more than is owed", async () => {
    const { id } = await active({ amount: 500_000, term_months: 1 });
    const key = newKey();
    const same = await atOnce(20, () => loans.repay(id, 100_000, { key }));
    expect(tally(same.map(({ status }) => status))).toEqual({ 201: 20 });
    expect(new Set(await Promise.all(same.map((answer) => answer.text()))).size).toBe(1);
    const others = await atOnce(20, () => loans.repay(id, 100_000));
    const taken = others.filter(({ status }) => status === 201).length;
    const left = await loans.one(id);
    expect(left.outstanding_principal + left.outstanding_interest).toBeLessThan(100_000);
    expect(taken).toBeGreaterThan(0);
  });

  test("whose answer is lost is asked for again", async () => {
    const { id } = await active();
    const isian = { key: newKey() };
    world.cloud.neon.faults.next({ kind: "drop" }, 1, ({ body }) => body.includes("app.bayar_angsuran"));
    expect((await loans.repay(id, 9, isian)).status).toBe(503);
    const again = await loans.repay(id, 9, isian);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect((await journalsOf(world, id)).map(({ jenis }) => jenis)).toEqual(["cair", "angsuran"]);
  });

  test("of a loan that is not there is 404, and nobody's list", async () => {
    expect(await refusalAt(loans.repay(999_999_999, 1))).toBe("404 pinjaman-tidak-ada");
    expect(await refusalAt(loans.repayments(999_999_999))).toBe("404 pinjaman-tidak-ada");
    const { id } = await active();
    expect(await bodyOf(loans.repayments(id))).toEqual([]);
  });
});

describe("paying out", () => {
  test("goes to a verified account of the customer's only", async () => {
    const [borrower, other] = [await makeBorrower(world), await makeBorrower(world)];
    const { id } = await loanIn(loans, borrower, "approved");
    const unverified = await makeRekening(world, borrower.userId, false);
    for (const rekening of [other.rekeningId, unverified, 999_999_999]) {
      expect(await refusalAt(loans.disburse(id, rekening))).toBe("409 rekening-tidak-sah #/bank_account_id");
    }
    expect(await journalsOf(world, id)).toEqual([]);
    expect(await loans.one(id)).toMatchObject({ status: "approved", instalments: [] });
  });

  test("that failed is taken back, and done again", async () => {
    const borrower = await makeBorrower(world);
    const approved = await loanIn(loans, borrower, "approved");
    const { id } = approved;
    const other = await makeRekening(world, borrower.userId);
    const disbursed = await bodyOf<FullLoanBody>(loans.disburse(id, borrower.rekeningId));
    expect(await bodyOf(loans.failed(id))).toEqual({ ...approved, transfer_reference: "Rekening tutup" });
    expect(await bodyOf(loans.disburse(id, other))).toEqual({
      ...disbursed,
      bank_account_id: other,
      disbursed_at: expect.any(String),
    });
    await bodyOf(loans.failed(id));
    await bodyOf(loans.disburse(id, other));
    await bodyOf(loans.arrived(id));
    const out = "kas 3000000, pokok -3000000";
    const back = "kas -3000000, pokok 3000000";
    expect(await journalsOf(world, id)).toEqual([
      { jenis: "cair", kunci: `cair:${id}:1`, entri: out },
      { jenis: "batal_cair", kunci: `batal_cair:${id}:1`, entri: back },
      { jenis: "cair", kunci: `cair:${id}:2`, entri: out },
      { jenis: "batal_cair", kunci: `batal_cair:${id}:2`, entri: back },
      { jenis: "cair", kunci: `cair:${id}:3`, entri: out },
    ]);
    const reasons = await world.cloud.neon.asOwner(
      "select keterangan, akun_id from jurnal where loan_id = $1 and jenis = 'batal_cair'",
      [id],
    );
    expect(reasons).toEqual(
      Array.from({ length: 2 }, () => ({ keterangan: "Rekening tutup", akun_id: String(admin.id) })),
    );
    expect((await repaid(loans.repay(id, 4_000_000))).amount).toBe(4_000_000);
  });

  test.each([
    [1, 500_000],
    [12, 20_000_000],
    [7, 999_999],
    [11, 500_001],
  ])("over %i months leaves no rupiah of %i over", async (term_months, amount) => {
    const borrower = await makeBorrower(world, { income: 1_000_000_000 });
    const { id } = await loanIn(loans, borrower, "review", { amount, term_months });
    await bodyOf(loans.approve(id));
    if ((await loans.one(id)).status === "review") {
      await bodyOf(loans.approve(id, {}, atasNama(world, await makeAkun(world, "admin"))));
    }
    const loan = await bodyOf<FullLoanBody>(loans.disburse(id, borrower.rekeningId));
    expect(loan.instalments).toHaveLength(term_months);
    expect(loan).toMatchObject({ outstanding_principal: amount });
    await bodyOf(loans.arrived(id));
    await repaid(loans.repay(id, amount + loan.outstanding_interest));
    expect((await loans.one(id)).status).toBe("closed");
  });
});
