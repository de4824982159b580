import type { MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';
import { countLabel, totalWeight } from './scored-rows.ts';

/** The loss of one row; the index is that of the row. */
export type Loss = (label: number, score: number, row: number) => number;

/**
 * The weighted mean of a loss over rows. The influence of a row is its loss less the mean.
 *
 * @param rows Any number; none gives no value.
 */
export function meanLoss(rows: ScoredRows, loss: Loss): MetricEstimate | UndefinedMetric {
  const { labels, scores, weights } = rows;
  const count = labels.length;
  if (count === 0) return { kind: 'undefined', reason: 'there are no rows' };
  const influence = new Float64Array(count);
  const stride = scores.length / count;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const value = loss(labels[i] ?? Number.NaN, scores[i * stride] ?? Number.NaN, i);
    influence[i] = value;
    sum += weights === null ? value : value * (weights[i] ?? 0);
  }
  const total = totalWeight(rows);
  const value = sum / total;
  for (let i = 0; i < count; i++) {
    const share = weights === null ? 1 : ((weights[i] ?? 0) * count) / total;
    influence[i] = ((influence[i] ?? 0) - value) * share;
  }
  return { kind: 'estimate', value, influence, byClass: false };
}

/** A mean over two classes rests on the smaller one: its rows make the rare, large losses. */
export function withClassSupport(
  { labels }: ScoredRows,
  found: MetricEstimate | UndefinedMetric,
): MetricEstimate | UndefinedMetric {
  if (found.kind === 'undefined') return found;
  const ones = countLabel(labels, 1);
  return { ...found, support: { rows: Math.min(ones, labels.length - ones), what: 'rows of the smaller class' } };
}
