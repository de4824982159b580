import { describe, expect, it } from 'vitest';
import { errorShareBound } from '../../../../core/domain/metrics/exact-edge.ts';
import { mcnemarPValue } from '../../../../core/domain/metrics/mcnemar.ts';
import {
  clopperPearsonReach,
  combineReach,
  correctedCorrelation,
  wilsonReach,
} from '../../../../core/domain/metrics/proportion.ts';
import golden from '../../../golden/proportions.json' with { type: 'json' };

describe.each([
  ['clopperPearsonReach', clopperPearsonReach, 'exact'],
  ['wilsonReach', wilsonReach, 'wilson'],
] as const)('%s', (_, reach, name) => {
  it.each(golden.intervals)('equals SciPy for $hits of $trials', ({ hits, trials, ...limits }) => {
    const { below, above } = reach(hits / trials, trials, 0.95);
    expect(hits / trials - below).toBeCloseTo(limits[name][0] ?? Number.NaN, 9);
    expect(hits / trials + above).toBeCloseTo(limits[name][1] ?? Number.NaN, 9);
  });
});

describe('mcnemarPValue', () => {
  const outcomes = (first: number, second: number) => {
    const rows = [...Array(first).fill([1, 0]), ...Array(second).fill([0, 1]), [1, 1], [0, 0], [2, 2]];
    return [0, 1].map((at) => Uint8Array.from(rows, (row: number[]) => row[at] ?? 0));
  };
  it.each(golden.mcnemar)('equals SciPy for $first against $second', ({ first, second, pValue }) => {
    const [one = new Uint8Array(), other = new Uint8Array()] = outcomes(first, second);
    expect(mcnemarPValue(one, other)).toBeCloseTo(pValue, 9);
  });

  it('has no value where the two do not count the same rows', () => {
    expect(mcnemarPValue(Uint8Array.of(1, 2), Uint8Array.of(1, 0))).toBeNull();
  });
});

describe('combineReach', () => {
  it("is Newcombe's method 10 for a difference (Stat. Med. 17, 1998, table II: 36, 12, 2, 0 of 50)", () => {
    // 48 of 50 against 38 of 50; discordant rows 12 and 2, phi by the corrected product-moment correlation.
    const [p, q] = [48 / 50, 38 / 50];
    const phi = (36 * 0 - 12 * 2) / Math.sqrt(48 * 2 * 38 * 12);
    const correlation = correctedCorrelation(phi, { trials: 50, proportions: [p, q] });
    const term = (weight: number, value: number) => ({ weight, reach: wilsonReach(value, 50, 0.95) });
    const { below, above } = combineReach(term(1, p), term(-1, q), correlation);
    expect(p - q - below).toBeCloseTo(0.0569, 3);
    expect(p - q + above).toBeCloseTo(0.3404, 3);
  });

  it('swaps the sides of a negative weight', () => {
    const reach = { below: 1, above: 2 };
    const none = { weight: 0, reach };
    expect(combineReach({ weight: -3, reach }, none, 0)).toEqual({ below: 6, above: 3 });
  });
});

describe('errorShareBound', () => {
  it('is the exact upper bound of no error', () => {
    expect(errorShareBound(100, 0.95)).toBeCloseTo(0.0362167, 7);
    expect(errorShareBound(10, 0.95)).toBeCloseTo(golden.intervals[0]?.exact[1] ?? 0, 12);
    expect(errorShareBound(0, 0.95)).toBe(1);
  });
});
