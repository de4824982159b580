import type { NumericProfile } from './profile-column.ts';

/** A distribution function that is known at the points of a sketch. */
export interface Distribution {
  /** Share of values <= x. */
  at(x: number): number;
  /** Points at which it rises: the only ones that matter for a largest difference. */
  readonly points: readonly number[];
  /** Values that it was made from. */
  readonly count: number;
  /** Error bound of `at`; 0 where the sketch holds every value. */
  readonly error: number;
}

/** The distribution function of a sketch. */
export function distributionOf({ quantiles, rows, missing }: NumericProfile): Distribution {
  const count = rows - missing;
  const isComplete = quantiles.length === count;
  const steps = quantiles.length - 1;
  const countUpTo = counter(quantiles);
  return {
    points: quantiles,
    count,
    error: isComplete || steps <= 0 ? 0 : 0.5 / steps,
    at: (x) => {
      const below = countUpTo(x);
      if (isComplete) return below / count;
      if (below === 0 || below > steps) return below === 0 ? 0 : 1;
      // Between two ranks: the middle is the best guess.
      return (below - 0.5) / steps;
    },
  };
}

/** Counts the ascending values that are <= x: in one step where calls ascend too, which comparisons of samples do. */
function counter(values: readonly number[]): (x: number) => number {
  let count = 0;
  return (x) => {
    // An x below the last one begins again.
    if (count > 0 && (values[count - 1] ?? Number.NEGATIVE_INFINITY) > x) count = 0;
    while (count < values.length && (values[count] ?? Number.POSITIVE_INFINITY) <= x) count++;
    return count;
  };
}
