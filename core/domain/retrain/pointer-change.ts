/** A line that says what of an output DVC recorded: its digest, size or number of files, each a plain value. */
const RECORD = /^(\s*(?:- )?)(?:md5: '?[0-9a-f]{1,64}(?:\.dir)?'?|size: \d{1,18}|nfiles: \d{1,12}|hash: md5)$/;
/** Kinds of recorded lines that may come or go: a folder has a number of files, DVC 2 wrote no kind of hash. */
const OPTIONAL = /^\s+(?:size|nfiles|hash): /;

/**
 * True if a pointer file was changed in nothing but digests, sizes and counts of the outputs that it declares. Compared
 * line by line, as texts: no two readers of YAML can then see something else in it.
 *
 * @example isPointerChange('outs:\n- md5: aa\n  path: x\n', 'outs:\n- md5: bb\n  path: x\n') // => true
 */
export function isPointerChange(before: string, after: string): boolean {
  if (!isSmall(before) || !isSmall(after) || areFolders(before) !== areFolders(after)) return false;
  const indents = recordIndents(before);
  if (![...recordIndents(after)].every((indent) => indents.has(indent))) return false;
  const [old, changed] = [declaredLines(before), declaredLines(after)];
  return old.length === changed.length && old.every((line, index) => line === changed[index]);
}

/** Chosen: a pointer file names a few outputs. */
const MAX_CHARACTERS = 65_536;

function isSmall(text: string): boolean {
  return text.length <= MAX_CHARACTERS;
}

/** Flags of the digests that are of folders, in their order: a file does not become a folder. */
function areFolders(text: string): string {
  const digests = text.split('\n').filter((line) => RECORD.test(line) && /^\s*(?:- )?md5/.test(line));
  return digests.map((line) => (line.includes('.dir') ? 'folder' : 'file')).join(' ');
}

/** Indentation of recorded values: one that moves elsewhere would be part of something else. */
function recordIndents(text: string): ReadonlySet<number> {
  const prefixes = text.split('\n').flatMap((line) => RECORD.exec(line)?.[1] ?? []);
  return new Set(prefixes.map((prefix) => prefix.length));
}

/** The lines of a pointer file, recorded values left out. */
function declaredLines(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => !(RECORD.test(line) && OPTIONAL.test(line)))
    .map((line) => (RECORD.test(line) ? line.replace(/: .*$/, ':') : line));
}
