import { once } from '../inference/once.ts';
import type { Loss, MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';
import { countLabel, sum } from './scored-rows.ts';

/**
 * The weighted mean of a loss over rows. The influence of a row is its loss less the mean.
 *
 * @param loss Of several classes it looks the scores of its row up itself.
 * @param rows Any number; none gives no value.
 */
export function meanLoss(rows: ScoredRows, loss: Loss): MetricEstimate | UndefinedMetric {
  const { labels, scores } = rows;
  const losses = new Float64Array(labels.length);
  for (let i = 0; i < losses.length; i++) {
    losses[i] = loss(labels[i] ?? Number.NaN, scores[i] ?? Number.NaN, i);
  }
  return meanOf(losses, rows.weights);
}

/**
 * The weighted mean of losses, one per row. It takes over the array.
 *
 * @param losses Any number; none gives no value.
 */
export function meanOf(losses: Float64Array, weights: ScoredRows['weights']): MetricEstimate | UndefinedMetric {
  const count = losses.length;
  if (count === 0) return { kind: 'undefined', reason: 'there are no rows' };
  let total = 0;
  for (let i = 0; i < count; i++) total += weights === null ? (losses[i] ?? 0) : (losses[i] ?? 0) * (weights[i] ?? 0);
  const weight = weights === null ? count : sum(weights);
  const value = total / weight;
  const influence = once(() => {
    for (let i = 0; i < count; i++) {
      const share = weights === null ? 1 : ((weights[i] ?? 0) * count) / weight;
      losses[i] = ((losses[i] ?? 0) - value) * share;
    }
    return losses;
  });
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
