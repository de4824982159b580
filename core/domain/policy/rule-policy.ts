import type { GateMargin } from '../gate/gate-rule.ts';

/** A rule as it is written: exactly one of the four bounds is there. */
export interface RulePolicy {
  /** The metric, without the parameters below; or `file:<key>`. */
  readonly metric: string;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly maxRegression?: GateMargin | undefined;
  readonly minImprovement?: GateMargin | undefined;
  /** The margin is one that the data can decide, not one that a person chose. */
  readonly marginFrom?: 'data' | undefined;
  readonly slices?: 'all' | undefined;
  readonly whenInconclusive?: 'fail' | 'warn' | undefined;
  readonly onFail?: 'fail' | 'warn' | undefined;
  readonly interval?: 'none' | undefined;
  readonly better?: 'higher' | 'lower' | undefined;
  readonly beta?: number | undefined;
  readonly atRecall?: number | undefined;
  readonly atPrecision?: number | undefined;
}

/**
 * The full name of a rule's metric, with the parameter that the rule gives it. A parameter that the metric does not take
 * makes a name that no metric has.
 *
 * @example ruleMetricName({ metric: 'precision', atRecall: 0.8 }) // => 'precision_at_recall_0.8'
 */
export function ruleMetricName(rule: Pick<RulePolicy, 'metric' | 'beta' | 'atRecall' | 'atPrecision'>): string {
  const { metric, beta, atRecall, atPrecision } = rule;
  const parameters = [
    ...(beta === undefined ? [] : [`_${beta}`]),
    ...(atRecall === undefined ? [] : [`_at_recall_${atRecall}`]),
    ...(atPrecision === undefined ? [] : [`_at_precision_${atPrecision}`]),
  ];
  return `${metric}${parameters.join('')}`;
}
