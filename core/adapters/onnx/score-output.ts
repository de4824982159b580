import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import { UserError } from '../../errors.ts';
import type { ScoreOptions } from '../../ports/evaluate/model-runner.ts';
import type { OutputData, RunOutput } from './session-thread.ts';

const FLOATS = ['float32', 'float64'];
const WHOLE = ['int64', 'int32', 'bool'];

/** The output that scores are read from. */
export interface ScoreOutput {
  readonly name: string;
  /** Log odds, by its name: they are turned into probabilities. */
  readonly areLogits: boolean;
}

/** Names of outputs of scores, the surest first. */
const SCORE_NAMES = [/prob/i, /score/i, /logit/i, /predict|^variable$/i];

/**
 * Chooses the output with the scores: the declared one; else the only one of floating point numbers, or of several the
 * one that is named `probabilities` or the like; else decided labels.
 *
 * @throws {UserError} MODEL_INVALID that lists the outputs.
 */
export function chooseOutput(outputs: readonly ModelTensor[], path: string, declared: string | undefined): ScoreOutput {
  const found = outputs
    .map(({ name, type }) => `${name} (${type === 'other' ? 'a map or sequence' : type})`)
    .join(', ');
  const numbers = outputs.filter(({ type }) => FLOATS.includes(type) || WHOLE.includes(type));
  if (declared !== undefined) {
    const named = numbers.find(({ name }) => name === declared);
    if (named !== undefined) return scoreOutput(named);
    throw new UserError('MODEL_INVALID', `${path} has no output "${declared}" of numbers: ${found}`, {
      fix: 'Correct evaluate.output.',
    });
  }
  const floats = numbers.filter(({ type }) => FLOATS.includes(type));
  const able = floats.length > 0 ? floats : numbers;
  const named = SCORE_NAMES.map((pattern) => able.filter(({ name }) => pattern.test(name))).find(
    ({ length }) => length > 0,
  );
  const [chosen, ...others] = able.length === 1 ? able : (named ?? able);
  if (chosen !== undefined && others.length === 0) return scoreOutput(chosen);
  if (chosen !== undefined) {
    throw new UserError('MODEL_INVALID', `${path} has several outputs that may be the scores: ${found}`, {
      fix: `Set evaluate.output to the one with the scores, such as "${chosen.name}".`,
    });
  }
  throw new UserError('MODEL_INVALID', `${path} has no output of numbers: ${found}`, {
    fix: 'Export probabilities as a tensor; with skl2onnx set options={"zipmap": False}.',
  });
}

/** `probs_from_logits` are probabilities. */
function scoreOutput({ name }: ModelTensor): ScoreOutput {
  return { name, areLogits: /logit/i.test(name) && !/prob/i.test(name) };
}

/** Options for reading scores. */
export interface ReadingOptions extends ScoreOptions {
  readonly rows: number;
  readonly path: string;
}

/** Chosen: what float32 rounding leaves of a sum of probabilities. */
const SUM_TOLERANCE = 1e-3;

/**
 * The scores of a batch, of the data of an output. A number: of [n] or [n, 1] the value. The probability of class 1: the
 * same, or of [n, 2] the second column. One a class: all columns.
 *
 * @throws {UserError} MODEL_INVALID for another shape, and for two columns that are not probabilities of two classes.
 */
export function readScores(found: RunOutput | undefined, output: ScoreOutput, options: ReadingOptions): Float64Array {
  const { rows, path, scores } = options;
  const data = floatsOf(found?.data ?? null);
  if (data === undefined) {
    throw new UserError('MODEL_INVALID', `${path}: output ${output.name} holds no numbers`, {
      fix: 'Export probabilities or predictions as a float32 tensor.',
    });
  }
  const width = data.length / rows;
  const isWhole = Number.isInteger(width) && width >= 1;
  if (!isWhole || width < WIDTHS[scores].least || width > WIDTHS[scores].most) {
    throw new UserError('MODEL_INVALID', `${path}: output ${output.name} has ${data.length} numbers for ${rows} rows`, {
      fix: WIDTHS[scores].fix,
    });
  }
  if (width > 1) refuseColumns(found?.shape ?? [], output, options);
  const isTurned = output.areLogits && scores !== 'number';
  if (isTurned && width > 1 && rows > 1 && areProbabilities(data, width)) throw misnamed(output, options);
  const read = isTurned ? toProbabilities(data, width) : data;
  if (scores === 'each-class') return Float64Array.from(read);
  if (width === 2) refuseOthers(read, output, options);
  const one = new Float64Array(rows);
  for (let i = 0; i < rows; i++) one[i] = read[i * width + width - 1] ?? Number.NaN;
  return one;
}

/** Limit of numbers per row. */
const WIDTHS: Readonly<Record<ScoreOptions['scores'], { least: number; most: number; fix: string }>> = {
  number: {
    least: 1,
    most: 1,
    fix: 'Export one prediction per row; if there are several outputs, set evaluate.output to the one of data.label.',
  },
  one: {
    least: 1,
    most: 2,
    fix: 'Export one score per row, or the probabilities of two classes; for more classes set task to multiclass-classification.',
  },
  'each-class': { least: 2, most: Number.POSITIVE_INFINITY, fix: 'Export the probability of each class.' },
};

/** Rows must be the first axis that is longer than 1: of [2, n] the numbers of a row are not next to each other. */
function refuseColumns(shape: readonly number[], { name }: ScoreOutput, { rows, path }: ReadingOptions): void {
  const [first = 1] = shape.filter((length) => length !== 1);
  if (rows === 1 || first === rows) return;
  throw new UserError('MODEL_INVALID', `${path}: output ${name} has the shape [${shape.join(', ')}] for ${rows} rows`, {
    fix: 'Export the output with one row per row of the input.',
  });
}

/** True if all rows could be probabilities of classes that exclude each other. */
function areProbabilities(data: Float32Array | Float64Array, width: number): boolean {
  if (data.some((value) => !(value >= 0 && value <= 1))) return false;
  for (let from = 0; from < data.length; from += width) if (!isOne(data, from, width)) return false;
  return true;
}

/** Missing numbers are looked at elsewhere. */
function isOne(data: Float32Array | Float64Array, from: number, width: number): boolean {
  let total = 0;
  for (let at = from; at < from + width; at++) total += data[at] ?? Number.NaN;
  return !(Math.abs(total - 1) > SUM_TOLERANCE);
}

/** Refuses two numbers a row that are not the probabilities of two classes: the second one says nothing by itself. */
function refuseOthers(data: Float32Array | Float64Array, { name }: ScoreOutput, { path }: ReadingOptions): void {
  for (let from = 0; from < data.length; from += 2) {
    if (isOne(data, from, 2)) continue;
    const shown = `${Number(data[from]).toPrecision(4)} and ${Number(data[from + 1]).toPrecision(4)}`;
    throw new UserError(
      'MODEL_INVALID',
      `${path}: output ${name} has ${shown} in a row, which are not probabilities of two classes: they do not sum to 1`,
      { fix: 'Export probabilities (predict_proba), or one score per row; name an output of log odds "logits".' },
    );
  }
}

function misnamed({ name }: ScoreOutput, { path }: ReadingOptions): UserError {
  return new UserError(
    'MODEL_INVALID',
    `${path}: output ${name} has a name for log odds, but all of its rows are probabilities`,
    { fix: 'Name the output "probabilities".' },
  );
}

function floatsOf(data: OutputData | null): Float32Array | Float64Array | undefined {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  if (data instanceof Int32Array || data instanceof Uint8Array) return Float64Array.from(data);
  return data instanceof BigInt64Array ? Float64Array.from(data, Number) : undefined;
}

/** The logistic function of one number a row; of several the exponentials over their sum. */
function toProbabilities(data: Float32Array | Float64Array, width: number): Float64Array {
  if (width === 1) return Float64Array.from(data, (value) => 1 / (1 + Math.exp(-value)));
  const found = new Float64Array(data.length);
  for (let from = 0; from < data.length; from += width) {
    const row = Float64Array.from(data.subarray(from, from + width));
    const highest = Math.max(...row);
    const exponentials = row.map((value) => Math.exp(value - highest));
    const total = exponentials.reduce((sum, value) => sum + value, 0);
    found.set(
      exponentials.map((value) => value / total),
      from,
    );
  }
  return found;
}
