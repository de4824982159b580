import type { ModelConfig } from '../../config/tidegate-config.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import { DEFAULT_RELEASE_WORKFLOW } from '../../domain/registry/release-run.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { Branches } from '../../ports/github/branches.ts';
import type { CommitHistory } from '../../ports/github/commit-history.ts';
import type { DefaultBranchLog } from '../../ports/github/default-branch-log.ts';
import type { RepositoryFiles } from '../../ports/github/repository-files.ts';
import type { VersionAttestations } from '../../ports/github/version-attestations.ts';
import type { WorkflowRuns } from '../../ports/github/workflow-runs.ts';
import type { ReportArchive } from '../../ports/store/report-archive.ts';
import { findRunningVersions, type RunningEnvironment } from '../registry/find-running-versions.ts';
import type { ProvenanceMemory } from '../registry/provenance-memory.ts';
import { ProvenanceVerifier } from '../registry/verify-provenance.ts';
import { type CatalogTags, VersionCatalog } from '../registry/version-catalog.ts';
import { EnvironmentHistories } from './environment-histories.ts';
import { type ConditionPorts, PromotionConditions } from './promotion-conditions.ts';

/** A model whose versions and environments are looked at. */
export interface SituationRequest {
  readonly model: string;
  readonly config: ModelConfig;
  /** Our own login: only pull requests and issues of ours count. */
  readonly self: string;
  readonly nowMs: number;
}

/** What is looked at. */
export interface SituationPorts extends BeliefPorts, ConditionPorts {
  readonly branches: Pick<Branches, 'default'>;
}

/** What versions are believed by. */
export interface BeliefPorts {
  readonly tags: CatalogTags;
  readonly history: CommitHistory;
  readonly runs: WorkflowRuns;
  readonly archive: ReportArchive;
  readonly hasher: Pick<ArtifactHasher, 'hashChunks'>;
  readonly files: RepositoryFiles;
  readonly log: DefaultBranchLog;
  readonly attestations?: VersionAttestations | undefined;
  readonly memory: BeliefMemory;
}

/** What was found out for earlier events. */
export interface BeliefMemory {
  readonly provenance: ProvenanceMemory;
  readonly values: NonNullable<ConstructorParameters<typeof EnvironmentHistories>[2]['values']>;
}

/** A model as the default branch has it at one moment: read once, and handed on. */
export interface ModelSituation {
  readonly base: { readonly name: string; readonly sha: string };
  readonly catalog: VersionCatalog;
  readonly histories: EnvironmentHistories;
  /** In the order of the configuration. */
  readonly running: readonly RunningEnvironment[];
  readonly conditions: PromotionConditions;
}

/** Reads how a model stands. */
export async function readSituation(request: SituationRequest, ports: SituationPorts): Promise<ModelSituation> {
  const { model, config, self, nowMs } = request;
  const { environments } = config;
  const base = await ports.branches.default();
  const { catalog, histories } = believedVersions({ model, config, base, nowMs }, ports);
  const running = await findRunningVersions(environments, { files: ports.files, catalog }, base.sha);
  const conditions = new PromotionConditions({ model, environments, running, histories, self, nowMs }, ports);
  return { base, catalog, histories, running, conditions };
}

/** Whose versions are believed, and as of when. */
export interface BeliefRequest {
  readonly model: string;
  readonly config: Pick<ModelConfig, 'register' | 'image'> & { readonly environments: readonly Environment[] };
  /** The default branch and its newest commit. */
  readonly base: { readonly name: string; readonly sha: string };
  readonly nowMs: number;
  /** How the store is written elsewhere than in tidegate.yaml, such as with a folder's whole path. */
  readonly storeUri?: string | undefined;
  /** The run that asks. */
  readonly ownRunId?: number | undefined;
  /** Default: 500. */
  readonly maxTagsRead?: number | undefined;
}

/** Chosen: ten requests. What was read is remembered, so that the next event looks at as many more. */
const MAX_TAGS_READ = 500;

/** The believed versions of a model, and what its environments have held: the same for the bot and for the actions. */
export function believedVersions(
  { model, config, base, nowMs, storeUri, ownRunId, maxTagsRead = MAX_TAGS_READ }: BeliefRequest,
  ports: BeliefPorts,
): { readonly catalog: VersionCatalog; readonly histories: EnvironmentHistories } {
  const { files, log } = ports;
  const { provenance: memory, values } = ports.memory;
  const stores = [config.register?.store, storeUri].filter((store) => store !== undefined);
  const releaseWorkflow = config.register?.workflow ?? DEFAULT_RELEASE_WORKFLOW;
  const imageRepository = config.image?.repository;
  const context = { model, defaultBranch: base, stores, releaseWorkflow, imageRepository, ownRunId, memory, nowMs };
  const verifier = new ProvenanceVerifier(context, ports);
  const histories = new EnvironmentHistories(config.environments, base.sha, { files, log, values });
  const believing = { ...context, verify: verifier.verify.bind(verifier), held: histories, maxTagsRead };
  return { catalog: new VersionCatalog(model, ports.tags, believing), histories };
}
