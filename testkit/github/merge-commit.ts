import type { GitHub } from './github.ts';
import type { PullIssue } from './present-issue.ts';
import { mergeSignature } from './pull-requests.ts';
import type { Account, Repository } from './state.ts';

interface Place {
  readonly repository: Repository;
  readonly issue: PullIssue;
  readonly by: Account;
}

interface Wanted {
  /** `merge`, `squash` or `rebase`. */
  readonly method: string;
  /** Commit that the base branch is at. */
  readonly base: string;
  readonly title?: string | undefined;
  readonly message?: string | undefined;
}

/** Writes the commit (with `rebase`: the commits) by which a pull request is merged. @returns Undefined for a conflict. */
export async function mergeCommit(github: GitHub, place: Place, wanted: Wanted): Promise<string | undefined> {
  if (wanted.method === 'rebase') return rebased(github, place, wanted.base);
  const { repository, issue, by } = place;
  const { pull } = issue;
  const tree = await treeOf(repository, wanted.base, pull.headSha);
  if (tree === undefined) return undefined;
  const isSquash = wanted.method === 'squash';
  const owner = pull.headRepository.split('/')[0];
  const usual = isSquash
    ? `${issue.title} (#${issue.number})`
    : `Merge pull request #${issue.number} from ${owner}/${pull.headRef}`;
  const title = wanted.title ?? usual;
  const message = wanted.message ?? (isSquash ? '' : issue.title);
  return repository.git.writeCommit({
    tree,
    parents: isSquash ? [wanted.base] : [wanted.base, pull.headSha],
    message: message === '' ? title : `${title}\n\n${message}`,
    ...mergeSignature(by, github.state.now()),
  });
}

/** Each commit again on top of the base, by its own author, committed now. */
async function rebased(github: GitHub, { repository, issue, by }: Place, base: string): Promise<string | undefined> {
  const { git } = repository;
  let tip = base;
  for (const sha of (await git.log(issue.pull.headSha, { from: base })).toReversed()) {
    const tree = await treeOf(repository, tip, sha);
    if (tree === undefined) return undefined;
    const { author, message } = await git.commit(sha);
    const { committer } = mergeSignature(by, github.state.now());
    tip = await git.writeCommit({ tree, parents: [tip], message, author, committer });
  }
  return tip;
}

async function treeOf({ git }: Repository, ours: string, theirs: string): Promise<string | undefined> {
  return (await git.mergeTree(ours, theirs))?.split('\n')[0];
}
