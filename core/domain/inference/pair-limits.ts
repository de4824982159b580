import { type Limits, methodOf, type Tails } from './mean-limits.ts';
import type { SampledRows } from './population.ts';
import { meanLowerLimit, meanUpperLimit } from './relative-entropy.ts';

/**
 * Limits of a mean over all pairs of a row with label 1 and one with label 0, of values in [0, 1].
 *
 * By rows it is a two-sample U-statistic: a mean of means of min(ones, zeros) independent pairs (W. Hoeffding, J. Am. Stat.
 * Assoc. 58, 1963, section 5b). In groups the pairs are coloured in equal shares so that pairs of one colour have no group
 * in common: as many are independent as there are pairs, over one more than those that share a group with a pair
 * (S. Pemmaraju, Equitable Coloring Extends Chernoff-Hoeffding Bounds, RANDOM-APPROX 2001).
 *
 * @param labels 0 and 1; other labels count as 0.
 * @returns undefined for weighted rows: there is no such bound.
 */
export function pairMeanLimits(
  mean: number,
  labels: Float64Array,
  { sampled, tails }: { readonly sampled: SampledRows; readonly tails: Tails },
): Limits | undefined {
  if (sampled.weights !== null) return undefined;
  const trials = independentPairs(labels, sampled.sampling);
  return {
    lower: meanLowerLimit(mean, trials, tails.lower),
    upper: meanUpperLimit(mean, trials, tails.upper),
    method: methodOf('Hoeffding bound of pairs', sampled.sampling),
  };
}

/** Number of pairs of both labels that are independent of each other, in every part of a division of all pairs. */
export function independentPairs(labels: Float64Array, sampling: SampledRows['sampling']): number {
  const [ones, zeros] = countsOf(labels);
  if (sampling.kind === 'rows') return Math.min(ones, zeros);
  const groups = profilesOf(labels, sampling);
  let most = 1;
  for (const first of groups) {
    if (first.ones === 0) continue;
    for (const second of groups) {
      if (second.zeros === 0) continue;
      // Both rows of a pair may be of one group; two groups of the same kind are two.
      const together = first === second && first.groups === 1;
      const ofOnes = together ? first.ones : first.ones + second.ones;
      const ofZeros = together ? first.zeros : first.zeros + second.zeros;
      most = Math.max(most, ofOnes * zeros + ofZeros * ones - ofOnes * ofZeros);
    }
  }
  return Math.floor((ones * zeros) / most);
}

function countsOf(labels: Float64Array): readonly [number, number] {
  let ones = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === 1) ones++;
  return [ones, labels.length - ones];
}

interface GroupProfile {
  readonly ones: number;
  readonly zeros: number;
  groups: number;
}

/** Groups by how many rows of each label they have: there are few kinds. */
function profilesOf(
  labels: Float64Array,
  { ids, count }: SampledRows['sampling'] & { kind: 'clusters' },
): readonly GroupProfile[] {
  const ones = new Uint32Array(count);
  const zeros = new Uint32Array(count);
  for (let i = 0; i < labels.length; i++) {
    const counts = labels[i] === 1 ? ones : zeros;
    counts[ids[i] ?? 0] = (counts[ids[i] ?? 0] ?? 0) + 1;
  }
  const kinds = new Map<string, GroupProfile>();
  for (let g = 0; g < count; g++) {
    const key = `${ones[g]} ${zeros[g]}`;
    const known = kinds.get(key);
    if (known === undefined) kinds.set(key, { ones: ones[g] ?? 0, zeros: zeros[g] ?? 0, groups: 1 });
    else known.groups++;
  }
  return [...kinds.values()];
}

/** Chosen: more pairs take longer than a second to compare, and that number of rows has an interval anyway. */
const MAX_PAIRS = 1e8;

/** Shares of the pairs that the first scores order better than the second ones, and worse; a tie is half an order. */
export interface OrderChanges {
  readonly better: number;
  readonly worse: number;
}

/** Compares every pair of both labels. @returns undefined where there are too many pairs. */
export function orderChanges(
  labels: Float64Array,
  first: Float64Array,
  second: Float64Array,
): OrderChanges | undefined {
  const [ones, zeros] = countsOf(labels);
  if (ones * zeros > MAX_PAIRS) return undefined;
  const negatives = Uint32Array.from(labels.keys()).filter((row) => labels[row] !== 1);
  let [better, worse] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 1) continue;
    const [a, b] = [first[i] ?? 0, second[i] ?? 0];
    for (const row of negatives) {
      const change = (Math.sign(a - (first[row] ?? 0)) - Math.sign(b - (second[row] ?? 0))) / 2;
      if (change > 0) better += change;
      else worse -= change;
    }
  }
  return { better: better / (ones * zeros), worse: worse / (ones * zeros) };
}
