import { ruleDemand } from '../../domain/gate/rule-reason.ts';
import { metricTitle } from '../../domain/metrics/metric-registry.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import type { EvaluationReport, Interval, RuleResult } from '../../reports/evaluation-report.ts';
import { renderFigures, renderHtmlPage, htmlText as text } from '../page/html-page.ts';
import { originDoubt, originWords } from './dataset-origin.ts';
import { unitOf, VERDICT_ICONS } from './evaluation-headline.ts';
import { drawCharts } from './page-charts.ts';
import { indexReport, placeLabel } from './report-index.ts';
import { boundOf } from './rule-bound.ts';

/**
 * The report as one page: charts are in it, nothing is fetched, no script runs. Every text of the report is escaped.
 */
export async function renderEvaluationPage(report: EvaluationReport): Promise<string> {
  const charts = await drawCharts(report);
  const doubt = originDoubt(report.dataset);
  return renderHtmlPage(
    `${report.model}: ${report.verdict}`,
    `<h1>${text(report.model)} <span class="${report.verdict}">${VERDICT_ICONS[report.verdict]} ${report.verdict}</span></h1>
${population(report)}${doubt === '' ? '' : `<p class="inconclusive">⚠️ ${text(doubt)}</p>\n`}<h2>Rules</h2>${rules(report.rules)}
${report.baseGate === undefined ? '' : `<h2>Rules of the base branch: ${report.baseGate.verdict}</h2>${rules(report.baseGate.rules)}`}
<h2>Charts</h2>${renderFigures(charts)}
<h2>Metrics</h2>${metrics(report)}
<h2>Identities</h2><p>Candidate <code>${text(report.candidate.digest)}</code><br>Dataset <code>${text(report.dataset.digest)}</code> ${text(originWords(report.dataset))}<br>Written ${text(report.createdAt)} by ${text(report.tool.name)} ${text(report.tool.version)}</p>`,
  );
}

function population(report: EvaluationReport): string {
  const { kind, rows, path } = report.dataset;
  if (kind === 'numbers') return '';
  return `<p>${formatCount(rows)} ${unitOf(report.dataset)} of <code>${text(path)}</code>, ${text(sampling(report))}.</p>\n`;
}

function sampling({ dataset }: EvaluationReport): string {
  return dataset.clusterBy === undefined
    ? 'treated as independent'
    : `in ${formatCount(dataset.clusters ?? 0)} groups by ${dataset.clusterBy}`;
}

function rules(results: readonly RuleResult[]): string {
  const rows = results.map((result) => {
    const where = result.slice === undefined ? '' : ` on ${placeLabel(result.slice)}`;
    const name = `${metricTitle(result.rule.metric)}${where}`;
    return `<tr><td>${VERDICT_ICONS[result.verdict]} ${result.verdict}</td><td>${text(name)}</td><td>${text(ruleDemand(boundOf(result)))}</td><td>${text(result.reason)}</td></tr>`;
  });
  return `<table><thead><tr><th>verdict</th><th>metric</th><th>rule</th><th>why</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function metrics(report: EvaluationReport): string {
  const index = indexReport(report);
  const rows = report.metrics.map((metric) => {
    const pair = index.compared(metric.name, metric.slice);
    const cells = [
      number(pair?.champion.value),
      number(metric.value),
      range(metric.interval),
      number(pair?.difference.value),
      range(pair?.difference.interval ?? null),
    ];
    const effect = metric.designEffect === undefined ? '' : metric.designEffect.toFixed(1);
    const method = metric.interval?.method ?? metric.reason ?? '';
    return `<tr><td>${text(metricTitle(metric.name))}</td><td>${text(placeLabel(metric.slice))}</td>${cells.map((cell) => `<td class="n">${cell}</td>`).join('')}<td class="n">${effect}</td><td>${text(method)}</td></tr>`;
  });
  const head = [
    'metric',
    'slice',
    'champion',
    'candidate',
    'interval',
    'difference',
    'interval',
    'design effect',
    'method',
  ];
  return `<table><thead><tr>${head.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function number(value: number | null | undefined): string {
  return value === null || value === undefined ? '—' : String(Number(value.toPrecision(5)));
}

function range(interval: Interval | null): string {
  return interval === null ? '—' : `${number(interval.lower)} … ${number(interval.upper)}`;
}
