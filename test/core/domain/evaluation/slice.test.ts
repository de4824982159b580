import { describe, expect, it } from 'vitest';
import { clusterRows } from '../../../../core/domain/evaluation/cluster-rows.ts';
import { cutSlices, formatSlice } from '../../../../core/domain/evaluation/slice.ts';
import { parseGrouping } from '../../../../core/domain/policy/grouping.ts';

const numbers = (...values: number[]) => ({ kind: 'numeric', values: Float64Array.from(values) }) as const;

describe('cutSlices', () => {
  it('cuts [from, to), the last bin closed, and leaves out what lies outside', () => {
    const slices = cutSlices({ column: 'h', bins: [0, 6, 12] }, numbers(0, 5.9, 6, 12, 13, Number.NaN));
    expect(slices.map(({ rows }) => [...rows])).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it('makes a slice of each value, ascending, missing last', () => {
    const slices = cutSlices({ column: 'd' }, numbers(2, 10, Number.NaN, 2));
    expect(slices.map(({ key }) => formatSlice(key))).toEqual(['d = 2', 'd = 10', 'd = missing']);
    expect([...(slices[0]?.rows ?? [])]).toEqual([0, 3]);
  });

  it('refuses identifiers and bins of text', () => {
    const many = numbers(...Array.from({ length: 300 }, (_, i) => i));
    expect(() => cutSlices({ column: 'id' }, many)).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }));
    const text = { kind: 'categorical', codes: Int32Array.of(0), categories: ['a'] } as const;
    expect(() => cutSlices({ column: 'a', bins: [0, 1] }, text)).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID' }),
    );
  });
});

describe('clusterRows', () => {
  it('groups by day of the time, in UTC', () => {
    const hours = [0, 23, 24, 49].map((hour) => hour * 3_600_000);
    const column = { kind: 'time', values: Float64Array.from(hours) } as const;
    const grouping = parseGrouping(undefined, 'date');
    expect(grouping).toMatchObject({ kind: 'day', label: 'day(date)' });
    expect(clusterRows(grouping, column)).toEqual({ kind: 'clusters', ids: Uint32Array.of(0, 0, 1, 2), count: 3 });
  });

  it('refuses days of what holds no times', () => {
    const days = () => clusterRows(parseGrouping('day(n)', undefined), numbers(1, 2));
    expect(days).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }));
  });

  it('groups by the values of a column, and takes rows as independent only where told to', () => {
    expect(clusterRows(parseGrouping('user', 'date'), numbers(7, 8, 7))).toMatchObject({ count: 2 });
    expect(clusterRows(parseGrouping('none', 'date'), undefined)).toEqual({ kind: 'rows' });
    expect(parseGrouping(undefined, undefined)).toEqual({ kind: 'none' });
  });
});
