import { binnedText, compareValues, refuseManyValues, type SliceDeclaration, type SliceKey } from '../slice.ts';

/** Values of a column in a batch. Booleans are 0 and 1; what is missing is NaN or null. */
export type SliceColumn =
  | { readonly kind: 'numeric'; readonly values: Float64Array; readonly isBoolean: boolean }
  | { readonly kind: 'text'; readonly values: readonly (string | null)[] };

type Value = string | number | null;

/** In no slice. */
export const NO_SLICE = -1;

/** Puts rows into slices batch by batch, as `cutSlices` does all at once. */
export interface SliceCutter {
  /**
   * The number of each row's slice, in the order in which they appeared; NO_SLICE: none. The array is used again.
   *
   * @throws {UserError} DATA_INVALID for bins of text, or a column with more than 200 values.
   */
  readonly cut: (column: SliceColumn) => Int32Array;
  /** Slices by their number. */
  readonly keys: () => readonly SliceKey[];
  /** Numbers of the slices in the order in which they are shown. */
  readonly order: () => readonly number[];
}

/** Cuts a column as it is declared. */
export function createCutter({ column, bins }: SliceDeclaration): SliceCutter {
  return bins === undefined ? byValue(column) : byBin(column, bins);
}

function byValue(name: string): SliceCutter {
  const numbers = new Map<Value, number>();
  let found = new Int32Array(0);
  const numberOf = (value: Value): number => {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    refuseManyValues(name, numbers.size + 1);
    numbers.set(value, numbers.size);
    return numbers.size - 1;
  };
  return {
    cut: (column) => {
      const { length } = column.values;
      if (found.length < length) found = new Int32Array(length);
      let last: Value | undefined;
      let number = NO_SLICE;
      for (let i = 0; i < length; i++) {
        const value = valueAt(column, i);
        // Rows of a slice often stand together.
        if (value !== last) number = numberOf(value);
        last = value;
        found[i] = number;
      }
      return found.subarray(0, length);
    },
    keys: () => [...numbers.keys()].map((value) => ({ column: name, value })),
    order: () => [...numbers].sort(([a], [b]) => compareValues(a, b)).map(([, number]) => number),
  };
}

function byBin(name: string, edges: readonly number[]): SliceCutter {
  const keys = edges.slice(0, -1).map((from, index) => ({ column: name, from, to: edges[index + 1] ?? from }));
  let found = new Int32Array(0);
  const last = keys.length - 1;
  return {
    cut: (column) => {
      if (column.kind === 'text' || column.isBoolean) throw binnedText(name);
      const { values } = column;
      if (found.length < values.length) found = new Int32Array(values.length);
      for (let i = 0; i < values.length; i++) {
        const value = values[i] ?? Number.NaN;
        found[i] = keys.findIndex(
          ({ from, to }, index) => value >= from && (value < to || (index === last && value === to)),
        );
      }
      return found.subarray(0, values.length);
    },
    keys: () => keys,
    order: () => [...keys.keys()],
  };
}

function valueAt(column: SliceColumn, row: number): Value {
  if (column.kind === 'text') return column.values[row] ?? null;
  const value = column.values[row] ?? Number.NaN;
  if (!Number.isFinite(value)) return null;
  return column.isBoolean ? String(value === 1) : value;
}
