import type { BranchHead, Commits } from '../../ports/github/commits.ts';
import type { PullRequest, PullRequests } from '../../ports/github/pull-requests.ts';

/** Wanted state of a branch's one open pull request. */
export interface KeptPullRequest {
  readonly branch: string;
  readonly base: { readonly name: string; readonly sha: string };
  /** Files as they have to be after the merge. */
  readonly edits: readonly { readonly file: string; readonly after: string }[];
  readonly title: string;
  readonly body: string;
  readonly commitMessage: string;
  /** The one that is open now. */
  readonly open: PullRequest | undefined;
  /** Current commit of the branch. */
  readonly head: BranchHead | undefined;
}

/** Ports of the repository that keeping it uses. */
export interface KeepingPorts {
  readonly commits: Pick<Commits, 'commit' | 'read'>;
  readonly pullRequests: Pick<PullRequests, 'open' | 'update'>;
}

/** The pull request as it is now, and what was done for that. */
export interface Upserted {
  readonly pullRequest: PullRequest;
  readonly did: 'opened' | 'updated' | 'nothing';
}

/**
 * Makes a pull request what it has to be, with the fewest writes: the commit is made again on the base only where the
 * branch does not hold the edited files.
 */
export async function upsertPullRequest(kept: KeptPullRequest, ports: KeepingPorts): Promise<Upserted> {
  const { branch, base, title, body, open } = kept;
  const commit = await commitWhereNeeded(kept, ports);
  if (open === undefined) {
    const pullRequest = await ports.pullRequests.open({ branch, base: base.name, title, body });
    return { pullRequest, did: 'opened' };
  }
  const isText = open.title === title && open.body === body;
  if (!isText) await ports.pullRequests.update(open.number, { title, body });
  const pullRequest = { ...open, title, body, headSha: commit ?? open.headSha };
  return { pullRequest, did: isText && commit === undefined ? 'nothing' : 'updated' };
}

/** The commit that was made; undefined: the branch holds the files. */
async function commitWhereNeeded(
  { branch, base, edits, commitMessage, open, head }: KeptPullRequest,
  { commits }: KeepingPorts,
): Promise<string | undefined> {
  const current = await Promise.all(
    edits.map(({ file }) => (head === undefined ? undefined : commits.read(file, head.sha))),
  );
  if (open !== undefined && edits.every(({ after }, index) => current[index] === after)) return undefined;
  const changed = edits.map(({ file, after }) => ({ path: file, text: after }));
  return commits.commit({ branch, base: base.sha, files: changed, message: commitMessage, expected: head?.sha });
}
