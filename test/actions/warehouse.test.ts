import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReport } from '../../core/reports/read-report.ts';
import { makeDuckDb } from '../../testkit/engines/duckdb.ts';
import { writeEngineTables } from '../../testkit/engines/engine-tables.ts';
import type { StartedEngine } from '../../testkit/engines/started-engine.ts';
import { runActionSource } from '../../testkit/run-action.ts';

const MODELS = new URL('../fixtures/models/', import.meta.url).pathname;
let root: string;
let started: StartedEngine;
let folder: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-warehouse-'));
  const written = await writeEngineTables(3000);
  folder = written.folder;
  started = await makeDuckDb(written.tables, 'client');
});
afterAll(async () => {
  await started.stop();
  for (const made of [root, folder]) await rm(made, { recursive: true, force: true });
});

async function workspace(name: string, warehouse: string) {
  const workspaceFolder = path.join(root, name);
  await mkdir(path.join(workspaceFolder, 'model'), { recursive: true });
  await cp(path.join(MODELS, 'good.onnx'), path.join(workspaceFolder, 'model', 'model.onnx'));
  await cp(path.join(MODELS, 'poor.onnx'), path.join(workspaceFolder, 'poor.onnx'));
  await writeFile(
    path.join(workspaceFolder, 'tidegate.yaml'),
    `version: 1
warehouse: ${warehouse}
models:
  delay:
    task: binary-classification
    artifact: model/model.onnx
    data: { label: late, time: at, features: [amount, code, region] }
    evaluate:
      dataset: sql://main.flights
      predictions: { score: p_new, champion: p_old }
    gate:
      rules:
        - { metric: roc_auc, min: 0.6 }
        - { metric: roc_auc, max-regression: 0.01 }
    drift: { current: "sql://(SELECT * REPLACE (amount * 4 AS amount) FROM main.flights)", window: 30d }
`,
  );
  return { workspace: workspaceFolder, temp: path.join(root, `${name}-temp`) };
}

describe('a warehouse in tidegate.yaml', () => {
  it('is what evaluate-and-gate and drift-check ask, and their reports say so', async () => {
    const options = await workspace('whole', started.config);
    const run = await runActionSource('evaluate-and-gate', { ...options, inputs: { champion: 'poor.onnx' } });
    expect(run.exitCode, run.stdout).toBe(0);
    const report = readReport('evaluation', await readFile(run.outputs['report-path'] ?? ''), 'report');
    expect(report).toMatchObject({
      verdict: 'pass',
      candidate: { sizeBytes: 393 },
      dataset: {
        path: 'sql://main.flights',
        rows: 3000,
        clusters: 50,
        origin: 'made',
        trusted: false,
        warehouse: { dialect: 'duckdb', identity: 'aggregates' },
      },
    });
    expect(report.rules.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
    const profile = path.join(path.dirname(run.outputs['report-path'] ?? ''), 'profile.json');
    const drift = await runActionSource('drift-check', {
      ...options,
      inputs: { reference: profile, issue: 'false', 'fail-on': 'never' },
    });
    expect(drift.exitCode, drift.stdout).toBe(0);
    expect(drift.outputs).toMatchObject({ verdict: 'drift', 'drifted-columns': '["amount"]' });
  });

  it('that refuses a statement fails the step at the line of the command', async () => {
    const options = await workspace('refused', '{ dialect: duckdb, command: "echo the server is down >&2; exit 2" }');
    const run = await runActionSource('evaluate-and-gate', { ...options, inputs: { champion: 'none' } });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toMatch(/::error file=tidegate\.yaml,line=2.*exit code 2: the server is down/);
  });

  it('cannot read our tokens, neither in its environment nor in that of the process that starts it', async () => {
    const seen = path.join(root, 'seen');
    const command = `cat /proc/$PPID/environ /proc/self/environ > ${seen}; exit 2`;
    const options = await workspace('tokens', `{ dialect: duckdb, command: "${command}" }`);
    await runActionSource('evaluate-and-gate', {
      ...options,
      inputs: { champion: 'none', 'github-token': 'token-of-this-job' },
      env: { GITHUB_TOKEN: 'token-of-this-job', TIDEGATE_WAREHOUSE_PASSWORD: 'password-of-another' },
    });
    const text = await readFile(seen, 'utf8');
    expect(text).toContain('RUNNER_TEMP');
    expect(text).not.toMatch(/token-of-this-job|password-of-another/);
  });

  it('is never sent credentials without TLS, nor shows them', async () => {
    const options = await workspace('plain', '{ dialect: trino, url: "http://trino.example.org", user: tidegate }');
    const run = await runActionSource('evaluate-and-gate', {
      ...options,
      inputs: { champion: 'none', 'warehouse-password': 'hunter2-secret' },
    });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toMatch(/credentials would be readable on their way/);
    expect(run.stdout.replaceAll('::add-mask::hunter2-secret', '')).not.toContain('hunter2');
  });
});
