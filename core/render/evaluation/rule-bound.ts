import type { GateBound } from '../../domain/gate/gate-rule.ts';
import type { RuleResult } from '../../reports/evaluation-report.ts';

/** The bound of a rule as the domain names it. */
export function boundOf({ rule }: Pick<RuleResult, 'rule'>): GateBound {
  if (rule.max !== undefined) return { kind: 'max', value: rule.max };
  if (rule.maxRegression !== undefined) return { kind: 'max-regression', margin: rule.maxRegression };
  if (rule.minImprovement !== undefined) return { kind: 'min-improvement', margin: rule.minImprovement };
  return { kind: 'min', value: rule.min ?? Number.NEGATIVE_INFINITY };
}
