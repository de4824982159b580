import { describe, expect, it } from 'vitest';
import { sortedOrder } from '../../../../core/domain/metrics/sorted-order.ts';
import { seededRandom } from '../../../../testkit/seeded-random.ts';

describe('sortedOrder', () => {
  it('orders as a comparator does, of both signs and sizes, equal values in their order', () => {
    const random = seededRandom(1);
    const values = Float64Array.from(
      { length: 5000 },
      () => Math.round(random.normal() * 100) * 10 ** Math.floor(random.uniform() * 9 - 4) + 0,
    );
    const expected = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
    expect([...sortedOrder(values)].map((i) => values[i])).toEqual(expected.map((i) => values[i]));
  });

  it('orders values that differ in their last bits only, few and many of them', () => {
    const random = seededRandom(2);
    const near = (value: number) => value * (1 + Number.EPSILON * Math.round(random.uniform() * 40 - 20));
    const values = Float64Array.from({ length: 6000 }, (_, i) => near(i % 3 === 0 ? -0.7 : Math.floor(i / 12)));
    const expected = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
    expect([...sortedOrder(values)]).toEqual(expected);
  });

  it('orders the least of many values, whatever stands first', () => {
    const near = [2, 1, 3, 0].map((steps) => -5 - steps * 2 ** -50);
    const values = Float64Array.from({ length: 2000 }, (_, i) =>
      i > 995 && i < 1000 ? (near[i - 996] ?? 0) : 100 - i / 1e4,
    );
    expect([...sortedOrder(values)].slice(0, 5)).toEqual([998, 996, 997, 999, 1999]);
  });

  it('keeps infinities at the ends and leaves its argument as it was', () => {
    const values = Float64Array.of(3, Number.NEGATIVE_INFINITY, -1, Number.POSITIVE_INFINITY);
    expect([...sortedOrder(values)]).toEqual([1, 2, 0, 3]);
    expect([...values]).toEqual([3, Number.NEGATIVE_INFINITY, -1, Number.POSITIVE_INFINITY]);
  });

  it('gives nothing for nothing', () => {
    expect([...sortedOrder(new Float64Array(0))]).toEqual([]);
  });
});
