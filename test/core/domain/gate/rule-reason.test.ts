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

  it('does not call a change equivalent within a margin that the data gave', () => {
    const bound = { kind: 'max-regression', margin: { kind: 'absolute', value: 0.17, from: 'data' } } as const;
    expect(ruleReason(bound, judged('pass', [-0.11, 0, 0.11]), 'Accuracy')).toBe(
      'Accuracy did not change (95 % CI −0.11 … +0.11): not worse by 0.17, which is what these rows can decide, not a margin that someone chose.',
    );
  });

  it('does not write a change as 0', () => {
    expect(ruleReason(regression, judged('pass', [-0.003, 0.0004, 0.0038]), 'ROC AUC')).toMatch(
      /^ROC AUC changed by less than 0\.001 \(95 % CI −0\.003 … \+0\.004\): equivalent/,
    );
    expect(ruleReason(regression, judged('pass', [-0.0038, -0.0004, 0.003]), 'ROC AUC')).toMatch(
      /^ROC AUC changed by less than 0\.001 \(95 % CI −0\.004 … \+0\.003\)/,
    );
    const relative = { kind: 'max-regression', margin: { kind: 'relative', value: 0.01 } } as const;
    expect(ruleReason(relative, judged('pass', [-0.003, 0.00001, 0.003]), 'Log loss')).toMatch(
      /^Log loss changed by less than 0\.01 % \(95 % CI/,
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

  it.each([
    ['pass', [0.7, 0.72, 0.74], 'ROC AUC is 0.72 (95 % CI 0.70 … 0.74): at least 0.65.'],
    ['fail', [0.6, 0.61, 0.62], 'ROC AUC is 0.61 (95 % CI 0.60 … 0.62); it would have passed with at least 0.65.'],
    [
      'inconclusive',
      [0.6, 0.66, 0.7],
      'ROC AUC is 0.66 (95 % CI 0.60 … 0.70), which neither shows nor rules out at least 0.65.',
    ],
  ] as const)('says of a floor: %s', (verdict, interval, expected) => {
    expect(ruleReason({ kind: 'min', value: 0.65 }, judged(verdict, interval), 'ROC AUC')).toBe(expected);
  });

  it('shows a value as fine as the bound is written, and as its interval is known', () => {
    const reason = (value: number, interval: readonly [number, number, number]) =>
      ruleReason({ kind: 'max', value }, judged('pass', interval), 'MAE');
    expect(reason(0.1234, [0.1, 0.11, 0.12])).toBe('MAE is 0.1100 (95 % CI 0.1000 … 0.1200): at most 0.1234.');
    expect(reason(1, [0.1, 0.1004, 0.1008])).toBe('MAE is 0.1004 (95 % CI 0.1000 … 0.1008): at most 1.');
    expect(reason(2e-7, [1e-7, 1e-7, 1e-7])).toBe('MAE is 0.0000001: at most 0.0000002.');
    expect(reason(2.5e-7, [1e-7, 1e-7, 1e-7])).toBe('MAE is 0.00000010: at most 0.00000025.');
    expect(reason(7, [6, 6, 6])).toBe('MAE is 6: at most 7.');
    expect(reason(7, [6.5, 6.5, 6.5])).toBe('MAE is 6.500: at most 7.');
  });

  it('has an interval where one end is the value itself', () => {
    expect(ruleReason({ kind: 'min', value: 0.5 }, judged('pass', [0.9, 1, 1]), 'Recall')).toBe(
      'Recall is 1.00 (95 % CI 0.90 … 1.00): at least 0.5.',
    );
    expect(ruleReason(regression, judged('pass', [0, 0, 0.01]), 'ROC AUC')).toMatch(/CI 0\.000 … \+0\.010/);
    expect(ruleReason(regression, judged('pass', [0, 0, 0]), 'ROC AUC')).toBe(
      'ROC AUC did not change: equivalent, less than the 0.005 that matters.',
    );
  });

  const improvement = { kind: 'min-improvement', margin: { kind: 'absolute', value: 0.01 } } as const;
  it.each([
    ['pass', [0.011, 0.02, 0.029], 'F1 improved by 0.020 (95 % CI +0.011 … +0.029): at least 0.01.'],
    [
      'fail',
      [-0.009, 0, 0.009],
      'F1 did not change (95 % CI −0.009 … +0.009); an improvement of at least 0.01 would have passed.',
    ],
    [
      'inconclusive',
      [-0.009, 0.01, 0.029],
      'F1 improved by 0.01 (95 % CI −0.01 … +0.03), which neither shows nor rules out an improvement of 0.01.',
    ],
  ] as const)('says of an improvement that is demanded: %s', (verdict, interval, expected) => {
    expect(ruleReason(improvement, judged(verdict, interval), 'F1')).toBe(expected);
  });

  it.each([
    { name: 'the upper end is beyond the margin', interval: [-0.001, 0.003, 0.007] },
    { name: 'the lower end is beyond the margin', interval: [-0.007, -0.003, 0.001] },
  ] as const)('does not call a change equivalent where $name', ({ interval }) => {
    expect(ruleReason(regression, judged('pass', interval), 'F1')).toMatch(/: not worse by 0\.005\.$/);
  });

  it('calls a change equivalent where its ends are at the margin itself', () => {
    expect(ruleReason(regression, judged('pass', [-0.005, 0.001, 0.005]), 'F1')).toMatch(/: equivalent/);
  });

  const percent = { kind: 'max-regression', margin: { kind: 'relative', value: 0.01 } } as const;
  it('writes relative changes as percentages, as fine as they are known', () => {
    expect(ruleReason(percent, judged('fail', [-0.035, -0.0243, -0.013]), 'Log loss')).toBe(
      'Log loss got worse by 2.43 % (95 % CI 1.3 % … 3.5 %); up to 1 % would have passed.',
    );
    expect(ruleReason(percent, judged('pass', [-0.002, 0.014, 0.03]), 'Log loss')).toBe(
      'Log loss improved by 1.4 % (95 % CI −0.2 % … +3 %): not worse by 1 %.',
    );
    expect(ruleReason(percent, judged('pass', [0, 0.000012, 0.000024]), 'Log loss')).toMatch(
      /^Log loss improved by 0\.001 % \(95 % CI 0 % … \+0\.002 %\)/,
    );
  });

  it('says why there is no interval, and how many rows would help', () => {
    const none: Judgement = { verdict: 'inconclusive', shown: null, level: 0.95 };
    expect(ruleReason(regression, { ...none, unknown: '4 groups are too few', rowsToDecide: 2500 }, 'F1')).toBe(
      'F1 has no interval: 4 groups are too few. About 2,500 rows would decide.',
    );
    expect(ruleReason(regression, { ...none, unknown: 'it rests on one row', rowsToDecide: null }, 'F1')).toBe(
      'F1 has no interval: it rests on one row.',
    );
    expect(ruleReason(regression, none, 'F1')).toBe('F1 has no interval: its error is not known.');
  });

  it('plans for equal models in the unit of the margin', () => {
    const open: Judgement = {
      ...judged('inconclusive', [-0.02, -0.001, 0.018], 4321),
      rowsIfEqual: 30_210,
      decidableMargin: 0.01612,
    };
    expect(ruleReason(regression, open, 'F1')).toMatch(
      / About 4,400 rows would decide\. If the models are truly equal, about 31,000 rows would show it; these rows can decide a margin of 0\.016\.$/,
    );
    expect(ruleReason(percent, open, 'F1')).toMatch(/these rows can decide a margin of 1\.6 %\.$/);
    expect(ruleReason(regression, { ...open, rowsIfEqual: null }, 'F1')).toMatch(/4,400 rows would decide\.$/);
    expect(ruleReason(regression, { ...open, rowsToDecide: null }, 'F1')).toMatch(
      /No feasible .* too close to the bound for its error\. If the/,
    );
  });

  it('plans nothing for equal models where half of the plan is missing', () => {
    const open = judged('inconclusive', [-0.02, -0.001, 0.018], 4321);
    expect(ruleReason(regression, { ...open, rowsIfEqual: 30_210 }, 'F1')).toMatch(/4,400 rows would decide\.$/);
    expect(ruleReason(regression, { ...open, decidableMargin: 0.016 }, 'F1')).toMatch(/4,400 rows would decide\.$/);
  });

  it('has no interval of an exact change for the worse', () => {
    expect(ruleReason(regression, judged('fail', [-0.02, -0.02, -0.02]), 'F1')).toBe(
      'F1 got worse by 0.020; up to 0.005 would have passed.',
    );
  });

  it('rounds small plans to whole rows', () => {
    expect(ruleReason(regression, judged('inconclusive', [-0.02, -0.001, 0.018], 7), 'F1')).toMatch(/About 7 rows/);
    expect(ruleReason(regression, judged('inconclusive', [-0.02, -0.001, 0.018], 12), 'F1')).toMatch(/About 12 rows/);
  });
});
