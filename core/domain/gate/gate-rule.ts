import type { Metric } from '../metrics/metric.ts';

/** Difference from the champion: in the metric's unit, or relative to the champion's value (0.01 is 1 %). */
export interface GateMargin {
  readonly kind: 'absolute' | 'relative';
  readonly value: number;
  /** Present where the margin is what the data can decide: a change within it may matter. */
  readonly from?: 'data' | undefined;
}

/** Requirement of a rule. */
export type GateBound =
  | { readonly kind: 'min' | 'max'; readonly value: number }
  | { readonly kind: 'max-regression' | 'min-improvement'; readonly margin: GateMargin };

/** One line of the gate, with its defaults filled in. */
export interface GateRule {
  /** 0-based position in tidegate.yaml. */
  readonly index: number;
  readonly metric: string;
  readonly bound: GateBound;
  /** Of a number that training wrote: which way is better, where that matters. */
  readonly direction?: Metric['direction'];
  /** Judged for every slice instead of all rows together. */
  readonly everySlice: boolean;
  /** `warn`: an inconclusive result is shown and does not count. */
  readonly whenInconclusive: 'fail' | 'warn';
  /** `warn`: the rule is shown and does not count at all. */
  readonly onFail: 'fail' | 'warn';
}

/** True if a rule compares with the champion. */
export function needsChampion({ bound }: GateRule): boolean {
  return bound.kind === 'max-regression' || bound.kind === 'min-improvement';
}
