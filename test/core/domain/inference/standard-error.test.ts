import { describe, expect, it } from 'vitest';
import type { Population, Sampling } from '../../../../core/domain/inference/population.ts';
import { clusterShares, standardErrorOf } from '../../../../core/domain/inference/standard-error.ts';

/** What is said of these influences, of rows in groups of these sizes that follow one another. */
function byGroup(parts: readonly number[], sizes: readonly number[], more: Partial<Population> = {}) {
  const ids = Uint32Array.from(sizes.flatMap((size, id) => Array<number>(size).fill(id)));
  const sampling: Sampling = { kind: 'clusters', ids, count: sizes.length };
  const population = { sampling, labels: new Float64Array(parts.length), weights: null, ...more };
  return standardErrorOf({ influence: () => Float64Array.from(parts), byClass: false }, population);
}

function byRow(parts: readonly number[], weights: Float64Array | null = null) {
  const labels = new Float64Array(parts.length);
  const influence = () => Float64Array.from(parts);
  return standardErrorOf({ influence, byClass: false }, { sampling: { kind: 'rows' }, labels, weights });
}

const repeated = (groups: number, size: number, part: (group: number) => number) =>
  Array.from({ length: groups * size }, (_, row) => part(Math.floor(row / size)));

describe('clusterShares', () => {
  const sampling = { kind: 'clusters', ids: Uint32Array.of(0, 2, 1, 0), count: 3 } as const;

  it('are the parts of rows, or of their weights', () => {
    expect([...clusterShares(sampling, null)]).toEqual([1 / 2, 1 / 4, 1 / 4]);
    expect([...clusterShares(sampling, Float64Array.of(1, 3, 2, 2))]).toEqual([3 / 8, 2 / 8, 3 / 8]);
  });
});

describe('standardErrorOf rows in groups', () => {
  it('divides the square of each sum by what the mean leaves of it', () => {
    // Sums 6, -2 and -4 of 4, 2 and 2 of 8 rows: 36 / (1/2) + 4 / (3/4) + 16 / (3/4), over 8 squared.
    const parts = [2, 1, 2, 1, -3, 1, -1, -3];
    const found = byGroup(parts, [4, 2, 2]);
    expect(found.standardError).toBeCloseTo(Math.sqrt((72 + 16 / 3 + 64 / 3) / 64), 14);
    expect(found).toMatchObject({ units: 3, method: 'influence function, cluster-robust (CR2, t)' });
  });

  it('takes shares of weight, given or not', () => {
    const parts = [2, 1, 2, 1, -3, 1, -1, -3];
    const weights = Float64Array.of(3, 3, 3, 3, 1, 1, 1, 1);
    // The first group has 12 of 16, the others 2 each.
    const expected = Math.sqrt((36 / (1 / 4) + 4 / (7 / 8) + 16 / (7 / 8)) / 64);
    expect(byGroup(parts, [4, 2, 2], { weights }).standardError).toBeCloseTo(expected, 14);
    const shares = Float64Array.of(12 / 16, 2 / 16, 2 / 16);
    expect(byGroup(parts, [4, 2, 2], { shares }).standardError).toBeCloseTo(expected, 14);
  });

  it('has the design effect of rows that move together, and 1 where rows are parts of others or do not vary', () => {
    // Ten groups of ten rows of 1 or of -1: variance 1/9 in place of 1/99.
    const parts = repeated(10, 10, (group) => (group % 2 === 0 ? 1 : -1));
    const sizes = Array<number>(10).fill(10);
    expect(byGroup(parts, sizes).designEffect).toBeCloseTo(11, 12);
    expect(byGroup(parts, sizes, { rows: 5000 }).designEffect).toBe(1);
    expect(byGroup(Array<number>(100).fill(0), sizes).designEffect).toBe(1);
  });

  it('takes the skewness of the sums where that is larger', () => {
    // Sums 9 and nine of -1: (729 - 9) / 90^1.5; rows are twice as many halves: 180 / 45^1.5.
    const parts = repeated(10, 2, (group) => (group === 0 ? 4.5 : -0.5));
    const [found, mirrored] = [parts, parts.map((part) => -part)].map((one) => byGroup(one, Array(10).fill(2)));
    expect(found?.skewness).toBeCloseTo(720 / 90 ** 1.5, 12);
    expect(found?.rowSkewness).toBeCloseTo(180 / 45 ** 1.5, 12);
    expect(mirrored?.skewness).toBeCloseTo(-720 / 90 ** 1.5, 12);
  });

  // Satterthwaite's degrees of freedom from the whole matrix: residual sums (I - h 1') s of sums s whose standard
  // deviation is h, each over the root of 1 - h; then the square of the trace over the trace of the square.
  it.each([{ sizes: [4, 4, 4, 4] }, { sizes: [10, 5, 3, 1, 1] }, { sizes: [2, 9, 4, 7, 1, 6, 11, 3, 3, 5, 8, 1] }])(
    'has the degrees of freedom of the matrix for $sizes',
    ({ sizes }) => {
      const rows = sizes.reduce((sum, size) => sum + size, 0);
      const h = sizes.map((size) => size / rows);
      const residual = h.map((of, g) => h.map((_, k) => ((g === k ? 1 : 0) - of) / Math.sqrt(1 - of)));
      const covariance = residual.map((row) =>
        residual.map((column) => row.reduce((sum, value, k) => sum + value * (h[k] ?? 0) ** 2 * (column[k] ?? 0), 0)),
      );
      const trace = covariance.reduce((sum, row, g) => sum + (row[g] ?? 0), 0);
      const ofSquare = covariance.flat().reduce((sum, value) => sum + value * value, 0);
      const parts = Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? 1 : -1));
      expect(byGroup(parts, sizes).degreesOfFreedom).toBeCloseTo(trace ** 2 / ofSquare, 9);
    },
  );
});

describe('standardErrorOf independent rows', () => {
  it('has no skewness and no error where nothing varies', () => {
    expect(byRow(Array<number>(12).fill(0))).toMatchObject({ standardError: 0, skewness: 0, rowSkewness: 0 });
  });

  it('says of weighted rows that they are', () => {
    const parts = [1, -1, 2, -2, 1, -1, 3, -3, 1, -1];
    expect(byRow(parts, new Float64Array(10).fill(2)).method).toBe('influence function, weighted (sandwich, t)');
    // 32 / (10 * 9), and the correction of ten rows once more.
    expect(byRow(parts).standardError).toBeCloseTo(Math.sqrt((32 / 90) * (10 / 9)), 14);
  });

  it('has rows less one degrees of freedom of equal parts, whatever their rounding', () => {
    for (const part of [0.1, 1 / 3, 0.7, 1e-9, 12345.678]) {
      for (let rows = 10; rows < 300; rows += 2) {
        const parts = Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? part : -part));
        expect(byRow(parts).degreesOfFreedom, `${rows} of ${part}`).toBe(rows - 1);
      }
    }
  });
});

describe('standardErrorOf by class', () => {
  it('adds the variance of the means of both classes', () => {
    // Placements 4, 6, 8 of ones (variance 4, of a mean 4 / 3) and 1, 5 of zeros (variance 8, of a mean 4), as influences
    // times the rows over those of the class.
    const parts = [-2, 0, 2].map((part) => (part * 5) / 3).concat([-2, 2].map((part) => (part * 5) / 2));
    const labels = Float64Array.of(1, 1, 1, 0, 0);
    const influence = () => Float64Array.from(parts);
    const population: Population = { sampling: { kind: 'rows' }, labels, weights: null };
    const found = standardErrorOf({ influence, byClass: true }, population);
    expect(found.standardError).toBeCloseTo(Math.sqrt(4 / 3 + 8 / 2), 14);
    expect(found.method).toBe('DeLong (t)');
  });
});
