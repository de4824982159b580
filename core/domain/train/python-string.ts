import { PlainOther } from '../data/plain-value.ts';
import { TextProblem } from '../data/text-problem.ts';

/** A string of a Python text. */
export interface PythonString {
  /** undefined for one that has parts to compute (an f-string). */
  readonly value: string | PlainOther | undefined;
  /** Offset at which the text continues. */
  readonly end: number;
}

const START = /([a-zA-Z]{0,2})("""|'''|"|')/y;
const PREFIX = /^(?:[rub]|r[b]|br)?$/i;
/** Up to the next backslash, quote or line end. */
const PLAIN = /[^\\"'\n]+/y;
const ESCAPE = /\\(?:[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}\n"']*\}|[\s\S])/y;

const SIMPLE = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

/**
 * The string that begins at a place of a Python text.
 *
 * @returns undefined where none begins.
 * @throws {TextProblem} For one that does not end, and for escapes that Python refuses.
 */
export function readPythonString(text: string, start: number): PythonString | undefined {
  START.lastIndex = start;
  const [opening, prefix = '', quote = ''] = START.exec(text) ?? [];
  if (opening === undefined) return undefined;
  const { parts, end } = readParts(text, { start, at: start + opening.length, quote });
  if (/f/i.test(prefix)) return { value: undefined, end };
  if (!PREFIX.test(prefix)) throw new TextProblem(`${prefix} is before a text`, start);
  const isBytes = /b/i.test(prefix);
  if (isBytes && parts.some((part) => /[^\0-\x7f]/.test(part)))
    throw new TextProblem('bytes hold more than ASCII', start);
  if (/r/i.test(prefix)) return { value: isBytes ? new PlainOther('bytes') : parts.join(''), end };
  const values = parts.map((part) => (part.startsWith('\\') ? resolveEscape(part, isBytes, start) : part));
  if (isBytes) return { value: new PlainOther('bytes'), end };
  if (values.includes(undefined)) return { value: new PlainOther('a text with \\N{…} or half a character'), end };
  return { value: values.join(''), end };
}

interface StringPlace {
  readonly start: number;
  /** After the opening quote. */
  readonly at: number;
  readonly quote: string;
}

/** Text between the quotes, each escape by itself. */
function readParts(text: string, { start, at: first, quote }: StringPlace): { parts: string[]; end: number } {
  const parts: string[] = [];
  let at = first;
  while (!text.startsWith(quote, at)) {
    const char = text[at];
    if (char === undefined || (char === '\n' && quote.length === 1)) {
      throw new TextProblem('a text does not end', start);
    }
    const pattern = char === '\\' ? ESCAPE : PLAIN;
    pattern.lastIndex = at;
    const part = pattern.exec(text)?.[0] ?? char;
    parts.push(part);
    at += part.length;
  }
  return { parts, end: at + quote.length };
}

/** undefined for a character by its name, and for half of one, which JavaScript would join with its neighbour. */
function resolveEscape(part: string, isBytes: boolean, offset: number): string | undefined {
  const body = part.slice(1);
  const simple = SIMPLE.get(body);
  if (simple !== undefined) return simple;
  if (/^[0-7]/.test(body)) return String.fromCodePoint(Number.parseInt(body, 8));
  if (!(isBytes ? /^x/ : /^[xuUN]/).test(body)) return part;
  const code = Number.parseInt(body.slice(1), 16);
  if (body.startsWith('N') && body.length > 1) return undefined;
  if (body.length === 1 || code > 0x10ffff) throw new TextProblem(`the escape ${part} is cut or too large`, offset);
  return code >= 0xd800 && code <= 0xdfff ? undefined : String.fromCodePoint(code);
}
