import { type NumberedWindow, type TimeSpan, wholeWindows } from '../../domain/drift/past-windows.ts';
import type { ColumnProfile } from '../../domain/drift/profile-column.ts';
import { rangeOfQuantiles, type ValueRange } from '../../domain/drift/value-bins.ts';
import {
  categoricalWindow,
  numericWindow,
  type WindowCounts,
  type WindowedColumn,
  type WindowScan,
  windowBinsStatement,
  windowCategoriesSql,
  windowCountsStatement,
} from '../../domain/drift/window-statements.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import type { AnswerKind } from '../../ports/evaluate/relation-engine.ts';
import type { AskingRows } from './asking.ts';

/** A past window with the summaries of its columns. */
export interface ProfiledWindow extends TimeSpan {
  readonly columns: readonly ColumnProfile[];
}

/** Rows to summarise by window. */
export interface WindowsToProfile {
  readonly scan: WindowScan;
  readonly columns: readonly WindowedColumn[];
  /** First and last time of the rows. */
  readonly data: TimeSpan;
}

/**
 * Summarises the whole past windows of all rows, ascending, where the rows are stored: one statement for the counts and
 * one per column, however many windows there are.
 */
export async function profileWindows(
  { scan, columns, data }: WindowsToProfile,
  asking: AskingRows,
): Promise<readonly ProfiledWindow[]> {
  const counts = await asking.ask(windowCountsStatement(scan, columns, asking.dialect));
  const byNumber = new Map(counts.map((window) => [window.number, window]));
  const windows = wholeWindows([...byNumber.keys()], data, scan.windowMs);
  const [first] = windows;
  if (first === undefined) return [];
  const summaries: Map<number, ColumnProfile>[] = [];
  for (const [at, column] of columns.entries()) {
    const known = { column, at, windows, byNumber, first: first.number };
    const isNumeric = column.kind === 'numeric' && column.type === 'number';
    summaries.push(isNumeric ? await numericWindows(known, scan, asking) : await categoryWindows(known, scan, asking));
  }
  return windows.map(({ number, fromMs, toMs }) => ({
    fromMs,
    toMs,
    columns: summaries.flatMap((column) => column.get(number) ?? []),
  }));
}

interface ColumnWindows {
  readonly column: WindowedColumn;
  /** Its place among the columns. */
  readonly at: number;
  readonly windows: readonly NumberedWindow[];
  readonly byNumber: ReadonlyMap<number, WindowCounts>;
  /** Number of the first window. */
  readonly first: number;
}

async function numericWindows(of: ColumnWindows, scan: WindowScan, asking: AskingRows) {
  const { column, windows, byNumber, first } = of;
  const bins = await asking.ask(windowBinsStatement(scan, column, { first, dialect: asking.dialect }));
  return new Map(
    windows.map(({ number }) => {
      const rows = byNumber.get(number)?.rows ?? 0;
      return [number, numericWindow(column.name, rows, bins.get(number) ?? [])] as const;
    }),
  );
}

async function categoryWindows(of: ColumnWindows, scan: WindowScan, asking: AskingRows) {
  const { column, at, windows, byNumber, first } = of;
  const kind: AnswerKind = column.type === 'text' ? 'text' : 'number';
  const sql = windowCategoriesSql(scan, column, first);
  const [numbers = [], values = [], rows = []] = await asking.query({ sql, kinds: ['number', kind, 'number'] });
  const counts = new Map<number, [string, number][]>();
  for (const [row, number] of numbers.entries()) {
    const own = counts.get(Number(number)) ?? [];
    own.push([nameOf(values[row] ?? null, column), Number(rows[row] ?? 0)]);
    counts.set(Number(number), own);
  }
  return new Map(
    windows.map(({ number }) => {
      const { rows: all = 0, present = [] } = byNumber.get(number) ?? {};
      const sizes = { rows: all, present: present[at] ?? 0 };
      return [number, categoricalWindow(column.name, sizes, counts.get(number) ?? [])] as const;
    }),
  );
}

function nameOf(value: number | string | null, { type }: WindowedColumn): string {
  return type === 'flag' ? String(value === 1) : String(value);
}

/**
 * A column as it is summarised in windows: as in the whole.
 *
 * @param value SQL of its values.
 */
export function windowedColumn(table: TableDescription, column: ColumnProfile, value: string): WindowedColumn {
  const type = table.columns.find(({ name }) => name === column.name)?.type;
  return {
    name: column.name,
    kind: column.kind,
    value,
    type: type === 'text' ? 'text' : type === 'boolean' ? 'flag' : 'number',
    ...placeOf(column),
  };
}

function placeOf(column: ColumnProfile): ValueRange {
  const quantiles = column.kind === 'numeric' ? column.quantiles : [];
  const at = (share: number) => quantiles[Math.round(share * (quantiles.length - 1))] ?? 0;
  return rangeOfQuantiles([at(0.1), at(0.25), at(0.5), at(0.75), at(0.9)]);
}
