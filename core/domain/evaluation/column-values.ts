/** A column of a dataset in memory. */
export type ColumnValues =
  | {
      readonly kind: 'numeric';
      /** NaN where missing. */
      readonly values: Float64Array;
    }
  | {
      readonly kind: 'time';
      /** Milliseconds since 1970-01-01 UTC (a time without zone is taken as UTC); NaN where missing. */
      readonly values: Float64Array;
    }
  | {
      readonly kind: 'categorical';
      /** Index into `categories` of each row; -1 where missing. */
      readonly codes: Int32Array;
      /** In order of first appearance. */
      readonly categories: readonly string[];
    };

/** How many rows a column has. */
export function rowCount(column: ColumnValues): number {
  return column.kind === 'categorical' ? column.codes.length : column.values.length;
}

/** The given rows of a column. */
export function pickRows(column: ColumnValues, rows: Uint32Array): ColumnValues {
  if (column.kind === 'categorical') {
    return { ...column, codes: Int32Array.from(rows, (row) => column.codes[row] ?? -1) };
  }
  return { ...column, values: Float64Array.from(rows, (row) => column.values[row] ?? Number.NaN) };
}
