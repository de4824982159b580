import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitHubClient } from '../../core/adapters/github/github-client.ts';
import { readReport } from '../../core/reports/read-report.ts';
import type { RunningGitHub } from '../../testkit/github/github-options.ts';
import { startGitHub } from '../../testkit/github/start-github.ts';
import { findFreePorts } from '../../testkit/http.ts';
import { runActionSource } from '../../testkit/run-action.ts';
import { seededRandom } from '../../testkit/seeded-random.ts';

const CONFIG = `version: 1
models:
  delay:
    task: binary-classification
    artifact: model.onnx
    data: { label: late, time: date }
    evaluate: { dataset: test.csv }
    gate: { rules: [{ metric: roc_auc, min: 0.6 }] }
    drift: { current: now.csv, window: 7d, effect: { ks: 0.15 } }
`;
const random = seededRandom(11);

let root: string;
let github: RunningGitHub;
let token: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tidegate-drift-'));
  github = await startGitHub({ directory: path.join(root, 'git') });
  await github.createRepository('acme/flights');
  token = github.userToken('maintainer');
  await mkdir(path.join(root, 'work'));
  await writeFile(path.join(root, 'work', 'tidegate.yaml'), CONFIG);
  await writeFile(path.join(root, 'work', 'reference.csv'), table(0, 28));
});
afterAll(async () => {
  await github?.stop();
  await rm(root, { recursive: true, force: true });
});

/** Hourly rows of some days from March 2001 on; the mean of x moves. */
function table(mean: number, days: number, firstDay = 1): string {
  const lines = Array.from({ length: days * 24 * 4 }, (_, i) => {
    const date = new Date(Date.UTC(2001, 2, firstDay, 0, i * 15)).toISOString().slice(0, 19).replace('T', ' ');
    return [date, mean + random.normal(), random.normal(), random.uniform() < 0.5 ? 'a' : 'b', 1].join(',');
  });
  return `date,x,y,city,late\n${lines.join('\n')}\n`;
}

async function check(current: string, inputs: Readonly<Record<string, string>> = {}) {
  await writeFile(path.join(root, 'work', 'now.csv'), current);
  return runActionSource('drift-check', {
    workspace: path.join(root, 'work'),
    temp: path.join(root, 'temp'),
    inputs: { reference: 'reference.csv', 'github-token': token, ...inputs },
    env: { GITHUB_API_URL: github.apiUrl, GITHUB_REPOSITORY: `${github.owner}/flights` },
  });
}

const client = async () => createGitHubClient({ token, apiUrl: github.apiUrl });
const repository = { owner: 'acme', repo: 'flights' };

describe('drift-check', () => {
  it('is quiet on data of the same law, and writes no issue', async () => {
    const run = await check(table(0, 14, 30));
    expect(run.exitCode, run.stdout).toBe(0);
    expect(run.outputs).toMatchObject({ verdict: 'no-drift', 'drifted-columns': '[]', 'issue-number': '' });
    const report = readReport('drift', await readFile(run.outputs['report-path'] ?? ''), 'drift');
    // The last seven of fourteen days, each of 96 rows.
    expect(report.current).toMatchObject({ rows: 7 * 96, from: '2001-04-06T00:00:00.000Z' });
    expect(report.columns.map(({ name, test }) => `${name} ${test}`)).toEqual([
      'x ks_2samp',
      'y ks_2samp',
      'city chi2_contingency',
    ]);
    const metrics = await readFile(run.outputs['metrics-path'] ?? '', 'utf8');
    expect(metrics).toContain('tidegate_drift_verdict{model="delay",verdict="no-drift"} 1');
    expect(metrics).toContain('tidegate_drift_missing_ratio{model="delay",column="x",window="current"} 0');
  });

  it('keeps one issue: opened by drift, updated by the next window, closed by a person until it is worse, closed when the data come back', async () => {
    const first = await check(table(1, 7, 40));
    expect(first, first.stdout).toMatchObject({
      exitCode: 1,
      outputs: { verdict: 'drift', 'drifted-columns': '["x"]' },
    });
    const page = await readFile(first.outputs['page-path'] ?? '', 'utf8');
    expect(page).toContain('x: reference against current');
    expect(page).not.toContain('y: reference against current');
    expect(first.summary).toMatch(/🌊 drift[\s\S]*xychart-beta/);
    expect(first.stdout).toMatch(/::error file=tidegate\.yaml,line=9/);
    const number = Number(first.outputs['issue-number']);
    const second = await check(table(1, 7, 47), { 'fail-on': 'never' });
    expect(second).toMatchObject({ exitCode: 0, outputs: { 'issue-number': String(number) } });
    const issue = async () =>
      (await client()).request('GET /repos/{owner}/{repo}/issues/{issue_number}', {
        ...repository,
        issue_number: number,
      });
    expect((await issue()).data).toMatchObject({
      state: 'open',
      title: 'Data drift: delay',
      body: expect.stringContaining('found drift: **2**'),
    });
    const close = async () =>
      (await client()).request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
        ...{ ...repository, issue_number: number, state: 'closed' as const },
      });
    await close();
    await check(table(1, 7, 54), { 'fail-on': 'never' });
    expect((await issue()).data).toMatchObject({ state: 'closed' });
    await check(table(2.5, 7, 61), { 'fail-on': 'never' });
    expect((await issue()).data).toMatchObject({ state: 'open' });
    const third = await check(table(0, 7, 68));
    expect(third.outputs).toMatchObject({ verdict: 'no-drift', 'issue-number': String(number) });
    expect((await issue()).data).toMatchObject({ state: 'closed' });
  });

  it('is open on a window without rows, never quiet', async () => {
    const run = await check('date,x,y,city,late\n', { issue: 'false' });
    expect(run).toMatchObject({ exitCode: 1, outputs: { verdict: 'inconclusive' } });
  });

  it('fails where the Pushgateway does not answer, after everything is written', async () => {
    const [port] = await findFreePorts(1);
    const run = await check(table(0, 7, 30), { issue: 'false', pushgateway: `http://127.0.0.1:${port}` });
    expect(run).toMatchObject({ exitCode: 1, outputs: { verdict: 'no-drift' } });
    expect(run.stdout).toContain('METRICS_UNREACHABLE');
    expect(run.summary).toContain('no drift');
  });

  it('refuses a window without its time, and a file that is not there', async () => {
    const withoutTime = await check(table(0, 7).replaceAll(/^[^,]+,/gm, ''), { issue: 'false' });
    expect(withoutTime).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('no column date') });
    expect(await check('', { issue: 'false', current: 'nothing-*.csv' })).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('there is no file'),
    });
  });
});
