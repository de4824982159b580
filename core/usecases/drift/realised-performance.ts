import type { ScoredModelConfig } from '../../config/tidegate-config.ts';
import { type JoinedOutcomes, joinOutcomes } from '../../domain/drift/performance/join-outcomes.ts';
import { PERFORMANCE_METRICS } from '../../domain/drift/performance/performance-metrics.ts';
import { clusterRows } from '../../domain/evaluation/cluster-rows.ts';
import { measurePopulation } from '../../domain/evaluation/measure-population.ts';
import { readOutcome } from '../../domain/evaluation/read-outcome.ts';
import type { Metric } from '../../domain/metrics/metric.ts';
import { findMetric, metricsOfScores } from '../../domain/metrics/metric-registry.ts';
import type { Grouping } from '../../domain/policy/grouping.ts';
import { type ColumnValues, pickRows, textsOf } from '../../domain/table/column-values.ts';
import { withExactKeys } from '../../domain/table/exact-keys.ts';
import { shownValue } from '../../domain/text/shown-value.ts';
import { UserError } from '../../errors.ts';
import type { DriftReport } from '../../reports/drift-report.ts';
import type { ShownPath } from '../evaluate/evaluation-request.ts';
import { type ScoringPorts, scoreDataset } from '../evaluate/score-dataset.ts';

/** Predictions of a window, and the table with what became true. */
export interface RealisedRequest {
  readonly config: ScoredModelConfig;
  readonly labels: ShownPath;
  /** The column of `evaluate.key` in the window. */
  readonly keys: ColumnValues;
  /** Scores of the same rows; NaN where missing. */
  readonly scores: Float64Array;
  /** Groups of the same rows that are one observation each, and their column; undefined: each row is one. */
  readonly grouping: Grouping;
  readonly groups: ColumnValues | undefined;
  /** Values of the registered evaluation, by metric. */
  readonly evaluated: Readonly<Record<string, number>>;
}

type Realised = NonNullable<NonNullable<DriftReport['performance']>['realised']>;

/**
 * Performance on the rows of a window whose outcome is known by now, with the intervals of the gate. Rows that await theirs
 * are counted: if outcomes of one kind come later, those that are here say little about the others.
 *
 * @throws {UserError} DATA_INVALID for missing columns, labels that are not of the task, and a key with two outcomes.
 */
export async function realisedPerformance(request: RealisedRequest, ports: ScoringPorts): Promise<Realised> {
  const { config, labels, scores, evaluated } = request;
  const { key = '' } = config.evaluate;
  const table = withExactKeys(await ports.tables.describe(labels.absolute, config.data.csv), [config], []);
  const { columns } = await scoreDataset({ table, models: [], keep: [key, config.data.label] }, ports);
  const outcomeKeys = columns.get(key);
  const label = columns.get(config.data.label);
  if (outcomeKeys === undefined || label === undefined) throw invalid(`${labels.shown} has no column ${key}`);
  const joined = joinOutcomes(textsOf(request.keys), textsOf(outcomeKeys));
  if ('twice' in joined) throw invalid(`${labels.shown} has two rows with ${key} ${shownValue(joined.twice)}`);
  const { predictions, outcomes, unscored } = scoredPairs(joined, scores);
  const { awaiting, repeated } = joined;
  const counted = { rows: predictions.length, awaiting, repeated, ...(unscored === 0 ? {} : { unscored }) };
  if (counted.rows === 0) return { metrics: [], ...counted };
  const outcome = readOutcome(new Map([[config.data.label, pickRows(label, outcomes)]]), unweighted(config));
  const measured = measurePopulation(
    {
      labels: outcome.labels,
      candidate: Float64Array.from(predictions, (row) => scores[row] ?? Number.NaN),
      champion: null,
      weights: null,
      classes: outcome.classes === null ? 1 : outcome.classes.length,
      sampling: clusterRows(request.grouping, request.groups && pickRows(request.groups, predictions)),
    },
    {
      metrics: performanceMetrics(config),
      rules: [],
      confidence: config.evaluate.confidence,
      decisionThreshold: config.evaluate.decisionThreshold,
    },
  );
  const metrics = measured.metrics.map(({ name, value, interval, reason }) => ({
    name,
    value,
    lower: interval?.lower ?? null,
    upper: interval?.upper ?? null,
    evaluated: evaluated[name] ?? null,
    ...(reason === undefined ? {} : { reason }),
  }));
  return { metrics, ...counted };
}

function performanceMetrics({ task, evaluate: { scores } }: ScoredModelConfig): readonly Metric[] {
  return metricsOfScores(PERFORMANCE_METRICS[task], { task, scores }).flatMap((name) => findMetric(name, task) ?? []);
}

/** Pairs whose prediction has a score: a request that failed has none, and its outcome says nothing of the model. */
function scoredPairs({ predictions, outcomes }: JoinedOutcomes, scores: Float64Array) {
  const isScored = (row: number | undefined) => row !== undefined && Number.isFinite(scores[row]);
  return {
    predictions: predictions.filter(isScored),
    outcomes: outcomes.filter((_, at) => isScored(predictions[at])),
    unscored: predictions.filter((row) => !isScored(row)).length,
  };
}

/** Served rows have no weight. */
function unweighted(config: ScoredModelConfig): ScoredModelConfig {
  return { ...config, evaluate: { ...config.evaluate, weight: undefined } };
}

function invalid(message: string): UserError {
  return new UserError('DATA_INVALID', message, {
    fix: 'Write one row for each outcome, with the columns evaluate.key and data.label.',
  });
}
