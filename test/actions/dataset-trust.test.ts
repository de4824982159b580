import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport } from '../../core/reports/read-report.ts';
import { runGit } from '../../testkit/git-client.ts';
import { runActionSource } from '../../testkit/run-action.ts';

/** A test set that says nothing of the one feature: no model has an AUC above one half on it. */
const ROWS = Array.from({ length: 400 }, (_, i) => ({ x: ((i * 37) % 101) / 101, y: (i * 7919) % 13 > 6 ? 1 : 0 }));
const TEST = `x,y\n${ROWS.map(({ x, y }) => `${x},${y}`).join('\n')}\n`;
/** What a training would like to be judged on. */
const CHEATING = `x,y\n${ROWS.map(({ x }) => `${x},${Number(x > 0.5)}`).join('\n')}\n`;
const PREDICTIONS = `prediction\n${ROWS.map(({ x }) => x).join('\n')}\n`;
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const pointer = (text: string) => `outs:\n- md5: ${md5(text)}\n  size: ${text.length}\n  hash: md5\n  path: test.csv\n`;
const lock = (text: string) =>
  `schema: '2.0'\nstages:\n  split:\n    cmd: make split\n    outs:\n    - path: data/test.csv\n      hash: md5\n      md5: ${md5(text)}\n`;
const CONFIG = `version: 1
models:
  m:
    task: binary-classification
    artifact: model.onnx
    data: { label: y }
    evaluate: { dataset: data/test.csv, metrics: [roc_auc], group: none, predictions: { path: predictions.csv, score: prediction } }
    gate: { rules: [{ metric: roc_auc, min: 0.65 }] }
`;

/** How a repository names its test set. */
const KINDS: Readonly<
  Record<string, { files: Readonly<Record<string, string>>; again: Readonly<Record<string, string>> }>
> = {
  'a .dvc file': {
    files: { 'data/test.csv.dvc': pointer(TEST), '.gitignore': '/data/test.csv\n/predictions.csv\n' },
    again: { 'data/test.csv.dvc': pointer(CHEATING) },
  },
  'a stage of dvc.lock': {
    files: {
      'dvc.yaml': 'stages: { split: { cmd: make split, outs: [data/test.csv] } }\n',
      'dvc.lock': lock(TEST),
      '.gitignore': '/data/test.csv\n/predictions.csv\n',
    },
    again: { 'dvc.lock': lock(CHEATING) },
  },
  'Git itself': { files: { '.gitignore': '/predictions.csv\n' }, again: {} },
};

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'dataset-trust-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
}

/** A check-out of a commit, with the test set in place. */
async function checkOut(files: Readonly<Record<string, string>>) {
  const workspace = path.join(root, String(count++));
  await write(workspace, { 'tidegate.yaml': CONFIG, 'data/test.csv': TEST, 'predictions.csv': PREDICTIONS, ...files });
  await runGit(workspace, ['init', '--quiet', '--initial-branch=main', '.']);
  await runGit(workspace, ['add', '--all']);
  await runGit(workspace, ['commit', '--quiet', '-m', 'a model']);
  return { workspace, sha: await runGit(workspace, ['rev-parse', 'HEAD']) };
}

async function judge({ workspace, sha }: Awaited<ReturnType<typeof checkOut>>) {
  const temp = path.join(root, `temp-${count++}`);
  const run = await runActionSource('evaluate-and-gate', {
    workspace,
    temp,
    inputs: { champion: 'none' },
    env: { GITHUB_SHA: sha },
  });
  const file = run.outputs['report-path'];
  const report = file === undefined ? undefined : readReport('evaluation', await readFile(file), 'evaluation');
  return { ...run, report };
}

describe.each(Object.entries(KINDS))('a test set that %s names', (_, { files, again }) => {
  it('is judged as the commit has it, and is trusted', async () => {
    const { outputs, report, summary } = await judge(await checkOut(files));
    expect(outputs.verdict).toBe('fail');
    expect(report?.dataset).toMatchObject({ trusted: true, origin: 'commit' });
    expect(summary).toContain('as in the commit');
  });

  it('is refused once a step wrote it, with new pointers too, and a commit on top', async () => {
    const place = await checkOut(files);
    for (const step of ['the bytes', 'the pointers', 'a commit']) {
      await write(place.workspace, { 'data/test.csv': CHEATING, ...(step === 'the bytes' ? {} : again) });
      if (step === 'a commit')
        await runGit(place.workspace, ['commit', '--quiet', '--allow-empty', '-am', 'by a step']);
      const { exitCode, stdout, outputs } = await judge(place);
      expect(outputs.verdict, step).toBeUndefined();
      expect(exitCode, step).toBe(1);
      expect(stdout, step).toMatch(/::error .*data\/test\.csv is not what .* there, .* here/);
      expect(stdout).not.toContain('    at ');
    }
  });
});

describe('a gate', () => {
  it('is that of the commit: one that a step wrote is refused', async () => {
    const place = await checkOut({ '.gitignore': '/predictions.csv\n' });
    await write(place.workspace, { 'tidegate.yaml': CONFIG.replace('min: 0.65', 'min: 0.01') });
    const { exitCode, outputs, stdout } = await judge(place);
    expect(outputs.verdict).toBeUndefined();
    expect(exitCode).toBe(1);
    expect(stdout).toContain('tidegate.yaml is not the one of commit');
  });
});

describe('a test set that nothing names', () => {
  it('is judged, and told to be made by the code under review', async () => {
    const ignored = { '.gitignore': '/data/test.csv\n/predictions.csv\n' };
    const { report, summary, outputs } = await judge(await checkOut(ignored));
    expect(outputs.verdict).toBe('fail');
    expect(report?.dataset).toMatchObject({ trusted: false, origin: 'made' });
    expect(summary).toContain('made by the code under review');
    const page = await readFile(path.join(path.dirname(outputs['report-path'] ?? ''), 'report.html'), 'utf8');
    expect(page).toContain('made by the code under review');
  });

  it('is not trusted where a step took the commit away', async () => {
    const place = await checkOut(KINDS['a .dvc file']?.files ?? {});
    await rm(path.join(place.workspace, '.git'), { recursive: true });
    await write(place.workspace, { 'data/test.csv': CHEATING });
    const { report, summary } = await judge(place);
    expect(report?.dataset).toMatchObject({ trusted: false, origin: 'unknown' });
    expect(summary).toContain('was not compared with the commit');
  });
});
