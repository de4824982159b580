import { describe, expect, it } from 'vitest';
import { chiSquare } from '../../../../../core/domain/drift/tests/chi-square.ts';
import { gTest } from '../../../../../core/domain/drift/tests/g-test.ts';
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

describe.each([chiSquare, gTest])('$name', (test) => {
  it('is not for numbers, and not for columns of which most categories were cut', () => {
    const different = { untested: 'the two windows have different types' };
    expect(test.compare(numeric, categorical([9]))).toEqual(different);
    expect(test.compare(categorical([9]), numeric)).toEqual(different);
    expect(test.compare(categorical([9]), categorical([9], 10))).toEqual({
      untested: expect.stringContaining('too many categories'),
    });
  });

  it('has statistic 0 and p-value 1 for equal shares', () => {
    const found = test.compare(categorical([500, 70, 90]), categorical([50, 7, 9]));
    expect('pValue' in found ? found.pValue : Number.NaN).toBeCloseTo(1, 9);
  });
});

describe('chiSquare', () => {
  it('has the statistic of chi2_contingency, also where its p-value is not by the limit law', () => {
    for (const [table, statistic] of golden.chi2) {
      const [before = [], now = []] = table as [number[], number[]];
      const found = chiSquare.compare(categorical(before), categorical(now));
      if ('untested' in found) throw new Error('tested');
      expect(found.statistic).toBeCloseTo(Number(statistic), 9);
    }
  });
});
