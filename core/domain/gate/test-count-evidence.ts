import type { RuleEvidence } from '../evaluation/measure-estimates.ts';
import { type TestCounts, testCountOf } from '../metrics/test-counts.ts';
import type { GateRule } from './gate-rule.ts';
import { valueContrast } from './rule-contrast.ts';

/** Method of a counted number, as reports name it. */
export const COUNTED = 'counted';

/** Evidence for the rules on numbers of test cases, by index: exact, since they are counted. */
export function testCountEvidence(
  rules: readonly GateRule[],
  counts: TestCounts | undefined,
): ReadonlyMap<number, RuleEvidence> {
  return new Map(
    rules.flatMap((rule): [number, RuleEvidence][] => {
      const name = testCountOf(rule.metric);
      if (name === undefined) return [];
      const count = counts?.[name];
      return [[rule.index, count === undefined ? { missing: 'no test case was counted' } : countEvidence(rule, count)]];
    }),
  );
}

/** Evidence for a rule on a number that was counted: exact. */
export function countEvidence({ bound }: GateRule, count: number): RuleEvidence {
  if (!('value' in bound)) return { missing: 'it is not compared with that of the champion' };
  const { weights, reading } = valueContrast(bound);
  const value = weights.candidate * count + weights.constant;
  return { evidence: { value, uncertainty: { kind: 'exact', method: COUNTED }, reading, rows: 0 } };
}
