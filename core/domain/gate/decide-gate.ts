import type { GateRule } from './gate-rule.ts';

/** The result of a rule, or of a rule on one slice. */
export interface JudgedRule {
  readonly rule: Pick<GateRule, 'whenInconclusive' | 'onFail'>;
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'not-applicable';
}

/**
 * The verdict of a gate: `fail` if any rule fails; else `inconclusive` if a rule that counts is, or if no rule passes;
 * else `pass`. Rules with `on-fail: warn` are shown and do not count; nor does an inconclusive one with
 * `when-inconclusive: warn`.
 *
 * @param results One a rule, or a rule and slice. None: inconclusive, since a gate that cannot decide does not pass.
 */
export function decideGate(results: readonly JudgedRule[]): 'pass' | 'fail' | 'inconclusive' {
  const counting = results.filter(({ rule }) => rule.onFail === 'fail');
  if (counting.some(({ verdict }) => verdict === 'fail')) return 'fail';
  const isOpen = counting.some(({ verdict, rule }) => verdict === 'inconclusive' && rule.whenInconclusive === 'fail');
  return isOpen || !counting.some(({ verdict }) => verdict === 'pass') ? 'inconclusive' : 'pass';
}
