import { describe, expect, it } from 'vitest';
import { judgePerformance } from '../../../../../core/domain/drift/performance/judge-performance.ts';

const rule = { name: 'roc_auc', by: 'labels', maxDrop: 0.05, direction: 'higher-is-better' } as const;
const metric = (lower: number, upper: number) => ({
  name: 'roc_auc',
  value: (lower + upper) / 2,
  lower,
  upper,
  evaluated: 0.8,
});

describe('judgePerformance', () => {
  it.each([
    [0.7, 0.74, 'drift', 'Worse by at least 0.060, more than 0.050.'],
    [0.76, 0.9, 'no-drift', 'Not worse by more than 0.050.'],
    [0.85, 0.9, 'no-drift', 'Not worse by more than 0.050.'],
    [0.7, 0.78, 'inconclusive', 'Worse by up to 0.100: the window is too small to tell if by more than 0.050.'],
  ])('of %f to %f after 0.8 is %s %s', (lower, upper, verdict, reason) => {
    expect(judgePerformance(metric(lower, upper), rule)).toMatchObject({
      verdict,
      reason,
      by: 'labels',
      maxDrop: 0.05,
    });
  });

  it('turns around for errors, which are better where they are lower', () => {
    const errors = { ...rule, name: 'mae', direction: 'lower-is-better' } as const;
    const mae = { name: 'mae', value: 12, lower: 11, upper: 13, evaluated: 10 };
    expect(judgePerformance(mae, { ...errors, maxDrop: 0.5 }).verdict).toBe('drift');
    expect(judgePerformance(mae, { ...errors, maxDrop: 3 }).verdict).toBe('no-drift');
    expect(judgePerformance(mae, { ...errors, maxDrop: 2 }).verdict).toBe('inconclusive');
  });

  it('decides nothing without a value, an interval or an evaluation', () => {
    const reasons = [
      undefined,
      { ...metric(0.7, 0.74), evaluated: null },
      { ...metric(0.7, 0.74), lower: null, upper: null },
      { ...metric(0.7, 0.74), value: null },
    ].map((found) => {
      const judged = judgePerformance(found, rule);
      expect(judged.verdict).toBe('inconclusive');
      return judged.reason;
    });
    expect(new Set(reasons)).toEqual(
      new Set([
        'The registered evaluation has no value to compare with.',
        'The window has no interval from outcomes of it.',
      ]),
    );
  });
});
