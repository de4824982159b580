import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillWorkflows } from '../../cli/init/fill-workflows.ts';
import { readReport } from '../../core/reports/read-report.ts';
import { parseVersionTagMessage } from '../../core/reports/version-tag-line.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { type Forge, startForge } from '../../testkit/forge.ts';
import { runGit } from '../../testkit/git-client.ts';
import { seededRandom } from '../../testkit/seeded-random.ts';
import { ForgeClone, makeImage } from './forge-clone.ts';

const NAME = 'acme/delay';
/** Programs of the runner's image. Python is none of them: only the job that trains sets it up. */
const PROGRAMS = ['bash', 'sh', 'git', 'mkdir', 'cp', 'cat', 'sed'];
const TRAIN = 'python -c "" && mkdir -p model && cp "$(cat which.txt)" model/model.onnx\n';

let folder: string;
let forge: Forge;
let team: ForgeClone;
let clone: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-jobs-'));
  const [image, python] = [path.join(folder, 'image'), path.join(folder, 'python')];
  await makeImage(image, PROGRAMS);
  await mkdir(python);
  await writeFile(path.join(python, 'python'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  forge = await startForge({
    directory: path.join(folder, 'forge'),
    pythonBin: python,
    path: image,
    isSelfHosted: true,
  });
  await forge.createRepository(NAME);
  forge.protect(NAME, 'main', ['tidegate']);
  team = await ForgeClone.create(forge, NAME, path.join(folder, 'clone'));
  clone = team.folder;
  await writeRepository();
  await team.push('main', {});
}, 120_000);

afterAll(async () => {
  await forge?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** What the team has: two models to choose from instead of a training, and its data in Git. */
async function writeRepository(): Promise<void> {
  for (const model of ['good.onnx', 'poor.onnx']) {
    await cp(path.join(PROJECT_ROOT, 'test/fixtures/models', model), path.join(clone, model));
  }
  const files: Readonly<Record<string, string>> = {
    'tidegate.yaml': CONFIG.replace('STORE', path.join(folder, 'store')),
    'which.txt': 'good.onnx\n',
    'train.sh': TRAIN,
    'test.csv': dataset(1),
    'requirements.txt': '',
    '.gitignore': 'model/\n',
  };
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(clone, file), text);
  await fillWorkflows(clone, { model: 'delay', branch: 'main', update: undefined, watch: false });
}

const CONFIG = `version: 1
models:
  delay:
    task: binary-classification
    artifact: model/model.onnx
    train: { command: sh train.sh }
    data: { label: late, time: date, features: [a, b] }
    evaluate: { dataset: test.csv }
    gate: { rules: [{ metric: roc_auc, min: 0.8 }] }
    register: { store: "STORE" }
`;

/** @param sign -1: the labels that suit a model which gets everything wrong. */
function dataset(sign: number): string {
  const random = seededRandom(3);
  const lines = Array.from({ length: 4000 }, (_, i) => {
    const [a, b] = [random.normal(), random.normal()];
    const late = sign * (a + 0.5 * b) + random.normal() > 0 ? 1 : 0;
    const date = new Date(Date.UTC(2001, 2, 1 + (i % 30), i % 24)).toISOString().slice(0, 19).replace('T', ' ');
    return [date, a, b, late].join(',');
  });
  return `date,a,b,late\n${lines.join('\n')}\n`;
}

describe('the jobs of a pull request', () => {
  it('let through what the judge passes, and hand on the model and its report as two artifacts', async () => {
    const { number, run, conclusions, log } = await team.propose('good', { 'train.sh': `# the same\n${TRAIN}` });
    expect(conclusions, log).toEqual({ train: 'success', tidegate: 'success' });
    expect(run?.artifacts.map(({ name }) => name).sort()).toEqual([
      'tidegate-delay-1-model',
      'tidegate-delay-1-report',
    ]);
    expect(log).toContain('Taking the workflow artifact tidegate-delay-1-model');
    await team.merge(number);
  });

  it.each([
    { name: 'the training fails', files: { 'train.sh': 'exit 3\n' }, train: 'failure' },
    { name: 'the training makes no model', files: { 'train.sh': 'true\n' }, train: 'failure' },
    { name: 'the model is not good enough', files: { 'which.txt': 'poor.onnx\n' }, train: 'success' },
  ])('hold the required check red, and the merge back, where $name', async ({ name, files, train }) => {
    const { number, conclusions, log } = await team.propose(name.replaceAll(' ', '-'), files);
    expect(conclusions, log).toEqual({ train, tidegate: 'failure' });
    await expect(team.merge(number)).rejects.toMatchObject({ status: 405 });
  });

  it('judge on the data of the commit, whatever the training wrote into its own work tree', async () => {
    const cheating = `${TRAIN}cp suits.csv test.csv\nsed -i 's/min: 0.8/min: 0.01/' tidegate.yaml\n`;
    const files = { 'which.txt': 'poor.onnx\n', 'suits.csv': dataset(-1), 'train.sh': cheating };
    const { conclusions, log } = await team.propose('cheating', files);
    expect(conclusions, log).toEqual({ train: 'success', tidegate: 'failure' });
    expect(log).toContain('the gate says fail');
  });
});

describe('the jobs of a release', () => {
  it('register what was judged, with the dataset by its digest, without any Python where they judge', async () => {
    const { runs, tags } = await forge.snapshot(NAME);
    const run = runs.findLast(({ name }) => name.startsWith('model-release'));
    const jobs = Object.fromEntries(run?.jobs.map(({ key, conclusion }) => [key, conclusion]) ?? []);
    expect(jobs, run?.jobs.map(({ log }) => log).join('\n')).toEqual({
      train: 'success',
      judge: 'success',
      record: 'skipped',
      register: 'success',
    });
    expect(tags.map(({ name }) => name)).toEqual(['delay@v0.1.0']);
    await runGit(clone, ['fetch', '--quiet', '--tags', 'origin']);
    const line = parseVersionTagMessage(await runGit(clone, ['tag', '--list', '--format=%(contents)', 'delay@v0.1.0']));
    expect(line?.dataset).toMatchObject({ rows: 4000, trusted: true, origin: 'commit' });
    const file = (line?.documents['model-version']?.uri ?? '').replace(/^file:\/\//, '');
    const version = readReport('model-version', await readFile(path.resolve(clone, file)), 'version');
    expect(version.dataset).toEqual(line?.dataset);
    expect(version.lineage.inputsDigest).toMatch(/^sha256:/);
  });

  it('register nothing from another branch, started there by hand', async () => {
    await team.propose('of-somebody', { 'train.sh': `# of somebody\n${TRAIN}`, 'which.txt': 'good.onnx\n' });
    const before = (await forge.snapshot(NAME)).tags.length;
    const dispatch = { ...team.repository, workflow_id: 'model-release.yml', ref: 'of-somebody' };
    await team.rest.actions.createWorkflowDispatch(dispatch);
    await forge.idle();
    const { runs, tags } = await forge.snapshot(NAME);
    const jobs = runs.at(-1)?.jobs.map(({ key, conclusion }) => [key, conclusion]);
    expect(jobs).toEqual([
      ['train', 'success'],
      ['judge', 'success'],
      ['record', 'skipped'],
      ['register', 'skipped'],
    ]);
    expect(tags).toHaveLength(before);
  });

  it('asked for nothing that GitHub does not describe', () => expect(forge.violations).toEqual([]));
});
