import { describe, expect, it } from 'vitest';
import {
  changedDecisions,
  largestMoves,
  reachWithoutChange,
} from '../../../../core/domain/inference/decision-changes.ts';
import type { Population } from '../../../../core/domain/inference/population.ts';
import { standardErrorOf } from '../../../../core/domain/inference/standard-error.ts';
import type { MetricEstimate } from '../../../../core/domain/metrics/metric.ts';
import golden from '../../../golden/limits.json' with { type: 'json' };

/** Decisions of two classes, all right, whose metric loses so much by one row of each class that is decided otherwise. */
function estimateOf(
  rows: readonly number[],
  moves: readonly number[],
  more: Partial<MetricEstimate> = {},
): MetricEstimate {
  const classes = Math.max(2, rows.length);
  const codes = Uint16Array.from(rows.flatMap((count, of) => new Array<number>(count).fill(of * classes + of)));
  const gradient = Float64Array.from({ length: classes ** 2 }, (_, cell) =>
    cell % classes === Math.floor(cell / classes) ? (moves[cell % classes] ?? 0) : 0,
  );
  const paired = { kind: 'decisions', classes, codes, gradient } as const;
  const influence = () => new Float64Array(codes.length);
  return {
    kind: 'estimate',
    value: 1,
    influence,
    byClass: false,
    distributionFree: { limits: () => undefined, paired },
    ...more,
  };
}

const populationOf = (rows: number, sampling: Population['sampling'] = { kind: 'rows' }): Population => ({
  labels: new Float64Array(rows),
  weights: null,
  sampling,
});
const groupsOf = (rows: number, count: number): Population['sampling'] => ({
  kind: 'clusters',
  ids: Uint32Array.from({ length: rows }, (_, row) => row % count),
  count,
});

describe('reachWithoutChange', () => {
  it.each(golden.effects)(
    'equals the optimum of SciPy of classes of $trials rows',
    ({ trials, effects, probability, most }) => {
      const rows = trials.reduce((sum, count) => sum + count, 0);
      const estimate = estimateOf(
        trials,
        effects.map((effect, of) => effect / (trials[of] ?? 1)),
      );
      const level = 1 - (2 * probability) / 0.9;
      expect(reachWithoutChange(estimate, populationOf(rows))?.(level)).toBeCloseTo(most, 6);
    },
  );

  it('counts groups of equal size where no row says how much the rows of one depend on each other', () => {
    const estimate = estimateOf([60, 60], [1 / 120, 1 / 120]);
    expect(reachWithoutChange(estimate, populationOf(120, groupsOf(120, 20)))?.(0.95)).toBeCloseTo(
      1 - 0.0225 ** (1 / 20),
      9,
    );
    // The largest of 13 groups has half of the rows: as 3.7 groups of equal size.
    const ids = Uint32Array.from({ length: 120 }, (_, row) => (row < 60 ? 0 : 1 + (row % 12)));
    const found = reachWithoutChange(estimate, populationOf(120, { kind: 'clusters', ids, count: 13 }))?.(0.95);
    expect(found).toBeCloseTo(1 - 0.0225 ** (1 / (1 / (0.25 + 12 * (5 / 120) ** 2))), 9);
  });

  it('counts rows over the design effect of the metric, between the groups and the rows', () => {
    const reach = (part: (row: number) => number) => {
      const influence = () => Float64Array.from({ length: 120 }, (_, row) => part(row));
      const estimate = estimateOf([60, 60], [1 / 120, 1 / 120], { influence });
      const population = populationOf(120, groupsOf(120, 20));
      const { designEffect } = standardErrorOf(estimate, population);
      return { designEffect, found: reachWithoutChange(estimate, population)?.(0.95) };
    };
    // Of six rows in a group all, five or three and a half go together; and all are apart.
    const together = reach((row) => (row % 20 < 10 ? 1 : -1));
    const mostly = reach((row) => (row % 20 < 10 === row >= 20 ? 1 : -1));
    const apart = reach((row) => (Math.floor(row / 20) % 2 || row < 7 ? 1 : -1));
    expect(together.found).toBeCloseTo(1 - 0.0225 ** (1 / 20), 9);
    expect(mostly.designEffect).toBeGreaterThan(1);
    expect(mostly.designEffect).toBeLessThan(6);
    expect(mostly.found).toBeCloseTo(1 - 0.0225 ** (mostly.designEffect / 120), 9);
    expect(apart.designEffect).toBeLessThan(1);
    expect(apart.found).toBeCloseTo(1 - 0.0225 ** (1 / 120), 9);
  });

  it('counts weighted rows as many as of one weight are as certain', () => {
    const weights = Float64Array.from({ length: 120 }, (_, row) => (row % 2 ? 3 : 1));
    const estimate = estimateOf([120, 0], [1 / 240, 1 / 240]);
    const found = reachWithoutChange(estimate, { ...populationOf(120), weights })?.(0.95);
    expect(found).toBeCloseTo(1 - 0.0225 ** (1 / (240 ** 2 / (60 * 10))), 9);
  });

  it('is no further than the range is wide, and unknown for metrics that are not of decisions', () => {
    const estimate = estimateOf([10, 10], [1, 1], { range: [0, 1] });
    expect(reachWithoutChange(estimate, populationOf(20))?.(0.95)).toBe(1);
    const coefficient = estimateOf([10, 10], [1, 1], { range: [-1, 1] });
    expect(reachWithoutChange(coefficient, populationOf(20))?.(0.95)).toBe(2);
    const { distributionFree: _, ...other } = estimate;
    expect(reachWithoutChange(other, populationOf(20))).toBeUndefined();
  });
});

describe('changedDecisions', () => {
  it('counts rows of another cell', () => {
    const of = (codes: readonly number[]) => ({
      classes: 2,
      codes: Uint16Array.from(codes),
      gradient: new Float64Array(4),
    });
    expect(changedDecisions(of([0, 1, 2, 3]), of([0, 1, 2, 3]))).toBe(0);
    expect(changedDecisions(of([0, 1, 2, 3]), of([1, 1, 3, 3]))).toBe(2);
  });
});

describe('largestMoves', () => {
  it('are by true class', () => {
    expect([...largestMoves({ classes: 2, gradient: Float64Array.of(1, -2, 0.5, 0.25) })]).toEqual([3, 0.25]);
  });
});
