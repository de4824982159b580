import { describe, expect, it } from 'vitest';
import type { Population } from '../../../../core/domain/inference/population.ts';
import { explained, hasFewUnits, unitsOf } from '../../../../core/domain/inference/uncertainty.ts';
import type { MetricEstimate } from '../../../../core/domain/metrics/metric.ts';

const byRow = (rows: number, weights: Float64Array | null = null): Population => ({
  sampling: { kind: 'rows' },
  labels: new Float64Array(rows),
  weights,
});
const WEIGHTS = new Float64Array(40).fill(1);
const limits = () => undefined;
const unknown = { kind: 'unknown', reason: 'few rows make most of the error' } as const;
const estimate = (more: Partial<MetricEstimate> = {}): MetricEstimate => ({
  kind: 'estimate',
  value: 0.5,
  influence: () => new Float64Array(40),
  byClass: false,
  range: [0, 1],
  ...more,
});
const limited = estimate({ distributionFree: { limits } });
const { range: _, ...UNRANGED } = estimate();
const unbounded = estimate({ range: [0, Number.POSITIVE_INFINITY] });
const UNLIMITED =
  'few rows make most of the error; nothing limits this metric, so no cautious interval takes its place';
const WEIGHTED = 'few rows make most of the error; of weighted rows this metric has no cautious interval in its place';

describe('explained', () => {
  it.each([
    ['a metric without an end', [unbounded], byRow(40), UNLIMITED],
    ['one of two models whose metric has no end', [limited, unbounded], byRow(40), UNLIMITED],
    ['weighted rows of a metric that has an interval otherwise', [limited, limited], byRow(40, WEIGHTS), WEIGHTED],
    ['too few rows', [unbounded], byRow(9), unknown.reason],
    ['a metric that has no interval ever', [estimate({ withoutInterval: 'it is biased' })], byRow(40), unknown.reason],
    [
      'one of two that has no interval ever',
      [unbounded, estimate({ withoutInterval: 'it is biased' })],
      byRow(40),
      unknown.reason,
    ],
    ['a metric with an end, of equal rows', [limited], byRow(40), unknown.reason],
    ['weighted rows of a metric that has no such interval', [limited, estimate()], byRow(40, WEIGHTS), unknown.reason],
    ['a metric of no known range', [UNRANGED], byRow(40), unknown.reason],
  ] as const)('says why not even a cautious interval is known: %s', (_, estimates, population, reason) => {
    expect(explained(unknown, estimates, population)).toEqual({ kind: 'unknown', reason });
  });
});

describe('unitsOf', () => {
  it('counts rows, or groups', () => {
    const grouped: Population = { ...byRow(40), sampling: { kind: 'clusters', ids: new Uint32Array(40), count: 10 } };
    expect([unitsOf(byRow(40)), unitsOf(grouped)]).toEqual([40, 10]);
    expect([hasFewUnits(byRow(9)), hasFewUnits(byRow(10)), hasFewUnits(grouped)]).toEqual([true, false, false]);
  });
});
