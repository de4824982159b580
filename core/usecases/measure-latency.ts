import type { FeatureBatch } from '../ports/model-runner.ts';
import type { BatchColumn } from '../ports/table-reader.ts';
import type { PlannedModel } from './score-dataset.ts';

/** Chosen: enough for a 99th percentile, over in a blink. */
const RUNS = 300;
const WARM_UP_RUNS = 30;

/** Time of scoring one row. */
export interface Latency {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly batchRows: number;
}

/** Measures how long a model takes for one row, on this machine, one row after the other. */
export async function measureLatency({ model, plan }: PlannedModel, sample: FeatureBatch): Promise<Latency> {
  const rows = Array.from({ length: WARM_UP_RUNS + RUNS }, (_, run) => rowOf(sample, run % sample.rows));
  const times = (await model.measure(rows, plan)).subarray(WARM_UP_RUNS).sort();
  const at = (share: number) => times[Math.min(times.length - 1, Math.ceil(share * times.length) - 1)] ?? 0;
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), batchRows: 1 };
}

function rowOf(sample: FeatureBatch, row: number): FeatureBatch {
  const columns = new Map([...sample.columns].map(([name, column]) => [name, cell(column, row)] as const));
  return { rows: 1, columns };
}

function cell(column: BatchColumn, row: number): BatchColumn {
  return column.kind === 'numeric'
    ? { kind: 'numeric', values: column.values.subarray(row, row + 1) }
    : { kind: 'text', values: column.values.slice(row, row + 1) };
}
