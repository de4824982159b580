import { UserError } from '../../errors.ts';

/** Line ends for every reader; a carriage return is a line's end for some readers even alone. */
const UNREADABLE = /[^\P{Cc}\t\n\r]|[\u2028\u2029\uFEFF\uFFFE\uFFFF]|\p{Cs}|\r(?!\n)/u;
/** Kubernetes ends a document at each line that begins so, and drops or refuses the rest of the line. */
const SEPARATOR = '---';
const SEPARATOR_LINE = /^---(?:[ \t]+(?:#.*)?)?$/;
/** Ends a document for readers of YAML; what cuts a file at its separators goes on, and reads only what comes before. */
const END_LINE = /^\.\.\.(?:[ \t]|$)/;
const NOTHING = /^[ \t]*(?:#.*)?$/;

/**
 * Refuses a manifest whose characters or lines are not the same for all readers: those of YAML 1.1 (Kubernetes, Argo
 * CD, kustomize, PyYAML), those of YAML 1.2, and programs that cut a file at its separators.
 *
 * @param text Without a byte order mark.
 * @throws {UserError} MANIFEST_INVALID with the line.
 */
export function assertOneReading(text: string, file: string): void {
  const found = UNREADABLE.exec(text);
  if (found !== null) throw unreadable(text, file, found);
  let hasEnded = false;
  for (const [index, line] of text.split('\n').entries()) {
    const why = whyTwoReadings(line.endsWith('\r') ? line.slice(0, -1) : line, hasEnded);
    if (why !== undefined) throw invalid({ file, line: index + 1 }, ...why);
    hasEnded = END_LINE.test(line) || (hasEnded && !line.startsWith(SEPARATOR));
  }
}

function whyTwoReadings(line: string, hasEnded: boolean): readonly [why: string, fix: string] | undefined {
  if (line.startsWith(SEPARATOR)) {
    if (SEPARATOR_LINE.test(line)) return undefined;
    return [
      'the line begins with --- and has more text, which Kubernetes reads as a separator',
      'Begin a new line after ---.',
    ];
  }
  if (line.startsWith('%')) return ['the line is a directive, which Kubernetes does not read', 'Remove the line.'];
  if (!hasEnded || NOTHING.test(line) || END_LINE.test(line)) return undefined;
  return ['a document follows after ..., which Kubernetes does not read', 'Begin each document with a line ---.'];
}

function unreadable(text: string, file: string, { 0: character, index }: RegExpExecArray): UserError {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const before = text.slice(0, index).split('\n');
  const place = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  const why = `the character U+${code} is a line ending or an error for some YAML readers, but not for others`;
  return invalid(place, why, 'Remove the character.');
}

function invalid(place: { file: string; line: number; column?: number }, why: string, fix: string): UserError {
  return new UserError('MANIFEST_INVALID', `${place.file}:${place.line}: ${why}`, { fix, place });
}
