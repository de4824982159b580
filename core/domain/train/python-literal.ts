import { PlainOther, PlainTuple, type PlainValue } from '../data/plain-value.ts';
import { TextProblem } from '../data/text-problem.ts';
import { pythonMapping, requireHashable } from './python-mapping.ts';
import { readPythonString } from './python-string.ts';

/** Python's own bound on brackets within brackets. */
const MAX_DEPTH = 200;
/** Python's bound on the digits of a decimal integer. */
const MAX_DIGITS = 4300;
/** As many hexadecimal digits are as large a number. */
const MAX_BASED_DIGITS = 3500;

const SPACE = /(?:[ \t\f\n]|\\\n|#[^\n]*)*/y;
const NAME = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
const BASED = /0(?:[xX](?:_?[0-9a-fA-F])+|[oO](?:_?[0-7])+|[bB](?:_?[01])+)/y;
const DECIMAL = /(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][-+]?\d(?:_?\d)*)?[jJ]?/y;

/** Skipped by DVC: an expression that is not a literal. */
class NotLiteral extends Error {}

/**
 * The value of an expression as `ast.literal_eval` of Python has it: items without brackets are a tuple.
 *
 * @param text Line ends are `\n`.
 * @returns undefined for an expression that is not a literal, which DVC passes over.
 * @throws {TextProblem} For what Python refuses, such as a list as a key.
 */
export function readPythonLiteral(text: string): PlainValue | undefined {
  try {
    return new LiteralReader(text).readAll();
  } catch (error) {
    if (error instanceof NotLiteral) return undefined;
    throw error;
  }
}

class LiteralReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): PlainValue {
    const { items, isList } = this.#itemsUntil('');
    const [first] = items;
    if (first === undefined) throw new NotLiteral();
    return isList ? PlainTuple.from(items) : first;
  }

  /** Values between commas, up to a closing bracket, which is taken; `''` is the end of the text. */
  #itemsUntil(end: string): { readonly items: PlainValue[]; readonly isList: boolean } {
    const items: PlainValue[] = [];
    let isList = false;
    while (!this.#take(end)) {
      if (items.length > 0 && !isList) throw new NotLiteral();
      items.push(this.#item());
      if (this.#take(',')) isList = true;
      else if (!this.#take(end)) throw new NotLiteral();
      else return { items, isList };
    }
    return { items, isList: isList || items.length === 0 };
  }

  #item(): PlainValue {
    const value = this.#signed();
    if (!isReal(value) || !(this.#take('+') || this.#take('-'))) return value;
    // `1+2j` is the one sum that is a literal.
    if (isReal(this.#number())) throw new NotLiteral();
    return new PlainOther('a complex number');
  }

  #signed(): PlainValue {
    const isNegative = this.#take('-');
    if (!isNegative && !this.#take('+')) return this.#atom();
    const value = this.#number();
    return isNegative && isReal(value) ? -value : value;
  }

  /** A number without a sign, be it in brackets. */
  #number(): bigint | number | PlainOther {
    if (this.#take('('))
      return this.#nested(() => {
        const value = this.#number();
        if (!this.#take(')')) throw new NotLiteral();
        return value;
      });
    return this.#digits() ?? fail(new NotLiteral());
  }

  #atom(): PlainValue {
    if (this.#take('[')) return this.#nested(() => this.#itemsUntil(']').items);
    if (this.#take('{')) return this.#nested(() => this.#curly());
    if (this.#take('(')) {
      const { items, isList } = this.#nested(() => this.#itemsUntil(')'));
      return isList ? PlainTuple.from(items) : (items[0] ?? null);
    }
    return this.#digits() ?? this.#strings() ?? this.#word();
  }

  /** Text between `{` and `}`. */
  #curly(): PlainValue {
    const entries: [PlainValue, PlainValue][] = [];
    let isSet = false;
    while (!this.#take('}')) {
      const start = this.#at;
      const key = this.#item();
      isSet ||= !this.#take(':');
      const value = isSet ? null : this.#item();
      requireHashable(key, start);
      entries.push([key, value]);
      if (!this.#take(',') && !this.#sees('}')) throw new NotLiteral();
    }
    return isSet ? new PlainOther('a set') : pythonMapping(entries);
  }

  #digits(): bigint | number | PlainOther | undefined {
    this.#match(SPACE);
    const start = this.#at;
    const based = this.#match(BASED)?.replaceAll('_', '');
    if (based !== undefined && based.length > MAX_BASED_DIGITS)
      throw new TextProblem(`a number has more than ${MAX_BASED_DIGITS} digits`, start);
    if (based !== undefined) return BigInt(based.toLowerCase());
    const decimal = this.#match(DECIMAL)?.replaceAll('_', '');
    if (decimal === undefined) return undefined;
    if (/j$/i.test(decimal)) return new PlainOther('a complex number');
    if (!/^\d+$/.test(decimal)) return Number(decimal);
    if (decimal.length > MAX_DIGITS) throw new TextProblem(`a number has more than ${MAX_DIGITS} digits`, start);
    if (/^0+[1-9]/.test(decimal)) throw new TextProblem(`${decimal} begins with 0`, start);
    return BigInt(decimal);
  }

  /** Texts one after another are one text. */
  #strings(): PlainValue | undefined {
    const parts: (string | PlainOther)[] = [];
    for (;;) {
      this.#match(SPACE);
      const part = readPythonString(this.#text, this.#at);
      if (part === undefined) break;
      if (part.value === undefined) throw new NotLiteral();
      parts.push(part.value);
      this.#at = part.end;
    }
    const isBytes = parts.map((part) => part instanceof PlainOther && part.what === 'bytes');
    if (isBytes.includes(true) && isBytes.includes(false)) throw new TextProblem('bytes and text are joined', this.#at);
    const texts = parts.filter((part) => typeof part === 'string');
    if (texts.length < parts.length) return parts.find((part) => part instanceof PlainOther);
    return parts.length === 0 ? undefined : texts.join('');
  }

  #word(): PlainValue {
    if (this.#match(/\.\.\./y) !== undefined) return new PlainOther('an ellipsis');
    const name = this.#match(NAME);
    if (name === 'None') return null;
    if (name === 'True' || name === 'False') return name === 'True';
    if (name?.normalize('NFKC') !== 'set' || !this.#take('(') || !this.#take(')')) throw new NotLiteral();
    return new PlainOther('a set');
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH)
      throw new TextProblem(`there are more than ${MAX_DEPTH} brackets within each other`, this.#at);
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #sees(mark: string): boolean {
    this.#match(SPACE);
    return mark === '' ? this.#at === this.#text.length : this.#text[this.#at] === mark;
  }

  #take(mark: string): boolean {
    const isThere = this.#sees(mark);
    if (isThere) this.#at += mark.length;
    return isThere;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}

function isReal(value: PlainValue): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}

function fail(error: Error): never {
  throw error;
}
