import type { CategoricalProfile } from './profile-column.ts';

/** Counts of two samples over the same categories, in the same order. */
export interface PairedCounts {
  readonly categories: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

const OTHER = '(other)';

/**
 * Lines up the counts of two samples. Where a sample was cut, categories that it does not list are counted as others in
 * both.
 */
export function pairCounts(reference: CategoricalProfile, current: CategoricalProfile): PairedCounts {
  const left = new Map(reference.counts);
  const right = new Map(current.counts);
  const isCut = reference.other > 0 || current.other > 0;
  const names = [...new Set([...left.keys(), ...right.keys()])];
  const listed = isCut ? names.filter((name) => left.has(name) && right.has(name)) : names;
  const sum = (counts: ReadonlyMap<string, number>) =>
    listed.reduce((total, name) => total + (counts.get(name) ?? 0), 0);
  const rest = [reference.rows - reference.missing - sum(left), current.rows - current.missing - sum(right)] as const;
  const withRest = rest[0] + rest[1] > 0;
  return {
    categories: withRest ? [...listed, OTHER] : listed,
    reference: [...listed.map((name) => left.get(name) ?? 0), ...(withRest ? [rest[0]] : [])],
    current: [...listed.map((name) => right.get(name) ?? 0), ...(withRest ? [rest[1]] : [])],
  };
}

/** The greater of the two samples' shares of rows whose categories were cut, so that no one knows what they are; 0 to 1. */
export function unknownShare({ categories, reference, current }: PairedCounts): number {
  const last = categories.length - 1;
  if (categories[last] !== OTHER) return 0;
  const share = (counts: readonly number[]) => (counts[last] ?? 0) / counts.reduce((sum, count) => sum + count, 0);
  return Math.max(share(reference), share(current));
}

/** Categories that the reference never had, most frequent first. Empty where the reference was cut: it may have had them. */
export function newCategories(
  reference: CategoricalProfile,
  current: CategoricalProfile,
): CategoricalProfile['counts'] {
  if (reference.other > 0) return [];
  const known = new Set(reference.counts.map(([name]) => name));
  return current.counts.filter(([name]) => !known.has(name));
}
