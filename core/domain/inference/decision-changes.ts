import type { Decisions, MetricEstimate } from '../metrics/metric.ts';
import { FAR_END } from './difference-limits.ts';
import type { Population } from './population.ts';
import { clusterShares, standardErrorOf } from './standard-error.ts';

/** Number of rows that two models decide differently. */
export function changedDecisions(first: Decisions, second: Decisions): number {
  let changed = 0;
  for (let i = 0; i < first.codes.length; i++) if (first.codes[i] !== second.codes[i]) changed++;
  return changed;
}

/** The largest difference by one row of a true class that is decided otherwise, per unit of its weight. */
export function largestMoves({ classes, gradient }: Pick<Decisions, 'classes' | 'gradient'>): Float64Array {
  return Float64Array.from({ length: classes }, (_, truth) => {
    const row = gradient.subarray(truth * classes, (truth + 1) * classes);
    return Math.max(...row) - Math.min(...row);
  });
}

/**
 * The largest difference of a metric of decisions between two models that decide every row of a sample alike, to first order.
 *
 * In each true class, the share of rows that are decided differently may be as large as leaves none among its rows the
 * probability of a tail (Clopper and Pearson, Biometrika 26, 1934); the classes share that probability so that the metric differs
 * most. In groups the
 * rows count as many as their number over the metric's own design effect (E. Korn and B. Graubard, Survey Methodology 24,
 * 1998), but at least as many as there are groups of equal size.
 *
 * @param estimate Of either model.
 * @returns By the two-sided level; 0 <= it <= the width of the metric's range.
 */
export function reachWithoutChange(
  estimate: MetricEstimate,
  population: Population,
): ((level: number) => number) | undefined {
  const { distributionFree, range } = estimate;
  const parts = distributionFree?.paired;
  if (parts?.kind !== 'decisions') return undefined;
  const masses = classMasses(parts, population.weights);
  const share = independentShare(estimate, population);
  const moves = largestMoves(parts);
  const classes = masses
    .map(({ mass, rows }, truth) => ({ trials: rows * share, effect: mass * (moves[truth] ?? 0) }))
    .filter(({ trials, effect }) => trials > 0 && effect > 0);
  const width = range === undefined ? Number.POSITIVE_INFINITY : range[1] - range[0];
  return (level) => Math.min(width, largestEffect(classes, (FAR_END * (1 - level)) / 2));
}

interface ClassMass {
  readonly mass: number;
  /** As many rows of one weight are as certain (L. Kish, Survey Sampling, 1965). */
  readonly rows: number;
}

function classMasses({ codes, classes }: Decisions, weights: Float64Array | null): readonly ClassMass[] {
  const sums = new Float64Array(classes);
  const squares = new Float64Array(classes);
  for (let i = 0; i < codes.length; i++) {
    const truth = Math.floor((codes[i] ?? 0) / classes);
    const weight = weights === null ? 1 : (weights[i] ?? 0);
    sums[truth] = (sums[truth] ?? 0) + weight;
    squares[truth] = (squares[truth] ?? 0) + weight * weight;
  }
  return Array.from(sums, (mass, truth) => ({ mass, rows: mass === 0 ? 0 : mass ** 2 / (squares[truth] ?? 1) }));
}

/** Independent rows per row. */
function independentShare(estimate: MetricEstimate, population: Population): number {
  const { sampling, weights, shares, labels } = population;
  if (sampling.kind === 'rows') return 1;
  const { designEffect, standardError } = standardErrorOf(estimate, population);
  const squares = (shares ?? clusterShares(sampling, weights)).reduce((sum, share) => sum + share * share, 0);
  const byGroups = Math.min(1, 1 / squares / labels.length);
  // Where no row varies, nothing says how much rows of a group depend on each other.
  return standardError === 0 ? byGroups : Math.min(1, Math.max(byGroups, 1 / designEffect));
}

interface ClassEffect {
  readonly trials: number;
  /** The effect if all rows of the class were decided otherwise. */
  readonly effect: number;
}

/**
 * The largest sum of effects at shares p of each class for which no such row in any class has at least a probability: the
 * product of (1 - p)^trials. Where the sum is largest, 1 - p is a constant times trials over effect, or 1.
 */
function largestEffect(classes: readonly ClassEffect[], probability: number): number {
  const worst = Math.max(0, ...classes.map(({ trials, effect }) => effect / trials));
  const at = (constant: number, { trials, effect }: ClassEffect) => Math.min(1, (constant * trials) / effect);
  let [low, high] = [Math.log(1e-300), Math.log(worst)];
  for (let round = 0; round < 100 && worst > 0; round++) {
    const middle = (low + high) / 2;
    const found = classes.reduce((sum, one) => sum + one.trials * Math.log(at(Math.exp(middle), one)), 0);
    if (found < Math.log(probability)) low = middle;
    else high = middle;
  }
  return classes.reduce((sum, one) => sum + one.effect * (1 - at(Math.exp(low), one)), 0);
}
