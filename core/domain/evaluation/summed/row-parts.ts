/** Chosen: an interval by 512 parts is as wide as that by rows, give or take 3 % of its width. */
export const MOST_PARTS = 512;

/** Puts rows into parts that are independent of each other: influences are summed by part. */
export interface RowParts {
  /** How many parts there are so far. */
  readonly count: () => number;
  /** The part of each row of a batch. The array is used again. */
  readonly assign: (keys: RowKeys) => Uint16Array;
}

/** What decides the part of a row: nothing but its number, or a value that rows of one group share. */
export type RowKeys =
  | { readonly kind: 'rows'; readonly rows: number }
  | { readonly kind: 'groups'; readonly values: readonly (string | null)[] | Float64Array };

/**
 * Parts at random, whatever order the rows are in: row n goes to the same part in every run.
 *
 * The numbers are G. Marsaglia's xorshift generator of 32 bits (J. Stat. Softw. 8, 2003).
 */
export function randomParts(): RowParts {
  let state = 0x9e3779b9;
  let parts = new Uint16Array(0);
  return {
    count: () => MOST_PARTS,
    assign: (keys) => {
      const rows = keys.kind === 'rows' ? keys.rows : keys.values.length;
      if (parts.length < rows) parts = new Uint16Array(rows);
      let x = state;
      for (let i = 0; i < rows; i++) {
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
        parts[i] = x & (MOST_PARTS - 1);
      }
      state = x;
      return parts.subarray(0, rows);
    },
  };
}

/**
 * Groups as parts; of more groups than there are parts several share one, chosen by the group's value, which are as
 * independent of each other as the groups were.
 */
export function groupParts(): RowParts {
  const known = new Map<string | number | null, number>();
  let parts = new Uint16Array(0);
  const partOf = (key: string | number | null): number => {
    const part = known.get(key);
    if (part !== undefined) return part;
    if (known.size === MOST_PARTS) return hashOf(String(key)) % MOST_PARTS;
    known.set(key, known.size);
    return known.size - 1;
  };
  return {
    count: () => known.size,
    assign: (keys) => {
      const values = keys.kind === 'groups' ? keys.values : [];
      if (parts.length < values.length) parts = new Uint16Array(values.length);
      let [last, part]: [string | number | null | undefined, number] = [undefined, 0];
      for (let i = 0; i < values.length; i++) {
        const key = values[i] ?? null;
        // Rows of a group often stand together.
        if (key !== last) part = partOf(key);
        last = key;
        parts[i] = part;
      }
      return parts.subarray(0, values.length);
    },
  };
}

/** FNV-1a of 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
