import type { Weights } from '../inference/contrast.ts';
import type { Metric } from '../metrics/metric.ts';
import type { GateBound, GateMargin } from './gate-rule.ts';

/** Display form of the contrast: `shift + scale * contrast`. */
export interface Reading {
  readonly scale: number;
  readonly shift: number;
}

/** A rule as one linear contrast that must be shown to be at least 0. */
export interface RuleContrast {
  readonly weights: Weights;
  readonly reading: Reading;
  /** The contrast if both models were equal; undefined for bounds on the value. */
  readonly atEquality?: number;
}

/**
 * The contrast of a bound on the value itself: the value less the floor, or the ceiling less the value.
 *
 * @example valueContrast({ kind: 'max', value: 5 }).weights // => { candidate: -1, champion: 0, constant: 5 }
 */
export function valueContrast(bound: GateBound & { kind: 'min' | 'max' }): RuleContrast {
  const sign = bound.kind === 'min' ? 1 : -1;
  return {
    weights: { candidate: sign, champion: 0, constant: -sign * bound.value },
    reading: { scale: sign, shift: bound.value },
  };
}

/**
 * The contrast of a bound on the difference: how much better the candidate is, plus the regression that is allowed, or
 * less the improvement that is demanded. A relative margin tests candidate - (1 ± margin) champion, whose error counts
 * that of the champion's value too; it reads as the relative change in the good direction.
 *
 * @param championValue > 0 for relative margins.
 */
export function differenceContrast(
  bound: GateBound & { margin: GateMargin },
  direction: Metric['direction'],
  championValue: number,
): RuleContrast {
  const good = direction === 'higher-is-better' ? 1 : -1;
  const allowed = bound.kind === 'max-regression' ? bound.margin.value : -bound.margin.value;
  if (bound.margin.kind === 'absolute') {
    const weights = { candidate: good, champion: -good, constant: allowed };
    return { weights, reading: { scale: 1, shift: -allowed }, atEquality: allowed };
  }
  return {
    weights: { candidate: good, champion: allowed - good, constant: 0 },
    reading: { scale: 1 / championValue, shift: -allowed },
    atEquality: allowed * championValue,
  };
}
