import { describe, expect, it } from 'vitest';
import { exactShareLimits, meanLimits } from '../../../../core/domain/inference/mean-limits.ts';
import { precisionAtRecallLimits } from '../../../../core/domain/metrics/precision-at-recall-limits.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';
import { rowsOf } from './metric-rows.ts';

const byRow = { sampling: { kind: 'rows' }, weights: null } as const;
const TAIL = 0.025;

/** Label 1 scores 1 to 100; label 0 scores half as high: 1 to 50, twice each. */
const ones = Array.from({ length: 100 }, (_, row) => row + 1);
const zeros = Array.from({ length: 100 }, (_, row) => (row >> 1) + 1);
const rows = rowsOf(
  [...ones.map(() => 1), ...zeros.map(() => 0)],
  [...ones, ...zeros].map((score) => score / 200),
);

describe('precisionAtRecallLimits', () => {
  it('are of the false positives at the thresholds that the recall may have', () => {
    const { lower, upper, method } = precisionAtRecallLimits(rows, 0.7, { sampled: byRow, tail: TAIL });
    const share = (hits: number, trials: number) => exactShareLimits(hits, trials, TAIL / 3);
    // The most hits of 100 whose limits have a recall of 0.7 in them, and the fewest.
    const hits = [...Array(101).keys()];
    const most = hits.find((count) => share(count, 100).lower > 0.7) ?? Number.NaN;
    const fewest = hits.find((count) => share(count, 100).upper >= 0.7) ?? Number.NaN;
    // So many of label 1 score at least 101 less that number; of label 0 two at each score up to 50.
    const above = (count: number) => Math.max(0, 2 * (50 - (101 - count) + 1));
    const p = share(100, 200);
    const precision = (prevalence: number, recall: number, rate: number) =>
      (prevalence * recall) / (prevalence * recall + (1 - prevalence) * rate);
    expect(lower).toBeCloseTo(precision(p.lower, 0.7, share(above(most), 100).upper), 9);
    expect(upper).toBeCloseTo(precision(p.upper, 1, share(above(fewest), 100).lower), 9);
    expect(method).toBe('Clopper-Pearson');
  });

  it('go down to those of all rows where no threshold is excluded', () => {
    const few = rowsOf([1, 1, 0, 0, 0], [0.9, 0.8, 0.3, 0.2, 0.1]);
    const { lower, upper } = precisionAtRecallLimits(few, 0.9, { sampled: byRow, tail: TAIL });
    const prevalence = exactShareLimits(2, 5, TAIL / 3).lower;
    expect(lower).toBeCloseTo((prevalence * 0.9) / (prevalence * 0.9 + 1 - prevalence), 9);
    expect(upper).toBe(1);
  });

  it('are wider by group and of unequal weights, and contain the truth of simulated rows', () => {
    const random = seededRandom(4);
    let missed = 0;
    for (let round = 0; round < 200; round++) {
      const labels = Array.from({ length: 100 }, () => Number(random.uniform() < 0.4));
      // Label 1 is uniform up to 1, label 0 up to 0.5: at a recall of 0.7 the threshold is 0.3, and 0.4 of label 0 above.
      const drawn = rowsOf(
        labels,
        labels.map((label) => random.uniform() * (label === 1 ? 1 : 0.5)),
      );
      const truth = (0.4 * 0.7) / (0.4 * 0.7 + 0.6 * 0.4);
      const { lower, upper } = precisionAtRecallLimits(drawn, 0.7, { sampled: byRow, tail: TAIL });
      if (lower > truth || upper < truth) missed++;
      const ids = Uint32Array.from(labels, (_, row) => row % 25);
      const grouped = { sampling: { kind: 'clusters', ids, count: 25 }, weights: null } as const;
      const byGroup = precisionAtRecallLimits(drawn, 0.7, { sampled: grouped, tail: TAIL });
      expect(byGroup.lower).toBeLessThan(lower);
      expect(byGroup.method).toBe('Hoeffding bound by group');
    }
    expect(missed).toBeLessThanOrEqual(10);
  });
});

describe('precisionAtRecallLimits of rows that are not equal and independent', () => {
  const PART = TAIL / 3;
  const labels = [...ones.map(() => 1), ...zeros.map(() => 0)];
  /** Label 0 scores between the scores of label 1. */
  const apart = rowsOf(
    labels,
    [...ones, ...zeros.map((score) => score + 0.5)].map((score) => score / 200),
  );
  const ids = Uint32Array.from(labels, (_, row) => row % 40);

  it.each([
    ['in groups', { sampling: { kind: 'clusters', ids, count: 40 }, weights: null }, 'Hoeffding bound by group'],
    ['weighted', { sampling: { kind: 'rows' }, weights: new Float64Array(200).fill(2) }, 'Hoeffding bound'],
  ] as const)('are those of means: %s', (_, sampled, method) => {
    const share = (counts: (score: number) => boolean, among: (label: number) => boolean) =>
      meanLimits(
        apart.scores.map((score) => Number(counts(score))),
        Float64Array.from(labels, (label) => Number(among(label))),
        { sampling: sampled.sampling, tails: { lower: PART, upper: PART } },
      );
    const recall = (threshold: number) =>
      share(
        (score) => score >= threshold,
        (label) => label === 1,
      );
    const falls = ones.map((score) => score / 200).reverse();
    const highest = falls.find((threshold) => recall(threshold).upper >= 0.6) ?? Number.NaN;
    const lowest = falls.find((threshold) => recall(threshold).lower > 0.6) ?? Number.NEGATIVE_INFINITY;
    const wrong = (threshold: number) =>
      share(
        (score) => score >= threshold,
        (label) => label === 0,
      );
    const prevalence = meanLimits(Float64Array.from(labels), null, {
      sampling: sampled.sampling,
      tails: { lower: PART, upper: PART },
    });
    const precision = (p: number, r: number, f: number) => (p * r) / (p * r + (1 - p) * f);
    const found = precisionAtRecallLimits(apart, 0.6, { sampled, tail: TAIL });
    expect(found.lower).toBeCloseTo(precision(prevalence.lower, 0.6, wrong(lowest).upper), 12);
    expect(found.upper).toBeCloseTo(precision(prevalence.upper, 1, wrong(highest).lower), 12);
    expect(found.method).toBe(method);
  });

  it('count rows at a threshold, of either label', () => {
    const found = precisionAtRecallLimits(apart, 0.7, { sampled: byRow, tail: TAIL });
    const share = (hits: number, trials: number) => exactShareLimits(hits, trials, PART);
    const hits = [...Array(101).keys()];
    const fewest = hits.find((count) => share(count, 100).upper >= 0.7) ?? Number.NaN;
    // The threshold is the score of label 1 that the fewest hits reach: 101 less their number; label 0 is half a step above.
    const above = Math.max(0, 2 * (50 - (101 - fewest) + 1));
    const p = share(100, 200);
    expect(found.upper).toBeCloseTo(p.upper / (p.upper + (1 - p.upper) * share(above, 100).lower), 9);
  });
});
