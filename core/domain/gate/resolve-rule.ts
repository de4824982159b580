import type { RulePolicy } from '../policy/rule-policy.ts';
import { ruleMetricName } from '../policy/rule-policy.ts';
import type { GateBound, GateMargin, GateRule } from './gate-rule.ts';

/**
 * A rule with its defaults filled in.
 *
 * @param index 0-based position in tidegate.yaml.
 * @param direction The better direction, of a metric that does not say it itself.
 */
export function resolveRule(rule: RulePolicy, index: number, direction: GateRule['direction']): GateRule {
  const everySlice = rule.slices === 'all';
  return {
    index,
    metric: ruleMetricName(rule),
    bound: boundOf(rule),
    ...(direction === undefined ? {} : { direction }),
    everySlice,
    whenInconclusive: rule.whenInconclusive ?? (everySlice ? 'warn' : 'fail'),
    // The speed of a shared machine is shown; it decides only where someone asked for it.
    onFail: rule.onFail ?? (rule.metric.startsWith('latency_') ? 'warn' : 'fail'),
  };
}

function boundOf(rule: RulePolicy): GateBound {
  if (rule.min !== undefined) return { kind: 'min', value: rule.min };
  if (rule.max !== undefined) return { kind: 'max', value: rule.max };
  if (rule.maxRegression !== undefined) return { kind: 'max-regression', margin: marginOf(rule, rule.maxRegression) };
  if (rule.minImprovement !== undefined)
    return { kind: 'min-improvement', margin: marginOf(rule, rule.minImprovement) };
  throw new RangeError('a rule without a bound passed the schema');
}

function marginOf({ marginFrom }: RulePolicy, margin: GateMargin): GateMargin {
  return marginFrom === undefined ? margin : { ...margin, from: marginFrom };
}
