import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  daysBetween,
  dueDates,
  monthlyBurden,
  ruleFor,
  schedule,
  type LoanRule,
  type Schedule,
  type Terms,
} from "../../src/amancair/loan-applications/schedule.ts";

const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const day = fc.integer({ min: Date.UTC(2000, 0, 1) / 86_400_000, max: Date.UTC(2099, 11, 31) / 86_400_000 });
const dayText = day.map((days) => iso(days * 86_400_000));
const terms: fc.Arbitrary<Terms> = fc.record({
  amount: fc.oneof(fc.bigInt(1n, 100n), fc.bigInt(1n, 2_000_000_000n)),
  termMonths: fc.integer({ min: 1, max: 60 }),
  dailyRatePpm: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })),
  disbursedOn: dayText,
  totalCapPercent: fc.oneof(fc.constant(100), fc.integer({ min: 0, max: 200 })),
});
const TERMS: Terms = {
  amount: 2_000_000n,
  termMonths: 6,
  dailyRatePpm: 3_000,
  disbursedOn: "2026-01-15",
  totalCapPercent: 100,
};
const sum = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
const principals = ({ instalments }: Schedule) => instalments.map(({ principal }) => principal);
const interests = ({ instalments }: Schedule) => instalments.map(({ interest }) => interest);

describe("the rule of a loan", () => {
  const rule = (validFrom: string, maxTermMonths: number, dailyRateCapPpm: number): LoanRule => ({
    validFrom,
    maxTermMonths,
    dailyRateCapPpm,
    totalCapPercent: 100,
    minAmount: 500_000n,
    maxAmount: 20_000_000n,
    secondPersonAbove: 10_000_000n,
    maxDtiPercent: 30,
  });
  const OJK = [
    rule("2025-01-01", 12, 2_000),
    rule("2024-01-01", 12, 3_000),
    rule("2025-01-01", 6, 3_000),
    rule("2027-01-01", 3, 1_000),
  ];

  test.each<[on: string, months: number, validFrom: string | undefined, ppm: number | undefined]>([
    ["2023-12-31", 3, undefined, undefined],
    ["2024-01-01", 12, "2024-01-01", 3_000],
    ["2024-12-31", 6, "2024-01-01", 3_000],
    ["2025-01-01", 1, "2025-01-01", 3_000],
    ["2025-01-01", 6, "2025-01-01", 3_000],
    ["2025-01-01", 7, "2025-01-01", 2_000],
    ["2026-12-31", 12, "2025-01-01", 2_000],
    ["2026-12-31", 13, undefined, undefined],
    ["2027-01-01", 3, "2027-01-01", 1_000],
    // What the newest rules do not name, older ones do not allow.
    ["2027-01-01", 4, undefined, undefined],
  ])("on %s for %i months: from %s, %s ppm", (on, months, validFrom, ppm) => {
    const found = ruleFor(OJK, on, months);
    expect([found?.validFrom, found?.dailyRateCapPpm]).toEqual([validFrom, ppm]);
    expect(ruleFor(OJK.toReversed(), on, months)).toBe(found);
  });

  test("is in force, the newest, and the tightest that is long enough", () => {
    const from = fc.constantFrom("2024-01-01", "2024-07-01", "2025-01-01", "2026-03-05");
    const rules = fc.array(
      fc
        .tuple(from, fc.integer({ min: 1, max: 24 }))
        .map(([validFrom, months]) => rule(validFrom, months, 1)),
      { maxLength: 10 },
    );
    const on = fc.constantFrom(
      "2023-12-31",
      "2024-01-01",
      "2024-12-31",
      "2025-01-01",
      "2026-03-04",
      "2027-01-01",
    );
    fc.assert(
      fc.property(rules, on, fc.integer({ min: 1, max: 26 }), (rules, on, months) => {
        const before = [...rules];
        const found = ruleFor(rules, on, months);
        expect(rules).toEqual(before);
        const begun = rules.filter(({ validFrom }) => validFrom <= on);
        const newest = begun.filter(({ validFrom }) => begun.every((other) => other.validFrom <= validFrom));
        const enough = newest.filter(({ maxTermMonths }) => maxTermMonths >= months);
        const tightest = Math.min(...enough.map(({ maxTermMonths }) => maxTermMonths));
        expect(found).toBe(enough.find(({ maxTermMonths }) => maxTermMonths === tightest));
      }),
      { numRuns: 500 },
    );
  });
});

describe("days", () => {
  test.each([
    ["2026-01-15", "2026-01-15", 0],
    ["2026-01-15", "2026-07-15", 181],
    ["2024-02-28", "2024-03-01", 2],
    ["2026-02-28", "2026-03-01", 1],
    ["2026-03-01", "2026-02-28", -1],
    ["2025-01-01", "2026-01-01", 365],
    ["2024-01-01", "2025-01-01", 366],
  ])("from %s to %s are %i", (from, to, days) => {
    expect(daysBetween(from, to)).toBe(days);
  });

  test("between two of them are as many as lie there", () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -5_000, max: 5_000 }), (from, days) => {
        expect(daysBetween(iso(from * 86_400_000), iso((from + days) * 86_400_000))).toBe(days);
      }),
    );
  });

  test.each([
    "",
    "2026",
    "2026-02-29",
    "2026-02-30",
    "2026-04-31",
    "2026-13-01",
    "2026-00-10",
    "2026-01-00",
    "2026-1-5",
    "26-01-05",
    "0026-01-05",
    "2026-01-05T00:00:00Z",
    "2026-01-05-01",
    " 2026-01-05",
    "kemarin",
  ])("%o is none", (text) => {
    expect(() => daysBetween(text, "2026-01-01")).toThrow("not a day of the calendar as YYYY-MM-DD");
    expect(() => daysBetween("2026-01-01", text)).toThrow(RangeError);
    expect(() => dueDates(text, 1)).toThrow(RangeError);
  });
});

describe("due days", () => {
  test.each([
    ["2026-01-15", ["2026-02-15", "2026-03-15", "2026-04-15"]],
    ["2026-01-31", ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]],
    ["2024-01-31", ["2024-02-29", "2024-03-31"]],
    ["2024-01-30", ["2024-02-29", "2024-03-30"]],
    ["2027-12-29", ["2028-01-29", "2028-02-29", "2028-03-29"]],
    ["2024-02-29", ["2024-03-29"]],
    ["2025-10-31", ["2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28"]],
  ])("of a loan disbursed on %s", (disbursedOn, expected) => {
    expect(dueDates(disbursedOn, expected.length)).toEqual(expected);
  });

  test("29 February is due on the 28th, and on the 29th again when there is one", () => {
    const due = dueDates("2024-02-29", 48);
    expect([due[11], due[23], due[35], due[47]]).toEqual([
      "2025-02-28",
      "2026-02-28",
      "2027-02-28",
      "2028-02-29",
    ]);
  });

  test("one in each following month, on the day itself or on the month's last", () => {
    fc.assert(
      fc.property(dayText, fc.integer({ min: 1, max: 60 }), (disbursedOn, months) => {
        const due = dueDates(disbursedOn, months);
        expect(due).toHaveLength(months);
        const [year = 0, month = 0, date = 0] = disbursedOn.split("-").map(Number);
        let last = disbursedOn;
        due.forEach((dueOn, at) => {
          expect(dueOn > last).toBe(true);
          last = dueOn;
          const [dueYear = 0, dueMonth = 0, dueDate = 0] = dueOn.split("-").map(Number);
          expect(dueYear * 12 + dueMonth).toBe(year * 12 + month + at + 1);
          const isLast = iso(Date.parse(dueOn) + 86_400_000).endsWith("-01");
          expect(dueDate === date || (dueDate < date && isLast)).toBe(true);
        });
        expect(dueDates(disbursedOn, 60).slice(0, months)).toEqual(due);
      }),
    );
  });

  test("from 1 to 600 of them", () => {
    expect(dueDates("2026-01-15", 600).at(-1)).toBe("2076-01-15");
    for (const months of [0, -1, 1.5, 601, NaN, Infinity])
      expect(() => dueDates("2026-01-15", months)).toThrow(/months is not a whole number/);
  });
});

describe("a schedule", () => {
  test("two million for six months at 0.3 % a day", () => {
    // 15 January to 15 July are 181 days: 2,000,000 × 0.003 × 181 = 1,086,000.
    const interest = 181_000n;
    expect(schedule(TERMS)).toEqual({
      instalments: [
        { number: 1, dueOn: "2026-02-15", principal: 333_333n, interest },
        { number: 2, dueOn: "2026-03-15", principal: 333_333n, interest },
        { number: 3, dueOn: "2026-04-15", principal: 333_333n, interest },
        { number: 4, dueOn: "2026-05-15", principal: 333_333n, interest },
        { number: 5, dueOn: "2026-06-15", principal: 333_333n, interest },
        { number: 6, dueOn: "2026-07-15", principal: 333_335n, interest },
      ],
      totalInterest: 1_086_000n,
    });
    expect(monthlyBurden(schedule(TERMS).instalments)).toBe(514_335n);
  });

  test.each<[what: string, of: Partial<Terms>, totalInterest: bigint]>([
    ["one month: 31 days of it", { termMonths: 1 }, 186_000n],
    ["a leap February: 29 days of it", { termMonths: 1, disbursedOn: "2024-02-10" }, 174_000n],
    ["no interest", { dailyRatePpm: 0 }, 0n],
    ["0.067 % a day: 242,540", { dailyRatePpm: 670 }, 242_540n],
    // 1 × 0.003 × 181 = 0.543.
    ["less than a rupiah is none", { amount: 1n }, 0n],
    // 1,001 × 0.003 × 181 = 543.543.
    ["rounded down", { amount: 1_001n }, 543n],
    // 0.3 % on 365 days are 109.5 %.
    ["never above the principal", { termMonths: 12 }, 2_000_000n],
    ["never above half of it", { termMonths: 12, totalCapPercent: 50 }, 1_000_000n],
    ["the cap is rounded down, too", { termMonths: 12, totalCapPercent: 50, amount: 1_001n }, 500n],
    ["a cap of nothing", { totalCapPercent: 0 }, 0n],
    // × 0.543 = …359.199; the nearest number, one less, gives …358.656.
    ["more than a number carries", { amount: 9_007_199_254_740_993n }, 4_890_909_195_324_359n],
  ])("%s", (_, of, totalInterest) => {
    const made = schedule({ ...TERMS, ...of });
    expect(made.totalInterest).toBe(totalInterest);
    expect(sum(interests(made))).toBe(totalInterest);
  });

  test("what is left over of both goes to the last", () => {
    // 90 days from 30 November: 1,000,003 × 0.001 × 90 = 90,000.27 over 3 = 30,000; 1,000,003 = 3 × 333,334 + 1.
    const three = { ...TERMS, termMonths: 3, dailyRatePpm: 1_000, disbursedOn: "2025-11-30" };
    const even = schedule({ ...three, amount: 1_000_003n });
    expect(even.instalments.map(({ dueOn }) => dueOn)).toEqual(["2025-12-30", "2026-01-30", "2026-02-28"]);
    expect(principals(even)).toEqual([333_334n, 333_334n, 333_335n]);
    expect(interests(even)).toEqual([30_000n, 30_000n, 30_000n]);
    // 1,000,013 × 0.001 × 90 = 90,001.17; 1,000,013 = 3 × 333,337 + 2.
    const odd = schedule({ ...three, amount: 1_000_013n });
    expect(principals(odd)).toEqual([333_337n, 333_337n, 333_339n]);
    expect(interests(odd)).toEqual([30_000n, 30_000n, 30_001n]);
    expect(monthlyBurden(odd.instalments)).toBe(363_340n);
  });

  test("sums are exact; parts are equal but for the last, which takes less than a rupiah a month more", () => {
    fc.assert(
      fc.property(terms, (terms) => {
        const made = schedule(terms);
        const months = BigInt(terms.termMonths);
        expect(made.instalments.map(({ number }) => number)).toEqual(
          Array.from({ length: terms.termMonths }, (_, at) => at + 1),
        );
        expect(made.instalments.map(({ dueOn }) => dueOn)).toEqual(
          dueDates(terms.disbursedOn, terms.termMonths),
        );
        for (const [parts, total] of [
          [principals(made), terms.amount],
          [interests(made), made.totalInterest],
        ] as const) {
          expect(sum(parts)).toBe(total);
          const last = parts.at(-1) ?? -1n;
          const others = new Set(parts.slice(0, -1));
          expect(others.size).toBe(terms.termMonths === 1 ? 0 : 1);
          for (const part of others) {
            expect(part >= 0n && last >= part && last - part < months).toBe(true);
          }
        }
        const dues = made.instalments.map(({ principal, interest }) => principal + interest);
        const burden = monthlyBurden(made.instalments);
        expect(dues).toContain(burden);
        expect(dues.every((due) => due <= burden)).toBe(true);
        expect(monthlyBurden(made.instalments.toReversed())).toBe(burden);
      }),
      { numRuns: 300 },
    );
  });

  test("interest is the smaller of flat interest and cap, to the rupiah", () => {
    fc.assert(
      fc.property(terms, (terms) => {
        const { totalInterest, instalments } = schedule(terms);
        const days = daysBetween(terms.disbursedOn, instalments.at(-1)?.dueOn ?? "");
        const millionths = terms.amount * BigInt(terms.dailyRatePpm) * BigInt(days);
        const hundredths = terms.amount * BigInt(terms.totalCapPercent);
        expect(totalInterest * 1_000_000n <= millionths).toBe(true);
        expect(totalInterest * 100n <= hundredths).toBe(true);
        const more = totalInterest + 1n;
        expect(more * 1_000_000n > millionths || more * 100n > hundredths).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("more of a loan never costs less", () => {
    fc.assert(
      fc.property(
        terms,
        fc.bigInt(0n, 1_000_000n),
        fc.nat(12),
        fc.nat(1_000),
        (terms, amount, months, ppm) => {
          const { totalInterest } = schedule(terms);
          for (const more of [
            { amount: terms.amount + amount },
            { termMonths: terms.termMonths + months },
            { dailyRatePpm: terms.dailyRatePpm + ppm },
            { totalCapPercent: terms.totalCapPercent + months },
          ])
            expect(schedule({ ...terms, ...more }).totalInterest >= totalInterest).toBe(true);
        },
      ),
    );
  });

  test.each<[what: string, of: Partial<Terms>]>([
    ["no amount", { amount: 0n }],
    ["a negative amount", { amount: -1n }],
    ["a negative rate", { dailyRatePpm: -1 }],
    ["a broken rate", { dailyRatePpm: 0.5 }],
    ["a negative cap", { totalCapPercent: -1 }],
    ["a broken cap", { totalCapPercent: 99.5 }],
    ["no months", { termMonths: 0 }],
    ["a broken number of months", { termMonths: 1.5 }],
    ["no day", { disbursedOn: "2026-02-29" }],
  ])("there is none for %s", (_, of) => {
    expect(() => schedule({ ...TERMS, ...of })).toThrow(RangeError);
  });

  test("no instalments are no burden", () => {
    expect(monthlyBurden([])).toBe(0n);
  });
});
