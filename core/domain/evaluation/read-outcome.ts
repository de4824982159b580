import { UserError } from '../../errors.ts';
import { classesFor, type ModelClasses } from '../model/class-order.ts';
import type { ModelPolicy } from '../policy/model-policy.ts';
import { type ColumnValues, flagsAsNumbers } from '../table/column-values.ts';

/** Outcome and weight of each row. */
export interface Outcome {
  /** 0 or 1, the index of the class, or the number itself. */
  readonly labels: Float64Array;
  /** Names of the classes by their index; null for regression. */
  readonly classes: readonly string[] | null;
  /** null: all rows weigh the same. */
  readonly weights: Float64Array | null;
}

/** Chosen: a label of more values is a number or an identifier. */
const MAX_CLASSES = 100;

/**
 * The labels and weights of a dataset.
 *
 * @param model The classes of the candidate's probabilities, where it names them.
 * @throws {UserError} DATA_INVALID for missing labels, labels that are not of the task, and weights below 0.
 */
export function readOutcome(
  columns: ReadonlyMap<string, ColumnValues>,
  config: ModelPolicy,
  model: ModelClasses | null = null,
): Outcome {
  const outcome = readPart(columns, config, { model, rowsBefore: 0 });
  refuseWeightless(outcome.weights?.some((weight) => weight > 0) ?? true, config);
  return outcome;
}

/**
 * Throws if every row has weight zero.
 *
 * @throws {UserError} DATA_INVALID.
 */
export function refuseWeightless(hasWeight: boolean, { evaluate }: ModelPolicy): void {
  if (!hasWeight) throw invalid(`the weight ${evaluate.weight} is 0 in every row`, 'Check evaluate.weight.');
}

/** Rows of a dataset to read. */
export interface OutcomePart {
  /** The classes of the candidate's probabilities, where it names them. */
  readonly model: ModelClasses | null;
  /** Number of rows of the dataset before these: messages number the rows of the dataset, from 1. */
  readonly rowsBefore: number;
}

/**
 * The labels and weights of some rows of a dataset.
 *
 * @throws {UserError} As `readOutcome`, but for weights of 0.
 */
export function readPart(
  columns: ReadonlyMap<string, ColumnValues>,
  config: ModelPolicy,
  { model, rowsBefore }: OutcomePart,
): Outcome {
  const { data, evaluate, task } = config;
  const column = columns.get(data.label);
  const weights =
    evaluate.weight === undefined
      ? null
      : readWeights(columns.get(evaluate.weight), { name: evaluate.weight, rowsBefore });
  if (column === undefined) throw invalid(`the dataset has no label ${data.label}`, 'Check data.label.');
  if (column.kind === 'time') {
    throw invalid(
      `the label ${data.label} has times`,
      'Write it as a number, such as seconds since a date, or as a class.',
    );
  }
  const label = { name: data.label, rowsBefore };
  if (task === 'regression') return { labels: checkedNumbers(column, label), classes: null, weights };
  const classes = evaluate.classes?.map(String);
  if (task === 'binary-classification' && classes === undefined) {
    return { labels: checkedBinary(column, label), classes: ['0', '1'], weights };
  }
  const known = { given: classes, model: task === 'multiclass-classification' ? model : null };
  return { ...byClass(column, label, known), weights };
}

/** A column, and how many rows of the dataset come before its first value. */
interface NamedPart {
  readonly name: string;
  readonly rowsBefore: number;
}

function checkedNumbers(column: ColumnValues, part: NamedPart): Float64Array {
  const values = numbersOf(column);
  if (values === undefined) {
    throw invalid(`the label ${part.name} has text`, 'Write it as a number; for classes of text set evaluate.classes.');
  }
  refuseMissing(part, values.length, (row) => !Number.isFinite(values[row]));
  return values;
}

/** Names the first row, so that it is found in a file of any length. */
function refuseMissing({ name, rowsBefore }: NamedPart, rows: number, isMissing: (row: number) => boolean): void {
  for (let row = 0; row < rows; row++) {
    if (!isMissing(row)) continue;
    throw invalid(`the label ${name} is missing in row ${rowsBefore + row + 1}`, 'Remove rows without an outcome.');
  }
}

function checkedBinary(column: ColumnValues, part: NamedPart): Float64Array {
  const numbers = numbersOf(column);
  if (numbers !== undefined && isBinary(numbers)) return numbers;
  const values = checkedNumbers(column, part);
  const row = values.findIndex((value) => value !== 0 && value !== 1);
  throw invalid(
    `the label ${part.name} holds ${values[row]} in row ${part.rowsBefore + row + 1}`,
    'Write 1 for the class whose probability the model gives, else 0.',
  );
}

/** Without a branch in the loop that could go either way. */
function isBinary(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    // 0 for 0 and 1 alone.
    if (value * (value - 1) !== 0) return false;
  }
  return true;
}

/** Labels as the index of their class: of the given ones, else of the model's, else of the distinct ones, sorted as scikit-learn does. */
function byClass(
  column: ColumnValues,
  part: NamedPart,
  { given, model }: { readonly given: readonly string[] | undefined; readonly model: ModelClasses | null },
): Pick<Outcome, 'labels' | 'classes'> {
  const texts = textsOf(column);
  const { name } = part;
  refuseMissing(part, texts.length, (row) => texts[row] === null);
  const found = new Set(texts.flatMap((text) => text ?? []));
  if (given === undefined && found.size > MAX_CLASSES) {
    throw invalid(`the label ${name} has ${found.size} values`, 'Set task to regression, or fix the label.');
  }
  const isNumeric = column.kind !== 'categorical';
  const classes =
    given ??
    classesFor(model, found) ??
    [...found].sort((a, b) => (isNumeric ? Number(a) - Number(b) : a < b ? -1 : 1));
  const unknown = [...found].find((label) => !classes.includes(label));
  if (unknown !== undefined) {
    const row = part.rowsBefore + texts.indexOf(unknown) + 1;
    throw invalid(
      `the label ${name} holds "${unknown.slice(0, 100)}" in row ${row}, and evaluate.classes has ${classes.join(', ')}`,
      'If the model has this class, add it to evaluate.classes, in the order of the model.',
    );
  }
  const indexes = new Map(classes.map((label, index) => [label, index]));
  return { labels: Float64Array.from(texts, (text) => indexes.get(text ?? '') ?? Number.NaN), classes };
}

function textsOf(column: ColumnValues): readonly (string | null)[] {
  if (column.kind === 'categorical') {
    return Array.from(column.codes, (code) => (code === -1 ? null : (column.categories[code] ?? null)));
  }
  return Array.from(column.values, (value) => (Number.isFinite(value) ? String(value) : null));
}

function readWeights(column: ColumnValues | undefined, { name, rowsBefore }: NamedPart): Float64Array {
  const values = column === undefined || column.kind === 'time' ? undefined : numbersOf(column);
  if (values === undefined) throw invalid(`the weight ${name} is not numeric`, 'Check evaluate.weight.');
  const row = values.findIndex((value) => !Number.isFinite(value) || value < 0);
  if (row === -1) return values;
  const odd = values[row] ?? Number.NaN;
  const what = Number.isNaN(odd) ? 'is missing' : `holds ${odd}`;
  throw invalid(`the weight ${name} ${what} in row ${rowsBefore + row + 1}`, 'Use weights of 0 or more.');
}

function numbersOf(column: ColumnValues): Float64Array | undefined {
  return column.kind === 'categorical' ? flagsAsNumbers(column) : column.values;
}

function invalid(message: string, fix: string): UserError {
  return new UserError('DATA_INVALID', message, { fix });
}
