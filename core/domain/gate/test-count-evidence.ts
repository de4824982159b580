import type { RuleEvidence } from '../evaluation/measure-population.ts';
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
      return name === undefined ? [] : [[rule.index, evidenceOf(rule, counts?.[name])]];
    }),
  );
}

function evidenceOf({ bound }: GateRule, count: number | undefined): RuleEvidence {
  if (count === undefined || !('value' in bound)) return { missing: 'no test case was counted' };
  const { weights, reading } = valueContrast(bound);
  const value = weights.candidate * count + weights.constant;
  return { evidence: { value, uncertainty: { kind: 'exact', method: COUNTED }, reading, rows: 0 } };
}
