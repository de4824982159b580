import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import type { BatchColumn, TableBatch } from '../../domain/table/table.ts';

/** Column types of a result, and the batch size. */
export interface BatchShape {
  /** Numeric columns are doubles without NULL. */
  readonly kinds: readonly BatchColumn['kind'][];
  readonly batchRows: number;
}

type Buffer = { readonly kind: 'numeric'; values: Float64Array } | { readonly kind: 'text'; values: (string | null)[] };

/**
 * Joins the engine's chunks (2,048 rows) to batches. The next chunk is fetched, in parallel to this thread, while the last one is
 * worked on; two sets of arrays take turns.
 */
export async function* assembleBatches(result: DuckDBResult, shape: BatchShape): AsyncIterable<TableBatch> {
  let buffers = newBuffers(shape);
  let spare: Buffer[] | undefined;
  let filled = 0;
  for await (const chunk of chunksOf(result)) {
    for (let from = 0; from < chunk.rowCount; ) {
      const count = Math.min(shape.batchRows - filled, chunk.rowCount - from);
      copyRows(chunk, buffers, { from, to: filled, count });
      filled += count;
      from += count;
      if (filled < shape.batchRows) continue;
      yield batchOf(buffers, filled);
      [buffers, spare] = [spare ?? newBuffers(shape), buffers];
      filled = 0;
    }
  }
  if (filled > 0) yield batchOf(buffers, filled);
}

async function* chunksOf(result: DuckDBResult): AsyncIterable<DuckDBDataChunk> {
  let next = fetchChunk(result);
  try {
    for (;;) {
      const { chunk, error } = await next;
      if (error !== undefined) throw error;
      if (chunk === null || chunk.rowCount === 0) return;
      next = fetchChunk(result);
      yield chunk;
    }
  } finally {
    // Nothing may close the connection while it is fetching.
    await next;
  }
}

interface Fetched {
  readonly chunk: DuckDBDataChunk | null;
  readonly error?: unknown;
}

/** Never rejects: no one may be waiting for it yet. */
function fetchChunk(result: DuckDBResult): Promise<Fetched> {
  return result.fetchChunk().then(
    (chunk) => ({ chunk }),
    (error: unknown) => ({ chunk: null, error }),
  );
}

function newBuffers({ kinds, batchRows }: BatchShape): Buffer[] {
  return kinds.map((kind) =>
    kind === 'numeric' ? { kind, values: new Float64Array(batchRows) } : { kind, values: [] as (string | null)[] },
  );
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

function copyRows(chunk: DuckDBDataChunk, buffers: readonly Buffer[], { from, to, count }: Span): void {
  buffers.forEach((buffer, column) => {
    const vector = chunk.getColumnVector(column);
    if (buffer.kind === 'text') {
      for (let i = 0; i < count; i++) {
        const value = vector.getItem(from + i);
        buffer.values[to + i] = typeof value === 'string' ? value : null;
      }
      return;
    }
    const items = 'items' in vector ? vector.items : undefined;
    if (!(items instanceof Float64Array)) throw new RangeError('a numeric column without doubles');
    buffer.values.set(items.subarray(from, from + count), to);
  });
}

function batchOf(buffers: readonly Buffer[], rows: number): TableBatch {
  const columns = buffers.map((buffer): BatchColumn => {
    if (buffer.kind === 'numeric') return { kind: 'numeric', values: buffer.values.subarray(0, rows) };
    return { kind: 'text', values: buffer.values.slice(0, rows) };
  });
  return { rows, columns };
}
