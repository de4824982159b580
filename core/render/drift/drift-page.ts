import { effectLabel } from '../../domain/drift/drift-effect-registry.ts';
import { formatCount, formatPercent } from '../../domain/text/format-number.ts';
import type { DriftColumn, DriftReport } from '../../reports/drift-report.ts';
import { drawAll } from '../page/drawing.ts';
import { htmlText, renderFigures, renderHtmlPage } from '../page/html-page.ts';
import { columnsOf, ICONS, limitOf, show, showP, sortedColumns, WORDS, windowMetrics } from './drift.ts';
import { driftDrawings } from './drift-charts.ts';

/** Chosen: with the longest names and reasons a megabyte. */
const MAX_ROWS = 1_000;
const MAX_NAME_CHARACTERS = 200;
const MAX_REASON_CHARACTERS = 600;
const HEAD = ['column', 'test', 'shift', 'value', 'lower bound', 'limit', 'p (adjusted)', 'missing', 'why'];

/** A drift report as one page: charts are in it, nothing is fetched, no script runs. Every text of the report is escaped. */
export async function renderDriftPage(report: DriftReport): Promise<string> {
  const charts = await drawAll(driftDrawings(report));
  const verdict = `<span class="${report.verdict}">${ICONS[report.verdict]} ${WORDS[report.verdict]}</span>`;
  const sections = [
    `<h1>${text(report.model)} ${verdict}</h1>`,
    windows(report),
    performanceOf(report),
    `<h2>Columns</h2>${table(sortedColumns(columnsOf(report)))}`,
    charts.length === 0 ? '' : `<h2>Charts</h2>${renderFigures(charts)}`,
    `<h2>Identities</h2><p>Reference <code>${text(report.reference.digest)}</code><br>Written ${text(report.createdAt)} by ${text(report.tool.name)} ${text(report.tool.version)}</p>`,
  ];
  return renderHtmlPage(`${report.model}: ${WORDS[report.verdict]}`, sections.filter((part) => part !== '').join('\n'));
}

function windows({ reference, current, dataset, consecutive }: DriftReport): string {
  const { from, to } = current;
  const period = from === null || to === null ? '' : `, ${text(from.slice(0, 10))} to ${text(to.slice(0, 10))}`;
  const version = reference.version === undefined ? '' : ` of v${text(reference.version)}`;
  const lines = [
    `Reference: ${formatCount(reference.rows)} rows${version} (<code>${text(reference.path)}</code>)`,
    `Current: ${formatCount(current.rows)} rows${period} (<code>${text(current.path)}</code>)`,
    `${formatCount(dataset.drifted)} of ${formatCount(dataset.tested)} tested columns drifted, at a false-alarm rate of ${formatPercent(dataset.falseAlarmRate)} over all columns`,
    ...(consecutive === undefined ? [] : [`Checks in a row that found drift: ${formatCount(consecutive)}`]),
  ];
  return `<p>${lines.join('<br>')}</p>`;
}

/** Metrics of the window next to those of the evaluation, and the verdicts of `drift.performance`. */
function performanceOf(report: DriftReport): string {
  const { performance, rules = [] } = report;
  const found = windowMetrics(report);
  const reason = performance?.reason === undefined ? '' : `<p>${text(performance.reason, MAX_REASON_CHARACTERS)}</p>`;
  if (found.length === 0) return reason;
  const rows = found.map(({ metric: { name, evaluated, value, lower, upper }, by }) => {
    const rule = rules.find((one) => one.name === name && one.by === by);
    const numbers = [evaluated, value, lower, upper].map((one) => `<td class="n">${htmlText(show(one))}</td>`).join('');
    const verdict =
      rule === undefined
        ? ''
        : `<span class="${rule.verdict}">${ICONS[rule.verdict]} ${WORDS[rule.verdict]}</span>: ${text(rule.reason, MAX_REASON_CHARACTERS)}`;
    return `<tr><td>${text(name)}</td><td>${by === 'labels' ? 'outcomes' : 'scores alone'}</td>${numbers}<td>${verdict}</td></tr>`;
  });
  const head = ['metric', 'by', 'evaluation', 'this window', 'from', 'to', 'allowed?'];
  return `<h2>Performance</h2><table><thead><tr>${head.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function table(columns: readonly DriftColumn[]): string {
  const rows = columns.slice(0, MAX_ROWS).map((column) => {
    const { effect, missing } = column;
    const numbers = [
      show(effect.value),
      show(effect.lower ?? null),
      show(limitOf(column)),
      showP(column.adjustedPValue),
    ];
    const share = missing === undefined ? '—' : `${percent(missing.reference)} → ${percent(missing.current)}`;
    const verdict = `<span class="${column.verdict}">${ICONS[column.verdict]} ${WORDS[column.verdict]}</span>`;
    return `<tr><td>${text(column.name)}</td><td>${text(column.test)}</td><td>${text(effectLabel(effect.name))}</td>${numbers.map((cell) => `<td class="n">${htmlText(cell)}</td>`).join('')}<td class="n">${share}</td><td>${verdict}: ${text(column.reason, MAX_REASON_CHARACTERS)}</td></tr>`;
  });
  const more = columns.length - rows.length;
  const rest = more > 0 ? `<p>${formatCount(more)} more columns are in drift.json.</p>` : '';
  return `<table><thead><tr>${HEAD.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>${rest}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

function text(value: string, most = MAX_NAME_CHARACTERS): string {
  const characters = [...value.slice(0, 2 * most)];
  return htmlText(characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : characters.join(''));
}
