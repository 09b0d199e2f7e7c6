import type { Rupiah } from "../../platform/money.ts";
import type { NikFlag } from "../../direktori/users/table.ts";

// What has to be known of a borrower before a loan is approved.

/** Days are YYYY-MM-DD in Asia/Jakarta; amounts are rupiah a month. */
export interface KycFacts {
  hasNik: boolean;
  hasPhone: boolean;
  dob: string | null;
  today: string;
  hasVerifiedBankAccount: boolean;
  hasKtp: boolean;
  hasSelfie: boolean;
  /** Null without an employment. */
  incomeMonthly: Rupiah | null;
  /** Of the loan asked for, see `schedule.ts`. */
  monthlyBurden: Rupiah;
  /** Of all other loans. */
  otherBurden: Rupiah;
  /** Whole per cent of the income. */
  maxDtiPercent: number;
  hasConsent: boolean;
  /** Why the NIK looks wrong; null when it does not. */
  nikFlag: NikFlag | null;
  /** A person has looked at the flagged NIK and accepted it. */
  nikChecked: boolean;
}

export const KYC_CODES = [
  "nik",
  "phone",
  "dob",
  "age",
  "bank_account",
  "ktp",
  "selfie",
  "employment",
  "dti",
  "consent",
  "nik_review",
] as const;
export type KycCode = (typeof KYC_CODES)[number];

export interface KycGap {
  code: KycCode;
  /** For people, in Indonesian. */
  detail: string;
}

const ADULT_YEARS = 18;

/** What looks wrong about a NIK, for people. */
const NIK_WORDS: Record<NikFlag, string> = {
  format: "bukan 16 angka",
  province: "kode provinsinya tidak dikenal",
  date: "tanggal lahirnya tidak ada di kalender",
  serial: "nomor urutnya 0000",
  dob_mismatch: "tanggal lahirnya lain dari yang diisi",
  gender_mismatch: "jenis kelaminnya lain dari yang diisi",
  recheck: "tanggal lahir atau jenis kelamin berubah sesudahnya",
};

/**
 * What stands against approving a loan: nothing when the list is empty, otherwise every gap at once, in a fixed order.
 * What is unknown is one gap, not two: no `age` without `dob`, no `dti` without income, no `nik_review` without a NIK.
 * Borrowers are at least 18, and loans take no more than `maxDtiPercent` of a month's income (OJK on LPBBTI: 30 % in
 * 2026; dated configuration). Details name no amounts, for they end up in answers and logs.
 * Throws `RangeError` when `maxDtiPercent` is not whole.
 */
export function missingForApproval(facts: KycFacts): KycGap[] {
  const { dob, incomeMonthly, maxDtiPercent, nikFlag } = facts;
  const gaps: KycGap[] = [];
  const need = (met: boolean, code: KycCode, detail: string) => {
    if (!met) gaps.push({ code, detail });
  };
  need(facts.hasNik, "nik", "NIK belum diisi");
  need(facts.hasPhone, "phone", "Nomor telepon belum diisi");
  if (dob === null) need(false, "dob", "Tanggal lahir belum diisi");
  else need(isAdult(dob, facts.today), "age", `Peminjam belum berusia ${ADULT_YEARS} tahun`);
  need(facts.hasVerifiedBankAccount, "bank_account", "Belum ada rekening bank yang terverifikasi");
  need(facts.hasKtp, "ktp", "Foto KTP belum diunggah");
  need(facts.hasSelfie, "selfie", "Swafoto belum diunggah");
  if (incomeMonthly === null) need(false, "employment", "Pekerjaan dan penghasilan belum diisi");
  else {
    const burden = facts.monthlyBurden + facts.otherBurden;
    const bearable = burden * 100n <= incomeMonthly * BigInt(maxDtiPercent);
    need(bearable, "dti", `Angsuran dan kewajiban lain melebihi ${maxDtiPercent}% penghasilan sebulan`);
  }
  need(facts.hasConsent, "consent", "Persetujuan credit_assessment dan kyc belum lengkap");
  if (facts.hasNik && nikFlag !== null)
    need(facts.nikChecked, "nik_review", `NIK belum diperiksa petugas: ${NIK_WORDS[nikFlag]}`);
  return gaps;
}

/**
 * Of age from the eighteenth birthday on. Who is born on 29 February is so on 1 March, since the eighteenth year after a
 * leap year has no such day: the eighteen years must be over. Text order says just that.
 */
function isAdult(dob: string, today: string): boolean {
  return today >= `${Number(dob.slice(0, 4)) + ADULT_YEARS}${dob.slice(4)}`;
}
