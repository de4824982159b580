import type { ScoredModelConfig } from '../../config/tidegate-config.ts';
import { withClusters } from '../../domain/drift/design-effect.ts';
import { isotonicSteps } from '../../domain/drift/performance/isotonic.ts';
import { PERFORMANCE_METRICS } from '../../domain/drift/performance/performance-metrics.ts';
import { FULL_RESOLUTION, profileColumn } from '../../domain/drift/profile-column.ts';
import { clusterRows } from '../../domain/evaluation/cluster-rows.ts';
import type { ScoredDataset } from '../../domain/evaluation/row-evidence.ts';
import { findMetric, metricsOfScores } from '../../domain/metrics/metric-registry.ts';
import { scoredRows } from '../../domain/metrics/scored-rows.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';
import { columnOf, columnToReport } from './profile-dataset.ts';

/**
 * The summary of the candidate's scores that later windows are compared with. Of two classes it has the share of label 1 by
 * score, from which performance is estimated without labels.
 *
 * @returns undefined for several classes, and for cross-validation, whose scores are not those of the registered model.
 */
export function profilePredictions(
  { outcome, candidate, folds, columns }: ScoredDataset,
  { task, evaluate, drift }: ScoredModelConfig,
): ProfileReport['predictions'] {
  if (folds !== undefined || task === 'multiclass-classification') return undefined;
  const name = task === 'regression' ? 'prediction' : 'score';
  const values = { kind: 'numeric' as const, values: candidate };
  const grouping = drift?.grouping ?? { kind: 'none' };
  const of = columnOf(grouping, columns);
  const profile = profileColumn(name, values, { kind: 'numeric', resolution: FULL_RESOLUTION });
  const column = columnToReport(of === undefined ? profile : withClusters(profile, values, clusterRows(grouping, of)));
  // Values and shares of weighted rows are not those that a window of rows has.
  if (outcome.weights !== null || !candidate.every(Number.isFinite)) return { column };
  const { decisionThreshold } = evaluate;
  const { labels } = outcome;
  const rows = scoredRows({ labels, scores: candidate, weights: null, classes: task === 'regression' ? 1 : 2 });
  const measured = metricsOfScores(PERFORMANCE_METRICS[task], { task, scores: evaluate.scores }).flatMap(
    (metric): [string, number][] => {
      const found = findMetric(metric, task)?.estimate(rows, { decisionThreshold });
      return found?.kind === 'estimate' ? [[metric, found.value]] : [];
    },
  );
  const evaluated = Object.fromEntries(measured);
  if (task === 'regression') return { column, evaluated };
  const calibration = isotonicSteps(candidate, labels, rows.ranking().order).map((step) => ({ ...step }));
  return { column, calibration, threshold: decisionThreshold, evaluated };
}
