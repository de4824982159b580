import type { Branches, BranchHead } from '../../ports/github/branches.ts';
import type { PullRequest, PullRequests } from '../../ports/github/pull-requests.ts';
import type { RepositoryFiles } from '../../ports/github/repository-files.ts';
import type { FileEdit } from './deploy-version.ts';

/** What a branch's one living pull request has to be. */
export interface KeptPullRequest {
  readonly branch: string;
  readonly base: { readonly name: string; readonly sha: string };
  readonly edits: readonly FileEdit[];
  readonly title: string;
  readonly body: string;
  readonly commitMessage: string;
  /** The one that is open now. */
  readonly open: PullRequest | undefined;
  /** Where the branch is now. */
  readonly head: BranchHead | undefined;
}

/** What keeping it needs of the repository. */
export interface KeepingPorts {
  readonly branches: Branches;
  readonly files: RepositoryFiles;
  readonly pullRequests: PullRequests;
}

/**
 * Makes a pull request what it has to be, with the fewest writes: the commit is made anew on the base only where the
 * branch does not hold the edited files.
 */
export async function upsertPullRequest(
  kept: KeptPullRequest,
  ports: KeepingPorts,
): Promise<{ readonly number: number; readonly did: 'opened' | 'updated' | 'nothing' }> {
  const { branch, base, title, body, open } = kept;
  const committed = await commitWhereNeeded(kept, ports);
  if (open === undefined) {
    const { number } = await ports.pullRequests.open({ branch, base: base.name, title, body });
    return { number, did: 'opened' };
  }
  const isText = open.title === title && open.body === body;
  if (!isText) await ports.pullRequests.update(open.number, { title, body });
  return { number: open.number, did: isText && !committed ? 'nothing' : 'updated' };
}

async function commitWhereNeeded(
  { branch, base, edits, commitMessage, open, head }: KeptPullRequest,
  { branches, files }: KeepingPorts,
): Promise<boolean> {
  const current = await Promise.all(
    edits.map(({ file }) => (head === undefined ? undefined : files.read(file, head.sha))),
  );
  if (open !== undefined && edits.every(({ after }, index) => current[index] === after)) return false;
  const changed = edits.map(({ file, after }) => ({ path: file, text: after }));
  const commit = { branch, base: base.sha, files: changed, message: commitMessage, expected: head?.sha };
  await branches.commit(commit);
  return true;
}
