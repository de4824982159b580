import { boundedLabel } from './drift-metrics.ts';
import { promqlString } from './prometheus-text.ts';

/** Grafana 10 and later read it, and move it to their own version. */
const SCHEMA_VERSION = 39;
const DATASOURCE = { type: 'prometheus', uid: '$' + '{datasource}' };
/** Chosen: lines of a chart that a person can tell apart. */
const MAX_LINES = 15;
const WIDTH = 24;

const LEGEND = { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] };
const TOOLTIP = { mode: 'multi', sort: 'desc' };
/** Every field that Grafana's schema requires. */
const OPTIONS = {
  stat: {
    ...{ graphMode: 'none', colorMode: 'value', justifyMode: 'auto', textMode: 'value', wideLayout: true },
    ...{ showPercentChange: false, percentChangeColorMode: 'standard', orientation: 'auto' },
    reduceOptions: { calcs: ['lastNotNull'], values: false },
  },
  timeseries: { legend: LEGEND, tooltip: TOOLTIP },
  'state-timeline': { showValue: 'auto', rowHeight: 0.9, legend: { ...LEGEND, showLegend: false }, tooltip: TOOLTIP },
} as const;

interface Query {
  readonly expr: string;
  readonly legend: string;
  /** Only the newest value, not the line. */
  readonly isInstant?: boolean;
}

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly type: 'stat' | 'timeseries' | 'state-timeline';
  readonly width: number;
  readonly height: number;
  readonly queries: readonly Query[];
  readonly unit?: string;
  /** Texts of values, with a colour. */
  readonly words?: Readonly<Record<string, readonly [text: string, color: string]>>;
}

/**
 * A Grafana dashboard of the drift of one model, as JSON: import it, or provision the file.
 *
 * @param uid 40 characters at most: the same dashboard is replaced by a later one.
 */
export function renderGrafanaDashboard(model: string, uid: string): string {
  const name = boundedLabel(model);
  const dashboard = {
    uid,
    title: `Drift: ${name}`,
    description: 'Made by `tidegate dashboards` from tidegate.yaml.',
    tags: ['tidegate', 'drift'],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: true,
    graphTooltip: 1,
    timezone: 'browser',
    time: { from: 'now-90d', to: 'now' },
    refresh: '5m',
    annotations: { list: [] },
    templating: { list: [datasourceVariable()] },
    panels: placed(panelsOf(`model=${promqlString(name)}`)),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

function datasourceVariable() {
  return {
    name: 'datasource',
    label: 'Data source',
    type: 'datasource',
    query: 'prometheus',
    current: { text: '', value: '' },
    hide: 0,
  };
}

function panelsOf(model: string): readonly Panel[] {
  const top = (expr: string) => `topk(${MAX_LINES}, ${expr})`;
  return [
    {
      ...{ title: 'Verdict', type: 'stat', width: 6, height: 5, description: 'Outcome of the last check.' },
      queries: [{ expr: verdictNumber(model), legend: 'verdict', isInstant: true }],
      words: { 0: ['no drift', 'green'], 1: ['inconclusive', 'orange'], 2: ['drift', 'red'] },
    },
    {
      ...{
        title: 'Columns that drifted',
        type: 'stat',
        width: 6,
        height: 5,
        description: 'Of those that were tested.',
      },
      queries: [{ expr: `tidegate_drift_drifted{${model}}`, legend: 'drifted', isInstant: true }],
    },
    {
      ...{ title: 'Time since the last check', type: 'stat', width: 6, height: 5, unit: 's' },
      description: 'An alert fires when a check is overdue.',
      queries: [
        { expr: `time() - tidegate_drift_checked_timestamp_seconds{${model}}`, legend: 'age', isInstant: true },
      ],
    },
    {
      ...{ title: 'Checks in a row with drift', type: 'stat', width: 6, height: 5 },
      description: 'Retraining starts after drift.retrain.after checks.',
      queries: [{ expr: `tidegate_drift_consecutive_checks{${model}}`, legend: 'checks', isInstant: true }],
    },
    {
      ...{ title: 'Verdict over time', type: 'state-timeline', width: WIDTH, height: 5, description: 'By check.' },
      queries: [{ expr: verdictNumber(model), legend: 'verdict' }],
      words: { 0: ['no drift', 'green'], 1: ['inconclusive', 'orange'], 2: ['drift', 'red'] },
    },
    {
      ...{ title: 'Shift by column, as a share of its floor', type: 'timeseries', width: 12, height: 10 },
      description: `The ${MAX_LINES} largest. Above 1 a shift counts, if it is surely that large.`,
      queries: [
        {
          expr: top(`tidegate_drift_effect{${model}} / (tidegate_drift_effect_floor{${model}} > 0)`),
          legend: '{{column}} ({{effect}})',
        },
      ],
    },
    {
      ...{ title: 'Lower bound of the shift', type: 'timeseries', width: 12, height: 10 },
      description: 'Lower end of the one-sided 95 % interval.',
      queries: [{ expr: top(`tidegate_drift_effect_lower{${model}}`), legend: '{{column}} ({{effect}})' }],
    },
    {
      ...{ title: 'Adjusted p-value', type: 'timeseries', width: 12, height: 8 },
      description: 'The smallest. Significant below the false-alarm rate.',
      queries: [
        { expr: `bottomk(${MAX_LINES}, tidegate_drift_adjusted_p_value{${model}})`, legend: '{{column}} ({{test}})' },
        { expr: `tidegate_drift_false_alarm_ratio{${model}}`, legend: 'false-alarm rate' },
      ],
    },
    {
      ...{ title: 'Missing values in the current window', type: 'timeseries', width: 12, height: 8 },
      description: 'Share of rows without a value.',
      queries: [{ expr: top(`tidegate_drift_missing_ratio{${model},window="current"}`), legend: '{{column}}' }],
      unit: 'percentunit',
    },
    {
      ...{ title: 'Rows compared', type: 'timeseries', width: WIDTH, height: 6, description: 'By window.' },
      queries: [{ expr: `tidegate_drift_rows{${model}}`, legend: '{{window}}' }],
    },
  ];
}

/** 0 no drift, 1 inconclusive, 2 drift. */
function verdictNumber(model: string): string {
  const of = (verdict: string) => `sum(tidegate_drift_verdict{${model},verdict="${verdict}"})`;
  return `2 * ${of('drift')} + ${of('inconclusive')}`;
}

/** Panels from left to right, then in the next row. */
function placed(panels: readonly Panel[]) {
  let [x, y, rowHeight] = [0, 0, 0];
  return panels.map((panel, at) => {
    if (x + panel.width > WIDTH) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const gridPos = { x, y, w: panel.width, h: panel.height };
    x += panel.width;
    rowHeight = Math.max(rowHeight, panel.height);
    return { ...panelJson(panel), id: at + 1, gridPos };
  });
}

function panelJson({ title, description, type, queries, unit, words = {} }: Panel) {
  const options = Object.entries(words).map(([value, [text, color]], index) => [value, { text, color, index }]);
  const mappings = options.length === 0 ? [] : [{ type: 'value', options: Object.fromEntries(options) }];
  const targets = queries.map(({ expr, legend, isInstant = false }, at) => ({
    refId: String.fromCharCode(65 + at),
    datasource: DATASOURCE,
    ...{ expr, legendFormat: legend, editorMode: 'code', instant: isInstant, range: !isInstant },
  }));
  return {
    ...{ title, description, type, datasource: DATASOURCE, targets },
    fieldConfig: { defaults: { ...(unit === undefined ? {} : { unit }), mappings, custom: {} }, overrides: [] },
    options: OPTIONS[type],
  };
}
