import { once } from '../inference/once.ts';
import type { Metric, MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';
import { ratioOfSums } from './ratio-of-sums.ts';
import { sum, totalWeight } from './scored-rows.ts';

const common = {
  task: 'regression',
  direction: 'higher-is-better',
  range: [Number.NEGATIVE_INFINITY, 1],
} as const;

/**
 * Coefficient of determination: 1 less the squared error over that of the labels' mean. Negative where worse than it.
 *
 * Equivalent: `sklearn.metrics.r2_score`, but undefined where all labels are equal.
 */
export const r2: Metric = {
  ...common,
  name: 'r2',
  title: 'R²',
  aggregated: { kind: 'explained-share', isCentred: false },
  estimate: (rows) => share(rows, () => 0),
};

/**
 * Explained variance: as R², but a constant error costs nothing.
 *
 * Equivalent: `sklearn.metrics.explained_variance_score`, but undefined where all labels are equal.
 */
export const explainedVariance: Metric = {
  ...common,
  name: 'explained_variance',
  title: 'Explained variance',
  aggregated: { kind: 'explained-share', isCentred: true },
  estimate: (rows) => share(rows, (errors) => weightedMean(errors, rows)),
};

function share(rows: ScoredRows, centre: (errors: Float64Array) => number): MetricEstimate | UndefinedMetric {
  const { labels, scores, weights } = rows;
  const mean = weightedMean(labels, rows);
  const errors = labels.map((label, i) => label - (scores[i] ?? Number.NaN));
  const middle = centre(errors);
  const unexplained = ratioOfSums({
    numerator: errors.map((error) => (error - middle) ** 2),
    // The means move with a row's weight too, but at the mean the derivative of the sum of squares is 0.
    denominator: labels.map((label) => (label - mean) ** 2),
    weights,
    whenEmpty: 'all labels are equal',
  });
  if (unexplained.kind === 'undefined') return unexplained;
  const influence = once(() => unexplained.influence().map((part) => -part));
  return { ...unexplained, value: 1 - unexplained.value, influence };
}

function weightedMean(values: Float64Array, { labels, weights }: ScoredRows): number {
  const total = totalWeight({ labels, weights });
  return (weights === null ? sum(values) : sum(values.map((value, i) => value * (weights[i] ?? 0)))) / total;
}
