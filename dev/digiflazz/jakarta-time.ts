// Asia/Jakarta has had the constant offset UTC+7 since 1964, so plain arithmetic is exact.
const OFFSET_MS = 7 * 3_600_000;

/** The calendar day in Asia/Jakarta, `YYYY-MM-DD`. */
export function jakartaDay(ms: number): string {
  return new Date(ms + OFFSET_MS).toISOString().slice(0, 10);
}

/** Minutes since midnight in Asia/Jakarta, 0 to 1439. */
export function jakartaMinute(ms: number): number {
  const local = new Date(ms + OFFSET_MS);
  return local.getUTCHours() * 60 + local.getUTCMinutes();
}
