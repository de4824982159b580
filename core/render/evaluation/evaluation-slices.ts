import { metricTitle } from '../../domain/metrics/metric-registry.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import type { ComparedMetric, EvaluationReport, RuleResult } from '../../reports/evaluation-report.ts';
import { escapeChartLabel, escapeText } from '../text/escape.ts';
import { renderXyChart } from '../text/mermaid.ts';
import { renderTable } from '../text/table.ts';
import { VERDICT_ICONS } from './evaluation-headline.ts';
import { differenceHead, sharedDecimals, showDifference, showValue } from './evaluation-numbers.ts';
import { indexReport, placeLabel, type ReportIndex } from './report-index.ts';

/** Chosen: more bars than this are not a chart. */
const MAX_BARS = 12;
const MAX_ROWS = 60;
/** Chosen: more than any gate has; a report may come from anyone. */
const MAX_METRICS = 50;

interface SliceRow {
  readonly metric: ComparedMetric;
  readonly label: string;
  /** Loss against the champion: positive is worse. */
  readonly harm: number;
  readonly verdict: RuleResult['verdict'] | undefined;
}

/** The slices of the comparison, worst first: a chart of the metric that decides, and a table of all gated ones. */
export function renderSlices(report: EvaluationReport): string {
  const index = indexReport(report);
  const byName = Map.groupBy(slicedComparisons(report), ({ name }) => name);
  const names = slicedMetrics(report);
  const sections = names
    .slice(0, MAX_METRICS)
    .map((name, at) => metricSection(name, sliceRows(byName.get(name) ?? [], index), at === 0))
    .filter((text) => text !== '');
  const left = names.length - MAX_METRICS;
  return [...sections, ...(left > 0 ? [`${left} more metrics by slice are in the report.`] : [])].join('\n\n');
}

/** Number of compared slices. */
export function countSlices(report: EvaluationReport): number {
  return new Set(slicedComparisons(report).map(({ slice }) => placeLabel(slice))).size;
}

function slicedComparisons(report: EvaluationReport): readonly ComparedMetric[] {
  return (report.comparisons[0]?.metrics ?? []).filter(({ slice }) => slice !== undefined);
}

/** Metrics with rules on slices, those that failed first; without such rules the first metric. */
function slicedMetrics(report: EvaluationReport): readonly string[] {
  const gated = report.rules.filter(({ slice }) => slice !== undefined);
  const failed = gated.filter(({ verdict }) => verdict === 'fail');
  const names = [...failed, ...gated].map(({ rule }) => rule.metric);
  const first = report.comparisons[0]?.metrics.find(({ slice }) => slice !== undefined)?.name;
  return [...new Set(names.length > 0 ? names : first === undefined ? [] : [first])];
}

function metricSection(name: string, rows: readonly SliceRow[], withChart: boolean): string {
  if (rows.length === 0) return '';
  const chart = withChart ? `${renderChart(name, rows)}\n\n` : '';
  return `**${escapeText(metricTitle(name))} by slice, worst first**\n\n${chart}${sliceTable(rows)}`;
}

function sliceRows(metrics: readonly ComparedMetric[], index: ReportIndex): readonly SliceRow[] {
  return metrics
    .map((metric) => {
      const value = metric.difference.value ?? 0;
      const harm = metric.direction === 'higher-is-better' ? -value : value;
      const rule = metric.slice === undefined ? undefined : index.ruled(metric.name, metric.slice);
      return { metric, label: placeLabel(metric.slice), harm, verdict: rule?.verdict };
    })
    .sort((a, b) => b.harm - a.harm);
}

function renderChart(name: string, rows: readonly SliceRow[]): string {
  const shown = rows.slice(0, MAX_BARS);
  const better = shown[0]?.metric.direction === 'higher-is-better' ? 'higher' : 'lower';
  const values = shown.map(({ metric }) => Number((metric.difference.value ?? 0).toPrecision(3)));
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  return renderXyChart({
    title: `${escapeChartLabel(metricTitle(name))}: candidate minus champion (${better} is better)`,
    x: { labels: shown.map(({ label }) => label) },
    y: { title: 'difference', from: low, to: high === low ? low + 1 : high },
    series: [['bar', values]],
  });
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
