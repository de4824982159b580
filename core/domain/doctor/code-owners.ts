import { fitsPattern } from './path-pattern.ts';

/** A line of CODEOWNERS. */
export interface OwnerRule {
  readonly pattern: string;
  /** Empty: the files have no owner. */
  readonly owners: readonly string[];
}

/** Paths at which GitHub looks for the file; the first that exists counts. */
export const OWNERS_FILES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

/** Chosen: far more than any file has. */
const MAX_RULES = 5_000;

/**
 * Reads CODEOWNERS. A line that GitHub does not read (a negation, a range of characters, an owner that is not a name) is
 * left out, as there.
 */
export function parseCodeOwners(text: string): readonly OwnerRule[] {
  return text
    .split('\n')
    .slice(0, MAX_RULES)
    .flatMap((raw): OwnerRule[] => {
      const [pattern = '', ...owners] = wordsOf(raw);
      const isRead = pattern !== '' && !/^[!]|[[\]]|^\\#/.test(pattern) && owners.every(isOwner);
      return isRead ? [{ pattern, owners }] : [];
    });
}

/** Words between spaces; a space after a backslash is part of a word; `#` begins a comment. */
function wordsOf(line: string): readonly string[] {
  const words = line
    .replaceAll('\\ ', '\0')
    .split(/\s/)
    .filter((word) => word !== '');
  const comment = words.findIndex((word) => word.startsWith('#'));
  return (comment < 0 ? words : words.slice(0, comment)).map((word) => word.replaceAll('\0', ' '));
}

function isOwner(owner: string): boolean {
  return owner.startsWith('@') ? owner.length > 1 : /^[^@\s]+@[^@\s]+$/.test(owner);
}

/** The owners of a file: those of the last line whose pattern fits it. */
export function ownersOf(path: string, rules: readonly OwnerRule[]): readonly string[] {
  return rules.findLast(({ pattern }) => fitsOwnerPattern(path, pattern))?.owners ?? [];
}

/**
 * As GitHub's page "About code owners" has it: a pattern with a slash before its end is anchored at the root; a folder
 * holds all below it; `docs/*` holds the files of one folder alone.
 */
function fitsOwnerPattern(path: string, pattern: string): boolean {
  const isFolder = pattern.endsWith('/');
  const bare = isFolder ? pattern.slice(0, -1) : pattern;
  const isAnchored = bare.includes('/');
  const rooted = isAnchored ? (bare.startsWith('/') ? bare.slice(1) : bare) : `**/${bare}`;
  if (isFolder) return fitsPattern(path, `${rooted}/**/*`);
  const holdsFolders = !bare.endsWith('/*');
  return fitsPattern(path, rooted) || (holdsFolders && fitsPattern(path, `${rooted}/**/*`));
}
