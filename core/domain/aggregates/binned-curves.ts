import type { CurvePoint, ModelCurves } from '../evaluation/curves.ts';
import { binsOfSums } from '../metrics/calibration.ts';
import type { BinaryAggregates } from './binary-aggregates.ts';
import { type BinShape, binCount, scoreOfBin } from './score-bins.ts';

/** Chosen: as many as of single rows. */
const POINTS = 50;
const BINS = 10;

/** The curves of binned scores. */
export function binnedCurves(sums: BinaryAggregates): Pick<ModelCurves, 'roc' | 'precisionRecall' | 'calibration'> {
  const { fine, shape, calibration } = sums;
  // Weighted rows have the sums of these bins: bins of scores hold weights, and pictures show rows.
  const bins = calibration && binsOfSums(calibration).map(({ weight: _, ...bin }) => bin);
  return { ...rankingCurves(fine), calibration: bins ?? calibrationOf(fine, shape) };
}

function rankingCurves(fine: BinaryAggregates['fine']): Pick<ModelCurves, 'roc' | 'precisionRecall'> {
  const totals = [0, 0];
  for (let at = 0; at < fine.length; at++) totals[at & 1] = (totals[at & 1] ?? 0) + (fine[at] ?? 0);
  const [negatives = 0, positives = 0] = totals;
  if (positives === 0 || negatives === 0) return {};
  const roc: CurvePoint[] = [[0, 0]];
  const precisionRecall: CurvePoint[] = [];
  let [hits, misses, lastRecall, seenRate, seenRecall] = [0, 0, 0, 0, 0];
  for (let bin = fine.length / 2 - 1; bin >= 0; bin--) {
    misses += fine[2 * bin] ?? 0;
    hits += fine[2 * bin + 1] ?? 0;
    const rate = misses / negatives;
    const recall = hits / positives;
    if (rate - seenRate >= 1 / POINTS || recall - seenRecall >= 1 / POINTS || bin === 0) {
      roc.push([rate, recall]);
      seenRate = rate;
      seenRecall = recall;
    }
    if (recall - lastRecall < 1 / POINTS && bin > 0) continue;
    precisionRecall.push([recall, hits / (hits + misses)]);
    lastRecall = recall;
  }
  return { roc, precisionRecall };
}

/** Ten equal bins of the probability; each score counts as the middle of its own, far narrower bin. */
function calibrationOf(fine: BinaryAggregates['fine'], shape: BinShape): NonNullable<ModelCurves['calibration']> {
  const [rows, predicted, observed] = [0, 1, 2].map(() => new Float64Array(BINS));
  for (let bin = 0; bin < binCount(shape); bin++) {
    const ones = fine[2 * bin + 1] ?? 0;
    const own = ones + (fine[2 * bin] ?? 0);
    if (own === 0 || !rows || !predicted || !observed) continue;
    const score = scoreOfBin(bin, shape);
    const at = Math.min(BINS - 1, Math.max(0, Math.ceil(score * BINS) - 1));
    rows[at] = (rows[at] ?? 0) + own;
    predicted[at] = (predicted[at] ?? 0) + own * score;
    observed[at] = (observed[at] ?? 0) + ones;
  }
  return Array.from({ length: BINS }, (_, at) => {
    const own = rows?.[at] ?? 0;
    const mean = (sums: Float64Array | undefined) => (own === 0 ? null : (sums?.[at] ?? 0) / own);
    return { from: at / BINS, to: (at + 1) / BINS, rows: own, predicted: mean(predicted), observed: mean(observed) };
  });
}
