import type { PlainValue } from '../data/plain-value.ts';
import { TextProblem } from '../data/text-problem.ts';

/** Chosen: half of what Python's own recursion allows. */
const MAX_DEPTH = 500;
/** Python's bound on the digits of an integer. */
const MAX_DIGITS = 4300;

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has none of them in a string.
const STRING = /"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const WORD = /true|false|null|NaN|-?Infinity/y;

const WORDS: Readonly<Record<string, PlainValue>> = {
  true: true,
  false: false,
  null: null,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/**
 * JSON as Python's `json` reads it: keys keep the order of the file whatever they look like, NaN and Infinity are numbers,
 * integers are exact, and the last of equal keys counts.
 *
 * @throws {TextProblem}
 */
export function parsePythonJson(text: string): PlainValue {
  const reader = new JsonReader(text);
  return reader.readAll();
}

class JsonReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): PlainValue {
    const value = this.#value();
    this.#match(SPACE);
    if (this.#at < this.#text.length) throw this.#problem('the text goes on after its value');
    return value;
  }

  #value(): PlainValue {
    this.#match(SPACE);
    if (this.#text[this.#at] === '{') return this.#nested(() => this.#map());
    if (this.#text[this.#at] === '[') return this.#nested(() => this.#list());
    const word = this.#match(WORD);
    if (word !== undefined) return WORDS[word] ?? null;
    return this.#string() ?? this.#number() ?? fail(this.#problem('a value is expected'));
  }

  #map(): PlainValue {
    const entries = new Map<string, PlainValue>();
    if (this.#take('}')) return entries;
    do {
      this.#match(SPACE);
      const key = this.#string() ?? fail(this.#problem('a key in double quotes is expected'));
      if (!this.#take(':')) throw this.#problem('a colon is expected');
      entries.set(key, this.#value());
    } while (this.#take(','));
    if (!this.#take('}')) throw this.#problem('a comma or } is expected');
    return entries;
  }

  #list(): PlainValue {
    const items: PlainValue[] = [];
    if (this.#take(']')) return items;
    do items.push(this.#value());
    while (this.#take(','));
    if (!this.#take(']')) throw this.#problem('a comma or ] is expected');
    return items;
  }

  #string(): string | undefined {
    const token = this.#match(STRING);
    return token === undefined ? undefined : (JSON.parse(token) as string);
  }

  #number(): bigint | number | undefined {
    const token = this.#match(NUMBER);
    if (token === undefined) return undefined;
    if (/[.eE]/.test(token)) return Number(token);
    if (token.length > MAX_DIGITS) throw this.#problem(`a number has more than ${MAX_DIGITS} digits`);
    return BigInt(token);
  }

  #nested(read: () => PlainValue): PlainValue {
    this.#at += 1;
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#problem(`there are more than ${MAX_DEPTH} values within each other`);
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #take(mark: string): boolean {
    this.#match(SPACE);
    const isThere = this.#text[this.#at] === mark;
    if (isThere) this.#at += 1;
    return isThere;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #problem(message: string): TextProblem {
    return new TextProblem(message, this.#at);
  }
}

function fail(error: Error): never {
  throw error;
}
