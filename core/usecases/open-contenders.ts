import type { ColumnValues } from '../domain/evaluation/column-values.ts';
import type { ChampionAbsence } from '../domain/evaluation/judge-rules.ts';
import { planInputs } from '../domain/model/input-plan.ts';
import type { ModelTensor } from '../domain/model/model-tensor.ts';
import { UserError } from '../errors.ts';
import type { Champion } from '../ports/champion-finder.ts';
import type { ModelRuntime, OpenModel } from '../ports/model-runner.ts';
import type { TableDescription } from '../ports/table-reader.ts';
import type { ArtifactFacts, ArtifactMeasurements } from './artifact-evidence.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import { type Latency, measureLatency } from './measure-latency.ts';
import { type PlannedModel, refuseEmpty, type ScoredDataset, scoreDataset } from './score-dataset.ts';

/** The dataset as both contenders see it. */
export interface ScoredContenders {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ColumnValues>;
  readonly candidate: Float64Array;
  /** null where there is no champion to compare with. */
  readonly champion: Float64Array | null;
  readonly absence: ChampionAbsence;
  readonly found: Champion;
  readonly facts: ArtifactFacts;
  readonly latency: Latency | null;
  readonly candidateDigest: string;
  readonly signature: { readonly inputs: readonly ModelTensor[]; readonly outputs: readonly ModelTensor[] } | null;
  readonly runtime: ModelRuntime | null;
}

/** The models under comparison, opened, with the dataset that they are judged on. */
export interface Contenders {
  readonly table: TableDescription;
  /** @param keep Columns to return beside the scores. */
  score(keep: readonly string[]): Promise<ScoredContenders>;
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
  const table = await ports.tables.describe(request.dataset.absolute);
  const { candidate } = request;
  const own =
    candidate.kind === 'artifact' ? await openModel(candidate.path.absolute, { request, table, ports }) : null;
  const rival = await openChampion(champion, { request, table, ports });
  return {
    table,
    score: (keep) => score({ request, table, own, rival, keep }, ports),
    close: async () => {
      await own?.model.close();
      await rival.opened?.model.close();
    },
  };
}

interface Surroundings {
  readonly request: EvaluationRequest;
  readonly table: TableDescription;
  readonly ports: EvaluationPorts;
}

async function openModel(path: string, { request, table, ports }: Surroundings): Promise<PlannedModel> {
  const model = await ports.models.open(path);
  try {
    return { model, plan: planInputs(model.inputs, request.config.data.features, table.columns) };
  } catch (error) {
    await model.close();
    throw error;
  }
}

interface Rival {
  readonly found: Champion;
  readonly opened: PlannedModel | null;
  readonly absence: ChampionAbsence;
}

async function openChampion(found: Champion, surroundings: Surroundings): Promise<Rival> {
  if (found.kind === 'none') return { found, opened: null, absence: { kind: 'none' } };
  if (found.kind === 'unreadable')
    return { found, opened: null, absence: { kind: 'unreadable', reason: found.reason } };
  try {
    return { found, opened: await openModel(found.path, surroundings), absence: { kind: 'present' } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const absence = { kind: 'unreadable', reason: error.message } as const;
    return { found, opened: null, absence };
  }
}

interface Scoring {
  readonly request: EvaluationRequest;
  readonly table: TableDescription;
  readonly own: PlannedModel | null;
  readonly rival: Rival;
  readonly keep: readonly string[];
}

async function score({ request, table, own, rival, keep }: Scoring, ports: EvaluationPorts): Promise<ScoredContenders> {
  const guarded = rival.opened === null ? null : guardChampion(rival.opened);
  const models = [own, guarded?.planned ?? null].filter((planned) => planned !== null);
  const scored = await scoreDataset({ table, models, keep }, ports);
  refuseEmpty(scored.rows, table);
  const scoreOf = (planned: PlannedModel | null) =>
    planned === null ? undefined : scored.scores[models.indexOf(planned)];
  const candidate = scoreOf(own) ?? (await readPredictions(request, scored.rows, ports));
  const championScores = scoreOf(guarded?.planned ?? null) ?? null;
  const isProbability = request.config.task !== 'regression';
  if (isProbability) checkProbabilities(candidate);
  const broken = guarded?.problem() ?? (isProbability ? oddProbability(championScores) : undefined);
  const path = request.candidate.path.absolute;
  const hashed = await ports.hasher.hash(path);
  const latency = own === null ? null : await measureLatency(own, scored.sample, ports.clockMs);
  return {
    rows: scored.rows,
    columns: scored.columns,
    candidate,
    champion: broken === undefined ? championScores : null,
    absence: broken === undefined ? rival.absence : { kind: 'unreadable', reason: broken },
    found: rival.found,
    facts: {
      candidate: measurements(hashed.sizeBytes, latency),
      champion: broken === undefined ? await championMeasurements(rival, scored, ports) : null,
    },
    latency,
    candidateDigest: hashed.digest,
    signature: own === null ? null : { inputs: own.model.inputs, outputs: own.model.outputs },
    runtime: own?.model.runtime ?? null,
  };
}

async function championMeasurements(
  { found, opened }: Rival,
  { sample }: ScoredDataset,
  ports: EvaluationPorts,
): Promise<ArtifactMeasurements | null> {
  if (found.kind !== 'found' || opened === null) return null;
  const { sizeBytes } = await ports.hasher.hash(found.path);
  return measurements(sizeBytes, await measureLatency(opened, sample, ports.clockMs));
}

function measurements(sizeBytes: number, latency: Latency | null): ArtifactMeasurements {
  const size = { artifact_size_bytes: sizeBytes };
  if (latency === null) return size;
  return { ...size, latency_p50_ms: latency.p50Ms, latency_p95_ms: latency.p95Ms, latency_p99_ms: latency.p99Ms };
}

async function readPredictions(
  request: EvaluationRequest,
  rows: number,
  ports: EvaluationPorts,
): Promise<Float64Array> {
  const { candidate } = request;
  if (candidate.kind !== 'predictions') throw new RangeError('a candidate without scores');
  const table = await ports.tables.describe(candidate.path.absolute);
  const { columns } = await scoreDataset({ table, models: [], keep: [candidate.column] }, ports);
  const column = columns.get(candidate.column);
  if (column?.kind === 'numeric' && column.values.length === rows) return column.values;
  const what =
    column?.kind === 'numeric' ? `has ${column.values.length} rows and the dataset ${rows}` : 'holds no numbers';
  throw new UserError('DATA_INVALID', `${candidate.path.shown}: column ${candidate.column} ${what}`, {
    fix: 'Write one prediction for each row of the dataset, in its order.',
  });
}

/** A champion that fails on the dataset is no error of the candidate's author: it gives no scores, and a reason. */
function guardChampion({ model, plan }: PlannedModel) {
  const problems: string[] = [];
  const guarded: OpenModel = {
    inputs: model.inputs,
    outputs: model.outputs,
    runtime: model.runtime,
    close: () => model.close(),
    score: (batch, of) =>
      model.score(batch, of).catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        problems.push(error.message);
        return new Float64Array(batch.rows).fill(Number.NaN);
      }),
  };
  return { planned: { model: guarded, plan }, problem: () => problems[0] };
}

/** Why scores are no probabilities: a clause; undefined where they are, or where they are missing. */
function oddProbability(scores: Float64Array | null): string | undefined {
  const odd = scores?.find((value) => value < 0 || value > 1);
  return odd === undefined ? undefined : `it gives the score ${odd}, which is no probability`;
}

function checkProbabilities(scores: Float64Array): void {
  const problem = oddProbability(scores);
  if (problem === undefined) return;
  throw new UserError('MODEL_INVALID', `the candidate cannot be judged: ${problem}`, {
    fix: 'Export probabilities (predict_proba), not decision values.',
  });
}
