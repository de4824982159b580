import ignore, { type Ignore } from 'ignore';
import { UserError } from '../../errors.ts';
import { inFolder, isWithin } from './repository-path.ts';

/** A `.dvcignore` file. */
export interface IgnoreFile {
  /** Its folder, relative to the repository root; '' for the root. */
  readonly folder: string;
  readonly text: string;
}

/** Paths that DVC ignores in every repository. */
const ALWAYS = ['.hg/', '.git', '.dvc/'];
const ALWAYS_FOLDERS = ['.hg', '.git', '.dvc'];

/** Tells whether DVC leaves out a path relative to the repository root. Its parents were asked before. */
export type IsIgnored = (path: string, kind: 'file' | 'folder') => boolean;

/**
 * Reads `.dvcignore` files as DVC does. The syntax is that of .gitignore, with these differences:
 * - spaces at both ends of a line do not count, not even after a backslash;
 * - a line also matches what is below the folders that it matches, so that `!keep` keeps all of a folder;
 * - a line that ends with `/` decides on folders only, not on files below them;
 * - `a/**` matches the folder `a` itself; a line of nothing but stars that ends with `/` matches nothing.
 *
 * The files of a folder and of those above it are one list, in which the last line that matches decides.
 *
 * @param files From the root down: a file comes after those of the folders above it.
 * @throws {UserError} DVC_INVALID for a line that DVC refuses.
 */
export function createIsIgnored(files: readonly IgnoreFile[]): IsIgnored {
  if (files.length === 0) return isAlwaysIgnored;
  const root = groupPatterns(ALWAYS);
  const nested = files.map(({ folder }, index) => {
    const above = files.filter((file, at) => at <= index && isWithin(folder, file.folder));
    const patterns = above.flatMap(patternsOf);
    const groups = groupPatterns([...ALWAYS, ...patterns]);
    // A file may also leave out the folder that it is in.
    return { folder, groups, isAll: foldersDownTo(folder).some((one) => isMatched(groups, one, 'folder')) };
  });
  return (path, kind) => {
    const nearest = nested.findLast(({ folder }) => isWithin(path, folder) && path !== folder);
    return nearest?.isAll === true || isMatched(nearest?.groups ?? root, path, kind);
  };
}

function isAlwaysIgnored(path: string, kind: 'file' | 'folder'): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return kind === 'folder' ? ALWAYS_FOLDERS.includes(name) : name === '.git';
}

function isMatched(groups: readonly PatternGroup[], path: string, kind: 'file' | 'folder'): boolean {
  const place = kind === 'folder' ? `${path}/` : path;
  const last = groups.findLast(
    ({ isFolderOnly, matcher }) => (kind === 'folder' || !isFolderOnly) && matcher.ignores(place),
  );
  return last?.isNegated === false;
}

/** `a` and `a/b` of `a/b`; none of the root. */
function foldersDownTo(folder: string): readonly string[] {
  const parts = folder === '' ? [] : folder.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Patterns that DVC takes, and that match nothing. */
const NOTHING = /^(?:\/|\*\/|\/?(?:\*\*\/)+(?:\*\/(?:\*\*)?)?)$/;

/** Patterns of one kind that follow each other. It matches where one of them does. */
interface PatternGroup {
  readonly isNegated: boolean;
  readonly isFolderOnly: boolean;
  readonly matcher: Ignore;
}

function groupPatterns(patterns: readonly string[]): readonly PatternGroup[] {
  const groups: PatternGroup[] = [];
  for (const pattern of patterns) {
    const isNegated = pattern.startsWith('!');
    const bare = isNegated ? pattern.slice(1) : pattern;
    if (pattern.startsWith('#') || NOTHING.test(bare)) continue;
    const isFolderOnly = bare.endsWith('/');
    let group = groups.at(-1);
    if (group?.isNegated !== isNegated || group.isFolderOnly !== isFolderOnly) {
      // Names have their case on every system.
      group = { isNegated, isFolderOnly, matcher: ignore({ ignoreCase: false }) };
      groups.push(group);
    }
    group.matcher.add(positive(bare));
  }
  return groups;
}

/** The same pattern where it is alone: `!` and `#` are names, and `a/**` is the folder `a`. */
function positive(bare: string): string {
  let folder = bare.endsWith('/') ? bare.slice(0, -1) : bare;
  while (folder.endsWith('/**')) folder = folder.slice(0, -'/**'.length);
  const isBelow = folder.length < bare.length - 1 && folder !== '' && folder !== '**';
  const plain = isBelow ? `/${folder.replace(/^\//, '')}/` : bare;
  return /^[!#]/.test(plain) ? `\\${plain}` : plain;
}

/** The lines of a file as patterns of the root. */
function patternsOf({ folder, text }: IgnoreFile): readonly string[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim());
  return lines.flatMap((line, index) => {
    if (line === '' || line.startsWith('#')) return [];
    if (endsInBackslash(line)) throw invalidLine(inFolder(folder, '.dvcignore'), index + 1, line);
    return [fromRoot(line, folder)];
  });
}

/** True if a line ends with a backslash that no other one escapes. */
function endsInBackslash(line: string): boolean {
  let count = 0;
  while (line.at(-1 - count) === '\\') count += 1;
  return count % 2 === 1;
}

function invalidLine(file: string, line: number, pattern: string): UserError {
  return new UserError('DVC_INVALID', `${file}:${line}: the pattern ${pattern} ends with a backslash`, {
    fix: 'Remove the backslash: a space at the end of a line cannot be a part of a pattern, as in DVC.',
    place: { file, line },
  });
}

/** A pattern of a folder as one of the root. */
function fromRoot(pattern: string, folder: string): string {
  if (folder === '') return pattern;
  const sign = pattern.startsWith('!') ? '!' : '';
  const bare = pattern.slice(sign.length);
  const isAnchored = bare.slice(0, -1).includes('/') && !bare.startsWith('**/');
  const rest = bare.replace(isAnchored ? /^\// : /^\*\*\//, '').replace(/^\\/, '');
  // As DVC writes it: the names of folders are patterns too.
  return `${sign === '' ? '' : '!/'}${folder}/${isAnchored ? '' : '**/'}${rest}`;
}
