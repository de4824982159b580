import { UserError } from '../../errors.ts';
import { nearest } from '../text/nearest.ts';
import type { ModelTensor } from './model-tensor.ts';

/** How the columns of a table become the inputs of a model. */
export type InputPlan =
  | { readonly kind: 'one-tensor'; readonly input: ModelTensor; readonly features: readonly string[] }
  | {
      readonly kind: 'one-input-a-column';
      readonly inputs: readonly ModelTensor[];
      readonly features: readonly string[];
    };

/** A column that features may come from. */
export interface FeatureColumn {
  readonly name: string;
  readonly type: string;
}

const NUMBERS = ['float32', 'float64', 'int32', 'int64', 'bool', 'float16'];

/**
 * Joins a model's inputs with the columns of a table: one tensor [n, k] takes the features in their order; several
 * inputs, or one that has a column's name, take a column each. Nothing is matched by its position in the table.
 *
 * @param features `data.features`; undefined: the model's input names.
 * @throws {UserError} MODEL_INPUT_MISMATCH that lists both sides and the nearest names.
 */
export function planInputs(
  inputs: readonly ModelTensor[],
  features: readonly string[] | undefined,
  columns: readonly FeatureColumn[],
): InputPlan {
  const [first] = inputs;
  if (first === undefined) throw mismatch('the model has no inputs', 'Export it with its inputs.');
  const isOneTensor = inputs.length === 1 && !columns.some(({ name }) => name === first.name) && width(first) !== 1;
  if (isOneTensor && features === undefined) throw unnamed(first, columns);
  const names = features ?? inputs.map(({ name }) => name);
  checkColumns(names, columns);
  return isOneTensor ? oneTensor(first, names, columns) : oneInputAColumn(inputs, names, columns);
}

function oneTensor(input: ModelTensor, features: readonly string[], columns: readonly FeatureColumn[]): InputPlan {
  const k = width(input);
  if (k !== null && k !== features.length) {
    throw mismatch(
      `the model's input "${input.name}" takes ${k} features, and data.features names ${features.length} (${features.join(', ')})`,
      'Name the features that the model was trained on, in that order, or train with these.',
    );
  }
  if (!NUMBERS.includes(input.type)) {
    throw mismatch(`the model's input "${input.name}" holds ${input.type}, not numbers`, 'Export one input a column.');
  }
  const text = columns.filter(({ name, type }) => features.includes(name) && type === 'text');
  if (text.length > 0) {
    throw mismatch(
      `${text.map(({ name }) => name).join(', ')} hold text, and the model's one input "${input.name}" takes ${input.type}`,
      'Encode them as numbers before, or export one input a column.',
    );
  }
  return { kind: 'one-tensor', input, features };
}

function oneInputAColumn(
  inputs: readonly ModelTensor[],
  features: readonly string[],
  columns: readonly FeatureColumn[],
): InputPlan {
  const names = inputs.map(({ name }) => name);
  const without = names.filter((name) => !features.includes(name));
  const unused = features.filter((name) => !names.includes(name));
  if (without.length + unused.length > 0) {
    const parts = [
      ...(without.length === 0 ? [] : [`the model takes ${listed(without)}, which data.features lacks`]),
      ...(unused.length === 0 ? [] : [`data.features names ${listed(unused)}, which the model does not take`]),
      `the inputs are ${listed(names)}; data.features is ${listed(features)}`,
    ];
    throw mismatch(
      parts.join('; '),
      `${guesses(without, unused)}Make data.features the inputs of the model, or leave it out.`,
    );
  }
  for (const input of inputs) checkType(input, columns.find(({ name }) => name === input.name)?.type ?? 'missing');
  return { kind: 'one-input-a-column', inputs, features: names };
}

function checkType(input: ModelTensor, columnType: string): void {
  const wantsText = input.type === 'string';
  if (!wantsText && !NUMBERS.includes(input.type)) {
    throw mismatch(
      `the model's input "${input.name}" holds ${input.type}`,
      'Export it as a tensor of numbers or text.',
    );
  }
  if (wantsText || columnType !== 'text') return;
  throw mismatch(
    `the model's input "${input.name}" takes ${input.type}, and the column ${input.name} holds text`,
    'Write the column as numbers, or train on text.',
  );
}

function checkColumns(names: readonly string[], columns: readonly FeatureColumn[]): void {
  const known = columns.map(({ name }) => name);
  const missing = names.filter((name) => !known.includes(name));
  if (missing.length === 0) return;
  throw mismatch(
    `the dataset has no column ${listed(missing.map((name) => `"${name}"`))}; the model's features are ${listed(names)}; the dataset has ${listed(known)}`,
    `${guesses(missing, known)}Name the columns as the features are, or set data.features.`,
  );
}

function unnamed(input: ModelTensor, columns: readonly FeatureColumn[]): UserError {
  const count = width(input);
  const taken = count === null ? 'features' : `${count} features`;
  return mismatch(
    `the model's one input "${input.name}" takes ${taken}, and data.features does not say which; the dataset has ${listed(columns.map(({ name }) => name))}`,
    'Name the features in data.features, in the order that the model was trained on: columns are not matched by position.',
  );
}

/** Chosen: as many names of each side as a person compares. */
const MAX_NAMES = 30;

function listed(names: readonly string[]): string {
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return `${names.slice(0, MAX_NAMES).join(', ')}${more}`;
}

/** What each name may be meant to be. */
function guesses(missing: readonly string[], known: readonly string[]): string {
  return missing
    .slice(0, MAX_NAMES)
    .flatMap((name) => {
      const near = nearest(name, known);
      return near === undefined ? [] : [`Did you mean "${near}" by "${name}"? `];
    })
    .join('');
}

/** Features of a tensor [n, k]: k; null where it is open; 1 for [n]. */
function width({ shape }: ModelTensor): number | null {
  if (shape.length <= 1) return shape.length === 0 ? null : 1;
  return shape[1] ?? null;
}

function mismatch(message: string, fix: string): UserError {
  return new UserError('MODEL_INPUT_MISMATCH', message, { fix });
}
