import { type GateRule, needsChampion } from '../gate/gate-rule.ts';
import type { ContrastEvidence } from '../gate/judge-evidence.ts';
import { differenceContrast, type RuleContrast, valueContrast } from '../gate/rule-contrast.ts';
import type { ContrastEstimate, PairedEstimates } from '../inference/contrast.ts';
import { contrastWithFolds, uncertaintyWithFolds } from '../inference/fold-error.ts';
import { type ConfidenceInterval, intervalOf, reachOf } from '../inference/interval.ts';
import { mcnemarPValue } from '../inference/mcnemar.ts';
import type { Population } from '../inference/population.ts';
import type { Uncertainty } from '../inference/uncertainty.ts';
import type { Metric, MetricEstimate, UndefinedMetric } from '../metrics/metric.ts';
import { studentTCdf } from '../statistics/student-t.ts';
import type { SliceKey } from './slice.ts';

/** Metrics to compute. */
export interface MeasurementPlan {
  readonly metrics: readonly Metric[];
  readonly rules: readonly GateRule[];
  /** Two-sided, such as 0.95. */
  readonly confidence: number;
  readonly decisionThreshold: number;
}

/** A value with its interval; null with a reason where there is none. */
export interface Measured {
  readonly value: number | null;
  readonly interval: ConfidenceInterval | null;
  readonly reason?: string;
  /** Ratio of the variance to that of independent rows; where rows are grouped. */
  readonly designEffect?: number;
}

/** A metric of the candidate on a population. */
export interface MeasuredMetric extends Measured {
  readonly name: string;
  readonly direction: Metric['direction'];
  readonly slice?: SliceKey;
  readonly rows: number;
}

/** A metric of both models on a population. */
export interface MeasuredComparison {
  readonly name: string;
  readonly direction: Metric['direction'];
  readonly slice?: SliceKey;
  readonly rows: number;
  readonly champion: Measured;
  readonly difference: Measured & { readonly pValue: number | null; readonly test: string | null };
}

/** Evidence for a rule, or the reason why there is none. */
export type RuleEvidence =
  | {
      readonly evidence: ContrastEvidence;
      /** A sentence to tell with the verdict. */
      readonly note?: string;
    }
  | { readonly missing: string };

/** Everything measured on one population. */
export interface MeasuredPopulation {
  readonly slice?: SliceKey;
  readonly rows: number;
  readonly metrics: readonly MeasuredMetric[];
  readonly comparisons: readonly MeasuredComparison[];
  /** By the rule's index; rules that need a champion have no entry where there is none. */
  readonly evidence: ReadonlyMap<number, RuleEvidence>;
}

/** Estimates of one metric of both models. */
export interface Estimates {
  readonly metric: Metric;
  readonly candidate: MetricEstimate | UndefinedMetric;
  readonly champion: MetricEstimate | UndefinedMetric | null;
  readonly identical: boolean;
}

/** Source of estimates. */
export interface EstimateSource {
  readonly place: Place;
  readonly population: Population;
  readonly estimate: (metric: Metric) => Estimates;
}

/** Measures by estimates, whatever they were made of. */
export function measureEstimates(
  { place, population, estimate: estimatesOf }: EstimateSource,
  plan: MeasurementPlan,
): MeasuredPopulation {
  const evidence = new Map<number, RuleEvidence>();
  const measured = plan.metrics.map((metric) => {
    const context = { metric, estimates: estimatesOf(metric), plan, population, rows: place.rows };
    for (const rule of plan.rules.filter((one) => one.metric === metric.name)) {
      const found = evidenceFor(rule, context);
      if (found !== undefined) evidence.set(rule.index, found);
    }
    return { metric: metricOf(context, place), comparison: comparisonOf(context, place) };
  });
  return {
    ...place,
    metrics: measured.map(({ metric }) => metric),
    comparisons: measured.flatMap(({ comparison }) => comparison ?? []),
    evidence,
  };
}

interface Context {
  readonly metric: Metric;
  readonly estimates: Estimates;
  readonly population: Population;
  readonly plan: MeasurementPlan;
  readonly rows: number;
}

/** Rows to measure. */
export interface Place {
  readonly slice?: SliceKey;
  readonly rows: number;
}

function metricOf(context: Context, place: Place): MeasuredMetric {
  const { name, direction } = context.metric;
  return { name, direction, ...place, ...estimateWithInterval(context.estimates.candidate, context) };
}

function estimateWithInterval(estimated: MetricEstimate | UndefinedMetric, context: Context): Measured {
  if (estimated.kind === 'undefined') return { value: null, interval: null, reason: estimated.reason };
  const uncertainty = uncertaintyWithFolds(estimated, context.population);
  return measured(estimated.value, uncertainty, { level: context.plan.confidence, range: context.metric.range });
}

function measured(value: number, uncertainty: Uncertainty, options: Parameters<typeof intervalOf>[2]): Measured {
  const interval = intervalOf(value, uncertainty, options);
  const isGrouped = uncertainty.kind === 'estimated' && uncertainty.designEffect !== 1;
  if (interval !== undefined) {
    return { value, interval, ...(isGrouped ? { designEffect: uncertainty.designEffect } : {}) };
  }
  return { value, interval: null, ...(uncertainty.kind === 'unknown' ? { reason: uncertainty.reason } : {}) };
}

function pairOf({ candidate, champion, identical }: Estimates): PairedEstimates | UndefinedMetric | null {
  if (champion === null) return null;
  if (candidate.kind === 'undefined') return candidate;
  return champion.kind === 'undefined' ? champion : { candidate, champion, identical };
}

function comparisonOf(context: Context, place: Place): MeasuredComparison | undefined {
  const { metric, estimates, plan } = context;
  const pair = pairOf(estimates);
  if (pair === null || estimates.champion === null) return undefined;
  const head = {
    name: metric.name,
    direction: metric.direction,
    ...place,
    champion: estimateWithInterval(estimates.champion, context),
  };
  if ('kind' in pair) {
    return { ...head, difference: { value: null, interval: null, reason: pair.reason, pValue: null, test: null } };
  }
  const { value, uncertainty } = contrastWithFolds(
    pair,
    { candidate: 1, champion: -1, constant: 0 },
    context.population,
  );
  const difference = measured(value, uncertainty, { level: plan.confidence });
  return { ...head, difference: { ...difference, ...differenceTest(pair, { value, uncertainty }) } };
}

function differenceTest(
  { candidate, champion }: PairedEstimates,
  { value, uncertainty }: ContrastEstimate,
): { pValue: number | null; test: string | null } {
  if (uncertainty.kind !== 'estimated') return { pValue: null, test: null };
  if (candidate.outcomes !== undefined && champion.outcomes !== undefined && uncertainty.designEffect === 1) {
    const exact = mcnemarPValue(candidate.outcomes(), champion.outcomes());
    if (exact !== null) return { pValue: exact, test: 'exact McNemar' };
  }
  // Scores in bins: the difference that is certain.
  const certain = Math.max(0, Math.abs(value) - (candidate.bound ?? 0) - (champion.bound ?? 0));
  const t = -certain / uncertainty.standardError;
  return {
    pValue: Math.min(1, 2 * studentTCdf(t, uncertainty.degreesOfFreedom)),
    test: `paired, ${uncertainty.method}`,
  };
}

function evidenceFor(rule: GateRule, context: Context): RuleEvidence | undefined {
  const { estimates } = context;
  if (!needsChampion(rule)) {
    if (estimates.candidate.kind === 'undefined') return { missing: estimates.candidate.reason };
    const pair = { candidate: estimates.candidate, champion: estimates.candidate, identical: false };
    return 'value' in rule.bound ? evidenceOf(pair, valueContrast(rule.bound), context) : undefined;
  }
  const pair = pairOf(estimates);
  if (pair === null) return undefined;
  if ('kind' in pair) return { missing: pair.reason };
  if (!('margin' in rule.bound)) return undefined;
  const championValue = pair.champion.value;
  if (rule.bound.margin.kind === 'relative' && championValue <= 0) {
    return { missing: `the champion's value is ${championValue}, so a relative difference is undefined` };
  }
  if (rule.bound.margin.kind === 'relative') {
    const uncertainty = uncertaintyWithFolds(pair.champion, context.population);
    const reach = uncertainty.kind === 'estimated' ? reachOf(uncertainty, context.plan.confidence).below : 0;
    if (championValue - reach <= 0) {
      return { missing: "the interval of the champion's value includes 0, so a relative difference is undefined" };
    }
  }
  return evidenceOf(pair, differenceContrast(rule.bound, context.metric.direction, championValue), context);
}

function evidenceOf(pair: PairedEstimates, { weights, ...rest }: RuleContrast, context: Context): RuleEvidence {
  const estimated = contrastWithFolds(pair, weights, context.population);
  return { evidence: { ...estimated, ...rest, rows: context.rows } };
}
