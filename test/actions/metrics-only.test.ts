import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport } from '../../core/reports/read-report.ts';
import { runGit } from '../../testkit/git-client.ts';
import { type ActionRun, runActionSource } from '../../testkit/run-action.ts';
import { seededRandom } from '../../testkit/seeded-random.ts';

const RULES = `
        - { metric: helpfulness, min: 0.5, better: higher }
        - { metric: file:cost_usd, max: 20, interval: none }
        - { metric: junit:failures, max: 0 }
        - { metric: artifact_size_bytes, max: 1MB }`;
const config = (
  rules = RULES,
  evaluate = '{ examples: scores.jsonl, metrics-file: metrics.json, junit-file: junit.xml }',
) =>
  `version: 1
models:
  m:
    task: custom
    artifact: prompt.txt
    train: { command: sh evaluate.sh, deps: [prompt.txt] }
    evaluate: ${evaluate}
    gate:
      rules:${rules}
`;
const JUNIT = '<testsuites><testsuite tests="99"><testcase name="a"/><testcase name="b"/></testsuite></testsuites>';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-metrics-only-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Values per example around a mean. */
function examples(mean: number, seed = 1, rows = 300): string {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, id) =>
    JSON.stringify({
      id: `q${id}`,
      helpfulness: mean + random.normal() / 10,
      group: `topic ${id % 30}`,
      language: id % 2 ? 'de' : 'en',
    }),
  ).join('\n');
}

async function repository(files: Readonly<Record<string, string>> = {}) {
  const workspace = path.join(root, `${++count}`);
  await runGit(root, ['init', '--quiet', '--initial-branch=main', workspace]);
  const all = {
    'tidegate.yaml': config(),
    'prompt.txt': 'Answer briefly.\n',
    'scores.jsonl': examples(0.7),
    'metrics.json': '{"cost_usd": 12.5}',
    'junit.xml': JUNIT,
    ...files,
  };
  for (const [file, text] of Object.entries(all)) {
    await mkdir(path.dirname(path.join(workspace, file)), { recursive: true });
    await writeFile(path.join(workspace, file), text);
  }
  await runGit(workspace, ['add', '.']);
  await runGit(workspace, ['commit', '--quiet', '-m', 'a prompt']);
  const judge = (inputs: Readonly<Record<string, string>> = {}): Promise<ActionRun> =>
    runActionSource('evaluate-and-gate', {
      workspace,
      temp: `${workspace}-temp`,
      inputs: { champion: 'none', ...inputs },
    });
  return { workspace, judge };
}

const evaluationOf = async (run: ActionRun) =>
  readReport('evaluation', await readFile(run.outputs['report-path'] ?? ''), 'evaluation');

describe('a model with metrics only', () => {
  it('is judged by its examples, numbers and test cases', async () => {
    const { judge } = await repository();
    const judged = await judge();
    expect(judged.exitCode, judged.stdout).toBe(0);
    const report = await evaluationOf(judged);
    expect(report).toMatchObject({
      verdict: 'pass',
      dataset: { kind: 'examples', path: 'scores.jsonl', rows: 300, clusters: 30, clusterBy: 'group' },
      results: [{ kind: 'metrics' }, { kind: 'examples' }, { kind: 'junit', path: 'junit.xml' }],
      candidate: { sizeBytes: 16, predictions: { file: 'candidate.jsonl' } },
    });
    const summary = await readFile(judged.outputs['summary-path'] ?? '', 'utf8');
    expect(summary).toContain('on 300 examples of 30 groups by group');
    expect(summary).toContain('These numbers are as the code under review wrote them');
    expect(summary).toContain('| Failed tests | — | 0 | — | at most 0 | ✅ |');
  });

  it('is not trained by a command that leaves the results of before as they are', async () => {
    const names = ['scores.jsonl', 'metrics.json', 'junit.xml'];
    const write = (files: readonly string[]) => `${files.map((file) => `cp ${file} new; mv new ${file}`).join('\n')}\n`;
    const train = (workspace: string) =>
      runActionSource('train', { workspace, temp: `${workspace}-temp`, inputs: { force: 'true' } });
    for (const written of [[], ['scores.jsonl'], ['metrics.json', 'junit.xml']]) {
      const { workspace } = await repository({ 'evaluate.sh': write(written) });
      const run = await train(workspace);
      expect(run.exitCode).toBe(1);
      for (const file of names) {
        const stale = `its command did not write ${file}: the file is as it was before`;
        expect(run.stdout.includes(stale), file).toBe(!written.includes(file));
      }
    }
    // The same content again is a result of this training.
    const { workspace } = await repository({ 'evaluate.sh': write(names) });
    for (const _ of [1, 2]) {
      const run = await train(workspace);
      expect(run.exitCode, run.stdout).toBe(0);
    }
  });

  it('is compared with the examples of a champion that a file holds', async () => {
    const { judge } = await repository({
      'tidegate.yaml': config(
        '\n        - { metric: helpfulness, max-regression: 0.02, better: higher }',
        '{ examples: scores.jsonl, slices: [language], min-rows: 50 }',
      ),
      'old.jsonl': examples(0.8, 2),
    });
    const judged = await judge({ champion: 'old.jsonl' });
    expect(judged.exitCode).toBe(1);
    expect(judged.stdout).toContain('the gate says fail');
    const { metrics } = await evaluationOf(judged);
    expect(metrics.flatMap(({ slice }) => (slice === undefined ? [] : [slice]))).toEqual([
      { column: 'language', value: 'de' },
      { column: 'language', value: 'en' },
    ]);
  });

  it('says its numbers where it has no examples', async () => {
    const { judge } = await repository({
      'tidegate.yaml': config(
        '\n        - { metric: file:cost_usd, max: 20, interval: none }',
        '{ metrics-file: metrics.json }',
      ),
    });
    const judged = await judge();
    expect(judged.exitCode, judged.stdout).toBe(0);
    const summary = await readFile(judged.outputs['summary-path'] ?? '', 'utf8');
    expect(summary).toContain('cost\\_usd as training wrote it (no interval) 12.500');
    expect(await evaluationOf(judged)).toMatchObject({ dataset: { kind: 'numbers', rows: 0 } });
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['no file of examples', { 'scores.jsonl': '' }, 'scores.jsonl'],
    [
      'another type in the middle',
      { 'scores.jsonl': examples(0.7).replace(/"helpfulness":[\d.]+/, '"helpfulness":"good"') },
      'column helpfulness holds nested or mixed values',
    ],
    [
      'a number that no sum holds',
      { 'scores.jsonl': examples(0.7).replace(/"helpfulness":[\d.]+/, '"helpfulness":1e308') },
      'helpfulness is 1e+308, which is too large to judge in row 1',
    ],
    [
      'a null',
      { 'scores.jsonl': examples(0.7).replace(/"helpfulness":[\d.]+/, '"helpfulness":null') },
      'helpfulness is missing or not a finite number in row 1',
    ],
    [
      'NaN, as Python writes it',
      { 'scores.jsonl': examples(0.7).replace(/"helpfulness":[\d.]+/, '"helpfulness":NaN') },
      'scores.jsonl',
    ],
    ['an id twice', { 'scores.jsonl': examples(0.7).replace('"q1"', '"q0"') }, 'id "q0" is in row 1 and in row 2'],
    ['no id in a row', { 'scores.jsonl': examples(0.7).replace('"id":"q1",', '') }, 'id is missing in row 2'],
    ['no ids', { 'scores.jsonl': examples(0.7).replaceAll('"id"', '"name"') }, 'scores.jsonl has no column id'],
    ['no test case', { 'junit.xml': '<testsuites tests="3"/>' }, 'junit.xml has no test case'],
    ['a test run that broke off', { 'junit.xml': JUNIT.slice(0, -20) }, 'junit.xml is not XML that can be read'],
    ['a metrics file that is no file of numbers', { 'metrics.json': '{' }, 'metrics.json'],
  ])('is not judged with %s', async (_, files, message) => {
    const { judge } = await repository(files);
    const judged = await judge();
    expect(judged.exitCode).toBe(1);
    expect(judged.stdout).toContain(message);
    expect(judged.outputs.verdict).toBeUndefined();
  });

  it.each([
    ['scores.jsonl', 'the file of examples scores.jsonl does not exist'],
    ['metrics.json', 'the metrics file metrics.json does not exist'],
    ['junit.xml', 'the JUnit file junit.xml does not exist'],
  ])('is not judged without %s', async (file, message) => {
    const { workspace, judge } = await repository();
    await rm(path.join(workspace, file));
    const judged = await judge();
    expect(judged.exitCode).toBe(1);
    expect(judged.stdout).toContain(message);
    expect(judged.outputs.verdict).toBeUndefined();
  });

  it('reads examples of CSV as of JSON lines', async () => {
    const rows = examples(0.7)
      .split('\n')
      .map((line) => JSON.parse(line));
    const csv = `id,helpfulness,group\n${rows.map((row) => `${row.id},${row.helpfulness},${row.group}`).join('\n')}\n`;
    const yaml = config().replace('scores.jsonl', 'scores.csv');
    const { judge } = await repository({ 'tidegate.yaml': yaml, 'scores.csv': csv });
    const lines = await evaluationOf(await (await repository()).judge());
    const found = await evaluationOf(await judge());
    expect(found.metrics[0]).toEqual(lines.metrics[0]);
    expect(found.dataset.digest).toBe(lines.dataset.digest);
  });

  it('refuses inputs that name rows of a dataset', async () => {
    const { judge } = await repository();
    const judged = await judge({ 'dataset-path': 'scores.jsonl' });
    expect(judged.exitCode).toBe(1);
    expect(judged.stdout).toContain('the inputs dataset-path have no meaning for task: custom');
  });
});

describe('a model with a dataset', () => {
  it('can be gated by test cases too', async () => {
    const scored = `version: 1
models:
  m:
    task: regression
    artifact: prompt.txt
    data: { label: y }
    evaluate: { dataset: d.csv, predictions: p.csv, junit-file: junit.xml }
    gate: { rules: [{ metric: junit:failures, max: 0 }, { metric: mae, max: 2 }] }
`;
    const rows = Array.from({ length: 60 }, (_, row) => `${row}`).join('\n');
    const predictions = Array.from({ length: 60 }, (_, row) => `${row + (row % 7) / 7}`).join('\n');
    const files = { 'tidegate.yaml': scored, 'd.csv': `y\n${rows}\n`, 'p.csv': `prediction\n${predictions}\n` };
    const passing = await (await repository(files)).judge();
    expect(passing.exitCode, passing.stdout).toBe(0);
    const failing = '<testsuite><testcase><failure/></testcase><testcase/></testsuite>';
    const failed = await (await repository({ ...files, 'junit.xml': failing })).judge();
    expect(failed.exitCode).toBe(1);
    expect(failed.stdout).toContain('Failed tests is 1; it would have passed with at most 0.');
    expect((await evaluationOf(failed)).results).toEqual([expect.objectContaining({ kind: 'junit' })]);
  });
});
