import type { DataConfig } from '../../config/tidegate-config.ts';
import { measuredName, takenNames } from '../../domain/drift/measured-name.ts';
import { advancesWith, rangeOf, TIME_MEASURES } from '../../domain/drift/time-measures.ts';
import type { ColumnValues } from '../../domain/table/column-values.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import { UserError } from '../../errors.ts';
import type { Watched } from './watched-values.ts';

/**
 * The columns of times that are measured: all but the label, the time of the rows and `data.exclude`, and those whose
 * measures have the name of a column.
 *
 * @param named `drift.times`; undefined: all where the time of the rows is known. Where it is not, any of them can be that time,
 *   which has other days in each window.
 * @throws {UserError} DATA_INVALID for a named column that is not one of them.
 */
export function watchedTimes(table: TableDescription, data: DataConfig, named?: readonly string[]): readonly string[] {
  const left = new Set([data.label, data.time, ...data.exclude]);
  const names = table.columns.map(({ name }) => name);
  const isFree = (column: string) => takenNames(names, { column, measures: TIME_MEASURES }).length === 0;
  const found = table.columns
    .filter(({ name, type }) => type === 'time' && !left.has(name) && isFree(name))
    .map(({ name }) => name);
  const other = named?.find((name) => !found.includes(name));
  if (other === undefined) return named ?? (data.time === undefined ? [] : found);
  throw new UserError(
    'DATA_INVALID',
    `the reference has no watched column of times ${other}, which drift.times names`,
    {
      fix: `Remove ${other} from drift.times, or give the reference a column of times of this name that is not data.time or in data.exclude, and no column ${other}.${TIME_MEASURES.join(` or ${other}.`)}.`,
    },
  );
}

/** Columns of times, and the times of their rows; undefined: those are not known. */
export interface TimedColumns {
  readonly columns: ReadonlyMap<string, ColumnValues>;
  readonly rowTimes: Float64Array | undefined;
  /** True where a person named the columns. */
  readonly areNamed: boolean;
}

/**
 * The measures of columns of times. A range is that of named columns alone, as most times go on: each later window is after the
 * reference. Times that go on with those of the rows have none.
 */
export function timeMeasures(
  names: readonly string[],
  { columns, rowTimes, areNamed }: TimedColumns,
): readonly Watched[] {
  return names.flatMap((column) => {
    const values = columns.get(column);
    const range = values?.kind === 'time' ? rangeOf(values.values) : undefined;
    if (values?.kind !== 'time' || range === undefined) return [];
    const hasRange = areNamed && !(rowTimes !== undefined && advancesWith(values.values, rowTimes));
    return TIME_MEASURES.filter((measure) => measure !== 'range' || hasRange).map((measure) => ({
      ...{ name: measuredName(column, measure), values, kind: 'categorical' as const },
      time: { column, measure, ...range },
    }));
  });
}
