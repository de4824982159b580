import { asWritten } from '../data/written-column.ts';
import { nearest } from '../text/nearest.ts';
import { checkOneTensor, checkType, type FeatureColumn, mismatch } from './input-checks.ts';
import type { ModelTensor } from './model-tensor.ts';

/** Mapping of table columns to model inputs. */
export type InputPlan =
  | { readonly kind: 'one-tensor'; readonly input: ModelTensor; readonly features: readonly string[] }
  | {
      readonly kind: 'one-input-a-column';
      readonly inputs: readonly PlannedInput[];
      /** Columns to read, in the order of the inputs. */
      readonly features: readonly string[];
    };

/** An input with the column that fills it. */
export interface PlannedInput {
  readonly tensor: ModelTensor;
  /** The column as people know it. */
  readonly column: string;
  readonly columnType: string;
  /** The name by which it is read. */
  readonly feature: string;
}

/** Inputs of a model according to tidegate.yaml. */
export interface DeclaredInputs {
  /** `data.features`; undefined: the model's input names. */
  readonly features?: readonly string[] | undefined;
  /** `data.inputs`: the column of an input. */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
}

/**
 * Joins a model's inputs with the columns of a table: one tensor [n, k] takes the features in their order; several
 * inputs, or one of one column, take a column each: that of `data.inputs`, of the same name, or of the name that
 * exporters make of it (characters but letters, digits and _ become _). Nothing is matched by its position in the table.
 *
 * @throws {UserError} MODEL_INPUT_MISMATCH that lists both sides and the nearest names.
 */
export function planInputs(
  inputs: readonly ModelTensor[],
  declared: DeclaredInputs,
  columns: readonly FeatureColumn[],
): InputPlan {
  const [first] = inputs;
  if (first === undefined) throw mismatch('the model has no inputs', 'Export it with its inputs.');
  const { features } = declared;
  if (isOneTensor(inputs, declared, columns)) {
    if (features === undefined) throw unnamed(first, columns);
    checkColumns(features, columns);
    return oneTensor(first, features, columns);
  }
  return oneInputAColumn(inputs, declared, columns);
}

/** One input of several features, whatever it is named: tensors are often named X, as columns are. */
function isOneTensor(
  inputs: readonly ModelTensor[],
  { features, inputs: mapped }: DeclaredInputs,
  columns: readonly FeatureColumn[],
): boolean {
  const [first] = inputs;
  if (first === undefined || inputs.length > 1 || mapped?.[first.name] !== undefined) return false;
  const taken = width(first);
  if (taken === null)
    return features === undefined ? !columns.some(({ name }) => name === first.name) : !isNamed(first, features);
  return taken > 1;
}

function isNamed({ name }: ModelTensor, features: readonly string[]): boolean {
  return features.length === 1 && features[0] === name;
}

function oneTensor(input: ModelTensor, features: readonly string[], columns: readonly FeatureColumn[]): InputPlan {
  const k = width(input);
  if (k !== null && k !== features.length) {
    throw mismatch(
      `the model's input "${input.name}" takes ${k} features, and data.features names ${features.length} (${features.join(', ')})`,
      'Name the features that the model was trained on, in that order, or train with these.',
    );
  }
  checkOneTensor(
    input,
    columns.filter(({ name }) => features.includes(name)),
  );
  return { kind: 'one-tensor', input, features };
}

function oneInputAColumn(
  inputs: readonly ModelTensor[],
  { features, inputs: mapped = {} }: DeclaredInputs,
  columns: readonly FeatureColumn[],
): InputPlan {
  refuseUnknown(Object.keys(mapped), inputs);
  const offered = features ?? columns.map(({ name }) => name);
  const chosen = inputs.map((input) => ({
    input,
    column: columnFor(input, { mapped, offered, isOnly: inputs.length === 1 && features?.length === 1 }),
  }));
  checkColumns(
    [
      ...(features ?? []),
      ...chosen
        .map(({ input, column }) => column ?? input.name)
        .filter((name) => features === undefined || features.includes(name)),
    ],
    columns,
  );
  if (features !== undefined) compareNames(chosen, features);
  const planned = chosen.map(({ input, column }) => plannedInput(input, column ?? input.name, columns));
  return { kind: 'one-input-a-column', inputs: planned, features: planned.map(({ feature }) => feature) };
}

interface Offer {
  readonly mapped: Readonly<Record<string, string>>;
  readonly offered: readonly string[];
  /** One input and one feature: they belong together. */
  readonly isOnly: boolean;
}

/** The column of an input; undefined where none has its name. */
function columnFor({ name }: ModelTensor, { mapped, offered, isOnly }: Offer): string | undefined {
  const given = mapped[name];
  if (given !== undefined) return given;
  if (offered.includes(name)) return name;
  const exported = offered.filter((column) => column.replaceAll(/[^A-Za-z0-9_]/g, '_') === name);
  if (exported.length > 1) {
    throw mismatch(
      `the model's input "${name}" may be any of the columns ${listed(exported.map((column) => `"${column}"`))}`,
      `Set it in data.inputs: { "${name}": "${exported[0]}" }.`,
    );
  }
  return exported[0] ?? (isOnly ? offered[0] : undefined);
}

function refuseUnknown(mapped: readonly string[], inputs: readonly ModelTensor[]): void {
  const names = inputs.map(({ name }) => name);
  const unknown = mapped.filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw mismatch(
    `data.inputs names ${listed(unknown)}, and the model's inputs are ${listed(names)}`,
    `${guesses(unknown, names)}Use the names of the model's inputs as keys.`,
  );
}

function compareNames(
  chosen: readonly { readonly input: ModelTensor; readonly column: string | undefined }[],
  features: readonly string[],
): void {
  const names = chosen.map(({ input }) => input.name);
  const without = chosen.flatMap(({ input, column }) =>
    column !== undefined && features.includes(column) ? [] : [input.name],
  );
  const unused = features.filter((name) => !chosen.some(({ column }) => column === name));
  if (without.length === 0 && unused.length === 0) return;
  const parts = [
    ...(without.length === 0 ? [] : [`the model takes ${listed(without)}, which data.features does not have`]),
    ...(unused.length === 0 ? [] : [`data.features names ${listed(unused)}, which the model does not take`]),
    `the inputs are ${listed(names)}; data.features is ${listed(features)}`,
  ];
  throw mismatch(
    parts.join('; '),
    `${guesses(without, unused)}Give the columns the names of the model's inputs, or set the column of each input in data.inputs: { input: column }.`,
  );
}

function plannedInput(tensor: ModelTensor, column: string, columns: readonly FeatureColumn[]): PlannedInput {
  const found = columns.find(({ name }) => name === column) ?? { name: column, type: 'missing' };
  checkType(tensor, found);
  const isText = tensor.type === 'string' && found.isWritten === true;
  return {
    tensor,
    column,
    columnType: isText ? 'text' : found.type,
    feature: isText ? asWritten(column) : column,
  };
}

function checkColumns(names: readonly string[], columns: readonly FeatureColumn[]): void {
  const known = columns.map(({ name }) => name);
  const missing = names.filter((name) => !known.includes(name));
  if (missing.length === 0) return;
  throw mismatch(
    `the dataset has no column ${listed(missing.map((name) => `"${name}"`))}; the model's features are ${listed(names)}; the dataset has ${listed(known)}`,
    `${guesses(missing, known)}Give the columns the names of the features, or set data.features.`,
  );
}

function unnamed(input: ModelTensor, columns: readonly FeatureColumn[]) {
  const count = width(input);
  const taken = count === null ? 'features' : `${count} features`;
  return mismatch(
    `the model's only input "${input.name}" takes ${taken}, and data.features does not say which; the dataset has ${listed(columns.map(({ name }) => name))}`,
    'Name the features in data.features, in the order that the model was trained on: columns are not matched by position.',
  );
}

/** Chosen: as many names of each side as a person compares. */
const MAX_NAMES = 30;

function listed(names: readonly string[]): string {
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return `${names.slice(0, MAX_NAMES).join(', ')}${more}`;
}

/** Allowed values by name. */
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
