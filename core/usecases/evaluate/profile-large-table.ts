import { isMeasure } from '../../domain/drift/profile-column.ts';
import type { RelatedColumn, RelationEngine } from '../../ports/evaluate/relation-engine.ts';
import type { TableReader } from '../../ports/evaluate/table-reader.ts';
import { askingOf } from './asking.ts';
import {
  columnsToProfile,
  type DatasetProfile,
  type ProfileRequest,
  profileColumns,
  profileDataset,
  scaleProfile,
  windowToReport,
} from './profile-dataset.ts';
import { profileWindows, windowedColumn } from './profile-windows.ts';
import { sampleColumns } from './sample-columns.ts';
import type { ScoringPorts } from './score-dataset.ts';

/** Dependencies of summarising a table that does not fit into memory. */
export interface LargeTablePorts {
  readonly tables: TableReader;
  readonly engine: RelationEngine;
}

/** Chosen: up to here all rows are held, in about 0.6 GB and 40 MB more a column, and nothing is put in bins. */
export const HELD_ROWS = 5_000_000;

/**
 * Summarises a table of any size: by all rows in memory, or as `profileLargeTable`.
 *
 * @throws {UserError} DATA_INVALID for a table without rows.
 */
export async function profileAnyTable(
  request: ProfileRequest,
  ports: LargeTablePorts & ScoringPorts,
  heldRows: number = HELD_ROWS,
): Promise<DatasetProfile> {
  const rows = await ports.tables.rowsAbove(request.table, heldRows);
  return rows === null ? profileDataset(request, ports) : profileLargeTable(request, { rows }, ports);
}

/** Facts about a table that are known before it is summarised. */
export interface KnownTable {
  readonly rows: number;
  /** First and last time, ISO 8601; null where there is none. */
  readonly span?: Pick<DatasetProfile, 'from' | 'to'>;
}

/**
 * Summarises a table that does not fit into memory: its columns by a random sample of rows, its past windows and its span
 * of time by all rows; measures of texts and times are those of the sample there too.
 *
 * @param known Its number of rows; and its first and last time, unless they are to be found.
 */
export async function profileLargeTable(
  request: ProfileRequest,
  { rows, span }: KnownTable,
  ports: LargeTablePorts,
): Promise<DatasetProfile> {
  const { table, data, windowMs } = request;
  const sampled = await sampleColumns(table, { sampled: columnsToProfile(request), rows }, ports);
  const { windows: sampledWindows, ...inSample } = profileColumns(request, sampled);
  const profile = scaleProfile(inSample, rows);
  if (span !== undefined && windowMs === undefined) return { ...profile, rows, ...span };
  const time = table.columns.find(({ name, type }) => name === data.time && type === 'time')?.name;
  if (time === undefined) return { ...profile, rows };
  const timed = await byTime(request, time, profile, ports);
  const windows = timed.windows && { windows: withMeasures(timed.windows, sampledWindows ?? []) };
  return { ...profile, rows, ...timed, ...windows };
}

type PastWindows = NonNullable<DatasetProfile['windows']>;

/** Windows of all rows, with the measures that are known of the sample. */
function withMeasures(windows: PastWindows, sampled: PastWindows): PastWindows {
  return windows.map((window) => {
    const same = sampled.find(({ from }) => from === window.from);
    const measures = (same?.columns ?? []).filter(isMeasure);
    return { ...window, columns: [...window.columns, ...measures] };
  });
}

async function byTime(
  { table, windowMs }: ProfileRequest,
  time: string,
  profile: DatasetProfile,
  { engine }: LargeTablePorts,
): Promise<Pick<DatasetProfile, 'from' | 'to' | 'windows'>> {
  const columns =
    windowMs === undefined
      ? []
      : profile.columns
          .filter((column) => !isMeasure(column))
          .map((column, at) => windowedColumn(table, column, `v${at}`));
  const related = columns.map(({ name: column, value: as }): RelatedColumn => ({ as, table, column }));
  const relation = await engine.relate([...related, { as: 'time_ms', table, column: time }]);
  try {
    const bounds = await relation.query({
      sql: `SELECT MIN(time_ms) AS c0, MAX(time_ms) AS c1 FROM ${relation.from}`,
      kinds: ['number', 'number'],
    });
    const [fromMs = null, toMs = null] = bounds.map(([value]) => (typeof value === 'number' ? value : null));
    if (fromMs === null || toMs === null)
      return { from: null, to: null, ...(windowMs === undefined ? {} : { windows: [] }) };
    const span = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
    if (windowMs === undefined) return span;
    const scan = { from: relation.from, time: 'time_ms', windowMs };
    const asking = askingOf(engine.dialect, relation.query);
    const windows = await profileWindows({ scan, columns, data: { fromMs, toMs } }, asking);
    return {
      ...span,
      windows: windows.map(windowToReport),
    };
  } finally {
    await relation.close();
  }
}
