import { calibrationBins } from '../metrics/calibration.ts';
import type { MetricOptions, ScoredRows } from '../metrics/metric.ts';
import { LAST_OF_TIE, POSITIVE } from '../metrics/ranking.ts';
import { positiveWeight, totalWeight } from '../metrics/scored-rows.ts';
import { sortedOrder } from '../metrics/sorted-order.ts';

/** A point of a curve, both in [0, 1]. */
export type CurvePoint = readonly [number, number];

/** Rows whose prediction is between two of its quantiles. */
export interface ResidualBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Mean of label less prediction. */
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** Data for the charts of a model. */
export interface ModelCurves {
  /** False positive rate and recall, from (0, 0) to (1, 1). */
  readonly roc?: readonly CurvePoint[];
  /** Recall and precision, recall ascending. */
  readonly precisionRecall?: readonly CurvePoint[];
  readonly calibration?: readonly {
    readonly from: number;
    readonly to: number;
    readonly rows: number;
    readonly predicted: number | null;
    readonly observed: number | null;
  }[];
  /** Weights of rows: `[true][decided]`. */
  readonly confusion?: readonly (readonly number[])[];
  readonly residuals?: readonly ResidualBin[];
}

/** Chosen: enough for a smooth line at the width of a page. */
const POINTS = 50;
const RESIDUAL_BINS = 10;

/** The curves of a model on rows; empty for rows without finite scores. */
export function curvesOf(rows: ScoredRows, options: MetricOptions): ModelCurves {
  if (rows.labels.length === 0 || !rows.scores.every(Number.isFinite)) return {};
  if (rows.classes === 1) return { residuals: residualBins(rows) };
  const { classes, counts } = rows.confusion(options);
  const confusion = Array.from({ length: classes }, (_, truth) => [
    ...counts.subarray(truth * classes, (truth + 1) * classes),
  ]);
  if (classes > 2) return { confusion };
  const calibration = calibrationBins(rows).map(({ weight: _, ...bin }) => bin);
  return { confusion, calibration, ...rankingCurves(rows) };
}

/** Evenly spaced in rate and in recall; the ends are kept. */
function rankingCurves(rows: ScoredRows): Pick<ModelCurves, 'roc' | 'precisionRecall'> {
  const { weights } = rows;
  const positives = positiveWeight(rows);
  const negatives = totalWeight(rows) - positives;
  if (positives === 0 || negatives === 0) return {};
  const { order, marks } = rows.ranking();
  const roc: CurvePoint[] = [[0, 0]];
  const precisionRecall: CurvePoint[] = [];
  let [hits, misses, lastRecall, seenRate, seenRecall] = [0, 0, 0, 0, 0];
  for (let i = order.length - 1; i >= 0; i--) {
    const weight = weights === null ? 1 : (weights[order[i] ?? 0] ?? 0);
    if (((marks[i] ?? 0) & POSITIVE) !== 0) hits += weight;
    else misses += weight;
    if (i > 0 && ((marks[i - 1] ?? 0) & LAST_OF_TIE) === 0) continue;
    const rate = misses / negatives;
    const recall = hits / positives;
    if (rate - seenRate >= 1 / POINTS || recall - seenRecall >= 1 / POINTS || i === 0) {
      roc.push([rate, recall]);
      seenRate = rate;
      seenRecall = recall;
    }
    if (recall - lastRecall >= 1 / POINTS || i === 0) {
      precisionRecall.push([recall, hits / (hits + misses)]);
      lastRecall = recall;
    }
  }
  return { roc, precisionRecall };
}

/** Tenths of the predictions, each with the mean and the middle 80 % of its residuals. Weights are not counted. */
function residualBins({ labels, scores }: ScoredRows): readonly ResidualBin[] {
  const order = sortedOrder(scores);
  const count = Math.min(RESIDUAL_BINS, order.length);
  return Array.from({ length: count }, (_, bin) => {
    const part = order.subarray(
      Math.floor((bin * order.length) / count),
      Math.floor(((bin + 1) * order.length) / count),
    );
    const residuals = Float64Array.from(part, (row) => (labels[row] ?? 0) - (scores[row] ?? 0)).sort();
    const at = (share: number) => residuals[Math.min(residuals.length - 1, Math.floor(share * residuals.length))] ?? 0;
    return {
      from: scores[part[0] ?? 0] ?? 0,
      to: scores[part.at(-1) ?? 0] ?? 0,
      rows: part.length,
      mean: residuals.reduce((sum, value) => sum + value, 0) / residuals.length,
      lower: at(0.1),
      upper: at(0.9),
    };
  });
}
