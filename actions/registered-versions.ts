import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadArtifact, downloadObject } from '../core/adapters/files/download-artifact.ts';
import { FileArtifactHasher } from '../core/adapters/files/file-artifact-hasher.ts';
import { ZipReportArchive } from '../core/adapters/files/zip-report-archive.ts';
import { createGitHubCommits } from '../core/adapters/github/github-commits.ts';
import { GitHubRepositoryFiles } from '../core/adapters/github/github-repository-files.ts';
import { GitHubVersionTags } from '../core/adapters/github/github-version-tags.ts';
import { GitHubWorkflows } from '../core/adapters/github/github-workflows.ts';
import type { StoredTable } from '../core/domain/evaluation/champion-data.ts';
import { CONFIG_FILE } from '../core/domain/policy/config-file.ts';
import type { Environment } from '../core/domain/policy/environment.ts';
import { parseArtifactUri, predictionsKey } from '../core/domain/registry/store-layout.ts';
import type { ChampionFinder } from '../core/ports/evaluate/champion-finder.ts';
import type { CommittedFiles } from '../core/ports/github/commits.ts';
import { readChampionHistory } from '../core/usecases/evaluate/read-champion-history.ts';
import { RegisteredChampionFinder } from '../core/usecases/evaluate/registered-champion-finder.ts';
import { believedVersions } from '../core/usecases/promote/model-situation.ts';
import { ProvenanceMemory } from '../core/usecases/registry/provenance-memory.ts';
import type { KnownVersion, VersionCatalog } from '../core/usecases/registry/version-catalog.ts';
import { type RegisterStore, VersionStore } from '../core/usecases/registry/version-store.ts';
import type { ActionContext } from './action-context.ts';
import { openGitCatalog, openGitRemote, usesGitVersions } from './git-versions.ts';
import { type GitHubAccess, gitHubOf } from './github.ts';
import type { LoadedModel } from './load-model.ts';
import { openStore, spellingsOf } from './open-store.ts';
import { inRepository, pathInRepository } from './repository-environments.ts';

/** The registered versions of a model that are believed, as an action reaches them. */
export interface RegisteredVersions {
  readonly catalog: VersionCatalog;
  readonly files: CommittedFiles;
  /** Their targets are paths of the repository, as `files` takes them. */
  readonly environments: readonly Environment[];
  /** The store that a version is in, by its own URI: `register.store` may be another one by now. */
  readonly storeOf: (version: Pick<KnownVersion, 'artifactUri'>) => Promise<RegisterStore>;
  /** The documents of a version, in the same store. */
  readonly documentsOf: (version: Pick<KnownVersion, 'artifactUri'>) => Promise<VersionStore>;
}

/** Chosen: a hundred requests. An action remembers nothing of the run before. */
const MAX_TAGS_READ = 5000;

/** @param token The input github-token. */
export async function openRegisteredVersions(
  context: ActionContext,
  loaded: LoadedModel,
  token: string | undefined,
): Promise<RegisteredVersions> {
  if (usesGitVersions(context)) return openFromGit(context, loaded, token);
  const access = await gitHubOf(context, token);
  const environments = inRepository(context, loaded.model.environments);
  const catalog = await openCatalog(context, loaded, { ...access, environments, storeUri: undefined });
  const files = new GitHubRepositoryFiles(access.client, access.repository);
  const storeOf = openStores(context, token);
  return { catalog, storeOf, documentsOf: documentsOf(storeOf), environments, files };
}

async function openFromGit(
  context: ActionContext,
  loaded: LoadedModel,
  token: string | undefined,
): Promise<RegisteredVersions> {
  const files = await openGitRemote(context);
  const storeOf = openStores(context, token);
  const opened = { remote: files, documentsOf: documentsOf(storeOf), storeUri: undefined };
  const catalog = await openGitCatalog(context, loaded, opened);
  const environments = inRepository(context, loaded.model.environments);
  return { catalog, files, environments, storeOf, documentsOf: opened.documentsOf };
}

/**
 * Opens stores by the URIs of versions, each once. Only believed versions are asked for: the default branch's
 * tidegate.yaml named their stores, so none is asked with credentials that a tag alone names.
 */
export function openStores(context: ActionContext, token: string | undefined): RegisteredVersions['storeOf'] {
  const surroundings = { env: context.env, baseFolder: context.workingDirectory, token };
  const opened = new Map<string, Promise<RegisterStore>>();
  return async ({ artifactUri }) => {
    const { store } = parseArtifactUri(artifactUri) ?? {};
    if (store === undefined) throw new RangeError(`${artifactUri} is not an artifact of a store`);
    const opening = opened.get(store) ?? openStore(store, surroundings);
    opened.set(store, opening);
    return opening;
  };
}

/** The documents in the stores of versions. */
export function documentsOf(storeOf: RegisteredVersions['storeOf']): RegisteredVersions['documentsOf'] {
  return async (version) => new VersionStore(await storeOf(version), new FileArtifactHasher());
}

/** The catalog of believed versions, by the same rules as the bot's. */
export async function openCatalog(
  context: ActionContext,
  { name, model }: LoadedModel,
  {
    client,
    repository,
    environments,
    storeUri,
  }: GitHubAccess & { readonly environments: readonly Environment[]; readonly storeUri: string | undefined },
): Promise<VersionCatalog> {
  const { env, workingDirectory } = context;
  const commits = createGitHubCommits(client, repository);
  const base = await commits.default();
  const ownRunId = env.GITHUB_RUN_ID === undefined ? undefined : Number(env.GITHUB_RUN_ID);
  const config = { ...model, environments };
  const stores = [config.register?.store, storeUri].filter((store) => store !== undefined);
  const spellings = (store: string) => spellingsOf(store, workingDirectory);
  const request = {
    ...{ model: name, config, base, nowMs: Date.now(), ownRunId, maxTagsRead: MAX_TAGS_READ },
    ...{ stores: stores.flatMap(spellings), spellings, configFile: pathInRepository(context, CONFIG_FILE) },
  };
  const ports = {
    tags: new GitHubVersionTags(client, repository),
    commits,
    workflows: new GitHubWorkflows(client, repository),
    archive: new ZipReportArchive(),
    hasher: new FileArtifactHasher(),
    memory: { provenance: new ProvenanceMemory(), values: new Map() },
  };
  return believedVersions(request, ports).catalog;
}

/**
 * Predictions of a registered version from the store, on this machine and with the digest that names them.
 *
 * @returns Absolute path.
 * @throws {UserError} OBJECT_MISSING or OBJECT_CORRUPT where the store does not have these bytes.
 */
export async function fetchPredictions(
  context: ActionContext,
  token: string | undefined,
  table: StoredTable,
): Promise<string> {
  const into = join(context.env.RUNNER_TEMP ?? tmpdir(), 'tidegate', 'champions');
  const { objects } = await openStores(context, token)(table);
  return downloadObject({ objects, key: predictionsKey(table), digest: table.digest, into });
}

/** The finder of the champion among registered versions: `auto` or a version. */
export async function registeredChampions(
  context: ActionContext,
  loaded: LoadedModel,
  token: string | undefined,
): Promise<ChampionFinder> {
  const { catalog, files, environments, ...stores } = await openRegisteredVersions(context, loaded, token);
  const into = join(context.env.RUNNER_TEMP ?? tmpdir(), 'tidegate', 'champions');
  return new RegisteredChampionFinder(environments, {
    catalog,
    commits: files,
    readHistory: async (version) => readChampionHistory(version, await stores.documentsOf(version)),
    fetchArtifact: async (version: KnownVersion) => {
      const { artifacts } = await stores.storeOf(version);
      return downloadArtifact({ artifacts, digest: version.artifactDigest, uri: version.artifactUri, into });
    },
  });
}
