import { describe, expect, it } from 'vitest';
import { estimated, quantileOf, reachOf } from '../../../../core/domain/inference/interval.ts';
import { standardErrorOf } from '../../../../core/domain/inference/standard-error.ts';
import type { MetricEstimate } from '../../../../core/domain/metrics/metric.ts';

// 20 groups of 50 rows. The sums of the first two are nine times as large as those of the others, and of the other sign.
const [GROUPS, SIZE] = [20, 50];
const sumOf = (group: number) => (group < 2 ? 9 : -1);
/** Within a group rows alternate around its mean, so that no row outweighs others. */
const influence = Float64Array.from(
  { length: GROUPS * SIZE },
  (_, row) => sumOf(Math.floor(row / SIZE)) / SIZE + (row % 2 === 0 ? 1 : -1),
);
const population = {
  sampling: { kind: 'clusters', ids: Uint32Array.from(influence, (_, row) => Math.floor(row / SIZE)), count: GROUPS },
  labels: new Float64Array(influence.length),
  weights: null,
} as const;
const errorOf = (support?: MetricEstimate['support']) =>
  standardErrorOf({ influence: () => influence, byClass: false, ...(support ? { support } : {}) }, population);
const OF_CLASS = { rows: 500, what: 'rows of the smaller class' };

describe('a few groups that make most of the error', () => {
  it('leave fewer degrees of freedom where no class says how much a value rests on', () => {
    // Sums of squares 2 · 81 + 18 = 180 and of fourth powers 2 · 6561 + 18 = 13140: 180² / 13140 equal groups.
    const equalGroups = 180 ** 2 / 13_140;
    expect(errorOf().degreesOfFreedom).toBeCloseTo(2 / (1 / equalGroups - 1 / GROUPS), 10);
    expect(errorOf(OF_CLASS).degreesOfFreedom).toBeCloseTo(GROUPS - 1, 6);
  });

  it('count their skewness twice there, and once where a class does', () => {
    // Cubes 2 · 729 - 18 = 1440.
    const skewness = 1440 / 180 ** 1.5;
    for (const [found, times] of [
      [errorOf(), 2],
      [errorOf(OF_CLASS), 1],
    ] as const) {
      expect(found.skewness).toBeCloseTo(skewness, 10);
      const known = estimated(found, population);
      if (known.kind !== 'estimated') throw new Error(known.kind);
      const half = quantileOf({ ...found, skewness: times * skewness }, 0.95) * found.standardError;
      expect(reachOf(known, 0.95).below).toBeCloseTo(half, 10);
    }
  });

  it('leave as many degrees of freedom as groups less one where sums are equal', () => {
    const equal = Float64Array.from(influence, (_, row) => (Math.floor(row / SIZE) % 2 === 0 ? 1 : -1));
    const found = standardErrorOf({ influence: () => equal, byClass: false }, population);
    expect(found.degreesOfFreedom).toBeCloseTo(GROUPS - 1, 6);
    expect(found.skewness).toBeCloseTo(0, 12);
  });
});
