/** Chosen: what is longer than any name of Tidegate is not a misspelling of one. Time grows as the product of the lengths. */
const MAX_CHARACTERS = 100;
/** Chosen: more names than a person chooses from. */
const MAX_CANDIDATES = 200;

/**
 * The candidate with the smallest edit distance to a text, for "did you mean".
 *
 * @param text What was written.
 * @param candidates What is known; ties go to the first, and only the first 200 are compared.
 * @returns Undefined when nothing is near: more than a third of the longer text would have to change (at least 2), or the
 *   text has more than 100 characters.
 * @example nearest('max-regresion', ['min', 'max-regression']) // => 'max-regression'
 */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  let best: { candidate: string; distance: number } | undefined;
  if (text.length > MAX_CHARACTERS) return undefined;
  for (const candidate of [...candidates].slice(0, MAX_CANDIDATES)) {
    const limit = Math.max(2, Math.floor(Math.max(text.length, candidate.length) / 3));
    // The distance is at least the difference in length.
    if (Math.abs(text.length - candidate.length) > limit) continue;
    const distance = editDistance(text.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** Levenshtein distance: the fewest insertions, deletions and replacements of UTF-16 units. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, j) => j);
  for (let i = 1; i <= left.length; i++) {
    const current = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
