import { meanLimits } from '../inference/mean-limits.ts';
import type { MetricEstimate, UndefinedMetric } from './metric.ts';

/**
 * A mean of losses that have a smallest and a largest value: with limits for every law of the rows (Hoeffding 1963).
 *
 * @param found Its influences are the losses less the mean, by the share of each row's weight.
 * @param range Every loss is inside.
 */
export function withBoundedLoss(
  found: MetricEstimate | UndefinedMetric,
  [lowest, highest]: readonly [number, number],
): MetricEstimate | UndefinedMetric {
  if (found.kind === 'undefined') return found;
  const width = highest - lowest;
  return {
    ...found,
    distributionFree: {
      limits: ({ sampling, weights }, tail) => {
        const values = lossesOf(found, weights).map((loss) => (loss - lowest) / width);
        const { lower, upper, method } = meanLimits(values, weights, { sampling, tails: { lower: tail, upper: tail } });
        return { lower: lowest + width * lower, upper: lowest + width * upper, method };
      },
      paired: { kind: 'losses', width },
    },
  };
}

function lossesOf({ influence, value }: MetricEstimate, weights: Float64Array | null): Float64Array {
  const parts = influence();
  if (weights === null) return parts.map((part) => part + value);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return parts.map((part, row) => {
    const share = ((weights[row] ?? 0) * parts.length) / total;
    return value + (share === 0 ? 0 : part / share);
  });
}
