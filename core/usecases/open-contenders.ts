import type { ColumnValues } from '../domain/evaluation/column-values.ts';
import type { ChampionAbsence } from '../domain/evaluation/judge-rules.ts';
import type { ModelSums } from '../domain/evaluation/summed/summed-rows.ts';
import type { HashedArtifact } from '../domain/model/artifact-digest.ts';
import { classOrderProblem } from '../domain/model/class-order.ts';
import { planInputs } from '../domain/model/input-plan.ts';
import type { ModelTensor } from '../domain/model/model-tensor.ts';
import { UserError } from '../errors.ts';
import type { Champion } from '../ports/champion-finder.ts';
import type { FeatureBatch, ModelRuntime, OpenModel } from '../ports/model-runner.ts';
import type { TableDescription } from '../ports/table-reader.ts';
import type { ArtifactFacts, ArtifactMeasurements } from './artifact-evidence.ts';
import { checkScores, scoreProblem } from './checked-scores.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest, ShownPath } from './evaluation-request.ts';
import { type Latency, measureLatency } from './measure-latency.ts';
import { type Outcome, readOutcome } from './read-outcome.ts';
import { isTablePath, predictionColumns, readPredictions } from './read-predictions.ts';
import { type PlannedModel, refuseEmpty, scoreDataset } from './score-dataset.ts';
import { type SummedColumns, type SummedDataset, sumDataset } from './sum-dataset.ts';

/** Features that the candidate takes and the champion does not, and the other way round. */
export interface FeatureChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What is known of both contenders beside their scores. */
export interface JudgedContenders {
  readonly rows: number;
  /** Names of the classes by their index; null for regression. */
  readonly classes: readonly string[] | null;
  /** null where there is no champion to compare with. */
  readonly champion: Float64Array | ModelSums | null;
  readonly absence: ChampionAbsence;
  readonly found: Champion;
  readonly facts: ArtifactFacts;
  readonly latency: Latency | null;
  readonly candidateDigest: string;
  /** Null where a contender is known by its predictions alone. */
  readonly features: FeatureChange | null;
  readonly signature: { readonly inputs: readonly ModelTensor[]; readonly outputs: readonly ModelTensor[] } | null;
  readonly runtime: ModelRuntime | null;
}

/** The dataset as both contenders see it. */
export interface ScoredContenders extends JudgedContenders {
  readonly columns: ReadonlyMap<string, ColumnValues>;
  readonly outcome: Outcome;
  /** One score a row, or one a class row by row. */
  readonly candidate: Float64Array;
  readonly champion: Float64Array | null;
}

/** The same of more rows than are held in memory: sums of them. */
export interface SummedContenders extends JudgedContenders, Omit<SummedDataset, 'sample' | 'problem'> {
  readonly champion: ModelSums | null;
}

/** The models under comparison, opened, with the dataset that they are judged on. */
export interface Contenders {
  readonly table: TableDescription;
  /** @param keep Columns to return beside the scores. */
  score(keep: readonly string[]): Promise<ScoredContenders>;
  /** Scores without holding the rows. */
  sum(plan: SummedColumns): Promise<SummedContenders>;
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
  const { table, own, rival } = await openAll(request, champion, ports);
  const surroundings = { request, table, ports };
  return {
    table,
    score: (keep) => score({ ...surroundings, own, rival, keep }),
    sum: (plan) => sum({ ...surroundings, own, rival, keep: [] }, plan),
    close: async () => {
      await Promise.all([own?.model.close(), rival.opened?.model.close()]);
    },
  };
}

/** At the same time, since the engines load in threads of their own; the first of the errors counts. */
async function openAll(request: EvaluationRequest, champion: Champion, ports: EvaluationPorts) {
  const { candidate, dataset } = request;
  const describing = ports.tables.describe(dataset.absolute, request.config.data.csv);
  const opening = { request, ports, describing };
  const [table, own, rival] = await Promise.allSettled([
    describing,
    candidate.kind === 'artifact' ? openModel(candidate.path.absolute, opening, request.config.data.features) : null,
    openChampion(champion, opening),
  ]);
  if (table.status === 'fulfilled' && own.status === 'fulfilled' && rival.status === 'fulfilled') {
    return { table: table.value, own: own.value, rival: rival.value };
  }
  if (own.status === 'fulfilled') await own.value?.model.close();
  if (rival.status === 'fulfilled') await rival.value.opened?.model.close();
  throw [table, own, rival].flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))[0];
}

interface Opening {
  readonly request: EvaluationRequest;
  readonly ports: EvaluationPorts;
  readonly describing: Promise<TableDescription>;
}

interface Surroundings {
  readonly request: EvaluationRequest;
  readonly table: TableDescription;
  readonly ports: EvaluationPorts;
}

/** @param features Undefined: the model's own input names. */
async function openModel(
  path: string,
  { request, ports, describing }: Opening,
  features: readonly string[] | undefined,
): Promise<PlannedModel> {
  const perClass = request.config.task === 'multiclass-classification';
  const model = await ports.models.open(path, {
    scores: perClass ? 'each-class' : 'one',
    output: request.config.evaluate.output,
  });
  try {
    const { columns } = await describing;
    return { model, plan: planInputs(model.inputs, { ...request.config.data, features }, columns) };
  } catch (error) {
    await model.close();
    throw error;
  }
}

interface Rival {
  readonly found: Champion;
  readonly opened: PlannedModel | null;
  /** Predictions that were made elsewhere. */
  readonly predictions: ShownPath | null;
  readonly absence: ChampionAbsence;
}

async function openChampion(found: Champion, opening: Opening): Promise<Rival> {
  const closed = { found, opened: null, predictions: null };
  if (found.kind === 'none') return { ...closed, absence: { kind: 'none' } };
  if (found.kind === 'unreadable') return { ...closed, absence: { kind: 'unreadable', reason: found.reason } };
  if (isTablePath(found.path)) {
    const predictions = { shown: "the champion's predictions", absolute: found.path };
    return { ...closed, predictions, absence: { kind: 'present' } };
  }
  try {
    return { ...closed, opened: await openRival(found.path, opening, found.features), absence: { kind: 'present' } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...closed, absence: { kind: 'unreadable', reason: error.message } };
  }
}

/** A champion takes the features that it was trained on; where nobody said which, those of today, else its own input names. */
async function openRival(
  path: string,
  opening: Opening,
  features: readonly string[] | undefined,
): Promise<PlannedModel> {
  if (features !== undefined) return openModel(path, opening, features);
  const { features: todays } = opening.request.config.data;
  try {
    return await openModel(path, opening, todays);
  } catch (error) {
    if (!(error instanceof UserError) || todays === undefined) throw error;
    return openModel(path, opening, undefined).catch(() => {
      throw new UserError(error.code, `${error.message}; if it was trained on others, champion-features names them`, {
        fix: error.fix,
      });
    });
  }
}

interface Scoring extends Surroundings {
  readonly own: PlannedModel | null;
  readonly rival: Rival;
  readonly keep: readonly string[];
}

async function score(scoring: Scoring): Promise<ScoredContenders> {
  const { request, table, ports, own, rival, keep } = scoring;
  const guarded = rival.opened === null ? null : guardChampion(rival.opened);
  const models = [own, guarded?.planned ?? null].filter((planned) => planned !== null);
  const scored = await scoreDataset({ table, models, keep }, ports);
  refuseEmpty(scored.rows, table);
  const outcome = readOutcome(scored.columns, request.config, own?.model.classes);
  const scoreOf = (planned: PlannedModel | null) =>
    planned === null ? undefined : scored.scores[models.indexOf(planned)];
  const candidate = scoreOf(own) ?? (await candidatePredictions(scoring, outcome));
  refuseOrder(own, outcome.classes);
  checkScores(candidate, outcome);
  const given = scoreOf(guarded?.planned ?? null);
  const champion = await championScores(scoring, outcome, { scores: given, problem: guarded?.problem() });
  const { rows, columns, sample } = scored;
  const hashed = ports.hasher.hash(request.candidate.path.absolute);
  const facts = await factsOf(scoring, { rows, sample, problem: champion.problem, hashed });
  return { ...facts, classes: outcome.classes, columns, outcome, candidate, champion: champion.scores };
}

async function sum(scoring: Scoring, plan: SummedColumns): Promise<SummedContenders> {
  const { request, table, ports, own, rival } = scoring;
  const { config, candidate } = request;
  // Beside the rows: hashing gigabytes of predictions is a good part of reading them.
  const hashed = ports.hasher.hash(candidate.path.absolute);
  hashed.catch(() => {});
  const ofChampion = rival.opened ?? rival.predictions;
  const classes = config.task === 'regression' ? null : (config.evaluate.classes?.map(String) ?? ['0', '1']);
  const {
    sample,
    problem: unscored,
    ...summed
  } = await sumDataset({ table, config, plan, candidate: own ?? candidate.path, champion: ofChampion }, ports);
  refuseOrder(own, classes);
  const problem = unscored ?? classOrderProblem(rival.opened?.model.classes ?? null, classes ?? []);
  const facts = await factsOf(scoring, { rows: summed.summed.rows, sample, problem, hashed });
  return { ...facts, ...summed, classes, champion: problem === undefined ? summed.summed.champion : null };
}

/** @throws {UserError} MODEL_INVALID where the candidate's probabilities are of the classes in another order. */
function refuseOrder(own: PlannedModel | null, classes: readonly string[] | null): void {
  const problem = classOrderProblem(own?.model.classes ?? null, classes ?? []);
  if (problem === undefined) return;
  throw new UserError('MODEL_INVALID', `the candidate cannot be judged: ${problem}`, {
    fix: "Name the label's values in evaluate.classes, in the order of the model's probabilities.",
  });
}

interface Read {
  readonly rows: number;
  readonly sample: FeatureBatch;
  /** Why the champion gave no scores. */
  readonly problem: string | undefined;
  /** What the candidate's bytes are. */
  readonly hashed: Promise<HashedArtifact>;
}

async function factsOf(
  { ports, own, rival }: Scoring,
  { rows, sample, problem, hashed: hashing }: Read,
): Promise<Omit<JudgedContenders, 'champion' | 'classes'>> {
  const hashed = await hashing;
  const latency = own === null ? null : await measureLatency(own, sample);
  return {
    rows,
    absence: problem === undefined ? rival.absence : { kind: 'unreadable', reason: problem },
    found: rival.found,
    facts: {
      candidate: measurements(hashed.sizeBytes, latency),
      champion: problem === undefined ? await championMeasurements(rival, sample, ports) : null,
    },
    latency,
    candidateDigest: hashed.digest,
    features: featuresOf(own, problem === undefined ? rival.opened : null),
    signature: own === null ? null : { inputs: own.model.inputs, outputs: own.model.outputs },
    runtime: own?.model.runtime ?? null,
  };
}

/** The columns of the dataset that a model takes, as people know them. */
function columnsOf({ plan }: PlannedModel): readonly string[] {
  return plan.kind === 'one-tensor' ? plan.features : plan.inputs.map(({ column }) => column);
}

function featuresOf(own: PlannedModel | null, champion: PlannedModel | null): FeatureChange | null {
  if (own === null || champion === null) return null;
  const [now, before] = [columnsOf(own), columnsOf(champion)];
  return {
    added: now.filter((name) => !before.includes(name)),
    removed: before.filter((name) => !now.includes(name)),
  };
}

async function candidatePredictions({ request, ports }: Scoring, outcome: Outcome): Promise<Float64Array> {
  const columns = predictionColumns(request.config, outcome.classes);
  return readPredictions(request.candidate.path, { columns, rows: outcome.labels.length }, ports);
}

interface ChampionScores {
  readonly scores: Float64Array | null;
  /** Why there are none: a clause. */
  readonly problem: string | undefined;
}

/** The champion's scores; whatever is wrong with them is a reason, not an error of the candidate's author. */
async function championScores(
  { request, rival, ports }: Scoring,
  outcome: Outcome,
  given: { readonly scores: Float64Array | undefined; readonly problem: string | undefined },
): Promise<ChampionScores> {
  if (given.problem !== undefined) return { scores: null, problem: given.problem };
  try {
    const columns = predictionColumns(request.config, outcome.classes);
    const rows = outcome.labels.length;
    const { predictions } = rival;
    const scores = predictions === null ? given.scores : await readPredictions(predictions, { columns, rows }, ports);
    const order = classOrderProblem(rival.opened?.model.classes ?? null, outcome.classes ?? []);
    const problem = order ?? (scores === undefined ? undefined : scoreProblem(scores, outcome));
    return { scores: problem === undefined ? (scores ?? null) : null, problem };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { scores: null, problem: error.message };
  }
}

async function championMeasurements(
  { found, opened }: Rival,
  sample: FeatureBatch,
  ports: EvaluationPorts,
): Promise<ArtifactMeasurements | null> {
  if (found.kind !== 'found' || opened === null) return null;
  const { sizeBytes } = await ports.hasher.hash(found.path);
  return measurements(sizeBytes, await measureLatency(opened, sample));
}

function measurements(sizeBytes: number, latency: Latency | null): ArtifactMeasurements {
  const size = { artifact_size_bytes: sizeBytes };
  if (latency === null) return size;
  const { p50Ms, p95Ms, p99Ms, batch } = latency;
  return {
    latency_p50_ms: p50Ms,
    latency_p95_ms: p95Ms,
    latency_p99_ms: p99Ms,
    latency_batch_p50_ms: batch.p50Ms,
    latency_batch_p95_ms: batch.p95Ms,
    latency_batch_p99_ms: batch.p99Ms,
    ...size,
  };
}

/** A champion that fails on the dataset is no error of the candidate's author: it gives no scores, and a reason. */
function guardChampion({ model, plan }: PlannedModel) {
  const problems: string[] = [];
  const guarded: OpenModel = {
    inputs: model.inputs,
    outputs: model.outputs,
    runtime: model.runtime,
    get classes() {
      return model.classes;
    },
    close: () => model.close(),
    measure: (batches, of) => model.measure(batches, of),
    score: (batch, of) =>
      model.score(batch, of).catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        problems.push(error.message);
        return new Float64Array(batch.rows).fill(Number.NaN);
      }),
  };
  return { planned: { model: guarded, plan }, problem: () => problems[0] };
}
