import { describe, expect, it } from 'vitest';
import { FixedColumn } from '../../../../core/adapters/dvc/fixed-column.ts';

describe('FixedColumn', () => {
  it('gives back what it was made of, and what was set', () => {
    const column = new FixedColumn('aabbcc', 2);
    expect([column.get(0), column.get(2), column.get(3)]).toEqual(['aa', 'cc', '']);
    expect(column.pack()).toBe('aabbcc');
    column.set(1, 'xx');
    column.set(3, 'dd');
    expect(column.pack()).toBe('aaxxccdd');
    column.choose([3, 0]);
    expect(column.pack()).toBe('ddaa');
    expect(column.width).toBe(2);
  });

  it('cannot pack rows of different lengths', () => {
    const column = new FixedColumn();
    expect(column.pack()).toBe('');
    column.set(0, 'a');
    expect(column.pack()).toBe('a');
    column.set(1, 'bb');
    expect(column.pack()).toBeUndefined();
  });
});
