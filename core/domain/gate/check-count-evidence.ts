import type { RuleEvidence } from '../evaluation/measure-estimates.ts';
import { type CountedChecks, checkCountOf } from '../metrics/check-counts.ts';
import type { GateRule } from './gate-rule.ts';
import { countEvidence } from './test-count-evidence.ts';

/** Evidence for the rules on checks of other tools, by index: exact, since they are counted. */
export function checkCountEvidence(
  rules: readonly GateRule[],
  checks: CountedChecks | undefined,
): ReadonlyMap<number, RuleEvidence> {
  return new Map(
    rules.flatMap((rule): [number, RuleEvidence][] => {
      const named = checkCountOf(rule.metric);
      if (named === undefined) return [];
      const count = checks?.[named.format]?.[named.name];
      return [[rule.index, count === undefined ? { missing: 'no check was counted' } : countEvidence(rule, count)]];
    }),
  );
}
