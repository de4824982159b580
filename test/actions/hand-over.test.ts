import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport } from '../../core/reports/read-report.ts';
import { runGit } from '../../testkit/git-client.ts';
import { type ResultsService, startResultsService } from '../../testkit/results-service.ts';
import { type ActionRun, runActionSource } from '../../testkit/run-action.ts';
import { seededRandom } from '../../testkit/seeded-random.ts';
import { createZip } from '../../testkit/zip.ts';
import { SAMPLE_REPORTS } from '../core/reports/sample-reports.ts';

const MODELS = new URL('../fixtures/models/', import.meta.url).pathname;
const REPOSITORY = 'acme/m';
const CONFIG = `version: 1
models:
  m:
    task: binary-classification
    artifact: model/model.onnx
    train: { command: sh train.sh }
    data: { label: late, features: [a, b] }
    evaluate: { dataset: DATASET, group: none }
    gate: { rules: [{ metric: roc_auc, min: 0.8 }] }
    image: { repository: registry.example/m }
`;
const TRAIN = 'mkdir -p model && cp good.onnx model/model.onnx\n';

let root: string;
let results: ResultsService;
let good: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-hand-over-'));
  results = await startResultsService({ directory: path.join(root, 'results') });
  good = digestOf(await readFile(path.join(MODELS, 'good.onnx')));
});
afterAll(async () => {
  await results?.stop();
  await rm(root, { recursive: true, force: true });
});

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

function dataset(): string {
  const random = seededRandom(3);
  const lines = Array.from({ length: 2000 }, () => {
    const [a, b] = [random.normal(), random.normal()];
    return [a, b, a + 0.5 * b + random.normal() > 0 ? 1 : 0].join(',');
  });
  return `a,b,late\n${lines.join('\n')}\n`;
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
}

/** A run of a workflow: each of its jobs has a check-out and a temporary folder of its own. */
async function startRun(files: Readonly<Record<string, string>> = {}) {
  const runId = ++count;
  const origin = path.join(root, `origin-${runId}`);
  const tidegate = CONFIG.replace('DATASET', 'test.csv');
  await write(origin, {
    'tidegate.yaml': tidegate,
    'test.csv': dataset(),
    'train.sh': TRAIN,
    '.gitignore': '/model\n',
    ...files,
  });
  for (const model of ['good', 'poor'])
    await cp(path.join(MODELS, `${model}.onnx`), path.join(origin, `${model}.onnx`));
  await runGit(origin, ['init', '--quiet', '--initial-branch=main', '.']);
  await runGit(origin, ['add', '--all']);
  await runGit(origin, ['commit', '--quiet', '-m', 'a model']);
  const sha = await runGit(origin, ['rev-parse', 'HEAD']);
  const plant = (name: string, entries: Parameters<typeof createZip>[0]) =>
    results.plant({ repository: REPOSITORY, runId, name, zip: createZip(entries) });
  const names = () =>
    results
      .artifacts(runId)
      .map(({ name }) => name)
      .sort();
  return { runId, plant, names, job: (attempt = 1) => startJob({ origin, runId, attempt, sha }) };
}

async function startJob({
  origin,
  runId,
  attempt,
  sha,
}: {
  origin: string;
  runId: number;
  attempt: number;
  sha: string;
}) {
  const id = ++count;
  const workspace = path.join(root, `job-${id}`);
  await runGit(root, ['clone', '--quiet', origin, workspace]);
  const temp = path.join(root, `temp-${id}`);
  const claims = { repository: REPOSITORY, runId, jobId: String(id), cacheScopes: [], mayWriteCache: false };
  const env = { ...results.environment(claims), GITHUB_SHA: sha, GITHUB_RUN_ATTEMPT: String(attempt) };
  const use = (name: string, inputs: Readonly<Record<string, string>> = {}): Promise<ActionRun> =>
    runActionSource(name, { workspace, temp, env, inputs: { champion: 'none', ...inputs } });
  return { workspace, temp, reports: path.join(temp, 'tidegate', 'm'), use };
}

const evaluationOf = async ({ outputs }: ActionRun) =>
  readReport('evaluation', await readFile(outputs['report-path'] ?? ''), 'evaluation');

const ids = ({ outputs }: ActionRun) => ({
  'report-artifact-id': outputs['report-artifact-id'] ?? '',
  'model-artifact-id': outputs['model-artifact-id'] ?? '',
});

describe('what training hands to the judge', () => {
  it('is the model and its run report; of files that Git has, nothing', async () => {
    const run = await startRun();
    const trained = await (await run.job()).use('train');
    expect(trained.exitCode, trained.stdout).toBe(0);
    const judge = await run.job();
    const judged = await judge.use('evaluate-and-gate', {
      'model-artifact-id': trained.outputs['model-artifact-id'] ?? '',
    });
    expect(judged.outputs.verdict, judged.stdout).toBe('pass');
    expect((await evaluationOf(judged)).candidate.digest).toBe(good);
    expect((await readdir(path.join(judge.reports, 'model'))).sort()).toEqual(['artifact', 'run.json']);
    expect(await readdir(judge.workspace)).not.toContain('model');
    expect(run.names()).toEqual(['tidegate-m-1-model', 'tidegate-m-1-report']);
    expect(judged.outputs['model-artifact-id']).toBe(trained.outputs['model-artifact-id']);
  });

  it('is found without an id too: the newest attempt that is not above the own one', async () => {
    const run = await startRun();
    await (await run.job(1)).use('train');
    await run.plant('tidegate-m-3-model', [{ name: 'artifact/model.onnx', content: 'of an attempt to come' }]);
    const judged = await (await run.job(2)).use('evaluate-and-gate');
    expect((await evaluationOf(judged)).candidate.digest, judged.stdout).toBe(good);
    expect(run.names()).toEqual(['tidegate-m-1-model', 'tidegate-m-2-report', 'tidegate-m-3-model']);
  });

  it('is a dataset that only training has, marked as such, and what it says of itself', async () => {
    const made = {
      'tidegate.yaml': CONFIG.replace('DATASET', 'made/*.csv, metrics-file: metrics.json'),
      'train.sh': `${TRAIN}mkdir -p made && cp test.csv made/all.csv && echo '{"auc": 0.9}' > metrics.json\n`,
      'metrics.json': '{"auc": 0.1}',
      '.gitignore': '/model\n/made\n',
    };
    const run = await startRun(made);
    const trained = await (await run.job()).use('train');
    const judge = await run.job();
    const judged = await judge.use('evaluate-and-gate', {
      'model-artifact-id': trained.outputs['model-artifact-id'] ?? '',
    });
    expect(judged.outputs.verdict, judged.stdout).toBe('pass');
    expect((await evaluationOf(judged)).dataset).toMatchObject({ rows: 2000, trusted: false, origin: 'made' });
    // Numbers of the training count as the training wrote them, not as they were committed.
    expect(await readFile(path.join(judge.workspace, 'metrics.json'), 'utf8')).toContain('0.9');
  });

  it('replaces nothing that the judge has, and gets nowhere else, whatever the archive holds', async () => {
    const run = await startRun();
    const model = await readFile(path.join(MODELS, 'good.onnx'));
    const outside = path.join(root, `outside-${run.runId}`);
    const evaluation = JSON.stringify({ ...SAMPLE_REPORTS.evaluation, model: 'm', verdict: 'pass' });
    const planted = await run.plant('tidegate-m-1-model', [
      { name: 'artifact/model.onnx', content: model },
      { name: 'files/test.csv', content: 'a,b,late\n1,1,1\n' },
      { name: 'files/tidegate.yaml', content: CONFIG.replace('0.8', '0.01') },
      { name: 'files/.github/workflows/x.yml', content: 'x' },
      { name: 'evaluation.json', content: evaluation },
      { name: '../evaluation.json', content: evaluation },
      { name: `../../../../../../../../../../..${outside}`, content: 'x' },
      { name: `${outside}-absolute`, content: 'x' },
    ]);
    const judge = await run.job();
    const judged = await judge.use('evaluate-and-gate', { 'model-artifact-id': String(planted.id) });
    expect((await evaluationOf(judged)).dataset, judged.stdout).toMatchObject({ rows: 2000, origin: 'commit' });
    expect(await runGit(judge.workspace, ['status', '--porcelain'])).toBe('');
    expect((await readdir(root)).filter((name) => name.startsWith('outside-'))).toEqual([]);
  });

  it.each([
    {
      name: 'no model',
      entries: [{ name: 'run.json', content: JSON.stringify(SAMPLE_REPORTS.run) }],
      says: 'does not contain',
    },
    {
      name: 'a run report that is none',
      entries: [{ name: 'run.json', content: '{}' }],
      says: 'is not a valid run report',
    },
  ])('is refused where it holds $name', async ({ entries, says }) => {
    const run = await startRun();
    await run.plant('tidegate-m-1-model', entries);
    const judged = await (await run.job()).use('evaluate-and-gate');
    expect(judged.exitCode).toBe(1);
    expect(judged.stdout).toContain(says);
    expect(judged.stdout).not.toContain('defect of Tidegate');
  });

  it('is refused where two artifacts have its name, or where the id is of something else', async () => {
    const run = await startRun();
    await (await run.job()).use('train');
    const other = await run.plant('something-else', [{ name: 'artifact/model.onnx', content: 'x' }]);
    const wrong = await (await run.job()).use('evaluate-and-gate', { 'model-artifact-id': String(other.id) });
    expect(wrong.stdout).toContain(`${other.id} is not the id of a model artifact of m`);
    await run.plant('tidegate-m-1-model', [{ name: 'artifact/model.onnx', content: 'x' }]);
    const doubled = await (await run.job()).use('evaluate-and-gate');
    expect(doubled).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('two workflow artifacts with the same name'),
    });
  });
});

describe('what the judge hands to the jobs after it', () => {
  it('is taken by its id, whatever another job uploaded for an attempt to come', async () => {
    const run = await startRun();
    const trained = await (await run.job(1)).use('train');
    const judged = await (await run.job(1)).use('evaluate-and-gate', {
      'model-artifact-id': trained.outputs['model-artifact-id'] ?? '',
    });
    const digest = digestOf(Buffer.from('planted'));
    const evaluation = { ...SAMPLE_REPORTS.evaluation, model: 'm', verdict: 'pass', candidate: { digest } };
    await run.plant('tidegate-m-2-report', [{ name: 'evaluation.json', content: JSON.stringify(evaluation) }]);
    await run.plant('tidegate-m-2-model', [{ name: 'artifact/model.onnx', content: 'planted' }]);
    // Only the jobs that failed run again, as attempt 2: names alone would lead to what was planted.
    const built = await (await run.job(2)).use('build-image', { push: 'false', ...ids(judged) });
    expect(built.exitCode, built.stdout).toBe(0);
    expect(built.stdout).toContain(good);
    expect(built.stdout).not.toContain(digest);
  });

  it('is refused where the model is not the one that was judged', async () => {
    const run = await startRun();
    const trained = await (await run.job()).use('train');
    const judged = await (await run.job()).use('evaluate-and-gate', {
      'model-artifact-id': trained.outputs['model-artifact-id'] ?? '',
    });
    const other = await run.plant('tidegate-m-2-model', [{ name: 'artifact/model.onnx', content: 'other' }]);
    const inputs = { push: 'false', ...ids(judged), 'model-artifact-id': String(other.id) };
    const built = await (await run.job()).use('build-image', inputs);
    expect(built).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('is not the one that was judged') });
  });

  it('is the model of a step of the team, in one job with the judge, and a changed one in place of the first', async () => {
    const run = await startRun();
    const own = await run.job();
    await mkdir(path.join(own.workspace, 'model'));
    await cp(path.join(MODELS, 'good.onnx'), path.join(own.workspace, 'model', 'model.onnx'));
    const judged = await own.use('evaluate-and-gate');
    expect(run.names(), judged.stdout).toEqual(['tidegate-m-1-model', 'tidegate-m-1-report']);

    const second = await startRun();
    const job = await second.job();
    await job.use('train');
    await cp(path.join(MODELS, 'poor.onnx'), path.join(job.workspace, 'model', 'model.onnx'));
    const changed = await job.use('evaluate-and-gate', { 'fail-on': 'never' });
    const poor = digestOf(await readFile(path.join(MODELS, 'poor.onnx')));
    expect((await evaluationOf(changed)).candidate.digest, changed.stdout).toBe(poor);
    expect(second.names()).toEqual(['tidegate-m-1-model', 'tidegate-m-1-report']);
    const built = await (await second.job()).use('build-image', { push: 'false', ...ids(changed) });
    expect(built.stdout).toContain(poor);
  });
});
