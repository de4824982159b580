import { describe, expect, it } from 'vitest';
import { decide } from '../../../../core/domain/metrics/confusion.ts';
import { balancedAccuracyOf } from '../../../../core/domain/metrics/confusion-values.ts';
import { findMetric } from '../../../../core/domain/metrics/metric-registry.ts';
import { rocAucOvo } from '../../../../core/domain/metrics/multiclass-ranking.ts';
import { oneVersusRest } from '../../../../core/domain/metrics/one-versus-rest.ts';
import { scoredRows } from '../../../../core/domain/metrics/scored-rows.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const options = { decisionThreshold: 0.5 };
const ROWS = 18;
const random = seededRandom(31);
const labels = Array.from({ length: ROWS }, (_, row) => row % 3);
/** Of one decimal, so that some are equal. */
const scores = labels.flatMap((label) =>
  [0, 1, 2].map((of) => Math.round(10 * random.uniform() + (of === label ? 3 : 0)) / 20),
);
const made = (weights: readonly number[] | null) =>
  scoredRows({
    labels: Float64Array.from(labels),
    scores: Float64Array.from(scores),
    weights: weights && Float64Array.from(weights),
    classes: 3,
  });

/** The mean over ordered pairs of classes of the weight of pairs of rows that the score of the first one orders rightly. */
function oneVersusOne(weights: readonly number[]): number {
  let sum = 0;
  for (const [a, b] of [0, 1, 2].flatMap((one) => [0, 1, 2].filter((k) => k !== one).map((k) => [one, k] as const))) {
    let [right, all] = [0, 0];
    labels.forEach((first, i) => {
      labels.forEach((second, j) => {
        if (first !== a || second !== b) return;
        const [high, low] = [scores[i * 3 + a] ?? 0, scores[j * 3 + a] ?? 0];
        const pair = (weights[i] ?? 0) * (weights[j] ?? 0);
        right += pair * (high > low ? 1 : high === low ? 0.5 : 0);
        all += pair;
      });
    });
    sum += right / all;
  }
  return sum / 6;
}

describe('rocAucOvo', () => {
  it.each([
    { name: 'without weights', weights: null },
    { name: 'with weights', weights: labels.map((_, row) => 0.5 + ((row * 7) % 5)) },
  ])('is the mean over all pairs of rows, $name, with the influences of their weights', ({ weights }) => {
    const found = rocAucOvo.estimate(made(weights), options);
    if (found.kind === 'undefined') throw new Error(found.reason);
    const own = weights ?? labels.map(() => 1);
    expect(found.value).toBeCloseTo(oneVersusOne(own), 12);
    const influence = found.influence();
    own.forEach((weight, row) => {
      const at = (change: number) => oneVersusOne(own.map((one, i) => (i === row ? one + change : one)));
      expect(influence[row], `row ${row}`).toBeCloseTo((ROWS * weight * (at(1e-5) - at(-1e-5))) / 2e-5, 6);
    });
  });
});

describe('decide', () => {
  it('takes the most probable class, the first of equals', () => {
    const rows = {
      labels: new Float64Array(4),
      scores: Float64Array.of(0.2, 0.5, 0.3, 0.4, 0.2, 0.4, 0.1, 0.45, 0.45, 0.1, 0.2, 0.7),
      weights: null,
      classes: 3,
    };
    expect([...decide(rows, options)]).toEqual([1, 0, 1, 2]);
  });

  it('takes what is decided already', () => {
    const rows = { labels: new Float64Array(2), scores: Float64Array.of(0.9, 0.1), weights: null, classes: 2 };
    expect([...decide(rows, options)]).toEqual([1, 0]);
    expect([...decide({ ...rows, decided: Uint8Array.of(0, 1) }, options)]).toEqual([0, 1]);
  });
});

describe('oneVersusRest', () => {
  // Decided for classes 1, 0 and 2; the probability of class 1 is above a half nowhere.
  const rows = scoredRows({
    labels: Float64Array.of(1, 1, 2),
    scores: Float64Array.of(0.3, 0.4, 0.3, 0.5, 0.3, 0.2, 0.1, 0.2, 0.7),
    weights: Float64Array.of(1, 2, 4),
    classes: 3,
  });

  it('is the label and the score of one class, with the weights of all rows', () => {
    const of1 = oneVersusRest(rows, 1);
    expect([...of1.labels]).toEqual([1, 1, 0]);
    expect([...of1.scores]).toEqual([0.4, 0.3, 0.2]);
    expect([...(of1.weights ?? [])]).toEqual([1, 2, 4]);
    expect(of1.classes).toBe(2);
    expect([...of1.confusion(options).codes]).toEqual([2, 2, 0]);
  });

  it('is decided as the classes were, not by the threshold', () => {
    const decided = decide(rows, options);
    const codes = (of: number) => [...oneVersusRest(rows, of, decided).confusion(options).codes];
    // 2 * label + decided.
    expect(codes(0)).toEqual([0, 1, 0]);
    expect(codes(1)).toEqual([3, 2, 0]);
    expect(codes(2)).toEqual([0, 0, 3]);
    const recall = findMetric('recall', 'binary-classification')?.estimate(oneVersusRest(rows, 1, decided), options);
    expect(recall).toMatchObject({ value: 1 / 3 });
  });
});

describe('scoredRows', () => {
  it('count decisions once a threshold', () => {
    const rows = scoredRows({
      labels: Float64Array.of(1, 0),
      scores: Float64Array.of(0.7, 0.3),
      weights: null,
      classes: 2,
    });
    expect(rows.confusion({ decisionThreshold: 0.5 })).toBe(rows.confusion({ decisionThreshold: 0.5 }));
    expect(rows.confusion({ decisionThreshold: 0.2 })).not.toBe(rows.confusion({ decisionThreshold: 0.5 }));
    expect(rows.ranking()).toBe(rows.ranking());
  });
});

describe('balancedAccuracyOf', () => {
  it('has a gradient of 0 for rows of a class that there is none of', () => {
    const found = balancedAccuracyOf({ classes: 3, counts: Float64Array.of(3, 1, 0, 1, 4, 0, 0, 0, 0) });
    if ('kind' in found) throw new Error(found.reason);
    // Of class 0 (1 - 3/4) / 4 / 2 and -3/4 / 4 / 2, of class 1 those of 4/5 and 5.
    const expected = [1 / 32, -3 / 32, -3 / 32, -4 / 50, 1 / 50, -4 / 50, 0, 0, 0];
    found.gradient.forEach((part, cell) => {
      expect(part, `${cell}`).toBeCloseTo(expected[cell] ?? Number.NaN, 12);
    });
  });
});
