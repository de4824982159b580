import type { InputPlan } from '../../domain/model/input-plan.ts';
import { ColumnCollector, GrowingNumbers } from '../../domain/table/column-collector.ts';
import type { ColumnValues } from '../../domain/table/column-values.ts';
import type { BatchColumn, FeatureBatch, TableBatch, TableDescription } from '../../domain/table/table.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import { UserError } from '../../errors.ts';
import type { OpenModel } from '../../ports/evaluate/model-runner.ts';
import type { TableReader } from '../../ports/evaluate/table-reader.ts';

/** Chosen: measured as the fastest batch that keeps memory flat. */
const BATCH_ROWS = 10_000;
/** Chosen: batches of many columns are shorter, so that they do not hold hundreds of megabytes. */
const BATCH_VALUES = 2_000_000;
/** Chosen: batches under way at once, so that no core of a usual runner waits for the next one. */
const BATCHES_AHEAD = 8;
const PROGRESS_EVERY_MS = 3_000;
/** Chosen: rows of which the time of a single one is measured. */
const SAMPLE_ROWS = 1000;

/** A model with the way its inputs are filled. */
export interface PlannedModel {
  readonly model: OpenModel;
  readonly plan: InputPlan;
}

/** Columns to read and models to score. */
export interface ScoringRequest {
  readonly table: TableDescription;
  readonly models: readonly PlannedModel[];
  /** Columns to keep besides the scores. */
  readonly keep: readonly string[];
}

/** A dataset with the scores of its rows. */
export interface ScoredDataset {
  readonly rows: number;
  /** One array a model, in the order of the request. */
  readonly scores: readonly Float64Array[];
  readonly columns: ReadonlyMap<string, ColumnValues>;
  /** The features of the first rows, for measuring latency. */
  readonly sample: FeatureBatch;
}

/** The outside of scoring. */
export interface ScoringPorts {
  readonly tables: TableReader;
  readonly clockMs: () => number;
  readonly progress: (line: string) => void;
}

/**
 * Reads a dataset once, batch by batch, and scores every batch with every model. Features are not kept.
 *
 * @throws {UserError} What the reader and the models throw. A dataset without rows is not an error here.
 */
export async function scoreDataset(request: ScoringRequest, ports: ScoringPorts): Promise<ScoredDataset> {
  const { table, models, keep } = request;
  const names = [...new Set([...models.flatMap(({ plan }) => plan.features), ...keep])];
  const collectors = keep.map((name) => ({ name, at: names.indexOf(name), collector: collectorOf(table, name) }));
  const scores = models.map(() => new GrowingNumbers());
  const report = createProgress(ports);
  let sample: FeatureBatch | undefined;
  let rows = 0;
  const batchRows = Math.min(BATCH_ROWS, Math.ceil(BATCH_VALUES / Math.max(1, names.length)));
  const underWay: Promise<readonly Float64Array[]>[] = [];
  const takeScores = async () => {
    const found = await underWay.shift();
    for (const [index, own] of (found ?? []).entries()) scores[index]?.add(own);
  };
  for await (const batch of ports.tables.read(table, { columns: names, batchRows })) {
    const features = featuresOf(batch, names);
    sample ??= sampleOf(features);
    underWay.push(scoreBatch(features, models));
    for (const { at, collector } of collectors) {
      const column = batch.columns[at];
      if (column !== undefined) collector.add(column);
    }
    if (underWay.length > BATCHES_AHEAD) await takeScores();
    rows += batch.rows;
    report(rows);
  }
  while (underWay.length > 0) await takeScores();
  const columns = new Map(collectors.map(({ name, collector }) => [name, collector.finish()]));
  return {
    rows,
    scores: scores.map((one) => one.values()),
    columns,
    sample: sample ?? { rows: 0, columns: new Map() },
  };
}

/** The scores of all models; anyone who waits for them gets the error, if no one does any more it is none. */
function scoreBatch(features: FeatureBatch, models: readonly PlannedModel[]): Promise<readonly Float64Array[]> {
  const scored = Promise.all(models.map(({ model, plan }) => model.score(features, plan)));
  scored.catch(() => {});
  return scored;
}

function collectorOf(table: TableDescription, name: string): ColumnCollector {
  return new ColumnCollector(table.columns.find((column) => column.name === name)?.type ?? 'other');
}

/** The columns of a batch by their names. */
export function featuresOf(batch: TableBatch, names: readonly string[]): FeatureBatch {
  const columns = new Map(
    names.flatMap((name, at) => {
      const column = batch.columns[at];
      return column === undefined ? [] : [[name, column] as const];
    }),
  );
  return { rows: batch.rows, columns };
}

/** A copy of the first rows, since the arrays of a batch are used again. */
export function sampleOf({ rows, columns }: FeatureBatch): FeatureBatch {
  const few = Math.min(rows, SAMPLE_ROWS);
  const copied = [...columns].map(([name, column]): [string, BatchColumn] => [
    name,
    column.kind === 'numeric'
      ? { kind: 'numeric', values: column.values.slice(0, few) }
      : { kind: 'text', values: column.values.slice(0, few) },
  ]);
  return { rows: few, columns: new Map(copied) };
}

/** Tells people how far scoring is, every few seconds. */
export function createProgress({ clockMs, progress }: ScoringPorts): (rows: number) => void {
  const started = clockMs();
  let last = started;
  return (rows) => {
    const now = clockMs();
    if (now - last < PROGRESS_EVERY_MS) return;
    last = now;
    progress(`scored ${formatCount(rows)} rows, ${formatCount((rows * 1000) / (now - started))} per second`);
  };
}

/**
 * Refuses a dataset without rows.
 *
 * @throws {UserError} DATA_INVALID.
 */
export function refuseEmpty(rows: number, table: TableDescription): void {
  if (rows > 0) return;
  throw new UserError('DATA_INVALID', `${table.files.join(', ')} has no rows`, {
    fix: 'Check the program that wrote it: a model needs rows to be judged on.',
  });
}
