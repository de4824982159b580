/** A column that drifted, with the size of its shift. */
export interface DriftedColumn {
  readonly name: string;
  readonly effect: number;
}

/** Columns that drifted in a check: the first ones where there are many. */
export interface DriftedColumns {
  readonly listed: readonly DriftedColumn[];
  /** Of all columns that drifted. */
  readonly count: number;
}

/** Chosen: a shift that rises by half is news for a person who decided that the shift before is fine. */
const WORSE_RATIO = 1.5;
/** A rise by exactly half counts, whatever its last binary digit. */
const ROUNDING = 1e-9;

/**
 * True if drift became worse: a column drifted that had not, or a shift is larger by half. Where the earlier columns were too
 * many to be listed, more of them count in place of new ones.
 */
export function hasWorsened(before: DriftedColumns, now: DriftedColumns): boolean {
  const known = new Map(before.listed.map(({ name, effect }) => [name, effect]));
  const isCut = before.count > before.listed.length;
  if (isCut && now.count > before.count) return true;
  return now.listed.some(({ name, effect }) => {
    const earlier = known.get(name);
    return earlier === undefined ? !isCut : effect >= WORSE_RATIO * earlier * (1 - ROUNDING);
  });
}
