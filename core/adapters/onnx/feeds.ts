import type { InputPlan, PlannedInput } from '../../domain/model/input-plan.ts';
import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import type { BatchColumn, FeatureBatch } from '../../domain/table/table.ts';
import { formatPythonFloat } from '../../domain/train/python-float.ts';
import { UserError } from '../../errors.ts';
import type { Feeds, PlainTensor, TensorNumbers } from './session-thread.ts';

/**
 * The tensors of a batch: copies, so that its arrays may be used again.
 *
 * @throws {UserError} MODEL_INPUT_MISMATCH that names column and value for one that an input cannot hold, and for a type
 *   that this version does not fill.
 */
export function createFeeds(batch: FeatureBatch, plan: InputPlan): Feeds {
  if (plan.kind === 'one-tensor') return { [plan.input.name]: oneTensor(batch, plan) };
  return Object.fromEntries(
    plan.inputs.map((input) => {
      const column = batch.columns.get(input.feature);
      if (column === undefined) throw new RangeError(`batch without column ${input.column}`);
      return [input.tensor.name, columnTensor(column, input)];
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

function columnTensor(column: BatchColumn, planned: PlannedInput): PlainTensor {
  const { tensor, column: feature } = planned;
  const rows = column.values.length;
  const shape = tensor.shape.length === 1 ? [rows] : [rows, 1];
  if (tensor.type === 'string') return { type: 'string', data: textsOf(column, planned), shape };
  if (column.kind === 'text') throw new RangeError(`text for ${tensor.name}`);
  const data = emptyNumbers(tensor, rows);
  fill(data, column.values, { input: tensor, feature, offset: 0, stride: 1 });
  return tensorOf(tensor, data, shape);
}

/** Texts as pandas' `astype(str)` makes them of flags and numbers; a missing text is empty. */
function textsOf(column: BatchColumn, { tensor, column: feature, columnType }: PlannedInput): readonly string[] {
  if (column.kind === 'text') return column.values.map((value) => value ?? '');
  if (columnType === 'real') return Array.from(column.values, formatPythonFloat);
  return Array.from(column.values, (value) => {
    // With values missing, pandas holds whole numbers as 3.0 or 3, by the way in which they were read.
    if (!Number.isSafeInteger(value)) throw notHeld(tensor, feature, value);
    return columnType !== 'boolean' ? String(value) : value === 0 ? 'False' : 'True';
  });
}

function emptyNumbers({ name, type }: ModelTensor, length: number): TensorNumbers {
  if (type === 'float32') return new Float32Array(length);
  if (type === 'float64') return new Float64Array(length);
  if (type === 'int32') return new Int32Array(length);
  if (type === 'int64') return new BigInt64Array(length);
  if (type === 'bool') return new Uint8Array(length);
  throw new UserError(
    'MODEL_INPUT_MISMATCH',
    `the model's input "${name}" takes ${type}, which this version does not support`,
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
  const [least, most] = RANGES[input.type] ?? SAFE;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!(value >= least && value <= most) || !Number.isInteger(value)) throw notHeld(input, feature, value);
    if (data instanceof BigInt64Array) data[i * stride + offset] = BigInt(value);
    else data[i * stride + offset] = value;
  }
}

/** Larger whole numbers are not exact in columns of doubles, so that another one might be meant. */
const SAFE = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const;
/** The least and the largest value of the types that are filled. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: SAFE,
  bool: [0, 1],
};

function notHeld({ name, type }: ModelTensor, feature: string, value: number): UserError {
  const what = Number.isNaN(value) ? 'a missing value' : `the value ${value}`;
  const isBeyond = Number.isInteger(value);
  return new UserError(
    'MODEL_INPUT_MISMATCH',
    `the model's input "${name}" takes ${type}, and column ${feature} has ${what}, which it cannot represent${isBeyond ? ' exactly' : ''}`,
    {
      fix: isBeyond
        ? `Correct ${feature}, or export the model with an input type for such values.`
        : `Fill missing values and round ${feature} before, or export the model with float32 inputs.`,
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
