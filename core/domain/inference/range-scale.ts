import type { Metric } from '../metrics/metric.ts';

/** A monotone function that takes the ends of a range to infinity. */
export interface RangeScale {
  readonly name: string;
  readonly to: (value: number) => number;
  readonly back: (value: number) => number;
  /** Derivative at the value. */
  readonly slope: number;
}

/**
 * The scale of a range: log odds between two ends, the logarithm of the distance from one.
 *
 * @returns undefined for a range without an end, and for a value at one.
 */
export function scaleOf([lowest, highest]: Metric['range'], value: number): RangeScale | undefined {
  if (value <= lowest || value >= highest) return undefined;
  if (Number.isFinite(lowest) && Number.isFinite(highest)) {
    const width = highest - lowest;
    return {
      name: 'log odds',
      to: (x) => Math.log((x - lowest) / (highest - x)),
      back: (z) => lowest + width / (1 + Math.exp(-z)),
      slope: width / (value - lowest) / (highest - value),
    };
  }
  if (Number.isFinite(lowest)) {
    const back = (z: number) => lowest + Math.exp(z);
    return { name: 'log', to: (x) => Math.log(x - lowest), back, slope: 1 / (value - lowest) };
  }
  if (!Number.isFinite(highest)) return undefined;
  const back = (z: number) => highest - Math.exp(z);
  return { name: 'log', to: (x) => Math.log(highest - x), back, slope: 1 / (highest - value) };
}
