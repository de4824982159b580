import { describe, expect, it } from 'vitest';
import { contrast } from '../../../../core/domain/inference/contrast.ts';
import { errorShareBound } from '../../../../core/domain/inference/exact-edge.ts';
import { reachOf, uncertaintyOf } from '../../../../core/domain/inference/interval.ts';
import type { Population } from '../../../../core/domain/inference/population.ts';
import {
  combineReach,
  correctedCorrelation,
  influenceCorrelation,
  wilsonReach,
} from '../../../../core/domain/inference/proportion.ts';
import { standardErrorOf } from '../../../../core/domain/inference/standard-error.ts';
import type { Uncertainty } from '../../../../core/domain/inference/uncertainty.ts';
import type { MetricEstimate } from '../../../../core/domain/metrics/metric.ts';
import { studentTQuantile } from '../../../../core/domain/statistics/student-t.ts';

const ROWS = 100;
const rows: Population = { sampling: { kind: 'rows' }, labels: new Float64Array(ROWS), weights: null };
const groups: Population = {
  ...rows,
  sampling: { kind: 'clusters', ids: Uint32Array.from({ length: ROWS }, (_, i) => Math.floor(i / 5)), count: 20 },
};
const difference = { candidate: 1, champion: -1, constant: 0 };

function made(value: number, part: (row: number) => number, more: Partial<MetricEstimate> = {}): MetricEstimate {
  const influence = () => Float64Array.from({ length: ROWS }, (_, row) => part(row));
  return { kind: 'estimate', value, influence, byClass: false, ...more };
}
const pairOf = (candidate: MetricEstimate, champion: MetricEstimate) => ({ candidate, champion, identical: false });
const sign = (row: number) => (row % 2 === 0 ? 1 : -1);
const slow = (row: number) => (row % 4 < 2 ? 1 : -1);
/** A proportion of the rows below a count, centred. */
const share = (count: number, support: number) => {
  const value = count / ROWS;
  const part = (row: number) => (row < count ? 1 - value : -value);
  const outcomes = () => Uint8Array.from({ length: ROWS }, (_, row) => (row < count ? 1 : 0));
  return made(value, part, { outcomes, support: { rows: support, what: 'rows that it counts' } });
};

function estimated(found: Uncertainty) {
  if (found.kind !== 'estimated') throw new Error(found.kind);
  return found;
}

describe('contrast', () => {
  it('is the combination of both values, with the error of the combined influences', () => {
    const weights = { candidate: 2, champion: -3, constant: 0.5 };
    const { value, uncertainty } = contrast(pairOf(made(5, sign), made(2, slow)), weights, rows);
    expect(value).toBe(4.5);
    const influence = () => Float64Array.from({ length: ROWS }, (_, row) => 2 * sign(row) - 3 * slow(row));
    expect(uncertainty).toEqual({ kind: 'estimated', ...standardErrorOf({ influence, byClass: false }, rows) });
  });

  it('reaches further on the side of the value that is too high by chance', () => {
    const of = (first: number, second: number) =>
      reachOf(
        estimated(
          contrast(pairOf(made(5, sign, { bias: first }), made(2, slow, { bias: second })), difference, rows)
            .uncertainty,
        ),
        0.95,
      );
    const { below, above } = of(0, 0);
    expect(of(0.3, 0.1)).toEqual({ below: expect.closeTo(below + 0.2, 12), above });
    expect(of(0.1, 0.3)).toEqual({ below, above: expect.closeTo(above + 0.2, 12) });
    expect(of(0.2, 0.2)).toEqual({ below, above });
  });

  it('of one model has its own error, in the unit of the weight', () => {
    const alone = made(5, sign, { range: [0, Number.POSITIVE_INFINITY] });
    const own = estimated(uncertaintyOf(alone, rows));
    const of = (weight: number) =>
      estimated(contrast(pairOf(alone, alone), { candidate: weight, champion: 0, constant: 1 }, rows).uncertainty);
    const { below, above } = reachOf(own, 0.95);
    expect(above).toBeGreaterThan(below);
    expect(reachOf(of(2), 0.95)).toEqual({ below: 2 * below, above: 2 * above });
    // A ceiling is the bound less the value: what reaches up reaches down.
    expect(reachOf(of(-1), 0.95)).toEqual({ below: above, above: below });
    expect(of(-2).standardError).toBeCloseTo(2 * own.standardError, 15);
    expect(of(-2).reach).toBeDefined();
  });

  it('of one model without a range stays symmetric', () => {
    const alone = made(5, sign);
    const { uncertainty } = contrast(pairOf(alone, alone), { candidate: -2, champion: 0, constant: 0 }, rows);
    expect(estimated(uncertainty).reach).toBeUndefined();
    expect(estimated(uncertainty).standardError).toBeCloseTo((2 * 10) / 99, 12);
  });

  it('of one model without an interval has none', () => {
    const alone = made(5, sign, { withoutInterval: 'it rests on one row' });
    const { uncertainty } = contrast(pairOf(alone, alone), { candidate: 1, champion: 0, constant: 0 }, rows);
    expect(uncertainty).toEqual({ kind: 'unknown', reason: 'it rests on one row' });
  });

  it('of identical predictions is exact, whatever lacks', () => {
    const pair = { ...pairOf(share(50, 3), share(50, 3)), identical: true };
    expect(contrast(pair, difference, rows)).toEqual({
      value: 0,
      uncertainty: { kind: 'exact', method: 'identical predictions' },
    });
  });

  it('has no interval where either model has none', () => {
    const fine = made(5, sign);
    const none = made(2, slow, { support: { rows: 7, what: 'rows with label 1' } });
    for (const pair of [pairOf(fine, none), pairOf(none, fine)]) {
      expect(contrast(pair, difference, rows).uncertainty).toMatchObject({
        kind: 'unknown',
        lack: { has: 7, needs: 20 },
      });
    }
  });

  it('says why where only one has no interval by its nature', () => {
    const fine = made(5, sign);
    const none = made(2, slow, { withoutInterval: 'it rests on one row' });
    const expected = { kind: 'unknown', reason: 'it rests on one row' };
    expect(contrast(pairOf(fine, none), difference, rows).uncertainty).toEqual(expected);
    expect(contrast(pairOf(none, fine), difference, rows).uncertainty).toEqual(expected);
  });

  it('takes an error for rounding in proportion to both values', () => {
    const [first, second] = [made(1e6, (row) => 5e-8 * sign(row)), made(1e6, (row) => -5e-8 * sign(row))];
    // The error of 1e-8 is no more than rounding of sums of 2e6, and more than that of numbers near 1.
    const { uncertainty } = contrast(pairOf(first, second), difference, rows);
    expect(estimated(uncertainty).method).toBe('exact bound for no disagreement');
    const small = contrast(pairOf({ ...first, value: 1 }, { ...second, value: 1 }), difference, rows).uncertainty;
    expect(estimated(small).method).toBe('influence function (t)');
  });

  it('rests on the fewer rows of the two', () => {
    const [few, many] = [20, 60].map((count) => ({ rows: count, what: 'rows of the smaller class' }));
    const freedom = (first: MetricEstimate['support'], second: MetricEstimate['support']) =>
      estimated(
        contrast(
          pairOf(made(5, sign, first && { support: first }), made(2, slow, second && { support: second })),
          difference,
          rows,
        ).uncertainty,
      ).degreesOfFreedom;
    expect(freedom(few, many)).toBe(19);
    expect(freedom(many, few)).toBe(19);
    expect(freedom(few, undefined)).toBe(19);
    expect(freedom(undefined, few)).toBe(19);
  });

  it('is by class only where both values are', () => {
    const labels = Float64Array.from({ length: ROWS }, (_, row) => (row < 30 ? 1 : 0));
    const population: Population = { ...rows, labels };
    const of = (first: boolean, second: boolean) =>
      estimated(
        contrast(
          pairOf(made(0.5, sign, { byClass: first }), made(0.4, slow, { byClass: second })),
          difference,
          population,
        ).uncertainty,
      ).method;
    expect(of(true, true)).toBe('DeLong (t)');
    expect(of(true, false)).toBe('influence function (t)');
    expect(of(false, true)).toBe('influence function (t)');
  });
});

describe('contrast of metrics with limits for every law', () => {
  const limits = () => ({ lower: 1, upper: 6, method: 'limits' });
  /** So many rows make all of the difference, half of them up and half down. */
  const methodOf = (count: number, distributionFree: MetricEstimate['distributionFree'], population = rows) => {
    const part = (row: number) =>
      row % Math.floor(ROWS / count) === 0 && row / Math.floor(ROWS / count) < count ? 1 : 0;
    const more = distributionFree === undefined ? {} : { distributionFree };
    const candidate = made(5, (row) => part(row) * (Math.floor((row * count) / ROWS) % 2 === 0 ? 1 : -1), more);
    const champion = made(2, () => 0, more);
    const ofClass = { rows: 50, what: 'rows of the smaller class' };
    const pair = pairOf({ ...candidate, support: ofClass }, { ...champion, support: ofClass });
    return estimated(contrast(pair, difference, population).uncertainty).method;
  };

  it('goes by them where fewer than ten rows make it', () => {
    const paired = { kind: 'losses', width: 20 } as const;
    expect(methodOf(8, { limits, paired })).toBe('Hoeffding bound, paired');
    expect(methodOf(10, { limits, paired })).toBe('influence function (t)');
    expect(methodOf(8, undefined)).toBe('influence function (t)');
  });

  it('goes by those of both values where fewer than twelve rows make it, and it has no parts', () => {
    expect(methodOf(10, { limits })).toBe('limits, of both values');
    expect(methodOf(12, { limits })).toBe('influence function (t)');
  });
});

describe('contrast of proportions', () => {
  it("joins Wilson's intervals by the corrected correlation, with the rows that each counts", () => {
    const [candidate, champion] = [share(80, 90), share(60, 75)];
    const found = estimated(contrast(pairOf(candidate, champion), difference, rows).uncertainty);
    const correlation = correctedCorrelation(influenceCorrelation(candidate.influence(), champion.influence()), {
      trials: 75,
      proportions: [0.8, 0.6],
    });
    const expected = combineReach(
      { weight: 1, reach: wilsonReach(0.8, 90, 0.9) },
      { weight: -1, reach: wilsonReach(0.6, 75, 0.9) },
      correlation,
    );
    expect(found.method).toBe('Newcombe (paired)');
    expect(found.reach?.(0.9)).toEqual(expected);
  });

  it('counts all rows where it is not said which', () => {
    const without = ({ support: _, ...rest }: MetricEstimate): MetricEstimate => rest;
    const pair = pairOf(share(80, ROWS), share(60, ROWS));
    const reach = (candidate: MetricEstimate, champion: MetricEstimate) =>
      estimated(contrast(pairOf(candidate, champion), difference, rows).uncertainty).reach?.(0.95);
    const expected = reach(pair.candidate, pair.champion);
    expect(reach(without(pair.candidate), pair.champion)).toEqual(expected);
    expect(reach(pair.candidate, without(pair.champion))).toEqual(expected);
  });

  it('goes by influences in groups, and where one is no proportion', () => {
    const plain = made(0.6, slow);
    expect(estimated(contrast(pairOf(share(80, 90), plain), difference, rows).uncertainty).method).toBe(
      'influence function (t)',
    );
    expect(estimated(contrast(pairOf(plain, share(80, 90)), difference, rows).uncertainty).method).toBe(
      'influence function (t)',
    );
    const byGroup = pairOf(share(80, 90), share(52, 75));
    expect(estimated(contrast(byGroup, difference, groups).uncertainty).method).toMatch(/CR2/);
  });
});

describe('contrast of models that err on the same rows', () => {
  const z = studentTQuantile(0.975, 1e6);

  it('reaches as far as the largest share of rows that could set them apart', () => {
    const part = (row: number) => (row < 10 ? 9 : -1);
    const { uncertainty, value } = contrast(pairOf(made(0.9, part), made(0.9, part)), difference, rows);
    const half = (errorShareBound(ROWS, 0.95) * 20) / 2;
    expect(value).toBe(0);
    expect(estimated(uncertainty).method).toBe('exact bound for no disagreement');
    expect(reachOf(estimated(uncertainty), 0.95)).toEqual({ below: half, above: half });
    expect(estimated(uncertainty).standardError).toBeCloseTo(half / z, 12);
  });

  it('counts the rows that the candidate rests on, and pairs of groups', () => {
    const part = (row: number) => (row < 10 ? 9 : -1);
    const support = { rows: 40, what: 'rows of the smaller class' };
    const pair = pairOf(made(0.9, part, { support }), made(0.9, part, { support }));
    const below = (population: Population) =>
      reachOf(estimated(contrast(pair, difference, population).uncertainty), 0.95).below;
    expect(below(rows)).toBeCloseTo(errorShareBound(40, 0.95) * 10, 12);
    expect(below(groups)).toBeCloseTo(errorShareBound(10, 0.95) * 10, 12);
  });

  it('weighs the spread of both', () => {
    const part = (row: number) => (row < 10 ? 9 : -1);
    const half = (row: number) => part(row) / 2;
    const weights = { candidate: 1, champion: -2, constant: 0 };
    const { uncertainty } = contrast(pairOf(made(0.9, part), made(0.45, half)), weights, rows);
    expect(reachOf(estimated(uncertainty), 0.95).below).toBeCloseTo((errorShareBound(ROWS, 0.95) * 20) / 2, 12);
  });

  it('without an error in either is joined of the exact bound of each', () => {
    const edge = { trials: 50, worst: (errors: number) => 1 - errors };
    const perfect = made(1, () => 0, { edge });
    const found = estimated(contrast(pairOf(perfect, perfect), difference, rows).uncertainty);
    const own = errorShareBound(50, 0.95);
    expect(found.method).toBe('exact bounds for no errors');
    expect(found.reach?.(0.95)).toEqual({ below: expect.closeTo(own, 12), above: expect.closeTo(own, 12) });
    expect(found.standardError).toBeCloseTo(own / z, 12);
  });

  it('is unknown where there is no such bound', () => {
    const flat = made(3, () => 0);
    const edge = { trials: 50, worst: (errors: number) => 1 - errors };
    const perfect = made(1, () => 0, { edge });
    for (const pair of [pairOf(flat, flat), pairOf(perfect, flat), pairOf(flat, perfect)]) {
      expect(contrast(pair, difference, rows).uncertainty).toEqual({
        kind: 'unknown',
        reason: 'the rows show no variation to estimate an error from',
      });
    }
  });
});
