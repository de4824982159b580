import type { TableColumn } from '../../domain/table/table.ts';
import {
  type CandidateType,
  candidatesFor,
  isInexactText,
  isOdd,
  isPresent,
  type MissingTexts,
  mayBe,
} from './column-types.ts';

type Query = (sql: string) => Promise<readonly (readonly unknown[])[]>;

/** Chosen: enough rows to see of most columns of text that they are not columns of numbers. */
const SAMPLE_ROWS = 2000;
const SAMPLE_VALUES = 1_000_000;
const NUMBERS: readonly string[] = ['integer', 'real'];
/** Chosen: the time to plan a statement grows as the square of its columns. */
const COLUMNS_AT_ONCE = 250;

/** The columns of a table of texts, by all of its rows. */
export interface TypedColumns {
  readonly columns: readonly TableColumn[];
  readonly rows: number;
}

/** A table of texts: `v0`, `v1` … in the order of the names. */
export interface TextTable {
  readonly select: string;
  readonly names: readonly string[];
  readonly missing: MissingTexts;
}

/**
 * The types of columns of text, and how many rows there are. A column is of a type where every row of it is; the first
 * rows only spare looking for types that they refute. A column without any value is one of numbers.
 */
export async function typeColumns(table: TextTable, query: Query): Promise<TypedColumns> {
  const { select, names, missing } = table;
  const limit = Math.max(10, Math.min(SAMPLE_ROWS, Math.floor(SAMPLE_VALUES / names.length)));
  const sample = await query(`SELECT * FROM (${select}) LIMIT ${limit}`);
  const textsOf = (at: number) => sample.map((row) => (typeof row[at] === 'string' ? row[at] : null));
  const open = names.map((_, at) => [...candidatesFor(textsOf(at), missing)]);
  const { rows, inexact } = await refute(table, open, query);
  const columns: TableColumn[] = [];
  for (const [at, name] of names.entries()) {
    const texts = textsOf(at);
    const [type = 'text'] = open[at] ?? [];
    const isEmpty = type === 'integer' && texts.every(isMissing(missing)) && (await hasNone(table, at, query));
    const text = type === 'text' ? await firstText(table, { at, texts }, query) : undefined;
    const found = isEmpty ? 'real' : type;
    columns.push({
      name,
      type: found,
      isWritten: true,
      ...(text === undefined ? {} : { firstText: text }),
      ...(inexact.has(at) && NUMBERS.includes(found) ? { isInexact: true } : {}),
    });
  }
  return { columns, rows };
}

function isMissing({ elsewhere }: MissingTexts): (text: string | null) => boolean {
  return (text) => text === null || text.trim() === '' || elsewhere.includes(text.trim());
}

async function hasNone({ select, missing }: TextTable, at: number, query: Query): Promise<boolean> {
  const [[present] = []] = await query(`SELECT count_if(${isPresent(`v${at}`, missing)}) FROM (${select})`);
  return Number(present) === 0;
}

/**
 * Takes from the types of each column those that some row refutes, until the first one left is that of all rows.
 *
 * @returns How many rows there are, and the columns with whole numbers that are not exactly doubles.
 */
async function refute(
  table: TextTable,
  open: readonly CandidateType[][],
  query: Query,
): Promise<{ readonly rows: number; readonly inexact: ReadonlySet<number> }> {
  const inexact = new Set<number>();
  for (let undecided = open.map((_, at) => at); ; ) {
    const asked = undecided.flatMap((at) => {
      const type = open[at]?.[0];
      return type === undefined ? [] : [{ at, type }];
    });
    const { rows, counts } = await countOdd(table, asked, query);
    for (const [index, { at }] of asked.entries()) if (Number(counts[2 * index + 1]) > 0) inexact.add(at);
    undecided = asked.flatMap(({ at }, index) => (Number(counts[2 * index]) > 0 ? [at] : []));
    for (const at of undecided) open[at]?.shift();
    if (undecided.every((at) => open[at]?.length === 0)) return { rows, inexact };
  }
}

interface AskedColumn {
  readonly at: number;
  readonly type: CandidateType;
}

/** Number of rows; and for each column the number of values that refute its type, and of those that a double cannot hold exactly. */
async function countOdd({ select, missing }: TextTable, asked: readonly AskedColumn[], query: Query) {
  const counts: unknown[] = [];
  for (let from = 0; ; from += COLUMNS_AT_ONCE) {
    const wanted = asked
      .slice(from, from + COLUMNS_AT_ONCE)
      .flatMap(({ at, type }) => [
        `count_if(${isOdd(`v${at}`, type, missing)})`,
        NUMBERS.includes(type) ? `count_if(${isInexactText(`v${at}`)})` : '0',
      ]);
    const [[rows, ...found] = []] = await query(`SELECT ${['count(*)', ...wanted].join(', ')} FROM (${select})`);
    counts.push(...found);
    if (from + COLUMNS_AT_ONCE >= asked.length) return { rows: Number(rows), counts };
  }
}

/** The first text of a column that is not a number, with its line where values and files do not span lines. */
async function firstText(
  { select, missing }: TextTable,
  { at, texts }: { readonly at: number; readonly texts: readonly (string | null)[] },
  query: Query,
): Promise<TableColumn['firstText']> {
  const isText = (text: string | null) => !isMissing(missing)(text) && !mayBe('real', text ?? '');
  const early = texts.findIndex(isText);
  if (early !== -1) return { text: texts[early] ?? '', row: early + 1 };
  const numbered = `SELECT v${at} AS v, row_number() OVER () AS n FROM (${select})`;
  const [[text, row] = []] = await query(
    `SELECT v, n FROM (${numbered}) WHERE ${isOdd('v', 'real', missing)} ORDER BY n LIMIT 1`,
  );
  return typeof text === 'string' ? { text, row: Number(row) } : undefined;
}
