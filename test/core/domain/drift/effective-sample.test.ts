import { describe, expect, it } from 'vitest';
import {
  degreesOfFreedom,
  effectiveSample,
  estimatedVariance,
  inWholeRows,
  knownVariance,
  oneSidedQuantile,
} from '../../../../core/domain/drift/effective-sample.ts';
import type { ColumnProfile } from '../../../../core/domain/drift/profile-column.ts';

const clusters = { groups: 7, values: 4, presence: 2 };
const numeric: ColumnProfile = { name: 'x', kind: 'numeric', rows: 100, missing: 20, quantiles: [1, 2], clusters };
const categorical: ColumnProfile = {
  ...{ name: 'c', kind: 'categorical', rows: 103, missing: 3, other: 10, clusters },
  counts: [
    ['a', 70],
    ['b', 20],
  ],
};

describe('effectiveSample', () => {
  it('has as many rows as there are independent ones, by what a test looks at', () => {
    expect(effectiveSample(numeric, 'values')).toMatchObject({ rows: 25, missing: 5, quantiles: [1, 2] });
    expect(effectiveSample(numeric, 'presence')).toMatchObject({ rows: 50, missing: 10 });
    expect(effectiveSample(categorical, 'values')).toMatchObject({
      rows: 25.75,
      other: 2.5,
      counts: [
        ['a', 17.5],
        ['b', 5],
      ],
    });
  });

  it('is the column itself where rows are independent', () => {
    const { clusters: _, ...plain } = numeric;
    expect(effectiveSample(plain, 'values')).toBe(plain);
    expect(inWholeRows(plain)).toBe(plain);
  });
});

describe('inWholeRows', () => {
  it('has rows that are the sum of its counts', () => {
    expect(inWholeRows(effectiveSample(categorical, 'values'))).toMatchObject({
      ...{ rows: 27, missing: 1, other: 3 },
      counts: [
        ['a', 18],
        ['b', 5],
      ],
    });
  });
});

describe('p-values of a variance from few groups', () => {
  it.each([
    [0.05, 6, 0.0977000304316188],
    [1e-4, 6, 0.008071209220072833],
    [1e-12, 49, 4.1658563371363054e-9],
    [0.9, 4, 0.9060627554128252],
  ])('are those of SciPy: %f with %i degrees of freedom', (pValue, df, expected) => {
    expect(estimatedVariance(pValue, df) / expected).toBeCloseTo(1, 9);
    expect(knownVariance(expected, df) / pValue).toBeCloseTo(1, 6);
  });

  it('are as they are where rows are independent, and never smaller than with more groups', () => {
    expect(estimatedVariance(0.03, Number.POSITIVE_INFINITY)).toBe(0.03);
    expect(knownVariance(0.03, Number.POSITIVE_INFINITY)).toBe(0.03);
    expect(oneSidedQuantile(Number.POSITIVE_INFINITY)).toBeCloseTo(1.6448536269514722, 12);
    for (const pValue of [0, 1e-300, 1e-9, 0.01, 0.5, 1]) {
      const found = [4, 9, 50, 1000].map((df) => estimatedVariance(pValue, df));
      expect(found).toEqual([...found].sort((a, b) => b - a));
      for (const one of found) expect(one).toBeGreaterThanOrEqual(pValue);
    }
  });

  it('take the groups of the window that has fewer', () => {
    expect(degreesOfFreedom('values', numeric, { ...numeric, clusters: { ...clusters, groups: 50 } })).toBe(6);
    const { clusters: _, ...plain } = numeric;
    expect(degreesOfFreedom('values', plain, plain)).toBe(Number.POSITIVE_INFINITY);
    // A column without any value has groups of rows all the same.
    const lost = { ...numeric, clusters: { ...clusters, groups: 0, rowGroups: 12 } };
    expect(degreesOfFreedom('presence', lost)).toBe(11);
    expect(degreesOfFreedom('values', lost)).toBe(-1);
  });
});
