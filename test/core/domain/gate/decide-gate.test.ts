import { describe, expect, it } from 'vitest';
import { decideGate, type JudgedRule } from '../../../../core/domain/gate/decide-gate.ts';

const rule = (verdict: JudgedRule['verdict'], more: Partial<JudgedRule['rule']> = {}): JudgedRule => ({
  rule: { whenInconclusive: 'fail', onFail: 'fail', ...more },
  verdict,
});

describe('decideGate', () => {
  it.each([
    { name: 'passes where all rules pass', results: [rule('pass'), rule('pass')], verdict: 'pass' },
    { name: 'fails where one fails', results: [rule('pass'), rule('inconclusive'), rule('fail')], verdict: 'fail' },
    { name: 'is open where one is', results: [rule('pass'), rule('inconclusive')], verdict: 'inconclusive' },
    {
      name: 'passes over an open rule that only warns',
      results: [rule('pass'), rule('inconclusive', { whenInconclusive: 'warn' })],
      verdict: 'pass',
    },
    {
      name: 'is open where no rule passes',
      results: [rule('not-applicable'), rule('inconclusive', { whenInconclusive: 'warn' })],
      verdict: 'inconclusive',
    },
    {
      name: 'shows a failure that only warns',
      results: [rule('pass'), rule('fail', { onFail: 'warn' })],
      verdict: 'pass',
    },
    {
      name: 'does not count a pass that only warns',
      results: [rule('pass', { onFail: 'warn' })],
      verdict: 'inconclusive',
    },
    { name: 'is open without rules', results: [], verdict: 'inconclusive' },
  ])('$name', ({ results, verdict }) => {
    expect(decideGate(results)).toBe(verdict);
  });
});
