import { describe, expect, it } from 'vitest';
import { differenceLimits } from '../../../../core/domain/inference/difference-limits.ts';
import type { Population } from '../../../../core/domain/inference/population.ts';
import { meanLowerLimit, meanUpperLimit } from '../../../../core/domain/inference/relative-entropy.ts';
import type { DistributionFree, MetricEstimate } from '../../../../core/domain/metrics/metric.ts';

const TAIL = 0.025;
/** Nine tenths of the probability of an end are for the part that grows to it. */
const [GROWS, SHRINKS] = [0.9 * TAIL, 0.1 * TAIL];
const population = (rows: number, weights: Float64Array | null = null): Population => ({
  labels: new Float64Array(rows),
  weights,
  sampling: { kind: 'rows' },
});

type Paired = NonNullable<DistributionFree['paired']>;

/** A mean of losses, whose influences are the losses less the mean, by the share of each row's weight. */
function ofLosses(losses: readonly number[], { width = 1, weights = losses.map(() => 1) } = {}): MetricEstimate {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const value = losses.reduce((sum, loss, row) => sum + loss * (weights[row] ?? 0), 0) / total;
  const parts = losses.map((loss, row) => ((loss - value) * (weights[row] ?? 0) * losses.length) / total);
  return estimateOf(value, { kind: 'losses', width }, Float64Array.from(parts));
}

function estimateOf(value: number, paired: Paired | undefined, influence = new Float64Array(10)): MetricEstimate {
  const limits = () => undefined;
  return {
    kind: 'estimate',
    value,
    influence: () => influence,
    byClass: false,
    ...(paired && { distributionFree: { limits, paired } }),
  };
}

/** Limits of `largest (better - worse)` of two means over independent values, the largest of which weighs more. */
function limitsOf(largest: number, better: number, worse: number, { units = 10, inequality = 1 } = {}) {
  const most = (mean: number, tail: number): number =>
    Math.min(
      1,
      inequality * meanUpperLimit(mean / inequality, units, tail),
      1 - inequality * meanLowerLimit((1 - mean) / inequality, units, tail),
    );
  const least = (mean: number, tail: number) => 1 - most(1 - mean, tail);
  return {
    lower: expect.closeTo(largest * (least(better, SHRINKS) - most(worse, GROWS)), 9),
    upper: expect.closeTo(largest * (most(better, GROWS) - least(worse, SHRINKS)), 9),
  };
}

describe('differenceLimits', () => {
  it('of losses are by what each row costs more, and by what it costs less, at the wider of both widths', () => {
    const first = ofLosses([0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0.8], { width: 2 });
    const second = ofLosses([0, 0.4, 0, 0, 0, 0, 0, 0, 0, 0.2], { width: 4 });
    const found = differenceLimits(first, second, { population: population(10), tail: TAIL });
    // 0.5 and 0.6 more, 0.4 less, of ten rows.
    expect(found).toMatchObject(limitsOf(4, 1.1 / 10 / 4, 0.4 / 10 / 4));
  });

  it('of losses are by weight, and rows without weight do not count', () => {
    const weights = [3, 1, 1, 1, 1, 1, 1, 1, 1, 0];
    const first = ofLosses([0.5, 0, 0.2, 0, 0, 0, 0, 0, 0, 0.9], { weights });
    const second = ofLosses([0, 0.4, 0.2, 0, 0, 0, 0, 0, 0, 0.1], { weights });
    const found = differenceLimits(first, second, {
      population: population(10, Float64Array.from(weights)),
      tail: TAIL,
    });
    const inequality = (3 * 9) / 11;
    expect(found).toMatchObject(limitsOf(1, (3 * 0.5) / 11, 0.4 / 11, { units: 9, inequality }));
  });

  /** Six rows of class 0 and four of class 1; a row of class 1 counts three times as much. */
  const decisions = (decided: readonly number[], gradient = [0, -0.1, -0.3, 0]): Paired => ({
    kind: 'decisions',
    classes: 2,
    codes: Uint16Array.from(decided, (one, row) => (row < 6 ? one : 2 + one)),
    gradient: Float64Array.from(gradient),
  });
  const RIGHT = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1];

  it('of decisions are by what each row that is decided otherwise changes, at most', () => {
    const first = estimateOf(0.9, decisions([1, 0, 0, 0, 0, 0, 1, 1, 1, 1]));
    const second = estimateOf(0.4, decisions([0, 0, 0, 0, 0, 0, 0, 0, 1, 1]));
    const found = differenceLimits(first, second, { population: population(10), tail: TAIL });
    // Of ten rows: two are better by all that one row can be, 3; one is worse by a third of it. To first order 0.5.
    const { lower, upper } = limitsOf(3, 0.2, 1 / 30);
    expect(found).toMatchObject({ lower, upper });
  });

  it('of decisions are about the values, where parts are the difference to first order only', () => {
    const [one, other] = [decisions([1, 0, 0, 0, 0, 0, 1, 1, 1, 1]), decisions([0, 0, 0, 0, 0, 0, 0, 0, 1, 1])];
    const at = (value: number) =>
      differenceLimits(estimateOf(value, one), estimateOf(0.4, other), { population: population(10), tail: TAIL });
    const [low, high] = [at(0.9), at(0.95)];
    expect((high?.lower ?? 0) - (low?.lower ?? 0)).toBeCloseTo(0.05, 12);
    expect((high?.upper ?? 0) - (low?.upper ?? 0)).toBeCloseTo(0.05, 12);
  });

  it('of decisions use the mean of both gradients, and the weight of all rows', () => {
    const weights = new Float64Array(10).fill(2);
    const first = estimateOf(0.2, decisions([0, 0, 0, 0, 0, 0, 1, 1, 1, 1], [0, 0, -0.15, 0]));
    const second = estimateOf(0, decisions([0, 0, 0, 0, 0, 0, 0, 1, 1, 1], [0, 0, -0.05, 0]));
    const found = differenceLimits(first, second, { population: population(10, weights), tail: TAIL });
    // A row of class 1 changes a total weight of 20 by (0.15 + 0.05) / 2 each: 2 by one row of ten.
    expect(found).toMatchObject(limitsOf(2, 0.1, 0));
  });

  it('of decisions of which none changes anything are the difference itself', () => {
    const same = decisions(RIGHT, [0, 0, 0, 0]);
    const found = differenceLimits(estimateOf(0.7, same), estimateOf(0.6, same), {
      population: population(10),
      tail: TAIL,
    });
    expect(found?.lower).toBeCloseTo(0.1, 12);
    expect(found?.upper).toBeCloseTo(0.1, 12);
  });

  it('do not exist of metrics with other parts, or none, or of pairs that are weighted', () => {
    const pairs: Paired = {
      kind: 'pairs',
      labels: Float64Array.from(RIGHT),
      scores: Float64Array.from(RIGHT, (label, row) => label + row / 100),
    };
    const parts = [undefined, pairs, decisions(RIGHT), { kind: 'losses', width: 1 } as const];
    for (const one of parts) {
      for (const other of parts) {
        const found = differenceLimits(estimateOf(0.5, one), estimateOf(0.5, other), {
          population: population(10),
          tail: TAIL,
        });
        expect(found !== undefined, `${one?.kind} and ${other?.kind}`).toBe(
          one !== undefined && one.kind === other?.kind,
        );
      }
    }
    // More pairs than are compared.
    const labels = Float64Array.from({ length: 20_001 }, (_, row) => (row % 2) ^ 1);
    const many: Paired = { kind: 'pairs', labels, scores: labels };
    const of = { population: { ...population(labels.length), labels }, tail: TAIL };
    expect(differenceLimits(estimateOf(0.5, many), estimateOf(0.5, many), of)).toBeUndefined();
    const weighted = { population: population(10, new Float64Array(10).fill(1)), tail: TAIL };
    expect(differenceLimits(estimateOf(0.5, pairs), estimateOf(0.5, pairs), weighted)).toBeUndefined();
  });
});
