import { describe, expect, it } from 'vitest';
import { chiSquareTest } from '../../../../core/domain/drift/chi-square-test.ts';
import { distributionOf } from '../../../../core/domain/drift/distribution.ts';
import { kolmogorovSmirnovTest } from '../../../../core/domain/drift/kolmogorov-smirnov.ts';
import { populationStabilityIndex } from '../../../../core/domain/drift/population-stability-index.ts';
import { FULL_RESOLUTION, type NumericProfile, profileColumn } from '../../../../core/domain/drift/profile-column.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';
import golden from '../../../golden/drift.json' with { type: 'json' };

function profile(values: readonly number[], points = FULL_RESOLUTION.points): NumericProfile {
  const column = { kind: 'numeric', values: Float64Array.from(values) } as const;
  const found = profileColumn('x', column, { kind: 'numeric', resolution: { points, categories: 10 } });
  if (found.kind !== 'numeric') throw new Error('not numeric');
  return found;
}

describe('kolmogorovSmirnovTest', () => {
  it.each(Object.entries(golden.ks))('equals ks_2samp on %s', (_, { reference, current, statistic, pValue }) => {
    const test = kolmogorovSmirnovTest(distributionOf(profile(reference)), distributionOf(profile(current)));
    expect(Math.abs(test.statistic - statistic)).toBeLessThan(1e-12);
    expect(Math.abs(test.pValue - pValue)).toBeLessThan(1e-9);
  });

  it('is off by no more than the sketches say, and its p-value is never too small', () => {
    const { reference, current, statistic, pValue } = golden.ks.shifted;
    const left = distributionOf(profile(reference, 51));
    const right = distributionOf(profile(current, 51));
    const test = kolmogorovSmirnovTest(left, right);
    expect(left.error).toBe(0.01);
    expect(Math.abs(test.statistic - statistic)).toBeLessThanOrEqual(left.error + right.error + 1e-12);
    expect(test.pValue).toBeGreaterThanOrEqual(pValue);
  });

  it('is 0 with p-value 1 for the same sample', () => {
    const same = distributionOf(profile([1, 2, 2, 5]));
    expect(kolmogorovSmirnovTest(same, same)).toEqual({ statistic: 0, pValue: 1 });
  });
});

describe('chiSquareTest', () => {
  it.each(golden.chi2)('equals chi2_contingency on %j', (table, statistic, pValue) => {
    const [reference, current] = table as [number[], number[]];
    const test = chiSquareTest({ categories: reference.map(String), reference, current });
    expect(Math.abs(test.statistic - Number(statistic))).toBeLessThan(1e-9);
    expect(Math.abs(test.pValue - Number(pValue))).toBeLessThan(1e-9);
  });

  it('has nothing to say of a single category', () => {
    expect(chiSquareTest({ categories: ['a'], reference: [5], current: [9] })).toEqual({ statistic: 0, pValue: 1 });
  });
});

describe('populationStabilityIndex', () => {
  it('is 0 for equal counts and grows with the difference', () => {
    const index = (current: number[]) =>
      populationStabilityIndex({ categories: ['a', 'b'], reference: [50, 50], current });
    expect(index([50, 50])).toBe(0);
    expect(index([80, 20])).toBeGreaterThan(index([60, 40]));
    expect(index([80, 20])).toBeCloseTo(0.4, 1);
  });
});

describe('false alarms of the tests at a level of 5 %, no drift at all', () => {
  const random = seededRandom(42);
  const trials = 400;

  it('KS alarms in about 5 % of trials', () => {
    let alarms = 0;
    for (let trial = 0; trial < trials; trial++) {
      const sample = (rows: number) => distributionOf(profile(Array.from({ length: rows }, () => random.normal())));
      if (kolmogorovSmirnovTest(sample(300), sample(120)).pValue <= 0.05) alarms++;
    }
    expect(alarms / trials).toBeLessThan(0.08);
    expect(alarms / trials).toBeGreaterThan(0.01);
  });

  it('chi-square alarms in about 5 % of trials whatever the sizes', () => {
    let alarms = 0;
    for (let trial = 0; trial < trials; trial++) {
      const counts = (rows: number) => {
        const found = [0, 0, 0, 0, 0];
        for (let i = 0; i < rows; i++) {
          const category = Math.floor(random.uniform() * 5);
          found[category] = (found[category] ?? 0) + 1;
        }
        return found;
      };
      const categories = ['a', 'b', 'c', 'd', 'e'];
      if (chiSquareTest({ categories, reference: counts(100), current: counts(1000) }).pValue <= 0.05) alarms++;
    }
    expect(alarms / trials).toBeLessThan(0.08);
    expect(alarms / trials).toBeGreaterThan(0.02);
  });
});
