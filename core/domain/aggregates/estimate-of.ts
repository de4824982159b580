import type { AggregatedMetric, Metric, MetricEstimate, UndefinedMetric } from '../metrics/metric.ts';

/** A metric from a model's aggregates; undefined: it is not computed from them. */
export type AggregatedEstimate = MetricEstimate | UndefinedMetric | undefined;

/**
 * The estimate of a metric from a model's aggregates, with the values that it can take.
 *
 * @param problem Why the model has no metrics: a clause; null where it has.
 * @param compute The estimate by what the metric is of aggregates.
 */
export function estimateOf(
  { aggregated, range }: Metric,
  problem: string | null,
  compute: (of: AggregatedMetric) => AggregatedEstimate,
): AggregatedEstimate {
  if (aggregated === undefined) return undefined;
  if (problem !== null) return { kind: 'undefined', reason: problem };
  const found = compute(aggregated);
  return found === undefined || found.kind === 'undefined' ? found : { ...found, range };
}
