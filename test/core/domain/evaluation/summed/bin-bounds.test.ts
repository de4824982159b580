import { describe, expect, it } from 'vitest';
import { type CellShape, createCells } from '../../../../../core/domain/evaluation/summed/binary-cells.ts';
import { BinarySums } from '../../../../../core/domain/evaluation/summed/binary-sums.ts';
import {
  binnedAveragePrecision,
  binnedRocAuc,
  partsOfRanking,
} from '../../../../../core/domain/evaluation/summed/binned-ranking.ts';
import { binnedSlope } from '../../../../../core/domain/evaluation/summed/binned-slope.ts';
import { countHere } from '../../../../../core/domain/evaluation/summed/count-scores.ts';
import { partSizes } from '../../../../../core/domain/evaluation/summed/part-influence.ts';
import { binScores, scoreOfBin } from '../../../../../core/domain/evaluation/summed/score-bins.ts';
import type { MetricEstimate } from '../../../../../core/domain/metrics/metric.ts';
import { findMetric } from '../../../../../core/domain/metrics/metric-registry.ts';
import { scoredRows } from '../../../../../core/domain/metrics/scored-rows.ts';
import { draw, flights, measureSums, planOf, sumUp } from '../../../../../testkit/summed-rows.ts';

const ROWS = 100_000;
const drawn = draw(ROWS, flights(-1));
const skewed = drawn.labels.map((label, i) => 0.2 + 3 * label + (i % 11));

async function count(scores: Float64Array, weights: Float64Array | null, shape: CellShape): Promise<BinarySums> {
  const cells = createCells({ decisionThreshold: 0.5, isWeighted: weights !== null, isCalibrated: true, shape });
  const counter = countHere(cells);
  await counter.add({ scores, ones: Uint8Array.from(drawn.labels), parts: new Uint16Array(ROWS), weights });
  await counter.end();
  return new BinarySums(cells);
}

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
  ])('knows the standard error of what few coarse bins leave out: %s', async (_, weights) => {
    const shape = { octaves: 32, stepBits: 13, coarseBits: 2, firstRows: 10_000 };
    const sums = await count(drawn.candidate, weights, shape);
    const known = labelWeights(weights);
    const total = known.positives + known.negatives;
    const sizes = partSizes(Float64Array.of(total), Float64Array.of(ROWS));
    const { residual } = partsOfRanking(sums, binnedRocAuc(sums, known).byBin, sizes);
    expect(residual).toBeGreaterThan(0);
    expect(residual / leftOut(sums, shape, weights)).toBeCloseTo(1, 2);
  });

  /** The same of single rows: influences about their weighted mean within a coarse bin and label. */
  function leftOut(sums: BinarySums, shape: CellShape, weights: Float64Array | null): number {
    const influence = estimateRows('roc_auc', drawn.candidate, weights).influence();
    const bins = new Uint32Array(ROWS);
    binScores(drawn.candidate, bins, shape);
    const cellOf = (row: number) => 2 * sums.coarseBin(bins[row] ?? 0) + (drawn.labels[row] ?? 0);
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
  it('is too high by chance as much as that of weighted rows in memory', async () => {
    const sums = await count(drawn.candidate, skewed, { octaves: 32, stepBits: 13, coarseBits: 8, firstRows: 10_000 });
    const { bias } = binnedAveragePrecision(sums, labelWeights(skewed));
    expect(bias / (estimateRows('average_precision', drawn.candidate, skewed).bias ?? 1)).toBeCloseTo(1, 2);
  });
});

describe('binnedSlope', () => {
  const shape = { octaves: 32, stepBits: 5, coarseBits: 8, firstRows: 10_000 };

  it('bounds the slope of scores at either end of their bins, and not by far more', async () => {
    const sums = await count(drawn.candidate, null, shape);
    const found = binnedSlope(sums);
    if ('kind' in found) throw new Error(found.reason);
    const bins = new Uint32Array(ROWS);
    binScores(drawn.candidate, bins, shape);
    // Nearly half a bin up for label 1 and down for label 0, and the other way round.
    const moved = (up: 0 | 1) =>
      Float64Array.from(bins, (bin, row) => {
        const middle = scoreOfBin(bin, shape);
        const octave = 2 ** Math.floor(Math.log2(Math.min(middle, 1 - middle)));
        return middle + (drawn.labels[row] === up ? 1 : -1) * octave * 2 ** -(shape.stepBits + 1) * 0.98;
      });
    for (const up of [0, 1] as const) {
      const apart = Math.abs(estimateRows('calibration_slope', moved(up), null).value - found.value);
      expect(apart).toBeLessThanOrEqual(found.valueBound);
      expect(apart).toBeGreaterThan(0.6 * found.valueBound);
    }
  });

  it('takes scores of 0 and 1 for what they are', async () => {
    const scores = drawn.candidate.map((score, row) => (row % 200 === 0 ? Math.round(score) : score));
    const found = binnedSlope(await count(scores, null, { ...shape, stepBits: 13 }));
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
    const measured = measureSums(await sumUp({ ...drawn, candidate: few, champion: null }, plan), plan).metrics;
    expect(measured.map(({ interval }) => interval !== null)).toEqual([false, true, true, true]);
    expect(measured[0]?.reason).toContain('15 rows');
  });
});
