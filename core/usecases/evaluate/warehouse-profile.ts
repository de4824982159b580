import { finiteSql } from '../../domain/aggregates/sql-dialect.ts';
import { sketchOfBins } from '../../domain/drift/binned-sketch.ts';
import { type CurrentWindow, windowSpan } from '../../domain/drift/current-window.ts';
import { type ColumnProfile, FULL_RESOLUTION, MAX_CODES } from '../../domain/drift/profile-column.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import {
  binsStatement,
  type ProfileScan,
  rangeStatement,
  readRanges,
  topStatement,
} from '../../domain/warehouse/profile-sql.ts';
import { UserError } from '../../errors.ts';
import type { AnswerColumns, AnswerKind } from '../../ports/evaluate/relation-engine.ts';
import type { SqlEngine } from '../../ports/evaluate/sql-engine.ts';
import { askingOf } from './asking.ts';
import { type ProfiledWindow, profileWindows, windowedColumn } from './profile-windows.ts';
import { askNumbers, relatedSql, type WarehouseTable } from './warehouse-table.ts';

/** Tables to summarise. */
export interface WarehouseProfileRequest {
  readonly of: WarehouseTable;
  /** The columns, each as it has to be summed up; undefined: as its values say. */
  readonly columns: ReadonlyMap<string, ColumnProfile['kind'] | undefined>;
  /** The column of times; undefined: there is none. */
  readonly time: string | undefined;
  /** The part that counts; undefined: all. */
  readonly window?: Exclude<CurrentWindow, object> | undefined;
  /** Milliseconds since 1970; a later row is of the future, so that the newest part is not known. Undefined: any time. */
  readonly latestMs?: number | undefined;
  /** Length of the past windows to summarise too, in milliseconds; undefined: none. */
  readonly pastWindowMs?: number | undefined;
}

/** A table, or a window of it, summed up. */
export interface WarehouseProfile {
  readonly rows: number;
  /** ISO 8601; null without times. */
  readonly from: string | null;
  readonly to: string | null;
  readonly columns: readonly ColumnProfile[];
  /** Whole past windows, ascending; undefined if none were asked for. */
  readonly windows?: readonly ProfiledWindow[];
}

/** Sums up all rows of columns where they are stored; nothing is sampled. */
export async function profileTable(request: WarehouseProfileRequest, engine: SqlEngine): Promise<WarehouseProfile> {
  const { of, time } = request;
  const names = [...request.columns.keys()];
  const own = names.map((name, at) => `${relatedSql(name, 't', { of, engine })} AS v${at}`);
  const times = time === undefined ? [] : [`${relatedSql(time, 't', { of, engine })} AS time_ms`];
  const from = `(SELECT ${[...own, ...times, '1 AS one'].join(', ')} FROM ${of.from} AS t) AS profiled`;
  const condition = await windowOf(request, from, engine);
  const scan: ProfileScan = { from, condition, dialect: engine.dialect };
  const where = condition === undefined ? from : `${from} WHERE ${condition}`;
  const bounds = time === undefined ? ['0', '0'] : ['MIN(time_ms)', 'MAX(time_ms)'];
  const [rows = 0, first = 0, last = 0] = await askNumbers(['COUNT(*)', ...bounds], where, engine);
  const columns: ColumnProfile[] = [];
  for (const [at, name] of names.entries()) {
    columns.push(await profileOne({ name, value: `v${at}`, rows, kind: request.columns.get(name), of }, scan, engine));
  }
  const isTimed = time !== undefined && Number.isFinite(first) && Number.isFinite(last);
  const instant = (ms: number) => (isTimed ? new Date(ms).toISOString() : null);
  const profile = { rows, from: instant(first), to: instant(last), columns };
  const { pastWindowMs } = request;
  if (pastWindowMs === undefined) return profile;
  if (!isTimed) return { ...profile, windows: [] };
  const windowed = columns.map((column, at) => windowedColumn(of.table, column, `v${at}`));
  const asking = askingOf(engine.dialect, (question) => engine.query(question));
  const asked = { scan: { from, time: 'time_ms', windowMs: pastWindowMs }, columns: windowed };
  return { ...profile, windows: await profileWindows({ ...asked, data: { fromMs: first, toMs: last } }, asking) };
}

async function windowOf(
  { of, time, window, latestMs }: WarehouseProfileRequest,
  from: string,
  engine: SqlEngine,
): Promise<string | undefined> {
  if (time === undefined || window === undefined) return undefined;
  const [last = Number.NaN] = await askNumbers(['MAX(time_ms)'], from, engine);
  if (!Number.isFinite(last)) return '1 = 0';
  if (latestMs !== undefined && last > latestMs) {
    const message = `${of.table.files.join(', ')} has a ${time} in the future, ${formatInstant(last)}: the newest part of the data is not known`;
    throw new UserError('DATA_INVALID', message, {
      fix: 'Correct the clock that wrote it, and leave those rows out; or remove drift.window, to compare all rows.',
    });
  }
  const { fromMs, toMs } = windowSpan(last, window);
  return `time_ms >= ${fromMs} AND time_ms < ${toMs}`;
}

interface ProfiledColumn {
  readonly name: string;
  /** SQL of its values. */
  readonly value: string;
  readonly rows: number;
  readonly kind: ColumnProfile['kind'] | undefined;
  readonly of: WarehouseTable;
}

async function profileOne(column: ProfiledColumn, scan: ProfileScan, engine: SqlEngine): Promise<ColumnProfile> {
  const { name, value, kind, of } = column;
  const type = of.table.columns.find((one) => one.name === name)?.type;
  const top = (sql: string, answer: AnswerKind) =>
    engine.query({ ...topStatement(sql, FULL_RESOLUTION.categories, scan), kinds: [answer, 'number', 'number'] });
  if (type === 'text') return counted(column, await top(value, 'text'), String);
  if (type === 'boolean') return counted(column, await top(value, 'number'), (one) => String(one === 1));
  if (kind === 'categorical' || (kind === undefined && type === 'integer')) {
    const found = await top(finiteSql(value), 'number');
    if (kind === 'categorical' || (found[0]?.length ?? 0) <= MAX_CODES) return counted(column, found, String);
  }
  return numeric(column, scan, engine);
}

function counted(
  { name, rows }: ProfiledColumn,
  [values = [], counts = [], totals = []]: AnswerColumns,
  nameOf: (value: number | string | null) => string,
): ColumnProfile {
  const total = Number(totals[0] ?? 0);
  const found = values.map((value, at): readonly [string, number] => [nameOf(value), Number(counts[at] ?? 0)]);
  const sorted = found.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const listed = sorted.reduce((sum, [, count]) => sum + count, 0);
  return { name, kind: 'categorical', rows, missing: rows - total, counts: sorted, other: total - listed };
}

async function numeric(
  { name, value, rows }: ProfiledColumn,
  scan: ProfileScan,
  engine: SqlEngine,
): Promise<ColumnProfile> {
  const where = scan.condition === undefined ? scan.from : `${scan.from} WHERE ${scan.condition}`;
  const { sql, width } = rangeStatement([value], where, engine.dialect);
  const answer = await engine.query({ sql, kinds: Array.from({ length: width }, () => 'number' as const) });
  const [range] = readRanges(answer.map(([one]) => (typeof one === 'number' ? one : Number.NaN)));
  const finite = range?.finite ?? 0;
  if (range === undefined || finite === 0) return { name, kind: 'numeric', rows, missing: rows, quantiles: [] };
  const bins = await engine.query({
    ...binsStatement(value, range, scan),
    kinds: ['number', 'number', 'number', 'number'],
  });
  const [keys = [], counts = [], least = [], most = []] = bins.map((column) => column.map(Number));
  const order = [...keys.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  const sorted = order.map((at) => ({ count: counts[at] ?? 0, least: least[at] ?? 0, most: most[at] ?? 0 }));
  const quantiles = sketchOfBins(sorted, FULL_RESOLUTION.points);
  return { name, kind: 'numeric', rows, missing: rows - finite, quantiles };
}
