import type { Population } from '../inference/population.ts';
import { clusterShares } from '../inference/standard-error.ts';
import type { Metric, MetricEstimate, ScoredRows, UndefinedMetric } from '../metrics/metric.ts';
import { scoredRows } from '../metrics/scored-rows.ts';
import {
  type Estimates,
  type MeasuredPopulation,
  type MeasurementPlan,
  measureEstimates,
} from './measure-estimates.ts';
import { foldParts, meanOverFolds } from './measure-folds.ts';
import { rowsOf, type ScoredPopulation } from './population.ts';

/**
 * Measures every metric of the plan on a population, one after the other, so that the influences of a single metric are
 * in memory at a time.
 */
export function measurePopulation(population: ScoredPopulation, plan: MeasurementPlan): MeasuredPopulation {
  return measureContenders(contendersOf, population, plan);
}

/** The rows of both models, as metrics take them. */
export interface ContenderRows {
  readonly candidate: ScoredRows;
  readonly champion: ScoredRows | null;
  readonly identical: boolean;
  /** Why a model has no metrics: a clause; null where it has. */
  readonly broken: { readonly candidate: string | null; readonly champion: string | null };
}

/** Both models' rows of a population. */
export function contendersOf(population: ScoredPopulation): ContenderRows {
  const { labels, candidate, champion, weights, classes, isCoarse = false } = population;
  const of = (scores: Float64Array) => scoredRows({ labels, scores, weights, classes });
  return {
    candidate: of(candidate),
    champion: champion === null ? null : of(champion),
    identical: champion !== null && !isCoarse && sameScores(candidate, champion),
    broken: {
      candidate: brokenReason(candidate, classes),
      champion: champion === null ? null : brokenReason(champion, classes),
    },
  };
}

/**
 * Measures rows of both models; the population says where they are and how they were sampled.
 *
 * @param contendersIn The models' rows of a population: of this one, and of what each fold has of it.
 */
export function measureContenders(
  contendersIn: (population: ScoredPopulation) => ContenderRows,
  population: ScoredPopulation,
  plan: MeasurementPlan,
): MeasuredPopulation {
  const contenders = contendersIn(population);
  const place = { ...(population.slice ? { slice: population.slice } : {}), rows: rowsOf(population) };
  const sampled = sampledRows(population, contenders);
  const estimateAll = (metric: Metric) => estimate(metric, contenders, plan);
  const { folds } = population;
  if (folds === undefined) return measureEstimates({ place, population: sampled, estimate: estimateAll }, plan);
  const parts = foldParts(population, folds).map((part) => ({ ...part, contenders: contendersIn(part.population) }));
  const estimateFolds = (metric: Metric): Estimates => {
    const all = estimateAll(metric);
    const byFold = parts.map(({ name, contenders: own }) => ({ name, ...ofFold(metric, own, plan) }));
    const candidates = byFold.map(({ name, candidate }) => ({ name, estimate: candidate }));
    const champions = byFold.flatMap(({ name, champion }) => (champion === null ? [] : [{ name, estimate: champion }]));
    return {
      ...all,
      candidate: meanOverFolds(all.candidate, candidates, folds.testShare),
      champion: all.champion && meanOverFolds(all.champion, champions, folds.testShare),
    };
  };
  return measureEstimates({ place, population: sampled, estimate: estimateFolds }, plan);
}

/** Chosen: the root of a mean of fewer squares is too low by more than a twentieth. */
const MIN_ROOT_ROWS = 5;

/** A metric of one fold: of a single row the root of the squared error is the absolute one, which is another metric. */
function ofFold(metric: Metric, contenders: ContenderRows, plan: MeasurementPlan): Estimates {
  const rows = contenders.candidate.labels.length;
  const { aggregated } = metric;
  if (aggregated?.kind !== 'mean-loss' || !aggregated.isRoot || rows >= MIN_ROOT_ROWS) {
    return estimate(metric, contenders, plan);
  }
  const few: UndefinedMetric = {
    kind: 'undefined',
    reason: `there are ${rows} rows, and ${metric.title} needs ${MIN_ROOT_ROWS}`,
  };
  return { metric, candidate: few, champion: contenders.champion && few, identical: contenders.identical };
}

function sampledRows({ sampling, weights }: ScoredPopulation, { candidate }: ContenderRows): Population {
  const { labels } = candidate;
  if (sampling.kind === 'rows') return { sampling, labels, weights };
  return { sampling, labels, weights, shares: clusterShares(sampling, weights) };
}

function estimate(metric: Metric, contenders: ContenderRows, plan: MeasurementPlan): Estimates {
  const of = (rows: ScoredRows, broken: string | null): MetricEstimate | UndefinedMetric => {
    if (broken !== null) return { kind: 'undefined', reason: broken };
    const found = metric.estimate(rows, plan);
    return found.kind === 'undefined' ? found : { ...found, range: metric.range };
  };
  const { identical, champion, broken } = contenders;
  const candidate = of(contenders.candidate, broken.candidate);
  const rival = champion === null ? null : identical ? candidate : of(champion, broken.champion);
  return { metric, candidate, champion: rival, identical };
}

function brokenReason(scores: Float64Array, classes: number): string | null {
  let wrong = 0;
  for (let i = 0; i < scores.length; i++) if (!Number.isFinite(scores[i])) wrong++;
  const rows = Math.ceil(wrong / Math.max(1, classes > 2 ? classes : 1));
  return wrong === 0 ? null : `the model gave no finite score for ${rows} rows`;
}

function sameScores(left: Float64Array, right: Float64Array): boolean {
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return left.length === right.length;
}
