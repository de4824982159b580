import { describe, expect, it } from 'vitest';
import { binCount, binScores, FINE_BINS, scoreOfBin } from '../../../../../core/domain/evaluation/summed/score-bins.ts';

function binsOf(scores: Float64Array): Uint32Array {
  const bins = new Uint32Array(scores.length);
  binScores(scores, bins, FINE_BINS);
  return bins;
}

describe('binScores', () => {
  it('puts higher scores in higher bins, from 0 to 1', () => {
    const scores = Float64Array.from({ length: 20_001 }, (_, i) => 1 / (1 + Math.exp(-(i - 10_000) / 400)));
    const bins = binsOf(Float64Array.of(0, 1e-300, ...scores, 1));
    expect(bins.every((bin, i) => i === 0 || bin >= (bins[i - 1] ?? 0))).toBe(true);
    expect(bins[0]).toBe(0);
    expect(bins.at(-1)).toBe(binCount(FINE_BINS) - 1);
  });

  it('tells scores apart that differ by a five-thousandth of their distance from 0 or 1', () => {
    for (const score of [1e-6, 0.001, 0.2, 0.49]) {
      const [a = 0, b = 0] = binsOf(Float64Array.of(score, score * 1.0002));
      const [c = 0, d = 0] = binsOf(Float64Array.of(1 - score, 1 - score * 1.0002));
      expect(b).toBeGreaterThan(a);
      expect(d).toBeLessThan(c);
    }
  });
});

describe('scoreOfBin', () => {
  it('is a score of that bin', () => {
    for (let bin = 1; bin < binCount(FINE_BINS) - 1; bin += 997) {
      expect(binsOf(Float64Array.of(scoreOfBin(bin, FINE_BINS)))[0]).toBe(bin);
    }
  });
});
