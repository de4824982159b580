import { studentTQuantile } from '../statistics/student-t.ts';
import { errorShareBound } from './exact-edge.ts';
import type { Metric, MetricEstimate } from './metric.ts';
import { type Reach, wilsonReach } from './proportion.ts';
import { type Population, type StandardError, standardErrorOf } from './standard-error.ts';

/** Chosen: below ten independent units a t interval rests on too few to tell its own width. */
export const MIN_UNITS = 10;
/** Standard errors below this share of the values are rounding, not evidence. */
const ROUNDING = 1e-13;

/** A value with what is known of its error: exact, estimated, or a reason why nothing is. */
export type Uncertainty =
  | { readonly kind: 'exact'; readonly method: string }
  | ({
      readonly kind: 'estimated';
      /** How far the interval of a two-sided level reaches; undefined: Student's t. */
      readonly reach?: (level: number) => Reach;
    } & StandardError)
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      /** Present where more rows would help: what there is, and what is needed. */
      readonly lack?: { readonly has: number; readonly needs: number };
    };

/** A two-sided confidence interval. */
export interface ConfidenceInterval {
  readonly lower: number;
  readonly upper: number;
  /** Such as 0.95. */
  readonly level: number;
  readonly method: string;
}

/**
 * What is known of the error of a value. Never an error of 0: no variation in a sample is no proof of none.
 *
 * Proportions of independent, unweighted rows: Wilson's interval. Values without an error in any row: the exact bound.
 * Everything else: Student's t by the influences.
 */
export function uncertaintyOf(estimate: MetricEstimate, population: Population): Uncertainty {
  const lacking = lackOf([estimate], population);
  if (lacking !== undefined) return lacking;
  const { outcomes, value, support } = estimate;
  const found = standardErrorOf(estimate, population);
  if (outcomes !== undefined && population.sampling.kind === 'rows') {
    const trials = support?.rows ?? outcomes.length;
    const reach = (level: number) => wilsonReach(value, trials, level);
    return { kind: 'estimated', ...found, ...typical(found.standardError, reach), reach, method: 'Wilson' };
  }
  if (isEvidence(found.standardError, Math.abs(value))) return { kind: 'estimated', ...found };
  return atEdge(estimate, population, found) ?? noVariation();
}

/** A standard error that an interval of another form amounts to, where the influences show none. */
export function typical(standardError: number, reach: (level: number) => Reach): { readonly standardError: number } {
  if (standardError > 0) return { standardError };
  const { below, above } = reach(0.95);
  return { standardError: Math.max(below, above) / studentTQuantile(0.975, 1e6) };
}

/** Whether a standard error is more than rounding of numbers of this size. */
export function isEvidence(standardError: number, scale: number): boolean {
  return Number.isFinite(standardError) && standardError > ROUNDING * Math.max(scale, Number.MIN_VALUE);
}

/** What to say where rows show no variation. */
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
  const units = sampling.kind === 'clusters' ? sampling.count : labels.length;
  if (units < MIN_UNITS) {
    const what = sampling.kind === 'clusters' ? 'groups' : 'rows';
    const reason = `${units} independent ${what} are fewer than the ${MIN_UNITS} needed`;
    return { kind: 'unknown', reason, lack: { has: units, needs: MIN_UNITS } };
  }
  return undefined;
}

/** Independent trials behind an exact bound: of clusters no more than pairs of them. */
export function edgeTrials(trials: number, { sampling }: Population): number {
  return sampling.kind === 'clusters' ? Math.min(trials, Math.floor(sampling.count / 2)) : trials;
}

function atEdge(estimate: MetricEstimate, population: Population, found: StandardError): Uncertainty | undefined {
  const { edge, value, outcomes } = estimate;
  if (edge === undefined) return undefined;
  const trials = edgeTrials(edge.trials, population);
  const method = 'exact bound of no error';
  if (value === 1) {
    const reach = (level: number) => ({ below: 1 - edge.worst(errorShareBound(trials, level)), above: 0 });
    return { kind: 'estimated', ...found, ...typical(0, reach), reach, method };
  }
  if (value !== 0 || outcomes === undefined) return undefined;
  const reach = (level: number) => ({ below: 0, above: errorShareBound(trials, level) });
  return { kind: 'estimated', ...found, ...typical(0, reach), reach, method };
}

/** How far the two-sided interval of a level reaches below and above. */
export function reachOf(uncertainty: Uncertainty & { kind: 'estimated' }, level: number): Reach {
  if (uncertainty.reach !== undefined) return uncertainty.reach(level);
  const half = studentTQuantile((1 + level) / 2, uncertainty.degreesOfFreedom) * uncertainty.standardError;
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
