import type { Metric, MetricEstimate } from '../metrics/metric.ts';
import { studentTQuantile } from '../statistics/student-t.ts';
import { distributionFreeReach } from './distribution-free.ts';
import { hasFewErrors } from './error-rows.ts';
import { errorShareBound } from './exact-edge.ts';
import type { Population } from './population.ts';
import { clopperPearsonReach, type Reach, wilsonReach } from './proportion.ts';
import { scaleOf } from './range-scale.ts';
import { type StandardError, standardErrorOf } from './standard-error.ts';
import {
  conservative,
  explained,
  hasFewUnits,
  MIN_UNITS,
  typical,
  type Uncertainty,
  type Unknown,
  unitsOf,
} from './uncertainty.ts';

/**
 * Chosen by simulation (docs/calibration.md): with fewer rows of the smaller class the errors of ranking and of decisions
 * are so skewed that a t interval misses by more than it says.
 */
export const MIN_SUPPORT = 20;
/**
 * Chosen by simulation: beyond this a few rows make most of the error, and more of their kind may be missing. Where the
 * rows of a class say how much a value rests on, only of independent rows: of groups the wider quantile is enough.
 */
const MAX_SKEWNESS = 0.25;
/**
 * As few as of groups: a variance that fewer rows than these make tells too little of itself (docs/calibration.md). No
 * method is right for every law without an end (R. Bahadur and L. Savage, Ann. Math. Stat. 27, 1956): what a sample
 * shows of its tail has to do.
 */
const MIN_EFFECTIVE_ROWS = MIN_UNITS;
/** Standard errors below this share of the values are rounding, not evidence. */
const ROUNDING = 1e-13;
/** Chosen: where rows show no variation, a value this near to 1 is that of no error, but for rounding of weights. */
const ROUNDED_ERROR = 1e-9;

/** Chosen: from here on Wilson's interval is wrong on neither side by more than a tenth of a point. */
const FEW_OUTCOMES = 500;

/** A two-sided confidence interval. */
export interface ConfidenceInterval {
  readonly lower: number;
  readonly upper: number;
  /** Such as 0.95. */
  readonly level: number;
  readonly method: string;
}

/**
 * Known error of a value. Never an error of 0: no variation in a sample is not proof of none.
 *
 * Proportions of independent, unweighted rows: the exact interval, of many Wilson's; their median: between order
 * statistics. Values without an error in any row: the exact bound. Everything else: Student's t by the influences.
 */
export function uncertaintyOf(estimate: MetricEstimate, population: Population): Uncertainty {
  const own = ownUncertainty(estimate, population);
  const found = own.kind === 'unknown' ? withoutLaw(own, estimate, population) : lowered(own, estimate.bias ?? 0);
  return widened(found, estimate.bound ?? 0);
}

/** In place of no interval the one that holds for every law of the rows; without it, why there is none either. */
function withoutLaw(unknown: Unknown, estimate: MetricEstimate, population: Population): Uncertainty {
  const found = hasFewUnits(population) ? undefined : distributionFreeReach(estimate, population);
  if (found === undefined) return explained(unknown, [estimate], population);
  return conservative(found, standardErrorOf(estimate, population));
}

/** An uncertainty of a value that is too high by chance: its intervals reach further below. */
function lowered(uncertainty: Uncertainty, bias: number): Uncertainty {
  if (uncertainty.kind !== 'estimated' || bias === 0) return uncertainty;
  const reach = (level: number): Reach => {
    const { below, above } = reachOf(uncertainty, level);
    return { below: below + bias, above };
  };
  return { ...uncertainty, reach };
}

/** An uncertainty whose intervals reach further by a bound on both sides. */
export function widened(uncertainty: Uncertainty, bound: number): Uncertainty {
  if (uncertainty.kind !== 'estimated' || bound === 0) return uncertainty;
  const reach = (level: number): Reach => {
    const { below, above } = reachOf(uncertainty, level);
    return { below: below + bound, above: above + bound };
  };
  const { reach: _, ...rest } = uncertainty;
  return { ...rest, reach, method: `${uncertainty.method}; scores in bins, within ${bound.toExponential(1)}` };
}

function ownUncertainty(estimate: MetricEstimate, population: Population): Uncertainty {
  const lacking = lackOf([estimate], population);
  if (lacking !== undefined) return lacking;
  const { outcomes, value } = estimate;
  const found = standardErrorOf(estimate, population);
  if (outcomes !== undefined && population.sampling.kind === 'rows') {
    const trials = trialsOf(estimate, population);
    const isFew = trials * Math.min(value, 1 - value) < FEW_OUTCOMES;
    const interval = isFew ? clopperPearsonReach : wilsonReach;
    const reach = (level: number) => interval(value, trials, level);
    const method = isFew ? 'Clopper-Pearson' : 'Wilson';
    return { kind: 'estimated', ...found, standardError: typical(found.standardError, reach), reach, method };
  }
  if (isEvidence(found.standardError, Math.abs(value))) {
    const plain = estimated(found, population);
    if (plain.kind !== 'estimated') return plain;
    if (hasFewErrors([estimate], found, population)) return fewErrors();
    return { ...plain, ...(exactly(estimate, population, found) ?? bounded(estimate, found)) };
  }
  // Of groups the limits for every law say more exactly what groups of unequal size are worth.
  const hasLimits = estimate.distributionFree !== undefined && population.sampling.kind === 'clusters';
  return (hasLimits ? undefined : atEdge(estimate, population, found)) ?? noVariation();
}

/** Number of rows that a proportion counts. */
export function trialsOf({ support }: MetricEstimate, { labels }: Population): number {
  return support?.rows ?? labels.length;
}

/** True if a standard error is more than rounding of numbers of this size. */
export function isEvidence(standardError: number, scale: number): boolean {
  return Number.isFinite(standardError) && standardError > ROUNDING * Math.max(scale, Number.MIN_VALUE);
}

/** A t interval, or why there is none: a few rows may outweigh all others. */
export function estimated(found: StandardError, { sampling }: Population): Uncertainty {
  const { effectiveRows, rowSkewness } = found;
  if (effectiveRows !== null && effectiveRows < MIN_EFFECTIVE_ROWS) {
    const counted = `an effective sample size of ${effectiveRows.toFixed(1)} rows, fewer than the ${MIN_EFFECTIVE_ROWS} needed`;
    const lack = { has: effectiveRows, needs: MIN_EFFECTIVE_ROWS };
    return { kind: 'unknown', reason: `a few rows make most of the error: ${counted}`, lack };
  }
  const isGrouped = sampling.kind === 'clusters';
  if (isGrouped && effectiveRows === null) return { kind: 'estimated', ...found };
  // Chosen by simulation: what some ten groups show of their skewness is less than there is.
  const skewness = isGrouped ? 2 * found.skewness : found.skewness;
  if (Math.abs(rowSkewness) <= MAX_SKEWNESS) return { kind: 'estimated', ...found, skewness };
  return fewErrors();
}

/** No interval of an error that a few rows make. */
export function fewErrors(): Uncertainty {
  return { kind: 'unknown', reason: 'a few rows make most of the error, so it cannot be estimated' };
}

/** Interval where rows show no variation. */
export function noVariation(): Uncertainty {
  return { kind: 'unknown', reason: 'the rows show no variation to estimate an error from' };
}

/** Why these estimates have no interval on a population; undefined where they have. */
export function lackOf(
  estimates: readonly MetricEstimate[],
  { sampling, labels }: Population,
): Uncertainty | undefined {
  const without = estimates.find(({ withoutInterval }) => withoutInterval !== undefined)?.withoutInterval;
  if (without !== undefined) return { kind: 'unknown', reason: without };
  const units = unitsOf({ sampling, labels });
  if (units < MIN_UNITS) {
    const what = sampling.kind === 'clusters' ? 'groups' : 'rows';
    const reason = `${units} independent ${what} are fewer than the ${MIN_UNITS} needed`;
    return { kind: 'unknown', reason, lack: { has: units, needs: MIN_UNITS } };
  }
  const scarce = estimates.find(
    ({ support, outcomes }) => outcomes === undefined && (support?.rows ?? MIN_SUPPORT) < MIN_SUPPORT,
  )?.support;
  if (scarce === undefined) return undefined;
  const reason = `${scarce.rows} ${scarce.what} are fewer than the ${MIN_SUPPORT} needed`;
  return { kind: 'unknown', reason, lack: { has: scarce.rows, needs: MIN_SUPPORT } };
}

/** Independent trials behind an exact bound: of clusters no more than pairs of them. */
export function edgeTrials(trials: number, { sampling }: Population): number {
  return sampling.kind === 'clusters' ? Math.min(trials, Math.floor(sampling.count / 2)) : trials;
}

function atEdge(estimate: MetricEstimate, population: Population, found: StandardError): Uncertainty | undefined {
  const { edge, value, outcomes } = estimate;
  if (edge === undefined) return undefined;
  const trials = edgeTrials(edge.trials, population);
  const method = 'exact bound for no errors';
  if (value > 1 - ROUNDED_ERROR) {
    const reach = (level: number) => ({ below: 1 - edge.worst(errorShareBound(trials, level)), above: 0 });
    return { kind: 'estimated', ...found, standardError: typical(0, reach), reach, method };
  }
  if (value !== 0 || outcomes === undefined) return undefined;
  const reach = (level: number) => ({ below: 0, above: errorShareBound(trials, level) });
  return { kind: 'estimated', ...found, standardError: typical(0, reach), reach, method };
}

/** The exact interval; at levels that the rows are too few for, the one on the scale of the range. */
function exactly(
  estimate: MetricEstimate,
  { sampling }: Population,
  found: StandardError,
): { readonly reach: (level: number) => Reach; readonly method: string } | undefined {
  const { exactReach } = estimate;
  if (exactReach === undefined || sampling.kind !== 'rows') return undefined;
  const otherwise = { kind: 'estimated' as const, ...found, ...bounded(estimate, found) };
  return { reach: (level) => exactReach(level) ?? reachOf(otherwise, level), method: 'order statistics (exact)' };
}

/** The interval on the scale where the end of the range is infinitely far; nothing for a range without an end. */
function bounded(
  { value, range }: MetricEstimate,
  found: StandardError,
): { readonly reach?: (level: number) => Reach; readonly method?: string } {
  const scale = range === undefined ? undefined : scaleOf(range, value);
  if (scale === undefined) return {};
  // Chosen by simulation: the scale bends what is skewed already, and once the skewness is too little.
  const twice = { ...found, skewness: 2 * found.skewness };
  const reach = (level: number): Reach => {
    const half = quantileOf(twice, level) * found.standardError * scale.slope;
    const middle = scale.to(value);
    const ends = [scale.back(middle - half), scale.back(middle + half)];
    return { below: value - Math.min(...ends), above: Math.max(...ends) - value };
  };
  return { reach, method: `${found.method} on the ${scale.name} scale` };
}

/**
 * Student's t quantile, further out by the first term of the Edgeworth expansion of a t statistic of skewed parts
 * (P. Hall, The Bootstrap and Edgeworth Expansion, 1992, section 2.6), on both sides.
 */
export function quantileOf({ degreesOfFreedom, skewness }: StandardError, level: number): number {
  const t = studentTQuantile((1 + level) / 2, degreesOfFreedom);
  return t + (Math.abs(skewness) * (2 * t * t + 1)) / 6;
}

/** Distances from the value to the ends of the two-sided interval of a level. */
export function reachOf(uncertainty: Uncertainty & { kind: 'estimated' }, level: number): Reach {
  if (uncertainty.reach !== undefined) return uncertainty.reach(level);
  const half = quantileOf(uncertainty, level) * uncertainty.standardError;
  return { below: half, above: half };
}

/**
 * The two-sided interval at a level.
 *
 * @param range Values that the metric can take; the interval ends there.
 * @returns undefined where the error is unknown.
 */
export function intervalOf(
  value: number,
  uncertainty: Uncertainty,
  { level, range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] }: { level: number; range?: Metric['range'] },
): ConfidenceInterval | undefined {
  if (uncertainty.kind === 'unknown') return undefined;
  if (uncertainty.kind === 'exact') return { lower: value, upper: value, level, method: uncertainty.method };
  const { below, above } = reachOf(uncertainty, level);
  const [lowest, highest] = range;
  return {
    lower: Math.max(lowest, value - below),
    upper: Math.min(highest, value + above),
    level,
    method: uncertainty.method,
  };
}
