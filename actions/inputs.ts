import { nearest } from '../core/domain/text/nearest.ts';
import { type Problem, UserError } from '../core/errors.ts';
import type { ActionContext } from './action-context.ts';

/** Reader of one input. The default is that of action.yml; a test compares the two. */
export interface InputSpec<T> {
  /** The value of a text that is not empty; throws a RangeError that says what the text is not. */
  readonly parse: (text: string) => T;
  readonly default: string;
  readonly required?: boolean;
}

/** The inputs of an action by name. */
export type InputTable = Readonly<Record<string, InputSpec<unknown>>>;

/** The values of a table of inputs: undefined where an input is empty. */
export type InputValues<Table extends InputTable> = {
  readonly [Name in keyof Table]: Table[Name] extends InputSpec<infer T>
    ? Table[Name]['required'] extends true
      ? T
      : T | undefined
    : never;
};

/** A text as it is. */
export const text: Omit<InputSpec<string>, 'default'> = { parse: (value) => value };

/** `true` or `false`, in the spellings of YAML 1.2's core schema. */
export const flag: Omit<InputSpec<boolean>, 'default'> = {
  parse: (value) => {
    if (/^(true|True|TRUE)$/.test(value)) return true;
    if (/^(false|False|FALSE)$/.test(value)) return false;
    throw new RangeError('is neither true nor false');
  },
};

/** A whole number of at least 1. */
export const positiveInteger: Omit<InputSpec<number>, 'default'> = {
  parse: (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < 1) {
      throw new RangeError('must be a whole number, at least 1');
    }
    return number;
  },
};

/** Lines that are not empty, trimmed, in order. */
export const lines: Omit<InputSpec<readonly string[]>, 'default'> = {
  parse: (value) =>
    value
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== ''),
};

/** One of a few words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Omit<InputSpec<Word>, 'default'> {
  return {
    parse: (value) => {
      const found = words.find((word) => word === value);
      if (found !== undefined) return found;
      const near = nearest(value, words);
      throw new RangeError(`is not one of ${words.join(', ')}${near === undefined ? '' : `; did you mean "${near}"?`}`);
    },
  };
}

/** Words of a closed set, separated by commas. */
export function someOf<const Word extends string>(
  ...words: readonly Word[]
): Omit<InputSpec<readonly Word[]>, 'default'> {
  const { parse } = oneOf(...words);
  return { parse: (value) => value.split(',').map((word) => parse(word.trim())) };
}

/** The inputs of the actions that work on a model. */
export const commonInputs = {
  model: { ...text, default: '' },
  'working-directory': { ...text, default: '.' },
} as const satisfies InputTable;

/** The input of the actions that ask GitHub something. */
export const tokenInput = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the expression that action.yml has as its default
  'github-token': { ...text, default: '${{ github.token }}' },
} as const satisfies InputTable;

/**
 * Reads the inputs of an action.
 *
 * @throws {UserError} INPUT_INVALID with all problems at once.
 */
export function readInputs<const Table extends InputTable>(table: Table, context: ActionContext): InputValues<Table> {
  const problems: Problem[] = [];
  const values = Object.entries(table).map(([name, spec]) => [name, readInput(name, spec, context, problems)]);
  if (problems.length > 0) throw UserError.ofProblems('INPUT_INVALID', problems);
  // Each value was made by the parser of its own entry; TypeScript cannot follow Object.fromEntries.
  return Object.fromEntries(values) as InputValues<Table>;
}

function readInput(name: string, spec: InputSpec<unknown>, context: ActionContext, problems: Problem[]): unknown {
  const fallback = spec.default.startsWith('${{') ? '' : spec.default;
  const value = context.input(name) ?? fallback;
  if (value === '') {
    if (spec.required === true) {
      problems.push({ message: `input ${name} is missing`, fix: `Set ${name} under "with:" of this step.` });
    }
    return undefined;
  }
  try {
    return spec.parse(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.push({ message: `input ${name}: "${value.slice(0, 200)}" ${error.message}`, fix: `Correct ${name}.` });
    return undefined;
  }
}
