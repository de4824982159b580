import { createHmac, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_PERMISSIONS } from '../../bot/app-manifest.ts';
import { runGit } from '../../testkit/git-client.ts';
import type { RunningGitHub } from '../../testkit/github/github-options.ts';
import { startGitHub } from '../../testkit/github/start-github.ts';
import { listenOnLoopback, readBody } from '../../testkit/http.ts';

interface Received {
  readonly event: string;
  readonly guid: string;
  readonly isSigned: boolean;
  readonly payload: Record<string, unknown>;
}

const EXAMPLES: readonly { name: string; examples: readonly { repository: { private: boolean } }[] }[] = JSON.parse(
  readFileSync(new URL(import.meta.resolve('@octokit/webhooks-examples/api.github.com/index.json')), 'utf8'),
);
const SECRET = 'a secret of the webhook';
const REPOSITORY = { owner: 'acme', repo: 'flights' };

let folder: string;
let github: RunningGitHub;
const received: Received[] = [];
let listener: Awaited<ReturnType<typeof listenOnLoopback>>;

const clientOf = (token: string) => getOctokit(token, { baseUrl: github.apiUrl }).rest;

/** A token by which the App speaks of itself (JWT, RS256). */
function appToken(privateKey = github.appPrivateKey, appId = github.appId): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = { iat: now - 60, exp: now + 540, iss: String(appId) };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(payload)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
}

type Narrowing = { repositories?: string[]; permissions?: { contents: 'read'; issues: 'write' } };

async function installationClient(narrowing: Narrowing = {}) {
  const app = clientOf(appToken());
  const { data } = await app.apps.createInstallationAccessToken({
    installation_id: github.installationId,
    ...narrowing,
  });
  return clientOf(data.token);
}

async function settle() {
  while (github.webhooks.isBusy) await new Promise((resolve) => setImmediate(resolve));
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'forge-'));
  const permissions = { ...APP_PERMISSIONS, statuses: 'write' } as const;
  const otherApp = { slug: 'acme-argocd', permissions: { statuses: 'write' } } as const;
  github = await startGitHub({ directory: path.join(folder, 'git'), permissions, otherApp });
  listener = await listenOnLoopback(async (request, response) => {
    const body = (await readBody(request)).toString('utf8');
    const signature = createHmac('sha256', SECRET).update(body).digest('hex');
    const isSigned = request.headers['x-hub-signature-256'] === `sha256=${signature}`;
    const guid = String(request.headers['x-github-delivery']);
    received.push({ event: String(request.headers['x-github-event']), guid, isSigned, payload: JSON.parse(body) });
    response.end('ok');
  });
  github.webhook({ url: `http://127.0.0.1:${listener.port}/`, secret: SECRET });
  await github.createRepository('acme/flights');
  const clone = path.join(folder, 'clone');
  const url = github.cloneUrl('acme/flights', github.userToken('mona'));
  await runGit(folder, ['clone', '--quiet', url, clone]);
  await runGit(clone, ['commit', '--quiet', '--allow-empty', '-m', 'start']);
  await runGit(clone, ['push', '--quiet', 'origin', 'HEAD:main']);
});

afterAll(async () => {
  await github.stop();
  await listener.close();
  await rm(folder, { recursive: true, force: true });
});

describe('startGitHub', () => {
  it('sends a signed push webhook with a GUID for a push by git', async () => {
    await settle();
    const push = received.find(({ event }) => event === 'push');
    expect(push?.isSigned).toBe(true);
    expect(push?.guid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-/);
    expect(push?.payload).toMatchObject({ ref: 'refs/heads/main', installation: { id: github.installationId } });
  });

  it('sends pushes whose repository has the fields and the types of GitHub’s example', async () => {
    await settle();
    const examples = EXAMPLES.find(({ name }) => name === 'push')?.examples ?? [];
    const example = examples.find(({ repository }) => repository.private === false)?.repository;
    const typesOf = (value: object = {}) =>
      Object.fromEntries(Object.entries(value).map(([key, one]) => [key, one === null ? 'null' : typeof one]));
    const push = received.find(({ event }) => event === 'push');
    const sent = typesOf(Object(push?.payload.repository));
    const wanted = Object.entries(typesOf(example));
    expect(wanted.length).toBeGreaterThan(60);
    // What is null in either may be of any type.
    const fits = ([key, type]: [string, string]) =>
      key in sent && (sent[key] === type || [type, sent[key]].includes('null'));
    expect(wanted.filter((one) => !fits(one))).toEqual([]);
  });

  it('lets a second App write commit statuses under its own name, and nothing else', async () => {
    const { id = 0, privateKey = '', installationId = 0 } = github.otherApp ?? {};
    const { apps } = clientOf(appToken(privateKey, id));
    const { data } = await apps.createInstallationAccessToken({ installation_id: installationId });
    const other = clientOf(data.token);
    const { data: main } = await (await installationClient()).git.getRef({ ...REPOSITORY, ref: 'heads/main' });
    const status = { ...REPOSITORY, sha: main.object.sha, state: 'success', context: 'delivery' } as const;
    const { data: made } = await other.repos.createCommitStatus(status);
    expect(made.creator?.login).toBe('acme-argocd[bot]');
    const noUrl = other.repos.createCommitStatus({ ...status, target_url: '<no value>/applications/x' });
    await expect(noUrl).rejects.toMatchObject({ status: 422 });
    await expect(other.issues.create({ ...REPOSITORY, title: 'x' })).rejects.toMatchObject({ status: 403 });
  });

  it('sends a repository webhook its events under its own secret, without an installation', async () => {
    const hook = { url: `http://127.0.0.1:${listener.port}/own`, secret: 'another secret', events: ['create'] };
    const own = github.repositoryWebhook('acme/flights', hook);
    const app = await installationClient();
    const { data: main } = await app.git.getRef({ ...REPOSITORY, ref: 'heads/main' });
    await app.git.createRef({ ...REPOSITORY, ref: 'refs/heads/hooked', sha: main.object.sha });
    while (own.isBusy || github.webhooks.isBusy) await new Promise((resolve) => setImmediate(resolve));
    expect(own.deliveries.map(({ event }) => event)).toEqual(['create']);
    expect(own.deliveries[0]?.payload).not.toHaveProperty('installation');
    expect(received.findLast(({ event }) => event === 'create')?.isSigned).toBe(false);
    await app.git.deleteRef({ ...REPOSITORY, ref: 'heads/hooked' });
  });

  it('lets an App read and write through its installation', async () => {
    const app = await installationClient();
    const { data: main } = await app.git.getRef({ ...REPOSITORY, ref: 'heads/main' });
    const { data: blob } = await app.git.createBlob({ ...REPOSITORY, content: 'a\nb\n', encoding: 'utf-8' });
    const { data: base } = await app.git.getCommit({ ...REPOSITORY, commit_sha: main.object.sha });
    const file = { path: 'k8s/model.yaml', mode: '100644', type: 'blob', sha: blob.sha } as const;
    const { data: tree } = await app.git.createTree({ ...REPOSITORY, base_tree: base.tree.sha, tree: [file] });
    const commit = { ...REPOSITORY, message: 'change', tree: tree.sha, parents: [main.object.sha] };
    const { data: made } = await app.git.createCommit(commit);
    await app.git.createRef({ ...REPOSITORY, ref: 'refs/heads/tidegate/promote/x', sha: made.sha });
    await expect(
      app.git.createRef({ ...REPOSITORY, ref: 'refs/heads/tidegate/promote/x', sha: made.sha }),
    ).rejects.toMatchObject({ status: 422 });
    const head = 'tidegate/promote/x';
    const { data: pull } = await app.pulls.create({ ...REPOSITORY, head, base: 'main', title: 'Promote', body: 'why' });
    await expect(app.pulls.create({ ...REPOSITORY, head, base: 'main', title: 'again' })).rejects.toMatchObject({
      status: 422,
    });
    const { data: files } = await app.pulls.listFiles({ ...REPOSITORY, pull_number: pull.number });
    expect(files).toMatchObject([{ filename: 'k8s/model.yaml', status: 'added', patch: '@@ -0,0 +1,2 @@\n+a\n+b' }]);
    const { data: got } = await app.pulls.get({ ...REPOSITORY, pull_number: pull.number });
    expect(got).toMatchObject({ mergeable: true, commits: 1, user: { login: 'tidegate[bot]', type: 'Bot' } });
    const { data: asIssue } = await app.issues.get({ ...REPOSITORY, issue_number: pull.number });
    expect(asIssue.pull_request?.url).toBe(pull.url);
    const listed = await app.pulls.list({ ...REPOSITORY, head: `acme:${head}`, base: 'main', state: 'open' });
    expect(listed.data.map(({ number }) => number)).toEqual([pull.number]);
    await expect(
      app.pulls.merge({ ...REPOSITORY, pull_number: pull.number, sha: main.object.sha }),
    ).rejects.toMatchObject({ status: 409 });
    const merged = await app.pulls.merge({
      ...REPOSITORY,
      pull_number: pull.number,
      sha: made.sha,
      merge_method: 'squash',
    });
    const { data: after } = await app.git.getRef({ ...REPOSITORY, ref: 'heads/main' });
    expect(after.object.sha).toBe(merged.data.sha);
    await settle();
    const closed = received.findLast(({ event }) => event === 'pull_request');
    expect(closed?.payload).toMatchObject({ action: 'closed', pull_request: { merged: true } });
  });

  it('keeps comments, labels, issues, checks and statuses', async () => {
    const app = await installationClient();
    const { data: issue } = await app.issues.create({
      ...REPOSITORY,
      title: 'drift',
      body: 'b',
      labels: ['tidegate/drift'],
    });
    const issue_number = issue.number;
    const { data: comment } = await app.issues.createComment({ ...REPOSITORY, issue_number, body: 'one' });
    await app.issues.updateComment({ ...REPOSITORY, comment_id: comment.id, body: 'two' });
    await app.reactions.createForIssueComment({ ...REPOSITORY, comment_id: comment.id, content: 'eyes' });
    await app.issues.addLabels({ ...REPOSITORY, issue_number, labels: ['x'] });
    await app.issues.removeLabel({ ...REPOSITORY, issue_number, name: 'x' });
    await app.issues.update({ ...REPOSITORY, issue_number, state: 'closed', state_reason: 'completed' });
    const open = await app.issues.listForRepo({ ...REPOSITORY, labels: 'tidegate/drift', state: 'all' });
    expect(open.data).toMatchObject([{ number: issue_number, state: 'closed', comments: 1 }]);
    const { data: main } = await app.repos.getBranch({ ...REPOSITORY, branch: 'main' });
    const annotation = {
      path: 'tidegate.yaml',
      start_line: 3,
      end_line: 3,
      annotation_level: 'failure',
      message: 'm',
    } as const;
    const output = { title: 't', summary: 's', annotations: [annotation] };
    const check = { ...REPOSITORY, name: 'tidegate / x', head_sha: main.commit.sha };
    const { data: run } = await app.checks.create({ ...check, status: 'completed', conclusion: 'failure', output });
    await app.checks.update({ ...REPOSITORY, check_run_id: run.id, conclusion: 'success', status: 'completed' });
    const annotations = await app.checks.listAnnotations({ ...REPOSITORY, check_run_id: run.id });
    expect(annotations.data).toMatchObject([{ path: 'tidegate.yaml', start_line: 3 }]);
    const runs = await app.checks.listForRef({ ...REPOSITORY, ref: main.commit.sha, check_name: 'tidegate / x' });
    expect(runs.data.check_runs).toMatchObject([{ conclusion: 'success', app: { slug: 'tidegate' } }]);
    await app.repos.createCommitStatus({ ...REPOSITORY, sha: main.commit.sha, state: 'success', context: 'cd' });
    const combined = await app.repos.getCombinedStatusForRef({ ...REPOSITORY, ref: main.commit.sha });
    expect(combined.data).toMatchObject({ state: 'success', total_count: 1 });
    const level = await app.repos.getCollaboratorPermissionLevel({ ...REPOSITORY, username: 'mona' });
    expect(level.data.permission).toBe('write');
    await expect(
      app.issues.createComment({ ...REPOSITORY, issue_number, body: 'x'.repeat(65_537) }),
    ).rejects.toMatchObject({ status: 422 });
  });

  it('cuts lists into pages that Link headers join', async () => {
    const app = await installationClient();
    const { data: issue } = await app.issues.create({ ...REPOSITORY, title: 'pages' });
    for (const body of ['1', '2', '3'])
      await app.issues.createComment({ ...REPOSITORY, issue_number: issue.number, body });
    const octokit = getOctokit(github.userToken('mona'), { baseUrl: github.apiUrl });
    const all = await octokit.paginate(octokit.rest.issues.listComments, {
      ...REPOSITORY,
      issue_number: issue.number,
      per_page: 2,
    });
    expect(all.map(({ body }) => body)).toEqual(['1', '2', '3']);
  });

  it('writes files and tags, and compares', async () => {
    const app = await installationClient();
    const content = Buffer.from('version: 1\n').toString('base64');
    const put = await app.repos.createOrUpdateFileContents({
      ...REPOSITORY,
      path: 'a/b.yaml',
      message: 'm',
      content,
      branch: 'main',
    });
    const sha = String(put.data.commit.sha);
    const got = await app.repos.getContent({ ...REPOSITORY, path: 'a/b.yaml', ref: sha });
    expect(got.data).toMatchObject({ type: 'file', size: 11 });
    await app.repos.getContent({ ...REPOSITORY, path: 'a' });
    const tag = await app.git.createTag({
      ...REPOSITORY,
      tag: 'x@v1.0.0',
      message: 'line\n\n{}',
      object: sha,
      type: 'commit',
    });
    await app.git.createRef({ ...REPOSITORY, ref: 'refs/tags/x@v1.0.0', sha: tag.data.sha });
    const refs = await app.git.listMatchingRefs({ ...REPOSITORY, ref: 'tags/x@' });
    expect(refs.data).toMatchObject([{ ref: 'refs/tags/x@v1.0.0', object: { type: 'tag' } }]);
    const read = await app.git.getTag({ ...REPOSITORY, tag_sha: tag.data.sha });
    expect(read.data).toMatchObject({ message: 'line\n\n{}', object: { sha } });
    const compared = await app.repos.compareCommitsWithBasehead({ ...REPOSITORY, basehead: `${sha}~1...main` });
    expect(compared.data).toMatchObject({ status: 'ahead', ahead_by: 1, files: [{ filename: 'a/b.yaml' }] });
    await app.repos.listCommits({ ...REPOSITORY, path: 'a/b.yaml' });
    await app.repos.getCommit({ ...REPOSITORY, ref: 'main' });
    await app.git.getTree({ ...REPOSITORY, tree_sha: 'main', recursive: 'true' });
    await app.repos.listTags(REPOSITORY);
    await app.repos.get(REPOSITORY);
    await app.repos.listBranches(REPOSITORY);
    await app.apps.listReposAccessibleToInstallation();
    await app.users.getByUsername({ username: 'tidegate[bot]' });
  });

  it('refuses what a token may not', async () => {
    const reader = clientOf(github.userToken('reader', 'read'));
    await expect(reader.git.deleteRef({ ...REPOSITORY, ref: 'heads/main' })).rejects.toMatchObject({ status: 403 });
    await expect(clientOf('ghs_nothing').repos.get(REPOSITORY)).rejects.toMatchObject({ status: 401 });
    const person = clientOf(github.userToken('mona'));
    const { data: main } = await person.git.getRef({ ...REPOSITORY, ref: 'heads/main' });
    await expect(person.checks.create({ ...REPOSITORY, name: 'n', head_sha: main.object.sha })).rejects.toMatchObject({
      status: 403,
    });
  });

  it('lets git in by token alone, and pushes only by one that may write', async () => {
    const clone = path.join(folder, 'clone');
    const push = (token: string) =>
      runGit(clone, ['push', '--quiet', github.cloneUrl('acme/flights', token), 'HEAD:refs/heads/by-token']);
    await expect(push(github.userToken('reader', 'read'))).rejects.toThrow('403');
    await expect(push('ghp_wrong')).rejects.toThrow(/Authentication failed|could not read/);
    const anonymous = `${github.serverUrl}/acme/flights`;
    await expect(runGit(clone, ['ls-remote', anonymous])).rejects.toThrow('could not read Username');
    await push(github.userToken('mona'));
    const { data } = await clientOf(github.userToken('mona')).git.getRef({ ...REPOSITORY, ref: 'heads/by-token' });
    expect(data.object.sha).toBe(await runGit(clone, ['rev-parse', 'HEAD']));
  });

  it('moves a ref by a push of many objects as by a small one', async () => {
    const clone = path.join(folder, 'clone');
    const files = Array.from({ length: 300 }, (_, index) => path.join(clone, `file-${index}.txt`));
    // Lines that do not compress well: the request is sent in chunks.
    await Promise.all(files.map((file) => writeFile(file, randomBytes(8192).toString('hex'))));
    await runGit(clone, ['add', '.']);
    await runGit(clone, ['commit', '--quiet', '-m', 'many']);
    await runGit(clone, ['push', '--quiet', github.cloneUrl('acme/flights', github.userToken('mona')), 'HEAD:many']);
    await settle();
    const push = received.findLast(({ event }) => event === 'push');
    expect(push?.payload).toMatchObject({ ref: 'refs/heads/many', created: true, pusher: { name: 'mona' } });
  });

  it('knows the App and where it is installed', async () => {
    const app = clientOf(appToken());
    const { data: itself } = await app.apps.getAuthenticated();
    expect(itself).toMatchObject({ slug: 'tidegate', id: github.appId });
    const { data: installation } = await app.apps.getRepoInstallation(REPOSITORY);
    expect(installation.id).toBe(github.installationId);
    const { data: installations } = await app.apps.listInstallations();
    expect(installations).toHaveLength(1);
  });

  it('refuses a key that is not the one of the App', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const wrong = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const installation_id = github.installationId;
    const refused = clientOf(appToken(wrong)).apps.createInstallationAccessToken({ installation_id });
    await expect(refused).rejects.toMatchObject({ status: 401 });
  });

  it('narrows an installation token to the permissions and repositories that were asked for', async () => {
    const permissions = { contents: 'read', issues: 'write' } as const;
    const narrow = await installationClient({ repositories: ['flights'], permissions });
    await narrow.issues.create({ ...REPOSITORY, title: 'allowed' });
    const { data: main } = await narrow.git.getRef({ ...REPOSITORY, ref: 'heads/main' });
    const ref = { ...REPOSITORY, ref: 'refs/heads/x', sha: main.object.sha };
    await expect(narrow.git.createRef(ref)).rejects.toMatchObject({ status: 403 });
    await github.createRepository('acme/other');
    await expect(narrow.repos.get({ owner: 'acme', repo: 'other' })).rejects.toMatchObject({ status: 404 });
  });

  it('merges into a protected branch only when its required checks have passed', async () => {
    const app = await installationClient();
    const { data: main } = await app.git.getRef({ ...REPOSITORY, ref: 'heads/main' });
    await app.git.createRef({ ...REPOSITORY, ref: 'refs/heads/guarded', sha: main.object.sha });
    const content = Buffer.from('x').toString('base64');
    await app.repos.createOrUpdateFileContents({ ...REPOSITORY, path: 'x', message: 'x', content, branch: 'guarded' });
    const { data: pull } = await app.pulls.create({ ...REPOSITORY, head: 'guarded', base: 'main', title: 'Guarded' });
    github.state.repository('acme/flights')?.protection.set('main', ['tidegate']);
    const merge = { ...REPOSITORY, pull_number: pull.number };
    await expect(app.pulls.merge(merge)).rejects.toMatchObject({ status: 405 });
    const check = { ...REPOSITORY, name: 'tidegate', head_sha: pull.head.sha, status: 'completed' } as const;
    await app.checks.create({ ...check, conclusion: 'failure' });
    await expect(app.pulls.merge(merge)).rejects.toMatchObject({ status: 405 });
    await app.checks.create({ ...check, conclusion: 'success' });
    const { data: merged } = await app.pulls.merge(merge);
    expect(merged.merged).toBe(true);
    const { data: commit } = await app.repos.getCommit({ ...REPOSITORY, ref: merged.sha });
    expect(commit.parents).toHaveLength(2);
    github.state.repository('acme/flights')?.protection.clear();
  });

  it('delivers again under the same GUID', async () => {
    await settle();
    const [first] = received;
    const before = received.length;
    await github.redeliver(first?.guid ?? '');
    expect(received.length).toBe(before + 1);
    expect(received.at(-1)).toEqual(first);
  });

  it('agrees with the OpenAPI description in all of the above', () => {
    expect(github.violations).toEqual([]);
  });

  it('records a request that the description does not know', async () => {
    const token = github.userToken('mona');
    await fetch(`${github.apiUrl}/repos/acme/flights/pulls?sate=all`, { headers: { authorization: `token ${token}` } });
    await fetch(`${github.apiUrl}/nothing`, { headers: { authorization: `token ${token}` } });
    expect(github.violations.map(({ problem }) => problem)).toEqual([
      'unknown query parameter "sate"',
      'no such operation in the description',
    ]);
  });
});
