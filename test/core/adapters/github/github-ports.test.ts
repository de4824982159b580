import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { getOctokit } from '@actions/github';
import { Probot } from 'probot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitHubBranches } from '../../../../core/adapters/github/github-branches.ts';
import { GitHubCheckRuns } from '../../../../core/adapters/github/github-check-runs.ts';
import type { GitHubClient } from '../../../../core/adapters/github/github-client.ts';
import { GitHubComments } from '../../../../core/adapters/github/github-comments.ts';
import { GitHubControlIssues } from '../../../../core/adapters/github/github-control-issues.ts';
import { GitHubMergedChanges } from '../../../../core/adapters/github/github-merged-changes.ts';
import { GitHubPullRequests } from '../../../../core/adapters/github/github-pull-requests.ts';
import {
  GitHubRepositoryFiles,
  MAX_CONTENTS_BYTES,
  MAX_READ_FILE_BYTES,
} from '../../../../core/adapters/github/github-repository-files.ts';
import { GitHubVersionTags } from '../../../../core/adapters/github/github-version-tags.ts';
import { runGit } from '../../../../testkit/git-client.ts';
import type { RunningGitHub } from '../../../../testkit/github/github-options.ts';
import { startGitHub } from '../../../../testkit/github/start-github.ts';
import { WriteCounter } from '../../../../testkit/write-proxy.ts';
import { branchesContract } from '../../../contracts/branches.ts';
import { checkRunsContract } from '../../../contracts/check-runs.ts';
import { commentsContract } from '../../../contracts/comments.ts';
import { controlIssuesContract } from '../../../contracts/control-issues.ts';
import { pullRequestsContract } from '../../../contracts/pull-requests.ts';
import { versionTagsContract } from '../../../contracts/version-tags.ts';
import { InMemoryBranches } from '../../../fakes/in-memory-branches.ts';
import { InMemoryCheckRuns } from '../../../fakes/in-memory-check-runs.ts';
import { InMemoryComments } from '../../../fakes/in-memory-comments.ts';
import { InMemoryControlIssues } from '../../../fakes/in-memory-control-issues.ts';
import { InMemoryPullRequests } from '../../../fakes/in-memory-pull-requests.ts';
import { InMemoryVersionTags } from '../../../fakes/in-memory-version-tags.ts';

let root: string;
let github: RunningGitHub;
let client: GitHubClient;
const writes = new WriteCounter((route) => route.includes('/access_tokens'));
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-ports-'));
  github = await startGitHub({ directory: path.join(root, 'github') });
  const proxy = await writes.before(github.port);
  closing.push(proxy.close);
  const baseUrl = `http://127.0.0.1:${proxy.port}/api/v3`;
  const { token } = await installationToken();
  client = getOctokit(token, { baseUrl });
});

afterAll(async () => {
  for (const close of closing) await close();
  await github?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

/** A token of the App's installation: what it writes is the bot's. */
async function installationToken(): Promise<{ readonly token: string }> {
  const { appId, appPrivateKey: privateKey, apiUrl: baseUrl, installationId } = github;
  const app = await new Probot({ appId, privateKey, baseUrl, logLevel: 'fatal' }).auth();
  const { data } = await app.rest.apps.createInstallationAccessToken({ installation_id: installationId });
  return data;
}

/** A repository of its own with one commit on main. */
async function repository() {
  const repo = `r-${randomUUID().slice(0, 8)}`;
  await github.createRepository(`acme/${repo}`);
  const clone = path.join(root, repo);
  await runGit(root, ['clone', '--quiet', github.cloneUrl(`acme/${repo}`, github.userToken('mona')), clone]);
  await writeFile(path.join(clone, 'a.txt'), 'a\n');
  await runGit(clone, ['add', '.']);
  await runGit(clone, ['commit', '--quiet', '-m', 'start']);
  await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:main']);
  return { name: { owner: 'acme', repo }, commit: await runGit(clone, ['rev-parse', 'HEAD']) };
}

const mona = () => getOctokit(github.userToken('mona'), { baseUrl: github.apiUrl }).rest;

versionTagsContract('GitHubVersionTags', async () => {
  const { name, commit } = await repository();
  return { tags: new GitHubVersionTags(client, name), commit };
});
versionTagsContract('InMemoryVersionTags', async () => ({ tags: new InMemoryVersionTags(), commit: 'c'.repeat(40) }));

commentsContract('GitHubComments', async () => {
  const { name } = await repository();
  const { data } = await mona().issues.create({ ...name, title: 'an issue' });
  const issue = { ...name, issue_number: data.number };
  return {
    comments: new GitHubComments(client, name, 'tidegate[bot]'),
    issue: data.number,
    writeAsOther: async (body) => void (await mona().issues.createComment({ ...issue, body })),
    hidden: () => [...github.state.hiddenComments],
  };
});
commentsContract('InMemoryComments', async () => {
  const comments = new InMemoryComments();
  return {
    comments,
    issue: 1,
    writeAsOther: async (body) => comments.write(1, body),
    hidden: () => [...comments.hidden],
  };
});

branchesContract('GitHubBranches and GitHubRepositoryFiles', async () => {
  const { name } = await repository();
  return { branches: new GitHubBranches(client, name), files: new GitHubRepositoryFiles(client, name) };
});
branchesContract('InMemoryBranches', async () => {
  const branches = new InMemoryBranches({ 'a.txt': 'a\n' });
  return { branches, files: branches };
});

pullRequestsContract('GitHubPullRequests', async () => {
  const { name, commit } = await repository();
  const branches = new GitHubBranches(client, name);
  return {
    pullRequests: new GitHubPullRequests(client, name),
    branch: async (branch) => {
      const files = [{ path: `${branch}.txt`, text: 'x\n' }];
      await branches.commit({ branch, base: commit, files, message: branch, expected: undefined });
    },
    merge: async (number) => void (await mona().pulls.merge({ ...name, pull_number: number })),
  };
});
pullRequestsContract('InMemoryPullRequests', async () => {
  const pullRequests = new InMemoryPullRequests();
  return { pullRequests, branch: async () => undefined, merge: (number) => pullRequests.merge(number) };
});

controlIssuesContract('GitHubControlIssues', async () => {
  const { name } = await repository();
  return {
    issues: new GitHubControlIssues(client, name),
    openAsOther: async (label) => {
      const { data } = await mona().issues.create({ ...name, title: 'an issue', labels: [label] });
      return data.number;
    },
  };
});
controlIssuesContract('InMemoryControlIssues', async () => {
  const issues = new InMemoryControlIssues();
  return { issues, openAsOther: (label) => issues.open(label, { author: 'mona', body: '' }) };
});

checkRunsContract('GitHubCheckRuns', async () => {
  const { name, commit: headSha } = await repository();
  return {
    checks: new GitHubCheckRuns(client, name, github.appId),
    headSha,
    shown: async () => {
      const { data } = await mona().checks.listForRef({ ...name, ref: headSha });
      return data.check_runs.map((run) => ({
        name: run.name,
        conclusion: run.conclusion ?? 'pending',
        title: run.output.title ?? '',
        annotations: run.output.annotations_count,
      }));
    },
    writes: () => writes.count,
  };
});
checkRunsContract('InMemoryCheckRuns', async () => {
  const checks = new InMemoryCheckRuns();
  return {
    checks,
    headSha: 'c'.repeat(40),
    shown: async () =>
      checks.checks.map(({ name, conclusion, title, annotations }) => {
        return { name, conclusion, title, annotations: annotations.length };
      }),
    writes: () => checks.writes,
  };
});

describe('GitHubRepositoryFiles', () => {
  it('reads files up to its limit, and refuses larger ones and what is not UTF-8', async () => {
    const { name } = await repository();
    const put = (path: string, bytes: Uint8Array) =>
      mona().repos.createOrUpdateFileContents({
        ...name,
        path,
        message: path,
        content: Buffer.from(bytes).toString('base64'),
      });
    await put('at-limit.yaml', Buffer.alloc(MAX_READ_FILE_BYTES, 'x'));
    await put('above.yaml', Buffer.alloc(MAX_READ_FILE_BYTES + 1, 'x'));
    await put('left-out.yaml', Buffer.alloc(MAX_CONTENTS_BYTES + 1, 'x'));
    await put('latin-1.yaml', Buffer.from('# M\xfcller\n', 'latin1'));
    const files = new GitHubRepositoryFiles(client, name);
    expect((await files.read('at-limit.yaml'))?.length).toBe(MAX_READ_FILE_BYTES);
    await expect(files.read('above.yaml')).rejects.toMatchObject({
      code: 'INPUT_TOO_COSTLY',
      message: 'above.yaml has 262145 bytes, more than the limit of 262144 bytes',
    });
    const generous = new GitHubRepositoryFiles(client, name, { maxBytes: Number.POSITIVE_INFINITY });
    expect((await generous.read('above.yaml'))?.length).toBe(MAX_READ_FILE_BYTES + 1);
    // GitHub's answer has no content for it, which is no empty file.
    await expect(generous.read('left-out.yaml')).rejects.toMatchObject({ code: 'INPUT_TOO_COSTLY' });
    await expect(files.read('latin-1.yaml')).rejects.toMatchObject({ code: 'ENCODING_INVALID', place: { line: 1 } });
  });
});

describe('GitHubMergedChanges', () => {
  it.each(['merge', 'squash'] as const)(
    'finds the pull request that a %s commit brought, and no other commit',
    async (method) => {
      const { name, commit } = await repository();
      const branches = new GitHubBranches(client, name);
      const files = [{ path: 'b.txt', text: 'b\n' }];
      const headSha = await branches.commit({
        branch: 'change',
        base: commit,
        files,
        message: 'b',
        expected: undefined,
      });
      const { data: pull } = await mona().pulls.create({ ...name, head: 'change', base: 'main', title: 'A change' });
      const changes = new GitHubMergedChanges(client, name);
      // Before the merge its head is the pull request's, but nothing was merged.
      expect(await changes.of(headSha)).toEqual([]);
      const merge = { ...name, pull_number: pull.number, merge_method: method };
      const { data: merged } = await mona().pulls.merge(merge);
      expect(await changes.of(merged.sha)).toEqual([{ number: pull.number, headSha }]);
      expect(await changes.of(headSha)).toEqual([]);
      expect(await changes.of(commit)).toEqual([]);
      expect(await changes.runsOf(headSha)).toEqual([]);
    },
  );
});

describe('the adapters for GitHub', () => {
  it('asked for nothing that GitHub does not describe', () => expect(github.violations).toEqual([]));
});
