import type { MetricTask } from '../../metrics/metric.ts';

/** Metrics of the evaluation that a window is compared with later, by task. */
export const PERFORMANCE_METRICS: Readonly<Record<MetricTask, readonly string[]>> = {
  'binary-classification': ['accuracy', 'precision', 'recall', 'f1', 'roc_auc', 'brier_score'],
  'multiclass-classification': [],
  regression: ['mae', 'rmse', 'r2'],
};

/** Those that are estimated from the scores of two classes alone. */
export const ESTIMATED_METRICS: readonly string[] = ['accuracy', 'precision', 'recall', 'f1', 'roc_auc'];
