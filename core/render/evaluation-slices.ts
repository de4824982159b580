import { formatSlice } from '../domain/evaluation/slice.ts';
import { metricTitle } from '../domain/metrics/metric-registry.ts';
import { formatCount } from '../domain/text/format-number.ts';
import type { ComparedMetric, EvaluationReport, RuleResult } from '../reports/evaluation-report.ts';
import { sliceKey, VERDICT_ICONS } from './evaluation-headline.ts';
import { differenceHead, sharedDecimals, showDifference, showValue } from './evaluation-numbers.ts';
import { renderTable } from './table.ts';
import { escapeChartLabel, escapeText } from './text/escape.ts';

/** Chosen: more bars than this are no picture. */
const MAX_BARS = 12;
const MAX_ROWS = 60;

interface SliceRow {
  readonly metric: ComparedMetric;
  readonly label: string;
  /** How much worse: positive is worse. */
  readonly harm: number;
  readonly verdict: RuleResult['verdict'] | undefined;
}

/** The slices of the comparison, worst first: a chart of the metric that decides, and a table of all gated ones. */
export function renderSlices(report: EvaluationReport): string {
  const names = slicedMetrics(report);
  return names
    .map((name, index) => metricSection(report, name, index === 0))
    .filter((text) => text !== '')
    .join('\n\n');
}

/** How many slices were compared. */
export function countSlices(report: EvaluationReport): number {
  const labels = (report.comparisons[0]?.metrics ?? []).flatMap(({ slice }) =>
    slice === undefined ? [] : [formatSlice(sliceKey(slice))],
  );
  return new Set(labels).size;
}

/** Metrics with rules on slices, those that failed first; without such rules the first metric. */
function slicedMetrics(report: EvaluationReport): readonly string[] {
  const gated = report.rules.filter(({ slice }) => slice !== undefined);
  const failed = gated.filter(({ verdict }) => verdict === 'fail');
  const names = [...failed, ...gated].map(({ rule }) => rule.metric);
  const first = report.comparisons[0]?.metrics.find(({ slice }) => slice !== undefined)?.name;
  return [...new Set(names.length > 0 ? names : first === undefined ? [] : [first])];
}

function metricSection(report: EvaluationReport, name: string, withChart: boolean): string {
  const rows = sliceRows(report, name);
  if (rows.length === 0) return '';
  const chart = withChart ? `${renderChart(name, rows)}\n\n` : '';
  return `**${escapeText(metricTitle(name))} by slice, worst first**\n\n${chart}${sliceTable(rows)}`;
}

function sliceRows(report: EvaluationReport, name: string): readonly SliceRow[] {
  const metrics = (report.comparisons[0]?.metrics ?? []).filter(
    (metric) => metric.name === name && metric.slice !== undefined,
  );
  return metrics
    .map((metric) => {
      const label = metric.slice === undefined ? '' : formatSlice(sliceKey(metric.slice));
      const value = metric.difference.value ?? 0;
      const rule = report.rules.find(
        ({ rule: { metric: of }, slice }) =>
          of === name && slice !== undefined && formatSlice(sliceKey(slice)) === label,
      );
      return { metric, label, harm: metric.direction === 'higher-is-better' ? -value : value, verdict: rule?.verdict };
    })
    .sort((a, b) => b.harm - a.harm);
}

function renderChart(name: string, rows: readonly SliceRow[]): string {
  const shown = rows.slice(0, MAX_BARS);
  const better = shown[0]?.metric.direction === 'higher-is-better' ? 'higher' : 'lower';
  const values = shown.map(({ metric }) => Number((metric.difference.value ?? 0).toPrecision(3)));
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  return [
    '```mermaid',
    'xychart-beta',
    `  title "${escapeChartLabel(metricTitle(name))}: candidate less champion (${better} is better)"`,
    `  x-axis [${shown.map(({ label }) => `"${escapeChartLabel(label)}"`).join(', ')}]`,
    `  y-axis "difference" ${low} --> ${high === low ? low + 1 : high}`,
    `  bar [${values.join(', ')}]`,
    '```',
  ].join('\n');
}

function sliceTable(rows: readonly SliceRow[]): string {
  const cells = rows.slice(0, MAX_ROWS).map(({ metric, label, verdict }) => {
    const decimals = Math.max(3, sharedDecimals(metric.difference));
    const candidate =
      metric.champion.value === null || metric.difference.value === null
        ? null
        : metric.champion.value + metric.difference.value;
    return [
      escapeText(label, 80),
      formatCount(metric.rows),
      showValue(metric.champion, decimals),
      showValue({ value: candidate, interval: null }, decimals),
      showDifference(metric.difference, decimals),
      verdict === undefined ? '' : VERDICT_ICONS[verdict],
    ];
  });
  const difference = differenceHead(rows.map(({ metric }) => metric.difference));
  const head = ['slice', 'rows', 'champion', 'candidate', difference, ''];
  const table = renderTable(head, cells, ['l', 'r', 'r', 'r', 'r', 'l']);
  return rows.length > MAX_ROWS ? `${table}\n\n${rows.length - MAX_ROWS} more slices are in the report.` : table;
}
