/** The Worker's time, asked for so that a test can own it. */
export interface Clock {
  now(): Date;
}

/** Today in Asia/Jakarta, which is UTC+7 all year, as YYYY-MM-DD. */
export function todayInJakarta(clock: Clock): string {
  return new Date(clock.now().getTime() + 7 * 3_600_000).toISOString().slice(0, 10);
}

export const systemClock: Clock = { now: () => new Date() };
