/** Groups of rows. */
export type Grouping =
  | { readonly kind: 'none' }
  | { readonly kind: 'day' | 'column'; readonly column: string; readonly label: string };

const DAY = /^day\((.+)\)$/;

/**
 * Reads `evaluate.group`.
 *
 * @param text A column, `day(column)`, `none`, or undefined: the day of `time` where there is one.
 * @example parseGrouping('day(date)', undefined) // => { kind: 'day', column: 'date', label: 'day(date)' }
 */
export function parseGrouping(text: string | undefined, time: string | undefined): Grouping {
  if (text === undefined) return time === undefined ? { kind: 'none' } : dayOf(time);
  if (text === 'none') return { kind: 'none' };
  const day = DAY.exec(text)?.[1];
  return day === undefined ? { kind: 'column', column: text, label: text } : dayOf(day);
}

/** The columns of the dataset that a grouping reads. */
export function columnsOfGrouping(grouping: Grouping): readonly string[] {
  return grouping.kind === 'none' ? [] : [grouping.column];
}

function dayOf(column: string): Grouping {
  return { kind: 'day', column, label: `day(${column})` };
}
