import { fairnessMetricOf, fairnessTitle } from '../fairness/fairness-measure.ts';
import { maxError, medianAbsoluteError } from './absolute-error-order.ts';
import { averagePrecision } from './average-precision.ts';
import { brierScore, brierScoreOfClasses } from './brier-score.ts';
import { calibrationSlope, expectedCalibrationError, expectedCalibrationErrorOfClasses } from './calibration.ts';
import { CHECK_COUNT_METRICS, checkCountOf } from './check-counts.ts';
import { DATA_SCHEMA_METRIC, DATA_SCHEMA_TITLE } from './data-schema-metric.ts';
import { DECISION_METRICS, fBeta, macroFBeta } from './decision-metrics.ts';
import { logLoss, logLossOfClasses } from './log-loss.ts';
import type { Metric, MetricTask, ScoreMeaning } from './metric.ts';
import { averagePrecisionOvr, rocAucOvo, rocAucOvr } from './multiclass-ranking.ts';
import { precisionAtRecall, recallAtPrecision } from './operating-point.ts';
import { LOSS_METRICS, pinballLoss, tweedieDeviance } from './regression-losses.ts';
import { explainedVariance, r2 } from './regression-shares.ts';
import { rocAuc } from './roc-auc.ts';
import { TEST_COUNT_METRICS, TEST_COUNTS, testCountOf } from './test-counts.ts';

const METRICS: readonly Metric[] = [
  rocAuc,
  averagePrecision,
  logLoss,
  brierScore,
  expectedCalibrationError,
  calibrationSlope,
  rocAucOvr,
  rocAucOvo,
  averagePrecisionOvr,
  logLossOfClasses,
  brierScoreOfClasses,
  expectedCalibrationErrorOfClasses,
  ...DECISION_METRICS,
  ...LOSS_METRICS,
  r2,
  explainedVariance,
  medianAbsoluteError,
  maxError,
];

interface Family {
  readonly prefix: string;
  readonly task: MetricTask;
  readonly accepts: (parameter: number) => boolean;
  readonly make: (parameter: number) => Metric;
}

const isShare = (value: number) => value > 0 && value < 1;

/** Metrics with a number in their name, such as `precision_at_recall_0.8`. */
const FAMILIES: readonly Family[] = [
  { prefix: 'fbeta_', task: 'binary-classification', accepts: (beta) => beta > 0, make: fBeta },
  { prefix: 'fbeta_', task: 'multiclass-classification', accepts: (beta) => beta > 0, make: macroFBeta },
  { prefix: 'precision_at_recall_', task: 'binary-classification', accepts: isShare, make: precisionAtRecall },
  { prefix: 'recall_at_precision_', task: 'binary-classification', accepts: isShare, make: recallAtPrecision },
  { prefix: 'pinball_loss_', task: 'regression', accepts: isShare, make: pinballLoss },
  { prefix: 'tweedie_deviance_', task: 'regression', accepts: (power) => power > 1, make: tweedieDeviance },
];

/** Metrics of the artifact itself: exact numbers without rows, lower is better. */
const ARTIFACT_METRICS = {
  latency_p50_ms: 'Latency p50 (ms)',
  latency_p95_ms: 'Latency p95 (ms)',
  latency_p99_ms: 'Latency p99 (ms)',
  latency_batch_p50_ms: 'Latency of a batch p50 (ms)',
  latency_batch_p95_ms: 'Latency of a batch p95 (ms)',
  latency_batch_p99_ms: 'Latency of a batch p99 (ms)',
  artifact_size_bytes: 'Artifact size (bytes)',
} as const;

/** The name of a metric of the artifact itself. */
export type ArtifactMetricName = keyof typeof ARTIFACT_METRICS;

/** Before the key of a number that training wrote. */
const FILE_PREFIX = 'file:';

/** Metrics computed when tidegate.yaml names none. */
const DEFAULT_METRICS: Readonly<Record<MetricTask, readonly string[]>> = {
  'binary-classification': ['roc_auc', 'log_loss', 'brier_score'],
  'multiclass-classification': ['accuracy', 'f1_macro', 'roc_auc_ovr', 'log_loss'],
  regression: ['mae', 'rmse'],
};

/** True if a text names a task that has metrics. */
export function isMetricTask(task: string | undefined): task is MetricTask {
  return task !== undefined && Object.hasOwn(DEFAULT_METRICS, task);
}

/** Metrics of one class against the rest, computed for every class of a multiclass task. */
export const CLASS_METRICS: readonly string[] = [
  'precision',
  'recall',
  'specificity',
  'f1',
  'roc_auc',
  'average_precision',
  'calibration_slope',
];

/** The metric of a name and task, or undefined. */
export function findMetric(name: string, task: MetricTask): Metric | undefined {
  return METRICS.find((metric) => metric.name === name && metric.task === task) ?? findInFamily(name, task);
}

function findInFamily(name: string, task: MetricTask): Metric | undefined {
  const family = FAMILIES.find((one) => one.task === task && name.startsWith(one.prefix));
  if (family === undefined) return undefined;
  const parameter = Number(name.slice(family.prefix.length));
  if (!Number.isFinite(parameter) || !family.accepts(parameter)) return undefined;
  const metric = family.make(parameter);
  // A metric has one name: neither 0.80 for 0.8, nor fbeta_1 for f1.
  return metric.name === name ? metric : undefined;
}

/** True if a name is that of a metric of the artifact itself. */
export function isArtifactMetric(name: string): name is ArtifactMetricName {
  return Object.hasOwn(ARTIFACT_METRICS, name);
}

/**
 * The key of a number that training wrote, of a metric that is named for one.
 *
 * @example fileMetricKey('file:val.loss') // => 'val.loss'
 */
export function fileMetricKey(name: string): string | undefined {
  const key = name.startsWith(FILE_PREFIX) ? name.slice(FILE_PREFIX.length) : '';
  return key === '' ? undefined : key;
}

/** True if a metric is a number of a file of results (`file:<key>`, `junit:<count>`, `dbt:<count>`), or of the check of the data. */
export function isResultMetric(name: string): boolean {
  return name === DATA_SCHEMA_METRIC || [fileMetricKey, testCountOf, checkCountOf].some((of) => of(name) !== undefined);
}

/** Every name that a rule for this task may use; families of metrics with a number for it. */
export function metricNames(task: MetricTask): readonly string[] {
  return [
    ...METRICS.filter((metric) => metric.task === task).map(({ name }) => name),
    ...(task === 'multiclass-classification' ? CLASS_METRICS : []),
    ...FAMILIES.filter((family) => family.task === task).map(({ prefix }) => `${prefix}<number>`),
    ...Object.keys(ARTIFACT_METRICS),
    `${FILE_PREFIX}<key>`,
    ...TEST_COUNT_METRICS,
    ...CHECK_COUNT_METRICS,
  ];
}

/** True if a rule for this task may use a name. */
export function isMetricName(name: string, task: MetricTask): boolean {
  const isOfClass = task === 'multiclass-classification' && CLASS_METRICS.includes(name);
  const isOfRows = isOfClass || findMetric(name, task) !== undefined;
  const isFairness = task === 'binary-classification' && fairnessMetricOf(name) !== undefined;
  return isOfRows || isFairness || isArtifactMetric(name) || isResultMetric(name);
}

/** True for a metric of probabilities, which has no meaning for scores that only order the rows. */
export function readsProbabilities(name: string, task: MetricTask): boolean {
  const isOfClass = task === 'multiclass-classification' && CLASS_METRICS.includes(name);
  return findMetric(name, isOfClass ? 'binary-classification' : task)?.readsProbabilities === true;
}

/** Those of some metrics that scores of this meaning have. */
export function metricsOfScores(
  names: readonly string[],
  { task, scores }: { readonly task: MetricTask; readonly scores?: ScoreMeaning | undefined },
): readonly string[] {
  return scores !== 'decision' ? names : names.filter((name) => !readsProbabilities(name, task));
}

/** The names computed when tidegate.yaml names none. */
export function defaultMetricNames(task: MetricTask, scores?: ScoreMeaning): readonly string[] {
  return metricsOfScores(DEFAULT_METRICS[task], { task, scores });
}

/** The name of a metric as people write it; an unknown name stays as it is. */
export function metricTitle(name: string): string {
  if (isArtifactMetric(name)) return ARTIFACT_METRICS[name];
  const key = fileMetricKey(name);
  if (key !== undefined) return `${key} as training wrote it (no interval)`;
  if (name === DATA_SCHEMA_METRIC) return DATA_SCHEMA_TITLE;
  const fairness = fairnessMetricOf(name);
  if (fairness !== undefined) return fairnessTitle(fairness);
  const count = testCountOf(name);
  if (count !== undefined) return TEST_COUNTS[count].title;
  const check = checkCountOf(name);
  if (check !== undefined) return check.title;
  const tasks = ['binary-classification', 'multiclass-classification', 'regression'] as const;
  const [metric] = tasks.flatMap((task) => findMetric(name, task) ?? []);
  return metric?.title ?? name;
}
