import type { CategoricalProfile } from './profile-column.ts';

const WORDS: Readonly<Record<string, string>> = { '0': 'false', '1': 'true', false: 'false', true: 'true' };

/**
 * Two columns of flags: both in the words `true` and `false`. Pandas, SQL and CSV write the same flags as words or as 0 and 1.
 *
 * @returns The profiles as they are where either is not a column of flags.
 */
export function asSameFlags(
  reference: CategoricalProfile,
  current: CategoricalProfile,
): readonly [CategoricalProfile, CategoricalProfile] {
  return areFlags(reference) && areFlags(current) ? [inWords(reference), inWords(current)] : [reference, current];
}

function areFlags({ counts, other }: CategoricalProfile): boolean {
  const isOf = (words: readonly string[]) => counts.every(([name]) => words.includes(name.toLowerCase()));
  return other === 0 && counts.length > 0 && (isOf(['0', '1']) || isOf(['false', 'true']));
}

/** Spellings of the same flag are one category. */
function inWords(profile: CategoricalProfile): CategoricalProfile {
  const counts = new Map<string, number>();
  for (const [name, count] of profile.counts) {
    const word = WORDS[name.toLowerCase()] ?? name;
    counts.set(word, (counts.get(word) ?? 0) + count);
  }
  return { ...profile, counts: [...counts].sort(([, a], [, b]) => b - a) };
}
