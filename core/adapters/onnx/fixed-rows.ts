import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import type { BatchColumn, FeatureBatch } from '../../domain/table/table.ts';

/**
 * Batch size that the inputs of a model fix: exporters fix the number of the example's rows unless
 * they are told that the axis is free. null: any number.
 */
export function rowsAtOnce(inputs: readonly ModelTensor[]): number | null {
  return inputs.flatMap(({ shape }) => (shape.length > 1 ? (shape[0] ?? []) : []))[0] ?? null;
}

/** A batch in parts of exactly the given number of rows; the last one is filled up with its last row. */
export function splitRows(batch: FeatureBatch, size: number): readonly FeatureBatch[] {
  if (batch.rows === size) return [batch];
  return Array.from({ length: Math.ceil(batch.rows / size) }, (_, part) => {
    const columns = [...batch.columns].map(([name, column]) => [name, partOf(column, part * size, size)] as const);
    return { rows: size, columns: new Map(columns) };
  });
}

function partOf(column: BatchColumn, from: number, size: number): BatchColumn {
  if (column.kind === 'numeric') {
    const values = column.values.subarray(from, from + size);
    if (values.length === size) return { kind: 'numeric', values };
    const filled = new Float64Array(size).fill(values.at(-1) ?? Number.NaN);
    filled.set(values);
    return { kind: 'numeric', values: filled };
  }
  const values = column.values.slice(from, from + size);
  const last = values.at(-1) ?? null;
  return { kind: 'text', values: [...values, ...new Array<string | null>(size - values.length).fill(last)] };
}

/** The scores of a batch from those of its parts, without those of rows that filled the last one up. */
export function joinParts(parts: readonly Float64Array[], rows: number, size: number): Float64Array {
  const [first = new Float64Array(0)] = parts;
  if (parts.length === 1 && rows === size) return first;
  const joined = new Float64Array(parts.length * first.length);
  for (const [part, scores] of parts.entries()) joined.set(scores, part * first.length);
  return joined.subarray(0, rows * (first.length / size));
}
