import { describe, expect, it } from 'vitest';
import { averagePrecision } from '../../../../core/domain/metrics/average-precision.ts';
import { averagePrecisionOvr } from '../../../../core/domain/metrics/multiclass-ranking.ts';
import { scoredRows } from '../../../../core/domain/metrics/scored-rows.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const OPTIONS = { decisionThreshold: 0.5 };

function biasOf(
  labels: readonly number[],
  scores: readonly number[],
  weights: readonly number[] | null = null,
): number {
  const rows = {
    labels: Float64Array.from(labels),
    scores: Float64Array.from(scores),
    weights: weights === null ? null : Float64Array.from(weights),
    classes: 2,
  };
  const found = averagePrecision.estimate(scoredRows(rows), OPTIONS);
  if (found.kind === 'undefined') throw new Error(found.reason);
  return found.bias ?? 0;
}

describe('the bias of average precision', () => {
  it('is what each row with label 1 adds to its own precision', () => {
    // Precisions 1, 2/3 and 3/5 at ranks 1, 3 and 5.
    const expected = (0 + 1 / 3 / 3 + 2 / 5 / 5) / 3;
    expect(biasOf([1, 0, 1, 0, 1], [0.9, 0.8, 0.7, 0.6, 0.5])).toBeCloseTo(expected, 12);
  });

  it('takes ties together, and weights as rows', () => {
    expect(biasOf([1, 1, 0, 0], [0.9, 0.9, 0.9, 0.9])).toBeCloseTo(((2 / 4) * (1 / 2)) / 2, 12);
    const once = biasOf([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6]);
    expect(biasOf([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6], [3, 3, 3, 3])).toBeCloseTo(once, 12);
    expect(biasOf([1, 0, 1], [0.9, 0.8, 0.7], [1, 2, 3])).toBeCloseTo(((9 / 6) * (1 - 4 / 6)) / 4, 12);
  });

  it('is how much too high the mean over samples comes out', () => {
    const random = seededRandom(5);
    const sample = (rows: number) => {
      const labels = Float64Array.from({ length: rows }, () => (random.uniform() < 0.3 ? 1 : 0));
      return scoredRows({ labels, scores: labels.map((label) => label + random.normal()), weights: null, classes: 2 });
    };
    let [excess, told] = [0, 0];
    const large = averagePrecision.estimate(sample(400_000), OPTIONS);
    for (let trial = 0; trial < 2000; trial++) {
      const found = averagePrecision.estimate(sample(60), OPTIONS);
      if (found.kind === 'undefined' || large.kind === 'undefined') throw new Error('no value');
      excess += (found.value - large.value) / 2000;
      told += (found.bias ?? 0) / 2000;
    }
    // About 0.02, with a Monte Carlo error of 0.002.
    expect(told).toBeGreaterThan(0.01);
    expect(Math.abs(told - excess)).toBeLessThan(0.01);
  });

  it('is the mean of the classes where there are several', () => {
    const labels = Float64Array.of(0, 1, 2, 0, 1, 2);
    const scores = Float64Array.of(
      0.6,
      0.3,
      0.1,
      0.5,
      0.3,
      0.2,
      0.1,
      0.2,
      0.7,
      0.2,
      0.5,
      0.3,
      0.1,
      0.8,
      0.1,
      0.3,
      0.4,
      0.3,
    );
    const found = averagePrecisionOvr.estimate(scoredRows({ labels, scores, weights: null, classes: 3 }), OPTIONS);
    if (found.kind === 'undefined') throw new Error(found.reason);
    const of = (one: number) =>
      biasOf(
        [...labels].map((label) => (label === one ? 1 : 0)),
        [...labels].map((_, row) => scores[row * 3 + one] ?? 0),
      );
    expect(found.bias).toBeCloseTo((of(0) + of(1) + of(2)) / 3, 12);
  });
});
