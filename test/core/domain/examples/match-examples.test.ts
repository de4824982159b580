import { describe, expect, it } from 'vitest';
import type { ExampleTable } from '../../../../core/domain/examples/example-table.ts';
import { matchExamples } from '../../../../core/domain/examples/match-examples.ts';
import type { ColumnValues } from '../../../../core/domain/table/column-values.ts';

const table = (ids: readonly string[], values: readonly number[], group?: ColumnValues): ExampleTable => ({
  ids,
  values: new Map([['a', Float64Array.from(values)]]),
  columns: new Map(group === undefined ? [] : [['group', group]]),
});
const texts = (...values: string[]): ColumnValues => ({
  kind: 'categorical',
  codes: Int32Array.from(values, (_, row) => row),
  categories: values,
});
const numbers = (...values: number[]): ColumnValues => ({ kind: 'numeric', values: Float64Array.from(values) });

describe('matchExamples', () => {
  it('puts the values of the champion in the order of the candidate', () => {
    const matched = matchExamples(table(['x', 'y', 'z'], [1, 2, 3]), table(['z', 'x', 'y'], [30, 10, 20]), undefined);
    expect('values' in matched && [...(matched.values.get('a') ?? [])]).toEqual([10, 20, 30]);
  });

  it('counts the ids that only one of them has', () => {
    expect(matchExamples(table(['x', 'y', 'z'], [1, 2, 3]), table(['x', 'w'], [1, 2]), undefined)).toEqual({
      problem:
        "its examples are others: 2 ids of the candidate are not among the champion's, and 1 ids of the champion are not among the candidate's",
    });
  });

  it('takes groups as text, whatever the file made of them', () => {
    const matched = matchExamples(
      table(['x', 'y'], [1, 2], numbers(1, 2)),
      table(['y', 'x'], [2, 1], texts('2', '1')),
      'group',
    );
    expect('values' in matched).toBe(true);
  });

  it.each([
    ['another group', texts('p', 'r'), 'group is another one in 1 examples'],
    ['no groups', undefined, 'group is another one in 2 examples'],
  ])('says that the examples have %s', (_, group, message) => {
    const matched = matchExamples(
      table(['x', 'y'], [1, 2], texts('p', 'q')),
      table(['x', 'y'], [1, 2], group),
      'group',
    );
    expect(matched).toEqual({ problem: expect.stringContaining(message) });
  });
});
