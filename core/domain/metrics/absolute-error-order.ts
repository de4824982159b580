import { medianReach } from '../inference/median-reach.ts';
import { NO_INFLUENCE, once } from '../inference/once.ts';
import type { Metric, MetricEstimate, ScoredRows, UndefinedMetric } from './metric.ts';
import { totalWeight } from './scored-rows.ts';
import { sortedOrder } from './sorted-order.ts';

const common = { task: 'regression', direction: 'lower-is-better', range: [0, Number.POSITIVE_INFINITY] } as const;

/**
 * Median absolute error; of weighted rows the mean of the lower and the upper weighted median.
 *
 * Influence: (share of errors <= median, about 1/2, - [error <= median]) over the density there, which is taken between
 * the quantiles around it (M. M. Siddiqui, J. Res. NBS 64B, 1960, with Hall and Sheather's kind of width). Equivalent:
 * `median_absolute_error`.
 */
export const medianAbsoluteError: Metric = {
  ...common,
  name: 'median_absolute_error',
  title: 'Median absolute error',
  aggregated: { kind: 'median-error' },
  estimate: estimateMedian,
};

/** The largest absolute error. It rests on one row, so it has no interval. Equivalent: `sklearn.metrics.max_error`. */
export const maxError: Metric = {
  ...common,
  name: 'max_error',
  title: 'Max error',
  aggregated: { kind: 'max-error' },
  estimate: ({ labels, scores }) => {
    if (labels.length === 0) return { kind: 'undefined', reason: 'there are no rows' };
    let value = 0;
    for (let i = 0; i < labels.length; i++) value = Math.max(value, Math.abs((labels[i] ?? 0) - (scores[i] ?? 0)));
    return estimateOfLargest(value);
  },
};

/** The estimate of the largest error: without an interval. */
export function estimateOfLargest(value: number): MetricEstimate {
  const withoutInterval = 'it depends on a single row; gate on another metric';
  return { kind: 'estimate', value, influence: NO_INFLUENCE, byClass: false, withoutInterval };
}

/**
 * The share of the rows on each side of the median between whose quantiles the density is taken.
 *
 * @returns In (0, 0.25].
 */
export function medianBand(rows: number): number {
  return Math.min(0.25, 0.8 * rows ** (-1 / 3));
}

function estimateMedian(rows: ScoredRows): MetricEstimate | UndefinedMetric {
  const { labels, scores, weights } = rows;
  const count = labels.length;
  if (count === 0) return { kind: 'undefined', reason: 'there are no rows' };
  const errors = labels.map((label, i) => Math.abs(label - (scores[i] ?? Number.NaN)));
  const order = sortedOrder(errors);
  const quantile = quantileOf(errors, order, weights);
  const value = (quantile(0.5, 'lower') + quantile(0.5, 'upper')) / 2;
  const band = medianBand(count);
  const spread = quantile(0.5 + band, 'upper') - quantile(0.5 - band, 'lower');
  const influence = once(() => influences(rows, { errors, value, slope: spread / (2 * band) }));
  const exactReach = (level: number) => medianReach((k) => errors[order[k] ?? 0] ?? Number.NaN, count, level);
  return { kind: 'estimate', value, influence, byClass: false, ...(weights === null ? { exactReach } : {}) };
}

interface AtMedian {
  readonly errors: Float64Array;
  readonly value: number;
  /** One over the density of errors at the median. */
  readonly slope: number;
}

function influences(rows: ScoredRows, { errors, value, slope }: AtMedian): Float64Array {
  const { weights } = rows;
  const total = totalWeight(rows);
  let below = 0;
  for (let i = 0; i < errors.length; i++) {
    if ((errors[i] ?? 0) <= value) below += weights === null ? 1 : (weights[i] ?? 0);
  }
  const share = below / total;
  const influence = new Float64Array(errors.length);
  for (let i = 0; i < influence.length; i++) {
    const weight = ((weights === null ? 1 : (weights[i] ?? 0)) * errors.length) / total;
    influence[i] = weight * slope * (share - ((errors[i] ?? 0) <= value ? 1 : 0));
  }
  return influence;
}

function quantileOf(errors: Float64Array, order: Uint32Array, weights: Float64Array | null) {
  const cumulative = new Float64Array(order.length);
  let running = 0;
  for (let i = 0; i < order.length; i++) {
    running += weights === null ? 1 : (weights[order[i] ?? 0] ?? 0);
    cumulative[i] = running;
  }
  return (share: number, side: 'lower' | 'upper'): number => {
    const wanted = share * running;
    // Sums of weights are equal to the wanted one only up to rounding.
    const slack = 1e-12 * running;
    let [low, high] = [0, order.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      const reached = cumulative[middle] ?? 0;
      if (side === 'lower' ? reached >= wanted - slack : reached > wanted + slack) high = middle;
      else low = middle + 1;
    }
    return errors[order[low] ?? 0] ?? Number.NaN;
  };
}
