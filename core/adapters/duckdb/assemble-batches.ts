import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import type { BatchColumn, TableBatch } from '../../ports/table-reader.ts';

/** What the columns of a result hold, and how long a batch is. */
export interface BatchShape {
  readonly kinds: readonly BatchColumn['kind'][];
  readonly batchRows: number;
}

type Buffer = { readonly kind: 'numeric'; values: Float64Array } | { readonly kind: 'text'; values: (string | null)[] };

/** Joins the engine's chunks (2,048 rows) to batches. */
export async function* assembleBatches(result: DuckDBResult, shape: BatchShape): AsyncIterable<TableBatch> {
  let buffers = newBuffers(shape);
  let filled = 0;
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (let from = 0; from < chunk.rowCount; ) {
      const count = Math.min(shape.batchRows - filled, chunk.rowCount - from);
      copyRows(chunk, buffers, { from, to: filled, count });
      filled += count;
      from += count;
      if (filled < shape.batchRows) continue;
      yield batchOf(buffers, filled);
      buffers = newBuffers(shape);
      filled = 0;
    }
  }
  if (filled > 0) yield batchOf(buffers, filled);
}

function newBuffers({ kinds, batchRows }: BatchShape): Buffer[] {
  return kinds.map((kind) =>
    kind === 'numeric' ? { kind, values: new Float64Array(batchRows) } : { kind, values: [] as (string | null)[] },
  );
}

function copyRows(
  chunk: DuckDBDataChunk,
  buffers: readonly Buffer[],
  { from, to, count }: { readonly from: number; readonly to: number; readonly count: number },
): void {
  buffers.forEach((buffer, column) => {
    const vector = chunk.getColumnVector(column);
    for (let i = 0; i < count; i++) {
      const value = vector.getItem(from + i);
      if (buffer.kind === 'numeric') buffer.values[to + i] = typeof value === 'number' ? value : Number.NaN;
      else buffer.values[to + i] = typeof value === 'string' ? value : null;
    }
  });
}

function batchOf(buffers: readonly Buffer[], rows: number): TableBatch {
  const columns = buffers.map(
    (buffer): BatchColumn =>
      buffer.kind === 'numeric' ? { kind: 'numeric', values: buffer.values.subarray(0, rows) } : buffer,
  );
  return { rows, columns };
}
