import { ZipReportArchive } from '../../core/adapters/files/zip-report-archive.ts';
import { GitHubCommitHistory } from '../../core/adapters/github/github-commit-history.ts';
import { GitHubPullRequests } from '../../core/adapters/github/github-pull-requests.ts';
import { GitHubVersionTags } from '../../core/adapters/github/github-version-tags.ts';
import { GitHubWorkflows } from '../../core/adapters/github/github-workflows.ts';
import { compareJudgedDataset } from '../../core/usecases/evaluate/compare-judged-dataset.ts';
import type { RegisterRequest } from '../../core/usecases/registry/register-request.ts';
import type { RegisterPorts } from '../../core/usecases/registry/register-version.ts';
import type { ActionContext } from '../action-context.ts';
import { gitRegisterPorts, openGitRemote, usesGitVersions } from '../git-versions.ts';
import { type GitHubAccess, gitHubOf } from '../github.ts';
import type { LoadedModel } from '../load-model.ts';
import { documentsOf, openCatalog, openStores } from '../registered-versions.ts';
import { inRepository } from '../repository-environments.ts';
import { refuseOtherGitRuns } from './refuse-other-git-runs.ts';
import { refuseOtherRuns } from './refuse-other-runs.ts';

/** The parts of registering that the repository's host does. */
export type HostPorts = Pick<RegisterPorts, 'tags' | 'commits' | 'versions' | 'compareDataset'>;

/** A registration, and the address of its store. */
export interface Registering {
  readonly request: RegisterRequest;
  readonly storeUri: string;
}

/**
 * The host of the repository: GitHub, or the remote `origin` by Git alone.
 *
 * @param token The input github-token.
 * @throws {UserError} RELEASE_REFUSED where this run may not register.
 */
export async function openHost(
  context: ActionContext,
  loaded: LoadedModel,
  token: string | undefined,
): Promise<(registering: Registering) => HostPorts> {
  if (usesGitVersions(context)) {
    const remote = await openGitRemote(context);
    await refuseOtherGitRuns(context, { commit: context.env.GITHUB_SHA ?? '', remote });
    const opened = { remote, documentsOf: documentsOf(openStores(context, token)) };
    return ({ storeUri }) => gitRegisterPorts(context, loaded, { ...opened, storeUri });
  }
  const access = await gitHubOf(context, token);
  await refuseOtherRuns(context, loaded, access);
  return (registering) => gitHubPorts(context, loaded, { ...registering, access });
}

function gitHubPorts(
  context: ActionContext,
  loaded: LoadedModel,
  { access, request: { model, commit }, storeUri }: Registering & { readonly access: GitHubAccess },
): HostPorts {
  const { client, repository } = access;
  const comparison = {
    pullRequests: new GitHubPullRequests(client, repository),
    workflows: new GitHubWorkflows(client, repository),
    archive: new ZipReportArchive(),
  };
  const environments = inRepository(context, loaded.model.environments);
  return {
    tags: new GitHubVersionTags(client, repository),
    commits: new GitHubCommitHistory(client, repository),
    versions: () => openCatalog(context, loaded, { ...access, environments, storeUri }),
    compareDataset: (digest: string) => compareJudgedDataset({ model, commit, digest }, comparison),
  };
}
