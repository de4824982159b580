import type { Metric, MetricEstimate, SummedMetric, UndefinedMetric } from '../../metrics/metric.ts';

/** What a model's sums say of a metric; undefined: it is not computed of them. */
export type EstimateOfSums = MetricEstimate | UndefinedMetric | undefined;

/**
 * The estimate of a metric of a model's sums, with the values that it can take.
 *
 * @param problem Why the model has no metrics: a clause; null where it has.
 * @param compute The estimate by what the metric is of sums.
 */
export function estimateSums(
  { summed, range }: Metric,
  problem: string | null,
  compute: (summed: SummedMetric) => EstimateOfSums,
): EstimateOfSums {
  if (summed === undefined) return undefined;
  if (problem !== null) return { kind: 'undefined', reason: problem };
  const found = compute(summed);
  return found === undefined || found.kind === 'undefined' ? found : { ...found, range };
}
