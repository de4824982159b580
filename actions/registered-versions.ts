import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitHubRepositoryFiles } from '../core/adapters/github/github-repository-files.ts';
import { GitHubVersionTags } from '../core/adapters/github/github-version-tags.ts';
import { fetchArtifact } from '../core/adapters/node/fetch-artifact.ts';
import { FileArtifactHasher } from '../core/adapters/node/file-artifact-hasher.ts';
import type { EnvironmentConfig } from '../core/config/environment-config.ts';
import { UserError } from '../core/errors.ts';
import type { ChampionFinder } from '../core/ports/champion-finder.ts';
import type { ObjectStore } from '../core/ports/object-store.ts';
import type { RepositoryFiles } from '../core/ports/repository-files.ts';
import { readChampionHistory } from '../core/usecases/read-champion-history.ts';
import { RegisteredChampionFinder } from '../core/usecases/registered-champion-finder.ts';
import { type KnownVersion, VersionCatalog } from '../core/usecases/version-catalog.ts';
import { VersionStore } from '../core/usecases/version-store.ts';
import type { ActionContext } from './action-context.ts';
import { gitHubOf } from './github.ts';
import type { LoadedModel } from './load-model.ts';
import { openStore } from './open-store.ts';
import { inRepository } from './repository-environments.ts';

/** The registered versions of a model as an action reaches them: tags by the API, documents and artifacts in the store. */
export interface RegisteredVersions {
  readonly catalog: VersionCatalog;
  readonly files: RepositoryFiles;
  /** Their targets are paths of the repository, as `files` takes them. */
  readonly environments: readonly EnvironmentConfig[];
  /** Undefined where tidegate.yaml names no store. */
  readonly objects: ObjectStore | undefined;
  readonly documents: VersionStore | undefined;
}

/** @param token The input github-token. */
export async function openRegisteredVersions(
  context: ActionContext,
  { name, model }: LoadedModel,
  token: string | undefined,
): Promise<RegisteredVersions> {
  const { client, repository } = await gitHubOf(context, token);
  const uri = model.register?.store;
  const surroundings = { env: context.env, baseFolder: context.workingDirectory };
  const objects = uri === undefined ? undefined : openStore(uri, surroundings);
  const documents = objects === undefined ? undefined : new VersionStore(objects, new FileArtifactHasher());
  const tags = new GitHubVersionTags(client, repository);
  const catalog = new VersionCatalog(name, tags, async (version) => documents?.readVersion(version, undefined));
  const environments = inRepository(context, model.environments);
  return { catalog, documents, objects, environments, files: new GitHubRepositoryFiles(client, repository) };
}

/** The finder of the champion among registered versions: `auto` or a version. */
export async function registeredChampions(
  context: ActionContext,
  loaded: LoadedModel,
  token: string | undefined,
): Promise<ChampionFinder> {
  const { catalog, files, environments, objects, documents } = await openRegisteredVersions(context, loaded, token);
  const into = join(context.env.RUNNER_TEMP ?? tmpdir(), 'tidegate', 'champions');
  return new RegisteredChampionFinder(environments, {
    catalog,
    files,
    readHistory: async (version) => (documents === undefined ? undefined : readChampionHistory(version, documents)),
    fetchArtifact: async ({ artifactDigest }: KnownVersion) => {
      if (objects !== undefined) return fetchArtifact({ store: objects, digest: artifactDigest, into });
      throw new UserError('INPUT_INVALID', 'register.store is not set, so no version can be read', {
        fix: 'Set register.store in tidegate.yaml.',
      });
    },
  });
}
