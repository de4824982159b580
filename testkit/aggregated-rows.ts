import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { DuckDbTableReader } from '../core/adapters/duckdb/duckdb-table-reader.ts';
import type { AggregatedModel, AggregatedRows } from '../core/domain/aggregates/aggregated-rows.ts';
import {
  type MeasuredPopulation,
  type MeasurementPlan,
  measureEstimates,
} from '../core/domain/evaluation/measure-estimates.ts';
import type { ScoredPopulation } from '../core/domain/evaluation/population.ts';
import type { SliceDeclaration } from '../core/domain/evaluation/slice.ts';
import type { MetricTask } from '../core/domain/metrics/metric.ts';
import { findMetric } from '../core/domain/metrics/metric-registry.ts';
import { aggregateDataset } from '../core/usecases/evaluate/aggregate-dataset.ts';
import { explainOutcome } from '../core/usecases/evaluate/explain-outcome.ts';
import { PROJECT_MODULES } from '../scripts/project-root.ts';
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

const reader = new DuckDbTableReader({ env: {}, nodeModules: PROJECT_MODULES, log: () => {} });

/** Frees the engine. */
export const closeEngine = () => reader.close();

/** A dataset of rows with more columns than the population has. */
export interface MoreColumns {
  /** Rows of one of these are not independent. */
  readonly groups?: Float64Array;
  readonly slices?: readonly SliceDeclaration[];
  /** Columns of numbers and of text, by name. */
  readonly columns?: Readonly<Record<string, readonly (string | null)[] | Float64Array>>;
}

/** The population's rows as a table in the engine or, with text, as a file of CSV; its scores in tables of the engine. */
export async function aggregate(
  population: ScoredPopulation,
  plan: MeasurementPlan,
  { groups, slices = [], columns = {} }: MoreColumns = {},
): Promise<AggregatedRows> {
  const rows = population.labels.length;
  const { labels, weights, candidate, champion } = population;
  const own = {
    y: labels,
    ...(weights === null ? {} : { w: weights }),
    ...(groups === undefined ? {} : { g: groups }),
    ...columns,
  };
  const isNumeric = Object.values(own).every((values) => values instanceof Float64Array);
  const table = isNumeric ? await stored(own, rows) : await written(own, rows);
  const scoresOf = async (scores: Float64Array) => {
    const names = Array.from({ length: scores.length / rows }, (_, at) => `score ${at}`);
    const store = await reader.store(names);
    await store.add(scores);
    return { table: await store.finish(), columns: names };
  };
  const classes = Array.from({ length: population.classes }, (_, at) => at);
  const task =
    classes.length === 1 ? 'regression' : classes.length === 2 ? 'binary-classification' : 'multiclass-classification';
  const { aggregates } = await aggregateDataset(
    {
      table,
      rows,
      config: {
        task,
        data: { label: 'y', exclude: [] },
        evaluate: {
          grouping: groups === undefined ? { kind: 'none' } : { kind: 'column', column: 'g', label: 'g' },
          weight: weights === null ? undefined : 'w',
          classes: task === 'multiclass-classification' ? classes : undefined,
          decisionThreshold: plan.decisionThreshold,
          slices,
          minRows: 1,
          confidence: 0.95,
        },
        gate: { rules: [] },
      },
      plan: { metrics: plan.metrics, classMetrics: [...everyKind] },
      candidate: await scoresOf(candidate),
      champion: champion && (await scoresOf(champion)),
    },
    {
      engine: reader,
      explain: (wrong) => explainOutcome(wrong, { tables: reader, clockMs: () => 0, progress: () => {} }),
    },
  );
  return aggregates;
}

/** Metrics for which all is counted that can be. */
const everyKind = ['roc_auc', 'ece'].flatMap((name) => findMetric(name, 'binary-classification') ?? []);

async function stored(columns: Readonly<Record<string, readonly (string | null)[] | Float64Array>>, rows: number) {
  const names = Object.keys(columns);
  const store = await reader.store(names);
  const all = new Float64Array(rows * names.length);
  for (const [at, values] of Object.values(columns).entries()) {
    for (let row = 0; row < rows; row++) all[row * names.length + at] = Number(values[row]);
  }
  await store.add(all);
  return store.finish();
}

async function written(columns: Readonly<Record<string, readonly (string | null)[] | Float64Array>>, rows: number) {
  const folder = await mkdtemp(path.join(tmpdir(), 'aggregated-'));
  const file = path.join(folder, 'rows.csv');
  const all = Object.values(columns);
  const textOf = (value: string | number | null | undefined) =>
    value === null || value === undefined || Number.isNaN(value) ? '' : String(value);
  const lines = Array.from({ length: rows }, (_, row) => all.map((values) => textOf(values[row])).join(','));
  await writeFile(file, `${[Object.keys(columns).join(','), ...lines].join('\n')}\n`);
  return reader.describe(file);
}

export function measureAggregates(aggregates: AggregatedRows, plan: MeasurementPlan): MeasuredPopulation {
  const { rows, population, candidate, champion, identical } = aggregates;
  const missing = { kind: 'undefined', reason: 'not aggregated' } as const;
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

/** Four standard deviations of a standard error by 512 parts, relative to it: 4 / sqrt(2 * 511). */
const PART_NOISE = 0.125;

/**
 * Values agree within the bound, and both intervals are as wide as those of rows, up to the bound and the noise of the
 * parts.
 */
export function expectAgreement(sums: AggregatedRows, exact: MeasuredPopulation, plan: MeasurementPlan) {
  const aggregates = measureAggregates(sums, plan);
  const [own, rival] = [
    boundsOf({ ...sums, champion: null }, plan),
    boundsOf({ ...sums, candidate: sums.champion }, plan),
  ];
  exact.metrics.forEach(({ name, value, interval }, i) => {
    const measured = aggregates.metrics[i];
    const bound = own.get(name) ?? 0;
    const apart = Math.abs((measured?.value ?? Number.NaN) - (value ?? 0));
    expect(apart, name).toBeLessThanOrEqual(Math.max(bound, 1e-9 * Math.max(1, Math.abs(value ?? 0))));
    const ratio = (width(measured?.interval ?? null) - 2 * bound) / width(interval);
    expect(Math.abs(ratio - 1), name).toBeLessThan(PART_NOISE);
  });
  exact.comparisons.forEach(({ name, difference }, i) => {
    const measured = aggregates.comparisons[i]?.difference;
    const bound = (own.get(name) ?? 0) + (rival.get(name) ?? 0);
    const apart = Math.abs((measured?.value ?? Number.NaN) - (difference.value ?? 0));
    expect(apart, name).toBeLessThanOrEqual(Math.max(bound, 1e-9 * Math.abs(exact.metrics[i]?.value ?? 0)));
    const ratio = (width(measured?.interval ?? null) - 2 * bound) / width(difference.interval);
    // Those of two models on the same parts, each with its noise.
    expect(ratio, name).toBeGreaterThan(0.85);
    expect(ratio, name).toBeLessThan(1 + PART_NOISE);
  });
}

/** The bounds of both models' values, whichever is larger, by metric. */
export function boundsOf(
  { candidate, champion }: { readonly candidate: AggregatedModel | null; readonly champion: AggregatedModel | null },
  plan: MeasurementPlan,
): ReadonlyMap<string, number> {
  const boundOf = (model: AggregatedModel | null, metric: (typeof plan.metrics)[number]) => {
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
