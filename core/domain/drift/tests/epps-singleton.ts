import { chiSquareUpperTail } from '../../statistics/chi-square.ts';
import { symmetricInverse } from '../../statistics/symmetric-inverse.ts';
import { isComplete, type MergedSteps, mergeSteps } from '../merged-steps.ts';
import { DIFFERENT_TYPES, type DriftTest, type NotTested, type TwoSampleTest } from './drift-test.ts';

/** Epps-Singleton for numbers: compares characteristic functions, and needs no continuous law. */
export const eppsSingleton: DriftTest = {
  name: 'epps-singleton',
  label: 'Epps-Singleton',
  test: 'epps_singleton_2samp',
  columns: 'numeric',
  compare: (reference, current) => {
    if (reference.kind !== 'numeric' || current.kind !== 'numeric') return DIFFERENT_TYPES;
    const steps = mergeSteps(reference, current);
    if (!isComplete(steps)) {
      return { untested: 'epps-singleton needs every value, and a profile keeps 2,001 points of more values' };
    }
    return eppsSingletonTest(steps);
  },
};

/** Points at which the characteristic functions are compared, in units of half the interquartile range. */
const POINTS = [0.4, 0.8];
/** Chosen: a difference of characteristic functions that only rounding explains. */
const UNSEEN = 1e-6;
/** Samples below have a correction. */
const SMALL = 25;

/**
 * Two-sample Epps-Singleton test.
 *
 * @returns Untested where half of the values are equal, so that there is no scale; and where the samples differ in what does
 *   not vary within them, such as two constants: the covariance says nothing of it.
 *
 * Source: T. W. Epps and K. J. Singleton, J. Statist. Comput. Simul. 26, 1986; S. Goerg and J. Kaiser, Stata J. 9, 2009.
 * Equivalent: `scipy.stats.epps_singleton_2samp(x, y)`.
 */
export function eppsSingletonTest(steps: MergedSteps): TwoSampleTest | NotTested {
  const { referenceRows: n, currentRows: m } = steps;
  const scale = interquartileRange(steps) / 2;
  if (!(scale > 0)) return { untested: 'half of its values are equal, so that there is no scale for epps-singleton' };
  const all = n + m;
  const left = moments(steps.values, steps.reference, { rows: n, scale });
  const right = moments(steps.values, steps.current, { rows: m, scale });
  const covariance = left.covariance.map((row, i) =>
    row.map((value, j) => (all / n) * value + (all / m) * (right.covariance[i]?.[j] ?? 0)),
  );
  const { inverse, rank } = symmetricInverse(covariance);
  const difference = left.mean.map((value, i) => value - (right.mean[i] ?? 0));
  const seen = product(inverse, product(covariance, difference));
  if (!seen.every((value, i) => Math.abs(value - (difference[i] ?? 0)) <= UNSEEN)) {
    return { untested: 'its values vary too little within the windows for epps-singleton' };
  }
  const form = product(inverse, difference).reduce((sum, value, i) => sum + value * (difference[i] ?? 0), 0);
  const isSmall = Math.max(n, m) < SMALL;
  const correction = isSmall ? 1 / (1 + all ** -0.45 + 10.1 * (n ** -1.7 + m ** -1.7)) : 1;
  const statistic = all * form * correction;
  return { statistic, pValue: chiSquareUpperTail(statistic, rank) };
}

function product(matrix: readonly (readonly number[])[], vector: readonly number[]): readonly number[] {
  return matrix.map((row) => row.reduce((sum, value, j) => sum + value * (vector[j] ?? 0), 0));
}

function moments(
  values: Float64Array,
  counts: Float64Array,
  { rows, scale }: { readonly rows: number; readonly scale: number },
): { readonly mean: readonly number[]; readonly covariance: readonly (readonly number[])[] } {
  const parts = (x: number) => [
    ...POINTS.map((t) => Math.cos((t * x) / scale)),
    ...POINTS.map((t) => Math.sin((t * x) / scale)),
  ];
  const width = 2 * POINTS.length;
  const mean = new Array<number>(width).fill(0);
  for (const [at, x] of values.entries()) {
    const count = counts[at] ?? 0;
    if (count > 0) for (const [i, part] of parts(x).entries()) mean[i] = (mean[i] ?? 0) + (count * part) / rows;
  }
  const covariance = mean.map(() => new Array<number>(width).fill(0));
  for (const [at, x] of values.entries()) {
    const count = counts[at] ?? 0;
    if (count === 0) continue;
    const centred = parts(x).map((part, i) => part - (mean[i] ?? 0));
    for (const [i, row] of covariance.entries()) {
      for (let j = 0; j < width; j++) row[j] = (row[j] ?? 0) + (count * (centred[i] ?? 0) * (centred[j] ?? 0)) / rows;
    }
  }
  return { mean, covariance };
}

/** Of both samples together, with quartiles between values by linear interpolation. */
function interquartileRange(steps: MergedSteps): number {
  return quantile(steps, 0.75) - quantile(steps, 0.25);
}

function quantile({ values, reference, current, referenceRows, currentRows }: MergedSteps, share: number): number {
  const place = share * (referenceRows + currentRows - 1);
  const at = (rank: number): number => {
    let below = 0;
    for (const [index, value] of values.entries()) {
      below += (reference[index] ?? 0) + (current[index] ?? 0);
      if (rank < below) return value;
    }
    return values.at(-1) ?? Number.NaN;
  };
  const [low, high] = [at(Math.floor(place)), at(Math.ceil(place))];
  return low + (place - Math.floor(place)) * (high - low);
}
