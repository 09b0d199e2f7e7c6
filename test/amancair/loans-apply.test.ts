import { beforeAll, describe, expect, test } from "vitest";
import { atOnce, tally } from "../answers.ts";
import { atasNama, bodyOf, refusalAt, useOrang, written } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAkun } from "../make.ts";
import { loanIn, LOANS, loansOf, makeBorrower, type Borrower, type LoanBody } from "./borrower.ts";

const world = useWorld();
const loans = loansOf(world);
const admin = useOrang(world, "admin");

test.each([
  ["too little", { amount: 499_999 }, "422 jumlah-di-luar-aturan #/amount"],
  ["too much", { amount: 20_000_001 }, "422 jumlah-di-luar-aturan #/amount"],
  ["all there is", { amount: Number.MAX_SAFE_INTEGER }, "422 jumlah-di-luar-aturan #/amount"],
  ["for too long", { term_months: 13 }, "422 tenor-di-luar-aturan #/term_months"],
  ["beyond numbers", { amount: 1e300 }, "422 validasi-gagal #/amount"],
  ["nothing", { amount: 0 }, "422 validasi-gagal #/amount"],
  ["no time", { term_months: 0 }, "422 validasi-gagal #/term_months"],
  ["for no reason that can be read", { purpose: " " }, "422 validasi-gagal #/purpose"],
  ["something else, too", { rate: 0 }, "422 validasi-gagal #/rate"],
])("asking for %s is refused", async (_, body, refusal) => {
  const borrower = await makeBorrower(world);
  expect((await refusalAt(loans.apply(borrower, body))).split(" ").slice(0, 3).join(" ")).toBe(refusal);
  expect(await bodyOf(borrower.caller.get(LOANS))).toEqual([]);
});

test("the limits themselves are within them", async () => {
  for (const body of [
    { amount: 500_000, term_months: 1 },
    { amount: 20_000_000, term_months: 12 },
  ]) {
    expect((await loans.apply(await makeBorrower(world), body)).status).toBe(201);
  }
});

test("without consent, with another application, or while its data are to be erased, nobody borrows", async () => {
  const { neon } = world.cloud;
  const borrower = await makeBorrower(world);
  await neon.asOwner("update consents set withdrawn_at = now() where user_id = $1", [borrower.userId]);
  expect(await refusalAt(loans.apply(borrower))).toBe("409 belum-setuju");
  await neon.asOwner("update consents set withdrawn_at = null where user_id = $1", [borrower.userId]);
  await neon.asOwner(
    "insert into privacy_requests (user_id, kind, status, due_at, execute_at) values ($1, 'erasure', 'received', now(), now())",
    [borrower.userId],
  );
  expect(await refusalAt(loans.apply(borrower))).toBe("409 penghapusan-diminta");
  await neon.asOwner("update privacy_requests set status = 'cancelled' where user_id = $1", [
    borrower.userId,
  ]);
  for (const status of ["submitted", "review", "approved"] as const) {
    const { id } = await loanIn(loans, borrower, status);
    expect(await refusalAt(loans.apply(borrower))).toBe("409 masih-ada-permohonan");
    await bodyOf(loans.withdraw(id));
  }
  for (const status of ["rejected", "withdrawn", "disbursed", "active", "closed"] as const) {
    await loanIn(loans, borrower, status);
  }
  expect((await loans.apply(borrower)).status).toBe(201);
});

test("20 applications at once of one customer are one", async () => {
  const borrower = await makeBorrower(world);
  const answers = await atOnce(20, () => loans.apply(borrower));
  expect(tally(answers.map(({ status }) => status))).toEqual({ 201: 1, 409: 19 });
});

test("a nasabah applies for itself only, and not before it has a file; staff says for whom", async () => {
  const [borrower, other] = [await makeBorrower(world), await makeBorrower(world)];
  const isian = { amount: 3_000_000, term_months: 6 };
  expect(await refusalAt(loans.apply(borrower, { user_id: other.userId }))).toBe("404 user-tidak-ada");
  expect((await loans.apply(borrower, { user_id: borrower.userId })).status).toBe(201);
  const none = atasNama(world, await makeAkun(world, "nasabah"));
  expect(await refusalAt(none.post(LOANS, isian))).toBe("404 user-tidak-ada");
  expect(await refusalAt(admin.post(LOANS, isian))).toBe("422 user-id-wajib #/user_id");
  expect(await refusalAt(admin.post(LOANS, { ...isian, user_id: 999_999_999 }))).toBe("404 user-tidak-ada");
  const loan = await bodyOf<LoanBody>(admin.post(LOANS, { ...isian, user_id: other.userId }), 201);
  expect(await loans.one(loan.id, other.caller)).toMatchObject(loan);
});

test("an application is in the audit, with its customer, and without what it is for", async () => {
  const borrower = await makeBorrower(world);
  const rows = await written(world, () => loans.apply(borrower, { purpose: "Rahasia" }));
  expect(rows).toEqual([
    {
      pelaku: `akun:${borrower.orang.id}`,
      aksi: "loan_applications.buat",
      tabel: "loan_applications",
      id: expect.any(String),
      rincian: {
        menjadi: { id: expect.any(Number), status: "submitted", amount: 3_000_000, term_months: 6 },
      },
    },
  ]);
  const [row] = await world.cloud.neon.asOwner("select subjek_id from audit order by id desc limit 1");
  expect(row).toEqual({ subjek_id: String(borrower.userId) });
});

describe("a list", () => {
  let borrower: Borrower;
  let ids: number[];
  beforeAll(async () => {
    borrower = await makeBorrower(world);
    ids = [];
    for (const status of ["withdrawn", "rejected", "withdrawn", "active", "submitted"] as const) {
      ids.unshift((await loanIn(loans, borrower, status)).id);
    }
  });

  test("shows the newest first, page by page, and only what was asked for", async () => {
    const of = `?user_id=${borrower.userId}`;
    const idsAt = async (query: string, as: typeof borrower.caller = admin) => {
      const rows = await bodyOf<LoanBody[]>(as.get(LOANS + query));
      return rows.map(({ id }) => id);
    };
    expect(await idsAt(of)).toEqual(ids);
    expect(await idsAt("", borrower.caller)).toEqual(ids);
    expect(await idsAt(`${of}&status=withdrawn`)).toEqual([ids[2], ids[4]]);
    expect(await idsAt(`${of}&status=approved`)).toEqual([]);
    const page = await admin.get(`${LOANS}${of}&limit=2`);
    const next = /^<(\?[^>]+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1] ?? "";
    expect(await bodyOf<LoanBody[]>(Promise.resolve(page))).toMatchObject([{ id: ids[0] }, { id: ids[1] }]);
    expect(await idsAt(next)).toEqual([ids[2], ids[3]]);
    expect(await idsAt(`${of}&before=${ids[3]}`)).toEqual([ids[4]]);
    // Rows of a list carry what is stored, not what it takes more to find out.
    const [row] = await bodyOf<LoanBody[]>(admin.get(`${LOANS}${of}&limit=1`));
    const { instalments, outstanding_principal, outstanding_interest, approvals_needed, ...one } =
      await loans.one(ids[0] ?? 0);
    expect([row, instalments, outstanding_principal, outstanding_interest, approvals_needed]).toEqual([
      one,
      [],
      0,
      0,
      1,
    ]);
  });

  test.each(["?status=lunas", "?user_id=x", "?limit=101", "?lain=1"])("%s is 422", async (query) => {
    expect(await refusalAt(admin.get(LOANS + query))).toMatch(/^422 validasi-gagal query:/);
  });

  test("loans that are not there are 404", async () => {
    for (const id of [999_999_999, Number.MAX_SAFE_INTEGER]) {
      expect(await refusalAt(admin.get(`${LOANS}/${id}`))).toBe("404 pinjaman-tidak-ada");
    }
    expect(await refusalAt(admin.get(`${LOANS}/nol`))).toBe("422 validasi-gagal path:id");
  });
});
