/** Columns at which a scalar begins and continues. Columns start at 0. */
export interface ScalarPlace {
  /** Column after the `:` or `-` and the space that follow. */
  readonly column: number;
  /** Column of continuation lines. */
  readonly indent: number;
}

/** The width at which the YAML library of DVC breaks lines. */
const WIDTH = 80;

/** Texts that a YAML 1.2 reader of Python takes for something else than text. */
const NOT_TEXT = [
  /^(?:true|True|TRUE|false|False|FALSE)$/,
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^(?:[-+]?0b[0-1_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+)$/,
  /^(?:<<|~|null|Null|NULL|=|)$/,
  /^\d{4}-\d\d-\d\d$|^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/,
];

/**
 * A text as a YAML scalar, byte for byte as ruamel.yaml 0.18 writes it into dvc.lock: plain where that reads back as
 * the same text, else in single quotes, or in double quotes where it holds line breaks, quotes or control characters.
 *
 * @param place.column Includes the space before the scalar, which is the caller's.
 */
export function formatYamlText(text: string, place: ScalarPlace): string {
  const chars = [...text];
  const allowed = allowedStyles(text, chars);
  if (allowed.plain && !NOT_TEXT.some((pattern) => pattern.test(text))) return formatYamlPlain(text, place);
  if (/['\n]/.test(text) || !allowed.single) return writeDouble(chars, place);
  return writeSingle(text, place);
}

function allowedStyles(text: string, chars: readonly string[]): { plain: boolean; single: boolean } {
  const isSpecial = chars.some((char) => char !== '\n' && !isPrintable(char));
  const hasBreak = /[\n\x85\u2028\u2029]/.test(text);
  const isEdgy = /^[ \n\x85\u2028\u2029]|[ \n\x85\u2028\u2029]$/.test(text);
  const mixesBreaks = /[\n\x85\u2028\u2029] | [\n\x85\u2028\u2029]/.test(text);
  const startsBadly = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[-?:](?:[\s\x85\u2028\u2029]|$))/.test(text);
  const hasIndicator = /.:(?:[\s\0\x85]|$)|[\s\0\x85]#/s.test(text);
  const isSingleFine = !isSpecial && !mixesBreaks;
  return { plain: isSingleFine && !hasBreak && !isEdgy && !startsBadly && !hasIndicator, single: isSingleFine };
}

function isPrintable(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0x20 && code <= 0x7e) return true;
  return (
    code === 0x85 ||
    (code >= 0xa0 && code !== 0xfeff && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff)
  );
}

/** Words and runs of spaces, alternately. */
function pieces(text: string): string[] {
  return text.match(/ +|[^ ]+/g) ?? [];
}

/** A scalar without quotes (a number, or text that needs none), broken into lines as the library does. */
export function formatYamlPlain(text: string, { column: start, indent }: ScalarPlace): string {
  const newLine = `\n${' '.repeat(indent)}`;
  let out = '';
  let column = start;
  for (const piece of pieces(text)) {
    const width = [...piece].length;
    if (piece.startsWith(' ')) {
      if (width === 1 && column >= WIDTH) {
        out += newLine;
        column = indent;
        continue;
      }
    } else if (width + column > WIDTH && column > indent) {
      // Also a first word that is too long gets a line of its own.
      out += newLine;
      column = indent;
    }
    out += piece;
    column += width;
  }
  return out;
}

function writeSingle(text: string, { column: start, indent }: ScalarPlace): string {
  let out = "'";
  let column = start + 1;
  const all = pieces(text);
  for (const [index, piece] of all.entries()) {
    const isInside = index > 0 && index < all.length - 1;
    if (piece === ' ' && isInside && column > WIDTH) {
      out += `\n${' '.repeat(indent)}`;
      column = indent;
      continue;
    }
    out += piece;
    column += [...piece].length;
  }
  return `${out}'`;
}

const ESCAPES = new Map([
  ['\0', '0'],
  ['\x07', 'a'],
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\v', 'v'],
  ['\f', 'f'],
  ['\r', 'r'],
  ['\x1b', 'e'],
  ['"', '"'],
  ['\\', '\\'],
  ['\x85', 'N'],
  ['\u2028', 'L'],
  ['\u2029', 'P'],
]);

function writeDouble(chars: readonly string[], { column: startColumn, indent }: ScalarPlace): string {
  let out = '"';
  let column = startColumn + 1;
  let start = 0;
  const put = (text: string): void => {
    out += text;
    column += [...text].length;
  };
  for (let end = 0; end <= chars.length; end += 1) {
    const char = chars[end];
    if (char === undefined || needsEscape(char)) {
      if (start < end) put(chars.slice(start, end).join(''));
      if (start < end) start = end;
      if (char !== undefined) {
        put(escapeChar(char));
        start = end + 1;
      }
    }
    const mayBreak = end > 0 && end < chars.length - 1 && (char === ' ' || start >= end);
    if (!mayBreak || column + (end - start) <= WIDTH) continue;
    const needsBackslash = breakNeedsBackslash(chars, start, end);
    put(chars.slice(start, end).join('') + (needsBackslash ? '\\' : ''));
    if (start < end) start = end;
    out += `\n${' '.repeat(indent)}`;
    column = indent;
    if (chars[start] !== ' ') continue;
    if (needsBackslash) put('\\');
    else start += 1;
  }
  return `${out}"`;
}

/** A line may end without a backslash only where the reader's folding gives the one space back. */
function breakNeedsBackslash(chars: readonly string[], start: number, end: number): boolean {
  const space = chars.indexOf(' ', end);
  if (space < 0) return true;
  const lineBreak = chars.indexOf('\n', end);
  const at = lineBreak >= 0 && lineBreak < space ? lineBreak : space;
  const next = chars[at + 1];
  if (next === undefined) return true;
  if (chars[at] === '\n' && next !== ' ') return true;
  const word = chars.slice(end, at);
  const isPlainBreak =
    !word.includes('"') &&
    !word.includes("'") &&
    next !== ' ' &&
    next !== '\n' &&
    !(chars[end - 1] === ' ' && chars[end] === ' ') &&
    start !== end;
  return !isPlainBreak;
}

function needsEscape(char: string): boolean {
  return char === '"' || char === '\\' || /[\x85\u2028\u2029\ufeff]/.test(char) || !isPrintable(char);
}

function escapeChar(char: string): string {
  const known = ESCAPES.get(char);
  if (known !== undefined) return `\\${known}`;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
