import type { FeatureBatch, TableDescription } from '../../domain/table/table.ts';
import { UserError } from '../../errors.ts';
import type { StoredTable } from '../../ports/evaluate/relation-engine.ts';
import type { EnginePorts } from './engine-ports.ts';
import type { ShownPath } from './evaluation-request.ts';
import { createProgress, featuresOf, type PlannedModel, sampleOf } from './score-dataset.ts';

/** Scores that are in a table: one row for each row of the dataset, in its order. */
export interface ScoreTable {
  readonly table: TableDescription;
  /** One, or one for each class. */
  readonly columns: readonly string[];
}

/** Both models' scores of a dataset. */
export interface ScoreTables {
  readonly candidate: ScoreTable;
  /** null: there is none, or it gave no scores. */
  readonly champion: ScoreTable | null;
  /** Why the champion gave no scores: a clause. */
  readonly problem: string | undefined;
  /** The features of the first rows, for measuring latency. */
  readonly sample: FeatureBatch;
}

/** Rows to score. */
export interface RowsToScore {
  readonly table: TableDescription;
  readonly rows: number;
  /** The columns of predictions: one, or one for each class. */
  readonly columns: readonly string[];
  /** A model, or predictions that were made elsewhere. */
  readonly candidate: PlannedModel | ShownPath;
  readonly champion: PlannedModel | ShownPath | null;
}

/** Chosen: as where rows are held. */
const BATCH_ROWS = 10_000;

/**
 * Brings the scores of both models into tables: predictions are described where they are, models are run batch by batch.
 *
 * @throws {UserError} For the dataset and the candidate. What is wrong with the champion is a reason.
 */
export async function openScoreTables(request: RowsToScore, ports: EnginePorts): Promise<ScoreTables> {
  const { candidate, champion } = request;
  let problem: string | undefined;
  const reasonOf = (error: unknown): null => {
    if (!(error instanceof UserError)) throw error;
    problem ??= error.message;
    return null;
  };
  const own = 'model' in candidate ? null : await describeScores(candidate, request, ports);
  const rival =
    champion === null || 'model' in champion ? null : await describeScores(champion, request, ports).catch(reasonOf);
  const models = [candidate, champion].map((one) => (one !== null && 'model' in one ? one : null));
  const scored = await runModels(request, models, { ports, reasonOf });
  const found = { candidate: own ?? scored.tables[0] ?? null, champion: rival ?? scored.tables[1] ?? null };
  if (found.candidate === null) throw new RangeError('a candidate without scores');
  return {
    candidate: found.candidate,
    champion: problem === undefined ? found.champion : null,
    problem,
    sample: scored.sample,
  };
}

async function describeScores(
  { shown, absolute }: ShownPath,
  { columns, rows }: RowsToScore,
  { tables }: EnginePorts,
): Promise<ScoreTable> {
  const table = await tables.describe(absolute);
  const invalid = (what: string) =>
    new UserError('DATA_INVALID', `${shown}: column ${columns.join(', ')} ${what}`, {
      fix: 'Write one prediction per row of the dataset, in the same order.',
    });
  const types = columns.map((wanted) => table.columns.find(({ name }) => name === wanted)?.type);
  // The reader names the column that is not there, and one that is near.
  if (types.includes(undefined)) for await (const _ of tables.read(table, { columns, batchRows: 1 })) break;
  if (types.some((type) => type === 'text' || type === 'other')) throw invalid('is not numeric');
  if ((await tables.rowsAbove(table, rows - 1)) !== rows) throw invalid('has another number of rows than the dataset');
  return { table, columns };
}

interface Running {
  readonly ports: EnginePorts;
  /** Problem of the champion. */
  readonly reasonOf: (error: unknown) => null;
}

interface RunModel {
  readonly planned: PlannedModel;
  readonly store: StoredTable;
  readonly isCandidate: boolean;
}

interface ModelRun {
  readonly tables: readonly (ScoreTable | null)[];
  readonly sample: FeatureBatch;
}

/** @param models Candidate and champion; null for one that is not run. */
async function runModels(
  { table, columns }: RowsToScore,
  models: readonly (PlannedModel | null)[],
  { ports, reasonOf }: Running,
): Promise<ModelRun> {
  const names = [...new Set(models.flatMap((model) => model?.plan.features ?? []))];
  const running: RunModel[] = [];
  for (const [at, planned] of models.entries()) {
    if (planned !== null) running.push({ planned, store: await ports.engine.store(columns), isCandidate: at === 0 });
  }
  if (running.length === 0) return { tables: [null, null], sample: { rows: 0, columns: new Map() } };
  let sample: FeatureBatch | undefined;
  let rows = 0;
  const report = createProgress(ports);
  const broken = new Set<RunModel>();
  for await (const batch of ports.tables.read(table, { columns: names, batchRows: BATCH_ROWS })) {
    const features = featuresOf(batch, names);
    sample ??= sampleOf(features);
    await Promise.all(
      running.map(async (run) => {
        if (broken.has(run)) return;
        const scored = runBatch(run, features, columns.length);
        const done = run.isCandidate ? await scored : await scored.catch(reasonOf);
        if (done === null) broken.add(run);
      }),
    );
    rows += batch.rows;
    report(rows);
  }
  const found: (ScoreTable | null)[] = [null, null];
  for (const run of running) {
    if (!broken.has(run)) found[run.isCandidate ? 0 : 1] = { table: await run.store.finish(), columns };
  }
  return { tables: found, sample: sample ?? { rows: 0, columns: new Map() } };
}

async function runBatch(
  { planned, store, isCandidate }: RunModel,
  features: FeatureBatch,
  width: number,
): Promise<true> {
  const scores = await planned.model.score(features, planned.plan);
  const given = scores.length / features.rows;
  if (given !== width) {
    const who = isCandidate ? 'the candidate cannot be judged: it' : 'it';
    throw new UserError('MODEL_INVALID', `${who} gives ${given} numbers a row, and the task has ${width}`, {
      fix: 'Export probabilities (predict_proba), one for each class; name an output of log odds "logits".',
    });
  }
  await store.add(scores);
  return true;
}
