import type { Environment } from '../../domain/policy/environment.ts';
import { ServiceError, UserError } from '../../errors.ts';
import type { Commits } from '../../ports/github/commits.ts';
import { renderDeploymentCommit } from '../../render/promotion/deployment.ts';
import type { KnownVersion } from '../registry/version-catalog.ts';
import { type FileEdit, planDeployment } from './deploy-version.ts';

/** A version for an environment's targets, by a commit. */
export interface CommittedDeployment {
  readonly model: string;
  readonly environment: Environment;
  readonly version: KnownVersion;
  /** That the commit goes onto. */
  readonly branch: string;
}

/** Ports of the repository that a commit uses. */
export interface DeploymentPorts {
  readonly commits: Pick<Commits, 'head' | 'commit' | 'read'>;
}

/** Chosen: others who push to the same branch are few. */
const TRIES = 5;

/**
 * Sets a version by one commit on top of a branch as it is now: what others pushed meanwhile stays.
 *
 * @returns The edits, and the commit; undefined where the branch holds the version already.
 * @throws {UserError} INPUT_INVALID where there is no such branch, and as `planDeployment`; {ServiceError}
 *   GITHUB_CONFLICT where the branch moved at every try.
 */
export async function commitDeployment(
  deployment: CommittedDeployment,
  { commits }: DeploymentPorts,
  tries = TRIES,
): Promise<{ readonly edits: readonly FileEdit[]; readonly commit: string | undefined }> {
  const { model, environment, version, branch } = deployment;
  const head = await commits.head(branch);
  if (head === undefined) {
    throw new UserError('INPUT_INVALID', `this repository has no branch ${branch}`, {
      fix: 'Run mode: commit on a branch of this repository.',
    });
  }
  const edits = await planDeployment(environment, version, (file) => commits.read(file, head.sha));
  if (edits.length === 0) return { edits, commit: undefined };
  const commit = {
    branch,
    base: head.sha,
    expected: head.sha,
    files: edits.map(({ file, after }) => ({ path: file, text: after })),
    message: renderDeploymentCommit({ model, environment: environment.name, version }),
  };
  try {
    return { edits, commit: await commits.commit(commit) };
  } catch (error) {
    const isRaced = error instanceof ServiceError && error.code === 'GITHUB_CONFLICT';
    if (!isRaced || tries === 1) throw error;
    return commitDeployment(deployment, { commits }, tries - 1);
  }
}
