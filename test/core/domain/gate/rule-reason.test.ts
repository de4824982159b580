import { describe, expect, it } from 'vitest';
import type { Judgement } from '../../../../core/domain/gate/judge-evidence.ts';
import { ruleDemand, ruleReason } from '../../../../core/domain/gate/rule-reason.ts';

const judged = (
  verdict: Judgement['verdict'],
  [lower, value, upper]: readonly [number, number, number],
  rowsToDecide?: number | null,
): Judgement => ({
  verdict,
  shown: { value, lower, upper },
  level: 0.95,
  ...(rowsToDecide === undefined ? {} : { rowsToDecide }),
});
const regression = { kind: 'max-regression', margin: { kind: 'absolute', value: 0.005 } } as const;

describe('ruleReason', () => {
  it('says of a failure what, by how much, and what would have passed', () => {
    expect(ruleReason(regression, judged('fail', [-0.037, -0.025, -0.013]), 'ROC AUC')).toBe(
      'ROC AUC got worse by 0.025 (95 % CI 0.013 … 0.037); up to 0.005 would have passed.',
    );
  });

  it('says of an open rule how many rows would decide', () => {
    expect(ruleReason(regression, judged('inconclusive', [-0.02, -0.001, 0.018], 4321), 'ROC AUC')).toMatch(
      /neither shows nor rules out a regression of more than 0\.005\. About 4,400 rows would decide\.$/,
    );
    expect(ruleReason(regression, judged('inconclusive', [-0.02, -0.001, 0.018], null), 'ROC AUC')).toMatch(
      /No feasible number/,
    );
  });

  it('calls a change within the margin equivalent', () => {
    expect(ruleReason(regression, judged('pass', [0.001, 0.002, 0.003]), 'ROC AUC')).toMatch(
      /: equivalent, less than the 0\.005 that matters\.$/,
    );
  });

  it('writes floors, ceilings and relative margins in their own words', () => {
    expect(ruleDemand({ kind: 'min', value: 0.65 })).toBe('at least 0.65');
    expect(ruleDemand({ kind: 'max', value: 50_000_000 })).toBe('at most 50,000,000');
    expect(ruleDemand({ kind: 'max-regression', margin: { kind: 'relative', value: 0.01 } })).toBe('not worse by 1 %');
    expect(ruleDemand({ kind: 'min-improvement', margin: { kind: 'absolute', value: 0.002 } })).toBe('better by 0.002');
  });

  it('shows an exact number without an interval', () => {
    expect(ruleReason({ kind: 'max', value: 5 }, judged('fail', [7.25, 7.25, 7.25]), 'Latency')).toBe(
      'Latency is 7.250; it would have passed with at most 5.',
    );
  });
});
