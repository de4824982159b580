import { expect } from 'vitest';
import {
  type MeasuredPopulation,
  type MeasurementPlan,
  measureEstimates,
} from '../core/domain/evaluation/measure-population.ts';
import type { ScoredPopulation } from '../core/domain/evaluation/population.ts';
import { countHere } from '../core/domain/evaluation/summed/count-scores.ts';
import { RowSums } from '../core/domain/evaluation/summed/row-sums.ts';
import type { ModelSums, SummedRows } from '../core/domain/evaluation/summed/summed-rows.ts';
import type { MetricTask } from '../core/domain/metrics/metric.ts';
import { findMetric } from '../core/domain/metrics/metric-registry.ts';
import { seededRandom } from './seeded-random.ts';

export const BATCH = 10_000;
export const BINARY =
  'roc_auc average_precision log_loss brier_score accuracy balanced_accuracy f1 precision recall specificity mcc cohen_kappa';
export const REGRESSION = 'mae mse rmse r2 explained_variance pinball_loss poisson_deviance';

export function planOf(task: MetricTask, names: string): MeasurementPlan {
  const metrics = names.split(' ').flatMap((name) => findMetric(name, task) ?? []);
  return { metrics, rules: [], confidence: 0.95, decisionThreshold: 0.5 };
}

interface Drawn {
  readonly label: number;
  readonly candidate: number;
  readonly champion: number;
}

export function draw(
  rows: number,
  row: (random: ReturnType<typeof seededRandom>) => Drawn,
  seed = 3,
): ScoredPopulation {
  const random = seededRandom(seed);
  const [labels, candidate, champion] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
  for (let i = 0; i < rows; i++) {
    const one = row(random);
    labels[i] = one.label;
    candidate[i] = one.candidate;
    champion[i] = one.champion;
  }
  return { labels, candidate, champion, weights: null, classes: 2, sampling: { kind: 'rows' } };
}

const logistic = (z: number) => 1 / (1 + Math.exp(-z));

/** @param offset The log odds of label 1. */
export const flights = (offset: number, round = (score: number) => score) =>
  ((random) => {
    const z = 1.2 * random.normal() + offset;
    const label = random.uniform() < logistic(z) ? 1 : 0;
    const candidate = round(logistic(z + 0.5 * random.normal()));
    return { label, candidate, champion: round(logistic(z + 0.9 * random.normal())) };
  }) satisfies (random: ReturnType<typeof seededRandom>) => Drawn;

export async function sumUp(
  population: ScoredPopulation,
  plan: MeasurementPlan,
  groups?: Float64Array,
): Promise<SummedRows> {
  const summing = {
    classes: population.classes,
    isRanked: true,
    isCalibrated: true,
    metrics: plan.metrics,
    decisionThreshold: 0.5,
    isGrouped: groups !== undefined,
    isWeighted: population.weights !== null,
    slices: [],
  } as const;
  const sums = new RowSums(summing, countHere);
  for (let from = 0; from < population.labels.length; from += BATCH) {
    const part = (values: Float64Array, width = 1) => values.subarray(width * from, width * (from + BATCH));
    const width = population.candidate.length / population.labels.length;
    const labels = part(population.labels);
    await sums.add({
      labels,
      weights: population.weights && part(population.weights),
      sliced: [],
      candidate: part(population.candidate, width),
      champion: population.champion && part(population.champion, width),
      keys: groups ? { kind: 'groups', values: part(groups) } : { kind: 'rows', rows: labels.length },
    });
  }
  return sums.finish();
}

export function measureSums(summed: SummedRows, plan: MeasurementPlan): MeasuredPopulation {
  const { rows, population, candidate, champion, identical } = summed;
  const missing = { kind: 'undefined', reason: 'not summed' } as const;
  return measureEstimates(
    {
      place: { rows },
      population,
      estimate: (metric) => ({
        metric,
        candidate: candidate.estimate(metric) ?? missing,
        champion: champion && (champion.estimate(metric) ?? missing),
        identical,
      }),
    },
    plan,
  );
}

export const width = (interval: { readonly lower: number; readonly upper: number } | null) =>
  interval === null ? Number.NaN : interval.upper - interval.lower;

/**
 * Values agree within the bound, and both intervals are as wide as those of rows, up to the bound and the noise of the
 * parts.
 */
export function expectAgreement(sums: SummedRows, exact: MeasuredPopulation, plan: MeasurementPlan) {
  const summed = measureSums(sums, plan);
  const [own, rival] = [
    boundsOf({ ...sums, champion: null }, plan),
    boundsOf({ ...sums, candidate: sums.champion }, plan),
  ];
  exact.metrics.forEach(({ name, value, interval }, i) => {
    const measured = summed.metrics[i];
    const bound = own.get(name) ?? 0;
    const apart = Math.abs((measured?.value ?? Number.NaN) - (value ?? 0));
    expect(apart, name).toBeLessThanOrEqual(Math.max(bound, 1e-9 * Math.max(1, Math.abs(value ?? 0))));
    const ratio = (width(measured?.interval ?? null) - 2 * bound) / width(interval);
    expect(ratio, name).toBeGreaterThan(0.9);
    expect(ratio, name).toBeLessThan(1.1);
  });
  exact.comparisons.forEach(({ name, difference }, i) => {
    const measured = summed.comparisons[i]?.difference;
    const bound = (own.get(name) ?? 0) + (rival.get(name) ?? 0);
    const apart = Math.abs((measured?.value ?? Number.NaN) - (difference.value ?? 0));
    expect(apart, name).toBeLessThanOrEqual(Math.max(bound, 1e-9 * Math.abs(exact.metrics[i]?.value ?? 0)));
    const ratio = (width(measured?.interval ?? null) - 2 * bound) / width(difference.interval);
    expect(ratio, name).toBeGreaterThan(0.85);
    expect(ratio, name).toBeLessThan(1.12);
  });
}

/** The bounds of both models' values, whichever is larger, by metric. */
export function boundsOf(
  { candidate, champion }: { readonly candidate: ModelSums | null; readonly champion: ModelSums | null },
  plan: MeasurementPlan,
): ReadonlyMap<string, number> {
  const boundOf = (model: ModelSums | null, metric: (typeof plan.metrics)[number]) => {
    const found = model?.estimate(metric);
    return found?.kind === 'estimate' ? (found.bound ?? 0) : 0;
  };
  return new Map(
    plan.metrics.flatMap((metric): [string, number][] => {
      const bound = Math.max(boundOf(candidate, metric), boundOf(champion, metric));
      return bound === 0 ? [] : [[metric.name, bound]];
    }),
  );
}
