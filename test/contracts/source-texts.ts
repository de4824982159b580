/** A text of a source file, without its quotes; each `${…}` of a template is one `…`. */
export interface SourceText {
  /** From 1: where it begins. */
  readonly line: number;
  readonly text: string;
}

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const REGULAR_EXPRESSION = /\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[dgimsuvy]*/y;
const QUOTED = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/y;
const CODE = /[^`'"/{}]+/y;
const BEFORE_EXPRESSION = /(?:^|[(,=:[!&|?{};+>]|\breturn)\s*$/;

/** Lists the string literals and templates of a TypeScript source, without comments and regular expressions. */
export function textsOf(source: string): readonly SourceText[] {
  const found: SourceText[] = [];
  const add = (from: number, text: string) => found.push({ line: source.slice(0, from).split('\n').length, text });
  skipCode(source, 0, add);
  return found;
}

type Add = (from: number, text: string) => void;

/** Reads code up to its end, or up to the `}` that closes it; returns the place after it. */
function skipCode(source: string, from: number, add: Add): number {
  let at = from;
  let depth = 0;
  while (at < source.length) {
    const character = source[at];
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (depth < 0) return at + 1;
    at = character === '`' ? readTemplate(source, at, add) : readOther(source, at, add);
  }
  return at;
}

function readOther(source: string, at: number, add: Add): number {
  const quoted = match(QUOTED, source, at);
  if (quoted !== undefined) {
    add(at, quoted[1] ?? quoted[2] ?? '');
    return at + quoted[0].length;
  }
  const comment = match(COMMENT, source, at);
  if (comment !== undefined) return at + comment[0].length;
  const isExpression = source[at] === '/' && BEFORE_EXPRESSION.test(source.slice(Math.max(0, at - 40), at));
  const other = (isExpression ? match(REGULAR_EXPRESSION, source, at) : undefined) ?? match(CODE, source, at);
  return at + (other?.[0].length ?? 1);
}

function readTemplate(source: string, from: number, add: Add): number {
  let at = from + 1;
  let text = '';
  while (at < source.length && source[at] !== '`') {
    if (source.startsWith('${', at)) {
      at = skipCode(source, at + 2, add);
      text += '…';
      continue;
    }
    const length = source[at] === '\\' ? 2 : 1;
    text += source.slice(at, at + length);
    at += length;
  }
  add(from, text);
  return at + 1;
}

function match(pattern: RegExp, source: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source) ?? undefined;
}
