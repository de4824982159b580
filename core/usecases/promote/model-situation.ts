import { storeAsWritten } from '../../config/store-as-written.ts';
import type { ModelConfig, TidegateConfig } from '../../config/tidegate-config.ts';
import { CONFIG_FILE } from '../../domain/policy/config-file.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import { DEFAULT_RELEASE_WORKFLOW } from '../../domain/registry/release-run.ts';
import { UserError } from '../../errors.ts';
import type { ArtifactHasher } from '../../ports/evaluate/artifact-hasher.ts';
import type { Checks } from '../../ports/github/checks.ts';
import type { BaseBranch, Commits } from '../../ports/github/commits.ts';
import type { Issues } from '../../ports/github/issues.ts';
import type { VersionAttestations } from '../../ports/github/version-tags.ts';
import type { Workflows } from '../../ports/github/workflows.ts';
import type { ReportArchive } from '../../ports/store/report-archive.ts';
import { findRunningVersions, type RunningEnvironment } from '../registry/find-running-versions.ts';
import type { ProvenanceMemory } from '../registry/provenance-memory.ts';
import { ProvenanceVerifier } from '../registry/verify-provenance.ts';
import { type CatalogTags, VersionCatalog } from '../registry/version-catalog.ts';
import { EnvironmentHistories } from './environment-histories.ts';
import { EnvironmentObservations } from './observe-environment.ts';
import { controlsOf, type IssuesOfControl, type PromotionControls, readControlIssues } from './promotion-controls.ts';

/** A repository when an event is worked on: read once, before anything is decided. */
export interface EventMoment {
  /** The default branch and its newest commit: what comes later is for the next event. */
  readonly base: BaseBranch;
  /** Our own login: only pull requests and issues of Tidegate count. */
  readonly self: string;
  readonly nowMs: number;
}

/** A model whose versions and environments are looked at. */
export interface SituationRequest extends EventMoment {
  readonly model: string;
  readonly config: ModelConfig;
}

/** Subject of the check. */
export interface SituationPorts extends BeliefPorts {
  readonly issues: Pick<Issues, 'list'>;
  readonly checks: Pick<Checks, 'health'>;
}

/** Dependencies of verifying versions. */
export interface BeliefPorts {
  readonly tags: CatalogTags;
  readonly commits: Pick<Commits, 'isAncestorOrSame' | 'read' | 'objectIds' | 'tips' | 'wasAt'>;
  readonly workflows: Workflows;
  readonly archive: ReportArchive;
  readonly hasher: Pick<ArtifactHasher, 'hashChunks'>;
  readonly attestations?: VersionAttestations | undefined;
  readonly memory: BeliefMemory;
}

/** Cache from earlier events. */
export interface BeliefMemory {
  readonly provenance: ProvenanceMemory;
  readonly values: NonNullable<ConstructorParameters<typeof EnvironmentHistories>[2]['values']>;
}

/**
 * A model as the default branch has it at one moment: read once per event, and passed on. What our own writes change of
 * it is replaced by who writes; the three lookups ask for each fact once, when it is first needed.
 */
export interface ModelSituation extends SituationRequest {
  /** In the order of the configuration. */
  readonly running: readonly RunningEnvironment[];
  /** Stops and holds. */
  readonly controls: PromotionControls;
  readonly catalog: VersionCatalog;
  readonly histories: EnvironmentHistories;
  readonly observations: EnvironmentObservations;
}

/**
 * Reads how a model is.
 *
 * @param issues Of the whole repository, where they were read for this event already.
 */
export async function readSituation(
  request: SituationRequest,
  ports: SituationPorts,
  issues?: IssuesOfControl,
): Promise<ModelSituation> {
  const { model, config, base, self, nowMs } = request;
  const { environments } = config;
  const { catalog, histories } = believedVersions({ model, config, base, nowMs }, ports);
  const running = await findRunningVersions(environments, { commits: ports.commits, catalog }, base.sha);
  const names = environments.map(({ name }) => name);
  const controls = controlsOf({ model, environments: names, self }, issues ?? (await readControlIssues(ports.issues)));
  const held = environments.map((environment, index) => ({ environment, version: running[index]?.version }));
  const observations = new EnvironmentObservations({ held, nowMs }, { checks: ports.checks, histories });
  return { ...request, running, controls, catalog, histories, observations };
}

/** Reads how several models of a repository are; what they share is read once. Names without a model are left out. */
export async function readSituations(
  { models, ...moment }: EventMoment & { readonly models: TidegateConfig['models'] },
  names: readonly string[],
  ports: SituationPorts,
): Promise<ReadonlyMap<string, ModelSituation>> {
  const issues = await readControlIssues(ports.issues);
  const found = new Map<string, ModelSituation>();
  for (const model of names) {
    const config = models[model];
    if (config !== undefined) found.set(model, await readSituation({ ...moment, model, config }, ports, issues));
  }
  return found;
}

/** Whose versions are believed, and as of when. */
export interface BeliefRequest {
  readonly model: string;
  readonly config: Pick<ModelConfig, 'register' | 'image'> & { readonly environments: readonly Environment[] };
  readonly base: BaseBranch;
  readonly nowMs: number;
  /** The ways to write the store, such as with a folder's whole path; default: as in tidegate.yaml. */
  readonly stores?: readonly string[] | undefined;
  /** The ways to write a store that an earlier tidegate.yaml named; default: as it is there. */
  readonly spellings?: ((store: string) => readonly string[]) | undefined;
  /** Path of tidegate.yaml in the repository; default: at its root. */
  readonly configFile?: string | undefined;
  /** The run that asks. */
  readonly ownRunId?: number | undefined;
  /** Default: 500. */
  readonly maxTagsRead?: number | undefined;
}

/** Chosen: ten requests. What was read is remembered, so that the next event looks at as many more. */
const MAX_TAGS_READ = 500;

/** A link, or a file that is too large or not text, names no store. */
function unlessUnreadable(error: unknown): undefined {
  if (error instanceof UserError) return undefined;
  throw error;
}

/** The believed versions of a model, and what its environments have held: the same for the bot and for the actions. */
export function believedVersions(
  { model, config, base, nowMs, ownRunId, maxTagsRead = MAX_TAGS_READ, ...request }: BeliefRequest,
  ports: BeliefPorts,
): { readonly catalog: VersionCatalog; readonly histories: EnvironmentHistories } {
  const { commits } = ports;
  const { provenance: memory, values } = ports.memory;
  const stores = request.stores ?? [config.register?.store].filter((store) => store !== undefined);
  const releaseWorkflow = config.register?.workflow ?? DEFAULT_RELEASE_WORKFLOW;
  const imageRepository = config.image?.repository;
  const storesAt = async (commit: string) => {
    const text = await commits.read(request.configFile ?? CONFIG_FILE, commit).catch(unlessUnreadable);
    const store = text === undefined ? undefined : storeAsWritten(text, model);
    return store === undefined ? [] : (request.spellings?.(store) ?? [store]);
  };
  const context = {
    model,
    defaultBranch: base,
    stores,
    storesAt,
    releaseWorkflow,
    imageRepository,
    ownRunId,
    memory,
    nowMs,
  };
  const verifier = new ProvenanceVerifier(context, ports);
  const histories = new EnvironmentHistories(config.environments, base, { commits, values });
  const believing = { ...context, verify: verifier.verify.bind(verifier), held: histories, maxTagsRead };
  return { catalog: new VersionCatalog(model, ports.tags, believing), histories };
}
