import { describe, expect, it } from 'vitest';
import { valuesAtRanks } from '../../../../core/domain/statistics/order-statistics.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

const random = seededRandom(4);
const SAMPLES: readonly (readonly [string, () => number])[] = [
  ['bell-shaped', () => random.normal()],
  ['of few values', () => Math.floor(random.uniform() * 5)],
  ['with a tail so long that nearly all share a bucket', () => Math.exp(30 * random.normal())],
  ['all alike', () => 3],
  ['from the smallest to the largest number', () => (random.uniform() - 0.5) * 2 * Number.MAX_VALUE],
  [
    'with missing and infinite ones',
    () =>
      [random.normal(), Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY][
        Math.floor(random.uniform() * 5)
      ] ?? 1,
  ],
];

describe('valuesAtRanks', () => {
  it.each(SAMPLES)('gives what a sort gives, for values %s', (_, draw) => {
    const values = Float64Array.from({ length: 30_000 }, draw);
    const sorted = values.filter(Number.isFinite).sort();
    const ranks = Uint32Array.from({ length: 101 }, (_, i) => Math.floor((i * (sorted.length - 1)) / 100));
    expect([...valuesAtRanks(values, ranks)]).toEqual([...ranks].map((rank) => sorted[rank]));
  });

  it('leaves its argument as it was', () => {
    const values = Float64Array.of(3, 1, 2);
    expect([...valuesAtRanks(values, Uint32Array.of(0, 1, 2))]).toEqual([1, 2, 3]);
    expect([...values]).toEqual([3, 1, 2]);
  });
});
