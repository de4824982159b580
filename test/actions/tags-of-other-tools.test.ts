import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runGit } from '../../testkit/git-client.ts';
import type { RunningGitHub } from '../../testkit/github/github-options.ts';
import { startGitHub } from '../../testkit/github/start-github.ts';
import { runActionSource } from '../../testkit/run-action.ts';

const CONFIG = `version: 1
models:
  m:
    task: binary-classification
    artifact: model.onnx
    data: { label: y, features: [a, b] }
    evaluate: { dataset: t.csv }
    gate: { rules: [{ metric: roc_auc, min: 0.6 }, { metric: roc_auc, max-regression: 0.05 }] }
    register: { store: store }
`;
let root: string;
let github: RunningGitHub;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-other-tags-'));
  github = await startGitHub({ directory: path.join(root, 'github') });
});
afterAll(async () => {
  await github?.stop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

/** A repository with tags that other tools made, each with its message; then judged against the champion. */
async function judgedBeside(name: string, tags: Readonly<Record<string, string>>) {
  const repository = `acme/${name}`;
  await github.createRepository(repository);
  const workspace = path.join(root, name);
  const token = github.userToken('mona');
  await runGit(root, ['clone', '--quiet', github.cloneUrl(repository, token), workspace]);
  await cp(new URL('../fixtures/models/good.onnx', import.meta.url).pathname, path.join(workspace, 'model.onnx'));
  const rows = Array.from({ length: 400 }, (_, i) => `${Math.sin(i)},${Math.cos(3 * i)},${Math.sin(i) > 0 ? 1 : 0}`);
  await writeFile(path.join(workspace, 't.csv'), `a,b,y\n${rows.join('\n')}\n`);
  await writeFile(path.join(workspace, 'tidegate.yaml'), CONFIG);
  await runGit(workspace, ['add', 'tidegate.yaml']);
  await runGit(workspace, ['commit', '--quiet', '-m', 'start']);
  for (const [tag, message] of Object.entries(tags)) {
    await runGit(workspace, ['tag', '--annotate', tag, '--message', message]);
  }
  await runGit(workspace, ['push', '--quiet', 'origin', 'HEAD:main', '--tags']);
  return runActionSource('evaluate-and-gate', {
    workspace,
    temp: path.join(root, `${name}-temp`),
    env: { GITHUB_API_URL: github.apiUrl, GITHUB_REPOSITORY: repository, GITHUB_REF: 'refs/heads/main' },
    inputs: { 'github-token': token, champion: 'auto' },
  });
}

it('a version of GTO alone is no champion, and does not stop the first evaluation', async () => {
  const judged = await judgedBeside('gto', { 'm@v1.0.0': 'Registering artifact m version v1.0.0' });
  expect(judged, judged.stdout).toMatchObject({ exitCode: 0, outputs: { verdict: 'pass' } });
});

it('no tag of any tool stops an evaluation', async () => {
  const tags = [
    'v1',
    'm@v2024.01.15',
    'm@v01.0.0',
    'm@v1.0.0-01',
    'm@v99999999999999999999.0.0',
    'm@v1/x',
    'm#prod',
    'm@',
  ];
  const judged = await judgedBeside('any', Object.fromEntries(tags.map((tag) => [tag, 'a tag'])));
  expect(judged, judged.stdout).toMatchObject({ exitCode: 0, outputs: { verdict: 'pass' } });
  expect(judged.stdout).not.toContain('    at ');
});
