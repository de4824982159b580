import type { AggregatedModel } from '../../domain/aggregates/aggregated-rows.ts';
import type { FoldedRows } from '../../domain/evaluation/folds.ts';
import type { ChampionAbsence } from '../../domain/evaluation/judge-rules.ts';
import type { ArtifactFacts, ArtifactMeasurements } from '../../domain/gate/artifact-evidence.ts';
import type { HashedArtifact } from '../../domain/model/artifact-digest.ts';
import type { ModelTensor } from '../../domain/model/model-tensor.ts';
import type { FeatureBatch } from '../../domain/table/table.ts';
import type { Champion } from '../../ports/evaluate/champion-finder.ts';
import type { ModelRuntime } from '../../ports/evaluate/model-runner.ts';
import type { ScoredBy } from '../../reports/predictions-report.ts';
import type { EvaluationPorts } from './evaluation-ports.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import { type Latency, measureLatency } from './measure-latency.ts';
import type { Rival } from './open-champion.ts';
import { isTablePath } from './read-predictions.ts';
import type { PlannedModel } from './score-dataset.ts';

/** Features that the candidate takes and the champion does not, and the other way round. */
export interface FeatureChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Facts about both contenders besides their scores. */
export interface JudgedContenders {
  readonly rows: number;
  /** Of cross-validation. */
  readonly folds?: FoldedRows;
  /** Names of the classes by their index; null for regression. */
  readonly classes: readonly string[] | null;
  /** null where there is no champion to compare with. */
  readonly champion: Float64Array | AggregatedModel | null;
  readonly absence: ChampionAbsence;
  readonly found: Champion;
  readonly facts: ArtifactFacts;
  readonly latency: Latency | null;
  readonly candidateDigest: string;
  /** Null where a contender is known by its predictions alone. */
  readonly features: FeatureChange | null;
  readonly signature: { readonly inputs: readonly ModelTensor[]; readonly outputs: readonly ModelTensor[] } | null;
  readonly runtime: ModelRuntime | null;
  /** Digests of what the models compute; undefined where that is not known. */
  readonly computations: { readonly candidate: string | undefined; readonly champion: string | undefined };
  /** Source of the scores of each model; null for one without any. */
  readonly scoredBy: { readonly candidate: ScoredBy | null; readonly champion: ScoredBy | null };
}

/** Both models, opened. */
export interface OpenedModels {
  readonly request: Pick<EvaluationRequest, 'candidate'>;
  readonly ports: Pick<EvaluationPorts, 'hasher'> & Partial<Pick<EvaluationPorts, 'computationOf'>>;
  /** null where the candidate is known by its predictions alone. */
  readonly own: PlannedModel | null;
  readonly rival: Rival;
}

/** Facts from reading the dataset, besides scores. */
export interface Read {
  readonly rows: number;
  readonly sample: FeatureBatch;
  /** Why the champion gave no scores. */
  readonly problem: string | undefined;
  /** Digest and size of the candidate. */
  readonly hashed: Promise<HashedArtifact>;
}

/** Facts about both contenders besides their scores. */
export async function factsOf(
  { request: { candidate }, ports, own, rival }: OpenedModels,
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
    computations: await computationsOf({ request: { candidate }, ports, own, rival }, hashed.digest),
    scoredBy: {
      candidate: own === null ? scoresBefore(candidate) : 'onnx',
      champion: problem === undefined ? rival.scoredBy : null,
    },
  };
}

/** Of models that the judge runs: of the others only the bytes are known. The same bytes are read once. */
async function computationsOf(
  { request, ports, own, rival: { found, opened } }: OpenedModels,
  candidateDigest: string,
): Promise<JudgedContenders['computations']> {
  const of = async (isRun: boolean, path: string) => (isRun ? ports.computationOf?.(path) : undefined);
  const candidate = await of(own !== null, request.candidate.path.absolute);
  if (found.kind !== 'found') return { candidate, champion: undefined };
  const isSame = own !== null && opened !== null && found.digest === candidateDigest;
  return { candidate, champion: isSame ? candidate : await of(opened !== null, found.path) };
}

function scoresBefore(candidate: EvaluationRequest['candidate']): ScoredBy {
  return candidate.kind === 'scored-artifact' ? candidate.scoredBy : 'predictions';
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

async function championMeasurements(
  { found, opened }: Rival,
  sample: FeatureBatch,
  ports: OpenedModels['ports'],
): Promise<ArtifactMeasurements | null> {
  if (found.kind !== 'found' || isTablePath(found.path)) return null;
  const { sizeBytes } = await ports.hasher.hash(found.path);
  return measurements(sizeBytes, opened === null ? null : await measureLatency(opened, sample));
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
