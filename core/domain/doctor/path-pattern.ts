/** Chosen: longer patterns and paths fit nothing. */
const MAX_CHARACTERS = 1_000;

/**
 * True if a path fits a pattern: `*` and `?` stay within a name, `**` goes through any number of folders. Takes time in
 * proportion to the product of both lengths, so that no pattern of a repository holds up others.
 *
 * @example fitsPattern('team/eta@v1.0.0', '*@v*') // => false
 */
export function fitsPattern(path: string, pattern: string): boolean {
  if (path.length > MAX_CHARACTERS || pattern.length > MAX_CHARACTERS) return false;
  return fitsParts(path.split('/'), pattern.split('/'));
}

/** Matches between prefixes of the pattern and of the path: one row for each part of the pattern. */
function fitsParts(names: readonly string[], patterns: readonly string[]): boolean {
  let reached = names.map(() => false);
  reached = [true, ...reached];
  for (const pattern of patterns) {
    const next = reached.map(() => false);
    for (const [at, isReached] of reached.entries()) {
      if (pattern === '**') next[at] = isReached || (next[at - 1] ?? false);
      else if (at > 0) next[at] = (reached[at - 1] ?? false) && fitsName(names[at - 1] ?? '', pattern);
    }
    reached = next;
  }
  return reached.at(-1) ?? false;
}

/** By two positions: where a star was wrong, it takes one more character. */
function fitsName(name: string, pattern: string): boolean {
  let [at, part, star, kept] = [0, 0, -1, 0];
  while (at < name.length) {
    const sign = pattern.charAt(part);
    if (sign === '*') {
      [star, kept] = [part, at];
      part += 1;
    } else if (part < pattern.length && (sign === '?' || sign === name.charAt(at))) {
      at += 1;
      part += 1;
    } else if (star >= 0) {
      kept += 1;
      [at, part] = [kept, star + 1];
    } else return false;
  }
  while (pattern.charAt(part) === '*') part += 1;
  return part === pattern.length;
}
