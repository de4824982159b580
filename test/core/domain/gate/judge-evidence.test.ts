import { describe, expect, it } from 'vitest';
import { type ContrastEvidence, judgeEvidence } from '../../../../core/domain/gate/judge-evidence.ts';
import { judgeSlices } from '../../../../core/domain/gate/judge-slices.ts';

const reading = { scale: 1, shift: 0 };
/** A contrast with a standard error of 1 and 30 degrees of freedom: its 95 % interval is ± 2.042. */
const at = (value: number): ContrastEvidence => ({
  value,
  reading,
  rows: 1000,
  uncertainty: {
    kind: 'estimated',
    standardError: 1,
    degreesOfFreedom: 30,
    units: 31,
    method: 'test',
    designEffect: 1,
    skewness: 0,
  },
});

describe('judgeEvidence', () => {
  it.each([
    { name: 'passes where the interval lies above 0', value: 2.05, verdict: 'pass' },
    { name: 'is open just below', value: 2.04, verdict: 'inconclusive' },
    { name: 'is open where the interval holds 0', value: -2.04, verdict: 'inconclusive' },
    { name: 'fails where it lies below 0', value: -2.05, verdict: 'fail' },
  ])('$name', ({ value, verdict }) => {
    expect(judgeEvidence(at(value), 0.95).verdict).toBe(verdict);
  });

  it('says how many rows would decide with 80 % power', () => {
    // n ((1.95996 + 0.84162) SE / |c|)^2
    expect(judgeEvidence(at(1), 0.95).rowsToDecide).toBe(7849);
    expect(judgeEvidence(at(0.2), 0.95).rowsToDecide).toBeNull();
    expect(judgeEvidence(at(0), 0.95).rowsToDecide).toBeNull();
    expect(judgeEvidence(at(3), 0.95).rowsToDecide).toBeUndefined();
  });

  it('decides exact contrasts by their sign', () => {
    const exact = (value: number): ContrastEvidence => ({
      ...at(value),
      uncertainty: { kind: 'exact', method: 'measured' },
    });
    expect([exact(0.1), exact(0), exact(-0.1)].map((one) => judgeEvidence(one, 0.95).verdict)).toEqual([
      'pass',
      'pass',
      'fail',
    ]);
  });

  it('is open without an interval, and says how many rows too few groups want', () => {
    const few = {
      ...at(5),
      uncertainty: { kind: 'unknown', reason: '4 independent groups', lack: { has: 4, needs: 10 } },
    } as const;
    expect(judgeEvidence(few, 0.95)).toMatchObject({ verdict: 'inconclusive', shown: null, rowsToDecide: 2500 });
  });
});

describe('judgeSlices', () => {
  it('fails a slice only at the level that Holm adjusts over all slices', () => {
    // Alone p = 0.035 fails; among four it does not.
    expect(judgeSlices([at(-2.2)], 0.95).map(({ verdict }) => verdict)).toEqual(['fail']);
    const among = judgeSlices([at(-2.2), at(3), at(3), at(3)], 0.95).map(({ verdict }) => verdict);
    expect(among).toEqual(['inconclusive', 'pass', 'pass', 'pass']);
  });

  it('steps down: the second smallest is adjusted by one less', () => {
    const [first, second] = judgeSlices([at(-6), at(-2.5), at(3)], 0.95);
    expect(first).toMatchObject({ verdict: 'fail' });
    expect(first?.level).toBeCloseTo(1 - 0.05 / 3, 12);
    expect(second).toMatchObject({ verdict: 'fail' });
    expect(second?.level).toBeCloseTo(1 - 0.05 / 2, 12);
  });

  it('passes each slice on its own interval', () => {
    expect(judgeSlices([at(2.05), at(2.05), at(2.05)], 0.95).every(({ verdict }) => verdict === 'pass')).toBe(true);
  });

  it('gives nothing for no slices', () => {
    expect(judgeSlices([], 0.95)).toEqual([]);
  });
});
