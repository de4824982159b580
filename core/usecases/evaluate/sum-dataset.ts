import type { ModelConfig } from '../../config/tidegate-config.ts';
import { checkScores, scoreProblem } from '../../domain/evaluation/checked-scores.ts';
import { DAY_MS, withoutTimes } from '../../domain/evaluation/cluster-rows.ts';
import { type Outcome, readPart, refuseWeightless } from '../../domain/evaluation/read-outcome.ts';
import { isOfCalibration, isOfRanking } from '../../domain/evaluation/summed/model-summer.ts';
import type { RowKeys } from '../../domain/evaluation/summed/row-parts.ts';
import { RowSums } from '../../domain/evaluation/summed/row-sums.ts';
import type { StartCounting } from '../../domain/evaluation/summed/score-counter.ts';
import type { SliceColumn } from '../../domain/evaluation/summed/slice-cutter.ts';
import type { SummedRows } from '../../domain/evaluation/summed/summed-rows.ts';
import type { Metric } from '../../domain/metrics/metric.ts';
import type { Grouping } from '../../domain/policy/grouping.ts';
import { ColumnCollector } from '../../domain/table/column-collector.ts';
import type { ColumnValues } from '../../domain/table/column-values.ts';
import { SampledColumns } from '../../domain/table/sampled-columns.ts';
import type { BatchColumn, FeatureBatch, TableDescription } from '../../domain/table/table.ts';
import { UserError } from '../../errors.ts';
import type { ShownPath } from './evaluation-request.ts';
import { predictionColumns } from './read-predictions.ts';
import { createProgress, type PlannedModel, type ScoringPorts, sampleOf } from './score-dataset.ts';
import { openRows, openScores, type RowStream, type ScoreStream } from './score-stream.ts';

/** What is to be known of the rows. */
export interface SummedColumns {
  readonly metrics: readonly Metric[];
  /** Of each class against the rest. */
  readonly classMetrics: readonly Metric[];
  /** Columns of which a sample is kept. */
  readonly sampled: readonly string[];
  /** How many rows the table has. */
  readonly rows: number;
}

/** What to sum up. */
export interface SummingRequest {
  readonly table: TableDescription;
  /** Of two classes, of several that are named, or of numbers. */
  readonly config: ModelConfig;
  readonly plan: SummedColumns;
  /** A model, or predictions that were made elsewhere. */
  readonly candidate: PlannedModel | ShownPath;
  readonly champion: PlannedModel | ShownPath | null;
}

/** A dataset as sums of its scored rows. */
export interface SummedDataset {
  readonly summed: SummedRows;
  readonly span: { readonly fromMs: number; readonly toMs: number };
  /** A random sample of rows, with the columns that were asked for. */
  readonly profiled: { readonly rows: number; readonly columns: ReadonlyMap<string, ColumnValues> };
  /** The features of the first rows, for measuring latency. */
  readonly sample: FeatureBatch;
  /** Why the champion gave no scores: a clause. */
  readonly problem: string | undefined;
}

/** The outside of summing. */
export interface SummingPorts extends ScoringPorts {
  readonly startCounting: StartCounting;
}

/** Chosen: as where rows are held. */
const MODEL_BATCH_ROWS = 10_000;
/** Chosen: so long that the counts, which are larger than a core's cache, are seldom fetched anew. */
const BATCH_ROWS = 262_144;

/**
 * Reads a dataset once, scores it with both models, and sums up what metrics need. No row is held, so that memory does
 * not grow with them.
 *
 * @throws {UserError} For the dataset and the candidate. What is wrong with the champion is a reason.
 */
export async function sumDataset(request: SummingRequest, ports: SummingPorts): Promise<SummedDataset> {
  const { table, config } = request;
  const { grouping } = config.evaluate;
  const work = new Summing(request, { grouping, start: ports.startCounting });
  const names = work.columns();
  const report = createProgress(ports);
  const columns = predictionColumns(config, config.evaluate.classes?.map(String) ?? null);
  const isScored = [request.candidate, request.champion].some((one) => one !== null && 'model' in one);
  const options = { columns, batchRows: isScored ? MODEL_BATCH_ROWS : BATCH_ROWS };
  const toRead = { ...options, table, names, rows: request.plan.rows };
  const open = async (beside: RowStream['beside'], of: PlannedModel | ShownPath) =>
    beside(of) ?? (await openScores(of, options, ports));
  try {
    const { batches, beside } = await openRows(toRead, [request.candidate, request.champion], ports);
    const candidate = await open(beside, request.candidate);
    const champion = await openChampion(() => request.champion && open(beside, request.champion));
    try {
      for await (const batch of batches) {
        await work.add(batch, { candidate, champion });
        report(work.rows);
      }
      await candidate.end();
    } finally {
      await candidate.close();
      await champion.close();
    }
    return await work.finish(champion.problem);
  } finally {
    await work.close();
  }
}

function classCount({ task, evaluate }: ModelConfig): number {
  if (task === 'regression') return 1;
  return task === 'binary-classification' ? 2 : (evaluate.classes?.length ?? 0);
}

interface Contenders {
  readonly candidate: ScoreStream;
  readonly champion: GuardedScores;
}

/** A champion's scores, or why there are none. */
interface GuardedScores {
  next(batch: FeatureBatch, outcome: Outcome): Promise<Float64Array | null>;
  problem(): string | undefined;
  close(): Promise<void>;
}

async function openChampion(open: () => Promise<ScoreStream> | null): Promise<GuardedScores> {
  let problem: string | undefined;
  const reasonOf = (error: unknown): null => {
    if (!(error instanceof UserError)) throw error;
    problem ??= error.message;
    return null;
  };
  const stream = (await open()?.catch(reasonOf)) ?? null;
  return {
    next: async (batch, outcome) => {
      if (stream === null || problem !== undefined) return null;
      const scores = await stream.next(batch).catch(reasonOf);
      problem ??= scores === null ? undefined : scoreProblem(scores, outcome);
      return problem === undefined ? scores : null;
    },
    problem: () => problem,
    close: async () => {
      if (problem === undefined) await stream?.end().catch(reasonOf);
      await stream?.close();
    },
  };
}

/** What is summed up of a dataset while it is read. */
class Summing {
  readonly #request: SummingRequest;
  readonly #grouping: Grouping;
  readonly #sums: RowSums;
  readonly #sampled: SampledColumns;
  #sample: FeatureBatch | undefined;
  #hasWeight = false;
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  rows = 0;

  constructor(
    request: SummingRequest,
    { grouping, start }: { readonly grouping: Grouping; readonly start: StartCounting },
  ) {
    const { config, plan, table } = request;
    this.#request = request;
    this.#grouping = grouping;
    if (grouping.kind === 'day' && this.#typeOf(grouping.column) !== 'time') throw withoutTimes(grouping.column);
    const wanted = [...plan.metrics, ...plan.classMetrics];
    const summing = {
      classes: classCount(config),
      metrics: plan.metrics,
      isRanked: wanted.some(isOfRanking),
      isCalibrated: wanted.some(isOfCalibration),
      decisionThreshold: config.evaluate.decisionThreshold,
      isGrouped: grouping.kind !== 'none',
      isWeighted: config.evaluate.weight !== undefined,
      slices: config.evaluate.slices,
    } as const;
    this.#sums = new RowSums(summing, start);
    this.#sampled = new SampledColumns(table, plan);
  }

  /** Everything that is read. */
  columns(): readonly string[] {
    const { config, candidate, champion, plan } = this.#request;
    const features = [candidate, champion].flatMap((one) => (one !== null && 'plan' in one ? one.plan.features : []));
    const group = this.#grouping.kind === 'none' ? [] : [this.#grouping.column];
    const time = config.data.time === undefined ? [] : [config.data.time];
    const weight = config.evaluate.weight === undefined ? [] : [config.evaluate.weight];
    const sliced = config.evaluate.slices.map(({ column }) => column);
    return [...new Set([config.data.label, ...features, ...group, ...time, ...weight, ...sliced, ...plan.sampled])];
  }

  async add(batch: FeatureBatch, { candidate, champion }: Contenders): Promise<void> {
    this.#sample ??= sampleOf(batch);
    const outcome = this.#outcomeOf(batch);
    const [own, rival] = await Promise.all([candidate.next(batch), champion.next(batch, outcome)]);
    checkScores(own, outcome);
    const { labels, weights } = outcome;
    this.#hasWeight ||= weights === null || weights.some((weight) => weight > 0);
    const scores = { candidate: own, champion: rival };
    await this.#sums.add({ labels, weights, ...scores, keys: this.#keysOf(batch), sliced: this.#slicedOf(batch) });
    this.#sampled.add(batch);
    this.#extend(batch);
    this.rows += batch.rows;
  }

  /** @param problem Asked when all was counted. */
  async finish(problem: () => string | undefined): Promise<SummedDataset> {
    refuseWeightless(this.#hasWeight, this.#request.config);
    return {
      summed: await this.#sums.finish(),
      span: { fromMs: this.#from, toMs: this.#to },
      profiled: this.#sampled.finish(),
      sample: this.#sample ?? { rows: 0, columns: new Map() },
      problem: problem(),
    };
  }

  close(): Promise<void> {
    return this.#sums.close();
  }

  #outcomeOf({ columns }: FeatureBatch): Outcome {
    const { config } = this.#request;
    const { label } = config.data;
    const { weight } = config.evaluate;
    const names = weight === undefined ? [label] : [label, weight];
    const read = names.flatMap((name): [string, ColumnValues][] => {
      const column = columns.get(name);
      if (column === undefined) return [];
      if (column.kind === 'numeric' && this.#typeOf(name) !== 'boolean') return [[name, column]];
      const collector = new ColumnCollector(this.#typeOf(name) ?? 'other');
      collector.add(column);
      return [[name, collector.finish()]];
    });
    return readPart(new Map(read), config, { model: null, rowsBefore: this.rows });
  }

  #slicedOf({ columns }: FeatureBatch): readonly SliceColumn[] {
    return this.#request.config.evaluate.slices.flatMap(({ column: name }): readonly SliceColumn[] => {
      const column = columns.get(name);
      if (column === undefined) return [];
      return column.kind === 'text' ? [column] : [{ ...column, isBoolean: this.#typeOf(name) === 'boolean' }];
    });
  }

  #keysOf({ rows, columns }: FeatureBatch): RowKeys {
    const grouping = this.#grouping;
    const column = grouping.kind === 'none' ? undefined : columns.get(grouping.column);
    if (column === undefined) return { kind: 'rows', rows };
    if (grouping.kind !== 'day' || column.kind === 'text') return { kind: 'groups', values: column.values };
    return { kind: 'groups', values: column.values.map((time) => Math.floor(time / DAY_MS)) };
  }

  /** The first and the last time. */
  #extend({ columns }: FeatureBatch): void {
    const { time } = this.#request.config.data;
    const column: BatchColumn | undefined = time === undefined ? undefined : columns.get(time);
    if (time === undefined || column?.kind !== 'numeric' || this.#typeOf(time) !== 'time') return;
    for (let i = 0; i < column.values.length; i++) {
      const value = column.values[i] ?? Number.NaN;
      if (value < this.#from) this.#from = value;
      if (value > this.#to) this.#to = value;
    }
  }

  #typeOf(name: string): TableDescription['columns'][number]['type'] | undefined {
    return this.#request.table.columns.find((column) => column.name === name)?.type;
  }
}
