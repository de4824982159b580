import { type ColumnValues, rowCount, textsOf } from '../../table/column-values.ts';
import type { ColumnProfile } from '../profile-column.ts';
import type { Design } from './ridge-logistic.ts';

/** A column of both windows. */
export interface DomainColumn {
  /** As the reference has it. */
  readonly kind: ColumnProfile['kind'];
  readonly reference: ColumnValues;
  readonly current: ColumnValues;
}

/** Chosen: the more frequent categories of a column; the others are one. */
const MAX_CATEGORIES = 20;
/** Chosen: 45 products. */
const MAX_PAIRED = 10;
/** Chosen: a value further off, in standard deviations, tells no more. */
const MAX_DEVIATIONS = 5;

/**
 * The numbers by which a classifier tells windows apart, reference rows first: of a numeric column its standardised values
 * and their squares, of others a flag per frequent category, and of each a flag of missing values; of the first ten numeric
 * columns the products of two, which see a changed correlation. No label is looked at.
 */
export function domainDesign(columns: readonly DomainColumn[]): Design {
  const [first] = columns;
  const rows = first === undefined ? 0 : rowCount(first.reference) + rowCount(first.current);
  const own = columns.map(columnsOf);
  const numbers = own.flatMap(({ standard }) => (standard === undefined ? [] : [standard])).slice(0, MAX_PAIRED);
  return { rows, columns: [...own.flatMap((column) => column.columns), ...products(numbers)].filter(varies) };
}

interface DesignedColumn {
  readonly columns: readonly Float64Array[];
  /** Of a numeric column. */
  readonly standard?: Float64Array;
}

function products(numbers: readonly Float64Array[]): readonly Float64Array[] {
  return numbers.flatMap((a, at) => numbers.slice(at + 1).map((b) => a.map((value, row) => value * (b[row] ?? 0))));
}

function columnsOf({ kind, reference, current }: DomainColumn): DesignedColumn {
  if (kind === 'numeric' && reference.kind !== 'categorical' && current.kind !== 'categorical') {
    return numericColumns(Float64Array.of(...reference.values, ...current.values));
  }
  return { columns: flags([...textsOf(reference), ...textsOf(current)]) };
}

function numericColumns(values: Float64Array): DesignedColumn {
  const finite = values.filter(Number.isFinite);
  const mean = finite.reduce((sum, value) => sum + value / finite.length, 0);
  const deviation = Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2 / finite.length, 0));
  const scale = deviation > 0 && Number.isFinite(deviation) ? deviation : 1;
  const standard = values.map((value) =>
    Number.isFinite(value) ? Math.max(-MAX_DEVIATIONS, Math.min(MAX_DEVIATIONS, (value - mean) / scale)) : 0,
  );
  const columns = [
    standard,
    standard.map((value) => value ** 2),
    values.map((value) => Number(!Number.isFinite(value))),
  ];
  return { columns, standard };
}

function flags(texts: readonly (string | undefined)[]): readonly Float64Array[] {
  const counts = new Map<string | undefined, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const frequent = [...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_CATEGORIES);
  return frequent.map(([name]) => Float64Array.from(texts, (text) => Number(text === name)));
}

function varies(column: Float64Array): boolean {
  return column.some((value) => value !== column[0]);
}
