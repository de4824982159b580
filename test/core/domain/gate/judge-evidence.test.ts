import { describe, expect, it } from 'vitest';
import { type ContrastEvidence, failurePValue, judgeEvidence } from '../../../../core/domain/gate/judge-evidence.ts';
import { judgeSlices } from '../../../../core/domain/gate/judge-slices.ts';
import { normalQuantile } from '../../../../core/domain/statistics/normal.ts';
import { studentTCdf } from '../../../../core/domain/statistics/student-t.ts';

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
    rowSkewness: 0,
    effectiveRows: null,
    errorRows: 100,
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

  const exactly = (value: number): ContrastEvidence => ({
    ...at(value),
    uncertainty: { kind: 'exact', method: 'measured' },
  });
  /** An interval that ends exactly where it is told to. */
  const reaching = (value: number, below: number, above: number): ContrastEvidence => {
    const { uncertainty } = at(value);
    if (uncertainty.kind !== 'estimated') throw new Error('estimated');
    return { ...at(value), uncertainty: { ...uncertainty, reach: () => ({ below, above }) } };
  };

  it('passes where the interval begins exactly at 0, and does not fail where it ends there', () => {
    expect(judgeEvidence(reaching(1, 1, 3), 0.95).verdict).toBe('pass');
    expect(judgeEvidence(reaching(-1, 3, 1), 0.95).verdict).toBe('inconclusive');
  });

  it('shows the interval in the unit of the reading, with its ends in order', () => {
    // A ceiling of 5: the contrast is 5 less the value, which is 4.
    const ceiling = { ...reaching(1, 0.5, 2), reading: { scale: -1, shift: 5 } };
    expect(judgeEvidence(ceiling, 0.95)).toMatchObject({ shown: { value: 4, lower: 2, upper: 4.5 }, level: 0.95 });
    const relative = { ...reaching(-3, 1, 1), reading: { scale: 0.25, shift: -0.1 } };
    expect(judgeEvidence(relative, 0.95).shown).toEqual({ value: -0.85, lower: -1.1, upper: -0.6 });
  });

  it('shows a failure at the level at which it failed', () => {
    expect(judgeEvidence(at(-6), 0.95, 0.99)).toMatchObject({ verdict: 'fail', level: 0.99 });
    expect(judgeEvidence(at(-2.2), 0.95, 0.99)).toMatchObject({ verdict: 'inconclusive', level: 0.95 });
  });

  it('fails nothing where failing is ruled out', () => {
    expect(judgeEvidence(at(-6), 0.95, null).verdict).toBe('inconclusive');
    expect(judgeEvidence(exactly(-1), 0.95, null)).toMatchObject({ verdict: 'inconclusive', rowsToDecide: 1001 });
  });

  const distance = normalQuantile(0.975) + normalQuantile(0.8);

  it('plans for equal models: rows for the margin, and the margin for these rows', () => {
    const open = judgeEvidence({ ...at(1), atEquality: 2 }, 0.95);
    expect(open.rowsIfEqual).toBe(Math.ceil(1000 * (distance / 2) ** 2));
    expect(open.decidableMargin).toBeCloseTo(distance, 12);
    const relative = judgeEvidence({ ...at(1), atEquality: 2, reading: { scale: -0.25, shift: 0 } }, 0.95);
    expect(relative.decidableMargin).toBeCloseTo(distance / 4, 12);
  });

  it('plans with the standard error of the contrast', () => {
    const { uncertainty } = at(1);
    if (uncertainty.kind !== 'estimated') throw new Error('estimated');
    const wide = { ...at(1), uncertainty: { ...uncertainty, standardError: 2 }, atEquality: 4 };
    expect(judgeEvidence(wide, 0.95)).toMatchObject({
      rowsToDecide: Math.ceil(1000 * (2 * distance) ** 2),
      rowsIfEqual: 1963,
    });
  });

  it('has no rows for equal models where an improvement is demanded', () => {
    expect(judgeEvidence({ ...at(1), atEquality: -2 }, 0.95).rowsIfEqual).toBeNull();
  });

  it('plans nothing for a bound on the value, and nothing where it is decided', () => {
    const open = judgeEvidence(at(1), 0.95);
    expect(Object.keys(open).sort()).toEqual(['level', 'rowsToDecide', 'shown', 'verdict']);
    expect(Object.keys(judgeEvidence({ ...at(3), atEquality: 2 }, 0.95)).sort()).toEqual(['level', 'shown', 'verdict']);
  });

  it('wants at least one row more, and at most a hundred times as many', () => {
    // Wide intervals of few rows are open where a normal one of as many would have decided.
    expect(judgeEvidence(reaching(5, 6, 6), 0.95).rowsToDecide).toBe(1001);
    expect(judgeEvidence(at(distance / 10), 0.95).rowsToDecide).toBe(100_000);
    expect(judgeEvidence(at(distance / 10.001), 0.95).rowsToDecide).toBeNull();
  });

  it('is open without an interval, and says how many rows too few groups want', () => {
    const few = {
      ...at(5),
      uncertainty: { kind: 'unknown', reason: '4 independent groups', lack: { has: 4, needs: 10 } },
    } as const;
    expect(judgeEvidence(few, 0.95)).toEqual({
      verdict: 'inconclusive',
      shown: null,
      level: 0.95,
      rowsToDecide: 2500,
      unknown: '4 independent groups',
    });
  });

  it.each([
    { name: 'a hundredth of what is needed', lack: { has: 0.1, needs: 10 }, rows: 100_000 },
    { name: 'less than that', lack: { has: 0.09, needs: 10 }, rows: null },
    { name: 'none of a kind', lack: { has: 0, needs: 10 }, rows: null },
  ])('says how many rows $name want', ({ lack, rows }) => {
    const lacking = { ...at(5), uncertainty: { kind: 'unknown', reason: 'few', lack } } as const;
    expect(judgeEvidence(lacking, 0.95).rowsToDecide).toBe(rows);
  });

  it('has no advice where more rows would not help', () => {
    const unknown = { ...at(5), uncertainty: { kind: 'unknown', reason: 'rests on one row' } } as const;
    expect(judgeEvidence(unknown, 0.95).rowsToDecide).toBeNull();
  });
});

describe('failurePValue', () => {
  it('is the two-sided p-value of a contrast below 0', () => {
    expect(failurePValue(at(-2.2))).toBeCloseTo(2 * studentTCdf(-2.2, 30), 10);
    expect(failurePValue(at(-0.1))).toBeCloseTo(2 * studentTCdf(-0.1, 30), 10);
  });

  it('is 1 where the contrast is not below 0, or its error is not known', () => {
    expect(failurePValue(at(3))).toBe(1);
    expect(failurePValue(at(0))).toBe(1);
    expect(failurePValue({ ...at(-5), uncertainty: { kind: 'unknown', reason: 'few' } })).toBe(1);
  });

  it('is 0 for an exact contrast below 0', () => {
    expect(failurePValue({ ...at(-1e-9), uncertainty: { kind: 'exact', method: 'measured' } })).toBe(0);
    expect(failurePValue({ ...at(0), uncertainty: { kind: 'exact', method: 'measured' } })).toBe(1);
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

  it('stops at the first that does not fail: what follows fails only alone', () => {
    // p = 0.030 and 0.038: the smallest is above 0.025, so that the next, though below 0.05, does not fail either.
    const judged = judgeSlices([at(-2.28), at(-2.17)], 0.95).map(({ verdict }) => verdict);
    expect(judged).toEqual(['inconclusive', 'inconclusive']);
  });

  it('adjusts by rank, wherever a slice stands', () => {
    expect(judgeSlices([at(3), at(-6)], 0.95)[1]?.level).toBeCloseTo(1 - 0.05 / 2, 12);
    expect(judgeSlices([at(-6), at(3)], 0.95)[0]?.level).toBeCloseTo(1 - 0.05 / 2, 12);
  });

  it('adjusts equal slices one after the other, in their order', () => {
    expect(judgeSlices([at(-6), at(-6), at(-6)], 0.95).map(({ level }) => Number(level.toFixed(6)))).toEqual([
      0.983333, 0.975, 0.95,
    ]);
  });

  it('fails exact slices whatever their number', () => {
    const exact = (value: number): ContrastEvidence => ({
      ...at(value),
      uncertainty: { kind: 'exact', method: 'same' },
    });
    const judged = judgeSlices([exact(-1), exact(0), at(3)], 0.95).map(({ verdict }) => verdict);
    expect(judged).toEqual(['fail', 'pass', 'pass']);
  });

  it('passes each slice on its own interval', () => {
    expect(judgeSlices([at(2.05), at(2.05), at(2.05)], 0.95).every(({ verdict }) => verdict === 'pass')).toBe(true);
  });

  it('gives nothing for no slices', () => {
    expect(judgeSlices([], 0.95)).toEqual([]);
  });
});
