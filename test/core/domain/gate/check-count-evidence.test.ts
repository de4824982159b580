import { describe, expect, it } from 'vitest';
import { checkCountEvidence } from '../../../../core/domain/gate/check-count-evidence.ts';
import type { GateRule } from '../../../../core/domain/gate/gate-rule.ts';
import { judgeEvidence } from '../../../../core/domain/gate/judge-evidence.ts';
import type { CountedChecks } from '../../../../core/domain/metrics/check-counts.ts';

const counts: CountedChecks = {
  dbt: { checks: 9, passed: 6, failures: 2, errors: 0, warnings: 1, skipped: 0 },
  pandera: { failures: 0, cases: 0 },
};
const rule = (metric: string, bound: GateRule['bound'], index = 4): GateRule => ({
  index,
  metric,
  bound,
  everySlice: false,
  whenInconclusive: 'fail',
  onFail: 'fail',
});
const atMost0 = { kind: 'max', value: 0 } as const;
const verdictOf = (one: GateRule) => {
  const found = checkCountEvidence([one], counts).get(one.index);
  return found === undefined || 'missing' in found ? found : judgeEvidence(found.evidence, 0.95).verdict;
};

describe('checkCountEvidence', () => {
  it.each([
    ['dbt:failures', { kind: 'max', value: 2 }, 'pass'],
    ['dbt:failures', { kind: 'max', value: 1 }, 'fail'],
    ['dbt:passed', { kind: 'min', value: 6 }, 'pass'],
    ['dbt:passed', { kind: 'min', value: 7 }, 'fail'],
    ['pandera:failures', atMost0, 'pass'],
  ] as const)('decides a rule on %s exactly: %o', (metric, bound, verdict) => {
    expect(verdictOf(rule(metric, bound))).toBe(verdict);
  });

  it.each([
    ['a tool that wrote no file', 'great-expectations:failures', counts],
    ['a count that the file does not say', 'dbt:skipped', { dbt: { failures: 0 } }],
    ['any tool, where there is no file', 'dbt:failures', undefined],
  ])('has no evidence for %s, never a pass', (_, metric, checks) => {
    expect(checkCountEvidence([rule(metric, atMost0)], checks).get(4)).toEqual({ missing: 'no check was counted' });
  });

  it('is of the rules on checks alone, each by its own index', () => {
    const rules = [rule('mae', atMost0, 0), rule('pandera:cases', atMost0, 1), rule('junit:failures', atMost0, 2)];
    expect([...checkCountEvidence([...rules, rule('dbt:errors', atMost0, 3)], counts).keys()]).toEqual([1, 3]);
  });
});
