import { resolve } from 'node:path';
import { WorkspaceFiles } from '../../core/adapters/files/workspace-files.ts';
import { createGitHubCommits } from '../../core/adapters/github/github-commits.ts';
import { GitHubPullRequests } from '../../core/adapters/github/github-pull-requests.ts';
import { MAX_CONTENTS_BYTES } from '../../core/adapters/github/github-repository-files.ts';
import { mapParallel } from '../../core/async/map-parallel.ts';
import type { Environment } from '../../core/domain/policy/environment.ts';
import type { DeploymentOutcome } from '../../core/domain/promotion/deployment-outcome.ts';
import { commitDeployment } from '../../core/usecases/promote/commit-deployment.ts';
import { FILES_AT_ONCE, type FileEdit, planDeployment } from '../../core/usecases/promote/deploy-version.ts';
import { type DeploymentWarning, deploymentWarnings } from '../../core/usecases/promote/deployment-warnings.ts';
import { proposeDeployment } from '../../core/usecases/promote/propose-deployment.ts';
import type { KnownVersion, VersionCatalog } from '../../core/usecases/registry/version-catalog.ts';
import type { ActionContext } from '../action-context.ts';
import { gitHubOf } from '../github.ts';
import { inRepository } from '../repository-environments.ts';
import { branchOfRun } from './branch-of-run.ts';

/** Ways in which deploy-manifest publishes its edits. */
export type DeployMode = 'write' | 'commit' | 'pull-request' | 'check';

/** A version that is to run in an environment. */
export interface WantedDeployment {
  readonly model: string;
  readonly environment: Environment;
  readonly version: KnownVersion;
  readonly catalog: VersionCatalog;
  /** The input github-token. */
  readonly token: string | undefined;
}

/** Action that was taken. */
export interface Deployment {
  readonly edits: readonly FileEdit[];
  /** Effects of the manifests that the edits do not show. */
  readonly warnings: readonly DeploymentWarning[];
  readonly outcome: DeploymentOutcome;
}

type Made = Omit<Deployment, 'warnings'>;

/** Deploys in a mode; `check` only plans. */
export async function deploy(mode: DeployMode, context: ActionContext, wanted: WantedDeployment): Promise<Deployment> {
  if (mode === 'write' || mode === 'check') return inWorkspace(mode, context, wanted);
  const made = await (mode === 'commit' ? commit(context, wanted) : propose(context, wanted));
  return { ...made, warnings: await deploymentWarnings(ofRepository(context, wanted).environment, made.edits) };
}

/** All targets are looked at, also where the workspace holds the version already: that is what `check` is run for. */
async function inWorkspace(
  mode: 'write' | 'check',
  context: ActionContext,
  wanted: WantedDeployment,
): Promise<Deployment> {
  const files = new WorkspaceFiles(resolve(context.workingDirectory));
  const edits = await planDeployment(wanted.environment, wanted.version, (file) => files.read(file));
  if (mode === 'write') await mapParallel(edits, FILES_AT_ONCE, ({ file, after }) => files.write(file, after));
  const warnings = await deploymentWarnings(wanted.environment, edits, (file) => files.read(file));
  return { edits, warnings, outcome: { kind: 'wrote' } };
}

async function commit(context: ActionContext, wanted: WantedDeployment): Promise<Made> {
  const { commits } = await repositoryOf(context, wanted);
  const branch = (await branchOfRun(context.env)) ?? (await commits.default()).name;
  const made = await commitDeployment({ ...ofRepository(context, wanted), branch }, { commits });
  return { edits: made.edits, outcome: { kind: 'committed', commit: made.commit, branch } };
}

async function propose(context: ActionContext, wanted: WantedDeployment): Promise<Made> {
  const ports = await repositoryOf(context, wanted);
  return proposeDeployment(ofRepository(context, wanted), { ...ports, catalog: wanted.catalog });
}

async function repositoryOf(context: ActionContext, { token }: WantedDeployment) {
  const { client, repository } = await gitHubOf(context, token);
  return {
    commits: createGitHubCommits(client, repository, { maxBytes: MAX_CONTENTS_BYTES }),
    pullRequests: new GitHubPullRequests(client, repository),
  };
}

function ofRepository(context: ActionContext, wanted: WantedDeployment): WantedDeployment {
  const [environment = wanted.environment] = inRepository(context, [wanted.environment]);
  return { ...wanted, environment };
}
