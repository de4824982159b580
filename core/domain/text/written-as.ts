/** Kind of a column's values. */
export type WrittenType = 'integer' | 'real' | 'boolean' | 'time' | 'text' | 'other';

/**
 * True if a text is how a value of a type is written as a category: `1`, not `01` or `1.0`; `true`, not `True`. Times are
 * no categories.
 */
export function isWrittenAs(type: WrittenType, text: string): boolean {
  if (type === 'text') return true;
  if (type === 'boolean') return text === 'true' || text === 'false';
  return type !== 'time' && type !== 'other' && String(Number(text)) === text;
}
