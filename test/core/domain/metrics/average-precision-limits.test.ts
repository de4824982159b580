import { describe, expect, it } from 'vitest';
import { exactShareLimits, meanLimits } from '../../../../core/domain/inference/mean-limits.ts';
import { independentPairs } from '../../../../core/domain/inference/pair-limits.ts';
import { meanLowerLimit, meanUpperLimit } from '../../../../core/domain/inference/relative-entropy.ts';
import { averagePrecisionLimits, leastPrecision } from '../../../../core/domain/metrics/average-precision-limits.ts';
import golden from '../../../golden/limits.json' with { type: 'json' };
import { BINARY, found, rowsOf } from './metric-rows.ts';

describe('leastPrecision', () => {
  it.each(golden.precision)(
    'equals SciPy at a prevalence of $prevalence and a false positive rate of $falseRate',
    ({ prevalence, falseRate, least }) => {
      expect(leastPrecision(prevalence, falseRate)).toBeCloseTo(least, 8);
    },
  );

  it('is 1 without false positives, and 0 without label 1', () => {
    expect(leastPrecision(0.3, 0)).toBe(1);
    expect(leastPrecision(0, 0.1)).toBe(0);
    expect(leastPrecision(1, 0.1)).toBe(1);
  });

  it('is below the mean precision of any false positive rates with that mean', () => {
    const steps = 200;
    for (const rate of [
      (r: number) => 0.2 + 0 * r,
      (r: number) => 0.4 * r,
      (r: number) => (r > 0.8 ? 1 : 0),
      (r: number) => 0.6 * r * r,
    ]) {
      const recalls = Array.from({ length: steps }, (_, step) => (step + 0.5) / steps);
      const precision = recalls.reduce((sum, r) => sum + (0.3 * r) / (0.3 * r + 0.7 * rate(r)), 0) / steps;
      expect(leastPrecision(0.3, recalls.reduce((sum, r) => sum + rate(r), 0) / steps)).toBeLessThanOrEqual(precision);
    }
  });
});

describe('the limits of average precision', () => {
  const labels = Array.from({ length: 171 }, (_, row) => (row < 63 ? 1 : 0));
  const scores = labels.map((label, row) => label * 0.5 + ((row * 37) % 60) / 100);

  it('are around the value, and exclude what is far from it', () => {
    const estimate = found('average_precision', BINARY, rowsOf(labels, scores));
    if (estimate.kind !== 'estimate') throw new Error(estimate.reason);
    const limits = estimate.distributionFree?.limits({ sampling: { kind: 'rows' }, weights: null }, 0.025);
    expect(estimate.value).toBeGreaterThan(0.9);
    expect(limits?.lower).toBeGreaterThan(0.5);
    expect(limits?.lower).toBeLessThan(estimate.value);
    expect(limits?.upper).toBeGreaterThan(estimate.value);
    expect(limits?.upper).toBeLessThanOrEqual(1);
  });

  it('count ties as the wrong order, as average precision takes them together', () => {
    const tied = found(
      'average_precision',
      BINARY,
      rowsOf(
        labels,
        labels.map(() => 0.5),
      ),
    );
    if (tied.kind !== 'estimate') throw new Error(tied.reason);
    const limits = tied.distributionFree?.limits({ sampling: { kind: 'rows' }, weights: null }, 0.025);
    // All rows at one score: the precision is the prevalence, 63 of 171.
    expect(limits?.lower).toBeLessThan(63 / 171);
    expect(limits?.upper).toBeGreaterThan(63 / 171);
    expect(limits?.upper).toBeLessThan(0.7);
  });
});

describe('averagePrecisionLimits', () => {
  const TAIL = 0.025;
  const labels = Array.from({ length: 90 }, (_, row) => (row < 30 ? 1 : 0));
  /** Of label 1 all score 2, but for six that score 1 as a half of label 0 do; the others score 0. */
  const scores = labels.map((label, row) => (label === 1 ? (row < 6 ? 1 : 2) : row % 2));
  /** Pairs in the right order: 24 above all of 60, six above 30. */
  const ordered = (24 * 60 + 6 * 30) / (30 * 60);

  it('are of the pairs in the right order and of the prevalence, each with half of the probability', () => {
    const limits = averagePrecisionLimits(rowsOf(labels, scores), { sampling: { kind: 'rows' }, weights: null }, TAIL);
    const pairs = [meanLowerLimit(ordered, 30, TAIL / 2), meanUpperLimit(ordered, 30, TAIL / 2)] as const;
    const ones = exactShareLimits(30, 90, TAIL / 2);
    expect(limits?.lower).toBeCloseTo(leastPrecision(ones.lower, 1 - pairs[0]), 12);
    expect(limits?.upper).toBeCloseTo(1 - (1 - ones.upper) * (1 - pairs[1]), 12);
    expect(limits?.method).toBe('Hoeffding bound of pairs');
  });

  it('are by group where rows are grouped', () => {
    const ids = Uint32Array.from(labels, (_, row) => row % 45);
    const sampling = { kind: 'clusters', ids, count: 45 } as const;
    const limits = averagePrecisionLimits(rowsOf(labels, scores), { sampling, weights: null }, TAIL);
    const units = independentPairs(Float64Array.from(labels), sampling);
    const tails = { lower: TAIL / 2, upper: TAIL / 2 };
    const ones = meanLimits(Float64Array.from(labels), null, { sampling, tails });
    expect(limits?.lower).toBeCloseTo(leastPrecision(ones.lower, 1 - meanLowerLimit(ordered, units, TAIL / 2)), 12);
    expect(limits?.upper).toBeCloseTo(1 - (1 - ones.upper) * (1 - meanUpperLimit(ordered, units, TAIL / 2)), 12);
    expect(limits?.method).toBe('Hoeffding bound of pairs by group');
  });
});
