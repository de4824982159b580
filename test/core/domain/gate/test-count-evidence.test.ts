import { describe, expect, it } from 'vitest';
import type { GateRule } from '../../../../core/domain/gate/gate-rule.ts';
import { judgeEvidence } from '../../../../core/domain/gate/judge-evidence.ts';
import { countEvidence, testCountEvidence } from '../../../../core/domain/gate/test-count-evidence.ts';

const counts = { tests: 5, passed: 3, failures: 1, errors: 0, skipped: 1 };
const rule = (metric: string, bound: GateRule['bound']): GateRule => ({
  index: 4,
  metric,
  bound,
  everySlice: false,
  whenInconclusive: 'fail',
  onFail: 'fail',
});
const verdictOf = (one: GateRule, of: typeof counts | undefined = counts) => {
  const found = testCountEvidence([one], of).get(4);
  return found === undefined || 'missing' in found ? found : judgeEvidence(found.evidence, 0.95).verdict;
};

describe('testCountEvidence', () => {
  it.each([
    ['junit:failures', { kind: 'max', value: 1 }, 'pass'],
    ['junit:failures', { kind: 'max', value: 0 }, 'fail'],
    ['junit:errors', { kind: 'max', value: 0 }, 'pass'],
    ['junit:passed', { kind: 'min', value: 3 }, 'pass'],
    ['junit:passed', { kind: 'min', value: 4 }, 'fail'],
  ] as const)('decides a rule on %s exactly: %o', (metric, bound, verdict) => {
    expect(verdictOf(rule(metric, bound))).toBe(verdict);
  });

  it('has none where no test case was counted, and none of other rules', () => {
    expect(testCountEvidence([rule('junit:failures', { kind: 'max', value: 0 })], undefined).get(4)).toEqual({
      missing: 'no test case was counted',
    });
    expect(verdictOf(rule('mae', { kind: 'max', value: 0 }))).toBeUndefined();
  });
});

describe('countEvidence', () => {
  it('is the distance to the bound, without an error and without rows', () => {
    const uncertainty = { kind: 'exact', method: 'counted' };
    expect(countEvidence(rule('junit:failures', { kind: 'max', value: 5 }), 2)).toEqual({
      evidence: { value: 3, uncertainty, reading: { scale: -1, shift: 5 }, rows: 0 },
    });
    expect(countEvidence(rule('junit:passed', { kind: 'min', value: 5 }), 2)).toEqual({
      evidence: { value: -3, uncertainty, reading: { scale: 1, shift: 5 }, rows: 0 },
    });
  });

  it('has none for a difference from the champion, whose cases were not counted', () => {
    const margin = { kind: 'absolute', value: 1 } as const;
    for (const kind of ['max-regression', 'min-improvement'] as const) {
      expect(countEvidence(rule('junit:failures', { kind, margin }), 0)).toEqual({
        missing: 'it is not compared with that of the champion',
      });
    }
  });
});
