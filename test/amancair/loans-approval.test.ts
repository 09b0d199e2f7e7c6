import { expect, test, vi } from "vitest";
import { atasNama, bodyOf, refusalAt, useOrang, written } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { agree, firstAdmin, login, makeBerkasNasabah, postJson } from "../make.ts";
import {
  loanIn,
  LOANS,
  loansOf,
  makeBorrower,
  makeRekening,
  NOTE,
  type FullLoanBody,
  type LoanBody,
} from "./borrower.ts";

const world = useWorld();
const loans = loansOf(world);
const siti = useOrang(world, "karyawan");
const tono = useOrang(world, "karyawan");
const admin = useOrang(world, "admin");

const LARGE = { amount: 10_000_001, term_months: 6 };

/** What stands against approving, by its code. */
async function gapsOf(answering: Promise<Response>): Promise<string[]> {
  const answer = await answering;
  if (answer.status === 200) return [];
  const { type, errors = [] } = (await answer.json()) as { type: string; errors?: { pointer: string }[] };
  expect([answer.status, type]).toEqual([409, "urn:satu-pintu:galat:kyc-belum-lengkap"]);
  return errors.map(({ pointer }) => pointer.replace(/^kyc:/, ""));
}

test("nothing is approved of whom too little is known, and every gap is named", async () => {
  const { neon } = world.cloud;
  const { id: userId } = await makeBerkasNasabah(world, { phone: null });
  await agree(world, userId);
  const isian = { user_id: userId, amount: 3_000_000, term_months: 6 };
  const { id } = await bodyOf<LoanBody>(admin.post(LOANS, isian), 201);
  await bodyOf(loans.review(id));
  const gaps = ["nik", "phone", "dob", "bank_account", "ktp", "selfie", "employment"];
  expect(await gapsOf(loans.approve(id))).toEqual(gaps);
  await neon.asOwner("update consents set withdrawn_at = now() where user_id = $1", [userId]);
  expect(await gapsOf(loans.approve(id))).toEqual([...gaps, "consent"]);
  const told = await loans.missing(id);
  expect(told.map(({ code }) => code)).toEqual([...gaps, "consent"]);
  expect(told[4]).toEqual({ code: "ktp", detail: "Foto KTP belum diunggah" });
  await makeRekening(world, userId, false);
  expect(await gapsOf(loans.approve(id))).toContain("bank_account");
  expect(await loans.one(id)).toMatchObject({ status: "review", daily_rate_ppm: null });
  // A loan may be turned down without knowing more.
  expect((await loans.reject(id)).status).toBe(200);
  expect(await loans.missing(id)).toEqual([]);
});

test.each([
  ["nik", "update nasabah set national_id_segel = null, national_id_indeks = null where id = $1"],
  ["phone", "update nasabah set phone_segel = null, phone_indeks = null where id = $1"],
  ["dob", "update nasabah set dob = null where id = $1"],
  ["age", "update nasabah set dob = now()::date - 17 * 365 where id = $1"],
  ["bank_account", "update bank_accounts set verified = false, verified_at = null where user_id = $1"],
  ["ktp", "delete from documents where user_id = $1 and doc_type = 'ktp'"],
  ["selfie", "delete from documents where user_id = $1 and doc_type = 'selfie'"],
  ["employment", "delete from employment where user_id = $1"],
  ["dti", "insert into employment (user_id, income_monthly, employment_type) values ($1, 2000000, 'other')"],
  ["consent", "update consents set withdrawn_at = now() where user_id = $1"],
  ["consent", "update consents set withdrawn_at = now() where user_id = $1 and purpose = 'kyc'"],
  ["nik_review", "update nasabah set nik_flag = 'province' where id = $1"],
])("%s alone keeps a loan from being approved", async (gap, change) => {
  const borrower = await makeBorrower(world);
  const { id } = await loanIn(loans, borrower, "review");
  await world.cloud.neon.asOwner(change, [borrower.userId]);
  expect((await loans.missing(id)).map(({ code }) => code)).toEqual([gap]);
  expect(await gapsOf(loans.approve(id))).toEqual([gap]);
});

test.each([
  ["nik", "update nasabah set national_id_segel = null, national_id_indeks = null where id = $1"],
  ["consent", "update consents set withdrawn_at = now() where user_id = $1 and purpose = 'kyc'"],
])("what was weighed holds when it is decided: %s", async (gap, change) => {
  const borrower = await makeBorrower(world);
  const { id } = await loanIn(loans, borrower, "review");
  const { db } = world.deps;
  const batch = db.batch.bind(db);
  // The customer changes between the two roundtrips of an approval.
  const weighing = vi.spyOn(db, "batch").mockImplementationOnce(async (queries) => {
    const weighed = await batch(queries);
    await world.cloud.neon.asOwner(change, [borrower.userId]);
    return weighed;
  });
  expect(await refusalAt(loans.approve(id))).toBe("409 kyc-belum-lengkap");
  expect(weighing).toHaveBeenCalledTimes(2);
  weighing.mockRestore();
  expect(await loans.one(id)).toMatchObject({ status: "review", daily_rate_ppm: null });
  expect((await loans.missing(id)).map(({ code }) => code)).toEqual([gap]);
});

test("whom the first of two persons approved stays who it is", async () => {
  const borrower = await makeBorrower(world);
  const { id } = await loanIn(loans, borrower, "review", LARGE);
  const path = `/users/${borrower.userId}`;
  await bodyOf(borrower.caller.put(path, { name: "Budi Santoso" }));
  expect(await bodyOf<FullLoanBody>(loans.approve(id))).toMatchObject({
    status: "review",
    approvals_needed: 1,
  });
  for (const isian of [{ name: "Orang Lain" }, { dob: "1980-01-01" }, { national_id: null }])
    expect(await refusalAt(borrower.caller.put(path, isian))).toBe("409 masih-ada-pinjaman");
  await bodyOf(loans.reject(id, {}, siti));
  await bodyOf(borrower.caller.put(path, { name: "Orang Lain" }));
});

test("an admin mends mistakes in the file of a borrower, but not in its own", async () => {
  const borrower = await makeBorrower(world);
  await loanIn(loans, borrower, "approved");
  const path = `/users/${borrower.userId}`;
  await bodyOf(admin.put(path, { name: "Budi Santoso" }));
  const role = { role: "admin" };
  await bodyOf(
    postJson(world, `/auth/akun/${borrower.orang.id}`, role, (await firstAdmin(world)).headers, "PATCH"),
  );
  const again = await login(world, borrower.orang.email, borrower.orang.password);
  const asAdmin = atasNama(world, { ...borrower.orang, ...again });
  for (const isian of [{ name: "Orang Lain" }, { national_id: null }])
    expect(await refusalAt(asAdmin.put(path, isian))).toBe("409 masih-ada-pinjaman");
});

test("a loan whose transfer failed counts for the second person as if it were on its way", async () => {
  const borrower = await makeBorrower(world, { income: 500_000_000 });
  const half = { amount: 10_000_000, term_months: 6 };
  const first = await loanIn(loans, borrower, "approved", half);
  await bodyOf(loans.disburse(first.id, borrower.rekeningId));
  const { id } = await bodyOf<LoanBody>(loans.apply(borrower, half), 201);
  await bodyOf(loans.failed(first.id));
  await bodyOf(loans.review(id));
  const approved = await bodyOf<FullLoanBody>(loans.approve(id));
  expect([approved.status, approved.decided_by]).toEqual(["review", null]);
  expect(await refusalAt(loans.approve(id))).toBe("409 butuh-orang-kedua");
});

test("a NIK that looks odd is looked at by a person, which is noted", async () => {
  const borrower = await makeBorrower(world);
  const { id } = await loanIn(loans, borrower, "review");
  const { neon } = world.cloud;
  await neon.asOwner("update nasabah set nik_flag = 'province' where id = $1", [borrower.userId]);
  const rows = await written(world, () => bodyOf(loans.approve(id, { nik_checked: true })));
  expect(rows.map(({ aksi, id: sasaran, rincian }) => ({ aksi, sasaran, rincian }))).toEqual([
    {
      aksi: "nasabah.nik_diperiksa",
      sasaran: String(borrower.userId),
      rincian: { nik_flag: "province", pinjaman: id },
    },
    {
      aksi: "loan_applications.ubah",
      sasaran: String(id),
      rincian: {
        kolom: ["daily_rate_ppm", "decided_by", "decision_at", "decision_note", "status"],
        dari: { status: "review" },
        menjadi: { status: "approved", daily_rate_ppm: 3_000 },
      },
    },
  ]);
});

test("what other loans take of a month counts", async () => {
  // One of these takes 771,500 a month: 30 % of 3,000,000 bears one, not two.
  const borrower = await makeBorrower(world, { income: 3_000_000 });
  await loanIn(loans, borrower, "active");
  const second = await loanIn(loans, borrower, "review", { amount: 500_000 });
  expect(await gapsOf(loans.approve(second.id))).toEqual(["dti"]);
  await world.cloud.neon.asOwner("update employment set income_monthly = 6000000 where user_id = $1", [
    borrower.userId,
  ]);
  expect(await gapsOf(loans.approve(second.id))).toEqual([]);
});

test("a loan whose transfer failed is weighed as if it were paid out", async () => {
  const borrower = await makeBorrower(world, { income: 3_000_000 });
  const first = await loanIn(loans, borrower, "disbursed");
  const second = await loanIn(loans, borrower, "review", { amount: 500_000 });
  await bodyOf(loans.failed(first.id));
  expect(await gapsOf(loans.approve(second.id))).toEqual(["dti"]);
  await bodyOf(loans.withdraw(first.id));
  expect(await gapsOf(loans.approve(second.id))).toEqual([]);
});

test("the rate is the cap unless a lower one is named", async () => {
  const long = await loanIn(loans, await makeBorrower(world), "review", { term_months: 12 });
  expect(await refusalAt(loans.approve(long.id, { daily_rate_ppm: 2_001 }))).toBe(
    "422 bunga-di-atas-batas #/daily_rate_ppm",
  );
  expect(await bodyOf(loans.approve(long.id))).toMatchObject({ daily_rate_ppm: 2_000 });
  const borrower = await makeBorrower(world);
  const free = await loanIn(loans, borrower, "review");
  expect(await bodyOf(loans.approve(free.id, { daily_rate_ppm: 0 }))).toMatchObject({ daily_rate_ppm: 0 });
  expect(await bodyOf(loans.disburse(free.id, borrower.rekeningId))).toMatchObject({
    outstanding_interest: 0,
  });
});

test("a large loan takes two persons, each once", async () => {
  const borrower = await makeBorrower(world, { income: 500_000_000 });
  const { id, approvals_needed: needed } = await loanIn(loans, borrower, "submitted", LARGE);
  expect(needed).toBe(2);
  await bodyOf(loans.review(id, {}, siti));
  expect(await refusalAt(tono.get(`${LOANS}/${id}`))).toBe("404 pinjaman-tidak-ada");
  const first = await bodyOf<FullLoanBody>(loans.approve(id, { daily_rate_ppm: 2_500 }, siti));
  expect(first).toMatchObject({
    status: "review",
    first_approver_id: siti.orang.id,
    approvals_needed: 1,
    decided_by: null,
    decision_at: null,
  });
  expect(await refusalAt(loans.approve(id, {}, siti))).toBe("409 butuh-orang-kedua");
  // Nobody approves more than the first one did.
  expect(await refusalAt(loans.approve(id, { daily_rate_ppm: 2_501 }, tono))).toBe(
    "422 bunga-di-atas-batas #/daily_rate_ppm",
  );
  const second = await bodyOf<FullLoanBody>(loans.approve(id, { note: "Setuju dengan Siti." }, tono));
  expect(second).toMatchObject({
    status: "approved",
    first_approver_id: siti.orang.id,
    decided_by: tono.orang.id,
    decision_note: `${NOTE}\nSetuju dengan Siti.`,
    daily_rate_ppm: 2_500,
    approvals_needed: 0,
  });
  // With that it is no business of his any more.
  expect(await refusalAt(tono.get(`${LOANS}/${id}`))).toBe("404 pinjaman-tidak-ada");
  expect(await loans.one(id, siti)).toEqual(second);
});

test("either of two persons turns a large loan down", async () => {
  const large = async () => {
    const borrower = await makeBorrower(world, { income: 500_000_000 });
    const { id } = await loanIn(loans, borrower, "submitted", LARGE);
    await bodyOf(loans.review(id, {}, siti));
    await bodyOf(loans.approve(id, {}, siti));
    return id;
  };
  for (const who of [siti, tono, admin]) {
    const id = await large();
    expect(await bodyOf(loans.reject(id, {}, who))).toMatchObject({
      status: "rejected",
      decided_by: who.orang.id,
    });
  }
  const id = await large();
  expect(await bodyOf(loans.approve(id, {}, admin))).toMatchObject({ status: "approved" });
  // At the limit itself one person is enough.
  const borrower = await makeBorrower(world, { income: 500_000_000 });
  const { id: small } = await loanIn(loans, borrower, "review", { amount: 10_000_000 });
  expect(await bodyOf(loans.approve(small))).toMatchObject({ status: "approved", first_approver_id: null });
});

test("one roundtrip each; two to approve and to pay out", async () => {
  const { neon } = world.cloud;
  const borrower = await makeBorrower(world);
  await firstAdmin(world);
  const counted = async (deed: () => Promise<Response>) => {
    const before = neon.requests;
    expect((await deed()).status).toBeLessThan(300);
    return neon.requests - before;
  };
  let id = 0;
  expect(
    await counted(async () => {
      const answer = await loans.apply(borrower);
      ({ id } = (await answer.clone().json()) as LoanBody);
      return answer;
    }),
  ).toBe(1);
  expect(await counted(() => loans.review(id))).toBe(1);
  expect(await counted(() => loans.approve(id))).toBe(2);
  expect(await counted(() => loans.disburse(id, borrower.rekeningId))).toBe(2);
  expect(await counted(() => loans.arrived(id))).toBe(1);
  expect(await counted(() => loans.repay(id, 1_000))).toBe(1);
  expect(await counted(() => loans.repayments(id))).toBe(1);
  expect(await counted(() => borrower.caller.get(`${LOANS}/${id}`))).toBe(1);
  expect(await counted(() => borrower.caller.get(LOANS))).toBe(1);
  expect(await counted(() => borrower.caller.get(`/loan-simulation?amount=500000&term_months=1`))).toBe(1);
  expect(await counted(() => borrower.caller.get("/loan-rules"))).toBe(1);
});
