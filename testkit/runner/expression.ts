import { hashFiles } from './hash-files.ts';

/** A value of an expression: null, boolean, number, string, list or object. */
export type Value = unknown;

/** What an expression can see. */
export interface Scope {
  /** `github`, `env`, `steps` and so on. An unknown context is an error. */
  readonly contexts: Readonly<Record<string, Value>>;
  /** Of the job so far. */
  readonly status: 'success' | 'failure' | 'cancelled';
  /** Folder for `hashFiles`. */
  readonly workspace: string;
}

/** An expression that cannot be read or evaluated. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

type Token =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'name' | 'symbol'; readonly text: string };

const TOKEN =
  /\s*(?:(?<string>'(?:[^']|'')*')|(?<number>[-+]?(?:0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.]))|(?<name>[A-Za-z_][\w-]*)|(?<symbol>&&|\|\||[<>=!]=|[<>!().,[\]*]))/y;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const start = TOKEN.lastIndex;
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) throw new ExpressionError(`unexpected text at ${start + 1} in "${text}"`);
    if (groups.string !== undefined)
      tokens.push({ kind: 'literal', value: groups.string.slice(1, -1).replaceAll("''", "'") });
    else if (groups.number !== undefined) tokens.push({ kind: 'literal', value: Number(groups.number) });
    else if (groups.name !== undefined) tokens.push(wordToken(groups.name));
    else tokens.push({ kind: 'symbol', text: groups.symbol ?? '' });
  }
  return tokens;
}

function wordToken(name: string): Token {
  const words: Record<string, Value> = {
    true: true,
    false: false,
    null: null,
    NaN: Number.NaN,
    Infinity: Number.POSITIVE_INFINITY,
  };
  return name in words ? { kind: 'literal', value: words[name] } : { kind: 'name', text: name };
}

/** Evaluates while it parses: the grammar is small and nothing is evaluated twice. */
class Evaluator {
  readonly #tokens: readonly Token[];
  readonly #scope: Scope;
  #at = 0;

  constructor(text: string, scope: Scope) {
    this.#tokens = tokenize(text);
    this.#scope = scope;
  }

  run(): Value {
    const value = this.#or();
    if (this.#at < this.#tokens.length) throw new ExpressionError('unexpected text after the expression');
    return value;
  }

  #peek(): string | undefined {
    const token = this.#tokens[this.#at];
    return token?.kind === 'symbol' ? token.text : undefined;
  }

  #take(symbol: string): boolean {
    if (this.#peek() !== symbol) return false;
    this.#at += 1;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) throw new ExpressionError(`"${symbol}" expected`);
  }

  #or(): Value {
    let value = this.#and();
    while (this.#take('||')) {
      const right = this.#and();
      value = isTruthy(value) ? value : right;
    }
    return value;
  }

  #and(): Value {
    let value = this.#comparison();
    while (this.#take('&&')) {
      const right = this.#comparison();
      value = isTruthy(value) ? right : value;
    }
    return value;
  }

  #comparison(): Value {
    let value = this.#unary();
    for (;;) {
      const operator = ['==', '!=', '<=', '>=', '<', '>'].find((symbol) => this.#take(symbol));
      if (operator === undefined) return value;
      value = compare(operator, value, this.#unary());
    }
  }

  #unary(): Value {
    if (this.#take('!')) return !isTruthy(this.#unary());
    return this.#postfix();
  }

  #postfix(): Value {
    let value = this.#primary();
    for (;;) {
      if (this.#take('.')) {
        value = this.#take('*') ? everyItem(value) : memberOf(value, this.#word());
      } else if (this.#take('[')) {
        value = this.#take('*') ? everyItem(value) : memberOf(value, this.#or());
        this.#expect(']');
      } else return value;
    }
  }

  #word(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'name') throw new ExpressionError('a name expected after "."');
    this.#at += 1;
    return token.text;
  }

  #primary(): Value {
    if (this.#take('(')) {
      const value = this.#or();
      this.#expect(')');
      return value;
    }
    const token = this.#tokens[this.#at];
    this.#at += 1;
    if (token === undefined) throw new ExpressionError('the expression ends too early');
    if (token.kind === 'literal') return token.value;
    if (token.kind === 'symbol') throw new ExpressionError(`unexpected "${token.text}"`);
    if (this.#take('(')) return callFunction(token.text, this.#list(), this.#scope);
    const { contexts } = this.#scope;
    if (!(token.text in contexts)) throw new ExpressionError(`unrecognized named-value: "${token.text}"`);
    return contexts[token.text];
  }

  #list(): Value[] {
    const values: Value[] = [];
    if (this.#take(')')) return values;
    do values.push(this.#or());
    while (this.#take(','));
    this.#expect(')');
    return values;
  }
}

/** A list made by `.*`: a member of it is the list of its items' members. */
class Filtered extends Array<Value> {}

function everyItem(value: Value): Value {
  const items = Array.isArray(value) ? value : value !== null && typeof value === 'object' ? Object.values(value) : [];
  return Filtered.from(items);
}

function memberOf(value: Value, key: Value): Value {
  if (value instanceof Filtered)
    return Filtered.from(value.map((item) => memberOf(item, key)).filter((item) => item !== null));
  if (Array.isArray(value)) return value[Number(key)] ?? null;
  if (value === null || typeof value !== 'object') return null;
  // Names of members are compared without case.
  const wanted = asText(key).toLowerCase();
  const found = Object.entries(value).find(([name]) => name.toLowerCase() === wanted);
  return found?.[1] ?? null;
}

/** Truth as GitHub sees it: false, 0, NaN, '' and null are false. */
export function isTruthy(value: Value): boolean {
  return !(
    value === false ||
    value === 0 ||
    value === '' ||
    value === null ||
    value === undefined ||
    Number.isNaN(value)
  );
}

/** A value as text, as `${{ }}` inserts it. */
export function asText(value: Value): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? (Array.isArray(value) ? 'Array' : 'Object') : String(value);
}

function asNumber(value: Value): number {
  if (value === null || value === undefined || value === '') return 0;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' ? Number.NaN : Number(value);
}

function compare(operator: string, left: Value, right: Value): boolean {
  const bothText = typeof left === 'string' && typeof right === 'string';
  const a = bothText ? left.toLowerCase() : asNumber(left);
  const b = bothText ? right.toLowerCase() : asNumber(right);
  const isSameObject = typeof left === 'object' && left !== null && left === right;
  switch (operator) {
    case '==':
      return isSameObject || a === b;
    case '!=':
      return !(isSameObject || a === b);
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

const FUNCTIONS: Readonly<Record<string, (args: readonly Value[], scope: Scope) => Value>> = {
  success: (_, { status }) => status === 'success',
  failure: (_, { status }) => status === 'failure',
  cancelled: (_, { status }) => status === 'cancelled',
  always: () => true,
  contains: ([where, what]) =>
    Array.isArray(where)
      ? where.some((item) => compare('==', item, what))
      : asText(where).toLowerCase().includes(asText(what).toLowerCase()),
  startswith: ([text, start]) => asText(text).toLowerCase().startsWith(asText(start).toLowerCase()),
  endswith: ([text, end]) => asText(text).toLowerCase().endsWith(asText(end).toLowerCase()),
  format: ([text, ...values]) =>
    asText(text).replace(/\{\{|\}\}|\{(\d+)\}/g, (all, index?: string) =>
      index === undefined ? all.slice(0, 1) : asText(values[Number(index)]),
    ),
  join: ([list, separator]) => (Array.isArray(list) ? list.map(asText).join(asText(separator ?? ',')) : asText(list)),
  tojson: ([value]) => JSON.stringify(value ?? null, null, 2),
  fromjson: ([text]) => JSON.parse(asText(text)),
  hashfiles: (patterns, { workspace }) => hashFiles(patterns.map(asText), workspace),
};

function callFunction(name: string, args: readonly Value[], scope: Scope): Value {
  const found = FUNCTIONS[name.toLowerCase()];
  if (found === undefined) throw new ExpressionError(`unrecognized function: "${name}"`);
  return found(args, scope);
}

/** Evaluates one expression, without its `${{ }}`. */
export function evaluate(text: string, scope: Scope): Value {
  try {
    return new Evaluator(text, scope).run();
  } catch (error) {
    if (error instanceof ExpressionError) throw new ExpressionError(`${error.message} in \${{ ${text.trim()} }}`);
    throw error;
  }
}

const TEMPLATE = /\$\{\{((?:[^}']|'(?:[^']|'')*'|\}(?!\}))*)\}\}/g;

/** Fills a text that may hold `${{ }}`. A text that is one expression keeps its type. */
export function interpolate(text: string, scope: Scope): Value {
  const whole = /^\$\{\{((?:[^}']|'(?:[^']|'')*'|\}(?!\}))*)\}\}$/.exec(text.trim());
  if (whole?.[1] !== undefined) return evaluate(whole[1], scope);
  return text.replace(TEMPLATE, (_, expression: string) => asText(evaluate(expression, scope)));
}

/** Fills every text of a value. */
export function interpolateAll(value: Value, scope: Scope): Value {
  if (typeof value === 'string') return interpolate(value, scope);
  if (Array.isArray(value)) return value.map((item) => interpolateAll(item, scope));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolateAll(item, scope)]));
}

/** Whether an `if:` holds. One that asks for no status stands for `success() && …`. */
export function isConditionMet(condition: string | undefined, scope: Scope): boolean {
  const text = (condition ?? '').trim();
  const inner = /^\$\{\{([\s\S]*)\}\}$/.exec(text)?.[1] ?? text;
  if (inner.trim() === '') return scope.status === 'success';
  const asksStatus = /\b(?:success|failure|always|cancelled)\s*\(/i.test(inner);
  return isTruthy(evaluate(inner, scope)) && (asksStatus || scope.status === 'success');
}
