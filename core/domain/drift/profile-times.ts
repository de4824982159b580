import type { Sampling } from '../inference/population.ts';
import { type ColumnValues, rowCount } from '../table/column-values.ts';
import { withClusters } from './design-effect.ts';
import { type ColumnProfile, type MeasureOfTime, type ProfileResolution, profileColumn } from './profile-column.ts';
import { measuredName } from './text/text-columns.ts';
import { measureTime, NO_TIME } from './time-measures.ts';

/** Sums up a measure of times. Missing times are missing in `hour` alone, so that their share is one finding. */
export function profileTimes(
  time: MeasureOfTime,
  column: ColumnValues,
  { resolution, sampling }: { readonly resolution: ProfileResolution; readonly sampling: Sampling },
): ColumnProfile {
  const { measure } = time;
  const values = categoriesOf(column, time);
  const profile = profileColumn(measuredName(time.column, measure), values, { kind: 'categorical', resolution });
  const found = { ...withClusters(profile, values, sampling), time };
  return measure === 'hour' ? found : { ...found, rows: found.rows - found.missing, missing: 0 };
}

function categoriesOf(column: ColumnValues, time: MeasureOfTime): ColumnValues {
  const codes = new Map<string, number>();
  const valueAt = columnAt(column, time);
  const found = Int32Array.from({ length: rowCount(column) }, (_, row) => {
    const value = valueAt(row);
    if (value === undefined) return -1;
    const code = codes.get(value) ?? codes.size;
    codes.set(value, code);
    return code;
  });
  return { kind: 'categorical', codes: found, categories: [...codes.keys()] };
}

function columnAt(column: ColumnValues, time: MeasureOfTime): (row: number) => string | undefined {
  if (column.kind === 'categorical') return (row) => (column.codes[row] === -1 ? undefined : NO_TIME);
  const { values, kind } = column;
  return (row) => {
    const value = values[row] ?? Number.NaN;
    if (Number.isNaN(value)) return undefined;
    return kind === 'time' ? measureTime(value, time.measure, time) : NO_TIME;
  };
}
