import { describe, expect, it } from 'vitest';
import { errorShareBound } from '../../../../core/domain/inference/exact-edge.ts';
import { mcnemarPValue } from '../../../../core/domain/inference/mcnemar.ts';
import {
  clopperPearsonReach,
  combineReach,
  correctedCorrelation,
  influenceCorrelation,
  wilsonReach,
} from '../../../../core/domain/inference/proportion.ts';
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

describe('clopperPearsonReach', () => {
  it('reaches nowhere beyond 0 and 1', () => {
    expect(clopperPearsonReach(0, 10, 0.95).below).toBe(0);
    expect(clopperPearsonReach(1, 10, 0.95).above).toBe(0);
  });

  it('leaves half of what the level does to the sum of the binomial beyond either end', () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
    const binomial = (n: number, p: number, ks: readonly number[]) =>
      ks.reduce((sum, k) => sum + choose(n, k) * p ** k * (1 - p) ** (n - k), 0);
    for (const [hits, level] of [
      [1, 0.8],
      [4, 0.95],
      [11, 0.999],
      [12, 0.9],
    ] as const) {
      const { below, above } = clopperPearsonReach(hits / 13, 13, level);
      const all = [...Array(14).keys()];
      expect(binomial(13, hits / 13 - below, all.slice(hits))).toBeCloseTo((1 - level) / 2, 11);
      expect(binomial(13, hits / 13 + above, all.slice(0, hits + 1))).toBeCloseTo((1 - level) / 2, 11);
    }
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

  it('is 1 where no row sets the two apart', () => {
    expect(mcnemarPValue(Uint8Array.of(1, 0, 2), Uint8Array.of(1, 0, 2))).toBe(1);
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

  // Reaches 3 and 4 below, 6 and 8 above; with a correlation of 1 they add up, and of a difference they are those of
  // opposite sides.
  const first = { below: 3, above: 6 };
  const second = { below: 4, above: 8 };
  it.each([
    { weights: [1, 1], correlation: 0, expected: { below: 5, above: 10 } },
    { weights: [1, 1], correlation: 1, expected: { below: 7, above: 14 } },
    { weights: [1, 1], correlation: -1, expected: { below: 1, above: 2 } },
    { weights: [1, -1], correlation: 1, expected: { below: 5, above: 2 } },
    { weights: [1, -1], correlation: -1, expected: { below: 11, above: 10 } },
    { weights: [-1, 1], correlation: 0.5, expected: { below: Math.sqrt(36 + 16 - 24), above: Math.sqrt(9 + 64 - 24) } },
    { weights: [-2, -1], correlation: 1, expected: { below: 20, above: 10 } },
    { weights: [2, 0], correlation: 1, expected: { below: 6, above: 12 } },
    { weights: [0, 2], correlation: -1, expected: { below: 8, above: 16 } },
  ] as const)('joins $weights of a correlation of $correlation', ({ weights, correlation, expected }) => {
    const [a, b] = weights;
    const { below, above } = combineReach({ weight: a, reach: first }, { weight: b, reach: second }, correlation);
    expect([below, above]).toEqual([expect.closeTo(expected.below, 12), expect.closeTo(expected.above, 12)]);
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
    // Half the level is left: 1 - 0.25^(1/2).
    expect(errorShareBound(2, 0.5)).toBeCloseTo(0.5, 12);
  });
});

describe('influenceCorrelation', () => {
  it('is that of the parts', () => {
    // Products 2 + 6 + 0 - 4 = 4, squares 1 + 9 + 9 + 1 = 20 and 4 + 4 + 0 + 16 = 24.
    const [first, second] = [Float64Array.of(1, 3, -3, -1), Float64Array.of(2, 2, 0, 4)];
    expect(influenceCorrelation(first, second)).toBeCloseTo(4 / Math.sqrt(20 * 24), 14);
    expect(
      influenceCorrelation(
        first,
        first.map((part) => -5 * part),
      ),
    ).toBeCloseTo(-1, 14);
  });

  it('is 0 where one does not vary', () => {
    const [none, some] = [new Float64Array(2), Float64Array.of(1, -1)];
    expect(influenceCorrelation(none, some)).toBe(0);
    expect(influenceCorrelation(some, none)).toBe(0);
  });
});

describe('correctedCorrelation', () => {
  // Newcombe's phi of the four counts: half of all rows is taken off a positive determinant, down to 0 at most.
  it.each([
    { both: 30, first: 5, second: 6, neither: 9, taken: 25 },
    { both: 12, first: 3, second: 9, neither: 30, taken: 27 },
    { both: 10, first: 10, second: 10, neither: 11, taken: 10 },
    { both: 9, first: 3, second: 3, neither: 1, taken: 0 },
    { both: 5, first: 20, second: 10, neither: 4, taken: 0 },
  ])('takes half a row: $both, $first, $second, $neither', ({ both, first, second, neither, taken }) => {
    const trials = both + first + second + neither;
    const root = Math.sqrt((both + first) * (second + neither) * (both + second) * (first + neither));
    const determinant = both * neither - first * second;
    const proportions = [(both + first) / trials, (both + second) / trials] as const;
    expect(correctedCorrelation(determinant / root, { trials, proportions })).toBeCloseTo(
      (determinant - taken) / root,
      12,
    );
  });

  it('is none where a proportion is at an end, for what is left of a positive one', () => {
    expect(correctedCorrelation(0.4, { trials: 10, proportions: [1, 0.5] })).toBe(0);
    expect(correctedCorrelation(-0.4, { trials: 10, proportions: [1, 0.5] })).toBe(-0.4);
  });
});
