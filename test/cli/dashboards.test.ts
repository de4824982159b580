import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goProgramPath } from '../../scripts/go-program.ts';
import { PROJECT_ROOT } from '../../scripts/project-root.ts';
import { findProgram } from '../../scripts/system-programs.ts';
import { hostEnvironment } from '../../testkit/host-environment.ts';
import { runPromtool } from '../../testkit/prometheus.ts';
import { runProgram } from '../../testkit/run-program.ts';

const PROMTOOL = findProgram('promtool');
const CHECK_DASHBOARD = goProgramPath('check-dashboard');
const model = (drift: string) => `
    task: binary-classification
    artifact: model.onnx
    data: { label: late }
    evaluate: { dataset: test.csv }
    gate: { rules: [{ metric: roc_auc, min: 0.6 }] }
${drift}`;
const CONFIG = `version: 1
models:
  flight-delay:${model('    drift: { current: now.csv, effect: { missing: 0.2 }, retrain: { after: 2 } }')}
  models/eta:arrival:${model('    drift: { current: now.csv }')}
  unwatched:${model('')}
`;
const series = (name: string, labels: string, values: string) => ({
  series: `tidegate_drift_${name}{model="flight-delay"${labels}}`,
  values,
});

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tidegate-dashboards-'));
  await writeFile(path.join(root, 'tidegate.yaml'), CONFIG);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const tidegate = (...args: readonly string[]) =>
  runProgram(process.execPath, [path.join(PROJECT_ROOT, 'cli/tidegate.ts'), 'dashboards', ...args], {
    cwd: root,
    env: { ...hostEnvironment(), HOME: root },
  });
/** Alerts that fire at a time, by model and severity. */
const alertsAt = (at: string, alertname: string, expected: readonly object[]) => ({
  eval_time: at,
  alertname,
  exp_alerts: expected,
});

describe('tidegate dashboards', () => {
  it('writes a dashboard for each model with drift, and one file of alerts; twice is the same', async () => {
    const first = await tidegate('--out', 'out');
    expect(first, first.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    const names = ['tidegate-alerts.yml', 'grafana-flight-delay.json', 'grafana-models%2Feta%3Aarrival.json'];
    expect(first.stdout).toBe(names.map((name) => `Wrote out/${name}\n`).join(''));
    const read = () => Promise.all(names.map((name) => readFile(path.join(root, 'out', name), 'utf8')));
    const before = await read();
    await tidegate('--out', 'out');
    expect(await read()).toEqual(before);
    expect(before.join('')).not.toContain('unwatched');
  });

  it.each([
    { name: 'a duration that is none', args: ['--check-every', 'daily'], code: 'INPUT_INVALID' },
    { name: 'a flag that it does not have', args: ['--output', 'x'], code: 'INPUT_INVALID' },
    { name: 'a folder without tidegate.yaml', args: ['--working-directory', 'none'], code: 'CONFIG_NOT_FOUND' },
  ])('refuses $name', async ({ args, code }) => {
    const run = await tidegate(...args);
    expect(run.exitCode).not.toBe(0);
    expect(run.stderr).toContain(code);
  });

  it('refuses a repository in which no model has drift', async () => {
    const folder = path.join(root, 'quiet');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'tidegate.yaml'), `version: 1\nmodels:\n  unwatched:${model('')}\n`);
    expect(await tidegate('--working-directory', 'quiet')).toMatchObject({
      stderr: expect.stringContaining('no model has drift'),
    });
  });
});

describe.skipIf(PROMTOOL === undefined)('the alert rules by promtool (needs prometheus of Debian)', () => {
  const promtool = (...args: readonly string[]) => runPromtool(PROMTOOL ?? '', args, { cwd: root });
  beforeAll(() => tidegate('--out', 'alerts', '--check-every', '6h'));

  it('are rules', async () => {
    const { exitCode, text } = await promtool('check', 'rules', 'alerts/tidegate-alerts.yml');
    expect(text).toContain('13 rules found');
    expect(exitCode, text).toBe(0);
  });

  it('fire on drift, missing values, an undecided and an overdue check, and on no quiet model', async () => {
    const labels = { severity: 'warning', model: 'flight-delay' };
    const firing = (more: object, summary: string, description: string) => [
      { exp_labels: { ...labels, ...more }, exp_annotations: { summary, description } },
    ];
    const tests = {
      rule_files: ['alerts/tidegate-alerts.yml'],
      evaluation_interval: '1h',
      tests: [
        {
          interval: '1h',
          input_series: [
            series('verdict', ',verdict="drift"', '0 0 1 1 0 0 0 0 0 0 0 0 0 0 0 0'),
            series('consecutive_checks', '', '0 0 1 2 0 0 0 0 0 0 0 0 0 0 0 0'),
            series(
              'checked_timestamp_seconds',
              '',
              '0 0 7200 7200 7200 7200 7200 7200 7200 7200 7200 7200 7200 7200 7200 7200',
            ),
            series('window_end_timestamp_seconds', '', '0 0 7200 7200 7200 7200 7200 -122401x8'),
            series('missing_ratio', ',column="x",window="reference"', '0.1x15'),
            series('missing_ratio', ',column="x",window="current"', '0.2 0.29 0.31 0 0 0 0 0 0 0 0 0 0 0 0 0'),
          ],
          alert_rule_test: [
            alertsAt('1h', 'TidegateDrift', []),
            alertsAt(
              '2h',
              'TidegateDrift',
              firing(
                { verdict: 'drift' },
                'The inputs of flight-delay have drifted.',
                'The drift issue of the model lists the columns.',
              ),
            ),
            alertsAt('4h', 'TidegateDrift', []),
            alertsAt('1h', 'TidegateMissingValues', []),
            alertsAt(
              '2h',
              'TidegateMissingValues',
              firing(
                { column: 'x' },
                'The share of missing values of x changed by 21%.',
                'The alert compares the current window of flight-delay with the reference.',
              ),
            ),
            alertsAt('2h', 'TidegateRetrainingDue', []),
            alertsAt('3h', 'TidegateRetrainingDue', [
              {
                exp_labels: { ...labels, severity: 'critical' },
                exp_annotations: {
                  summary: '2 checks of flight-delay in a row found drift.',
                  description: 'The bot starts retraining after 2. Look for the retrain pull request.',
                },
              },
            ]),
            alertsAt('13h', 'TidegateDriftCheckOverdue', []),
            alertsAt(
              '15h',
              'TidegateDriftCheckOverdue',
              firing(
                {},
                'The last drift check of flight-delay is 13h 0m 0s old.',
                'A check is expected every 6 hours. Look at the runs of model-watch.yml.',
              ),
            ),
            alertsAt('6h', 'TidegateDriftDataStale', []),
            alertsAt(
              '7h',
              'TidegateDriftDataStale',
              firing(
                {},
                'The newest row of flight-delay was 1d 12h 0m 1s old when it was checked.',
                'Logging may have stopped: a check without new rows says nothing of the data of today.',
              ),
            ),
            alertsAt('15h', 'TidegateDriftCheckAbsent', []),
            alertsAt('15h', 'TidegateDriftUndecided', []),
          ],
        },
        {
          interval: '1h',
          input_series: [{ series: 'up', values: '1x30' }],
          alert_rule_test: [
            alertsAt('10h', 'TidegateDriftCheckAbsent', []),
            {
              ...alertsAt(
                '19h',
                'TidegateDriftCheckAbsent',
                ['flight-delay', 'models/eta:arrival'].map((name) => ({
                  exp_labels: { severity: 'warning', model: name },
                  exp_annotations: {
                    summary: `Prometheus has no drift check of ${name}.`,
                    description: 'Check that metrics.prom reaches the textfile collector, or the input pushgateway.',
                  },
                })),
              ),
            },
          ],
        },
      ],
    };
    await writeFile(path.join(root, 'unit.json'), JSON.stringify(tests));
    const { exitCode, text } = await promtool('test', 'rules', 'unit.json');
    expect(exitCode, text).toBe(0);
  });
});

describe('the dashboards', () => {
  const read = async (name: string) => JSON.parse(await readFile(path.join(root, 'boards', name), 'utf8'));
  beforeAll(() => tidegate('--out', 'boards'));

  it('have panels that do not overlap, and identities that differ by model', async () => {
    const boards = [await read('grafana-flight-delay.json'), await read('grafana-models%2Feta%3Aarrival.json')];
    expect(new Set(boards.map(({ uid }) => uid)).size).toBe(2);
    const cells = boards[0].panels.flatMap(({ gridPos: { x, y, w, h } }: { gridPos: Record<string, number> }) =>
      Array.from(
        { length: (w ?? 0) * (h ?? 0) },
        (_, at) => `${(x ?? 0) + (at % (w ?? 1))} ${(y ?? 0) + Math.floor(at / (w ?? 1))}`,
      ),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { uid } of boards) expect(uid.length).toBeLessThanOrEqual(40);
  });

  it.skipIf(!existsSync(CHECK_DASHBOARD))(
    "hold by Grafana's schema (needs check-dashboard, made by npm test)",
    async () => {
      for (const name of ['grafana-flight-delay.json', 'grafana-models%2Feta%3Aarrival.json']) {
        const board = await read(name);
        const check = (input: object) => runPromtool(CHECK_DASHBOARD, [], { cwd: root, input: JSON.stringify(input) });
        expect(await check(board)).toEqual({ exitCode: 0, text: '' });
        expect(await check({ ...board, panel: [] })).toMatchObject({ exitCode: 1 });
      }
    },
  );

  it.skipIf(PROMTOOL === undefined)('have queries that Prometheus reads (needs prometheus of Debian)', async () => {
    const { panels } = await read('grafana-flight-delay.json');
    const rules = panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
      targets.map(({ expr }, at) => ({ record: `panel_${at}`, expr })),
    );
    const groups = [
      { name: 'panels', rules: rules.map((rule: object, at: number) => ({ ...rule, record: `panel:${at}` })) },
    ];
    await writeFile(path.join(root, 'queries.json'), JSON.stringify({ groups }));
    const { exitCode, text } = await runPromtool(PROMTOOL ?? '', ['check', 'rules', 'queries.json'], { cwd: root });
    expect(exitCode, text).toBe(0);
  });
});
