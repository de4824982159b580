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

/** Number of rows of a column. */
export function rowCount(column: ColumnValues): number {
  return column.kind === 'categorical' ? column.codes.length : column.values.length;
}

/** The value of each row as text; undefined where it is missing. Equal numbers have equal texts. */
export function textsOf(column: ColumnValues): readonly (string | undefined)[] {
  if (column.kind === 'categorical') return Array.from(column.codes, (code) => column.categories[code]);
  return Array.from(column.values, (value) => (Number.isNaN(value) ? undefined : String(value)));
}

/** A column of texts, the inverse of `textsOf`; undefined is missing. */
export function columnOfTexts(
  texts: readonly (string | undefined)[],
): Extract<ColumnValues, { readonly kind: 'categorical' }> {
  const known = new Map<string, number>();
  const codes = Int32Array.from(texts, (text) => {
    if (text === undefined) return -1;
    const code = known.get(text) ?? known.size;
    known.set(text, code);
    return code;
  });
  return { kind: 'categorical', codes, categories: [...known.keys()] };
}

/** The given rows of a column. */
export function pickRows(column: ColumnValues, rows: Uint32Array): ColumnValues {
  // Plain loops: the from() of typed arrays goes through an iterator, at ten times the cost.
  if (column.kind === 'categorical') {
    const codes = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) codes[i] = column.codes[rows[i] ?? 0] ?? -1;
    return { ...column, codes };
  }
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = column.values[rows[i] ?? 0] ?? Number.NaN;
  return { ...column, values };
}

/**
 * A column of booleans as 0 and 1, NaN where missing.
 *
 * @returns Undefined for other categories.
 */
export function flagsAsNumbers({
  codes,
  categories,
}: Extract<ColumnValues, { kind: 'categorical' }>): Float64Array | undefined {
  if (categories.join() !== 'false,true') return undefined;
  return Float64Array.from(codes, (code) => (code === -1 ? Number.NaN : code));
}
