import type { MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';

/** The loss of one row. */
export type Loss = (label: number, score: number) => number;

/**
 * The mean of a loss over rows. The influence of a row is its loss less the mean.
 *
 * @param rows Any number; none gives no value.
 */
export function meanLoss({ labels, scores }: ScoredRows, loss: Loss): MetricEstimate | UndefinedMetric {
  const rows = labels.length;
  if (rows === 0) return { kind: 'undefined', reason: 'there are no rows' };
  const influence = new Float64Array(rows);
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    const value = loss(labels[i] ?? Number.NaN, scores[i] ?? Number.NaN);
    influence[i] = value;
    sum += value;
  }
  const value = sum / rows;
  for (let i = 0; i < rows; i++) influence[i] = (influence[i] ?? 0) - value;
  return { kind: 'estimate', value, influence, byClass: false };
}
