import { describe, expect, it } from 'vitest';
import { columnDistribution } from '../../../../core/domain/drift/column-distribution.ts';
import { FULL_RESOLUTION, profileColumn } from '../../../../core/domain/drift/profile-column.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const numeric = (values: readonly number[]) =>
  profileColumn(
    'x',
    { kind: 'numeric', values: Float64Array.from(values) },
    { kind: 'numeric', resolution: FULL_RESOLUTION },
  );
const counted = (counts: readonly (readonly [string, number])[], missing = 0) => ({
  ...{ name: 'c', kind: 'categorical' as const, counts, missing, other: 0 },
  rows: counts.reduce((sum, [, count]) => sum + count, missing),
});
const sum = (shares: readonly number[]) => shares.reduce((total, share) => total + share, 0);

describe('columnDistribution', () => {
  it('has shares of both windows that sum to 1, of numbers with outliers, missing values and sketches', () => {
    const random = seededRandom(3);
    const many = Array.from({ length: 9_000 }, (_, at) => (at % 9 === 0 ? Number.NaN : random.normal()));
    const few = [...Array.from({ length: 300 }, () => 1 + random.normal()), 1e300, -1e300];
    const cells = columnDistribution(numeric(many), numeric(few)) ?? [];
    expect(sum(cells.map(({ reference }) => reference))).toBeCloseTo(1, 6);
    expect(sum(cells.map(({ current }) => current))).toBeCloseTo(1, 6);
    expect(cells.at(-1)).toEqual({ label: '(missing)', reference: expect.closeTo(1 / 9, 8), current: 0 });
    // An outlier does not flatten the others into one bin.
    expect(Math.max(...cells.map(({ current }) => current))).toBeLessThan(0.3);
  });

  it('counts values of a bin as they are: uniform values are in bins of equal shares', () => {
    const values = Array.from({ length: 2_000 }, (_, at) => at);
    const cells = columnDistribution(numeric(values), numeric(values)) ?? [];
    expect(cells).toHaveLength(20);
    for (const { reference, current } of cells) {
      expect(reference).toBe(current);
      expect(Math.abs(reference - 0.05)).toBeLessThan(0.006);
    }
  });

  it('is one step for a constant, with what lies above it', () => {
    const cells = columnDistribution(numeric([5, 5, 5, 5]), numeric([5, 5, 5, 5]));
    expect(cells).toEqual([
      { label: '≤ 5', reference: 1, current: 1 },
      { label: '> 5', reference: 0, current: 0 },
    ]);
  });

  it('names the most frequent categories of either window and sums up the rest', () => {
    const rare = Array.from({ length: 20 }, (_, at): [string, number] => [`r${at}`, 1]);
    const cells =
      columnDistribution(
        counted([['a', 80], ...rare]),
        counted(
          [
            ['b', 50],
            ['a', 40],
          ],
          10,
        ),
      ) ?? [];
    expect(cells.slice(0, 2)).toEqual([
      { label: 'a', reference: 0.8, current: 0.4 },
      { label: 'b', reference: 0, current: 0.5 },
    ]);
    expect(cells.find(({ label }) => label === '(10 more categories)')?.reference).toBeCloseTo(0.1, 6);
    expect(cells.at(-1)).toEqual({ label: '(missing)', reference: 0, current: 0.1 });
    expect(sum(cells.map(({ current }) => current))).toBeCloseTo(1, 6);
  });

  it('is nothing for windows of two kinds, or without any value', () => {
    expect(columnDistribution(numeric([1, 2]), counted([['a', 2]]))).toBeUndefined();
    expect(columnDistribution(numeric([1, 2]), numeric([Number.NaN]))).toBeUndefined();
    expect(columnDistribution(numeric([]), numeric([1]))).toBeUndefined();
  });
});
