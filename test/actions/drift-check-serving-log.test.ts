import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readReport } from '../../core/reports/read-report.ts';
import { runActionSource } from '../../testkit/run-action.ts';
import { seededRandom } from '../../testkit/seeded-random.ts';

const root = await mkdtemp(path.join(tmpdir(), 'tidegate-serving-log-'));
const random = seededRandom(3);
let checks = 0;

afterAll(() => rm(root, { recursive: true, force: true }));

/** Rows of the reference: x and city. */
const rows = (count: number, mean = 0) =>
  Array.from({ length: count }, () => ({ x: mean + random.normal(), city: random.uniform() < 0.5 ? 'a' : 'b' }));

interface Log {
  readonly format: string;
  /** By the name of their file in the folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly drift?: string;
}

async function check({ format, files, drift = '' }: Log) {
  const workspace = path.join(root, String(checks++));
  await mkdir(path.join(workspace, 'log'), { recursive: true });
  await writeFile(
    path.join(workspace, 'tidegate.yaml'),
    `version: 1
models:
  m:
    task: binary-classification
    artifact: model.onnx
    data: { label: late, time: at, features: [x, city] }
    evaluate: { dataset: test.csv, key: id }
    gate: { rules: [{ metric: roc_auc, min: 0.6 }] }
    drift: { current: log/**, format: ${format}${drift} }
`,
  );
  const reference = rows(600).map(({ x, city }) => `${x},${city},1`);
  await writeFile(path.join(workspace, 'reference.csv'), `x,city,late\n${reference.join('\n')}\n`);
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(workspace, 'log', name), content);
  }
  const run = await runActionSource('drift-check', {
    workspace,
    temp: path.join(workspace, 'temp'),
    inputs: { reference: 'reference.csv', issue: 'false' },
    env: { GITHUB_REPOSITORY: 'acme/flights' },
  });
  const report = run.outputs['report-path'];
  return { run, report: report === undefined ? undefined : readReport('drift', await readFile(report), 'drift') };
}

const requestOf = (id: number, row: object) => ({
  ...{ specversion: '1.0', id: String(id), type: 'org.kubeflow.serving.inference.request', source: 'x' },
  ...{ time: new Date(Date.UTC(2026, 2, 1, 0, id)).toISOString(), data: { instances: [row] } },
});
const kserve = (logged: readonly object[]) =>
  logged.map((row, id) => `${JSON.stringify(requestOf(id, row))}\n`).join('');

describe('drift-check of the log of a server', () => {
  it('compares what KServe logged with the reference, and says what was left out', async () => {
    const text = kserve(rows(600));
    const [first = ''] = text.split('\n');
    const { run, report } = await check({
      format: 'kserve',
      files: { 'a.json': `${text}${first}\n{"id":`, 'b.json': first },
    });
    expect(run.outputs.verdict, run.stdout).toBe('no-drift');
    expect(report?.current).toMatchObject({
      ...{ rows: 600, from: '2026-03-01T00:00:00.000Z' },
      log: { requests: 600, rows: 600, repeated: 2, cut: 1 },
    });
    expect(run.summary).toContain('2 records that were written twice, 1 records cut at the end of a file');
  });

  it('finds a shift', async () => {
    const { run } = await check({ format: 'kserve', files: { 'a.json': kserve(rows(600, 2)) } });
    expect(run.outputs).toMatchObject({ verdict: 'drift', 'drifted-columns': '["x"]' });
  });

  it('reads the data capture of SageMaker, whose rows have no names', async () => {
    const lines = rows(400).map(({ x, city }, id) =>
      JSON.stringify({
        captureData: {
          endpointInput: { observedContentType: 'text/csv', mode: 'INPUT', encoding: 'CSV', data: `${x},${city}\n` },
        },
        eventMetadata: { eventId: String(id), inferenceTime: '2026-03-01T10:00:00Z' },
        eventVersion: '0',
      }),
    );
    const { run, report } = await check({ format: 'sagemaker', files: { 'a.jsonl': `${lines.join('\n')}\n` } });
    expect(run.outputs.verdict, run.stdout).toBe('no-drift');
    expect(report?.columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['x numeric', 'city categorical']);
  });

  it('is inconclusive about a log without requests', async () => {
    for (const content of ['', `${JSON.stringify({ ...requestOf(1, {}), type: 'x.feedback' })}\n`]) {
      const { run, report } = await check({ format: 'seldon', files: { 'a.json': content } });
      expect(run.outputs.verdict, run.stdout).toBe('inconclusive');
      expect(report?.current.rows).toBe(0);
      expect(run.exitCode).toBe(1);
    }
  });

  it('fails with the file and line of a record that it cannot read, and without a file', async () => {
    const broken = await check({ format: 'bentoml', files: { 'a.log': '{"x": 1}\n' } });
    expect(broken.run.exitCode).toBe(1);
    expect(broken.run.stdout).toContain(
      'log/a.log:1: a record of the log is not read: it has no timestamp and request_id',
    );
    const nothing = await check({ format: 'bentoml', files: {} });
    expect(nothing.run.stdout).toContain('there is no file');
  });
});
