import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ACTIONS,
  FINAL,
  next,
  sourcesOf,
  STATUSES,
  type Action,
  type Status,
} from "../../src/amancair/loan-applications/status.ts";

/** Written by hand: every other pair leads nowhere. */
const TABLE: Record<Status, Partial<Record<Action, Status>>> = {
  submitted: { review: "review", withdraw: "withdrawn" },
  review: { approve: "approved", reject: "rejected", withdraw: "withdrawn" },
  approved: { disburse: "disbursed", withdraw: "withdrawn" },
  rejected: {},
  withdrawn: {},
  disbursed: { confirm: "active", fail: "approved" },
  active: { settle: "closed" },
  closed: {},
};
const PAIRS = STATUSES.flatMap((status) => ACTIONS.map((action) => [status, action] as const));

describe("a loan application", () => {
  test("has these statuses and actions, and no others", () => {
    expect([...STATUSES].toSorted()).toEqual(Object.keys(TABLE).toSorted());
    expect([...ACTIONS].toSorted()).toEqual([
      "approve",
      "confirm",
      "disburse",
      "fail",
      "reject",
      "review",
      "settle",
      "withdraw",
    ]);
    expect(PAIRS).toHaveLength(64);
  });

  test.each(PAIRS)("%s, %s", (status, action) => {
    expect(next(status, action)).toBe(TABLE[status][action]);
    expect(sourcesOf(action).includes(status)).toBe(TABLE[status][action] !== undefined);
  });

  test.each<[Action, Status[]]>([
    ["review", ["submitted"]],
    ["approve", ["review"]],
    ["reject", ["review"]],
    ["withdraw", ["submitted", "review", "approved"]],
    ["disburse", ["approved"]],
    ["confirm", ["disbursed"]],
    ["fail", ["disbursed"]],
    ["settle", ["active"]],
  ])("%s starts from %j, each named once", (action, sources) => {
    expect(sourcesOf(action)).toEqual(sources);
  });

  test("ends rejected, withdrawn or closed", () => {
    expect([...FINAL].toSorted()).toEqual(["closed", "rejected", "withdrawn"]);
  });

  test.each<[Status, Status[]]>([
    [
      "submitted",
      ["submitted", "review", "approved", "rejected", "withdrawn", "disbursed", "active", "closed"],
    ],
    ["review", ["review", "approved", "rejected", "withdrawn", "disbursed", "active", "closed"]],
    ["approved", ["approved", "withdrawn", "disbursed", "active", "closed"]],
    // A transfer that failed leads back.
    ["disbursed", ["approved", "withdrawn", "disbursed", "active", "closed"]],
    ["active", ["active", "closed"]],
    ["rejected", ["rejected"]],
    ["withdrawn", ["withdrawn"]],
    ["closed", ["closed"]],
  ])("from %s comes as far as %j", (start, expected) => {
    const reached = new Set<Status>([start]);
    for (const status of reached)
      for (const action of ACTIONS) {
        const to = next(status, action);
        if (to) reached.add(to);
      }
    expect([...reached].toSorted()).toEqual(expected.toSorted());
  });

  test("on any walk: never leaves an end, is active only when disbursed, is approved only after review", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ACTIONS), { maxLength: 60 }), (walk) => {
        const been: Status[] = ["submitted"];
        for (const action of walk) {
          const to = next(been.at(-1) ?? "submitted", action);
          if (to) been.push(to);
        }
        expect(been.slice(0, -1).filter((status) => FINAL.has(status))).toEqual([]);
        const before = (status: Status) => been.filter((_, at) => been[at + 1] === status);
        expect(before("active").every((status) => status === "disbursed")).toBe(true);
        expect(before("approved").every((status) => ["review", "disbursed"].includes(status))).toBe(true);
        expect(before("disbursed").every((status) => status === "approved")).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
