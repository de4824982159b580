import type { InputPlan } from '../../domain/model/input-plan.ts';
import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import { UserError } from '../../errors.ts';
import type { FeatureBatch } from '../../ports/model-runner.ts';
import type { BatchColumn } from '../../ports/table-reader.ts';
import type { Feeds, PlainTensor, TensorNumbers } from './session-thread.ts';

/**
 * The tensors of a batch: copies, so that its arrays may be used again.
 *
 * @throws {UserError} MODEL_INPUT_MISMATCH for a missing value in a whole-number input, which cannot hold it, or a type
 *   that this version does not fill.
 */
export function createFeeds(batch: FeatureBatch, plan: InputPlan): Feeds {
  if (plan.kind === 'one-tensor') return { [plan.input.name]: oneTensor(batch, plan) };
  return Object.fromEntries(
    plan.inputs.map((input) => {
      const column = batch.columns.get(input.name);
      if (column === undefined) throw new RangeError(`batch without column ${input.name}`);
      return [input.name, columnTensor(column, input)];
    }),
  );
}

function oneTensor(batch: FeatureBatch, plan: InputPlan & { kind: 'one-tensor' }): PlainTensor {
  const width = plan.features.length;
  const data = emptyNumbers(plan.input, batch.rows * width);
  plan.features.forEach((feature, offset) => {
    const column = batch.columns.get(feature);
    if (column?.kind !== 'numeric') throw new RangeError(`batch without numeric column ${feature}`);
    fill(data, column.values, { input: plan.input, feature, offset, stride: width });
  });
  return tensorOf(plan.input, data, [batch.rows, width]);
}

function columnTensor(column: BatchColumn, input: ModelTensor): PlainTensor {
  const rows = column.values.length;
  const shape = input.shape.length === 1 ? [rows] : [rows, 1];
  if (input.type === 'string') {
    const text = [...column.values].map((value) => (value === null ? '' : String(value)));
    return { type: 'string', data: text, shape };
  }
  if (column.kind === 'text') throw new RangeError(`text for ${input.name}`);
  const data = emptyNumbers(input, rows);
  fill(data, column.values, { input, feature: input.name, offset: 0, stride: 1 });
  return tensorOf(input, data, shape);
}

function emptyNumbers({ name, type }: ModelTensor, length: number): TensorNumbers {
  if (type === 'float32') return new Float32Array(length);
  if (type === 'float64') return new Float64Array(length);
  if (type === 'int32') return new Int32Array(length);
  if (type === 'int64') return new BigInt64Array(length);
  if (type === 'bool') return new Uint8Array(length);
  throw new UserError(
    'MODEL_INPUT_MISMATCH',
    `the model's input "${name}" takes ${type}, which is not filled by this version`,
    {
      fix: 'Export the model with float32 inputs.',
    },
  );
}

interface Place {
  readonly input: ModelTensor;
  readonly feature: string;
  readonly offset: number;
  readonly stride: number;
}

function fill(data: TensorNumbers, values: Float64Array, { input, feature, offset, stride }: Place): void {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    for (let i = 0; i < values.length; i++) data[i * stride + offset] = values[i] ?? Number.NaN;
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isInteger(value)) throw notWhole(input, feature, value);
    if (data instanceof BigInt64Array) data[i * stride + offset] = BigInt(value);
    else data[i * stride + offset] = value;
  }
}

function notWhole({ name, type }: ModelTensor, feature: string, value: number): UserError {
  const what = Number.isNaN(value) ? 'a missing value' : `the value ${value}`;
  return new UserError(
    'MODEL_INPUT_MISMATCH',
    `the model's input "${name}" takes ${type}, and column ${feature} has ${what}`,
    {
      fix: 'Fill missing values and round before, or export the model with float32 inputs.',
    },
  );
}

function tensorOf({ type }: ModelTensor, data: TensorNumbers, shape: readonly number[]): PlainTensor {
  if (data instanceof BigInt64Array) return { type: 'int64', data, shape };
  if (data instanceof Float64Array) return { type: 'float64', data, shape };
  if (data instanceof Int32Array) return { type: 'int32', data, shape };
  if (data instanceof Uint8Array) return { type: 'bool', data, shape };
  if (type !== 'float32') throw new RangeError(`no tensor for ${type}`);
  return { type: 'float32', data, shape };
}
