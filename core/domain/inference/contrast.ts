import type { MetricEstimate } from '../metrics/metric.ts';
import { distributionFreeContrast, timesReach } from './distribution-free.ts';
import { hasFewErrors } from './error-rows.ts';
import { errorShareBound } from './exact-edge.ts';
import {
  edgeTrials,
  estimated,
  fewErrors,
  isEvidence,
  lackOf,
  noVariation,
  reachOf,
  trialsOf,
  uncertaintyOf,
  widened,
} from './interval.ts';
import type { Population } from './population.ts';
import { combineReach, correctedCorrelation, influenceCorrelation, type Reach, wilsonReach } from './proportion.ts';
import { type StandardError, standardErrorOf } from './standard-error.ts';
import { conservative, explained, hasFewUnits, typical, type Uncertainty } from './uncertainty.ts';
import { atLeast, unchanged } from './unchanged-decisions.ts';

/** Two estimates of one metric on the same rows. */
export interface PairedEstimates {
  readonly candidate: MetricEstimate;
  readonly champion: MetricEstimate;
  /** Both models gave every row the same score. */
  readonly identical: boolean;
}

/** A linear combination `candidate * a + champion * b + constant`. */
export interface Weights {
  readonly candidate: number;
  readonly champion: number;
  readonly constant: number;
}

/** A value with its known error. */
export interface ContrastEstimate {
  readonly value: number;
  readonly uncertainty: Uncertainty;
}

/**
 * A linear combination of a metric of two models on the same rows, with its paired error.
 *
 * @param pair Influences of equal length. Identical predictions have no error between them: the result is exact.
 */
export function contrast(pair: PairedEstimates, weights: Weights, population: Population): ContrastEstimate {
  const { candidate, champion } = pair;
  const value = weights.candidate * candidate.value + weights.champion * champion.value + weights.constant;
  if (weights.champion === 0) return { value, uncertainty: scaled(uncertaintyOf(candidate, population), weights) };
  if (pair.identical) return { value, uncertainty: { kind: 'exact', method: 'identical predictions' } };
  const uncertainty = pairedUncertainty(pair, weights, population);
  const bound =
    Math.abs(weights.candidate) * (candidate.bound ?? 0) + Math.abs(weights.champion) * (champion.bound ?? 0);
  return { value, uncertainty: widened(uncertainty, bound) };
}

/**
 * Of models that decide every row alike, as far as a change that the rows did not show can go, and never nearer where a few
 * rows are decided otherwise: what none leaves possible, some do. Without an interval by influences, one for every law.
 */
function pairedUncertainty(pair: PairedEstimates, weights: Weights, population: Population): Uncertainty {
  const { candidate, champion } = pair;
  const lacking = lackOf([candidate, champion], population);
  const change = hasFewUnits(population)
    ? undefined
    : unchanged({ first: candidate, second: champion, weights }, population);
  if (change?.isUnchanged === true) return change.uncertainty();
  const own = lacking ?? unbiased(paired(pair, weights, population), pair, weights);
  if (own.kind !== 'unknown') return change === undefined ? own : atLeast(own, change.reach);
  const found = hasFewUnits(population)
    ? undefined
    : distributionFreeContrast({ first: candidate, second: champion, weights }, population);
  if (found === undefined) return explained(own, [candidate, champion], population);
  const sure = conservative(found, pairedError(pair, weights, population));
  return change === undefined ? sure : atLeast(sure, change.reach);
}

/** Of values that are too high by chance the one more than the other: the interval reaches further on that side. */
function unbiased(uncertainty: Uncertainty, { candidate, champion }: PairedEstimates, weights: Weights): Uncertainty {
  const bias = weights.candidate * (candidate.bias ?? 0) + weights.champion * (champion.bias ?? 0);
  if (uncertainty.kind !== 'estimated' || bias === 0) return uncertainty;
  const reach = (level: number): Reach => {
    const { below, above } = reachOf(uncertainty, level);
    return { below: below + Math.max(0, bias), above: above + Math.max(0, -bias) };
  };
  return { ...uncertainty, reach };
}

/** The uncertainty of one value times a weight; a negative one swaps the sides. */
function scaled(uncertainty: Uncertainty, { candidate: weight }: Weights): Uncertainty {
  if (uncertainty.kind !== 'estimated') return uncertainty;
  const standardError = Math.abs(weight) * uncertainty.standardError;
  const own = uncertainty.reach;
  if (own === undefined) return { ...uncertainty, standardError };
  return { ...uncertainty, standardError, reach: (level) => timesReach(weight, own(level)) };
}

function pairedError(
  { candidate, champion }: PairedEstimates,
  weights: Weights,
  population: Population,
): StandardError {
  const influence = combined(candidate.influence(), champion.influence(), weights);
  const byClass = candidate.byClass && champion.byClass;
  const support = smaller(candidate.support, champion.support);
  return standardErrorOf(
    { influence: () => influence, byClass, ...(support === undefined ? {} : { support }) },
    population,
  );
}

function paired(pair: PairedEstimates, weights: Weights, population: Population): Uncertainty {
  const { candidate, champion } = pair;
  const found = pairedError(pair, weights, population);
  const areProportions = candidate.outcomes !== undefined && champion.outcomes !== undefined;
  if (areProportions && population.sampling.kind === 'rows') {
    const correlation = correctedCorrelation(influenceCorrelation(candidate.influence(), champion.influence()), {
      trials: Math.min(trialsOf(candidate, population), trialsOf(champion, population)),
      proportions: [candidate.value, champion.value],
    });
    const term = (weight: number, estimate: MetricEstimate, level: number) => ({
      weight,
      reach: wilsonReach(estimate.value, trialsOf(estimate, population), level),
    });
    const reach = (level: number) =>
      combineReach(term(weights.candidate, candidate, level), term(weights.champion, champion, level), correlation);
    const method = 'Newcombe (paired)';
    return { kind: 'estimated', ...found, standardError: typical(found.standardError, reach), reach, method };
  }
  if (isEvidence(found.standardError, Math.abs(candidate.value) + Math.abs(champion.value))) {
    // Decisions have what no changed one leaves possible anyway.
    const isOfDecisions = candidate.distributionFree?.paired?.kind === 'decisions';
    const isRisky = !isOfDecisions && hasFewErrors([candidate, champion], found, population);
    return isRisky ? fewErrors() : estimated(found, population);
  }
  const sure = distributionFreeContrast({ first: candidate, second: champion, weights }, population);
  return sure === undefined
    ? withoutVariation({ candidate, champion, found }, weights, population)
    : conservative(sure, found);
}

function smaller(first: MetricEstimate['support'], second: MetricEstimate['support']): MetricEstimate['support'] {
  if (first === undefined || second === undefined) return first ?? second;
  return { ...first, rows: Math.min(first.rows, second.rows) };
}

function combined(candidate: Float64Array, champion: Float64Array, weights: Weights): Float64Array {
  const influence = new Float64Array(candidate.length);
  for (let i = 0; i < influence.length; i++) {
    influence[i] = weights.candidate * (candidate[i] ?? 0) + weights.champion * (champion[i] ?? 0);
  }
  return influence;
}

interface Joint {
  readonly candidate: MetricEstimate;
  readonly champion: MetricEstimate;
  readonly found: StandardError;
  readonly correlation: number;
  readonly method: string;
}

/** From the interval of each value and their correlation. */
function joined(
  { candidate, champion, found, correlation, method }: Joint,
  weights: Weights,
  population: Population,
): Uncertainty {
  const first = uncertaintyOf(candidate, population);
  const second = uncertaintyOf(champion, population);
  if (first.kind !== 'estimated' || second.kind !== 'estimated') return noVariation();
  const reach = (level: number) =>
    combineReach(
      { weight: weights.candidate, reach: reachOf(first, level) },
      { weight: weights.champion, reach: reachOf(second, level) },
      correlation,
    );
  return { kind: 'estimated', ...found, standardError: typical(found.standardError, reach), reach, method };
}

/**
 * Both models err on the same rows alike, and yet their scores differ: rows that set them apart may be rare. Where both
 * are without error, from the exact bound of each; else as far as the value moves by the largest share of such rows that
 * none in this sample leaves possible.
 */
function withoutVariation(
  pair: Pick<Joint, 'candidate' | 'champion' | 'found'>,
  weights: Weights,
  population: Population,
): Uncertainty {
  const { candidate, champion, found } = pair;
  const spread =
    Math.abs(weights.candidate) * spreadOf(candidate.influence()) +
    Math.abs(weights.champion) * spreadOf(champion.influence());
  if (spread === 0)
    return joined({ ...pair, correlation: 0, method: 'exact bounds for no errors' }, weights, population);
  const trials = edgeTrials(Math.min(candidate.support?.rows ?? found.units, found.units), population);
  const reach = (level: number): Reach => {
    const half = (errorShareBound(trials, level) * spread) / 2;
    return { below: half, above: half };
  };
  return {
    kind: 'estimated',
    ...found,
    standardError: typical(0, reach),
    reach,
    method: 'exact bound for no disagreement',
  };
}

function spreadOf(influence: Float64Array): number {
  let [lowest, highest] = [0, 0];
  for (let i = 0; i < influence.length; i++) {
    lowest = Math.min(lowest, influence[i] ?? 0);
    highest = Math.max(highest, influence[i] ?? 0);
  }
  return highest - lowest;
}
