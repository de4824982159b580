import { isWrittenAs, type WrittenType } from '../text/written-as.ts';
import type { CategoricalProfile, ColumnProfile } from './profile-column.ts';

/**
 * True if a column was text in the reference, by its categories: some are not written as values of the type that it has in
 * the current window. In a file of text the type comes from the rows, so that `01` is a number in one window, and a text in
 * another that also has `x`.
 */
export function wasText(reference: ColumnProfile, now: WrittenType): boolean {
  if (reference.kind !== 'categorical' || now === 'text' || now === 'other') return false;
  return !reference.counts.every(([name]) => isWrittenAs(now, name));
}

/**
 * Texts of the current window in the spelling of a reference of whole numbers or flags: `01` as `1`, `True` as `true`.
 * Other texts stay as they are.
 */
export function inSpellingOf(reference: ColumnProfile, current: ColumnProfile): ColumnProfile {
  if (reference.kind !== 'categorical' || current.kind !== 'categorical') return current;
  const spell = spellingOf(reference);
  if (spell === undefined) return current;
  const counts = new Map<string, number>();
  for (const [name, count] of current.counts) counts.set(spell(name), (counts.get(spell(name)) ?? 0) + count);
  return { ...current, counts: [...counts].sort(([, a], [, b]) => b - a) };
}

function spellingOf({ counts }: CategoricalProfile): ((text: string) => string) | undefined {
  if (counts.length === 0) return undefined;
  if (counts.every(([name]) => name === 'true' || name === 'false')) return flagOf;
  return counts.every(([name]) => isWrittenAs('integer', name)) ? wholeNumberOf : undefined;
}

function flagOf(text: string): string {
  return ['True', 'TRUE', 'False', 'FALSE'].includes(text) ? text.toLowerCase() : text;
}

function wholeNumberOf(text: string): string {
  return /^[+-]?\d+([.]0*)?$/.test(text) ? String(Number(text) + 0) : text;
}
