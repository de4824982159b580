import type { BatchColumn, FeatureBatch } from '../../domain/table/table.ts';
import type { PlannedModel } from './score-dataset.ts';

/** Number of timed calls, and of warm-up calls before them. */
interface Runs {
  readonly timed: number;
  readonly warmUp: number;
}

/** Chosen: enough for a 99th percentile, over in a blink. */
const SINGLE_ROW: Runs = { timed: 300, warmUp: 30 };
const WHOLE_BATCH: Runs = { timed: 30, warmUp: 3 };
/** Chosen: a slow model is run less often, so that measuring does not outlast judging. */
const BUDGET_MS = 1000;
const FEWEST_RUNS = 5;

/** Times of scoring the given number of rows at once, in milliseconds. */
export interface BatchLatency {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly batchRows: number;
}

/** Time of scoring one row, and of a whole batch. */
export interface Latency extends BatchLatency {
  readonly batch: BatchLatency;
}

/**
 * Measures how long a model takes on this machine, one call after the other, when it has warmed up: for one row, and for
 * all rows of the sample at once.
 *
 * @param sample At least one row.
 */
export async function measureLatency(planned: PlannedModel, sample: FeatureBatch): Promise<Latency> {
  const single = await measure(planned, SINGLE_ROW, (run) => rowOf(sample, run % sample.rows));
  const batch = await measure(planned, WHOLE_BATCH, () => sample);
  return { ...quantiles(single, 1), batch: quantiles(batch, sample.rows) };
}

/** Times in ascending order. */
async function measure(
  { model, plan }: PlannedModel,
  { timed, warmUp }: Runs,
  batchOf: (run: number) => FeatureBatch,
): Promise<Float64Array> {
  const [first = 0] = await model.measure([batchOf(0)], plan);
  const affordable = Math.floor(BUDGET_MS / Math.max(first, Number.EPSILON));
  const runs = Math.min(timed, Math.max(FEWEST_RUNS, affordable));
  const before = Math.min(warmUp, runs);
  const batches = Array.from({ length: before + runs }, (_, run) => batchOf(run));
  return (await model.measure(batches, plan)).subarray(before).sort();
}

function quantiles(times: Float64Array, batchRows: number): BatchLatency {
  const at = (share: number) => times[Math.min(times.length - 1, Math.ceil(share * times.length) - 1)] ?? 0;
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), batchRows };
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
