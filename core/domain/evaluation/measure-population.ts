import { type GateRule, needsChampion } from '../gate/gate-rule.ts';
import type { ContrastEvidence } from '../gate/judge-evidence.ts';
import { differenceContrast, type RuleContrast, valueContrast } from '../gate/rule-contrast.ts';
import { contrast, type PairedEstimates } from '../metrics/contrast.ts';
import {
  type ConfidenceInterval,
  intervalOf,
  type Population,
  type Uncertainty,
  uncertaintyOf,
} from '../metrics/interval.ts';
import type { Metric, MetricEstimate, UndefinedMetric } from '../metrics/metric.ts';
import { studentTCdf } from '../statistics/student-t.ts';
import type { ScoredPopulation } from './population.ts';
import type { SliceKey } from './slice.ts';

/** What to compute. */
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

/** What is known for a rule: evidence, or why there is none. */
export type RuleEvidence = { readonly evidence: ContrastEvidence } | { readonly missing: string };

/** Everything measured on one population. */
export interface MeasuredPopulation {
  readonly slice?: SliceKey;
  readonly rows: number;
  readonly metrics: readonly MeasuredMetric[];
  readonly comparisons: readonly MeasuredComparison[];
  /** By the rule's index; rules that need a champion have no entry where there is none. */
  readonly evidence: ReadonlyMap<number, RuleEvidence>;
}

interface Estimates {
  readonly metric: Metric;
  readonly candidate: MetricEstimate | UndefinedMetric;
  readonly champion: MetricEstimate | UndefinedMetric | null;
  readonly identical: boolean;
}

/**
 * Measures every metric of the plan on a population, one after the other, so that the influences of a single metric are
 * in memory at a time.
 */
export function measurePopulation(rows: ScoredPopulation, plan: MeasurementPlan): MeasuredPopulation {
  const identical = rows.champion !== null && sameScores(rows.candidate, rows.champion);
  const place = { ...(rows.slice ? { slice: rows.slice } : {}), rows: rows.labels.length };
  const evidence = new Map<number, RuleEvidence>();
  const measured = plan.metrics.map((metric) => {
    const estimates = estimate(metric, { rows, plan, identical });
    const context = { metric, estimates, rows, plan };
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

function estimate(
  metric: Metric,
  { rows, plan, identical }: { rows: ScoredPopulation; plan: MeasurementPlan; identical: boolean },
): Estimates {
  const of = (scores: Float64Array): MetricEstimate | UndefinedMetric => {
    const wrong = scores.reduce((count, score) => count + (Number.isFinite(score) ? 0 : 1), 0);
    if (wrong > 0) return { kind: 'undefined', reason: `the model gave no finite score for ${wrong} rows` };
    return metric.estimate({ labels: rows.labels, scores }, plan);
  };
  const candidate = of(rows.candidate);
  return {
    metric,
    candidate,
    champion: rows.champion === null ? null : identical ? candidate : of(rows.champion),
    identical,
  };
}

interface Context {
  readonly metric: Metric;
  readonly estimates: Estimates;
  readonly rows: ScoredPopulation;
  readonly plan: MeasurementPlan;
}

interface Place {
  readonly slice?: SliceKey;
  readonly rows: number;
}

function populationOf({ rows }: Context): Population {
  return { sampling: rows.sampling, labels: rows.labels };
}

function metricOf(context: Context, place: Place): MeasuredMetric {
  const { name, direction } = context.metric;
  return { name, direction, ...place, ...estimateWithInterval(context.estimates.candidate, context) };
}

function estimateWithInterval(estimated: MetricEstimate | UndefinedMetric, context: Context): Measured {
  if (estimated.kind === 'undefined') return { value: null, interval: null, reason: estimated.reason };
  const uncertainty = uncertaintyOf(estimated, populationOf(context), Math.abs(estimated.value));
  return measured(estimated.value, uncertainty, { level: context.plan.confidence, range: context.metric.range });
}

function measured(value: number, uncertainty: Uncertainty, options: Parameters<typeof intervalOf>[2]): Measured {
  const interval = intervalOf(value, uncertainty, options);
  if (interval !== undefined) return { value, interval };
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
  const { value, uncertainty } = contrast(pair, { candidate: 1, champion: -1, constant: 0 }, populationOf(context));
  const difference = measured(value, uncertainty, { level: plan.confidence });
  return { ...head, difference: { ...difference, ...differenceTest(value, uncertainty) } };
}

function differenceTest(value: number, uncertainty: Uncertainty): { pValue: number | null; test: string | null } {
  if (uncertainty.kind !== 'estimated') return { pValue: null, test: null };
  const t = -Math.abs(value) / uncertainty.standardError;
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
    return { missing: `the champion's value is ${championValue}, and nothing is relative to that` };
  }
  return evidenceOf(pair, differenceContrast(rule.bound, context.metric.direction, championValue), context);
}

function evidenceOf(pair: PairedEstimates, { weights, reading }: RuleContrast, context: Context): RuleEvidence {
  const estimated = contrast(pair, weights, populationOf(context));
  return { evidence: { ...estimated, reading, rows: context.rows.labels.length } };
}

function sameScores(left: Float64Array, right: Float64Array): boolean {
  return left.every((score, i) => score === right[i]);
}
