import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderEvaluationSections } from '../../core/render/evaluation/evaluation.ts';
import { renderEvaluationPage } from '../../core/render/evaluation/evaluation-page.ts';
import { readReport } from '../../core/reports/read-report.ts';
import { type ActionRun, runActionSource } from '../../testkit/run-action.ts';
import { seededRandom } from '../../testkit/seeded-random.ts';

const FIXTURES = new URL('../fixtures/results/', import.meta.url);
const config = (rules: string, evaluate = 'fairness: { column: sex }', dataset = 'd.csv') => `version: 1
models:
  m:
    task: binary-classification
    artifact: model.txt
    data: { label: y }
    evaluate: { dataset: ${dataset}, predictions: p.csv, metrics: [roc_auc], ${evaluate} }
    gate: { rules: [{ metric: roc_auc, min: 0.5 }, ${rules}] }
`;

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-fairness-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Rows of three groups and of none, whose true positive rate is lower for the second group. */
function rows(difference: number, total = 6000) {
  const random = seededRandom(3);
  const dataset = ['y,sex'];
  const predictions = ['score'];
  for (let row = 0; row < total; row++) {
    const sex = row < 20 ? '<b>x</b>|' : row < 400 ? '' : row % 2 === 0 ? 'female' : 'male';
    const label = random.uniform() < 0.5 ? 1 : 0;
    const rate = label === 1 ? 0.8 - (sex === 'male' ? difference : 0) : 0.2;
    dataset.push(`${label},${sex}`);
    predictions.push(random.uniform() < rate ? '0.9' : '0.1');
  }
  return { 'd.csv': `${dataset.join('\n')}\n`, 'p.csv': `${predictions.join('\n')}\n` };
}

async function judge(
  files: Readonly<Record<string, string>>,
  results: Readonly<Record<string, string>> = {},
): Promise<ActionRun> {
  const workspace = path.join(root, `w${count++}`);
  await mkdir(workspace);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(workspace, name), text);
  for (const [name, from] of Object.entries(results))
    await copyFile(new URL(from, FIXTURES), path.join(workspace, name));
  return runActionSource('evaluate-and-gate', { workspace, temp: `${workspace}-temp`, inputs: { champion: 'none' } });
}

const evaluationOf = async (run: ActionRun) =>
  readReport('evaluation', await readFile(run.outputs['report-path'] ?? ''), 'evaluation');

describe('fairness by group', () => {
  const RULE = '{ fairness: equal_opportunity_difference, column: sex, max: 0.15 }';

  it('fails a model whose groups are shown to be too far apart, and says by how much', async () => {
    const run = await judge({ 'tidegate.yaml': config(RULE), ...rows(0.4) });
    expect(run.exitCode).toBe(1);
    const report = await evaluationOf(run);
    const rule = report.rules.find((one) => one.rule.fairness !== undefined);
    expect(rule).toMatchObject({
      verdict: 'fail',
      rule: { fairness: 'equal_opportunity_difference', column: 'sex', max: 0.15 },
    });
    const [fairness] = report.fairness ?? [];
    expect(fairness?.groups.map(({ value, rows: of, judged }) => [value, of, judged])).toEqual([
      ['<b>x</b>|', 20, false],
      ['female', 2800, true],
      ['male', 2800, true],
      [null, 380, true],
    ]);
    const measure = fairness?.measures.find(({ name }) => name === 'equal_opportunity_difference');
    expect(measure?.interval?.lower).toBeGreaterThan(0.15);
    expect(measure?.between).toContain('male');
    expect(report.metrics).toContainEqual(
      expect.objectContaining({ name: 'fairness:equal_opportunity_difference(sex)', value: measure?.value }),
    );
  });

  it('shows the groups in the comment, and takes no markup from their names', async () => {
    const run = await judge({ 'tidegate.yaml': config(RULE), ...rows(0) });
    const report = await evaluationOf(run);
    const { fairness, rules } = renderEvaluationSections(report);
    expect(fairness).toContain('| sex = female | 2,800 |');
    expect(fairness).toContain('| sex = missing | 380 |');
    expect(fairness).toContain('| Equal opportunity difference |');
    expect(fairness).not.toContain('<b>');
    expect(rules).toContain('| Equal opportunity difference by sex | — | 0.0');
    expect(await renderEvaluationPage(report)).toContain('Equal opportunity difference by sex');
    const summary = await readFile(run.outputs['summary-path'] ?? '', 'utf8');
    expect(summary).toContain('fairness (1 column)');
  });

  it('is an error where the dataset has no such column', async () => {
    const rule = RULE.replace('column: sex', 'column: region');
    const run = await judge({ 'tidegate.yaml': config(rule, 'fairness: { column: region }'), ...rows(0) });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('region');
    expect(run.outputs.verdict).toBeUndefined();
  });
});

describe('results of other tools', () => {
  const RULES =
    '{ metric: dbt:failures, max: 0 }, { metric: great-expectations:failures, max: 0 }, { metric: pandera:cases, max: 0 }';
  const NAMED =
    'results: [{ file: a.json, format: dbt }, { file: b.json, format: great-expectations }, { file: c.json, format: pandera }]';
  const files = { 'tidegate.yaml': config(RULES, NAMED), ...rows(0, 1000) };
  const passing = {
    'a.json': 'dbt-pass.json',
    'b.json': 'great-expectations-pass.json',
    'c.json': 'pandera-pass.json',
  };

  it('pass where no check failed, and their digests are in the report', async () => {
    const run = await judge(files, passing);
    expect(run.exitCode, run.stdout).toBe(0);
    const report = await evaluationOf(run);
    expect(report.results?.map(({ kind, path: file }) => [kind, file])).toEqual([
      ['dbt', 'a.json'],
      ['great-expectations', 'b.json'],
      ['pandera', 'c.json'],
    ]);
  });

  it('fail where checks failed: each rule says how many', async () => {
    const failing = {
      'a.json': 'dbt-fail.json',
      'b.json': 'great-expectations-fail.json',
      'c.json': 'pandera-fail.json',
    };
    const run = await judge(files, failing);
    expect(run.exitCode).toBe(1);
    expect(run.outputs.verdict).toBe('fail');
    expect(run.stdout).toContain('dbt: failed checks is 5; it would have passed with at most 0.');
    expect(run.stdout).toContain('Great Expectations: failed checks is 3;');
    expect(run.stdout).toContain('Pandera: failure cases is 6;');
  });

  it('are an error, not 0 failures, where nothing was checked', async () => {
    const run = await judge(files, { ...passing, 'b.json': 'great-expectations-empty.json' });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('b.json has no expectation');
    expect(run.outputs.verdict).toBeUndefined();
  });

  it('are an error where a file is missing, and where a rule names a format without a file', async () => {
    const { 'c.json': _, ...two } = passing;
    expect((await judge(files, two)).stdout).toContain("the file of pandera's failure cases c.json does not exist");
    const unnamed = config('{ metric: dbt:failures, max: 0 }', 'min-rows: 10');
    const run = await judge({ ...files, 'tidegate.yaml': unnamed });
    expect(run.stdout).toContain('"dbt:failures" needs evaluate.results, which is missing');
  });
});
