import type { MetricEstimate } from '../metrics/metric.ts';
import { differenceLimits } from './difference-limits.ts';
import type { Limits } from './mean-limits.ts';
import type { Population } from './population.ts';
import type { Reach } from './proportion.ts';

/** The reach of an interval by its two-sided level, with the name of the method. */
export interface NamedReach {
  readonly reach: (level: number) => Reach;
  readonly method: string;
}

/** The usual tail, to ask whether there are limits at all: they exist at every one or at none. */
const ANY_TAIL = (1 - 0.95) / 2;

/**
 * The interval of a bounded metric that holds for every law of the rows; wider than others where those hold.
 *
 * @returns undefined for metrics without an end, and for rows whose kind of sampling has no such limits.
 */
export function distributionFreeReach(estimate: MetricEstimate, population: Population): NamedReach | undefined {
  const { distributionFree, value } = estimate;
  // Parts of rows are not rows.
  if (distributionFree === undefined || population.rows !== undefined) return undefined;
  const limits = keptByTail((tail) => distributionFree.limits(population, tail));
  const method = limits(ANY_TAIL)?.method;
  if (method === undefined) return undefined;
  const reach = (level: number): Reach => {
    const { lower, upper } = limits((1 - level) / 2) ?? NOWHERE;
    return { below: Math.max(0, value - lower), above: Math.max(0, upper - value) };
  };
  return { reach, method };
}

function keptByTail(compute: (tail: number) => Limits | undefined): (tail: number) => Limits | undefined {
  const known = new Map<number, Limits | undefined>();
  return (tail) => {
    if (!known.has(tail)) known.set(tail, compute(tail));
    return known.get(tail);
  };
}

const NOWHERE = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };

/** Models of a contrast `a first + b second`. */
export interface Contrasted {
  readonly first: MetricEstimate;
  readonly second: MetricEstimate;
  readonly weights: { readonly candidate: number; readonly champion: number };
}

/**
 * The same of a linear combination of two models on the same rows: of their difference by what speaks for each, with the
 * rest by the limits of the second's value; where a metric has no such parts, by the limits of both values. What is made of two
 * parts shares the probability of being wrong between them in halves.
 */
export function distributionFreeContrast(contrasted: Contrasted, population: Population): NamedReach | undefined {
  if (population.rows !== undefined) return undefined;
  return byDifference(contrasted, population) ?? byBoth(contrasted, population);
}

function byDifference({ first, second, weights }: Contrasted, population: Population): NamedReach | undefined {
  const rest = weights.candidate + weights.champion;
  const limits = keptByTail((tail) => differenceLimits(first, second, { population, tail }));
  const method = limits(ANY_TAIL)?.method;
  const own = rest === 0 ? undefined : distributionFreeReach(second, population);
  if (method === undefined || (rest !== 0 && own === undefined)) return undefined;
  const difference = first.value - second.value;
  const reach = (level: number): Reach => {
    const each = rest === 0 ? level : (1 + level) / 2;
    const { lower, upper } = limits((1 - each) / 2) ?? NOWHERE;
    const apart = { below: Math.max(0, difference - lower), above: Math.max(0, upper - difference) };
    const term = timesReach(weights.candidate, apart);
    return own === undefined ? term : addReach(term, timesReach(rest, own.reach(each)));
  };
  return { reach, method: `${method}, paired` };
}

function byBoth({ first, second, weights }: Contrasted, population: Population): NamedReach | undefined {
  const [one, other] = [distributionFreeReach(first, population), distributionFreeReach(second, population)];
  if (one === undefined || other === undefined) return undefined;
  const reach = (level: number): Reach => {
    const each = (1 + level) / 2;
    const term = timesReach(weights.candidate, one.reach(each));
    return addReach(term, timesReach(weights.champion, other.reach(each)));
  };
  return { reach, method: `${one.method}, of both values` };
}

/** The reach of a multiple; a negative one swaps the sides. */
export function timesReach(factor: number, { below, above }: Reach): Reach {
  return factor >= 0
    ? { below: factor * below, above: factor * above }
    : { below: -factor * above, above: -factor * below };
}

/** The reach of a sum, if both are as far off as they reach. */
export function addReach(first: Reach, second: Reach): Reach {
  return { below: first.below + second.below, above: first.above + second.above };
}
