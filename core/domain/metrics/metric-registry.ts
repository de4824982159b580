import { accuracy } from './accuracy.ts';
import { averagePrecision } from './average-precision.ts';
import { brierScore } from './brier-score.ts';
import { f1 } from './f1.ts';
import { logLoss } from './log-loss.ts';
import { mae } from './mae.ts';
import type { Metric, MetricTask } from './metric.ts';
import { mse } from './mse.ts';
import { precision } from './precision.ts';
import { r2 } from './r2.ts';
import { recall } from './recall.ts';
import { rmse } from './rmse.ts';
import { rocAuc } from './roc-auc.ts';

const METRICS: readonly Metric[] = [
  rocAuc,
  averagePrecision,
  logLoss,
  brierScore,
  accuracy,
  f1,
  precision,
  recall,
  mae,
  rmse,
  mse,
  r2,
];

/** Metrics of the artifact itself: exact numbers without rows, lower is better. */
const ARTIFACT_METRICS = {
  latency_p50_ms: 'Latency p50 (ms)',
  latency_p95_ms: 'Latency p95 (ms)',
  latency_p99_ms: 'Latency p99 (ms)',
  artifact_size_bytes: 'Artifact size (bytes)',
} as const;

/** The name of a metric of the artifact itself. */
export type ArtifactMetricName = keyof typeof ARTIFACT_METRICS;

/** Metrics computed when tidegate.yaml names none. */
const DEFAULT_METRICS: Readonly<Record<MetricTask, readonly string[]>> = {
  'binary-classification': ['roc_auc', 'log_loss', 'brier_score'],
  regression: ['mae', 'rmse'],
};

/** The metric of a name and task, or undefined. */
export function findMetric(name: string, task: MetricTask): Metric | undefined {
  return METRICS.find((metric) => metric.name === name && metric.task === task);
}

/** Whether a name is that of a metric of the artifact itself. */
export function isArtifactMetric(name: string): name is ArtifactMetricName {
  return Object.hasOwn(ARTIFACT_METRICS, name);
}

/** Every name that a rule for this task may use. */
export function metricNames(task: MetricTask): readonly string[] {
  return [
    ...METRICS.filter((metric) => metric.task === task).map(({ name }) => name),
    ...Object.keys(ARTIFACT_METRICS),
  ];
}

/** The names computed when tidegate.yaml names none. */
export function defaultMetricNames(task: MetricTask): readonly string[] {
  return DEFAULT_METRICS[task];
}

/** The name of a metric as people write it; an unknown name stays as it is. */
export function metricTitle(name: string): string {
  if (isArtifactMetric(name)) return ARTIFACT_METRICS[name];
  return METRICS.find((metric) => metric.name === name)?.title ?? name;
}
