// The life of a loan application as data. Who may act, and what else an action does, is said where it is done.

export const STATUSES = [
  "submitted",
  "review",
  "approved",
  "rejected",
  "withdrawn",
  "disbursed",
  "active",
  "closed",
] as const;
export type Status = (typeof STATUSES)[number];

export const ACTIONS = [
  "review",
  "approve",
  "reject",
  "withdraw",
  "disburse",
  "confirm",
  "fail",
  "settle",
] as const;
export type Action = (typeof ACTIONS)[number];

const MOVES: Readonly<Record<Action, { from: readonly Status[]; to: Status }>> = {
  review: { from: ["submitted"], to: "review" },
  approve: { from: ["review"], to: "approved" },
  reject: { from: ["review"], to: "rejected" },
  withdraw: { from: ["submitted", "review", "approved"], to: "withdrawn" },
  disburse: { from: ["approved"], to: "disbursed" },
  confirm: { from: ["disbursed"], to: "active" },
  // The transfer did not arrive: the approval still stands, and may be disbursed again.
  fail: { from: ["disbursed"], to: "approved" },
  settle: { from: ["active"], to: "closed" },
};

/** The statuses that nothing leads out of. */
export const FINAL: ReadonlySet<Status> = new Set(
  STATUSES.filter((status) => ACTIONS.every((action) => next(status, action) === undefined)),
);

/** Where `action` leads from `status`; undefined when it may not be done there. */
export function next(status: Status, action: Action): Status | undefined {
  const { from, to } = MOVES[action];
  return from.includes(status) ? to : undefined;
}

/** The statuses that `action` may start from: what the row must still hold for the change to be made. */
export function sourcesOf(action: Action): readonly Status[] {
  return MOVES[action].from;
}
