import { UserError } from '../../errors.ts';
import type { Sampling } from '../inference/population.ts';
import type { Grouping } from '../policy/grouping.ts';
import { type ColumnValues, rowCount } from '../table/column-values.ts';
import { DAY_MS } from '../time/day.ts';

/**
 * The clusters of a grouping. Rows without a value form one cluster together: nothing says that they are independent.
 *
 * @param column The grouping's column; undefined for `none`.
 * @throws {UserError} DATA_INVALID for days of a column that holds no times.
 */
export function clusterRows(grouping: Grouping, column: ColumnValues | undefined): Sampling {
  if (grouping.kind === 'none' || column === undefined) return { kind: 'rows' };
  if (grouping.kind === 'day' && column.kind !== 'time') throw withoutTimes(grouping.column);
  const known = new Map<number, number>();
  const ids = new Uint32Array(rowCount(column));
  for (let i = 0; i < ids.length; i++) {
    const key = keyAt(column, i, grouping.kind);
    const id = known.get(key) ?? known.size;
    known.set(key, id);
    ids[i] = id;
  }
  return { kind: 'clusters', ids, count: known.size };
}

function keyAt(column: ColumnValues, row: number, kind: 'day' | 'column'): number {
  if (column.kind === 'categorical') return column.codes[row] ?? -1;
  const value = column.values[row] ?? Number.NaN;
  return kind === 'day' ? Math.floor(value / DAY_MS) : value;
}

/** Days of a column that holds no times. */
export function withoutTimes(column: string): UserError {
  return new UserError('DATA_INVALID', `column ${column} has no times, so rows cannot be grouped by day`, {
    fix: 'Write it as timestamps or ISO 8601 dates, or group by a column.',
  });
}
