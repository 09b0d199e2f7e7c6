/** The middle of `values`. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[at]];
  return (low + high) / 2;
}

/**
 * Mann–Whitney U, two-sided: how likely two samples differ as much as these when they come from one and the same source.
 * Normal approximation with correction for ties, fit for some 20 values and more on each side.
 */
export function mannWhitney(left: readonly number[], right: readonly number[]): { u: number; p: number } {
  const all = [
    ...left.map((value) => ({ value, isLeft: true })),
    ...right.map((value) => ({ value, isLeft: false })),
  ];
  all.sort((a, b) => a.value - b.value);
  let rankSum = 0;
  let ties = 0;
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to++;
    // Equal values share the middle of their ranks.
    const rank = (from + 1 + to) / 2;
    const count = to - from;
    ties += count ** 3 - count;
    rankSum += rank * all.slice(from, to).filter(({ isLeft }) => isLeft).length;
    from = to;
  }
  const [m, n, total] = [left.length, right.length, all.length];
  const u = rankSum - (m * (m + 1)) / 2;
  const deviation = Math.sqrt(((m * n) / 12) * (total + 1 - ties / (total * (total - 1))));
  const z = Math.max(0, Math.abs(u - (m * n) / 2) - 0.5) / deviation;
  return { u, p: Math.min(1, 2 * upperTail(z)) };
}

/** P(Z > z) of the standard normal distribution, for z ≥ 0 (Abramowitz and Stegun 26.2.17, error below 7.5e-8). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

/** One line of a report. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
