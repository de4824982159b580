import { describe, expect, it } from 'vitest';
import { checkExamples, type ReadExamples } from '../../../../core/domain/examples/example-table.ts';
import type { ColumnValues } from '../../../../core/domain/table/column-values.ts';

const numbers = (...values: number[]): ColumnValues => ({ kind: 'numeric', values: Float64Array.from(values) });
const texts = (...values: (string | null)[]): ColumnValues => {
  const categories = [...new Set(values.filter((value) => value !== null))];
  return {
    kind: 'categorical',
    codes: Int32Array.from(values, (value) => (value === null ? -1 : categories.indexOf(value))),
    categories,
  };
};
const read = (
  columns: Readonly<Record<string, ColumnValues>>,
  described: ReadExamples['described'] = [],
): ReadExamples => ({
  shown: 'scores.jsonl',
  described,
  columns: new Map(Object.entries(columns)),
});

describe('checkExamples', () => {
  it('has ids as texts, numbers, and flags as 0 and 1', () => {
    const flags: ColumnValues = { kind: 'categorical', codes: Int32Array.of(1, 0), categories: ['false', 'true'] };
    const { ids, values } = checkExamples(read({ id: numbers(7, 8.5), a: numbers(1, -2), b: flags }), ['a', 'b']);
    expect(ids).toEqual(['7', '8.5']);
    expect([...(values.get('a') ?? [])]).toEqual([1, -2]);
    expect([...(values.get('b') ?? [])]).toEqual([1, 0]);
  });

  it.each<[string, ReadExamples, string]>([
    ['no column id', read({ a: numbers(1) }), 'has no column id'],
    ['no rows', read({ id: texts(), a: numbers() }), 'scores.jsonl has no rows'],
    [
      'an id that is there twice',
      read({ id: texts('x', 'y', 'x'), a: numbers(1, 2, 3) }),
      '"x" is in row 1 and in row 3',
    ],
    [
      'a number and a text that are one id',
      read({ id: texts('1', '1'), a: numbers(1, 2) }),
      '"1" is in row 1 and in row 2',
    ],
    ['an id that is missing', read({ id: texts('x', null), a: numbers(1, 2) }), 'id is missing in row 2'],
    ['an id without characters', read({ id: texts('x', ''), a: numbers(1, 2) }), 'id is missing in row 2'],
    ['an id that is not a number', read({ id: numbers(1, Number.NaN), a: numbers(1, 2) }), 'id is missing in row 2'],
    [
      'ids that look alike as numbers',
      read({ id: numbers(1, 2), a: numbers(1, 2) }, [{ name: 'id', type: 'integer', isInexact: true }]),
      'beyond 2^53',
    ],
    ['a nested id', read({ id: numbers(1), a: numbers(1) }, [{ name: 'id', type: 'other' }]), 'has no column id'],
    [
      'a value that is missing',
      read({ id: texts('x', 'y'), a: numbers(1, Number.NaN) }),
      'a is missing or not a finite number in row 2',
    ],
    [
      'an infinite value',
      read({ id: texts('x'), a: numbers(Number.POSITIVE_INFINITY) }),
      'a is missing or not a finite number in row 1',
    ],
    [
      'a value that no sum holds',
      read({ id: texts('x', 'y'), a: numbers(0, -1e308) }),
      'a is -1e+308, which is too large to judge in row 2',
    ],
    [
      'text',
      read({ id: texts('x'), a: texts('good') }, [{ name: 'a', type: 'text', firstText: { text: 'good', row: 1 } }]),
      'a is not numeric: row 1 has "good"',
    ],
    ['times', read({ id: texts('x'), a: { kind: 'time', values: Float64Array.of(0) } }), 'a is not numeric'],
    ['a column that is not there', read({ id: texts('x') }), 'a is not numeric'],
  ])('refuses %s', (_, table, message) => {
    expect(() => checkExamples(table, ['a'])).toThrow(message);
  });

  it('takes ids that are names of the prototype for ids', () => {
    expect(checkExamples(read({ id: texts('__proto__', 'constructor'), a: numbers(1, 2) }), ['a']).ids).toHaveLength(2);
  });
});
