import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import { hashFiles } from './hash-files.ts';

/** A value of an expression: null, boolean, number, string, list or object. */
export type Value = unknown;

/** Contexts of an expression. */
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

interface ExpressionFunction {
  readonly name: string;
  readonly minArgs: number;
  readonly maxArgs: number;
  readonly call: (...args: data.ExpressionData[]) => data.ExpressionData;
}

/** The functions that depend on the job; the library has all others. */
function functionsOf({ status, workspace }: Scope): readonly ExpressionFunction[] {
  const asked = (name: string, answer: boolean): ExpressionFunction => ({
    ...{ name, minArgs: 0, maxArgs: 0 },
    call: () => new data.BooleanData(answer),
  });
  return [
    asked('success', status === 'success'),
    asked('failure', status === 'failure'),
    asked('cancelled', status === 'cancelled'),
    asked('always', true),
    {
      ...{ name: 'hashFiles', minArgs: 1, maxArgs: 255 },
      call: (...patterns) =>
        new data.StringData(
          hashFiles(
            patterns.map((pattern) => pattern.coerceString()),
            workspace,
          ),
        ),
    },
  ];
}

/** Evaluates one expression, without its `${{ }}`, by GitHub's own library. */
export function evaluate(text: string, scope: Scope): Value {
  const functions = functionsOf(scope);
  try {
    const { tokens } = new Lexer(text).lex();
    const expression = new Parser(tokens, Object.keys(scope.contexts), [...functions]).parse();
    const byName = new Map(functions.map((one) => [one.name.toLowerCase(), one]));
    return fromData(new Evaluator(expression, dictionaryOf(scope.contexts), byName).evaluate());
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ExpressionError(`${why} in \${{ ${text.trim()} }}`, { cause });
  }
}

function toData(value: Value): data.ExpressionData {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === 'boolean') return new data.BooleanData(value);
  if (typeof value === 'number') return new data.NumberData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(toData));
  return typeof value === 'object' ? dictionaryOf(value) : new data.StringData(String(value));
}

function dictionaryOf(value: object): data.Dictionary {
  return new data.Dictionary(...Object.entries(value).map(([key, item]) => ({ key, value: toData(item) })));
}

function fromData(value: data.ExpressionData): Value {
  switch (value.kind) {
    case data.Kind.Null:
      return null;
    case data.Kind.Array:
      return value.values().map(fromData);
    case data.Kind.Dictionary:
      return Object.fromEntries(value.pairs().map((pair) => [pair.key, fromData(pair.value)]));
    default:
      return value.value;
  }
}

/** Truth as GitHub sees it: false, 0, NaN, '' and null are false. */
export function isTruthy(value: Value): boolean {
  return (
    value !== undefined && value !== null && value !== '' && !Number.isNaN(value) && value !== 0 && value !== false
  );
}

/** A value as text, as `${{ }}` inserts it. */
export function asText(value: Value): string {
  return toData(value).coerceString();
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

/** True if an `if:` holds. One that asks for no status represents `success() && …`. */
export function isConditionMet(condition: string | undefined, scope: Scope): boolean {
  const text = (condition ?? '').trim();
  const inner = /^\$\{\{([\s\S]*)\}\}$/.exec(text)?.[1] ?? text;
  if (inner.trim() === '') return scope.status === 'success';
  const asksStatus = /\b(?:success|failure|always|cancelled)\s*\(/i.test(inner);
  return isTruthy(evaluate(inner, scope)) && (asksStatus || scope.status === 'success');
}
