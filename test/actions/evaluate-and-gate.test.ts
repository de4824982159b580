import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport } from '../../core/reports/read-report.ts';
import { runActionSource } from '../../testkit/run-action.ts';
import { seededRandom } from '../../testkit/seeded-random.ts';

const MODELS = new URL('../fixtures/models/', import.meta.url).pathname;
const CONFIG = `version: 1
models:
  delay:
    task: binary-classification
    artifact: model/model.onnx
    data: { label: late, time: date, features: [a, b] }
    evaluate: { dataset: test.csv, slices: [{ column: hour, bins: [0, 12, 24] }] }
    gate:
      rules:
        - { metric: roc_auc, min: 0.6 }
        - { metric: roc_auc, max-regression: 0.01 }
        - { metric: brier_score, slices: all, max-regression: 0.002 }
`;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-evaluate-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A workspace with a dataset that the good model was trained for, and models as candidate and champion. */
async function workspace(
  name: string,
  { candidate, rows = 4000, config = CONFIG }: { candidate: string; rows?: number; config?: string },
) {
  const folder = path.join(root, name);
  await mkdir(path.join(folder, 'model'), { recursive: true });
  await cp(path.join(MODELS, `${candidate}.onnx`), path.join(folder, 'model', 'model.onnx'));
  for (const model of ['good', 'poor'])
    await cp(path.join(MODELS, `${model}.onnx`), path.join(folder, `${model}.onnx`));
  await writeFile(path.join(folder, 'tidegate.yaml'), config);
  await writeFile(path.join(folder, 'test.csv'), dataset(rows));
  return { workspace: folder, temp: path.join(root, `${name}-temp`) };
}

function dataset(rows: number): string {
  const random = seededRandom(3);
  const lines = Array.from({ length: rows }, (_, i) => {
    const [a, b] = [random.normal(), random.normal()];
    const late = a + 0.5 * b + random.normal() > 0 ? 1 : 0;
    const date = new Date(Date.UTC(2001, 2, 1 + (i % 30), i % 24)).toISOString().slice(0, 19).replace('T', ' ');
    return [date, a, b, i % 24, late].join(',');
  });
  return `date,a,b,hour,late\n${lines.join('\n')}\n`;
}

describe('evaluate-and-gate', () => {
  it('passes a better candidate and leaves reports, profile, artifact and summary', async () => {
    const options = await workspace('pass', { candidate: 'good' });
    const run = await runActionSource('evaluate-and-gate', { ...options, inputs: { champion: 'poor.onnx' } });
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.outputs).toMatchObject({ verdict: 'pass', 'artifact-name': '' });
    expect(JSON.parse(run.outputs.metrics ?? '')).toMatchObject({
      roc_auc: expect.any(Number),
      artifact_size_bytes: 393,
    });
    const report = readReport('evaluation', await readFile(run.outputs['report-path'] ?? ''), 'report');
    expect(report).toMatchObject({ verdict: 'pass', dataset: { rows: 4000, clusters: 30 } });
    const folder = path.dirname(run.outputs['report-path'] ?? '');
    expect(readReport('profile', await readFile(path.join(folder, 'profile.json')), 'p').columns).toHaveLength(3);
    expect(await readFile(path.join(folder, 'model', 'artifact', 'model.onnx'))).toEqual(
      await readFile(path.join(MODELS, 'good.onnx')),
    );
    expect(run.summary).toMatch(/### Tidegate · delay · ✅ pass[\s\S]*Shown: ROC AUC[\s\S]*xychart-beta/);
    expect(await readFile(run.outputs['summary-path'] ?? '', 'utf8')).toBe(run.summary.trimEnd().concat('\n'));
  });

  it('compares with a champion that was trained on other features, each by its own', async () => {
    const config = CONFIG.replace('[a, b]', '[hour, b]');
    const auc = async (name: string, options: { config: string; inputs: Record<string, string> }) => {
      const judged = await workspace(name, { candidate: 'good', config: options.config });
      const inputs = { 'fail-on': 'never', ...options.inputs };
      const run = await runActionSource('evaluate-and-gate', { ...judged, inputs });
      expect(run.exitCode, run.stdout).toBe(0);
      const report = readReport('evaluation', await readFile(run.outputs['report-path'] ?? ''), 'report');
      return {
        run,
        report,
        own: report.metrics.find((one) => one.name === 'roc_auc' && one.slice === undefined)?.value,
      };
    };
    const before = await auc('features-before', { config: CONFIG, inputs: { champion: 'none' } });
    const inputs = { champion: 'good.onnx', 'champion-features': 'a\nb' };
    const { report, run, own } = await auc('features-now', { config, inputs });
    const compared = report.comparisons[0]?.metrics.find(
      ({ name, slice }) => name === 'roc_auc' && slice === undefined,
    );
    expect(compared?.champion.value).toBe(before.own);
    expect(own).not.toBe(before.own);
    expect(report.features).toEqual({ added: ['hour'], removed: ['a'] });
    expect(run.summary).toContain('Features: `hour` added; `a` removed.');
    const same = await auc('features-same', { config: CONFIG, inputs: { champion: 'good.onnx' } });
    expect(same.report.features).toEqual({ added: [], removed: [] });
    expect(same.run.summary).not.toContain('Features:');
  });

  it('fails a worse one at the rule in tidegate.yaml, after outputs and summary', async () => {
    const options = await workspace('fail', { candidate: 'poor' });
    const run = await runActionSource('evaluate-and-gate', { ...options, inputs: { champion: 'good.onnx' } });
    expect(run.exitCode).toBe(1);
    expect(run.outputs.verdict).toBe('fail');
    expect(run.summary).toContain('❌ fail');
    expect(run.stdout).toMatch(/::error file=tidegate\.yaml,line=11.*::ROC AUC got worse by/);
    const shown = await runActionSource('evaluate-and-gate', {
      ...options,
      inputs: { champion: 'good.onnx', 'fail-on': 'never' },
    });
    expect(shown).toMatchObject({ exitCode: 0, outputs: { verdict: 'fail' } });
  });

  it('is open on too little data and says how many rows would decide; when-inconclusive: warn lets it go', async () => {
    const near = CONFIG.replace('min: 0.6', 'min: 0.82');
    const options = await workspace('open', { candidate: 'good', rows: 120, config: near });
    const inputs = { champion: 'none' };
    const run = await runActionSource('evaluate-and-gate', { ...options, inputs });
    expect(run).toMatchObject({ exitCode: 1, outputs: { verdict: 'inconclusive' } });
    expect(run.summary).toMatch(/rows would decide/);
    const shown = { ...inputs, 'fail-on': 'fail' };
    expect(await runActionSource('evaluate-and-gate', { ...options, inputs: shown })).toMatchObject({ exitCode: 0 });
    const config = near.replace('rules:', 'when-inconclusive: warn\n      rules:');
    const lenient = await workspace('lenient', { candidate: 'good', rows: 120, config });
    const warned = await runActionSource('evaluate-and-gate', { ...lenient, inputs });
    expect(warned).toMatchObject({ exitCode: 0, outputs: { verdict: 'inconclusive' } });
  });

  it('judges predictions of any framework, row by row', async () => {
    const options = await workspace('predictions', { candidate: 'good' });
    const lines = (await readFile(path.join(options.workspace, 'test.csv'), 'utf8')).trim().split('\n').slice(1);
    const scores = lines.map((line) => (line.endsWith('1') ? 0.7 : 0.4));
    await writeFile(path.join(options.workspace, 'p.csv'), `score\n${scores.join('\n')}\n`);
    const inputs = { champion: 'none', 'predictions-path': 'p.csv' };
    const run = await runActionSource('evaluate-and-gate', { ...options, inputs });
    expect(JSON.parse(run.outputs.metrics ?? '')).toMatchObject({ roc_auc: 1 });
    await writeFile(path.join(options.workspace, 'p.csv'), 'score\n0.1\n');
    const short = await runActionSource('evaluate-and-gate', { ...options, inputs });
    expect(short).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('has 1 rows and the dataset 4000') });
  });

  it.each([
    ['metrics.json', '{ "test": { "mape": 0.21, "bleu": null } }', 'has no test.bleu'],
    ['metrics.yaml', 'test:\n  mape: 0.21\n  bleu: .nan\n', 'test.bleu that is not finite'],
    ['metrics.toml', '[test]\nmape = 0.21\nbleu = nan\n', 'test.bleu that is not finite'],
  ])(
    'decides on numbers that training wrote to %s, and says that they have no interval',
    async (file, text, reason) => {
      const rules = (most: number) => `rules:
        - { metric: 'file:test.mape', max: ${most}, interval: none }
        - { metric: 'file:test.bleu', min: 0.1, interval: none, when-inconclusive: warn }`;
      const judged = async (most: number) => {
        const config = CONFIG.replace('test.csv,', `test.csv, metrics-file: ${file},`).replace('rules:', rules(most));
        const options = await workspace(`${file}-${most}`, { candidate: 'good', config });
        await writeFile(path.join(options.workspace, file), text);
        return runActionSource('evaluate-and-gate', { ...options, inputs: { champion: 'poor.onnx' } });
      };
      const [good, poor] = [await judged(0.25), await judged(0.2)];
      expect(good, good.stdout).toMatchObject({ exitCode: 0 });
      expect(JSON.parse(good.outputs.metrics ?? '')).toMatchObject({ 'file:test.mape': 0.21 });
      const report = readReport('evaluation', await readFile(good.outputs['report-path'] ?? ''), 'report');
      expect(report.metrics.find(({ name }) => name === 'file:test.mape')).toMatchObject({
        value: 0.21,
        interval: null,
      });
      expect(good.summary).toContain('as training wrote it');
      expect(good.summary).toContain(reason);
      expect(poor).toMatchObject({ exitCode: 1, outputs: { verdict: 'fail' } });
      expect(poor.stdout).toMatch(/::error file=tidegate\.yaml,line=10::test\.mape as training wrote it/);
    },
  );

  it('refuses a metrics file that is not there, or is broken', async () => {
    const judged = async (name: string, file: string, text: string | undefined) => {
      const config = CONFIG.replace('test.csv,', `test.csv, metrics-file: ${file},`).replace(
        'rules:',
        "rules:\n        - { metric: 'file:mape', max: 1, interval: none }",
      );
      const options = await workspace(name, { candidate: 'good', config });
      if (text !== undefined) await writeFile(path.join(options.workspace, file), text);
      return runActionSource('evaluate-and-gate', { ...options, inputs: { champion: 'none' } });
    };
    const absent = await judged('metrics-absent', 'metrics.json', undefined);
    expect(absent).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('metrics.json does not exist') });
    const broken = await judged('metrics-broken', 'metrics.json', '{ "mape": 0.2');
    expect(broken).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('metrics.json') });
  });

  it('tells a user what to mend, without a stack', async () => {
    const options = await workspace('errors', { candidate: 'good', config: CONFIG.replace('[a, b]', '[a, c]') });
    const run = await runActionSource('evaluate-and-gate', { ...options, inputs: { champion: 'none' } });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain('the dataset has no column "c"');
    expect(run.stdout).not.toContain('    at ');
  });
});
