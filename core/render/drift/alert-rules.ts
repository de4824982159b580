import { boundedLabel } from './drift-metrics.ts';
import { promqlString } from './prometheus-text.ts';

/** The facts of tidegate.yaml that alerts of a model need. */
export interface WatchedModel {
  readonly name: string;
  /** Smallest difference of the shares of missing values that counts, 0 to 1. */
  readonly missingFloor: number;
  /** The oldest that the end of a fresh window is, such as a week where windows are whole weeks; in milliseconds. */
  readonly windowLagMs: number;
  /** Checks in a row with drift that start retraining; undefined where nothing does. */
  readonly retrainAfter: number | undefined;
}

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly severity: 'warning' | 'critical';
  readonly summary: string;
  readonly description: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The alert rules of models as a file of Prometheus (`rule_files`): one group per model.
 *
 * @param everyMs Time between two checks; a check is overdue after twice that, and gone after three times.
 */
export function renderAlertRules(models: readonly WatchedModel[], { everyMs }: { readonly everyMs: number }): string {
  const groups = models.map((model) => {
    const rules = rulesOf(model, everyMs).map((rule) => renderRule(rule, boundedLabel(model.name)));
    return `  - name: ${scalar(`tidegate drift ${model.name}`)}\n    rules:\n${rules.join('')}`;
  });
  return `# Made by \`tidegate dashboards\` from tidegate.yaml: change that file, and make this one again.\n${groups.length === 0 ? 'groups: []\n' : `groups:\n${groups.join('')}`}`;
}

function rulesOf(
  { name, missingFloor, windowLagMs, retrainAfter }: WatchedModel,
  everyMs: number,
): readonly AlertRule[] {
  const model = `model=${promqlString(boundedLabel(name))}`;
  const checked = `tidegate_drift_checked_timestamp_seconds{${model}}`;
  const missing = (window: string) => `tidegate_drift_missing_ratio{${model},window="${window}"}`;
  const hours = Number((everyMs / HOUR_MS).toPrecision(3));
  const rules: readonly (AlertRule | undefined)[] = [
    {
      ...{ alert: 'TidegateDrift', severity: 'warning', expr: `tidegate_drift_verdict{${model},verdict="drift"} == 1` },
      summary: 'The inputs of {{ $labels.model }} have drifted.',
      description: 'The drift issue of the model lists the columns.',
    },
    {
      ...{ alert: 'TidegateDriftUndecided', severity: 'warning' },
      expr: `tidegate_drift_verdict{${model},verdict="inconclusive"} == 1`,
      summary: 'The last drift check of {{ $labels.model }} could not decide.',
      description: 'A column is missing, or the window has too few rows. Read the summary of the check.',
    },
    {
      ...{ alert: 'TidegateDriftCheckOverdue', severity: 'warning' },
      expr: `time() - ${checked} > ${Math.round((2 * everyMs) / 1000)}`,
      summary: 'The last drift check of {{ $labels.model }} is {{ $value | humanizeDuration }} old.',
      description: `A check is expected every ${hours} hours. Look at the runs of model-watch.yml.`,
    },
    {
      ...{ alert: 'TidegateDriftCheckAbsent', severity: 'warning', for: promDuration(3 * everyMs) },
      expr: `absent(${checked})`,
      summary: 'Prometheus has no drift check of {{ $labels.model }}.',
      description: 'Check that metrics.prom reaches the textfile collector, or the input pushgateway.',
    },
    {
      ...{ alert: 'TidegateDriftDataStale', severity: 'warning' },
      expr: `${checked} - tidegate_drift_window_end_timestamp_seconds{${model}} > ${Math.round((2 * everyMs + DAY_MS + windowLagMs) / 1000)}`,
      summary: 'The newest row of {{ $labels.model }} was {{ $value | humanizeDuration }} old when it was checked.',
      description: 'Logging may have stopped: a check without new rows says nothing of the data of today.',
    },
    {
      ...{ alert: 'TidegateMissingValues', severity: 'warning' },
      expr: `abs(${missing('current')} - ignoring(window) ${missing('reference')}) > ${missingFloor}`,
      summary: 'The share of missing values of {{ $labels.column }} changed by {{ $value | humanizePercentage }}.',
      description: 'The alert compares the current window of {{ $labels.model }} with the reference.',
    },
    retrainAfter === undefined
      ? undefined
      : {
          ...{ alert: 'TidegateRetrainingDue', severity: 'critical' },
          expr: `tidegate_drift_consecutive_checks{${model}} >= ${retrainAfter}`,
          summary: '{{ $value }} checks of {{ $labels.model }} in a row found drift.',
          description: `The bot starts retraining after ${retrainAfter}. Look for the retrain pull request.`,
        },
  ];
  return rules.filter((rule) => rule !== undefined);
}

function renderRule(rule: AlertRule, model: string): string {
  const lines = [
    `      - alert: ${rule.alert}`,
    `        expr: ${scalar(rule.expr)}`,
    ...(rule.for === undefined ? [] : [`        for: ${rule.for}`]),
    `        labels: { severity: ${rule.severity}, model: ${scalar(model)} }`,
    '        annotations:',
    `          summary: ${scalar(rule.summary)}`,
    `          description: ${scalar(rule.description)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function promDuration(milliseconds: number): string {
  return `${Math.max(1, Math.round(milliseconds / 1000))}s`;
}

/** JSON's strings are YAML's in double quotes. */
function scalar(value: string): string {
  return JSON.stringify(value);
}
