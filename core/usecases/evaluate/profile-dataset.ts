import type { DataConfig } from '../../config/tidegate-config.ts';
import { scaleClusters } from '../../domain/drift/design-effect.ts';
import { cutWindows, type TimeWindow } from '../../domain/drift/past-windows.ts';
import {
  type ColumnProfile,
  FULL_RESOLUTION,
  type MeasureOfText,
  WINDOW_RESOLUTION,
} from '../../domain/drift/profile-column.ts';
import { clusterRows } from '../../domain/evaluation/cluster-rows.ts';
import { columnsOfGrouping, type Grouping } from '../../domain/policy/grouping.ts';
import { type ColumnValues, pickRows } from '../../domain/table/column-values.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import { UserError } from '../../errors.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';
import type { ProfiledWindow } from './profile-windows.ts';
import { refuseEmpty, type ScoredDataset, type ScoringPorts, scoreDataset } from './score-dataset.ts';
import { timeMeasures, watchedTimes } from './watched-times.ts';
import { refuseOtherTexts, summarizeWatched, type TextRules, type Watched, watchedValues } from './watched-values.ts';

/** A dataset to sum up. */
export interface ProfileRequest extends TextRules {
  readonly table: TableDescription;
  readonly data: DataConfig;
  /** Length of the past windows to keep too; undefined: none. */
  readonly windowMs?: number | undefined;
  /** Groups of rows that are one observation each; undefined: none. */
  readonly grouping?: Grouping | undefined;
  /** `drift.times`; undefined: all columns of times but that of the rows. */
  readonly times?: readonly string[] | undefined;
}

/** The part of a profile that comes from the data. */
export interface DatasetProfile {
  readonly rows: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly columns: ProfileReport['columns'];
  readonly windows?: NonNullable<ProfileReport['windows']>;
}

/** Columns watched for drift: all but the label, the time, `data.exclude`, and times and nested values. */
export function watchedColumns(table: TableDescription, data: DataConfig): readonly string[] {
  const left = new Set([data.label, data.time, ...data.exclude]);
  return table.columns
    .filter(({ name, type }) => !left.has(name) && type !== 'other' && type !== 'time')
    .map(({ name }) => name);
}

/**
 * Sums up a dataset, and the windows of its past.
 *
 * @throws {UserError} DATA_INVALID where it has no rows.
 */
export async function profileDataset(request: ProfileRequest, ports: ScoringPorts): Promise<DatasetProfile> {
  const { table } = request;
  const { rows, columns } = await scoreDataset({ table, models: [], keep: columnsToProfile(request) }, ports);
  refuseEmpty(rows, table);
  return profileColumns(request, { rows, columns });
}

/**
 * The columns that a profile is made of.
 *
 * @throws {UserError} DATA_INVALID where the table lacks the column of `drift.group`, or columns of `drift.text` or `drift.times`.
 */
export function columnsToProfile(request: ProfileRequest): readonly string[] {
  const { table, data, grouping = { kind: 'none' } } = request;
  const watched = watchedColumns(table, data);
  refuseOtherTexts(table, watched, request);
  const time = data.time !== undefined && table.columns.some(({ name }) => name === data.time) ? [data.time] : [];
  const grouped = columnsOfGrouping(grouping);
  for (const name of grouped) {
    if (!table.columns.some((column) => column.name === name)) throw withoutGroup(name);
  }
  return [...new Set([...watched, ...watchedTimes(table, data, request.times), ...time, ...grouped])];
}

function withoutGroup(column: string): UserError {
  return new UserError('DATA_INVALID', `the reference has no column ${column}, which drift.group names`, {
    fix: 'Add the column to the reference and to the logged inputs, or remove drift.group.',
  });
}

/** The profile of columns that were read already. */
export function profileColumns(
  request: ProfileRequest,
  { rows, columns }: Pick<ScoredDataset, 'rows' | 'columns'>,
): DatasetProfile {
  const { table, data, windowMs, grouping = { kind: 'none' }, text, sensitive } = request;
  const timeColumn = data.time === undefined ? undefined : columns.get(data.time);
  const times = timesOf(timeColumn);
  const sampling = clusterRows(grouping, columnOf(grouping, columns));
  const names = watchedTimes(table, data, request.times);
  const watched = [
    ...watchedValues({ table, names: watchedColumns(table, data), sampling, text, sensitive }, columns),
    ...timeMeasures(names, { columns, rowTimes: times, areNamed: request.times !== undefined }),
  ];
  const windows = times === undefined || windowMs === undefined ? [] : cutWindows(times, windowMs);
  return {
    rows,
    ...span(timeColumn),
    columns: columnsToReport(summarizeWatched(watched, FULL_RESOLUTION, sampling)),
    ...(windowMs === undefined ? {} : { windows: windows.map((window) => summarizePast(watched, window)) }),
  };
}

function summarizePast(watched: readonly Watched[], { fromMs, toMs, rows }: TimeWindow) {
  const inWindow = watched.map(({ text, ...column }): Watched => {
    const values = pickRows(column.values, rows);
    // The whole reference has the vocabulary.
    const measured = text && { text: { column: text.column, measure: text.measure } };
    return { ...column, ...measured, values };
  });
  return windowToReport({ fromMs, toMs, columns: summarizeWatched(inWindow, WINDOW_RESOLUTION, { kind: 'rows' }) });
}

/** A profile of a random sample of rows as that of all of them: counts are estimates. */
export function scaleProfile(profile: DatasetProfile, rows: number): DatasetProfile {
  const all = (count: number) => Math.round((count * rows) / Math.max(1, profile.rows));
  const columns = profile.columns.map((column): ProfileReport['columns'][number] => {
    const { clusters } = column;
    const scaled = {
      ...(clusters === undefined ? {} : { clusters: { ...scaleClusters(clusters, rows / Math.max(1, profile.rows)) } }),
      // Measures of texts have the rows with a text.
      rows: all(column.rows),
      missing: all(column.missing),
    };
    if (column.kind === 'numeric') return { ...column, ...scaled };
    const counts = column.counts.map(([category, count]): [string, number] => [category, all(count)]);
    return { ...column, ...scaled, counts, other: all(column.other) };
  });
  return { ...profile, rows, columns };
}

/** The values of a grouping's column; undefined for none. */
export function columnOf(grouping: Grouping, columns: ReadonlyMap<string, ColumnValues>): ColumnValues | undefined {
  const [name] = columnsOfGrouping(grouping);
  return name === undefined ? undefined : columns.get(name);
}

/** Columns as the report writes them: its type has room for fields of later versions. */
export function columnsToReport(columns: readonly ColumnProfile[]): ProfileReport['columns'] {
  return columns.map(columnToReport);
}

/** The groups of a profile's rows, as the report names them. */
export function groupOf(grouping: Grouping = { kind: 'none' }): Pick<ProfileReport, 'group'> {
  return grouping.kind === 'none' ? {} : { group: grouping.label };
}

/** A column as the report writes it. */
export function columnToReport({ clusters, text, time, ...column }: ColumnProfile): ProfileReport['columns'][number] {
  return {
    ...column,
    ...(clusters === undefined ? {} : { clusters: { ...clusters } }),
    ...(text === undefined ? {} : { text: textToReport(text) }),
    ...(time === undefined ? {} : { time: { ...time } }),
  };
}

function textToReport({ vocabulary, ...text }: MeasureOfText): NonNullable<ProfileReport['columns'][number]['text']> {
  return { ...text, ...(vocabulary === undefined ? {} : { vocabulary: { ...vocabulary } }) };
}

/** A past window as the report writes it. */
export function windowToReport({
  fromMs,
  toMs,
  columns,
}: ProfiledWindow): NonNullable<ProfileReport['windows']>[number] {
  const instant = (ms: number) => new Date(ms).toISOString();
  return { from: instant(fromMs), to: instant(toMs), columns: columnsToReport(columns) };
}

function timesOf(column: ColumnValues | undefined): Float64Array | undefined {
  return column?.kind === 'time' ? column.values : undefined;
}

/** First and last time of a dataset, as the reports write them. */
export function span(column: ColumnValues | undefined): { readonly from: string | null; readonly to: string | null } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of timesOf(column) ?? []) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  if (!Number.isFinite(first)) return { from: null, to: null };
  return { from: new Date(first).toISOString(), to: new Date(last).toISOString() };
}
