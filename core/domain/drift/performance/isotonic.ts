/** Rows with scores from `from` to `to`, among which label 1 has a share of `rate`. */
export interface CalibrationStep {
  readonly from: number;
  readonly to: number;
  /** In [0, 1]; not below that of the step before. */
  readonly rate: number;
  readonly rows: number;
}

/**
 * The share of label 1 by score, never falling: isotonic regression by the pool-adjacent-violators algorithm.
 *
 * @param scores Finite. Equal ones are in one step.
 * @param labels 0 or 1.
 * @returns Ascending steps; empty without rows.
 *
 * Source: R. E. Barlow et al., Statistical Inference under Order Restrictions (Wiley, 1972). Equivalent at the scores:
 * `sklearn.isotonic.IsotonicRegression().fit(scores, labels)`.
 * @example isotonicSteps([0.1, 0.9], [0, 1]) // => [{ from: 0.1, to: 0.1, rate: 0, rows: 1 }, { from: 0.9, to: 0.9, rate: 1, rows: 1 }]
 */
export function isotonicSteps(scores: ArrayLike<number>, labels: ArrayLike<number>): readonly CalibrationStep[] {
  const order = Array.from({ length: scores.length }, (_, row) => row).sort(
    (a, b) => (scores[a] ?? 0) - (scores[b] ?? 0),
  );
  const blocks: { from: number; to: number; ones: number; rows: number }[] = [];
  for (const row of order) {
    const [score, label] = [scores[row] ?? Number.NaN, labels[row] ?? 0];
    const last = blocks.at(-1);
    if (last !== undefined && last.from === score && last.to === score) {
      last.ones += label;
      last.rows += 1;
    } else {
      settle(blocks);
      blocks.push({ from: score, to: score, ones: label, rows: 1 });
    }
  }
  settle(blocks);
  return blocks.map(({ from, to, ones, rows }) => ({ from, to, rate: ones / rows, rows }));
}

/** Joins the last blocks while a later one has no larger share. */
function settle(blocks: { from: number; to: number; ones: number; rows: number }[]): void {
  for (let at = blocks.length - 1; at > 0; at--) {
    const [before, last] = [blocks[at - 1], blocks[at]];
    if (before === undefined || last === undefined || before.ones * last.rows < last.ones * before.rows) return;
    blocks.splice(at - 1, 2, {
      from: before.from,
      to: last.to,
      ones: before.ones + last.ones,
      rows: before.rows + last.rows,
    });
  }
}

/**
 * The share of label 1 at a score: that of its step, and between steps on the line between them.
 *
 * @param steps Ascending, at least one.
 * @returns In [0, 1].
 */
export function calibratedRate(steps: readonly CalibrationStep[], score: number): number {
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle]?.to ?? 0) < score) low = middle + 1;
    else high = middle;
  }
  const step = steps[low];
  const before = steps[low - 1];
  if (step === undefined) return Number.NaN;
  if (before === undefined || score >= step.from || score > step.to) return step.rate;
  return before.rate + ((step.rate - before.rate) * (score - before.to)) / (step.from - before.to);
}
