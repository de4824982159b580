import { describe, expect, it } from 'vitest';
import { reachWithoutChange } from '../../../../core/domain/inference/decision-changes.ts';
import { reachOf, uncertaintyOf } from '../../../../core/domain/inference/interval.ts';
import type { Population } from '../../../../core/domain/inference/population.ts';
import { atLeast, unchanged } from '../../../../core/domain/inference/unchanged-decisions.ts';
import type { MetricEstimate } from '../../../../core/domain/metrics/metric.ts';
import { studentTQuantile } from '../../../../core/domain/statistics/student-t.ts';
import { BINARY, found, rowsOf } from '../metrics/metric-rows.ts';

const labels = Array.from({ length: 200 }, (_, row) => Number(row < 80));
const decided = labels.map((label, row) => (row % 9 === 0 ? 1 - label : label));
const population: Population = { labels: Float64Array.from(labels), weights: null, sampling: { kind: 'rows' } };

function accuracyOf(scores: readonly number[]): MetricEstimate {
  const estimate = found('accuracy', BINARY, rowsOf(labels, scores));
  if (estimate.kind !== 'estimate') throw new Error(estimate.reason);
  return { ...estimate, range: [0, 1] };
}

const sure = (of: readonly number[], sureness: number) => of.map((one) => (one === 1 ? sureness : 1 - sureness));
const champion = accuracyOf(sure(decided, 0.9));
const same = accuracyOf(sure(decided, 0.7));
const other = accuracyOf(sure([1 - (decided[0] ?? 0), ...decided.slice(1)], 0.7));
const weights = { candidate: 1, champion: -1 };

describe('unchanged', () => {
  it('is by whether every row is decided alike', () => {
    expect(unchanged({ first: same, second: champion, weights }, population)?.isUnchanged).toBe(true);
    expect(unchanged({ first: other, second: champion, weights }, population)?.isUnchanged).toBe(false);
  });

  it('does not exist for metrics that are not of decisions, on either side', () => {
    const { distributionFree: _, ...unlimited } = same;
    const losses = {
      ...same,
      distributionFree: { limits: () => undefined, paired: { kind: 'losses', width: 1 } },
    } as const;
    for (const one of [unlimited, losses]) {
      expect(unchanged({ first: one, second: champion, weights }, population)).toBeUndefined();
      expect(unchanged({ first: champion, second: one, weights }, population)).toBeUndefined();
    }
  });

  it('reaches as far as decisions may differ that no row shows, by the weight of the candidate', () => {
    const reach = reachWithoutChange(same, population)?.(0.95) ?? Number.NaN;
    expect(reach).toBeGreaterThan(0);
    expect(unchanged({ first: same, second: champion, weights }, population)?.reach(0.95)).toBeCloseTo(reach, 12);
    const doubled = { candidate: -2, champion: 2 };
    const found = unchanged({ first: same, second: champion, weights: doubled }, population);
    expect(found?.reach(0.95)).toBeCloseTo(2 * reach, 12);
    const uncertainty = found?.uncertainty();
    if (uncertainty?.kind !== 'estimated') throw new Error('no interval');
    expect(uncertainty.method).toBe('exact bound for no changed decision');
    expect(reachOf(uncertainty, 0.95)).toEqual({
      below: expect.closeTo(2 * reach, 12),
      above: expect.closeTo(2 * reach, 12),
    });
  });

  it('of a relative margin adds the error of the value, each with half of the probability', () => {
    const relative = { candidate: 1, champion: -0.9 };
    const uncertainty = unchanged({ first: same, second: champion, weights: relative }, population)?.uncertainty();
    const own = uncertaintyOf(champion, population);
    if (uncertainty?.kind !== 'estimated' || own.kind !== 'estimated') throw new Error('no interval');
    const reach = reachWithoutChange(same, population)?.(0.975) ?? Number.NaN;
    const { below, above } = reachOf(own, 0.975);
    expect(reachOf(uncertainty, 0.95)).toEqual({
      below: expect.closeTo(reach + 0.1 * below, 12),
      above: expect.closeTo(reach + 0.1 * above, 12),
    });
  });

  it('of a relative margin is unknown where the error of the value is', () => {
    // Nothing is known from fewer than ten groups.
    const ids = Uint32Array.from(labels, (_, row) => row % 5);
    const few: Population = { ...population, sampling: { kind: 'clusters', ids, count: 5 } };
    const contrasted = { first: same, second: champion };
    const own = uncertaintyOf(champion, few);
    expect(own.kind).toBe('unknown');
    expect(unchanged({ ...contrasted, weights: { candidate: 1, champion: -0.9 } }, few)?.uncertainty()).toEqual(own);
    expect(unchanged({ ...contrasted, weights }, few)?.uncertainty().kind).toBe('estimated');
  });
});

describe('atLeast', () => {
  it('widens an interval on both sides, and the standard error that it amounts to', () => {
    const own = uncertaintyOf(champion, population);
    if (own.kind !== 'estimated') throw new Error('no interval');
    const wide = atLeast(own, () => 0.5);
    if (wide.kind !== 'estimated') throw new Error('no interval');
    expect(reachOf(wide, 0.95)).toEqual({ below: 0.5, above: 0.5 });
    expect(wide.standardError).toBeCloseTo(0.5 / studentTQuantile(0.975, 1e6), 12);
    const narrow = atLeast(own, () => 0);
    if (narrow.kind !== 'estimated') throw new Error('no interval');
    expect(reachOf(narrow, 0.95)).toEqual(reachOf(own, 0.95));
    expect(narrow.standardError).toBeGreaterThanOrEqual(own.standardError);
  });

  it('leaves what is unknown or exact as it is', () => {
    const exact = { kind: 'exact', method: 'measured' } as const;
    expect(atLeast(exact, () => 1)).toBe(exact);
    expect(atLeast({ kind: 'unknown', reason: 'r' }, () => 1)).toEqual({ kind: 'unknown', reason: 'r' });
  });
});
