import { limitsAbout } from '../inference/mean-limits.ts';
import type { MetricEstimate, UndefinedMetric } from './metric.ts';

/**
 * A mean of losses that have a smallest and a largest value: with limits for every law of the rows (Hoeffding 1963).
 *
 * @param found Its value is the mean of the losses, by weight.
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
        const of = { rows: found.influence().length, mass: weights };
        const tails = { lower: tail, upper: tail };
        const { lower, upper, method } = limitsAbout((found.value - lowest) / width, of, { sampling, tails });
        return { lower: lowest + width * lower, upper: lowest + width * upper, method };
      },
      paired: { kind: 'losses', width },
    },
  };
}
