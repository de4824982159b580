import { describe, expect, it } from 'vitest';
import { sketchOfBins } from '../../../../core/domain/drift/binned-sketch.ts';

describe('sketchOfBins', () => {
  it('gives the values themselves where each has a bin', () => {
    const bins = [1, 2, 5].map((value) => ({ count: 1, least: value, most: value }));
    expect(sketchOfBins(bins, 2001)).toEqual([1, 2, 5]);
    expect(sketchOfBins([{ count: 4, least: 7, most: 7 }], 3)).toEqual([7, 7, 7]);
  });

  it('begins with the least and ends with the greatest value', () => {
    const bins = Array.from({ length: 100 }, (_, i) => ({ count: 10, least: i, most: i + 0.9 }));
    const points = sketchOfBins(bins, 11);
    expect(points).toHaveLength(11);
    expect([points[0], points.at(-1)]).toEqual([0, 99.9]);
    expect(points[5]).toBeCloseTo(49.9, 9);
    expect([...points].sort((a, b) => a - b)).toEqual(points);
  });

  it('has no points of no rows, and one of one', () => {
    expect(sketchOfBins([], 2001)).toEqual([]);
    expect(sketchOfBins([{ count: 1, least: 3, most: 3 }], 2001)).toEqual([3]);
  });
});
