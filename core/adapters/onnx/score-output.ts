import type { Tensor } from 'onnxruntime-node';
import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import { UserError } from '../../errors.ts';

const FLOATS = ['float32', 'float64'];

/** The output that scores are read from. */
export interface ScoreOutput {
  readonly name: string;
}

/**
 * Chooses the output with the scores: `probabilities` or the like, else the first one of floating point numbers.
 *
 * @throws {UserError} MODEL_INVALID that lists the outputs.
 */
export function chooseOutput(outputs: readonly ModelTensor[], path: string): ScoreOutput {
  const numbers = outputs.filter(({ type }) => FLOATS.includes(type));
  const chosen = numbers.find(({ name }) => /prob|score/i.test(name)) ?? numbers[0];
  if (chosen !== undefined) return { name: chosen.name };
  const found = outputs
    .map(({ name, type }) => `${name} (${type === 'other' ? 'a map or sequence' : type})`)
    .join(', ');
  throw new UserError('MODEL_INVALID', `${path} has no output of floating point numbers: ${found}`, {
    fix: 'Export probabilities as a tensor; with skl2onnx set options={"zipmap": False}.',
  });
}

/**
 * One score a row: of [n] or [n, 1] the value, of [n, 2] the second column.
 *
 * @throws {UserError} MODEL_INVALID for another shape.
 */
export function readScores(
  tensor: Tensor | undefined,
  { name }: ScoreOutput,
  { rows, path }: { readonly rows: number; readonly path: string },
): Float64Array {
  const data = tensor?.data;
  if (!(data instanceof Float32Array) && !(data instanceof Float64Array)) {
    throw new UserError('MODEL_INVALID', `${path}: output ${name} holds no floating point numbers`, {
      fix: 'Export probabilities or predictions as a float32 tensor.',
    });
  }
  const width = data.length / rows;
  if (width !== 1 && width !== 2) {
    throw new UserError('MODEL_INVALID', `${path}: output ${name} has ${data.length} numbers for ${rows} rows`, {
      fix: 'Give one score a row, or the probabilities of two classes.',
    });
  }
  return Float64Array.from({ length: rows }, (_, i) => data[i * width + width - 1] ?? Number.NaN);
}
