import { describe, expect, it } from 'vitest';
import { contrast } from '../../../../core/domain/inference/contrast.ts';
import { intervalOf, uncertaintyOf } from '../../../../core/domain/inference/interval.ts';
import type { Population } from '../../../../core/domain/inference/population.ts';
import { standardErrorOf } from '../../../../core/domain/inference/standard-error.ts';
import type { Metric, MetricEstimate } from '../../../../core/domain/metrics/metric.ts';
import { findMetric } from '../../../../core/domain/metrics/metric-registry.ts';
import { scoredRows } from '../../../../core/domain/metrics/scored-rows.ts';
import { studentTQuantile } from '../../../../core/domain/statistics/student-t.ts';

function metric(name: string): Metric {
  const found = findMetric(name, 'regression');
  if (found === undefined) throw new Error(name);
  return found;
}

/** A metric of predictions that miss a label of 0 by these errors. */
function missed(name: string, errors: readonly number[], weights: Float64Array | null = null) {
  const labels = new Float64Array(errors.length);
  const rows = scoredRows({ labels, scores: Float64Array.from(errors), weights, classes: 1 });
  const found = metric(name).estimate(rows, { decisionThreshold: 0.5 });
  if (found.kind === 'undefined') throw new Error(found.reason);
  const population: Population = { sampling: { kind: 'rows' }, labels, weights };
  return { estimate: { ...found, range: metric(name).range }, population };
}

const ofInfluence = (parts: readonly number[], support?: MetricEstimate['support']) => {
  const population: Population = { sampling: { kind: 'rows' }, labels: new Float64Array(parts.length), weights: null };
  const influence = () => Float64Array.from(parts);
  return standardErrorOf({ influence, byClass: false, ...(support ? { support } : {}) }, population);
};
/** A value of 5 with these influences, and its rows. */
const withParts = (parts: readonly number[], more: Partial<MetricEstimate> = {}) => {
  const influence = () => Float64Array.from(parts);
  const population: Population = { sampling: { kind: 'rows' }, labels: new Float64Array(parts.length), weights: null };
  return [{ kind: 'estimate', value: 5, influence, byClass: false, ...more } as const, population] as const;
};
const signs = (count: number) => Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : -1));

describe('standardErrorOf', () => {
  it('counts as many rows as make the error', () => {
    expect(ofInfluence(signs(40)).effectiveRows).toBeCloseTo(40, 9);
    // Two rows of 40 have all of it.
    expect(ofInfluence([9, -9, ...Array(38).fill(0)]).effectiveRows).toBeCloseTo(2, 9);
    expect(ofInfluence(Array(40).fill(0)).effectiveRows).toBe(40);
  });

  it('leaves that to the rows of a class where the value rests on one', () => {
    expect(ofInfluence(signs(40), { rows: 20, what: 'rows of the smaller class' }).effectiveRows).toBeNull();
  });

  it("has the degrees of freedom of the parts' fourth moment, and no more than rows less one", () => {
    expect(ofInfluence(signs(40)).degreesOfFreedom).toBe(39);
    // Kurtosis 20: of 40 rows 2 in effect, 2 / (1 / 2 - 1 / 40).
    expect(ofInfluence([9, -9, ...Array(38).fill(0)]).degreesOfFreedom).toBeCloseTo(2 / (1 / 2 - 1 / 40), 9);
    const few = { rows: 20, what: 'rows of the smaller class' };
    expect(ofInfluence([9, -9, ...Array(38).fill(0)], few).degreesOfFreedom).toBe(19);
  });

  it('takes the skewness of groups or of their rows, whichever is larger', () => {
    // Within each of ten groups the skew parts cancel: of the sums nothing is left but a small alternation.
    const group = [3, -1, -1, -1];
    const parts = Array.from({ length: 10 }, (_, g) => group.map((part, i) => part + (i === 0 ? (-1) ** g * 0.1 : 0)));
    const ids = Uint32Array.from(parts.flatMap((_, g) => [g, g, g, g]));
    const population: Population = {
      sampling: { kind: 'clusters', ids, count: 10 },
      labels: new Float64Array(40),
      weights: null,
    };
    const found = standardErrorOf({ influence: () => Float64Array.from(parts.flat()), byClass: false }, population);
    expect(found.skewness).toBe(found.rowSkewness);
    expect(found.rowSkewness).toBeGreaterThan(0.1);
  });
});

describe('uncertaintyOf', () => {
  const even = (count: number) => Array.from({ length: count }, (_, i) => 1 + (i % 7) / 10);

  it('is unknown where a few rows make most of the error, and says how many rows would help', () => {
    const { estimate, population } = missed('mse', [...even(200), 30, 35]);
    const found = uncertaintyOf(estimate, population);
    expect(found).toMatchObject({ kind: 'unknown', lack: { needs: 10 } });
    expect(found.kind === 'unknown' && found.reason).toMatch(
      /^a few rows make most of the error: an effective sample size of 1\.9 rows, fewer than the 10 needed; nothing limits this metric/,
    );
  });

  it('is known of the same rows for a metric that their size does not move', () => {
    const { estimate, population } = missed('median_absolute_error', [...even(200), 30, 35]);
    expect(uncertaintyOf(estimate, population).kind).toBe('estimated');
  });

  it('asks the same of groups', () => {
    const { estimate, population } = missed('mse', [...even(200), 30, 35]);
    const ids = Uint32Array.from({ length: 202 }, (_, i) => i % 20);
    const grouped: Population = { ...population, sampling: { kind: 'clusters', ids, count: 20 } };
    expect(uncertaintyOf(estimate, grouped)).toMatchObject({ kind: 'unknown', lack: { needs: 10 } });
  });

  it('asks the same of a difference', () => {
    const first = missed('mse', [...even(200), 30, 35]);
    const second = missed('mse', [...even(200).map((error) => error * 1.1), 1, 1]);
    const pair = { candidate: first.estimate, champion: second.estimate, identical: false };
    const weights = { candidate: 1, champion: -1, constant: 0 };
    expect(contrast(pair, weights, first.population).uncertainty).toMatchObject({
      kind: 'unknown',
      lack: { needs: 10 },
    });
  });

  // Of k equal errors among many rows without one about k rows make the error, with a skewness of 1 / sqrt(k).
  it.each([
    { large: 9, expected: 'fewer than the 10 needed' },
    { large: 13, expected: 'so it cannot be estimated' },
    { large: 17, expected: undefined },
  ])('is bounded by rows and by skewness: $large large errors', ({ large, expected }) => {
    const { estimate, population } = missed('mae', [...Array(10_000 - large).fill(0), ...Array(large).fill(1)]);
    const found = uncertaintyOf(estimate, population);
    if (expected === undefined) expect(found.kind).toBe('estimated');
    else expect(found).toMatchObject({ kind: 'unknown', reason: expect.stringContaining(expected) });
  });

  // Parts of 1 of k rows have a skewness of k / k^1.5: exactly a quarter for 16.
  it.each([
    { large: 16, kind: 'estimated' },
    { large: 15, kind: 'unknown' },
  ])('takes a skewness of a quarter, and none beyond: $large parts of 1', ({ large, kind }) => {
    const ones = [...Array(large).fill(1), ...Array(84).fill(0)];
    expect(uncertaintyOf(...withParts(ones)).kind).toBe(kind);
    expect(uncertaintyOf(...withParts(ones.map((part) => -part))).kind).toBe(kind);
  });

  // Parts of 1 and -1 are all of the error, and skew too little to matter.
  it.each([
    { large: 10, expected: { kind: 'estimated' } },
    { large: 9, expected: { kind: 'unknown', lack: { has: 9, needs: 10 } } },
  ])('asks for as many rows in effect as for groups: $large that vary', ({ large, expected }) => {
    expect(uncertaintyOf(...withParts([...signs(large), ...Array(80).fill(0)]))).toMatchObject(expected);
  });

  it('gives a median between order statistics: of unweighted, independent rows only', () => {
    const errors = Array.from({ length: 20 }, (_, i) => i + 1);
    const plain = missed('median_absolute_error', errors);
    const interval = (population: Population, estimate: MetricEstimate, level = 0.95) =>
      intervalOf(estimate.value, uncertaintyOf(estimate, population), { level });
    expect(interval(plain.population, plain.estimate)).toEqual({
      lower: 6,
      upper: 15,
      level: 0.95,
      method: 'order statistics (exact)',
    });
    const ids = Uint32Array.from(errors, (_, i) => Math.floor(i / 2));
    const grouped: Population = { ...plain.population, sampling: { kind: 'clusters', ids, count: 10 } };
    expect(interval(grouped, plain.estimate)?.method).toMatch(/CR2/);
    const weighted = missed('median_absolute_error', errors, new Float64Array(20).fill(1));
    expect(interval(weighted.population, weighted.estimate)?.method).toMatch(/sandwich/);
  });

  it('stays finite at levels that the order statistics do not reach', () => {
    const { estimate, population } = missed('median_absolute_error', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const interval = intervalOf(estimate.value, uncertaintyOf(estimate, population), { level: 0.999 });
    expect(Number.isFinite(interval?.upper)).toBe(true);
    expect(interval?.upper).toBeGreaterThan(estimate.value + studentTQuantile(0.9995, 9) * 0.5);
  });
});

describe('uncertaintyOf scores in bins', () => {
  it('reaches further by what they may change, to both sides', () => {
    const found = uncertaintyOf(...withParts(signs(100), { bound: 0.02 }));
    // Influences of 1 and -1 of 100 rows: the root of 100 / (100 * 99), times that of 100 / 99.
    const half = studentTQuantile(0.975, 99) * (10 / 99);
    expect(intervalOf(5, found, { level: 0.95 })).toEqual({
      lower: expect.closeTo(5 - half - 0.02, 12),
      upper: expect.closeTo(5 + half + 0.02, 12),
      level: 0.95,
      method: 'influence function (t); scores in bins, within 2.0e-2',
    });
    expect(found).toMatchObject({
      kind: 'estimated',
      degreesOfFreedom: 99,
      standardError: expect.closeTo(10 / 99, 12),
    });
  });

  it('adds to what reaches further already', () => {
    const of = (more: Partial<MetricEstimate>) =>
      intervalOf(5, uncertaintyOf(...withParts(signs(100), { range: [0, 9], ...more })), { level: 0.9 });
    const [plain, wide] = [of({}), of({ bound: 0.02, bias: 0.3 })];
    expect((plain?.lower ?? 0) - (wide?.lower ?? 0)).toBeCloseTo(0.32, 12);
    expect((wide?.upper ?? 0) - (plain?.upper ?? 0)).toBeCloseTo(0.02, 12);
  });

  it('changes nothing where they change nothing, or nothing is known', () => {
    expect(uncertaintyOf(...withParts(signs(100), { bound: 0 }))).toEqual(uncertaintyOf(...withParts(signs(100))));
    expect(uncertaintyOf(...withParts(signs(9), { bound: 0.02 }))).toEqual(uncertaintyOf(...withParts(signs(9))));
  });

  it('adds up in a contrast, times the weights', () => {
    const [first, population] = withParts(signs(100), { bound: 0.01 });
    const [second] = withParts(
      [...signs(100)].reverse().map((part, i) => part * (1 + (i % 4))),
      { bound: 0.02 },
    );
    const lower = (pair: { readonly candidate: MetricEstimate; readonly champion: MetricEstimate }) =>
      intervalOf(
        0,
        contrast({ ...pair, identical: false }, { candidate: 2, champion: -3, constant: 0 }, population).uncertainty,
        { level: 0.95 },
      )?.lower ?? Number.NaN;
    const plain = lower({ candidate: { ...first, bound: 0 }, champion: { ...second, bound: 0 } });
    expect(plain - lower({ candidate: first, champion: second })).toBeCloseTo(2 * 0.01 + 3 * 0.02, 12);
  });
});
