import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppOfOrganization } from '../../../../core/adapters/github/github-installed-app.ts';
import { GitHubRepositorySetup } from '../../../../core/adapters/github/github-repository-setup.ts';
import type { Looked } from '../../../../core/domain/doctor/looked.ts';
import { runGit } from '../../../../testkit/git-client.ts';
import type { RunningGitHub } from '../../../../testkit/github/github-options.ts';
import { startGitHub } from '../../../../testkit/github/start-github.ts';
import { WriteCounter } from '../../../../testkit/write-proxy.ts';

const NAME = { owner: 'acme', repo: 'flights' };
const AT = 'repos/acme/flights';
const proxied = new WriteCounter();
let root: string;
let github: RunningGitHub;
let baseUrl: string;
let close: () => Promise<void>;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-setup-'));
  const otherApp = { slug: 'acme-argocd', permissions: { statuses: 'read' } } as const;
  github = await startGitHub({ directory: path.join(root, 'github'), otherApp });
  const proxy = await proxied.before(github.port);
  close = proxy.close;
  baseUrl = `http://127.0.0.1:${proxy.port}/api/v3`;
  await github.createRepository('acme/flights');
  const clone = path.join(root, 'clone');
  await runGit(root, ['clone', '--quiet', github.cloneUrl('acme/flights', github.userToken('ada', 'admin')), clone]);
  await writeFile(path.join(clone, 'a.txt'), 'a\n');
  await runGit(clone, ['add', '.']);
  await runGit(clone, ['commit', '--quiet', '-m', 'start']);
  await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:main', 'HEAD:next']);
});
beforeEach(() => {
  proxied.inject = () => undefined;
});
afterAll(async () => {
  await close?.();
  await github?.stop();
  await rm(root, { recursive: true, force: true });
});

const as = (login: string, role: 'admin' | 'write' = 'admin') => getOctokit(github.userToken(login, role), { baseUrl });
const setupOf = (login = 'ada', role: 'admin' | 'write' = 'admin') => new GitHubRepositorySetup(as(login, role), NAME);
const factOf = <T>(looked: Looked<T>) => (looked.kind === 'seen' ? looked.value : looked);
const put = (what: string, body: object) => as('ada').request(`PUT /${AT}/${what}`, { ...body });

describe('GitHubRepositorySetup', () => {
  it('reads what the older protection of a branch asks for, for who administrates the repository', async () => {
    expect(factOf(await setupOf().protection('main'))).toMatchObject({ checks: [], blocksForcePushes: false });
    const checks = [{ context: 'tidegate', app_id: 15368 }, { context: 'lint', app_id: -1 }, { context: 'docs' }];
    await put('branches/main/protection', {
      required_status_checks: { strict: false, contexts: [], checks },
      enforce_admins: null,
      required_pull_request_reviews: { require_code_owner_reviews: true },
      restrictions: null,
    });
    expect(factOf(await setupOf().protection('main'))).toEqual({
      checks: [
        { name: 'tidegate', source: 15368 },
        { name: 'lint', source: undefined },
        { name: 'docs', source: undefined },
      ],
      needsPullRequest: true,
      needsOwnerReview: true,
      blocksForcePushes: true,
      blocksDeletion: true,
    });
    expect(await setupOf('wim', 'write').protection('main')).toEqual({
      kind: 'unknown',
      needs: 'administration: read',
    });
    expect(factOf(await setupOf('wim', 'write').protectedBranches())).toEqual(['main']);
    await put('branches/next/protection', {
      ...{
        required_status_checks: null,
        enforce_admins: null,
        required_pull_request_reviews: null,
        restrictions: null,
      },
      ...{ allow_force_pushes: true, allow_deletions: true },
    });
    const open = { checks: [], needsPullRequest: false, blocksForcePushes: false, blocksDeletion: false };
    expect(factOf(await setupOf().protection('next'))).toMatchObject(open);
  });

  it('takes a branch that rulesets alone protect for one without the older protection', async () => {
    proxied.inject = (method, url) =>
      method === 'GET' && url.endsWith('/branches/ruled')
        ? { status: 200, body: { name: 'ruled', protected: true, protection: { enabled: true } } }
        : undefined;
    expect(factOf(await setupOf().protection('ruled'))).toMatchObject({ blocksForcePushes: false });
    expect(await setupOf('wim', 'write').protection('ruled')).toMatchObject({ kind: 'unknown' });
  });

  it('counts no rule of a ruleset that is off, or for other branches', async () => {
    const ruleset = (name: string, enforcement: string, include: string[]) =>
      as('ada').request(`POST /${AT}/rulesets`, {
        ...{ name, enforcement, target: 'branch', rules: [{ type: 'deletion' }] },
        conditions: { ref_name: { include, exclude: [] } },
      });
    await ruleset('off', 'disabled', ['~ALL']);
    await ruleset('tried', 'evaluate', ['~DEFAULT_BRANCH']);
    await ruleset('other', 'active', ['refs/heads/next']);
    expect(factOf(await setupOf().ruled('main'))).toMatchObject({ blocksDeletion: false });
    expect(factOf(await setupOf().ruled('next'))).toMatchObject({ blocksDeletion: true });
  });

  it('lists secrets that the organisation shares, by name', async () => {
    github.state.organizationSecrets.add('TIDEGATE_WRITE_ACCESS_KEY_ID');
    expect(factOf(await setupOf().secrets())).toContainEqual({
      name: 'TIDEGATE_WRITE_ACCESS_KEY_ID',
      of: 'organisation',
    });
  });

  it('says which environments are there, and who may deploy', async () => {
    const { environments } = github.state.repository('acme/flights') ?? {};
    environments?.set('tidegate-release', {
      refs: ['refs/heads/main', 'refs/tags/v*'],
      secrets: {},
      canAdminsBypass: false,
    });
    environments?.set('elsewhere', { refs: undefined, secrets: {} });
    const found = factOf(await setupOf().environments(['tidegate-release', 'tidegate-data']));
    expect(found).toMatchObject([
      {
        ...{ name: 'tidegate-release', hasReviewers: false, canAdminsBypass: false },
        branches: {
          kind: 'named',
          patterns: [
            { name: 'main', type: 'branch' },
            { name: 'v*', type: 'tag' },
          ],
        },
      },
    ]);
  });

  it('says whether an App that tells health may write statuses', async () => {
    expect(await setupOf().mayWriteStatuses('acme-argocd[bot]')).toEqual({ kind: 'seen', value: false });
    expect(await setupOf().mayWriteStatuses('nobody[bot]')).toMatchObject({ kind: 'unknown' });
    expect(await setupOf().workflowAppId()).toEqual({ kind: 'seen', value: 15368 });
  });

  it('does not take a limit of requests for a missing permission', async () => {
    proxied.inject = (_, url) =>
      url.includes('/actions/secrets')
        ? { status: 403, headers: { 'x-ratelimit-remaining': '0' }, body: { message: 'API rate limit exceeded' } }
        : undefined;
    await expect(setupOf().secrets()).rejects.toMatchObject({ code: 'GITHUB_REFUSED' });
  });

  it('goes on where GitHub does not offer a setting to a repository', async () => {
    proxied.inject = (_, url) =>
      url.includes('fork-pr') ? { status: 422, body: { message: 'Only for public repositories' } } : undefined;
    const { forkApproval, retentionDays } = await setupOf().actions();
    expect(forkApproval).toMatchObject({ kind: 'unknown' });
    expect(retentionDays).toEqual({ kind: 'seen', value: 90 });
  });
});

describe('AppOfOrganization', () => {
  const appOf = (login: string, role: 'admin' | 'write', slug: string, id?: number) =>
    new AppOfOrganization(as(login, role), NAME, { slug, id }).read();

  it('knows for an owner of the organisation what was granted', async () => {
    const found = factOf(await appOf('ada', 'admin', 'tidegate'));
    expect(found).toMatchObject({
      id: github.appId,
      isInstalled: { kind: 'seen', value: true },
      granted: { kind: 'seen' },
    });
  });

  it('knows for others its number alone, and nothing of an App that is not there', async () => {
    const found = factOf(await appOf('wim', 'write', 'tidegate'));
    expect(found).toMatchObject({ id: github.appId, isInstalled: { kind: 'unknown' }, granted: { kind: 'unknown' } });
    expect(await appOf('wim', 'write', 'other-name')).toMatchObject({ kind: 'unknown' });
    expect(factOf(await appOf('wim', 'write', 'other-name', 12))).toMatchObject({
      id: 12,
      granted: { kind: 'unknown' },
    });
  });
});
