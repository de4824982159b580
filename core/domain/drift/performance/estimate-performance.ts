import { wilsonReach } from '../../inference/proportion.ts';
import { normalQuantile } from '../../statistics/normal.ts';
import { type CalibrationStep, calibratedRate } from './isotonic.ts';

/** A metric that was estimated without labels. */
export interface EstimatedMetric {
  readonly name: 'accuracy' | 'precision' | 'recall' | 'f1' | 'roc_auc';
  /** null where it has no value, such as a precision without predictions of 1. */
  readonly value: number | null;
  /** 95 %, of the rows of the window; null without a value. */
  readonly lower: number | null;
  readonly upper: number | null;
}

const LEVEL = 0.95;

/**
 * Performance of a classifier of two classes that its scores promise: confidence-based performance estimation (CBPE). The
 * scores are calibrated by the evaluation that was registered; the expected confusion of the window gives the metrics.
 *
 * It sees what a changed mix of inputs does (covariate shift). It does not see a changed relation of inputs and label
 * (concept drift): for that there is no substitute for labels.
 *
 * @param scores Finite scores of the window.
 * @param by Steps of the evaluation, at least one, the threshold from which a score is a prediction of 1, and how many rows tell as
 *   much as one independent row: 1 where rows are not grouped. It widens the intervals alone.
 * @returns Each metric with the interval of a window of this size; the calibration is taken as known.
 *
 * Source: J. Kuberski, NannyML, Confidence-based Performance Estimation (2022); the interval of ROC AUC by J. A. Hanley and
 * B. J. McNeil, Radiology 143, 1982.
 */
export function estimatePerformance(
  scores: Float64Array,
  by: {
    readonly steps: readonly CalibrationStep[];
    readonly threshold: number;
    readonly rowsPerObservation: number;
  },
): readonly EstimatedMetric[] {
  const rates = scores.map((score) => calibratedRate(by.steps, score));
  const cells = { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 0 };
  for (const [row, score] of scores.entries()) {
    const rate = rates[row] ?? 0;
    if (score >= by.threshold) {
      cells.truePositive += rate;
      cells.falsePositive += 1 - rate;
    } else {
      cells.falseNegative += rate;
      cells.trueNegative += 1 - rate;
    }
  }
  const { truePositive: tp, falsePositive: fp, falseNegative: fn, trueNegative: tn } = cells;
  const { rowsPerObservation: per } = by;
  return [
    share('accuracy', (tp + tn) / per, scores.length / per),
    share('precision', tp / per, (tp + fp) / per),
    share('recall', tp / per, (tp + fn) / per),
    f1(tp / per, (fp + fn) / per),
    rocAuc(scores, { rates, rowsPerObservation: per }),
  ];
}

function share(name: EstimatedMetric['name'], successes: number, trials: number): EstimatedMetric {
  if (trials <= 0) return { name, value: null, lower: null, upper: null };
  const value = successes / trials;
  const { below, above } = wilsonReach(value, trials, LEVEL);
  return { name, value, lower: Math.max(0, value - below), upper: Math.min(1, value + above) };
}

/** 2 J / (1 + J) of the share J of true positives among all rows that are 1 or are predicted so. */
function f1(truePositive: number, wrong: number): EstimatedMetric {
  const jaccard = share('f1', truePositive, truePositive + wrong);
  const of = (value: number | null) => (value === null ? null : (2 * value) / (1 + value));
  return { name: 'f1', value: of(jaccard.value), lower: of(jaccard.lower), upper: of(jaccard.upper) };
}

/** Expected pairs of a 1 and a 0 in the right order, over all expected pairs of two rows. */
function rocAuc(
  scores: Float64Array,
  { rates, rowsPerObservation }: { readonly rates: Float64Array; readonly rowsPerObservation: number },
): EstimatedMetric {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let [ones, zeros, ownPairs, right] = [0, 0, 0, 0];
  for (let from = 0; from < order.length; ) {
    let to = from;
    let [tiedOnes, tiedZeros, tiedOwn] = [0, 0, 0];
    for (; to < order.length && scores[order[to] ?? 0] === scores[order[from] ?? 0]; to++) {
      const rate = rates[order[to] ?? 0] ?? 0;
      tiedOnes += rate;
      tiedZeros += 1 - rate;
      tiedOwn += rate * (1 - rate);
    }
    right += tiedOnes * zeros + (tiedOnes * tiedZeros - tiedOwn) / 2;
    ones += tiedOnes;
    zeros += tiedZeros;
    ownPairs += tiedOwn;
    from = to;
  }
  const pairs = ones * zeros - ownPairs;
  if (!(pairs > 0)) return { name: 'roc_auc', value: null, lower: null, upper: null };
  const value = right / pairs;
  const half =
    normalQuantile((1 + LEVEL) / 2) *
    Math.sqrt(hanleyMcNeilVariance(value, ones / rowsPerObservation, zeros / rowsPerObservation));
  return { name: 'roc_auc', value, lower: Math.max(0, value - half), upper: Math.min(1, value + half) };
}

function hanleyMcNeilVariance(auc: number, ones: number, zeros: number): number {
  const [q1, q2] = [auc / (2 - auc), (2 * auc * auc) / (1 + auc)];
  const more = (count: number) => Math.max(0, count - 1);
  return Math.max(
    0,
    (auc * (1 - auc) + more(ones) * (q1 - auc * auc) + more(zeros) * (q2 - auc * auc)) / (ones * zeros),
  );
}
