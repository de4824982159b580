import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../actions/load-model.ts';
import { parseDurationMs } from '../core/config/quantities.ts';
import { windowLagMs } from '../core/domain/drift/current-window.ts';
import { UserError } from '../core/errors.ts';
import { renderAlertRules, type WatchedModel } from '../core/render/drift/alert-rules.ts';
import { renderGrafanaDashboard } from '../core/render/drift/grafana-dashboard.ts';
import { reportError } from './report-error.ts';

// Writes a Grafana dashboard per model and Prometheus alert rules from tidegate.yaml.
const USAGE = 'tidegate dashboards [--out FOLDER] [--check-every DURATION] [--working-directory FOLDER]';
const HELP = `Usage: ${USAGE}

Writes a Grafana dashboard for each model with drift in tidegate.yaml, and one file of alert rules for Prometheus.

Flags:
  --out <value>
      Folder for the files. Default: dashboards.
  --check-every <value>
      Time between two drift checks, as the schedule of model-watch.yml has it. Default: 24h.
  --working-directory <value>
      Folder that holds tidegate.yaml. Default: this folder.
`;
const text = { type: 'string' } as const;
const { env, stdout, stderr } = process;

try {
  const { help, out, 'check-every': every, 'working-directory': folder } = parseOptions();
  if (help) stdout.write(HELP);
  else {
    const start = env.INIT_CWD ?? process.cwd();
    const workingDirectory = resolve(start, folder);
    for (const path of await writeDashboards(workingDirectory, resolve(workingDirectory, out), every)) {
      stdout.write(`Wrote ${relative(start, path)}\n`);
    }
  }
} catch (error) {
  process.exitCode = reportError(error, { stderr, env });
}

async function writeDashboards(workingDirectory: string, folder: string, every: string): Promise<readonly string[]> {
  const everyMs = parseDurationMs(every);
  if (everyMs === undefined || everyMs === 0) {
    throw new UserError('INPUT_INVALID', `--check-every is "${every}", which is not a duration`, {
      fix: 'Write a whole number above 0 and a unit (s, m, h, d or w), such as 24h.',
    });
  }
  const { config, placeOf } = await loadConfig({ workingDirectory });
  const models = Object.entries(config.models).flatMap(([name, { drift }]): WatchedModel[] =>
    drift === undefined
      ? []
      : [
          {
            ...{ name, missingFloor: drift.effect.missing, retrainAfter: drift.retrain?.after },
            windowLagMs: windowLagMs(drift.window),
          },
        ],
  );
  if (models.length === 0) {
    throw new UserError('CONFIG_INVALID', 'no model has drift, so there is nothing to show', {
      fix: 'Add drift.current to a model.',
      place: placeOf(['models']),
    });
  }
  await mkdir(folder, { recursive: true });
  const files = [
    ['tidegate-alerts.yml', renderAlertRules(models, { everyMs })] as const,
    ...models.map(
      ({ name }) => [`grafana-${encodeURIComponent(name)}.json`, renderGrafanaDashboard(name, uidOf(name))] as const,
    ),
  ];
  for (const [name, content] of files) await writeFile(join(folder, name), content);
  return files.map(([name]) => join(folder, name));
}

/** The same for the same model; Grafana allows 40 characters. */
function uidOf(model: string): string {
  return `tidegate-${createHash('sha256').update(model).digest('hex').slice(0, 24)}`;
}

function parseOptions() {
  try {
    const options = {
      out: { ...text, default: 'dashboards' },
      'check-every': { ...text, default: '24h' },
      'working-directory': { ...text, default: '.' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [problem] = error.message.split('. ');
    throw new UserError('INPUT_INVALID', `tidegate dashboards: ${problem}`, { fix: `Usage: ${USAGE}` });
  }
}
