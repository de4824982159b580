import { describe, expect, it } from 'vitest';
import { distributionOf } from '../../../../../core/domain/drift/distribution.ts';
import {
  FULL_RESOLUTION,
  type NumericProfile,
  profileColumn,
} from '../../../../../core/domain/drift/profile-column.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovTest } from '../../../../../core/domain/drift/tests/kolmogorov-smirnov.ts';
import { seededRandom } from '../../../../../testkit/seeded-random.ts';
import golden from '../../../../golden/drift.json' with { type: 'json' };

function profile(values: readonly number[], points = FULL_RESOLUTION.points): NumericProfile {
  const column = { kind: 'numeric', values: Float64Array.from(values) } as const;
  const found = profileColumn('x', column, { kind: 'numeric', resolution: { points, categories: 10 } });
  if (found.kind !== 'numeric') throw new Error('not numeric');
  return found;
}

describe('kolmogorovSmirnov', () => {
  it('is not for categories', () => {
    const categories = { name: 'x', kind: 'categorical', rows: 9, missing: 0, counts: [['a', 9]], other: 0 } as const;
    const numbers = profile([1, 2, 3]);
    for (const [before, now] of [[categories, numbers] as const, [numbers, categories] as const]) {
      expect(kolmogorovSmirnov.compare(before, now)).toEqual({ untested: 'the two windows have different types' });
    }
  });
});

describe('kolmogorovSmirnovTest', () => {
  it.each(Object.entries(golden.ks))('equals ks_2samp on %s', (_, { reference, current, statistic, pValue }) => {
    const test = kolmogorovSmirnovTest(distributionOf(profile(reference)), distributionOf(profile(current)));
    expect(Math.abs(test.statistic - statistic)).toBeLessThan(1e-12);
    // These are of the limit law; the exact ones are in drift-tests.json.
    expect(Math.abs(test.pValue - pValue)).toBeLessThan(0.02);
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

  it('alarms in about 5 % of trials without drift at a level of 5 %', () => {
    const random = seededRandom(42);
    const trials = 400;
    let alarms = 0;
    for (let trial = 0; trial < trials; trial++) {
      const sample = (rows: number) => distributionOf(profile(Array.from({ length: rows }, () => random.normal())));
      if (kolmogorovSmirnovTest(sample(300), sample(120)).pValue <= 0.05) alarms++;
    }
    expect(alarms / trials).toBeLessThan(0.08);
    expect(alarms / trials).toBeGreaterThan(0.01);
  });
});
