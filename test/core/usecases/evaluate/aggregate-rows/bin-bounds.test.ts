import { describe, expect, it } from 'vitest';
import type { BinaryAggregates } from '../../../../../core/domain/aggregates/binary-aggregates.ts';
import {
  binnedAveragePrecision,
  binnedRocAuc,
  partsOfRanking,
} from '../../../../../core/domain/aggregates/binned-ranking.ts';
import { binnedSlope } from '../../../../../core/domain/aggregates/binned-slope.ts';
import { partSizes } from '../../../../../core/domain/aggregates/part-influence.ts';
import {
  type BinShape,
  binCount,
  binOf,
  coarseCount,
  FINE,
  scoreAt,
} from '../../../../../core/domain/aggregates/score-bins.ts';
import type { MetricEstimate } from '../../../../../core/domain/metrics/metric.ts';
import { findMetric } from '../../../../../core/domain/metrics/metric-registry.ts';
import { scoredRows } from '../../../../../core/domain/metrics/scored-rows.ts';
import { aggregate, draw, flights, measureAggregates, planOf } from '../../../../../testkit/aggregated-rows.ts';

const ROWS = 100_000;
const drawn = draw(ROWS, flights(-1));
const skewed = drawn.labels.map((label, i) => 0.2 + 3 * label + (i % 11));

/** As an engine counts: by the bins of the same shape. */
function count(scores: Float64Array, weights: Float64Array | null, shape: BinShape): BinaryAggregates {
  const fine = new Float64Array(2 * binCount(shape));
  const squares = new Float64Array(fine.length);
  const coarse = new Float64Array(2 * coarseCount(shape));
  const coarseRows = new Float64Array(coarse.length);
  const ends = new Float64Array(4);
  for (const [row, score] of scores.entries()) {
    const label = drawn.labels[row] ?? 0;
    const weight = weights?.[row] ?? 1;
    const bin = binOf(score, shape);
    const add = (sums: Float64Array, at: number, value: number) => {
      sums[at] = (sums[at] ?? 0) + value;
    };
    add(fine, 2 * bin + label, weight);
    add(squares, 2 * bin + label, weight ** 2);
    const cell = label * coarseCount(shape) + Math.floor(bin / shape.perCoarse);
    add(coarse, cell, weight);
    add(coarseRows, cell, 1);
    if (score <= 1e-12) add(ends, label, weight);
    if (score >= 1 - 1e-12) add(ends, 2 + label, weight);
  }
  const nothing = { confusion: new Float64Array(4), logLoss: new Float64Array(1), squaredError: new Float64Array(1) };
  return {
    shape,
    isWeighted: weights !== null,
    fine,
    squares,
    coarse,
    coarseRows,
    ends,
    calibration: undefined,
    ...nothing,
  };
}

const SHAPE: BinShape = { ...FINE, odds: 0.25, low: 0, high: 1 };

function estimateRows(name: string, scores: Float64Array, weights: Float64Array | null): MetricEstimate {
  const rows = scoredRows({ labels: drawn.labels, scores, weights, classes: 2 });
  const found = findMetric(name, 'binary-classification')?.estimate(rows, { decisionThreshold: 0.5 });
  if (found?.kind !== 'estimate') throw new Error('no value');
  return found;
}

function labelWeights(weights: Float64Array | null) {
  let [positives, negatives] = [0, 0];
  for (const [i, label] of drawn.labels.entries()) {
    const weight = weights?.[i] ?? 1;
    if (label === 1) positives += weight;
    else negatives += weight;
  }
  return { positives, negatives };
}

describe('partsOfRanking', () => {
  it.each([
    ['rows that weigh the same', null],
    ['weighted rows', skewed],
  ])('knows the standard error of what few coarse bins leave out: %s', (_, weights) => {
    const shape = { ...SHAPE, perCoarse: binCount(SHAPE) / 4 };
    const sums = count(drawn.candidate, weights, shape);
    const known = labelWeights(weights);
    const total = known.positives + known.negatives;
    const sizes = partSizes(Float64Array.of(total), Float64Array.of(ROWS));
    const { residual } = partsOfRanking(sums, binnedRocAuc(sums, known).byBin, sizes);
    expect(residual).toBeGreaterThan(0);
    expect(residual / leftOut(shape, weights)).toBeCloseTo(1, 2);
  });

  /** The same of single rows: influences about their weighted mean within a coarse bin and label. */
  function leftOut(shape: BinShape, weights: Float64Array | null): number {
    const influence = estimateRows('roc_auc', drawn.candidate, weights).influence();
    const coarseOf = (row: number) => Math.floor(binOf(drawn.candidate[row] ?? 0, shape) / shape.perCoarse);
    const cellOf = (row: number) => 2 * coarseOf(row) + (drawn.labels[row] ?? 0);
    const [totals, all] = [new Map<number, number>(), new Map<number, number>()];
    for (let row = 0; row < ROWS; row++) {
      const cell = cellOf(row);
      totals.set(cell, (totals.get(cell) ?? 0) + (influence[row] ?? 0));
      all.set(cell, (all.get(cell) ?? 0) + (weights?.[row] ?? 1));
    }
    let squares = 0;
    for (let row = 0; row < ROWS; row++) {
      const cell = cellOf(row);
      const mean = ((totals.get(cell) ?? 0) / (all.get(cell) ?? 1)) * (weights?.[row] ?? 1);
      squares += ((influence[row] ?? 0) - mean) ** 2;
    }
    return Math.sqrt(squares) / ROWS;
  }
});

describe('binnedAveragePrecision', () => {
  it('is too high by chance as much as that of weighted rows in memory', () => {
    const sums = count(drawn.candidate, skewed, SHAPE);
    const { bias } = binnedAveragePrecision(sums, labelWeights(skewed));
    expect(bias / (estimateRows('average_precision', drawn.candidate, skewed).bias ?? 1)).toBeCloseTo(1, 2);
  });
});

describe('binnedSlope', () => {
  const shape = { ...SHAPE, last: 255, perCoarse: 4 };

  it('bounds the slope of scores at either end of their bins, and not by far more', () => {
    const sums = count(drawn.candidate, null, shape);
    const found = binnedSlope(sums);
    if ('kind' in found) throw new Error(found.reason);
    // Nearly half a bin up for label 1 and down for label 0, and the other way round.
    const moved = (up: 0 | 1) =>
      drawn.candidate.map((score, row) => {
        const side = drawn.labels[row] === up ? 0.99 : 0.01;
        return scoreAt((binOf(score, shape) + side) / binCount(shape), shape);
      });
    for (const up of [0, 1] as const) {
      const apart = Math.abs(estimateRows('calibration_slope', moved(up), null).value - found.value);
      expect(apart).toBeLessThanOrEqual(found.valueBound);
      expect(apart).toBeGreaterThan(0.6 * found.valueBound);
    }
  });

  it('takes scores of 0 and 1 for what they are', () => {
    const scores = drawn.candidate.map((score, row) => (row % 200 === 0 ? Math.round(score) : score));
    const found = binnedSlope(count(scores, null, SHAPE));
    if ('kind' in found) throw new Error(found.reason);
    const apart = Math.abs(estimateRows('calibration_slope', scores, null).value - found.value);
    expect(apart).toBeLessThanOrEqual(found.valueBound);
    expect(found.valueBound).toBeLessThan(1e-3);
  });
});

describe('metrics of decisions of sums', () => {
  it('have no interval of fewer rows than 20 that they count', async () => {
    const plan = planOf('binary-classification', 'precision recall specificity accuracy');
    const few = drawn.candidate.map((score, row) => (row < 15 ? 0.9 : score / 2.1));
    const measured = measureAggregates(
      await aggregate({ ...drawn, candidate: few, champion: null }, plan),
      plan,
    ).metrics;
    expect(measured.map(({ interval }) => interval !== null)).toEqual([false, true, true, true]);
    expect(measured[0]?.reason).toContain('15 rows');
  });
});
