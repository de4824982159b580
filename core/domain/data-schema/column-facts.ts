import type { TableColumn } from '../table/table.ts';
import type { NumbersQuestion } from './check-statements.ts';
import type { ColumnValues } from './column-values.ts';

/** Named forms of text, each with the pattern that a schema gets; the first that all values have is taken. */
export const TEXT_FORMS = [
  { title: 'date', pattern: '[0-9]{4}-[0-9]{2}-[0-9]{2}' },
  { title: 'UUID', pattern: '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}' },
  { title: 'e-mail address', pattern: '[^@\\s]+@[^@\\s]+\\.[^@\\s.]+' },
  { title: 'web address', pattern: 'https?://\\S+' },
  { title: 'IPv4 address', pattern: '([0-9]{1,3}\\.){3}[0-9]{1,3}' },
] as const;

/** Facts about all values of a column, of which a schema is inferred. */
export interface ColumnFacts {
  readonly present: number;
  readonly distinct: number;
  /** Of numbers; null where there is none, or one that is not finite. */
  readonly min: number | null;
  readonly max: number | null;
  /** Of text: number of characters. */
  readonly minLength: number | null;
  readonly maxLength: number | null;
  /** Number of shapes of texts: with each digit as 9, each letter as A or a. 0 for other types. */
  readonly shapes: number;
  /** Values of each of `TEXT_FORMS`. */
  readonly forms: readonly number[];
}

/** A column that facts are asked about. */
export interface AskedColumn {
  readonly column: TableColumn;
  readonly values: ColumnValues;
}

/** SQL of the shape of a text: digits as 9, capital letters as A, other letters as a. */
export function shapeSql(value: string): string {
  const steps = [
    ["'[0-9]'", "'9'"],
    ["'[A-Z]'", "'A'"],
    ["'[a-z]'", "'a'"],
  ] as const;
  return steps.reduce((sql, [from, to]) => `regexp_replace(${sql}, ${from}, ${to}, 'g')`, value);
}

/** The one statement that gives the number of rows, and the facts of each column in their order. */
export function factsQuestion(
  columns: readonly AskedColumn[],
  from: string,
): NumbersQuestion<{ readonly rows: number; readonly facts: readonly ColumnFacts[] }> {
  const selected: string[] = [];
  const add = (sql: string) => selected.push(`${sql} AS c${selected.length}`) - 1;
  const rows = add('COUNT(*)');
  const asked = columns.map(({ column, values: { raw } }) => {
    const isText = column.type === 'text';
    return {
      present: add(`COUNT(${raw})`),
      distinct: add(`COUNT(DISTINCT ${raw})`),
      min: add(isText ? 'NULL' : `MIN(${raw})`),
      max: add(isText ? 'NULL' : `MAX(${raw})`),
      minLength: add(isText ? `MIN(length(${raw}))` : 'NULL'),
      maxLength: add(isText ? `MAX(length(${raw}))` : 'NULL'),
      shapes: add(isText ? `COUNT(DISTINCT ${shapeSql(raw)})` : '0'),
      forms: TEXT_FORMS.map(({ pattern }) => add(isText ? `COUNT_IF(regexp_full_match(${raw}, '${pattern}'))` : '0')),
    };
  });
  return {
    sql: `SELECT ${selected.join(', ')} FROM ${from}`,
    width: selected.length,
    read: (row) => {
      const at = (index: number) => row[index] ?? null;
      const number = (index: number) => at(index) ?? 0;
      const facts = asked.map((one) => ({
        present: number(one.present),
        distinct: number(one.distinct),
        min: at(one.min),
        max: at(one.max),
        minLength: at(one.minLength),
        maxLength: at(one.maxLength),
        shapes: number(one.shapes),
        forms: one.forms.map(number),
      }));
      return { rows: number(rows), facts };
    },
  };
}
