import { describe, expect, it } from 'vitest';
import { leastPrecision } from '../../../../core/domain/metrics/average-precision-limits.ts';
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
