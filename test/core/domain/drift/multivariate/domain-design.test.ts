import { describe, expect, it } from 'vitest';
import { domainDesign } from '../../../../../core/domain/drift/multivariate/domain-design.ts';

const numbers = (...values: number[]) => ({ kind: 'numeric', values: Float64Array.from(values) }) as const;

describe('domainDesign', () => {
  it('has standardised values, their squares, flags of missing values and products', () => {
    const x = { kind: 'numeric', reference: numbers(1, 3), current: numbers(Number.NaN) } as const;
    const y = { kind: 'numeric', reference: numbers(0, 0), current: numbers(3) } as const;
    const { rows, columns } = domainDesign([x, y]);
    const [low, high] = [-Math.SQRT1_2, Math.SQRT2];
    expect(rows).toBe(3);
    expect(columns.map((column) => [...column].map((value) => Number(value.toFixed(9))))).toEqual(
      [
        [-1, 1, 0],
        [1, 1, 0],
        [0, 0, 1],
        [low, low, high],
        [0.5, 0.5, 2],
        [-low, low, 0],
      ].map((column) => column.map((value) => Number(value.toFixed(9)))),
    );
  });

  it('has a flag per frequent category and of missing values, and no constant column', () => {
    const texts = { kind: 'categorical', codes: Int32Array.of(0, -1), categories: ['a'] } as const;
    const kept = { kind: 'categorical', reference: texts, current: texts } as const;
    expect(domainDesign([kept]).columns.map((column) => [...column])).toEqual([
      [1, 0, 1, 0],
      [0, 1, 0, 1],
    ]);
    const constant = { kind: 'numeric', reference: numbers(7), current: numbers(7) } as const;
    expect(domainDesign([constant]).columns).toEqual([]);
  });

  it('has numbers that are now texts as categories', () => {
    const current = { kind: 'categorical', codes: Int32Array.of(0), categories: ['b'] } as const;
    const { columns } = domainDesign([{ kind: 'numeric', reference: numbers(2), current }]);
    expect(columns).toHaveLength(2);
  });
});
