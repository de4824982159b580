/** Rows with scores from `from` to `to`, among which label 1 has a share of `rate`. */
export interface CalibrationStep {
  readonly from: number;
  readonly to: number;
  /** In [0, 1]; not below that of the step before. */
  readonly rate: number;
  readonly rows: number;
}

/** Rows with neighbouring scores, and how many have label 1. */
interface Block {
  readonly from: number;
  to: number;
  ones: number;
  rows: number;
}

/** Chosen: more steps than a curve of a million rows has, in some 50 kB of a profile. */
const MOST_STEPS = 1000;

/**
 * The share of label 1 by score, never falling: isotonic regression by the pool-adjacent-violators algorithm.
 *
 * @param scores Finite. Equal ones are in one step.
 * @param labels 0 or 1.
 * @param order Rows by ascending score, where it is known.
 * @returns Ascending steps, at most 1,000: of more, neighbours are joined. Empty without rows.
 *
 * Source: R. E. Barlow et al., Statistical Inference under Order Restrictions (Wiley, 1972). Equivalent at the scores:
 * `sklearn.isotonic.IsotonicRegression().fit(scores, labels)`.
 * @example isotonicSteps([0.1, 0.9], [0, 1]) // => [{ from: 0.1, to: 0.1, rate: 0, rows: 1 }, { from: 0.9, to: 0.9, rate: 1, rows: 1 }]
 */
export function isotonicSteps(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  order: ArrayLike<number> = ascending(scores),
): readonly CalibrationStep[] {
  const blocks: Block[] = [];
  for (let at = 0; at < order.length; at++) {
    const row = order[at] ?? 0;
    const score = scores[row] ?? Number.NaN;
    const last = blocks.at(-1);
    if (last !== undefined && last.from === score && last.to === score) {
      last.ones += labels[row] ?? 0;
      last.rows += 1;
    } else {
      settle(blocks);
      blocks.push({ from: score, to: score, ones: labels[row] ?? 0, rows: 1 });
    }
  }
  settle(blocks);
  return atMost(blocks, MOST_STEPS).map(({ from, to, ones, rows }) => ({ from, to, rate: ones / rows, rows }));
}

function ascending(scores: ArrayLike<number>): readonly number[] {
  return Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
}

/** Joins the last blocks while a later one has no larger share. */
function settle(blocks: Block[]): void {
  for (;;) {
    const [before, last] = [blocks[blocks.length - 2], blocks[blocks.length - 1]];
    if (before === undefined || last === undefined || before.ones * last.rows < last.ones * before.rows) return;
    blocks.pop();
    append(before, last);
  }
}

/** Neighbours joined, as many as it takes. */
function atMost(blocks: readonly Block[], most: number): readonly Block[] {
  const size = Math.ceil(blocks.length / most);
  if (size <= 1) return blocks;
  return blocks.filter((first, at) => {
    if (at % size !== 0) return false;
    for (const next of blocks.slice(at + 1, at + size)) append(first, next);
    return true;
  });
}

function append(block: Block, next: Block): void {
  block.to = next.to;
  block.ones += next.ones;
  block.rows += next.rows;
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
