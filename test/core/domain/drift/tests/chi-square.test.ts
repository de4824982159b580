import { describe, expect, it } from 'vitest';
import { categoryShares } from '../../../../../core/domain/drift/tests/category-shares.ts';
import golden from '../../../../golden/drift.json' with { type: 'json' };

const categorical = (counts: readonly number[], other = 0) => ({
  name: 'c',
  kind: 'categorical' as const,
  rows: counts.reduce((sum, count) => sum + count, other),
  missing: 0,
  counts: counts.flatMap((count, index): [string, number][] => (count === 0 ? [] : [[`c${index}`, count]])),
  other,
});
const numeric = { name: 'c', kind: 'numeric', rows: 3, missing: 0, quantiles: [1, 2, 3] } as const;

describe('categoryShares', () => {
  it.each(golden.psi)('has the PSI for effect on %j, of the current window and of a past one', (table, expected) => {
    const [before, now] = (table as [number[], number[]]).map((row) => categorical(row));
    if (before === undefined || now === undefined) throw new Error('two samples');
    const found = categoryShares.compare(before, now);
    expect('effect' in found ? found.effect : Number.NaN).toBeCloseTo(Number(expected), 12);
    expect(categoryShares.pastEffect(before, now)).toBeCloseTo(Number(expected), 12);
  });

  it('has the statistic and the p-value of chi2_contingency', () => {
    for (const [table, statistic, pValue] of golden.chi2) {
      const [before = [], now = []] = table as [number[], number[]];
      const found = categoryShares.compare(categorical(before), categorical(now));
      if ('untested' in found) throw new Error('tested');
      expect(found.statistic).toBeCloseTo(Number(statistic), 9);
      expect(found.pValue).toBeCloseTo(Number(pValue), 9);
    }
  });

  it('names at most five new categories', () => {
    const found = categoryShares.compare(categorical([9]), categorical([9, 7, 6, 5, 4, 3, 2]));
    const named = 'c1 (7 rows), c2 (6 rows), c3 (5 rows), c4 (4 rows), c5 (3 rows)';
    expect(found).toMatchObject({ note: ` New: ${named} and 1 more.` });
  });

  it('is not for numbers, and not for columns of which most categories were cut', () => {
    const different = { untested: 'the two windows have different types' };
    expect(categoryShares.compare(numeric, categorical([9]))).toEqual(different);
    expect(categoryShares.compare(categorical([9]), numeric)).toEqual(different);
    expect(categoryShares.pastEffect(categorical([9]), numeric)).toBeUndefined();
    expect(categoryShares.compare(categorical([9]), categorical([9], 10))).toEqual({
      untested: expect.stringContaining('too many categories'),
    });
  });
});
