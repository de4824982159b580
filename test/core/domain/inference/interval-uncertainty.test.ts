import { describe, expect, it } from 'vitest';
import { errorShareBound } from '../../../../core/domain/inference/exact-edge.ts';
import {
  intervalOf,
  isEvidence,
  quantileOf,
  reachOf,
  uncertaintyOf,
} from '../../../../core/domain/inference/interval.ts';
import type { Population, SampledRows } from '../../../../core/domain/inference/population.ts';
import { clopperPearsonReach, wilsonReach } from '../../../../core/domain/inference/proportion.ts';
import { type StandardError, standardErrorOf } from '../../../../core/domain/inference/standard-error.ts';
import type { MetricEstimate } from '../../../../core/domain/metrics/metric.ts';
import { normalQuantile } from '../../../../core/domain/statistics/normal.ts';
import { studentTQuantile } from '../../../../core/domain/statistics/student-t.ts';

/** A value with influences that alternate: no skewness, and every row counts. */
function estimate(more: Partial<MetricEstimate>, rows = 100, part = 1): MetricEstimate {
  const influence = () => Float64Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? part : -part));
  return { kind: 'estimate', value: 2, influence, byClass: false, ...more };
}

const byRow = (rows = 100): Population => ({
  sampling: { kind: 'rows' },
  labels: Float64Array.from({ length: rows }, (_, i) => i % 2),
  weights: null,
});
/** Rows in groups one after the other, of equal size. */
const byGroup = (groups: number, rows = 100): Population => ({
  ...byRow(rows),
  sampling: {
    kind: 'clusters',
    ids: Uint32Array.from({ length: rows }, (_, i) => Math.floor((i * groups) / rows)),
    count: groups,
  },
});
/** Influences of groups of 10 rows whose sums alternate. */
const inGroups = (more: Partial<MetricEstimate> = {}) =>
  estimate({
    influence: () => Float64Array.from({ length: 100 }, (_, i) => (Math.floor(i / 10) % 2 ? 1 : -1)),
    ...more,
  });
const outcomes = () => new Uint8Array(100);

function estimated(found: ReturnType<typeof uncertaintyOf>) {
  if (found.kind !== 'estimated') throw new Error(`${found.kind}: ${'reason' in found ? found.reason : ''}`);
  return found;
}

describe('uncertaintyOf proportions', () => {
  it.each([
    { value: 0.9, rows: 100, reach: clopperPearsonReach, method: 'Clopper-Pearson' },
    { value: 0.1, rows: 4990, reach: clopperPearsonReach, method: 'Clopper-Pearson' },
    { value: 0.9, rows: 4990, reach: clopperPearsonReach, method: 'Clopper-Pearson' },
    { value: 0.5, rows: 998, reach: clopperPearsonReach, method: 'Clopper-Pearson' },
    { value: 0.5, rows: 1000, reach: wilsonReach, method: 'Wilson' },
    { value: 0.9, rows: 6000, reach: wilsonReach, method: 'Wilson' },
    { value: 0.1, rows: 6000, reach: wilsonReach, method: 'Wilson' },
  ])('are exact below 500 of the rarer outcome: $value of $rows', ({ value, rows, reach, method }) => {
    const found = estimated(uncertaintyOf(estimate({ value, outcomes }, rows), byRow(rows)));
    expect(found.method).toBe(method);
    expect(found.reach?.(0.9)).toEqual(reach(value, rows, 0.9));
  });

  it('count the rows that they rest on', () => {
    const support = { rows: 40, what: 'rows that it counts' };
    const found = estimated(uncertaintyOf(estimate({ value: 0.75, outcomes, support }), byRow()));
    expect(found.reach?.(0.95)).toEqual(clopperPearsonReach(0.75, 40, 0.95));
  });

  it('have an interval with fewer rows than others need', () => {
    const support = { rows: 12, what: 'rows that it counts' };
    expect(uncertaintyOf(estimate({ value: 0.75, outcomes, support }), byRow()).kind).toBe('estimated');
    expect(uncertaintyOf(estimate({ value: 0.75, support }), byRow()).kind).toBe('unknown');
  });

  it('go by groups where rows are grouped', () => {
    expect(estimated(uncertaintyOf(inGroups({ value: 0.5, outcomes }), byGroup(10))).method).toMatch(/^influence.*CR2/);
  });

  it('without an error have the standard error that their interval amounts to', () => {
    const found = estimated(uncertaintyOf(estimate({ value: 1, outcomes }, 100, 0), byRow()));
    const { below } = clopperPearsonReach(1, 100, 0.95);
    expect(found.standardError).toBeCloseTo(below / studentTQuantile(0.975, 1e6), 12);
    const plain = estimated(uncertaintyOf(estimate({ value: 0.5, outcomes }), byRow()));
    expect(plain.standardError).toBeCloseTo(10 / 99, 12);
  });
});

describe('uncertaintyOf what lacks', () => {
  it('is unknown where the metric has no interval', () => {
    const withoutInterval = 'it depends on a single row';
    expect(uncertaintyOf(estimate({ withoutInterval }), byRow())).toEqual({ kind: 'unknown', reason: withoutInterval });
  });

  it.each([
    { population: byRow(9), rows: 9, reason: '9 independent rows are fewer than the 10 needed', has: 9 },
    { population: byGroup(9), rows: 100, reason: '9 independent groups are fewer than the 10 needed', has: 9 },
  ])('is unknown of too few independent units: $reason', ({ population, rows, reason, has }) => {
    const found = uncertaintyOf(estimate({}, rows), population);
    expect(found).toEqual({ kind: 'unknown', reason, lack: { has, needs: 10 } });
  });

  it('is known of ten', () => {
    expect(uncertaintyOf(estimate({}, 10), byRow(10)).kind).toBe('estimated');
    expect(uncertaintyOf(inGroups(), byGroup(10)).kind).toBe('estimated');
  });

  it('is unknown with fewer than 20 rows of what it rests on', () => {
    const of = (rows: number) => estimate({ support: { rows, what: 'rows with label 1' } });
    expect(uncertaintyOf(of(19), byRow())).toEqual({
      kind: 'unknown',
      reason: '19 rows with label 1 are fewer than the 20 needed',
      lack: { has: 19, needs: 20 },
    });
    expect(uncertaintyOf(of(20), byRow()).kind).toBe('estimated');
  });

  it('is unknown where the rows do not vary', () => {
    expect(uncertaintyOf(estimate({}, 100, 0), byRow())).toEqual({
      kind: 'unknown',
      reason: 'the rows show no variation to estimate an error from',
    });
  });

  it('takes rounding for no variation, in proportion to the value', () => {
    expect(isEvidence(1e-9, 1)).toBe(true);
    expect(isEvidence(1e-14, 1)).toBe(false);
    expect(isEvidence(1e-13, 1)).toBe(false);
    expect(isEvidence(1.01e-13, 1)).toBe(true);
    expect(isEvidence(1e-9, 1e6)).toBe(false);
    expect(isEvidence(1e-30, 1e-20)).toBe(true);
    expect(isEvidence(1e-300, 0)).toBe(true);
    expect(isEvidence(0, 0)).toBe(false);
    expect(isEvidence(Number.NaN, 1)).toBe(false);
    expect(isEvidence(Number.POSITIVE_INFINITY, 1)).toBe(false);
  });
});

describe('uncertaintyOf skewed rows', () => {
  // One of 20 rows: skewness 0.94 over the root of 20, and 20 rows of a class.
  const influence = () => Float64Array.from({ length: 400 }, (_, i) => (i < 12 ? 97 / 3 : -1));
  const skewed = (support?: MetricEstimate['support']) => estimate({ influence, ...(support ? { support } : {}) }, 400);
  const ofClass = { rows: 200, what: 'rows of the smaller class' };

  it('is unknown of independent rows, whatever they rest on', () => {
    const reason = 'a few rows make most of the error, so it cannot be estimated';
    expect(uncertaintyOf(skewed(ofClass), byRow(400))).toEqual({ kind: 'unknown', reason });
    expect(uncertaintyOf(skewed(), byRow(400))).toEqual({ kind: 'unknown', reason });
    const inRange = { ...skewed(ofClass), range: [0, Number.POSITIVE_INFINITY] as const };
    const without = 'nothing limits this metric, so no cautious interval takes its place';
    expect(uncertaintyOf(inRange, byRow(400))).toEqual({ kind: 'unknown', reason: `${reason}; ${without}` });
  });

  it('is what holds for every law where a metric has such limits', () => {
    const limits = (_: SampledRows, tail: number) => ({ lower: 2 - tail, upper: 2 + 2 * tail, method: 'limits' });
    const limited = { ...skewed(ofClass), distributionFree: { limits }, bias: 0.5 };
    const found = estimated(uncertaintyOf(limited, byRow(400)));
    expect(found.method).toBe('limits');
    // A value that is too high by chance is not moved: limits are of the truth.
    expect(found.reach?.(0.9)).toEqual({ below: expect.closeTo(0.05, 12), above: expect.closeTo(0.1, 12) });
    expect(found.standardError).toBeCloseTo(0.05 / studentTQuantile(0.975, 1e6), 12);
  });

  it('says what a weighted metric lacks', () => {
    const weights = new Float64Array(400).fill(1);
    const limited = { ...skewed(ofClass), range: [0, 4] as const, distributionFree: { limits: () => undefined } };
    expect(uncertaintyOf(limited, { ...byRow(400), weights })).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/of weighted rows this metric has no cautious interval/),
    });
  });

  it('is unknown of fewer than ten units, whatever the limits', () => {
    const limits = () => ({ lower: 1, upper: 3, method: 'limits' });
    expect(uncertaintyOf(estimate({ distributionFree: { limits } }, 9), byRow(9)).kind).toBe('unknown');
    expect(uncertaintyOf(estimate({ distributionFree: { limits } }), byGroup(9)).kind).toBe('unknown');
  });

  it('is widened in groups where a class says how much it rests on, and unknown where none does', () => {
    // Two of the twelve large rows in each of six groups, of twenty.
    const ids = Uint32Array.from({ length: 400 }, (_, i) => (i < 12 ? i % 6 : i % 20));
    const population: Population = { ...byRow(400), sampling: { kind: 'clusters', ids, count: 20 } };
    expect(uncertaintyOf(skewed(ofClass), population).kind).toBe('estimated');
    expect(uncertaintyOf(skewed(), population).kind).toBe('unknown');
  });
});

describe('uncertaintyOf errors that few rows make', () => {
  const limits = () => ({ lower: 1.5, upper: 2.5, method: 'limits' });
  const losses = { kind: 'losses', width: 1 } as const;
  const ofClass = { rows: 200, what: 'rows of the smaller class' };
  /** So many rows, half of them above and half below, make all of the error. */
  const of = (rows: number, more: Partial<MetricEstimate>) => {
    const step = 400 / rows;
    const influence = () =>
      Float64Array.from({ length: 400 }, (_, i) => (i % step === 0 ? ((i / step) % 2 ? 9 : -9) : 0));
    return estimate({ influence, support: ofClass, ...more }, 400);
  };
  const methodOf = (rows: number, population: Population, more: Partial<MetricEstimate> = {}) => {
    const found = uncertaintyOf(of(rows, { distributionFree: { limits, paired: losses }, ...more }), population);
    return found.kind === 'estimated' ? found.method : found.kind;
  };

  it('are those of the limits for every law below ten rows, and in groups below six', () => {
    expect(methodOf(8, byRow(400))).toBe('limits');
    expect(methodOf(10, byRow(400))).toMatch(/^influence/);
    expect(methodOf(4, byGroup(20, 400))).toBe('limits');
    expect(methodOf(8, byGroup(40, 400))).toMatch(/^influence/);
  });

  it('are those of ten rows in groups too, where a difference has no parts', () => {
    expect(methodOf(8, byGroup(40, 400), { distributionFree: { limits } })).toBe('limits');
    expect(methodOf(10, byGroup(40, 400), { distributionFree: { limits } })).toMatch(/^influence/);
  });

  it('count the errors themselves where a metric knows them', () => {
    expect(methodOf(100, byRow(400), { errors: 9 })).toBe('limits');
    expect(methodOf(100, byRow(400), { errors: 10 })).toMatch(/^influence/);
  });

  it('are by influences of a metric without limits, and of parts of rows', () => {
    const { distributionFree: _, ...without } = of(8, {});
    expect(uncertaintyOf(without, byRow(400)).kind).toBe('estimated');
    expect(methodOf(4, { ...byGroup(20, 400), rows: 1e7 })).toMatch(/^influence/);
  });
});

describe('uncertaintyOf values at an edge', () => {
  const edge = { trials: 50, worst: (share: number) => 1 - 2 * share };

  it('of 1 reaches down to the worst value at the share of errors that none leaves possible', () => {
    const found = estimated(uncertaintyOf(estimate({ value: 1, edge }, 100, 0), byRow()));
    expect(found.method).toBe('exact bound for no errors');
    expect(found.reach?.(0.95)).toEqual({ below: expect.closeTo(2 * errorShareBound(50, 0.95), 12), above: 0 });
    expect(found.standardError).toBeCloseTo((2 * errorShareBound(50, 0.95)) / studentTQuantile(0.975, 1e6), 12);
  });

  it('of 1 but for rounding is one of no error, to a billionth', () => {
    const of = (value: number) => uncertaintyOf(estimate({ value, edge }, 100, 0), byRow());
    expect(of(1 - 9e-10)).toMatchObject({ kind: 'estimated', method: 'exact bound for no errors' });
    expect(of(1 + 1e-15)).toMatchObject({ kind: 'estimated', method: 'exact bound for no errors' });
    expect(of(1 - 1.1e-9).kind).toBe('unknown');
  });

  it('in groups is what holds for every law where a metric has such limits', () => {
    const limits = () => ({ lower: 0.25, upper: 1, method: 'limits' });
    const perfect = estimate({ value: 1, edge, distributionFree: { limits } }, 100, 0);
    expect(estimated(uncertaintyOf(perfect, byGroup(20))).method).toBe('limits');
    expect(estimated(uncertaintyOf(perfect, byRow())).method).toBe('exact bound for no errors');
  });

  it('has as many trials as pairs of groups', () => {
    const of = (groups: number) => estimated(uncertaintyOf(estimate({ value: 1, edge }, 100, 0), byGroup(groups)));
    expect(of(20).reach?.(0.95).below).toBeCloseTo(2 * errorShareBound(10, 0.95), 12);
    expect(of(100).reach?.(0.95).below).toBeCloseTo(2 * errorShareBound(50, 0.95), 12);
  });

  it('of 0 reaches up where it is a proportion, and is unknown where it is none', () => {
    const zero = estimate({ value: 0, edge, outcomes }, 100, 0);
    const found = estimated(uncertaintyOf(zero, byGroup(20)));
    expect(found.reach?.(0.95)).toEqual({ below: 0, above: errorShareBound(10, 0.95) });
    expect(found.method).toBe('exact bound for no errors');
    expect(found.standardError).toBeCloseTo(errorShareBound(10, 0.95) / studentTQuantile(0.975, 1e6), 12);
    expect(uncertaintyOf(estimate({ value: 0, edge }, 100, 0), byRow()).kind).toBe('unknown');
    expect(uncertaintyOf(estimate({ value: 0.5, edge, outcomes }, 100, 0), byGroup(20)).kind).toBe('unknown');
  });
});

describe('uncertaintyOf values in a range', () => {
  // The root of 1 / 99, with the correction of 100 rows once more for what the estimate itself took of them.
  const error = 10 / 99;
  const t = studentTQuantile(0.975, 99);

  it('without one is symmetric', () => {
    const found = estimated(uncertaintyOf(estimate({}), byRow()));
    expect(found.reach).toBeUndefined();
    expect(reachOf(found, 0.95)).toEqual({
      below: expect.closeTo(t * error, 12),
      above: expect.closeTo(t * error, 12),
    });
    expect(found.method).toBe('influence function (t)');
  });

  it('from 0 on is on the logarithm', () => {
    const found = estimated(uncertaintyOf(estimate({ range: [0, Number.POSITIVE_INFINITY] }), byRow()));
    const half = (t * error) / 2;
    expect(found.method).toBe('influence function (t) on the log scale');
    expect(reachOf(found, 0.95).below).toBeCloseTo(2 - 2 * Math.exp(-half), 12);
    expect(reachOf(found, 0.95).above).toBeCloseTo(2 * Math.exp(half) - 2, 12);
  });

  it('up to 1 is on the logarithm of the distance', () => {
    const found = estimated(uncertaintyOf(estimate({ value: 0.5, range: [Number.NEGATIVE_INFINITY, 1] }), byRow()));
    const half = (t * error) / 0.5;
    expect(reachOf(found, 0.95).below).toBeCloseTo(0.5 * Math.exp(half) - 0.5, 12);
    expect(reachOf(found, 0.95).above).toBeCloseTo(0.5 - 0.5 * Math.exp(-half), 12);
  });

  it('between two ends is on the log odds', () => {
    const found = estimated(uncertaintyOf(estimate({ value: 0.8, range: [-1, 1] }), byRow()));
    const half = (t * error * 2) / (1.8 * 0.2);
    const back = (z: number) => -1 + 2 / (1 + Math.exp(-z));
    const middle = Math.log(1.8 / 0.2);
    expect(found.method).toBe('influence function (t) on the log odds scale');
    expect(reachOf(found, 0.95).below).toBeCloseTo(0.8 - back(middle - half), 12);
    expect(reachOf(found, 0.95).above).toBeCloseTo(back(middle + half) - 0.8, 12);
  });

  it('counts the skewness twice on a bent scale', () => {
    const influence = () => Float64Array.from({ length: 100 }, (_, i) => (i < 20 ? 4 : -1));
    const found = estimated(
      uncertaintyOf(estimate({ influence, value: 9, range: [0, Number.POSITIVE_INFINITY] }), byRow()),
    );
    const plain = standardErrorOf(estimate({ influence }), byRow());
    const half = (quantileOf({ ...plain, skewness: 2 * plain.skewness }, 0.95) * plain.standardError) / 9;
    expect(plain.skewness).toBeCloseTo(0.15, 2);
    expect(reachOf(found, 0.95).above).toBeCloseTo(9 * Math.exp(half) - 9, 12);
  });

  it('of a value that is too high by chance reaches further below', () => {
    const own = reachOf(estimated(uncertaintyOf(estimate({ range: [0, 4] }), byRow())), 0.95);
    const biased = estimated(uncertaintyOf(estimate({ range: [0, 4], bias: 0.03 }), byRow()));
    expect(reachOf(biased, 0.95)).toEqual({ below: expect.closeTo(own.below + 0.03, 12), above: own.above });
    expect(estimated(uncertaintyOf(estimate({ bias: 0.03 }), byRow())).standardError).toBeCloseTo(error, 12);
    expect(uncertaintyOf(estimate({ bias: 0.03 }, 9), byRow(9))).toEqual(uncertaintyOf(estimate({}, 9), byRow(9)));
  });

  it('ends where the range does', () => {
    const found = uncertaintyOf(estimate({}), byRow());
    expect(intervalOf(2, found, { level: 0.95, range: [1.9, 2.1] })).toMatchObject({ lower: 1.9, upper: 2.1 });
    expect(intervalOf(2, found, { level: 0.95 })?.lower).toBeCloseTo(2 - t * error, 12);
    expect(intervalOf(2, { kind: 'unknown', reason: 'few' }, { level: 0.95 })).toBeUndefined();
    expect(intervalOf(2, { kind: 'exact', method: 'same' }, { level: 0.9 })).toEqual({
      lower: 2,
      upper: 2,
      level: 0.9,
      method: 'same',
    });
  });
});

describe('quantileOf', () => {
  const error: StandardError = {
    standardError: 1,
    degreesOfFreedom: 30,
    units: 31,
    method: 'test',
    designEffect: 1,
    skewness: 0,
    rowSkewness: 0,
    effectiveRows: null,
    errorRows: 31,
  };

  it("is Student's without skewness, and further out by Hall's first term with it, to both sides", () => {
    // 2.0422724563 + 0.12 (2 * 2.0422724563^2 + 1) / 6
    expect(quantileOf(error, 0.95)).toBeCloseTo(2.0422724563, 9);
    expect(quantileOf({ ...error, skewness: 0.12 }, 0.95)).toBeCloseTo(2.2291075276, 9);
    expect(quantileOf({ ...error, skewness: -0.12 }, 0.95)).toBeCloseTo(2.2291075276, 9);
    expect(quantileOf({ ...error, degreesOfFreedom: 1e6 }, 0.8)).toBeCloseTo(normalQuantile(0.9), 5);
  });
});
