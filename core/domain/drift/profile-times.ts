import type { Sampling } from '../inference/population.ts';
import { type ColumnValues, columnOfTexts, rowCount } from '../table/column-values.ts';
import { withClusters } from './design-effect.ts';
import { measuredName } from './measured-name.ts';
import { type ColumnProfile, type MeasureOfTime, type ProfileResolution, profileColumn } from './profile-column.ts';
import { measureTime, NO_TIME } from './time-measures.ts';

/** Sums up a measure of times. Missing times are missing in `hour` alone, so that their share is one finding. */
export function profileTimes(
  time: MeasureOfTime,
  column: ColumnValues,
  { resolution, sampling }: { readonly resolution: ProfileResolution; readonly sampling: Sampling },
): ColumnProfile {
  const { measure } = time;
  const valueAt = categoryAt(column, time);
  const values = columnOfTexts(Array.from({ length: rowCount(column) }, (_, row) => valueAt(row)));
  const profile = profileColumn(measuredName(time.column, measure), values, { kind: 'categorical', resolution });
  const found = { ...withClusters(profile, values, sampling), time };
  return measure === 'hour' ? found : { ...found, rows: found.rows - found.missing, missing: 0 };
}

function categoryAt(column: ColumnValues, time: MeasureOfTime): (row: number) => string | undefined {
  if (column.kind === 'categorical') return (row) => (column.codes[row] === -1 ? undefined : NO_TIME);
  const { values, kind } = column;
  return (row) => {
    const value = values[row] ?? Number.NaN;
    if (Number.isNaN(value)) return undefined;
    return kind === 'time' ? measureTime(value, time.measure, time) : NO_TIME;
  };
}
