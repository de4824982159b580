import type { DataConfig } from '../../config/tidegate-config.ts';
import { advancesWith, rangeOf, TIME_MEASURES } from '../../domain/drift/time-measures.ts';
import type { ColumnValues } from '../../domain/table/column-values.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import { UserError } from '../../errors.ts';
import type { Watched } from './watched-values.ts';

/**
 * The columns of times that are measured: all but the label, the time of the rows and `data.exclude`, and those whose
 * measures have the name of a column.
 *
 * @param named `drift.times`; undefined: all.
 * @throws {UserError} DATA_INVALID for a named column that is not one of them.
 */
export function watchedTimes(table: TableDescription, data: DataConfig, named?: readonly string[]): readonly string[] {
  const left = new Set([data.label, data.time, ...data.exclude]);
  const names = new Set(table.columns.map(({ name }) => name));
  const isFree = (name: string) => TIME_MEASURES.every((measure) => !names.has(`${name}.${measure}`));
  const found = table.columns
    .filter(({ name, type }) => type === 'time' && !left.has(name) && isFree(name))
    .map(({ name }) => name);
  const other = named?.find((name) => !found.includes(name));
  if (other === undefined) return named ?? found;
  throw new UserError(
    'DATA_INVALID',
    `the reference has no watched column of times ${other}, which drift.times names`,
    {
      fix: `Remove ${other} from drift.times, or give the reference a column of times of this name that is not data.time or in data.exclude, and no column ${other}.${TIME_MEASURES.join(` or ${other}.`)}.`,
    },
  );
}

/**
 * The measures of columns of times. Times that go on with those of the rows have no range.
 *
 * @param rowTimes Times of the rows; undefined: none are known.
 */
export function timeMeasures(
  names: readonly string[],
  columns: ReadonlyMap<string, ColumnValues>,
  rowTimes: Float64Array | undefined,
): readonly Watched[] {
  return names.flatMap((column) => {
    const values = columns.get(column);
    const range = values?.kind === 'time' ? rangeOf(values.values) : undefined;
    if (values?.kind !== 'time' || range === undefined) return [];
    const advances = rowTimes !== undefined && advancesWith(values.values, rowTimes);
    return TIME_MEASURES.filter((measure) => measure !== 'range' || !advances).map((measure) => ({
      ...{ name: `${column}.${measure}`, values, kind: 'categorical' as const },
      time: { column, measure, ...range },
    }));
  });
}
