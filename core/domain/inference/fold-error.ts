import type { FoldValues, MetricEstimate } from '../metrics/metric.ts';
import { studentTQuantile } from '../statistics/student-t.ts';
import { type ContrastEstimate, contrast, type PairedEstimates, type Weights } from './contrast.ts';
import { uncertaintyOf } from './interval.ts';
import type { Population } from './population.ts';
import type { Uncertainty } from './uncertainty.ts';
import { atLeast } from './unchanged-decisions.ts';

/** Values by fold, and how much of the data each fold tests. */
type ByFold = Pick<FoldValues, 'values' | 'testShare'>;

/**
 * Half width of the interval of a mean over folds: t sqrt((1/J + test/train) s²) with J - 1 degrees of freedom, where the
 * second term is for training sets that overlap (C. Nadeau and Y. Bengio, Machine Learning 52, 2003, the corrected
 * resampled t-test).
 *
 * @param level Two-sided, in (0, 1).
 * @returns 0 where all folds have the same value; Infinity for a single fold.
 * @example foldReach({ values: Float64Array.of(0, 1), testShare: 1 }, 0.95).toFixed(2) // => '11.00'
 */
export function foldReach({ values, testShare }: ByFold, level: number): number {
  const folds = values.length;
  if (folds < 2) return Number.POSITIVE_INFINITY;
  const mean = meanOfFolds(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (folds - 1);
  return studentTQuantile((1 + level) / 2, folds - 1) * Math.sqrt((1 / folds + testShare) * variance);
}

/** The plain mean; NaN of none. */
export function meanOfFolds(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The uncertainty of an estimate. Of a mean over folds it is the wider of that of the tested rows, as if one model had scored
 * them all, and that of the folds. Rows alone leave out that each fold trains another model; a few folds that agree by chance
 * show too little.
 */
export function uncertaintyWithFolds(estimate: MetricEstimate, population: Population): Uncertainty {
  const { folds } = estimate;
  return folds === undefined
    ? uncertaintyOf(estimate, population)
    : ofFolds(uncertaintyOf(folds.pooled, population), folds);
}

/** A contrast of two models on the same rows, and in the same folds where they have them. */
export function contrastWithFolds(pair: PairedEstimates, weights: Weights, population: Population): ContrastEstimate {
  const [own, other] = [pair.candidate.folds, pair.champion.folds];
  if (own === undefined || other === undefined) return contrast(pair, weights, population);
  const pooled = { candidate: own.pooled, champion: other.pooled, identical: pair.identical };
  const { uncertainty } = contrast(pooled, weights, population);
  const combine = (candidate: number, champion: number) =>
    weights.candidate * candidate + weights.champion * champion + weights.constant;
  const values = own.values.map((value, fold) => combine(value, other.values[fold] ?? Number.NaN));
  const value = combine(pair.candidate.value, pair.champion.value);
  return { value, uncertainty: ofFolds(uncertainty, { values, testShare: own.testShare }) };
}

function ofFolds(ofRows: Uncertainty, folds: ByFold): Uncertainty {
  const wider = atLeast(ofRows, (level) => foldReach(folds, level));
  if (wider.kind !== 'estimated') return wider;
  return { ...wider, method: `${wider.method}, at least Nadeau-Bengio over ${folds.values.length} folds` };
}
