import type { ScoredModelConfig } from '../../config/tidegate-config.ts';
import { isotonicSteps } from '../../domain/drift/performance/isotonic.ts';
import { FULL_RESOLUTION, profileColumn } from '../../domain/drift/profile-column.ts';
import type { ScoredDataset } from '../../domain/evaluation/row-evidence.ts';
import { findMetric } from '../../domain/metrics/metric-registry.ts';
import { scoredRows } from '../../domain/metrics/scored-rows.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';

/** Metrics that are estimated later without labels. */
const ESTIMATED = ['accuracy', 'precision', 'recall', 'f1', 'roc_auc'];

/**
 * The summary of the candidate's scores that later windows are compared with. Of two classes it has the share of label 1 by
 * score, from which performance is estimated without labels.
 *
 * @returns undefined for several classes, and for cross-validation, whose scores are not those of the registered model.
 */
export function profilePredictions(
  { outcome, candidate, folds }: ScoredDataset,
  { task, evaluate }: ScoredModelConfig,
): ProfileReport['predictions'] {
  if (folds !== undefined || task === 'multiclass-classification') return undefined;
  const name = task === 'regression' ? 'prediction' : 'score';
  const values = { kind: 'numeric' as const, values: candidate };
  const column = { ...profileColumn(name, values, { kind: 'numeric', resolution: FULL_RESOLUTION }) };
  // Shares of weighted rows are not those that a window of rows has.
  if (task === 'regression' || outcome.weights !== null) return { column };
  const { decisionThreshold } = evaluate;
  const rows = scoredRows({ labels: outcome.labels, scores: candidate, weights: null, classes: 2 });
  const evaluated = ESTIMATED.flatMap((metric): [string, number][] => {
    const found = findMetric(metric, task)?.estimate(rows, { decisionThreshold });
    return found?.kind === 'estimate' ? [[metric, found.value]] : [];
  });
  const calibration = isotonicSteps(candidate, outcome.labels).map((step) => ({ ...step }));
  return { column, calibration, threshold: decisionThreshold, evaluated: Object.fromEntries(evaluated) };
}
