import { mergeCommit } from './merge-commit.ts';
import { presentCommit, presentFile } from './present-git.ts';
import { type PullIssue, presentPull, presentPullSimple } from './present-issue.ts';
import { emitPull, factsOf, markMerged, missingCheck, pullsOf, refreshPullRefs } from './pull-requests.ts';
import {
  ApiError,
  checkAccess,
  type RepositoryContext,
  type Route,
  repositoryRoute,
  requiredText,
  textField,
} from './router.ts';
import { actorOf } from './routes-git.ts';
import { addIssue, applyIssueChanges, issueOf, viewOf } from './routes-issues.ts';
import type { PullRequest, Repository } from './state.ts';

function pullOf(context: RepositoryContext): PullIssue {
  const issue = issueOf(context);
  const { pull } = issue;
  if (pull === undefined) throw new ApiError(404, 'Not Found');
  return Object.assign(issue, { pull });
}

async function pullJson(context: RepositoryContext, issue: PullIssue) {
  const { repository } = context;
  return presentPull(viewOf(context), { repository, issue }, await factsOf(repository, issue));
}

function invalid(message: string): ApiError {
  return new ApiError(422, 'Validation Failed', [{ resource: 'PullRequest', code: 'custom', message }]);
}

function headOf(context: RepositoryContext, head: string): { repository: Repository; branch: string } {
  const [owner, branch] = head.includes(':') ? head.split(':') : [undefined, head];
  if (owner === undefined || owner === context.repository.owner.login) {
    return { repository: context.repository, branch: branch ?? '' };
  }
  const fork = [...context.github.state.repositories.values()].find(
    (one) => one.forkOf === context.repository.fullName && one.owner.login === owner,
  );
  if (fork === undefined) throw invalid(`no fork of ${owner}`);
  return { repository: fork, branch: branch ?? '' };
}

async function createPull(context: RepositoryContext) {
  const { repository, github, body } = context;
  const head = headOf(context, requiredText(body, 'head'));
  const baseRef = requiredText(body, 'base');
  const headSha = await head.repository.git.commitOf(`refs/heads/${head.branch}`);
  const baseSha = await repository.git.commitOf(`refs/heads/${baseRef}`);
  if (headSha === undefined || baseSha === undefined) {
    const field = headSha === undefined ? 'head' : 'base';
    throw new ApiError(422, 'Validation Failed', [{ resource: 'PullRequest', field, code: 'invalid' }]);
  }
  if (head.repository !== repository) await repository.git.fetchFrom(head.repository.git, headSha);
  if (await repository.git.isAncestor(headSha, baseSha))
    throw invalid(`No commits between ${baseRef} and ${head.branch}`);
  const pull: PullRequest = {
    headRef: head.branch,
    headRepository: head.repository.fullName,
    headSha,
    baseRef,
    baseSha,
    draft: body.draft === true,
    mergedAt: null,
    mergedBy: null,
    mergeCommitSha: null,
  };
  // Nothing may come between the look and the deed: of two requests at once one is refused.
  const known = pullsOf(repository).find(
    ({ state, pull }) =>
      state === 'open' &&
      pull.headRef === head.branch &&
      pull.headRepository === head.repository.fullName &&
      pull.baseRef === baseRef,
  );
  if (known !== undefined) {
    throw invalid(`A pull request already exists for ${head.repository.owner.login}:${head.branch}.`);
  }
  const issue = Object.assign(addIssue(context, pull), { pull });
  issue.pull.mergeCommitSha = (await refreshPullRefs(github.state, repository, issue)) ?? null;
  await emitPull(github, { repository, issue, by: actorOf(context) }, { action: 'opened' });
  return { status: 201, body: await pullJson(context, issue) };
}

function listPulls(context: RepositoryContext) {
  const { repository, query } = context;
  const state = query.get('state') ?? 'open';
  const head = query.get('head');
  const base = query.get('base');
  const ascending = query.get('direction') === 'asc';
  const list = pullsOf(repository)
    .filter((issue) => state === 'all' || issue.state === state)
    .filter(({ pull }) => base === null || pull.baseRef === base)
    .filter(({ pull }) => head === null || head === `${pull.headRepository.split('/')[0]}:${pull.headRef}`)
    .sort((a, b) => (ascending ? a.number - b.number : b.number - a.number));
  return { status: 200, items: { list: list.map((issue) => presentPullSimple(viewOf(context), repository, issue)) } };
}

async function getPull(context: RepositoryContext) {
  return { status: 200, body: await pullJson(context, pullOf(context)) };
}

async function updatePull(context: RepositoryContext) {
  const { repository, github, body } = context;
  const issue = pullOf(context);
  if (issue.pull.mergedAt !== null && textField(body, 'state') === 'open')
    throw invalid('state cannot be changed. The pull request is merged.');
  if (textField(body, 'state') === 'open' && issue.state === 'closed') {
    const head = github.state.repository(issue.pull.headRepository);
    const tip = await head?.git.commitOf(`refs/heads/${issue.pull.headRef}`);
    if (tip !== issue.pull.headSha)
      throw invalid(`state cannot be changed. The ${issue.pull.headRef} branch was force-pushed or recreated.`);
  }
  const base = textField(body, 'base');
  if (base !== undefined) issue.pull.baseRef = base;
  for (const action of applyIssueChanges(context, issue)) {
    await emitPull(github, { repository, issue, by: actorOf(context) }, { action });
  }
  return { status: 200, body: await pullJson(context, issue) };
}

async function listFiles(context: RepositoryContext) {
  const { repository, github } = context;
  const { pull } = pullOf(context);
  const tip = pull.mergedAt === null ? await repository.git.commitOf(`refs/heads/${pull.baseRef}`) : pull.baseSha;
  const base = (await repository.git.mergeBase(tip ?? pull.baseSha, pull.headSha)) ?? pull.baseSha;
  const files = await repository.git.diff(base, pull.headSha);
  const list = files.map((file) => presentFile(github.addresses, { repository, sha: pull.headSha }, file));
  return { status: 200, items: { list } };
}

async function listPullCommits(context: RepositoryContext) {
  const { repository } = context;
  const { pull } = pullOf(context);
  const shas = await repository.git.log(pull.headSha, { from: pull.baseSha });
  const present = async (sha: string) => presentCommit(viewOf(context), repository, await repository.git.commit(sha));
  return { status: 200, items: { list: await Promise.all(shas.toReversed().map(present)) } };
}

async function mergePull(context: RepositoryContext) {
  const { repository, github, body } = context;
  checkAccess(context.principal, repository, { names: ['contents'], level: 'write' });
  const issue = pullOf(context);
  const { pull } = issue;
  const expected = textField(body, 'sha');
  if (issue.state !== 'open' || pull.draft) throw new ApiError(405, 'Pull Request is not mergeable');
  if (expected !== undefined && expected !== pull.headSha) {
    throw new ApiError(409, 'Head branch was modified. Review and try the merge again.');
  }
  const missing = missingCheck(repository, pull);
  if (missing !== undefined) throw new ApiError(405, `Required status check "${missing}" is expected.`);
  const ref = `refs/heads/${pull.baseRef}`;
  const base = (await repository.git.commitOf(ref)) ?? '';
  const by = actorOf(context);
  const title = textField(body, 'commit_title');
  const message = textField(body, 'commit_message');
  const method = textField(body, 'merge_method') ?? 'merge';
  const sha = await mergeCommit(github, { repository, issue, by: by.account }, { method, base, title, message });
  if (sha === undefined) throw new ApiError(405, 'Pull Request has merge conflicts');
  pull.baseSha = base;
  await repository.git.moveRef(ref, sha, base);
  await markMerged(github, { repository, issue, by }, sha);
  await github.refMoved(repository, { ref, before: base, after: sha, type: 'pr_merge' }, by);
  return { status: 200, body: { sha, merged: true, message: 'Pull Request successfully merged' } };
}

async function isMerged(context: RepositoryContext) {
  if (pullOf(context).pull.mergedAt === null) throw new ApiError(404, 'Not Found');
  return { status: 204 };
}

/** Pull requests. */
export const PULL_ROUTES: readonly Route[] = [
  repositoryRoute('POST /pulls', 'pull_requests:write', createPull),
  repositoryRoute('GET /pulls', 'pull_requests', listPulls),
  repositoryRoute('GET /pulls/{pull_number}', 'pull_requests', getPull),
  repositoryRoute('PATCH /pulls/{pull_number}', 'pull_requests:write', updatePull),
  repositoryRoute('GET /pulls/{pull_number}/files', 'pull_requests', listFiles),
  repositoryRoute('GET /pulls/{pull_number}/commits', 'pull_requests', listPullCommits),
  repositoryRoute('GET /pulls/{pull_number}/merge', 'pull_requests', isMerged),
  repositoryRoute('PUT /pulls/{pull_number}/merge', 'contents:write', mergePull),
];
