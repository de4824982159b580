import { stat } from 'node:fs/promises';
import type { TableFormat } from '../../domain/data/table-format.ts';
import { writtenColumn } from '../../domain/data/written-column.ts';
import type { BatchColumn, CsvOptions, TableColumn, TableColumnType, TableForm } from '../../domain/table/table.ts';
import { nearest } from '../../domain/text/nearest.ts';
import { UserError } from '../../errors.ts';
import { knownContentOf, notATable } from '../files/known-content.ts';
import { isLong, type MissingTexts, missingTexts, typedValue } from './column-types.ts';
import { refuseExtraFields } from './csv-extra-fields.ts';
import { refuseMixedEnds } from './csv-line-ends.ts';
import { openCsv } from './csv-table.ts';
import { openJson } from './json-table.ts';
import { parquetNames } from './parquet-names.ts';
import { formatOf, identifier, scanOf, type TableFiles } from './table-scan.ts';
import { readTextHead, type TextHead } from './text-head.ts';
import { textTimes } from './text-times.ts';
import { typeColumns } from './type-columns.ts';

/** Whole numbers that doubles do not tell apart: their texts as doubles are not known either. */
const INEXACT = { isInexact: true, noText: 'whole numbers beyond 2^53' } as const;

const NESTED = 'holds nested or mixed values';

type Query = (sql: string) => Promise<readonly (readonly unknown[])[]>;

/** Source of a described table for the engine. */
export interface TableSource {
  /** SQL after FROM. */
  readonly from: string;
  readonly form: TableForm;
  readonly columns: readonly TableColumn[];
  /** Stamp of the described bytes; undefined for a table that is not in a file. */
  readonly stamp: string | undefined;
  /** The same with a number of each row, which is the same in every run. */
  readonly numbered: NumberedRows;
  /** SQL of a column's values in the table of that alias, by its type. */
  readonly valueOf: (column: TableColumn, alias: string) => string;
}

/** A table whose rows have numbers. */
export interface NumberedRows {
  /** SQL after FROM. */
  readonly from: string;
  /** The name of the column with the number. */
  readonly row: string;
  /** True if numbers cost nothing, because rows are numbered where they are stored. */
  readonly isStored: boolean;
}

/** Finds out how files are read: columns, types and the number of rows, by all that is in them. */
export async function openSource(table: TableFiles, options: CsvOptions, query: Query): Promise<TableSource> {
  const format = formatOf(table.files);
  const stamp = await stampOf(table.files);
  const source = await opened(table, format, { options, query });
  return { numbered: numberedBy(source), ...source, stamp };
}

type Opened = Omit<TableSource, 'stamp' | 'numbered'> & Partial<Pick<TableSource, 'numbered'>>;

/** A name that no column has. */
const ROW = 'tidegate\u0001row';

function numberedBy({ from }: Opened): NumberedRows {
  const row = identifier(ROW);
  return { from: `(SELECT *, row_number() OVER () - 1 AS ${row} FROM ${from})`, row, isStored: false };
}

function opened(
  table: TableFiles,
  format: TableFormat,
  { options, query }: { readonly options: CsvOptions; readonly query: Query },
): Promise<Opened> {
  if (format === 'csv') return openText(table, options, query);
  return format === 'jsonl' ? openLines(table, query) : openParquet(table, query);
}

async function openText(table: TableFiles, options: CsvOptions, query: Query): Promise<Opened> {
  const { select, names, groups, form } = await openCsv(table, options);
  const missing = missingTexts(options.missing);
  const { columns, rows } = await typeColumns({ select, names, missing }, query).catch(async (cause) => {
    await refuseMixedEnds(groups);
    throw cause;
  });
  for (const group of groups) await refuseExtraFields(group, query);
  const at = new Map(names.map((name, index) => [name, index]));
  return {
    from: `(${select})`,
    form: { ...form, rows, missing },
    columns,
    valueOf: (column, alias) => textValue(column, alias, { at, missing }),
  };
}

function textValue(
  { name, type }: TableColumn,
  alias: string,
  { at, missing }: { readonly at: ReadonlyMap<string, number>; readonly missing: MissingTexts },
): string {
  return typedValue(`${alias}.v${at.get(writtenColumn(name) ?? name)}`, type, missing);
}

async function openLines(table: TableFiles, query: Query): Promise<Opened> {
  for (const file of table.files) refuseOtherText(file, await readTextHead(file));
  const { from, columns, rows } = await openJson(table, query);
  const times = new Set(columns.filter(({ areTimes }) => areTimes).map(({ name }) => name));
  return {
    from,
    form: { format: 'jsonl', rows },
    columns: columns.map(({ name, sqlType, isInexact, unreadable }) => ({
      name,
      ...(unreadable === undefined ? {} : { unreadable }),
      type: times.has(name) ? 'time' : columnType(sqlType),
      ...noText(sqlType),
      ...(isInexact ? INEXACT : {}),
    })),
    valueOf: ({ name, type }, alias) => {
      const value = `${alias}.${identifier(name)}`;
      return type === 'time' && times.has(name) ? `CAST(trim(${value}) AS TIMESTAMPTZ)` : value;
    },
  };
}

function refuseOtherText(file: string, { encoding, text }: TextHead): void {
  if (encoding !== 'utf-8') {
    throw new UserError('DATA_INVALID', `${file} is UTF-16, and JSON lines are UTF-8`, { fix: 'Write it as UTF-8.' });
  }
  if (/^\s*\[/.test(text)) {
    throw new UserError('DATA_INVALID', `${file} is one JSON array, not one object per line`, {
      fix: "Write one object per line, for example with pandas: to_json(path, orient='records', lines=True).",
    });
  }
}

async function openParquet(table: TableFiles, query: Query): Promise<Opened> {
  for (const file of table.files) await refuseOther(file);
  const from = scanOf(table, 'parquet');
  const described = await query(`DESCRIBE SELECT * FROM ${from}`);
  const { rows, inexact } = await countRows(from, described, query);
  const types = new Map(described.map(([name, type]) => [String(name), String(type)]));
  const found = await parquetNames(table, [...types.keys()], query);
  const texts = found.filter(({ alias, unreadable }) => unreadable === undefined && types.get(alias) === 'VARCHAR');
  const times = await textTimes(
    from,
    texts.map(({ alias }) => alias),
    query,
  );
  const columns = found.map(({ name, alias, unreadable }): TableColumn => {
    const sqlType = types.get(alias) ?? '';
    if (unreadable !== undefined) return { name, type: 'other', unreadable };
    // A model may take the text.
    if (times.has(alias)) return { name, type: 'time', isWritten: true };
    const type = columnType(sqlType);
    return {
      name,
      type,
      ...(type === 'other' ? { unreadable: unreadableType(sqlType) } : {}),
      ...noText(sqlType),
      ...(inexact.has(alias) ? INEXACT : {}),
    };
  });
  const aliases = new Map(found.map(({ name, alias }) => [name, alias]));
  // The engine gives rows of Parquet their numbers, unless a column has that name.
  const isNumbered = !columns.some(({ name }) => name.toLowerCase() === 'file_row_number');
  const numbered = {
    from: scanOf(table, 'parquet', ['file_row_number = true']),
    row: 'file_row_number',
    isStored: true,
  };
  return {
    from,
    ...(isNumbered ? { numbered } : {}),
    form: { format: 'parquet', rows },
    columns,
    valueOf: ({ name, type }, alias) => {
      const own = writtenColumn(name) ?? name;
      const inFile = aliases.get(own) ?? own;
      const value = `${alias}.${identifier(inFile)}`;
      return type === 'time' && times.has(inFile) ? `CAST(trim(${value}) AS TIMESTAMPTZ)` : value;
    },
  };
}

/** Why the values of a type are not read. */
function unreadableType(sqlType: string): string {
  if (sqlType === 'BLOB' || sqlType === 'BIT') return 'holds bytes, not text';
  if (/^TIME\b/.test(sqlType)) return 'holds times of day';
  return sqlType === 'INTERVAL' ? 'holds durations' : NESTED;
}

/** Number of rows, and the columns of whole numbers with a value that a double cannot hold exactly. */
async function countRows(
  from: string,
  described: readonly (readonly unknown[])[],
  query: Query,
): Promise<{ readonly rows: number; readonly inexact: ReadonlySet<string> }> {
  const large = described.flatMap(([name, type]) => (isLong(String(type)) ? [String(name)] : []));
  const [[rows] = []] = await query(`SELECT count(*) FROM ${from}`);
  const inexact = new Set<string>();
  for (const name of large) {
    // One comparison at a time, which the statistics of a file mostly answer.
    for (const beyond of [`> ${Number.MAX_SAFE_INTEGER}`, `< -${Number.MAX_SAFE_INTEGER}`]) {
      const found = await query(`SELECT 1 FROM ${from} WHERE ${identifier(name)} ${beyond} LIMIT 1`);
      if (found.length > 0) inexact.add(name);
    }
  }
  return { rows: Number(rows), inexact };
}

/** @throws {UserError} DATA_INVALID for a file that is, by its first bytes, something else. */
async function refuseOther(file: string): Promise<void> {
  const known = await knownContentOf(file);
  if (known !== undefined && known.kind !== 'parquet') throw notATable(file, known);
}

/** Digests at the paths, without reading the files. */
export async function stampOf(files: readonly string[]): Promise<string> {
  const found: string[] = [];
  for (const file of files) {
    const { size, mtimeNs, ino } = await stat(file, { bigint: true });
    found.push(`${size} ${mtimeNs} ${ino}`);
  }
  return found.join('\n');
}

function columnType(sqlType: string): TableColumnType {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(sqlType)) return 'integer';
  if (/^(DOUBLE|FLOAT|DECIMAL.*)$/.test(sqlType)) return 'real';
  if (sqlType === 'BOOLEAN') return 'boolean';
  if (/^(VARCHAR|ENUM.*|UUID)$/.test(sqlType)) return 'text';
  return /^(TIMESTAMP.*|DATE)$/.test(sqlType) ? 'time' : 'other';
}

/** pandas writes float32 with fewer digits, and decimals with theirs. */
function noText(sqlType: string): Pick<TableColumn, 'noText'> {
  if (sqlType === 'FLOAT') return { noText: 'numbers of float32' };
  return sqlType.startsWith('DECIMAL') ? { noText: 'decimal numbers' } : {};
}

/**
 * A column by its name, or the text of one by the name that `asWritten` gives.
 *
 * @throws {UserError} DATA_INVALID for an unknown column and for nested values.
 */
export function columnOf({ columns }: Pick<TableSource, 'columns'>, name: string): TableColumn {
  const written = writtenColumn(name);
  const found = columns.find((column) => column.name === (written ?? name));
  if (written !== undefined && found?.isWritten === true) return { name, type: 'text' };
  if (found !== undefined && found.type !== 'other') return found;
  const known = columns.map((column) => column.name);
  const near = nearest(name, known);
  throw new UserError(
    'DATA_INVALID',
    found === undefined ? `the table has no column "${name}"` : `column ${name} ${found.unreadable ?? NESTED}`,
    {
      fix:
        near === undefined || found !== undefined
          ? `Its columns are ${known.slice(0, 30).join(', ')}.`
          : `Did you mean "${near}"?`,
    },
  );
}

/** SQL of a column as batches hold it: text, or doubles without NULL, so that whole columns are copied at once. */
export function batchValue(source: TableSource, column: TableColumn, alias: string): string {
  const value = source.valueOf(column, alias);
  if (column.type === 'text') return `CAST(${value} AS VARCHAR)`;
  const number = column.type === 'time' ? `epoch_ms(CAST(${value} AS TIMESTAMP))` : value;
  return `coalesce(CAST(${number} AS DOUBLE), 'NaN'::DOUBLE)`;
}

/** SQL of a column as relations have it: text, or doubles; NULL where it is missing. */
export function relatedValue(source: TableSource, column: TableColumn, alias: string): string {
  const value = source.valueOf(column, alias);
  if (column.type === 'text') return `CAST(${value} AS VARCHAR)`;
  return `CAST(${column.type === 'time' ? `epoch_ms(CAST(${value} AS TIMESTAMP))` : value} AS DOUBLE)`;
}

/** @throws {UserError} DATA_MODIFIED where files are others than were described. */
export async function refuseChanged(parts: readonly OpenedFiles[]): Promise<void> {
  for (const { source, files } of parts) {
    if (source.stamp === undefined) continue;
    const stamp = await stampOf(files).catch(() => undefined);
    if (stamp === source.stamp) continue;
    throw new UserError('DATA_MODIFIED', `${files.join(', ')} changed while it was read`, {
      fix: 'Make sure that no process writes the file while it is read, and run the job again.',
    });
  }
}

/** Files with what the engine reads them from. */
export interface OpenedFiles {
  readonly source: TableSource;
  readonly files: readonly string[];
}

/** Values of a column by batch. */
export function kindOf({ type }: TableColumn): BatchColumn['kind'] {
  return type === 'text' ? 'text' : 'numeric';
}
