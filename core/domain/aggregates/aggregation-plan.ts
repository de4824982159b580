import type { AggregatedMetric, Metric } from '../metrics/metric.ts';

/** Results from aggregates. */
export interface AggregationPlan {
  /** Of the label; 1 for numbers. */
  readonly classes: number;
  readonly metrics: readonly Metric[];
  /** True if something is computed from the order of scores. */
  readonly isRanked: boolean;
  /** True if something is computed from each pair of classes. */
  readonly isPaired: boolean;
  /** True if something is computed from probabilities and what happened. */
  readonly isCalibrated: boolean;
  readonly decisionThreshold: number;
  /** Rows are not independent within groups. */
  readonly isGrouped: boolean;
}

const RANKED: ReadonlySet<AggregatedMetric['kind']> = new Set([
  'roc-auc',
  'average-precision',
  'mean-of-classes',
  'calibration-slope',
  'precision-at-recall',
  'recall-at-precision',
]);

/** True if a metric is one of the order of scores. */
export function isOfRanking({ aggregated }: Metric): boolean {
  return aggregated !== undefined && RANKED.has(aggregated.kind);
}

/** True if a metric is one of probabilities and what happened. */
export function isOfCalibration({ aggregated }: Metric): boolean {
  return aggregated?.kind === 'ece' || aggregated?.kind === 'calibration-slope';
}

/** True if a metric is one of each pair of classes. */
export function isOfPairs({ aggregated }: Metric): boolean {
  return aggregated?.kind === 'mean-of-pairs';
}
