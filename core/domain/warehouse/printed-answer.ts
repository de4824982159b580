import type { WarehouseDialect } from './warehouse-dialect.ts';

/** Type of an answer's column. */
export type PrintedKind = 'number' | 'text';

/** Output format of a client. */
export type PrintedFormat = 'csv' | 'json';

/** The columns of an answer; missing values are null. */
export type PrintedColumns = readonly (readonly (number | string | null)[])[];

/** The column that says how many rows an answer has: a client that prints fewer is found out. */
const TOTAL = 'tidegate_rows';
/** Before the digits of a text, so that an empty one differs from a missing one. */
const TEXT = 'x';
const NO_TEXT = '-';
/** Spellings of a missing number in the output of clients. */
const MISSING = new Set(['', 'null', '\\n', '<null>', 'none']);
const OF_NUMBERS = /^[-+.\de]+$/i;
const NOT_FINITE: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  inf: Number.POSITIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};
const DELIMITERS = [',', '\t', '|', ';'];

/** Why what a client printed is not an answer: a clause. */
export class PrintedProblem extends Error {
  override readonly name = 'PrintedProblem';
}

/**
 * A statement whose answer survives any client: texts are hexadecimal digits, so that no delimiter, quote or line break is
 * in them, and each row says how many rows there are. An answer without rows is one row that says so: a client that lost
 * the rows prints none.
 *
 * @param sql A SELECT with the columns `c0`, `c1`, …
 */
export function printableSql(sql: string, kinds: readonly PrintedKind[], dialect: WarehouseDialect): string {
  const columns = kinds.map((kind, at) => {
    if (kind === 'number') return `q.c${at} AS c${at}`;
    const digits = `CONCAT('${TEXT}', ${dialect.hex(`q.c${at}`)})`;
    return `CASE WHEN q.c${at} IS NULL THEN '${NO_TEXT}' ELSE ${digits} END AS c${at}`;
  });
  const counted = `SELECT p.*, COUNT(*) OVER () AS total, 1 AS one FROM (${sql}) AS p`;
  const selected = [...columns, `COALESCE(q.total, 0) AS ${TOTAL}`].join(', ');
  return `SELECT ${selected} FROM (SELECT 1 AS one) AS o LEFT JOIN (${counted}) AS q ON q.one = o.one`;
}

/**
 * The answer that a client printed to such a statement.
 *
 * @param text All of its standard output. Lines before the names of the columns are left out.
 * @throws {PrintedProblem} For anything but the whole answer: no names of columns, no row, fewer rows, a row of another
 *   width, what is not a number where one belongs.
 */
export function readPrinted(text: string, kinds: readonly PrintedKind[], format: PrintedFormat): PrintedColumns {
  const rows = format === 'json' ? jsonRows(text, kinds.length) : csvRows(text, kinds.length);
  const columns = kinds.map((): (number | string | null)[] => []);
  if (rows.length === 0) throw new PrintedProblem('it printed no row, and even an empty answer has one');
  if (rows.length === 1 && numberOf(rows[0]?.[kinds.length] ?? '', 1) === 0) return columns;
  let total: number | null = null;
  for (const [at, row] of rows.entries()) {
    for (const [index, kind] of kinds.entries()) columns[index]?.push(readField(row[index] ?? '', kind, at + 1));
    total = numberOf(row[kinds.length] ?? '', at + 1);
  }
  if (total === null) throw new PrintedProblem('it printed rows without their count');
  if (total !== rows.length) throw new PrintedProblem(`it printed ${rows.length} of ${total} rows`);
  return columns;
}

function namesOf(width: number): readonly string[] {
  return [...Array.from({ length: width }, (_, at) => `c${at}`), TOTAL];
}

function csvRows(text: string, width: number): readonly (readonly string[])[] {
  const lines = text.split(/\r?\n/);
  const names = namesOf(width);
  const headers = DELIMITERS.map((delimiter) => ({ delimiter, line: names.join(delimiter) }));
  // A client may write a prompt before it.
  const headerOf = (line: string) => headers.find((header) => bare(line).toLowerCase().endsWith(header.line));
  const first = lines.findIndex((line) => headerOf(line) !== undefined);
  const delimiter = headerOf(lines[first] ?? '')?.delimiter;
  if (delimiter === undefined) {
    throw new PrintedProblem(`it printed no line with the names of the columns (${names.slice(0, 3).join(', ')}, …)`);
  }
  const found = lines.slice(first + 1).filter((line) => line.trim() !== '');
  const rows = found.map((line) => bare(line).split(delimiter));
  // What a client says when it ends is not a row; how many rows there are is known from them.
  const end = rows.findIndex((fields) => fields.length !== names.length);
  const rest = end === -1 ? [] : rows.slice(end);
  if (rest.some((fields) => fields.length === names.length) || (end === 0 && rows.length > 0)) {
    const shown = JSON.stringify(found[end]?.slice(0, 80));
    throw new PrintedProblem(`row ${end + 1} has ${rest[0]?.length} columns instead of ${names.length}: ${shown}`);
  }
  return end === -1 ? rows : rows.slice(0, end);
}

/** Without quotes and spaces, which no value has. */
function bare(line: string): string {
  return line.replace(/["' ]/g, '');
}

function jsonRows(text: string, width: number): readonly (readonly string[])[] {
  const names = namesOf(width);
  return jsonObjects(text).map((row, at) => {
    const values = new Map(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
    if (values.size !== names.length || names.some((name) => !values.has(name))) {
      throw new PrintedProblem(`row ${at + 1} has the columns ${[...values.keys()].slice(0, 5).join(', ')}`);
    }
    return names.map((name) => textOf(values.get(name), at + 1));
  });
}

/** One list of objects, or one object on each line. */
function jsonObjects(text: string): readonly object[] {
  const start = text.search(/^[[{]/m);
  if (start === -1) throw new PrintedProblem('it printed no JSON');
  const body = text.slice(start).trim();
  const found: unknown = body.startsWith('[') ? parsed(body) : body.split(/\r?\n/).map(parsed);
  const rows: readonly unknown[] = Array.isArray(found) ? found : [];
  return rows.map((row, at) => {
    if (typeof row === 'object' && row !== null) return row;
    throw new PrintedProblem(`row ${at + 1} is not an object`);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PrintedProblem('it printed JSON that breaks off or is not valid', { cause });
  }
}

function textOf(value: unknown, row: number): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new PrintedProblem(`row ${row} holds ${JSON.stringify(value).slice(0, 40)}, which is neither number nor text`);
}

function readField(field: string, kind: PrintedKind, row: number): number | string | null {
  return kind === 'number' ? numberOf(field, row) : decoded(field.trim(), row);
}

function numberOf(field: string, row: number): number | null {
  const text = field.trim();
  if (OF_NUMBERS.test(text) && !Number.isNaN(Number(text))) return Number(text);
  const known = NOT_FINITE[text.toLowerCase()];
  if (known !== undefined) return known;
  if (MISSING.has(text.toLowerCase())) return null;
  throw new PrintedProblem(`row ${row} holds ${JSON.stringify(text.slice(0, 40))} where a number belongs`);
}

function decoded(field: string, row: number): string | null {
  if (field === NO_TEXT) return null;
  const digits = field.slice(TEXT.length);
  if (!field.startsWith(TEXT) || !/^(?:[0-9a-f]{2})*$/i.test(digits)) {
    throw new PrintedProblem(`row ${row} holds ${JSON.stringify(field.slice(0, 40))} where digits of a text belong`);
  }
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return new TextDecoder().decode(bytes);
}
