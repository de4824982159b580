import type { DeployedVersion } from '../../domain/manifest/version-value.ts';
import type { Environment } from '../../domain/policy/environment.ts';
import { UserError } from '../../errors.ts';
import type { BranchHead, Commits } from '../../ports/github/commits.ts';
import { planDeployment } from './deploy-version.ts';

/** Facts by which a commit is compared with its plan. */
export interface PlannedCommitPorts {
  readonly commits: Pick<Commits, 'treeWith' | 'read' | 'isAncestorOrSame'>;
}

/** A plan: a version in an environment. */
export interface Plan {
  readonly environment: Pick<Environment, 'targets'>;
  readonly version: DeployedVersion;
  /** The default branch's newest commit. */
  readonly baseSha: string;
}

/**
 * True if a commit is the planned one: exactly the planned files with the planned bytes, on a commit of the default
 * branch, and nothing else. Trees are compared, never authors: those can be written by anyone who pushes.
 */
export async function isPlannedCommit(
  { tree, parents }: BranchHead,
  { environment, version, baseSha }: Plan,
  { commits }: PlannedCommitPorts,
): Promise<boolean> {
  const [parent, ...others] = parents;
  if (parent === undefined || others.length > 0) return false;
  if (!(await commits.isAncestorOrSame(parent, baseSha))) return false;
  const edits = await planDeployment(environment, version, (file) => commits.read(file, parent)).catch(noPlan);
  if (edits === undefined) return false;
  const planned = edits.map(({ file, after }) => ({ path: file, text: after }));
  return (await commits.treeWith(parent, planned)) === tree;
}

/** The targets have changed since: no plan would give this commit. */
function noPlan(error: unknown): undefined {
  if (error instanceof UserError) return undefined;
  throw error;
}
