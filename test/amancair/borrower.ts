import { randomBytes, randomUUID } from "node:crypto";
import { atasNama, bodyOf, type Caller } from "../direktori/caller.ts";
import type { World } from "../harness.ts";
import {
  agree,
  firstAdmin,
  makeAkun,
  makeBerkasNasabah,
  randomPerson,
  randomPhone,
  type Orang,
} from "../make.ts";
import type { Status } from "../../src/amancair/loan-applications/status.ts";

export interface LoanBody {
  id: number;
  user_id: number;
  application_no: string;
  amount: number;
  term_months: number;
  status: Status;
  purpose: string | null;
  officer_id: number | null;
  first_approver_id: number | null;
  decided_by: number | null;
  submitted_at: string;
  decision_at: string | null;
  decision_note: string | null;
  daily_rate_ppm: number | null;
  bank_account_id: number | null;
  disbursed_at: string | null;
  transfer_reference: string | null;
  activated_at: string | null;
  closed_at: string | null;
}

export interface InstalmentBody {
  number: number;
  due_on: string;
  principal: number;
  interest: number;
  principal_paid: number;
  interest_paid: number;
}

export interface FullLoanBody extends LoanBody {
  instalments: InstalmentBody[];
  outstanding_principal: number;
  outstanding_interest: number;
  approvals_needed: number;
}

/** As GET has it. */
export interface AssessedLoanBody extends FullLoanBody {
  missing: { code: string; detail: string }[];
}

export interface RepaymentBody {
  id: number;
  loan_id: number;
  amount: number;
  principal: number;
  interest: number;
  outstanding_principal: number;
  key: string;
  note: string | null;
  received_at: string;
}

/** A customer of whom everything is known that a loan takes. */
export interface Borrower {
  orang: Orang;
  userId: number;
  rekeningId: number;
  caller: Caller;
}

export const LOANS = "/loan-applications";
export const NOTE = "Sudah dipertimbangkan.";
export const newKey = () => randomBytes(8).toString("hex");

/** Opens an account and a file with everything in it; the parts go in around the product, which is tested elsewhere. */
export async function makeBorrower(world: World, { income = 50_000_000 } = {}): Promise<Borrower> {
  const orang = await makeAkun(world, "nasabah");
  const isian = { phone: randomPhone(), ...randomPerson() };
  const { id: userId } = await makeBerkasNasabah(world, isian, orang);
  const rekeningId = await fillFile(world, userId, income);
  return { orang, userId, rekeningId, caller: atasNama(world, orang) };
}

/** Puts into a file what a loan takes, and returns the id of its bank account. */
export async function fillFile(world: World, userId: number, income = 50_000_000): Promise<number> {
  const { neon } = world.cloud;
  for (const jenis of ["ktp", "selfie"]) {
    await neon.asOwner(
      `insert into documents (user_id, baris, doc_type, file_name, mime_type, file_size, exif)
        values ($1, $2, $3, 'foto.jpg', 'image/jpeg', 1000, '{"gps": false}')`,
      [userId, randomUUID(), jenis],
    );
  }
  await neon.asOwner(
    "insert into employment (user_id, income_monthly, employment_type) values ($1, $2, 'permanent')",
    [userId, income],
  );
  await agree(world, userId);
  return await makeRekening(world, userId);
}

export async function makeRekening(world: World, userId: number, verified = true): Promise<number> {
  const [rekening] = await world.cloud.neon.asOwner(
    `insert into bank_accounts (user_id, baris, bank_name, account_number_segel, account_number_indeks, account_holder, verified, verified_at)
      values ($1, $2, 'BCA', 'segel', $3, 'Budi', $4, case when $4 then now() end) returning id`,
    [userId, randomUUID(), randomBytes(16).toString("hex"), String(verified)],
  );
  return Number(rekening?.["id"]);
}

/** What people do with loans, one request each. Each of them is an admin's unless `as` names somebody. */
export function loansOf(world: World) {
  const by = async (as: Caller | undefined) => as ?? atasNama(world, await firstAdmin(world));
  const post = async (id: number, deed: string, body: object, as?: Caller) =>
    await (await by(as)).post(`${LOANS}/${id}/${deed}`, body);
  const assessed = async (id: number, as?: Caller) => {
    const { missing, ...loan } = await bodyOf<AssessedLoanBody>((await by(as)).get(`${LOANS}/${id}`));
    return { loan, missing };
  };
  return {
    apply: (borrower: Borrower, body: object = {}) =>
      borrower.caller.post(LOANS, { amount: 3_000_000, term_months: 6, ...body }),
    /** Without what its customer lacks, which only this request tells: see `missing`. */
    one: async (id: number, as?: Caller): Promise<FullLoanBody> => (await assessed(id, as)).loan,
    missing: async (id: number, as?: Caller) => (await assessed(id, as)).missing,
    review: (id: number, body: object = {}, as?: Caller) => post(id, "review", body, as),
    approve: (id: number, body: object = {}, as?: Caller) =>
      post(id, "decision", { decision: "approve", note: NOTE, ...body }, as),
    reject: (id: number, body: object = {}, as?: Caller) =>
      post(id, "decision", { decision: "reject", note: NOTE, ...body }, as),
    withdraw: (id: number, as?: Caller) => post(id, "withdraw", {}, as),
    disburse: (id: number, rekeningId: number, as?: Caller) =>
      post(id, "disburse", { bank_account_id: rekeningId }, as),
    arrived: (id: number, as?: Caller) =>
      post(id, "disbursement", { result: "arrived", reference: "BCA-1" }, as),
    failed: (id: number, as?: Caller) =>
      post(id, "disbursement", { result: "failed", reference: "Rekening tutup" }, as),
    repay: (id: number, amount: number, body: object = {}, as?: Caller) =>
      post(id, "repayments", { amount, key: newKey(), ...body }, as),
    repayments: async (id: number, query = "", as?: Caller) =>
      (await by(as)).get(`${LOANS}/${id}/repayments${query}`),
  };
}

export type Loans = ReturnType<typeof loansOf>;

/** A loan of `borrower` that has come as far as `status`. */
export async function loanIn(
  loans: Loans,
  borrower: Borrower,
  status: Status,
  body: object = {},
): Promise<FullLoanBody> {
  const { id } = await bodyOf<LoanBody>(loans.apply(borrower, body), 201);
  const done = async (deed: Promise<Response>) => await bodyOf<FullLoanBody>(deed, 200);
  if (status === "withdrawn") await done(loans.withdraw(id));
  if (["submitted", "withdrawn"].includes(status)) return await loans.one(id);
  await done(loans.review(id));
  if (status === "rejected") await done(loans.reject(id));
  if (["review", "rejected"].includes(status)) return await loans.one(id);
  await done(loans.approve(id));
  if (status !== "approved") await done(loans.disburse(id, borrower.rekeningId));
  if (status === "active" || status === "closed") await done(loans.arrived(id));
  if (status === "closed") {
    const { outstanding_principal: principal, outstanding_interest: interest } = await loans.one(id);
    await bodyOf(loans.repay(id, principal + interest), 201);
  }
  return await loans.one(id);
}

/** The journals of a loan, oldest first, with their entries. */
export async function journalsOf(world: World, id: number): Promise<Record<string, string | null>[]> {
  return await world.cloud.neon.asOwner(
    `select j.jenis, j.kunci, string_agg(b.nama || ' ' || m.jumlah, ', ' order by b.nama::text) as entri
      from jurnal j join mutasi m on m.jurnal_id = j.id join buku b on b.id = m.buku_id
      where j.loan_id = $1 group by j.id order by j.id`,
    [id],
  );
}
