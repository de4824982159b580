import { GitRemote } from '../core/adapters/git/git-remote.ts';
import { GitVersionTags } from '../core/adapters/git/git-version-tags.ts';
import { ProvenanceMemory } from '../core/usecases/registry/provenance-memory.ts';
import { type StoreProvenancePorts, verifyByStore } from '../core/usecases/registry/verify-by-store.ts';
import { type HeldValues, VersionCatalog } from '../core/usecases/registry/version-catalog.ts';
import type { ActionContext } from './action-context.ts';
import type { LoadedModel } from './load-model.ts';
import { spellingsOf } from './open-store.ts';

/**
 * True if versions are the tags of the remote `origin`, read and written by Git alone: in the CI systems other than GitHub
 * Actions, and where the variable TIDEGATE_VERSIONS says `git`. Never on a runner of GitHub: there, GitHub vouches for more.
 */
export function usesGitVersions({ env, isRunner }: Pick<ActionContext, 'env' | 'isRunner'>): boolean {
  return !isRunner && env.TIDEGATE_VERSIONS === 'git';
}

/** The remote `origin`; its tags are pushed with GITLAB_PUSH_TOKEN where the job has it. */
export function openGitRemote({ env, workingDirectory }: Pick<ActionContext, 'env' | 'workingDirectory'>) {
  const { GITLAB_PUSH_TOKEN: token, CI_PROJECT_URL: project } = env;
  const push = token && project ? { url: `${project}.git`, token } : undefined;
  return GitRemote.open({ directory: workingDirectory, env, push });
}

/** No host records which values a branch has held. */
const NOTHING_HELD: HeldValues = { ofVersion: async () => undefined, ofValue: async () => undefined };

/** The catalog of versions that their store vouches for. */
export async function openGitCatalog(
  { workingDirectory }: ActionContext,
  { name: model, model: config }: LoadedModel,
  {
    remote,
    documentsOf,
    storeUri,
  }: Pick<StoreProvenancePorts, 'documentsOf'> & { readonly remote: GitRemote; readonly storeUri: string | undefined },
): Promise<VersionCatalog> {
  const named = [config.register?.store, storeUri].filter((store) => store !== undefined);
  const stores = named.flatMap((store) => spellingsOf(store, workingDirectory));
  const context = { model, defaultBranch: await remote.default(), stores, imageRepository: config.image?.repository };
  return new VersionCatalog(model, new GitVersionTags(remote), {
    ...{ stores, imageRepository: config.image?.repository, memory: new ProvenanceMemory(), nowMs: Date.now() },
    verify: (claim) => verifyByStore(claim, context, { commits: remote, documentsOf }),
    held: NOTHING_HELD,
    maxTagsRead: MAX_TAGS_READ,
  });
}

/** Chosen: a hundred fetches. */
const MAX_TAGS_READ = 5000;

/** Dependencies of registering besides the store: tags, commits, and the versions as they are now. */
export function gitRegisterPorts(
  context: ActionContext,
  loaded: LoadedModel,
  opened: Pick<StoreProvenancePorts, 'documentsOf'> & { readonly remote: GitRemote; readonly storeUri: string },
) {
  const { remote } = opened;
  return {
    tags: new GitVersionTags(remote),
    commits: remote,
    versions: () => openGitCatalog(context, loaded, opened),
    compareDataset: async () => ({ number: null, digest: null, same: null, reason: NOT_COMPARED }),
  };
}

const NOT_COMPARED = 'outside GitHub the report of the merge request is not kept';
