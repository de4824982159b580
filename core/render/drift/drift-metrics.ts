import type { DriftColumn, DriftReport } from '../../reports/drift-report.ts';
import { columnsOf, type WindowMetric, windowMetrics } from './drift.ts';

/** Chosen: time series of one model that any Prometheus takes; the report has all columns. */
export const MAX_METRIC_COLUMNS = 500;
/** Chosen: longer names make queries unreadable. */
const MAX_LABEL_CHARACTERS = 120;
const VERDICTS = ['drift', 'no-drift', 'inconclusive'] as const;
const WORST_FIRST = { drift: 0, inconclusive: 1, 'no-drift': 2 } as const;

/** One sample of a metric: labels and a finite value. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null | undefined;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/**
 * A drift report in Prometheus' text format: for the textfile collector of node_exporter, or a Pushgateway. A value that
 * the report does not have has no sample, never 0. Columns that drifted come first if there are more than
 * `MAX_METRIC_COLUMNS`.
 */
export async function renderDriftMetrics(report: DriftReport): Promise<string> {
  const { Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  for (const { name, help, samples } of [
    ...modelMetrics(report),
    ...performanceMetrics(report),
    ...columnMetrics(report),
  ]) {
    const known = samples.filter(({ value }) => typeof value === 'number');
    const [first] = known;
    if (first === undefined) continue;
    const gauge = new Gauge({ name, help, labelNames: Object.keys(first.labels), registers: [registry] });
    for (const { labels, value } of known) gauge.set(labels, value ?? Number.NaN);
  }
  return registry.metrics();
}

function modelMetrics(report: DriftReport): readonly Metric[] {
  const model = boundedLabel(report.model);
  const one = (name: string, help: string, value: number | undefined): Metric => ({
    name: `tidegate_drift_${name}`,
    help,
    samples: [{ labels: { model }, value }],
  });
  const { current, reference, dataset } = report;
  const omitted = Math.max(0, columnsOf(report).length - MAX_METRIC_COLUMNS);
  return [
    {
      name: 'tidegate_drift_verdict',
      help: 'Outcome of the last check: 1 for its verdict, 0 for the others.',
      samples: VERDICTS.map((verdict) => ({ labels: { model, verdict }, value: report.verdict === verdict ? 1 : 0 })),
    },
    {
      name: 'tidegate_drift_rows',
      help: 'Rows that were compared, by window.',
      samples: [
        { labels: { model, window: 'reference' }, value: reference.rows },
        { labels: { model, window: 'current' }, value: current.rows },
      ],
    },
    one('tested', 'Columns that were tested.', dataset.tested),
    one('drifted', 'Columns that drifted.', dataset.drifted),
    one('omitted_columns', 'Columns of the report without time series of their own.', omitted),
    one('false_alarm_ratio', 'False-alarm rate over all columns together.', dataset.falseAlarmRate),
    one('consecutive_checks', 'Checks in a row that found drift.', report.consecutive),
    one('checked_timestamp_seconds', 'When the last check ran.', seconds(report.createdAt)),
    one('window_end_timestamp_seconds', 'Last time in the current window.', seconds(current.to)),
  ];
}

/** Metrics of the window, estimated from scores or by known outcomes. */
function performanceMetrics(report: DriftReport): readonly Metric[] {
  const { model, rules = [] } = report;
  const found = windowMetrics(report);
  const of = (name: string, help: string, value: (metric: WindowMetric['metric']) => Sample['value']): Metric => ({
    name: `tidegate_drift_performance${name}`,
    help,
    samples: found.map(({ metric, by }) => ({
      labels: { model: boundedLabel(model), metric: boundedLabel(metric.name), by },
      value: value(metric),
    })),
  });
  return [
    of('', 'Performance of the window: estimated from the scores, or by known outcomes.', ({ value }) => value),
    of('_lower', 'Lower end of its 95 % interval.', ({ lower }) => lower),
    of('_upper', 'Upper end of its 95 % interval.', ({ upper }) => upper),
    of('_evaluated', 'The value of the registered evaluation.', ({ evaluated }) => evaluated),
    {
      name: 'tidegate_drift_performance_verdict',
      help: 'Outcome for a metric of drift.performance: 1 for its verdict, 0 for the others.',
      samples: rules.flatMap((rule) =>
        VERDICTS.map((verdict) => ({
          labels: { model: boundedLabel(model), metric: boundedLabel(rule.name), by: rule.by, verdict },
          value: rule.verdict === verdict ? 1 : 0,
        })),
      ),
    },
  ];
}

function columnMetrics(report: DriftReport): readonly Metric[] {
  const model = boundedLabel(report.model);
  const columns = namedColumns(columnsOf(report));
  const by = (
    name: string,
    help: string,
    samplesOf: (
      column: DriftColumn,
    ) => readonly { labels?: Readonly<Record<string, string>>; value: Sample['value'] }[],
  ): Metric => ({
    name: `tidegate_drift_${name}`,
    help,
    samples: columns.flatMap(({ label, column }) =>
      samplesOf(column).map(({ labels, value }) => ({ labels: { model, column: label, ...labels }, value })),
    ),
  });
  const effect = (name: string, help: string, of: (effect: DriftColumn['effect']) => Sample['value']) =>
    by(name, help, (column) => [{ labels: { effect: boundedLabel(column.effect.name) }, value: of(column.effect) }]);
  const test = (name: string, help: string, of: (column: DriftColumn) => Sample['value']) =>
    by(name, help, (column) => [{ labels: { test: boundedLabel(column.test) }, value: of(column) }]);
  return [
    effect('effect', 'Size of the shift of a column.', ({ value }) => value),
    effect('effect_lower', 'Lower end of the one-sided 95 % interval of the shift.', ({ lower }) => lower),
    effect('effect_floor', 'Smallest shift that counts as drift.', ({ floor }) => floor),
    effect('effect_limit', 'Limit learned from past windows of the reference.', ({ limit }) => limit),
    effect('effect_visible', 'Smallest shift that windows of these sizes can show.', ({ visible }) => visible),
    test('p_value', 'P-value of the test of a column.', ({ pValue }) => pValue),
    test('adjusted_p_value', 'The same, adjusted by Benjamini and Hochberg.', ({ adjustedPValue }) => adjustedPValue),
    by('column_verdict', 'Outcome for a column: 1 for its verdict, 0 for the others.', (column) =>
      VERDICTS.map((verdict) => ({ labels: { verdict }, value: column.verdict === verdict ? 1 : 0 })),
    ),
    by('missing_ratio', 'Share of rows without a value, by window.', ({ missing }) => [
      { labels: { window: 'reference' }, value: missing?.reference },
      { labels: { window: 'current' }, value: missing?.current },
    ]),
  ];
}

/** Columns with labels that differ: cut names get a number. */
function namedColumns(columns: readonly DriftColumn[]) {
  const taken = new Set<string>();
  return [...columns]
    .sort((a, b) => WORST_FIRST[a.verdict] - WORST_FIRST[b.verdict])
    .slice(0, MAX_METRIC_COLUMNS)
    .map((column) => {
      let label = boundedLabel(column.name);
      for (let number = 2; taken.has(label); number++) label = `${boundedLabel(column.name)} (${number})`;
      taken.add(label);
      return { label, column };
    });
}

/** A label without control characters, and not too long. Prometheus refuses texts that are not Unicode. */
export function boundedLabel(value: string): string {
  const characters = [...value.replace(/\p{C}/gu, '\ufffd')];
  if (characters.length <= MAX_LABEL_CHARACTERS) return characters.join('');
  return `${characters.slice(0, MAX_LABEL_CHARACTERS - 1).join('')}…`;
}

function seconds(instant: string | null): number | undefined {
  return instant === null ? undefined : Date.parse(instant) / 1000;
}
