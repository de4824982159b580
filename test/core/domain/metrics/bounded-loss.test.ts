import { describe, expect, it } from 'vitest';
import { meanLowerLimit, meanUpperLimit } from '../../../../core/domain/inference/relative-entropy.ts';
import { withBoundedLoss } from '../../../../core/domain/metrics/bounded-loss.ts';
import type { MetricEstimate } from '../../../../core/domain/metrics/metric.ts';

const ROWS = { sampling: { kind: 'rows' }, weights: null } as const;
const ofRows = (rows: number, value: number): MetricEstimate => ({
  kind: 'estimate',
  value,
  influence: () => new Float64Array(rows),
  byClass: false,
});

describe('withBoundedLoss', () => {
  it('has the limits of a mean in [0, 1], at the scale of the losses', () => {
    const bounded = withBoundedLoss(ofRows(50, 3.5), [2, 6]);
    if (bounded.kind !== 'estimate') throw new Error(bounded.reason);
    const limits = bounded.distributionFree?.limits(ROWS, 0.01);
    // 3.5 is three eighths of the way.
    expect(limits?.lower).toBeCloseTo(2 + 4 * meanLowerLimit(0.375, 50, 0.01), 12);
    expect(limits?.upper).toBeCloseTo(2 + 4 * meanUpperLimit(0.375, 50, 0.01), 12);
    expect(limits?.method).toBe('Hoeffding bound');
    expect(bounded.distributionFree?.paired).toEqual({ kind: 'losses', width: 4 });
  });

  it('has those of a weighted mean, where rows without weight do not count', () => {
    const bounded = withBoundedLoss(ofRows(50, 0.25), [0, 1]);
    if (bounded.kind !== 'estimate') throw new Error(bounded.reason);
    const weights = Float64Array.from({ length: 50 }, (_, row) => (row < 20 ? 3 : 0));
    const limits = bounded.distributionFree?.limits({ ...ROWS, weights }, 0.01);
    expect(limits?.upper).toBeCloseTo(meanUpperLimit(0.25, 20, 0.01), 12);
  });

  it('leaves what has no value as it is', () => {
    const undefinedMetric = { kind: 'undefined', reason: 'no rows' } as const;
    expect(withBoundedLoss(undefinedMetric, [0, 1])).toBe(undefinedMetric);
  });
});
