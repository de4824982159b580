import { describe, expect, it } from 'vitest';
import {
  distributionFreeContrast,
  distributionFreeReach,
  timesReach,
} from '../../../../core/domain/inference/distribution-free.ts';
import { exactShareLimits } from '../../../../core/domain/inference/mean-limits.ts';
import type { Population } from '../../../../core/domain/inference/population.ts';
import { meanLowerLimit, meanUpperLimit } from '../../../../core/domain/inference/relative-entropy.ts';
import type { MetricEstimate } from '../../../../core/domain/metrics/metric.ts';
import { findMetric } from '../../../../core/domain/metrics/metric-registry.ts';
import { scoredRows } from '../../../../core/domain/metrics/scored-rows.ts';

const ROWS = 80;
const labels = Float64Array.from({ length: ROWS }, (_, row) => (row < 30 ? 1 : 0));
const population: Population = { labels, weights: null, sampling: { kind: 'rows' } };
const good = labels.map((label, row) => (label === 1 ? 0.9 : 0.1) + (row % 5) / 100);
/** As good, but for two rows of label 1 that score low. */
const worse = good.map((score, row) => (row < 2 ? 0.05 : score));
const difference = { candidate: 1, champion: -1 };

function estimateOf(name: string, scores: Float64Array, weights: Float64Array | null = null): MetricEstimate {
  const found = findMetric(name, 'binary-classification')?.estimate(
    scoredRows({ labels, scores, weights, classes: 2 }),
    {
      decisionThreshold: 0.5,
    },
  );
  if (found?.kind !== 'estimate') throw new Error(name);
  return found;
}

describe('distributionFreeReach', () => {
  it('is by the pairs of the smaller class for ROC AUC', () => {
    const estimate = estimateOf('roc_auc', worse);
    const found = distributionFreeReach(estimate, population);
    expect(found?.method).toBe('Hoeffding bound of pairs');
    expect(found?.reach(0.9).below).toBeCloseTo(estimate.value - meanLowerLimit(estimate.value, 30, 0.05), 12);
    expect(found?.reach(0.9).above).toBeCloseTo(meanUpperLimit(estimate.value, 30, 0.05) - estimate.value, 12);
  });

  it('is by the rows for a mean of losses, weighted or not', () => {
    const estimate = estimateOf('brier_score', worse);
    const found = distributionFreeReach(estimate, population);
    expect(found?.method).toBe('Hoeffding bound');
    expect(found?.reach(0.95).above).toBeCloseTo(meanUpperLimit(estimate.value, 80, 0.025) - estimate.value, 12);
    const weights = Float64Array.from({ length: ROWS }, (_, row) => (row === 0 ? 2 : 1));
    const weighted = estimateOf('brier_score', worse, weights);
    const inequality = 160 / 81;
    const upper = inequality * meanUpperLimit(weighted.value / inequality, 80, 0.025);
    expect(distributionFreeReach(weighted, { ...population, weights })?.reach(0.95).above).toBeCloseTo(
      upper - weighted.value,
      9,
    );
  });

  it('does not exist of weighted pairs, of parts of rows, and of metrics without an end', () => {
    const weights = new Float64Array(ROWS).fill(1);
    expect(distributionFreeReach(estimateOf('roc_auc', worse), { ...population, weights })).toBeUndefined();
    expect(distributionFreeReach(estimateOf('average_precision', worse), { ...population, weights })).toBeUndefined();
    expect(distributionFreeReach(estimateOf('brier_score', worse), { ...population, rows: 1e7 })).toBeUndefined();
    expect(distributionFreeReach(estimateOf('log_loss', worse), population)).toBeUndefined();
  });
});

describe('distributionFreeContrast', () => {
  const pair = (name: string) => ({
    first: estimateOf(name, good),
    second: estimateOf(name, worse),
    weights: difference,
  });

  it('of decisions is by the rows that one model has right and the other wrong', () => {
    const found = distributionFreeContrast(pair('accuracy'), population);
    const { below, above } = found?.reach(0.95) ?? { below: 0, above: 0 };
    expect(found?.method).toBe('Hoeffding bound, paired');
    // Two of 80 rows are better, none is worse.
    expect(above).toBeCloseTo(meanUpperLimit(2 / 80, 80, 0.0225) - 2 / 80, 9);
    expect(below).toBeCloseTo(2 / 80 - meanLowerLimit(2 / 80, 80, 0.0025) + meanUpperLimit(0, 80, 0.0225), 9);
  });

  it('of ROC AUC is by the pairs that one model has right and the other wrong', () => {
    const found = distributionFreeContrast(pair('roc_auc'), population);
    // Two of 30 rows of label 1 are below all others.
    expect(found?.reach(0.95).above).toBeCloseTo(meanUpperLimit(2 / 30, 30, 0.0225) - 2 / 30, 9);
  });

  it('of losses is by what each row costs more or less', () => {
    const contrasted = pair('brier_score');
    const found = distributionFreeContrast(contrasted, population);
    const cost = contrasted.second.value - contrasted.first.value;
    expect(found?.reach(0.95).below).toBeCloseTo(meanUpperLimit(cost, 80, 0.0225) - cost, 9);
  });

  it('swaps the sides with the sign', () => {
    const contrasted = pair('accuracy');
    const plain = distributionFreeContrast(contrasted, population)?.reach(0.95);
    const turned = distributionFreeContrast({ ...contrasted, weights: { candidate: -1, champion: 1 } }, population);
    expect(turned?.reach(0.95)).toEqual({ below: plain?.above, above: plain?.below });
  });

  it('of a relative margin adds the limits of the value, each with half of the probability', () => {
    const contrasted = { ...pair('accuracy'), weights: { candidate: 1, champion: -0.9 } };
    const apart = distributionFreeContrast(pair('accuracy'), population)?.reach(0.975);
    const own = exactShareLimits(78, 80, 0.0125);
    const found = distributionFreeContrast(contrasted, population)?.reach(0.95);
    expect(found?.below).toBeCloseTo((apart?.below ?? 0) + 0.1 * (78 / 80 - own.lower), 9);
    expect(found?.above).toBeCloseTo((apart?.above ?? 0) + 0.1 * (own.upper - 78 / 80), 9);
  });

  it('without such parts is by the limits of both values, each with half of the probability', () => {
    const contrasted = pair('average_precision');
    const [first, second] = [contrasted.first, contrasted.second].map((one) => distributionFreeReach(one, population));
    const found = distributionFreeContrast(contrasted, population);
    expect(found?.method).toBe('Hoeffding bound of pairs, of both values');
    expect(found?.reach(0.95).below).toBeCloseTo(
      (first?.reach(0.975).below ?? 0) + (second?.reach(0.975).above ?? 0),
      9,
    );
  });

  it('does not exist where that of a value does not', () => {
    const weights = new Float64Array(ROWS).fill(1);
    expect(distributionFreeContrast(pair('roc_auc'), { ...population, weights })).toBeUndefined();
    expect(distributionFreeContrast(pair('log_loss'), population)).toBeUndefined();
    expect(distributionFreeContrast(pair('accuracy'), { ...population, rows: 1e7 })).toBeUndefined();
    const [bounded, unbounded] = [estimateOf('average_precision', good), estimateOf('log_loss', good)];
    for (const [first, second] of [[bounded, unbounded] as const, [unbounded, bounded] as const]) {
      expect(distributionFreeContrast({ first, second, weights: difference }, population)).toBeUndefined();
    }
  });

  it('of a relative margin does not exist where that of the value does not', () => {
    const unlimited = (scores: Float64Array): MetricEstimate => {
      const estimate = estimateOf('accuracy', scores);
      const { paired } = estimate.distributionFree ?? {};
      return { ...estimate, distributionFree: { limits: () => undefined, ...(paired && { paired }) } };
    };
    const both = { first: unlimited(good), second: unlimited(worse) };
    expect(distributionFreeContrast({ ...both, weights: difference }, population)).toBeDefined();
    const relative = { candidate: 1, champion: -0.9 };
    expect(distributionFreeContrast({ ...both, weights: relative }, population)).toBeUndefined();
  });
});

describe('timesReach', () => {
  it('is a multiple, with the sides swapped by a negative one', () => {
    expect(timesReach(2, { below: 1, above: 3 })).toEqual({ below: 2, above: 6 });
    expect(timesReach(-2, { below: 1, above: 3 })).toEqual({ below: 6, above: 2 });
  });
});
