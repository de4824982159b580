import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import { UserError } from '../../errors.ts';
import type { ScoreOptions } from '../../ports/evaluate/model-runner.ts';
import type { OutputData } from './session-thread.ts';

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
      fix: `Name the one with the scores in evaluate.output, such as "${chosen.name}".`,
    });
  }
  throw new UserError('MODEL_INVALID', `${path} has no output of numbers: ${found}`, {
    fix: 'Export probabilities as a tensor; with skl2onnx set options={"zipmap": False}.',
  });
}

function scoreOutput({ name }: ModelTensor): ScoreOutput {
  return { name, areLogits: /logit/i.test(name) };
}

/** How scores are read. */
export interface ReadingOptions extends ScoreOptions {
  readonly rows: number;
  readonly path: string;
}

/**
 * The scores of a batch, of the data of an output. One a row: of [n] or [n, 1] the value, of [n, 2] the second column.
 * One a class: all columns.
 *
 * @throws {UserError} MODEL_INVALID for another shape.
 */
export function readScores(found: OutputData | null, output: ScoreOutput, options: ReadingOptions): Float64Array {
  const { rows, path, scores } = options;
  const data = floatsOf(found);
  if (data === undefined) {
    throw new UserError('MODEL_INVALID', `${path}: output ${output.name} holds no numbers`, {
      fix: 'Export probabilities or predictions as a float32 tensor.',
    });
  }
  const width = data.length / rows;
  const isWhole = Number.isInteger(width) && width >= 1;
  if (!isWhole || (scores === 'one' && width > 2) || (scores === 'each-class' && width < 2)) {
    throw new UserError('MODEL_INVALID', `${path}: output ${output.name} has ${data.length} numbers for ${rows} rows`, {
      fix:
        scores === 'one'
          ? 'Give one score a row, or the probabilities of two classes; for more set task to multiclass-classification.'
          : 'Give the probability of each class.',
    });
  }
  const read = output.areLogits ? toProbabilities(data, width) : data;
  if (scores === 'each-class') return Float64Array.from(read);
  const one = new Float64Array(rows);
  for (let i = 0; i < rows; i++) one[i] = read[i * width + width - 1] ?? Number.NaN;
  return one;
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
