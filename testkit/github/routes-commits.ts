import { presentCommit, presentFile } from './present-git.ts';
import { presentPullSimple } from './present-issue.ts';
import { ApiError, type RepositoryContext, type Route, repositoryRoute } from './router.ts';
import { commitAt } from './routes-git.ts';

async function listCommits({ repository, github, query }: RepositoryContext) {
  const sha = await commitAt(repository, query.get('sha') ?? repository.defaultBranch);
  const path = query.get('path');
  const shas = await repository.git.log(sha, path === null ? {} : { path });
  const view = { state: github.state, addresses: github.addresses };
  const list = await Promise.all(
    shas.slice(0, 300).map(async (one) => presentCommit(view, repository, await repository.git.commit(one))),
  );
  return { status: 200, items: { list } };
}

async function getCommit({ repository, github, params }: RepositoryContext) {
  const { addresses, state } = github;
  const sha = await commitAt(repository, params.ref ?? '', 422);
  const commit = await repository.git.commit(sha);
  const base = commit.parents[0] ?? (await repository.git.writeTree(undefined, []));
  const files = await repository.git.diff(base, sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return {
    status: 200,
    body: {
      ...presentCommit({ state, addresses }, repository, commit),
      stats: { additions, deletions, total: additions + deletions },
      files: files.map((file) => presentFile(addresses, { repository, sha }, file)),
    },
  };
}

function listPullsOfCommit({ repository, github, params }: RepositoryContext) {
  const view = { state: github.state, addresses: github.addresses };
  const sha = params.commit_sha;
  const list = [...repository.issues.values()].flatMap((issue) => {
    const { pull } = issue;
    // As on GitHub, the commits of a fork are not found before they are merged.
    const isHead = pull?.headSha === sha && pull?.headRepository === repository.fullName;
    return pull !== undefined && (isHead || pull.mergeCommitSha === sha)
      ? [presentPullSimple(view, repository, { ...issue, pull })]
      : [];
  });
  return { status: 200, items: { list } };
}

async function compare({ repository, github, params }: RepositoryContext) {
  const { addresses, state } = github;
  const [baseName = '', headName = ''] = (params.basehead ?? '').split('...');
  const base = await commitAt(repository, baseName);
  const head = await commitAt(repository, headName.split(':').at(-1) ?? '');
  const mergeBase = await repository.git.mergeBase(base, head);
  if (mergeBase === undefined) throw new ApiError(404, `No common ancestor between ${baseName} and ${headName}.`);
  const ahead = await repository.git.log(head, { from: base });
  const behind = await repository.git.log(base, { from: head });
  const present = async (sha: string) =>
    presentCommit({ state, addresses }, repository, await repository.git.commit(sha));
  const html = `${addresses.html}/${repository.fullName}/compare/${params.basehead}`;
  const status =
    ahead.length === 0 ? (behind.length === 0 ? 'identical' : 'behind') : behind.length === 0 ? 'ahead' : 'diverged';
  const files = await repository.git.diff(mergeBase, head);
  return {
    status: 200,
    body: {
      url: `${addresses.api}/repos/${repository.fullName}/compare/${params.basehead}`,
      html_url: html,
      permalink_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: await present(base),
      merge_base_commit: await present(mergeBase),
      status,
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits: await Promise.all(ahead.toReversed().slice(0, 250).map(present)),
      files: files.map((file) => presentFile(addresses, { repository, sha: head }, file)),
    },
  };
}

/** Commits and comparisons, all from the bare repository. */
export const COMMIT_ROUTES: readonly Route[] = [
  repositoryRoute('GET /commits', 'contents', listCommits),
  repositoryRoute('GET /commits/{ref}', 'contents', getCommit),
  repositoryRoute('GET /commits/{commit_sha}/pulls', 'pull_requests', listPullsOfCommit),
  repositoryRoute('GET /compare/{basehead}', 'contents', compare),
];
