import type { MetricEstimate } from '../metrics/metric.ts';
import { changedDecisions, reachWithoutChange } from './decision-changes.ts';
import { addReach, type Contrasted, timesReach } from './distribution-free.ts';
import { reachOf, uncertaintyOf } from './interval.ts';
import type { Population } from './population.ts';
import type { Reach } from './proportion.ts';
import { standardErrorOf } from './standard-error.ts';
import { conservative, typical, type Uncertainty } from './uncertainty.ts';

/** Two models that may decide rows alike. */
export interface Unchanged {
  readonly isUnchanged: boolean;
  /** On both sides, by the two-sided level. */
  readonly reach: (level: number) => number;
  /** Of the contrast, if no decision is changed. */
  readonly uncertainty: () => Uncertainty;
}

/**
 * The difference that models may have that decide every row alike, and whether they do.
 *
 * @returns undefined for metrics that are not of decisions.
 */
export function unchanged(
  { first: candidate, second: champion, weights }: Contrasted,
  population: Population,
): Unchanged | undefined {
  const [one, other] = [candidate.distributionFree?.paired, champion.distributionFree?.paired];
  if (one?.kind !== 'decisions' || other?.kind !== 'decisions') return undefined;
  const reaches = [candidate, champion].map((one) => reachWithoutChange(one, population));
  const scale = Math.abs(weights.candidate);
  const reach = (level: number) => scale * Math.max(...reaches.map((one) => one?.(level) ?? 0));
  const isUnchanged = changedDecisions(one, other) === 0;
  return { isUnchanged, reach, uncertainty: () => withoutChange({ champion, reach }, weights, population) };
}

/** Of equal decisions; a relative margin counts the error of the champion's value too. */
function withoutChange(
  { champion, reach }: { readonly champion: MetricEstimate; readonly reach: (level: number) => number },
  weights: Contrasted['weights'],
  population: Population,
): Uncertainty {
  const found = standardErrorOf(champion, population);
  const rest = weights.candidate + weights.champion;
  const own = rest === 0 ? undefined : uncertaintyOf(champion, population);
  if (own?.kind === 'unknown') return own;
  const both = (level: number): Reach => {
    const each = own === undefined ? level : (1 + level) / 2;
    const apart = { below: reach(each), above: reach(each) };
    return own?.kind === 'estimated' ? addReach(apart, timesReach(rest, reachOf(own, each))) : apart;
  };
  return conservative({ reach: both, method: 'exact bound for no changed decision' }, found);
}

/** The interval, but on both sides at least as wide as another reaches. */
export function atLeast(uncertainty: Uncertainty, least: (level: number) => number): Uncertainty {
  if (uncertainty.kind !== 'estimated') return uncertainty;
  const reach = (level: number): Reach => {
    const { below, above } = reachOf(uncertainty, level);
    return { below: Math.max(below, least(level)), above: Math.max(above, least(level)) };
  };
  // What the interval amounts to, so that plans do not promise more than it gives.
  return { ...uncertainty, standardError: Math.max(uncertainty.standardError, typical(0, reach)), reach };
}
