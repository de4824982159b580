import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport } from '../../core/reports/read-report.ts';
import { runGit } from '../../testkit/git-client.ts';
import { type ActionRun, runActionSource } from '../../testkit/run-action.ts';
import { seededRandom } from '../../testkit/seeded-random.ts';

// A model is a weight in a text file, and the team's code is awk: what is scored by code of the team needs no Python.
const CONFIG = `version: 1
models:
  m:
    task: binary-classification
    artifact: model.txt
    train: { command: cp weight.txt model.txt, deps: [weight.txt] }
    data: { label: y }
    evaluate:
      dataset: test.csv
      predict: sh predict.sh {artifact} {dataset} {predictions}
      metrics: [roc_auc, accuracy]
    gate: { rules: [{ metric: accuracy, min: 0.6 }] }
`;
const PREDICT = `awk -F, -v w="$(cat "$1")" 'NR == 1 { print "score" } NR > 1 { print 1 / (1 + exp(-w * $1)) }' "$2" > "$3"\n`;

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-scored-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

function rows(seed: number): string {
  const random = seededRandom(seed);
  const lines = Array.from({ length: 500 }, () => {
    const x = random.normal();
    return `${x},${x + random.normal() / 2 > 0 ? 1 : 0}`;
  });
  return `x,y\n${lines.join('\n')}\n`;
}

/** A repository with one commit, and the steps of a job in it. */
async function repository(files: Readonly<Record<string, string>> = {}) {
  const workspace = path.join(root, `${++count}`);
  await runGit(root, ['init', '--quiet', '--initial-branch=main', workspace]);
  const all = { 'tidegate.yaml': CONFIG, 'predict.sh': PREDICT, 'weight.txt': '3\n', 'test.csv': rows(1), ...files };
  for (const [file, text] of Object.entries(all)) await writeFile(path.join(workspace, file), text);
  await runGit(workspace, ['add', '.']);
  await runGit(workspace, ['commit', '--quiet', '-m', 'a model']);
  const temp = `${workspace}-temp`;
  const step = (name: string, inputs: Readonly<Record<string, string>> = {}): Promise<ActionRun> =>
    runActionSource(name, { workspace, temp, inputs });
  const reports = path.join(temp, 'tidegate', 'm');
  const judge = (inputs = {}) => step('evaluate-and-gate', { champion: 'none', ...inputs });
  return { workspace, reports, step, judge };
}

const evaluationOf = async (run: ActionRun) =>
  readReport('evaluation', await readFile(run.outputs['report-path'] ?? ''), 'evaluation');

describe('a model that code of the team scores', () => {
  it('is scored where it is trained, and judged as the model that it is', async () => {
    const { reports, step, judge } = await repository();
    const trained = await step('train');
    expect(trained.exitCode, trained.stdout).toBe(0);
    const predictions = readReport('predictions', await readFile(path.join(reports, 'predictions.json')), 'p');
    const judged = await judge();
    expect(judged.exitCode, judged.stdout).toBe(0);
    expect(await evaluationOf(judged)).toMatchObject({
      verdict: 'pass',
      scoredBy: 'command',
      candidate: {
        digest: trained.outputs['artifact-digest'],
        sizeBytes: 2,
        predictions: { digest: predictions.candidate.predictions.digest },
      },
      latency: null,
    });
  });

  it('is not judged without being scored', async () => {
    const { workspace, judge } = await repository();
    await writeFile(path.join(workspace, 'model.txt'), '3\n');
    const judged = await judge();
    expect(judged.exitCode).toBe(1);
    expect(judged.stdout).toContain('Run the action train in an earlier job');
  });

  it.each<[string, (place: { workspace: string; reports: string }) => Promise<void>, string]>([
    [
      'another model',
      ({ workspace }) => writeFile(path.join(workspace, 'model.txt'), '1\n'),
      'training scored the model',
    ],
    ['another dataset', ({ workspace }) => writeFile(path.join(workspace, 'test.csv'), rows(2)), 'of another dataset'],
    [
      'other predictions',
      ({ reports }) => writeFile(path.join(reports, 'predictions', 'candidate.csv'), 'score\n0.5\n'),
      'and their report says',
    ],
    [
      'no predictions',
      ({ reports }) => rm(path.join(reports, 'predictions', 'candidate.csv')),
      'candidate.csv are not there',
    ],
    [
      'a report that leads elsewhere',
      async ({ reports }) => {
        const file = path.join(reports, 'predictions.json');
        const text = await readFile(file, 'utf8');
        await writeFile(file, text.replace('"candidate.csv"', '"../../../etc/passwd.csv"'));
      },
      'candidate.predictions.file',
    ],
  ])('is refused where a step changed what was scored: %s', async (_, change, message) => {
    const { workspace, reports, step, judge } = await repository();
    await step('train');
    await change({ workspace, reports });
    const judged = await judge();
    expect(judged.exitCode).toBe(1);
    expect(judged.stdout).toContain(message);
    expect(judged.outputs.verdict).toBeUndefined();
  });

  it.each([
    ['too few rows', `printf 'score\\n0.5\\n' > "$3"\n`, 'one prediction per row'],
    ['another column', `printf 'p\\n0.5\\n' > "$3"\n`, 'no column "score"'],
    ['no shares', `${PREDICT}sed -i '2s/.*/7/' "$3"\n`, 'which is not a probability'],
  ])('is refused where its code writes %s', async (_, predict, message) => {
    const { step, judge } = await repository({ 'predict.sh': predict });
    expect((await step('train')).exitCode).toBe(0);
    const judged = await judge();
    expect(judged.exitCode).toBe(1);
    expect(judged.stdout).toContain(message);
  });

  it('ends the training where its code fails, with what it said', async () => {
    const { step } = await repository({ 'predict.sh': 'echo "no module named sklearn" >&2; exit 3\n' });
    const trained = await step('train');
    expect(trained.exitCode).toBe(1);
    expect(trained.stdout).toContain('no module named sklearn');
  });
});

describe('a model with predictions in a file', () => {
  const IN_FILE = CONFIG.replace(/ {6}predict: .*\n/, '      predictions: scores.csv\n');

  it('is judged by them, and named by its own bytes, so that both can be registered', async () => {
    const { workspace, judge } = await repository({ 'tidegate.yaml': IN_FILE });
    await writeFile(path.join(workspace, 'model.txt'), '3\n');
    await writeFile(path.join(workspace, 'scores.csv'), `score\n${'0.7\n'.repeat(500)}`);
    const judged = await judge({ 'fail-on': 'never' });
    expect(judged.exitCode, judged.stdout).toBe(0);
    const { candidate, scoredBy } = await evaluationOf(judged);
    expect(scoredBy).toBe('predictions');
    expect(candidate).toMatchObject({ sizeBytes: 2, predictions: { file: 'candidate.csv' } });
    expect(candidate.digest).not.toBe(candidate.predictions?.digest);
  });

  it('is named by its predictions where there is no model', async () => {
    const { workspace, judge } = await repository({ 'tidegate.yaml': IN_FILE });
    await writeFile(path.join(workspace, 'scores.csv'), `score\n${'0.7\n'.repeat(500)}`);
    const { candidate } = await evaluationOf(await judge({ 'fail-on': 'never' }));
    expect(candidate.predictions).toBeUndefined();
  });
});

describe('tidegate.yaml', () => {
  it.each([
    ['predict.sh {artifact}', 'does not name {dataset}, {predictions}'],
    [
      'sh predict.sh {artifact} {dataset} {predictions}\n      predictions: p.csv',
      'cannot be set together with predictions',
    ],
  ])('refuses a command that cannot do: %s', async (predict, message) => {
    const config = CONFIG.replace('sh predict.sh {artifact} {dataset} {predictions}', predict);
    const { step } = await repository({ 'tidegate.yaml': config });
    const run = await step('train');
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain(message);
  });
});
