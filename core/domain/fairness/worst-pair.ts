import { typical, type Uncertainty } from '../inference/uncertainty.ts';
import type { FairnessDefinition } from './fairness-measure.ts';
import { contrastReach, type GroupPair, swapped } from './group-contrast.ts';

/** Interval of a fairness measure. */
export interface WorstPair {
  readonly value: number;
  readonly uncertainty: Uncertainty;
}

interface Ends {
  readonly lower: number;
  readonly upper: number;
}

const METHOD = {
  difference: 'largest of all pairs of groups (MOVER; lower end: Bonferroni)',
  ratio: 'smallest of all pairs of groups (MOVER; upper end: Bonferroni)',
} as const;

/**
 * The largest difference, or the smallest ratio, of some pairs of groups, with an interval that counts that it is the worst of
 * several.
 *
 * The end that a rule passes by is the worst end of all pairs, each at the level itself: the interval misses the truth there only
 * if that of the truly worst pair does, so that no number of groups makes a false pass more likely (an intersection-union test:
 * R. Berger, Technometrics 24, 1982). The other end, by which a rule fails, is wrong if any of the pairs is: there each is at the
 * level that Bonferroni's inequality gives to all of them and both directions together.
 *
 * @param pairs At least one.
 * @param value Of the measure.
 */
export function worstPair(
  pairs: readonly GroupPair[],
  value: number,
  { kind, most }: Pick<FairnessDefinition, 'kind' | 'most'>,
): WorstPair {
  const endsOf = kind === 'difference' ? differenceEnds : ratioEnds;
  const reach = (level: number) => {
    const together = 1 - (1 - level) / (2 * pairs.length);
    const plain = pairs.map((pair) => endsOf(pair, level));
    const adjusted = pairs.map((pair) => endsOf(pair, together));
    const ends =
      kind === 'difference'
        ? { lower: largest(adjusted, 'lower'), upper: Math.min(most, largest(plain, 'upper')) }
        : { lower: smallest(plain, 'lower'), upper: smallest(adjusted, 'upper') };
    return { below: Math.max(0, value - ends.lower), above: Math.max(0, ends.upper - value) };
  };
  const standardError = typical(0, reach);
  const rest = { degreesOfFreedom: pairs.length, units: pairs.length, designEffect: 1, skewness: 0, rowSkewness: 0 };
  const error = { standardError, ...rest, effectiveRows: null, errorRows: 0, method: METHOD[kind] };
  return { value, uncertainty: { kind: 'estimated', ...error, reach } };
}

function largest(ends: readonly Ends[], end: keyof Ends): number {
  return ends.reduce((most, one) => Math.max(most, one[end]), 0);
}

function smallest(ends: readonly Ends[], end: keyof Ends): number {
  return ends.reduce((least, one) => Math.min(least, one[end]), 1);
}

/** Ends of the absolute difference. */
function differenceEnds(pair: GroupPair, level: number): Ends {
  const difference = pair.first.value - pair.second.value;
  const { below, above } = contrastReach(pair, 1, level);
  const [low, high] = [difference - below, difference + above];
  return { lower: Math.max(0, low, -high), upper: Math.max(high, -low) };
}

/** Ends of the ratio of the smaller rate to the larger one, in [0, 1]. */
function ratioEnds(pair: GroupPair, level: number): Ends {
  const both = [pair, swapped(pair)];
  return {
    lower: Math.min(...both.map((one) => lowestRatio(one, level))),
    upper: Math.min(...both.map((one) => highestRatio(one, level))),
  };
}

/** The largest r up to 1 for which `first - r second` is shown to be at least 0: the lower end of their ratio. */
function lowestRatio(pair: GroupPair, level: number): number {
  const { first, second } = pair;
  return boundary((r) => first.value - r * second.value - contrastReach(pair, r, level).below >= 0);
}

/** The smallest r for which `first - r second` is shown to be at most 0: the upper end of their ratio; 1 without one below. */
function highestRatio(pair: GroupPair, level: number): number {
  const { first, second } = pair;
  return boundary((r) => first.value - r * second.value + contrastReach(pair, r, level).above > 0);
}

/** End, in [0, 1], of a condition that holds from 0 on; by bisection. */
function boundary(holds: (r: number) => boolean): number {
  if (holds(1)) return 1;
  let [low, high] = [0, 1];
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
