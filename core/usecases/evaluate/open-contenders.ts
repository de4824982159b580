import type { ScoredModelConfig } from '../../config/tidegate-config.ts';
import type { AggregatedModel } from '../../domain/aggregates/aggregated-rows.ts';
import { checkScores } from '../../domain/evaluation/checked-scores.ts';
import type { FoldedRows } from '../../domain/evaluation/folds.ts';
import { type Outcome, readOutcome } from '../../domain/evaluation/read-outcome.ts';
import type { ScoredDataset } from '../../domain/evaluation/row-evidence.ts';
import { classOrderProblem } from '../../domain/model/class-order.ts';
import type { ColumnValues } from '../../domain/table/column-values.ts';
import { withExactKeys } from '../../domain/table/exact-keys.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import { UserError } from '../../errors.ts';
import type { Champion } from '../../ports/evaluate/champion-finder.ts';
import { type AggregatedColumns, type AggregatedDataset, aggregateDataset } from './aggregate-dataset.ts';
import { championFolds, championScores, guardChampion, otherClasses } from './champion-scores.ts';
import { factsOf, type JudgedContenders } from './contender-facts.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest, ShownPath } from './evaluation-request.ts';
import { explainOutcome, type WrongRows } from './explain-outcome.ts';
import type { Rival } from './open-champion.ts';
import { openModels } from './open-models.ts';
import { outcomeByFold, readFoldPredictions } from './read-folds.ts';
import { predictionColumns, readPredictions } from './read-predictions.ts';
import { type PlannedModel, refuseEmpty, scoreDataset } from './score-dataset.ts';
import { openScoreTables } from './score-tables.ts';

/** The dataset as both contenders see it. */
export interface ScoredContenders extends JudgedContenders, ScoredDataset {
  readonly champion: Float64Array | null;
}

/** The same of more rows than are held in memory: aggregates of them. */
export interface AggregatedContenders extends JudgedContenders, Omit<AggregatedDataset, 'problem'> {
  readonly champion: AggregatedModel | null;
}

/** Metrics to compute from the rows. */
export interface AggregatingPlan extends AggregatedColumns {
  /** Number of rows of the dataset. */
  readonly rows: number;
}

/** The models under comparison, opened, with the dataset that they are judged on. */
export interface Contenders {
  readonly table: TableDescription;
  /** @param keep Columns to return besides the scores. */
  score(keep: readonly string[]): Promise<ScoredContenders>;
  /** Scores without holding the rows. */
  aggregate(plan: AggregatingPlan): Promise<AggregatedContenders>;
  close(): Promise<void>;
}

/**
 * Opens both models and the dataset, before anything long begins.
 *
 * @throws {UserError} For the candidate and the dataset. A champion that does not open is `unreadable`.
 */
export async function openContenders(
  request: EvaluationRequest,
  champion: Champion,
  ports: EvaluationPorts,
): Promise<Contenders> {
  const { table: described, own, rival } = await openModels(request, champion, ports);
  const features = [own, rival.opened].flatMap((model) => model?.plan.features ?? []);
  const table = withExactKeys(described, policies(request), features);
  const surroundings = { request, table, ports };
  return {
    table,
    score: (keep) => score({ ...surroundings, own, rival, keep }),
    aggregate: (plan) => aggregate({ ...surroundings, own, rival, keep: [] }, plan),
    close: async () => {
      await Promise.all([own?.model.close(), rival.opened?.model.close()]);
    },
  };
}

/** The configuration of this pull request, and the base branch's where it can be read. */
function policies({ config, base }: EvaluationRequest): readonly ScoredModelConfig[] {
  return base === null || 'problem' in base ? [config] : [config, base.config];
}

interface Surroundings {
  readonly request: EvaluationRequest;
  readonly table: TableDescription;
  readonly ports: EvaluationPorts;
}

interface Scoring extends Surroundings {
  readonly own: PlannedModel | null;
  readonly rival: Rival;
  readonly keep: readonly string[];
}

async function score(scoring: Scoring): Promise<ScoredContenders> {
  const { request, table, ports, own, rival, keep } = scoring;
  const { folds: foldColumn } = request.config.evaluate;
  if (foldColumn !== undefined && own !== null) throw withoutPredictions(foldColumn);
  // One model that was trained on all rows says nothing about rows that it has not seen.
  const guarded = rival.opened === null || foldColumn !== undefined ? null : guardChampion(rival.opened);
  const models = [own, guarded?.planned ?? null].filter((planned) => planned !== null);
  const scored = await scoreDataset({ table, models, keep }, ports);
  refuseEmpty(scored.rows, table);
  const read = readOutcome(scored.columns, request.config, own?.model.classes);
  const scoreOf = (planned: PlannedModel | null) =>
    planned === null ? undefined : scored.scores[models.indexOf(planned)];
  const { rows, columns, sample } = scored;
  const dataset = { rows, columns, outcome: read };
  const { candidate, outcome, folds } = await candidateScores(scoring, dataset, scoreOf(own));
  refuseOrder(own, outcome.classes, request.config);
  checkScores(candidate, outcome);
  const given = { scores: scoreOf(guarded?.planned ?? null), problem: guarded?.problem() };
  const champion =
    folds === undefined || foldColumn === undefined
      ? await championScores(scoring, outcome, given)
      : await championFolds(scoring, { ...dataset, outcome }, { column: foldColumn, folds });
  const hashed = ports.hasher.hash(request.candidate.path.absolute);
  const facts = await factsOf(scoring, { rows, sample, problem: champion.problem, hashed });
  const ofFolds = folds === undefined ? {} : { folds };
  return { ...facts, ...ofFolds, classes: outcome.classes, columns, outcome, candidate, champion: champion.scores };
}

interface ReadDataset {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ColumnValues>;
  readonly outcome: Outcome;
}

/** Scores with the outcomes of the same rows in the same order, which are those of the folds where there are some. */
interface CandidateScores {
  readonly candidate: Float64Array;
  readonly outcome: Outcome;
  readonly folds?: FoldedRows;
}

async function candidateScores(
  { request, ports }: Scoring,
  { rows, columns, outcome }: ReadDataset,
  run: Float64Array | undefined,
): Promise<CandidateScores> {
  if (run !== undefined) return { candidate: run, outcome };
  const { config } = request;
  const path = scoresOf(request);
  const { classes } = outcome;
  const { folds: column } = config.evaluate;
  if (column === undefined) {
    return {
      candidate: await readPredictions(path, { columns: predictionColumns(config, classes), rows }, ports),
      outcome,
    };
  }
  const dataset = { rows, columns, classes };
  const { folds, scores } = await readFoldPredictions(path, { config, folds: column, dataset }, ports);
  return { candidate: scores, outcome: outcomeByFold(outcome, folds), folds };
}

function withoutPredictions(column: string): UserError {
  const message = `evaluate.folds names the column ${column} of the predictions of cross-validation, and a model was given without them`;
  return new UserError('CONFIG_INVALID', message, {
    fix: 'Leave artifact-path out, so that evaluate.predictions is read; or remove evaluate.folds.',
  });
}

async function aggregate(scoring: Scoring, plan: AggregatingPlan): Promise<AggregatedContenders> {
  const { request, table, ports, own, rival } = scoring;
  const { config, candidate } = request;
  const { rows } = plan;
  // Next to the rows: hashing gigabytes of predictions is a good part of reading them.
  const hashed = ports.hasher.hash(candidate.path.absolute);
  hashed.catch(() => {});
  const classes = config.task === 'regression' ? null : (config.evaluate.classes?.map(String) ?? ['0', '1']);
  const columns = predictionColumns(config, classes);
  const ofChampion = rival.opened ?? rival.predictions;
  const scores = await openScoreTables(
    { table, rows, columns, candidate: own ?? scoresOf(request), champion: ofChampion },
    ports,
  );
  refuseOrder(own, classes, config);
  const dataset = { table, rows, config, plan, candidate: scores.candidate, champion: scores.champion };
  const aggregating = { engine: ports.engine, explain: (wrong: WrongRows) => explainOutcome(wrong, ports) };
  const { problem: unusable, ...aggregated } = await aggregateDataset(dataset, aggregating);
  const problem =
    scores.problem ??
    unusable ??
    otherClasses(rival, classes) ??
    classOrderProblem(rival.opened?.model.classes ?? null, classes ?? [], areDeclared(config));
  const facts = await factsOf(scoring, { rows, sample: scores.sample, problem, hashed });
  const champion = problem === undefined ? aggregated.aggregates.champion : null;
  return { ...facts, ...aggregated, classes, champion };
}

function areDeclared({ evaluate }: ScoredModelConfig): boolean {
  return evaluate.classes !== undefined;
}

/** @throws {UserError} MODEL_INVALID where the candidate's probabilities are of the classes in another order. */
function refuseOrder(own: PlannedModel | null, classes: readonly string[] | null, config: ScoredModelConfig): void {
  const problem = classOrderProblem(own?.model.classes ?? null, classes ?? [], areDeclared(config));
  if (problem === undefined) return;
  throw new UserError('MODEL_INVALID', `the candidate cannot be judged: ${problem}`, {
    fix: "Name the label's values in evaluate.classes, in the order of the model's probabilities.",
  });
}

/** The table of the candidate's scores, of a model that the judge does not run. */
function scoresOf({ candidate }: EvaluationRequest): ShownPath {
  return candidate.kind === 'scored-artifact' ? candidate.predictions : candidate.path;
}
