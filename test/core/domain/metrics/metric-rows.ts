import type { Metric, MetricTask } from '../../../../core/domain/metrics/metric.ts';
import { findMetric } from '../../../../core/domain/metrics/metric-registry.ts';
import { scoredRows } from '../../../../core/domain/metrics/scored-rows.ts';

export const options = { decisionThreshold: 0.5 };
export const BINARY = 'binary-classification';
export const MULTICLASS = 'multiclass-classification';

export function metric(name: string, task: MetricTask): Metric {
  const found = findMetric(name, task);
  if (found === undefined) throw new Error(name);
  return found;
}

/** Rows of two classes, by label and score. */
export function rowsOf(labels: readonly number[], scores: readonly number[], weights: readonly number[] | null = null) {
  const parts = { labels: Float64Array.from(labels), scores: Float64Array.from(scores) };
  return scoredRows({ ...parts, weights: weights && Float64Array.from(weights), classes: 2 });
}

/** Rows of several classes, by label and the class that is certain. */
export function decidedRows(labels: readonly number[], decided: readonly number[], classes = 3) {
  const scores = decided.flatMap((of) => Array.from({ length: classes }, (_, k) => (k === of ? 0.8 : 0.1)));
  return scoredRows({ labels: Float64Array.from(labels), scores: Float64Array.from(scores), weights: null, classes });
}

/** A metric of rows. */
export const found = (name: string, task: MetricTask, rows: ReturnType<typeof rowsOf>) =>
  metric(name, task).estimate(rows, options);
