import { isExact, isLong, isOf } from './column-types.ts';
import { jsonKeys } from './json-keys.ts';
import { HIDDEN } from './parquet-names.ts';
import { fileList, identifier, literal, partitioning, scanOf, type TableFiles } from './table-scan.ts';

type Query = (sql: string) => Promise<readonly (readonly unknown[])[]>;

/** A column of JSON lines. */
export interface JsonColumn {
  readonly name: string;
  /** As the engine names types. */
  readonly sqlType: string;
  /** Its values are texts that are all times. */
  readonly areTimes: boolean;
  /** Some whole number of it is not exactly a double. */
  readonly isInexact: boolean;
  /** Why it cannot be read: a clause after its name. */
  readonly unreadable?: string;
}

/** Files of JSON lines as one table. */
export interface JsonTable {
  /** SQL after FROM. */
  readonly from: string;
  readonly columns: readonly JsonColumn[];
  readonly rows: number;
}

/** Types that the engine makes of texts, by formats that it guesses: 10-11-12 would be a day of 2012. */
const OF_TEXT = /^(VARCHAR|UUID|DATE|TIME|TIMESTAMP.*)$/;
/** Type of a column without values, or of objects and arrays. */
const ANYTHING = 'JSON';
/** Chosen: the time to plan a statement grows as the square of its columns. */
const COLUMNS_AT_ONCE = 250;

/**
 * Rules for reading JSON lines: a text stays the text that it is, and a column of texts is one of times where all are
 * times with the year first. A column without a value is one of numbers.
 */
export async function openJson(table: TableFiles, query: Query): Promise<JsonTable> {
  const guessed = scanOf(table, 'jsonl');
  const found = (await query(`DESCRIBE SELECT * FROM ${guessed}`)).map(([name, type]) => ({
    name: String(name),
    sqlType: String(type),
  }));
  const names = found.map(({ name }) => name);
  const keys = await jsonKeys(table, names, query);
  const hidden = table.partitions.length === 0 ? [] : table.above;
  const isClear = ({ name }: { readonly name: string }) =>
    !hidden.includes(name) && (keys === null || keys.clear.has(name) || table.partitions.includes(name));
  const columns = found
    .filter(isClear)
    .map(({ name, sqlType }) => ({ name, sqlType: OF_TEXT.test(sqlType) ? 'VARCHAR' : sqlType }));
  const from = columns.length === 0 ? guessed : declaredScan(table, columns);
  const asked = columns.filter(({ sqlType }) => sqlType === 'VARCHAR' || sqlType === ANYTHING || isLong(sqlType));
  const { rows, counts } = await countValues(from, asked, query);
  const typed = columns.map((column): JsonColumn => {
    const { present = 1, others = 1 } = counts.get(column.name) ?? {};
    const sqlType = column.sqlType === ANYTHING && present === 0 ? 'DOUBLE' : column.sqlType;
    const areTimes = !isLong(sqlType) && present > 0 && others === 0;
    return { name: column.name, sqlType, areTimes, isInexact: isLong(sqlType) && others > 0 };
  });
  const others = [
    ...[...(keys?.unclear ?? [])].map(([name, reason]) => unreadable(name, reason)),
    ...hidden.map((name) => unreadable(name, HIDDEN)),
  ];
  return { from, columns: [...typed, ...others], rows };
}

function unreadable(name: string, reason: string): JsonColumn {
  return { name, sqlType: ANYTHING, areTimes: false, isInexact: false, unreadable: reason };
}

function declaredScan(
  table: TableFiles,
  columns: readonly { readonly name: string; readonly sqlType: string }[],
): string {
  const own = columns.filter(({ name }) => !table.partitions.includes(name));
  const types = own.map(({ name, sqlType }) => `${identifier(name)}: ${literal(sqlType)}`).join(', ');
  return `read_json(${fileList(table.files)}, format = 'newline_delimited', columns = {${types}}, ${partitioning(table)})`;
}

interface ValueCounts {
  readonly present: number;
  /** Texts that are not times, and whole numbers that are not exactly doubles. */
  readonly others: number;
}

async function countValues(
  from: string,
  columns: readonly { readonly name: string; readonly sqlType: string }[],
  query: Query,
): Promise<{ readonly rows: number; readonly counts: ReadonlyMap<string, ValueCounts> }> {
  const counts = new Map<string, ValueCounts>();
  for (let at = 0; ; at += COLUMNS_AT_ONCE) {
    const some = columns.slice(at, at + COLUMNS_AT_ONCE);
    const asked = some.flatMap(({ name, sqlType }) => {
      const column = identifier(name);
      const other = otherValue(column, sqlType);
      return [`count(${column})`, `count_if(CASE WHEN ${column} IS NULL THEN false ELSE ${other} END)`];
    });
    const [[rows, ...found] = []] = await query(`SELECT ${['count(*)', ...asked].join(', ')} FROM ${from}`);
    for (const [index, { name }] of some.entries()) {
      counts.set(name, { present: Number(found[2 * index]), others: Number(found[2 * index + 1]) });
    }
    if (at + COLUMNS_AT_ONCE >= columns.length) return { rows: Number(rows), counts };
  }
}

function otherValue(column: string, sqlType: string): string {
  if (isLong(sqlType)) return `NOT ${isExact(column)}`;
  return sqlType === 'VARCHAR' ? `NOT ${isOf(column, 'time')}` : 'true';
}
