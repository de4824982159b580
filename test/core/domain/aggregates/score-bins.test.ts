import { describe, expect, it } from 'vitest';
import {
  binCount,
  binOf,
  binsFor,
  coarseCount,
  FINE,
  OF_SLICE,
  oddsAbout,
  scoreOfBin,
} from '../../../../core/domain/aggregates/score-bins.ts';

const SHAPES = [1e-6, 0.3, 1, 4].flatMap((odds) =>
  [FINE, OF_SLICE].map((bins) => ({ ...bins, odds, low: 0, high: 1 })),
);

describe('binOf', () => {
  it.each(SHAPES)('puts higher scores in higher bins, from 0 to 1: odds $odds, $last', (shape) => {
    const scores = Array.from({ length: 20_001 }, (_, i) => 1 / (1 + Math.exp(-(i - 10_000) / 400)));
    const bins = [0, 1e-300, ...scores, 1].map((score) => binOf(score, shape));
    expect(bins.every((bin, i) => i === 0 || bin >= (bins[i - 1] ?? 0))).toBe(true);
    expect(bins[0]).toBe(0);
    expect(bins.at(-1)).toBe(binCount(shape) - 1);
  });

  it('tells scores near the median apart, however rare the events are', () => {
    for (const median of [1e-6, 0.001, 0.2, 0.5, 0.999]) {
      const shape = binsFor({ median, least: 0, most: 1 }, FINE);
      const odds = median / (1 - median);
      for (const score of [odds / 3, odds, 3 * odds].map((one) => one / (1 + one))) {
        const step = 2e-4 * Math.min(score, 1 - score);
        expect(binOf(score + step, shape), String(median)).toBeGreaterThan(binOf(score - step, shape));
      }
    }
  });
});

describe('binsFor', () => {
  it('uses all bins between the lowest and the highest score', () => {
    for (const [least, most] of [
      [0.3, 0.301],
      [0, 1e-9],
      [0.999, 1],
      [0, 1],
    ] as const) {
      const shape = binsFor({ median: (least + most) / 2, least, most }, FINE);
      expect([binOf(least, shape), binOf(most, shape)]).toEqual([0, binCount(shape) - 1]);
      expect(binOf((least + most) / 2, shape)).toBeGreaterThan(10_000);
    }
    expect(binsFor({ median: 0.5, least: 0.5, most: 0.5 }, FINE)).toMatchObject({ low: 0, high: 1 });
  });
});

describe('binsFor a threshold', () => {
  it('begins a coarse bin at it, for every score next to it', () => {
    for (const bins of [FINE, OF_SLICE]) {
      for (const threshold of [0.5, 0.1, 0.37, 0.9]) {
        for (const [least, most] of [
          [0, 1],
          [0.01, 0.99],
          [threshold - 0.05, threshold + 0.01],
        ] as const) {
          const shape = binsFor({ median: (least + most) / 3, least, most }, bins, threshold);
          const coarse = (score: number) => Math.floor(binOf(score, shape) / shape.perCoarse);
          const { decidedFrom = Number.NaN } = shape;
          expect(coarse(threshold)).toBe(decidedFrom);
          expect(coarse(threshold + 1e-15)).toBe(decidedFrom);
          expect(coarse(threshold - 1e-9)).toBe(decidedFrom - 1);
          expect([binOf(least, shape) >= 0, binOf(most, shape)]).toEqual([true, binCount(shape) - 1]);
        }
      }
    }
  });

  it('does not, where no score or every score reaches it', () => {
    for (const threshold of [0.1, 0.9]) {
      expect(binsFor({ median: 0.4, least: 0.3, most: 0.6 }, FINE, threshold).decidedFrom).toBeUndefined();
    }
  });
});

describe('scoreOfBin', () => {
  it.each(SHAPES)('is a score of that bin: odds $odds, $last', (shape) => {
    for (let bin = 0; bin < binCount(shape); bin += 97) expect(binOf(scoreOfBin(bin, shape), shape)).toBe(bin);
  });
});

describe('oddsAbout', () => {
  it('is a power of 2, and that of even odds for what is no probability', () => {
    expect([0.5, 0.3, 0.01, 0, 1, Number.NaN].map(oddsAbout)).toEqual([1, 0.5, 2 ** -7, 1, 1, 1]);
  });
});

describe('coarse bins', () => {
  it('are as many as a key of 16 bits holds with the parts', () => {
    expect(512 * coarseCount(FINE)).toBeLessThanOrEqual(65_536);
    expect([FINE, OF_SLICE].map(coarseCount)).toEqual([64, 32]);
  });
});
