import { describe, expect, it } from 'vitest';
import { chiSquareTest } from '../../../../core/domain/drift/chi-square-test.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';
import golden from '../../../golden/drift.json' with { type: 'json' };

describe('chiSquareTest', () => {
  it.each(golden.chi2)('equals chi2_contingency on %j', (table, statistic, pValue) => {
    const [reference, current] = table as [number[], number[]];
    const test = chiSquareTest({ categories: reference.map(String), reference, current });
    expect(Math.abs(test.statistic - Number(statistic))).toBeLessThan(1e-9);
    // Of small counts it is by permutation, which drift-tests.json has.
    const isSmall = [...reference, ...current].some((count) => count < 5);
    if (!isSmall) expect(Math.abs(test.pValue - Number(pValue))).toBeLessThan(1e-9);
  });

  it('has nothing to say of a single category', () => {
    expect(chiSquareTest({ categories: ['a'], reference: [5], current: [9] })).toEqual({ statistic: 0, pValue: 1 });
  });

  it('alarms in about 5 % of trials without drift at a level of 5 %, whatever the sizes', () => {
    const random = seededRandom(42);
    const trials = 400;
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

describe('chiSquareTest of many rare categories', () => {
  it('goes below one in 20,000 where no draw is as large', () => {
    const categories = Array.from({ length: 100 }, (_, at) => String(at));
    const [reference, current] = [0, 1].map((half) => categories.map((_, at) => (at % 2 === half ? 2 : 0))) as [
      number[],
      number[],
    ];
    const { pValue } = chiSquareTest({ categories, reference, current });
    expect(pValue).toBeLessThan(1e-6);
    expect(pValue).toBeGreaterThan(0);
  });

  it('has the p-value of all draws, also where it stops early', () => {
    const [reference, current] = [
      [1, 2, 3, 9, 4, 1, 0, 2],
      [4, 0, 2, 3, 8, 1, 3, 2],
    ];
    const { pValue } = chiSquareTest({ categories: reference.map(String), reference, current });
    // scipy 1.17.1: chi2_contingency(table, correction=False, method=PermutationMethod(n_resamples=99_999)).
    expect(Math.abs(pValue / 0.11362 - 1)).toBeLessThan(0.1);
  });
});
