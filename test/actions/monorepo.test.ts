import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readReport } from '../../core/reports/read-report.ts';
import { ensurePythonEnvironment } from '../../scripts/python-environment.ts';
import { runGit } from '../../testkit/git-client.ts';
import { FinishedRuns } from '../../testkit/github/finished-runs.ts';
import type { RunningGitHub } from '../../testkit/github/github-options.ts';
import { startGitHub } from '../../testkit/github/start-github.ts';
import { addRelease } from '../../testkit/released-version.ts';
import { runActionSource } from '../../testkit/run-action.ts';
import { type S3Server, s3Environment, startS3, storeBytes } from '../../testkit/s3.ts';

const NAME = 'acme/everything';
const MODELS = new URL('../fixtures/models/', import.meta.url).pathname;
const CONFIG = `version: 1
models:
  m:
    task: binary-classification
    artifact: model.onnx
    data: { label: y, features: [a, b] }
    evaluate: { dataset: t.csv }
    gate: { rules: [{ metric: roc_auc, max-regression: 0.05 }] }
    register: { store: s3://models/m }
    environments:
      - { name: production, targets: [{ file: k8s/model.yaml, kind: InferenceService, name: m }] }
`;
const manifestOf = (hex: string) => `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: { name: m }
spec: { predictor: { model: { storageUri: "s3://models/m/sha256/${hex}" } } }
`;

let root: string;
let workspace: string;
let github: RunningGitHub;
let runs: FinishedRuns;
let s3: S3Server;
/** Of both versions: the older one, which runs, and the newest. */
const hexOf: Record<string, string> = {};

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-monorepo-'));
  const { bin } = await ensurePythonEnvironment('demo');
  s3 = await startS3({ directory: path.join(root, 's3'), binary: path.join(bin, 'weed') });
  await s3.createBucket('models');
  runs = await FinishedRuns.start();
  github = await startGitHub({ directory: path.join(root, 'github'), artifacts: runs.source });
  await github.createRepository(NAME);
  workspace = path.join(root, 'clone');
  await runGit(root, ['clone', '--quiet', github.cloneUrl(NAME, github.userToken('mona')), workspace]);
  const folder = path.join(workspace, 'models', 'm');
  await mkdir(path.join(folder, 'k8s'), { recursive: true });
  for (const [version, model] of [
    ['0.1.0', 'good'],
    ['0.2.0', 'poor'],
  ] as const) {
    const bytes = await readFile(path.join(MODELS, `${model}.onnx`));
    const hex = createHash('sha256').update(bytes).digest('hex');
    hexOf[version] = hex;
    await storeBytes(s3, { store: 's3://models/m', key: `sha256/${hex}/model.onnx`, bytes });
  }
  await cp(path.join(MODELS, 'good.onnx'), path.join(folder, 'model.onnx'));
  await writeFile(path.join(folder, 'tidegate.yaml'), CONFIG);
  await writeFile(path.join(folder, 'k8s', 'model.yaml'), manifestOf(hexOf['0.1.0'] ?? ''));
  const rows = Array.from({ length: 400 }, (_, i) => `${Math.sin(i)},${Math.cos(3 * i)},${Math.sin(i) > 0 ? 1 : 0}`);
  await writeFile(path.join(folder, 't.csv'), `a,b,y\n${rows.join('\n')}\n`);
  await runGit(workspace, ['add', 'models/m/tidegate.yaml', 'models/m/k8s']);
  await runGit(workspace, ['commit', '--quiet', '-m', 'start']);
  const commit = await runGit(workspace, ['rev-parse', 'HEAD']);
  for (const [version, hex] of Object.entries(hexOf)) {
    const artifact = { uri: `s3://models/m/sha256/${hex}`, digest: `sha256:${hex}`, sizeBytes: 393 };
    const { message } = addRelease({ github, runs, repository: NAME }, { model: 'm', version, artifact, commit });
    await runGit(workspace, ['tag', '--annotate', `m@v${version}`, '--cleanup=verbatim', '--message', message]);
  }
  await runGit(workspace, ['push', '--quiet', 'origin', 'HEAD:main', '--tags']);
});

afterAll(async () => {
  await github?.stop();
  await runs?.close();
  await s3?.stop();
  await rm(root, { recursive: true, force: true });
});

function run(action: string, inputs: Readonly<Record<string, string>>) {
  return runActionSource(action, {
    workspace,
    temp: path.join(root, 'temp', action),
    env: {
      ...s3Environment(s3),
      GITHUB_API_URL: github.apiUrl,
      GITHUB_REPOSITORY: NAME,
      GITHUB_REF: 'refs/heads/main',
    },
    inputs: { 'working-directory': 'models/m', 'github-token': github.userToken('mona'), ...inputs },
  });
}

it('compares with the version that runs, whose manifest lies below the folder of tidegate.yaml', async () => {
  const judged = await run('evaluate-and-gate', { champion: 'auto' });
  expect(judged, judged.stdout).toMatchObject({ exitCode: 0, outputs: { verdict: 'pass' } });
  const report = readReport('evaluation', await readFile(judged.outputs['report-path'] ?? ''), 'report');
  expect(report.comparisons[0]?.champion).toMatchObject({ version: '0.1.0', environments: ['production'] });
});

it('commits a deployment to the file in the folder of tidegate.yaml', async () => {
  const deployed = await run('deploy-manifest', { environment: 'production', mode: 'commit' });
  expect(deployed, deployed.stdout).toMatchObject({ exitCode: 0, outputs: { changed: 'true' } });
  await runGit(workspace, ['fetch', '--quiet', 'origin', 'main']);
  expect(await runGit(workspace, ['show', 'FETCH_HEAD:models/m/k8s/model.yaml'])).toContain(hexOf['0.2.0']);
  expect(github.violations).toEqual([]);
});
