import { UserError } from '../../errors.ts';
import type { ModelTensor } from './model-tensor.ts';

/** A column that features may come from. */
export interface FeatureColumn {
  readonly name: string;
  readonly type: string;
  /** Its text is read by the name that `asWritten` gives. */
  readonly isWritten?: boolean | undefined;
  /** Its first value that is not a number, and the row. */
  readonly firstText?: { readonly text: string; readonly row: number } | undefined;
  /** Why its values have no text that is sure to be that of the training; undefined: they have one. */
  readonly noText?: string | undefined;
  /** Some whole number of it is beyond 2^53 in size, and is not read exactly. */
  readonly isInexact?: boolean;
}

const NUMBERS = ['float32', 'float64', 'int32', 'int64', 'bool', 'float16'];

/**
 * True if columns may fill the one input of a model.
 *
 * @throws {UserError} MODEL_INPUT_MISMATCH that names both.
 */
export function checkOneTensor(input: ModelTensor, columns: readonly FeatureColumn[]): void {
  if (!NUMBERS.includes(input.type)) {
    throw mismatch(
      `the model's input "${input.name}" holds ${input.type}, not numbers`,
      'Export one input per column.',
    );
  }
  const text = columns.filter(({ type }) => type === 'text');
  if (text.length > 0) {
    throw mismatch(
      `${text.map(({ name }) => name).join(', ')} ${text.length === 1 ? 'holds' : 'hold'} text${shownText(text)}, and the model's only input "${input.name}" takes ${input.type}`,
      'Correct these values, name them in data.csv.missing if they mean "missing", or encode the column as numbers.',
    );
  }
  for (const column of columns) {
    refuseTimes(input, column);
    refuseInexact(input, column);
  }
}

/**
 * True if a column may fill an input of its own.
 *
 * @throws {UserError} MODEL_INPUT_MISMATCH that names both.
 */
export function checkType(input: ModelTensor, column: FeatureColumn): void {
  const wantsText = input.type === 'string';
  if (!wantsText && !NUMBERS.includes(input.type)) {
    throw mismatch(
      `the model's input "${input.name}" holds ${input.type}`,
      'Export it as a tensor of numbers or text.',
    );
  }
  if (wantsText) refuseTextless(input, column);
  else refuseTimes(input, column);
  refuseInexact(input, column);
  if (wantsText || column.type !== 'text') return;
  throw mismatch(
    `the model's input "${input.name}" takes ${input.type}, and the column ${column.name} holds text${shownText([column])}`,
    'Correct these values, name them in data.csv.missing if they mean "missing", or train on text.',
  );
}

/** Refuses a column for a text input where it is not known as which text the training saw its values. */
function refuseTextless({ name }: ModelTensor, column: FeatureColumn): void {
  if (column.isWritten === true || (column.type !== 'time' && column.noText === undefined)) return;
  throw mismatch(
    `the model's input "${name}" takes text, and the column ${column.name} has ${column.noText ?? 'times'}, which have more than one text form`,
    'Write the column as text, in the same form as in training.',
  );
}

/** A time is a number of seconds to some, and of nanoseconds to others. */
function refuseTimes({ name, type }: ModelTensor, column: FeatureColumn): void {
  if (column.type !== 'time') return;
  throw mismatch(
    `the model's input "${name}" takes ${type}, and the column ${column.name} has times, which are not numbers because their unit is unknown`,
    'Write the column as the numbers that the model was trained on, such as seconds since 1970.',
  );
}

/** Float inputs round values; inputs of whole numbers need exact ones. */
function refuseInexact(input: ModelTensor, { name, isInexact }: FeatureColumn): void {
  if (isInexact !== true || input.type !== 'int64') return;
  throw mismatch(
    `the model's input "${input.name}" takes int64, and the column ${name} has whole numbers beyond 2^53, which are not read exactly`,
    'Train on smaller numbers, or on the column as text.',
  );
}

/** The first text of the first of some columns. */
function shownText([column]: readonly FeatureColumn[]): string {
  const { name, firstText } = column ?? { name: '', firstText: undefined };
  if (firstText === undefined) return '';
  const { text, row } = firstText;
  return ` (${name}: ${JSON.stringify(text.slice(0, 100))} in row ${row}, line ${row + 1} of the file)`;
}

/** The error for columns and inputs that do not go together. */
export function mismatch(message: string, fix: string): UserError {
  return new UserError('MODEL_INPUT_MISMATCH', message, { fix });
}
