/** Whole rupiah inside the house; a `number` only on the wire. */
export type Rupiah = bigint;

/** The largest amount that a JSON number carries exactly: 2^53 - 1. */
export const MAX_WIRE_RUPIAH = Number.MAX_SAFE_INTEGER;

/** Rupiah as a JSON integer. Throws `RangeError` beyond 2^53 - 1, where a JSON number would no longer be exact. */
export function toWire(amount: Rupiah): number {
  const wire = Number(amount);
  if (!Number.isSafeInteger(wire)) throw new RangeError("amount does not fit a JSON number");
  return wire;
}
