import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { missingForApproval, type KycCode, type KycFacts } from "../../src/amancair/loan-applications/kyc.ts";

const COMPLETE: KycFacts = {
  hasNik: true,
  hasPhone: true,
  dob: "1990-05-17",
  today: "2026-11-20",
  hasVerifiedBankAccount: true,
  hasKtp: true,
  hasSelfie: true,
  incomeMonthly: 5_000_000n,
  monthlyBurden: 500_000n,
  otherBurden: 300_000n,
  maxDtiPercent: 30,
  hasConsent: true,
  nikFlag: null,
  nikChecked: false,
};
/** Each fact that is missing, and what people read of it; in the order of the gaps. */
const FLAWS: [code: KycCode, flaw: Partial<KycFacts>, detail: string][] = [
  ["nik", { hasNik: false }, "NIK belum diisi"],
  ["phone", { hasPhone: false }, "Nomor telepon belum diisi"],
  ["dob", { dob: null }, "Tanggal lahir belum diisi"],
  ["age", { dob: "2008-11-21" }, "Peminjam belum berusia 18 tahun"],
  ["bank_account", { hasVerifiedBankAccount: false }, "Belum ada rekening bank yang terverifikasi"],
  ["ktp", { hasKtp: false }, "Foto KTP belum diunggah"],
  ["selfie", { hasSelfie: false }, "Swafoto belum diunggah"],
  ["employment", { incomeMonthly: null }, "Pekerjaan dan penghasilan belum diisi"],
  ["dti", { monthlyBurden: 1_200_001n }, "Angsuran dan kewajiban lain melebihi 30% penghasilan sebulan"],
  ["consent", { hasConsent: false }, "Persetujuan credit_assessment dan kyc belum lengkap"],
  ["nik_review", { nikFlag: "serial" }, "NIK belum diperiksa petugas: nomor urutnya 0000"],
];
const codes = (facts: Partial<KycFacts>) =>
  missingForApproval({ ...COMPLETE, ...facts }).map(({ code }) => code);

describe("what is missing for an approval", () => {
  test("of a complete file: nothing", () => {
    expect(missingForApproval(COMPLETE)).toEqual([]);
  });

  test.each(FLAWS)("%s alone", (code, flaw, detail) => {
    expect(missingForApproval({ ...COMPLETE, ...flaw })).toEqual([{ code, detail }]);
  });

  test("any of them together are all named, once, in their order", () => {
    fc.assert(
      fc.property(fc.subarray(FLAWS), (flaws) => {
        const facts = Object.assign({}, COMPLETE, ...flaws.map(([, flaw]) => flaw)) as KycFacts;
        const has = new Set(flaws.map(([code]) => code));
        // The later flaw of a pair overwrites the earlier one's fact, and what is unknown hides what follows from it.
        if (has.has("age")) has.delete("dob");
        if (has.has("employment")) has.delete("dti");
        if (has.has("nik")) has.delete("nik_review");
        expect(missingForApproval(facts).map(({ code }) => code)).toEqual(
          FLAWS.map(([code]) => code).filter((code) => has.has(code)),
        );
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["2008-11-20", "2026-11-20", true],
    ["2008-11-21", "2026-11-20", false],
    ["2008-12-01", "2026-11-30", false],
    ["2008-01-01", "2025-12-31", false],
    ["2008-12-31", "2026-12-31", true],
    ["1950-01-01", "2026-01-01", true],
    // Eighteen years after a leap day there is none: of age on 1 March.
    ["2008-02-29", "2026-02-28", false],
    ["2008-02-29", "2026-03-01", true],
    ["2008-02-28", "2026-02-28", true],
    ["2008-03-01", "2026-02-28", false],
  ])("born on %s, on %s of age: %s", (dob, today, adult) => {
    expect(codes({ dob, today })).toEqual(adult ? [] : ["age"]);
  });

  test("of age from one day on, for good", () => {
    const days = fc.integer({ min: -40_000, max: 40_000 });
    const iso = (day: number) => new Date(Date.UTC(2000, 0, 1) + day * 86_400_000).toISOString().slice(0, 10);
    fc.assert(
      fc.property(days, (born) => {
        const at = new Date(Date.UTC(2000, 0, 1) + born * 86_400_000);
        // A leap day rolls over to 1 March.
        at.setUTCFullYear(at.getUTCFullYear() + 18);
        const [before, on] = [at.getTime() - 86_400_000, at.getTime()].map((ms) =>
          new Date(ms).toISOString(),
        );
        expect(codes({ dob: iso(born), today: before?.slice(0, 10) ?? "" })).toEqual(["age"]);
        expect(codes({ dob: iso(born), today: on?.slice(0, 10) ?? "" })).toEqual([]);
      }),
    );
  });

  test.each<[what: string, facts: Partial<KycFacts>, gaps: KycCode[]]>([
    ["exactly 30 %", { monthlyBurden: 1_200_000n, otherBurden: 300_000n }, []],
    ["a rupiah more", { monthlyBurden: 1_200_000n, otherBurden: 300_001n }, ["dti"]],
    ["other loans alone", { monthlyBurden: 0n, otherBurden: 1_500_001n }, ["dti"]],
    // 30 % of 3,333,333 are 999,999.9.
    ["a limit between two rupiah, below", { incomeMonthly: 3_333_333n, monthlyBurden: 699_999n }, []],
    ["a limit between two rupiah, above", { incomeMonthly: 3_333_333n, monthlyBurden: 700_000n }, ["dti"]],
    ["no income", { incomeMonthly: 0n }, ["dti"]],
    ["no income and nothing to pay", { incomeMonthly: 0n, monthlyBurden: 0n, otherBurden: 0n }, []],
    ["another limit", { maxDtiPercent: 15 }, ["dti"]],
    ["another limit, just met", { maxDtiPercent: 16 }, []],
  ])("debt and income: %s", (_, facts, gaps) => {
    expect(codes(facts)).toEqual(gaps);
  });

  test("debt weighs the same wherever it is owed, and income never weighs against", () => {
    const rupiah = fc.bigInt(0n, 100_000_000n);
    fc.assert(
      fc.property(rupiah, rupiah, rupiah, rupiah, (incomeMonthly, monthlyBurden, otherBurden, more) => {
        const gaps = codes({ incomeMonthly, monthlyBurden, otherBurden });
        expect(codes({ incomeMonthly, monthlyBurden: otherBurden, otherBurden: monthlyBurden })).toEqual(
          gaps,
        );
        const richer = codes({ incomeMonthly: incomeMonthly + more, monthlyBurden, otherBurden });
        expect(gaps).toEqual(expect.arrayContaining(richer));
        expect(codes({ incomeMonthly, monthlyBurden, otherBurden: otherBurden + more })).toEqual(
          expect.arrayContaining(gaps),
        );
      }),
    );
  });

  test("a limit is in whole per cent", () => {
    expect(() => codes({ maxDtiPercent: 0.3 })).toThrow(RangeError);
  });

  test("no detail names an amount", () => {
    const { incomeMonthly, ...flawed } = Object.assign(
      {},
      COMPLETE,
      ...FLAWS.map(([, flaw]) => flaw),
    ) as KycFacts;
    for (const income of [incomeMonthly, 5_000_000n])
      for (const { detail } of missingForApproval({ ...flawed, incomeMonthly: income }))
        expect(detail).not.toMatch(/\d{3}/);
  });

  test.each<[what: string, facts: Partial<KycFacts>, gaps: KycCode[]]>([
    ["flagged and checked", { nikFlag: "date", nikChecked: true }, []],
    ["checked without a flag", { nikChecked: true }, []],
    ["flagged, not checked", { nikFlag: "date" }, ["nik_review"]],
    ["missing is one gap", { hasNik: false, nikFlag: "date" }, ["nik"]],
  ])("a NIK %s", (_, facts, gaps) => {
    expect(codes(facts)).toEqual(gaps);
  });
});
