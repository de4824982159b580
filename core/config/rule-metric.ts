import type { RuleConfig } from './gate-config.ts';

/**
 * The full name of a rule's metric, with the parameter that the rule gives it.
 *
 * @example ruleMetricName({ metric: 'precision', atRecall: 0.8 }) // => 'precision_at_recall_0.8'
 */
export function ruleMetricName(rule: Pick<RuleConfig, 'metric' | 'beta' | 'atRecall' | 'atPrecision'>): string {
  const { metric, beta, atRecall, atPrecision } = rule;
  const parameters = [
    ...(beta === undefined ? [] : [`_${beta}`]),
    ...(atRecall === undefined ? [] : [`_at_recall_${atRecall}`]),
    ...(atPrecision === undefined ? [] : [`_at_precision_${atPrecision}`]),
  ];
  // A parameter that the metric does not take makes a name that no metric has, and is refused as such.
  return `${metric}${parameters.join('')}`;
}
