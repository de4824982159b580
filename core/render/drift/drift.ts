import { effectLabel } from '../../domain/drift/drift-effect-registry.ts';
import { formatCount, formatNumber, formatPercent } from '../../domain/text/format-number.ts';
import type { DriftIssueData } from '../../reports/drift-issue-data.ts';
import type { DriftColumn, DriftReport } from '../../reports/drift-report.ts';
import { escapeText } from '../text/escape.ts';
import { fold } from '../text/fold.ts';
import { inlineCode } from '../text/inline-code.ts';
import { formatDataBlock, formatMarker } from '../text/marker.ts';
import { renderXyChart } from '../text/mermaid.ts';
import { renderTable } from '../text/table.ts';

/** Signs of verdicts. */
export const ICONS = { drift: '🌊', 'no-drift': '✅', inconclusive: '⚠️' } as const;
/** Verdicts in words. */
export const WORDS = { drift: 'drift', 'no-drift': 'no drift', inconclusive: 'inconclusive' } as const;
const MAX_BARS = 12;
const MAX_ROWS = 100;

/**
 * The step summary of drift-check.
 *
 * @param page Address of the workflow artifact with the report as a page.
 */
export function renderDriftSummary(report: DriftReport, page?: string): string {
  const title = `### Tidegate · ${escapeText(report.model)} · ${ICONS[report.verdict]} ${WORDS[report.verdict]}`;
  const link =
    page === undefined ? [] : [`[The report with a chart of each column that drifted](${page}): \`drift.html\``];
  return `${[title, ...sections(report), ...link].join('\n\n')}\n`;
}

/**
 * The drift issue of a model, written and kept current by drift-check.
 *
 * @param data What later checks and the bot read back.
 */
export function renderDriftIssue(
  report: DriftReport,
  data: DriftIssueData,
): { readonly title: string; readonly body: string } {
  const state =
    report.verdict === 'no-drift'
      ? 'The data are back to normal: this issue is closed automatically.'
      : `Checks in a row that found drift: **${data.consecutive}**. This issue is updated by each check, and closed automatically when the data are back to normal.`;
  const parts = [formatMarker('drift', report.model), ...sections(report), state, formatDataBlock(data)];
  return { title: `Data drift: ${report.model}`, body: `${parts.join('\n\n')}\n` };
}

/** The outcome in a sentence. */
export function renderDriftHeadline(report: DriftReport): string {
  const columns = columnsOf(report);
  const drifted = sortedColumns(columns).filter(({ verdict }) => verdict === 'drift');
  const where = `in ${formatCount(report.current.rows)} rows${period(report)}, against ${referenceName(report)}`;
  const worse = (report.rules ?? []).filter(({ verdict }) => verdict === 'drift');
  if (worse.length > 0) {
    const said = worse.map(
      ({ name, value, evaluated }) => `${escapeText(name, 40)} ${show(value)} after ${show(evaluated)}`,
    );
    const also =
      drifted.length === 0
        ? ''
        : ` ${drifted.length} of ${report.dataset.tested} tested columns shifted more than allowed.`;
    return `**Performance is worse than allowed: ${said.join(', ')}** ${where}.${also}`;
  }
  if (report.verdict === 'inconclusive' && report.dataset.verdict !== 'inconclusive') {
    return `**Not decided**: the window is too small to tell if performance is worse than allowed, ${where}.`;
  }
  if (report.verdict === 'inconclusive') {
    const untested = columns.filter(({ verdict }) => verdict === 'inconclusive').length;
    return `**Not decided**: ${untested} of ${columns.length} columns could not be tested ${where}.`;
  }
  if (report.verdict === 'no-drift') return `**No column shifted more than allowed** ${where}.`;
  const names = drifted.slice(0, 3).map(({ name, effect }) => `${escapeText(name, 80)} by ${show(effect.value)}`);
  const more = drifted.length > 3 ? ` and ${drifted.length - 3} more` : '';
  return `**${names.join(', ')}${more}**: ${drifted.length} of ${report.dataset.tested} tested columns shifted more than allowed ${where}.`;
}

/** Columns of the data, the scores, and all columns together. */
export function columnsOf({ columns, predictions, multivariate }: DriftReport): readonly DriftColumn[] {
  return [...columns, predictions, multivariate].filter((column) => column !== undefined);
}

/** A metric of the window, and if it is by known outcomes or by the scores alone. */
export interface WindowMetric {
  readonly metric: NonNullable<NonNullable<DriftReport['performance']>['estimated']>[number];
  readonly by: 'labels' | 'scores';
}

/** Metrics of the window: the estimated ones, then those by outcomes. */
export function windowMetrics({ performance: found }: DriftReport): readonly WindowMetric[] {
  return [
    ...(found?.estimated ?? []).map((metric) => ({ metric, by: 'scores' as const })),
    ...(found?.realised?.metrics ?? []).map((metric) => ({ metric, by: 'labels' as const })),
  ];
}

function sections(report: DriftReport): readonly string[] {
  const rows = sortedColumns(columnsOf(report));
  return [
    renderDriftHeadline(report),
    ...performance(report),
    ...rules(report),
    ...chart(rows),
    table(rows),
    method(report),
  ];
}

/** Performance that the scores promise, and the one that outcomes show, next to the registered evaluation. */
function performance({ performance: found }: DriftReport): readonly string[] {
  if (found === undefined) return [];
  const { estimated, realised, reason } = found;
  if (reason !== undefined) return [escapeText(reason, 500)];
  const caution = 'From the scores alone: a changed relation of inputs and label does not show here.';
  const promised =
    estimated === undefined ? [] : [`${performanceTable('estimated without labels', estimated)}\n\n${caution}`];
  if (realised === undefined) return promised;
  const repeated = realised.repeated === 0 ? '' : ` ${formatCount(realised.repeated)} rows were logged more than once.`;
  const failed =
    realised.unscored === undefined ? '' : ` ${formatCount(realised.unscored)} rows with an outcome have no score.`;
  const counted = `Outcomes of ${formatCount(realised.rows)} rows are known, ${formatCount(realised.awaiting)} rows await theirs.${repeated}${failed}`;
  const shown = realised.metrics.length === 0 ? [] : [performanceTable('by the outcomes', realised.metrics)];
  return [...promised, ...shown, counted];
}

/** Verdicts on the metrics of `drift.performance`. */
function rules({ rules: judged = [] }: DriftReport): readonly string[] {
  if (judged.length === 0) return [];
  const lines = judged.map(({ name, by, maxDrop, verdict, reason }) => [
    escapeText(name, 40),
    by === 'labels' ? 'outcomes' : 'scores alone',
    show(maxDrop),
    `${ICONS[verdict]} ${escapeText(reason, 300)}`,
  ]);
  return [renderTable(['performance', 'by', 'most that it may be worse', ''], lines, ['l', 'l', 'r', 'l'])];
}

type Performance = NonNullable<NonNullable<DriftReport['performance']>['estimated']>;

function performanceTable(title: string, metrics: Performance): string {
  const lines = metrics.map(({ name, value, lower, upper, evaluated }) => [
    escapeText(name, 40),
    show(evaluated),
    show(value),
    lower === null || upper === null ? '—' : `${show(lower)} to ${show(upper)}`,
  ]);
  return renderTable([title, 'evaluation', 'this window', '95 %'], lines, ['l', 'r', 'r', 'r']);
}

function period({ current: { from, to } }: DriftReport): string {
  return from === null || to === null ? '' : ` from ${from.slice(0, 10)} to ${to.slice(0, 10)}`;
}

function referenceName({ reference }: DriftReport): string {
  const rows = `${formatCount(reference.rows)} rows of reference`;
  return reference.version === undefined
    ? `${rows} (${inlineCode(reference.path, 120)})`
    : `${rows} of v${escapeText(reference.version)}`;
}

/** Drifted first, then by how near a column is to its bar. */
export function sortedColumns(columns: readonly DriftColumn[]): readonly DriftColumn[] {
  const rank = { drift: 0, inconclusive: 1, 'no-drift': 2 } as const;
  return [...columns].sort((a, b) => rank[a.verdict] - rank[b.verdict] || shiftRatio(b) - shiftRatio(a));
}

/** Limit that a column has to exceed. */
export function limitOf({ effect }: DriftColumn): number {
  return Math.max(effect.floor, effect.limit ?? 0);
}

/** The shift as a share of its limit; 0 where there is no shift or no limit. */
export function shiftRatio(column: DriftColumn): number {
  const allowed = limitOf(column);
  return allowed === 0 ? 0 : (column.effect.value ?? 0) / allowed;
}

function chart(columns: readonly DriftColumn[]): readonly string[] {
  const shown = columns.filter(({ effect }) => effect.value !== null).slice(0, MAX_BARS);
  if (shown.length === 0) return [];
  const ratios = shown.map((column) => Number(shiftRatio(column).toPrecision(3)));
  return [
    renderXyChart({
      title: 'Shift of each column, as a share of its limit (line)',
      x: { labels: shown.map(({ name }) => name), maxCharacters: 24 },
      y: { title: 'shift / limit', from: 0, to: Math.max(1.2, ...ratios) },
      series: [
        ['bar', ratios],
        ['line', ratios.map(() => 1)],
      ],
    }),
  ];
}

function table(columns: readonly DriftColumn[]): string {
  const rows = columns
    .slice(0, MAX_ROWS)
    .map((column) => [
      escapeText(column.name, 80),
      escapeText(effectLabel(column.effect.name), 20),
      show(column.effect.value),
      show(limitOf(column)),
      showP(column.adjustedPValue),
      `${ICONS[column.verdict]} ${escapeText(column.reason, 300)}`,
    ]);
  const text = renderTable(['column', 'effect', 'shift', 'limit', 'p (adjusted)', ''], rows, [
    'l',
    'l',
    'r',
    'r',
    'r',
    'l',
  ]);
  return columns.length > MAX_ROWS ? `${text}\n\n${columns.length - MAX_ROWS} more columns are in the report.` : text;
}

function method({ dataset, current, reference, columns }: DriftReport): string {
  const lines = [
    `Tests: ${[...new Set(columns.filter(({ pValue }) => pValue !== null).map(({ test }) => test))].map((test) => inlineCode(test)).join(', ')}, as SciPy names them; p-values adjusted by Benjamini and Hochberg over ${formatCount(dataset.tested)} columns, at ${formatPercent(dataset.falseAlarmRate)}${dataset.checks === undefined ? '' : ` over ${formatCount(dataset.checks)} checks`}.`,
    ...logLines(current.log),
    ...(dataset.group === undefined
      ? []
      : [
          `The rows of one ${inlineCode(dataset.group, 80)} are one observation: each sample counts as many rows as independent ones would tell as much, and p-values are those of a variance from their number of groups.`,
        ]),
    'A column has drifted if its test is significant and its shift is above its limit: the lower bound of the shift above the effect floor of tidegate.yaml, and the shift above the limit if past windows of the reference shifted more.',
    `Current data ${inlineCode(current.path, 120)}, reference ${inlineCode(reference.digest)}.`,
  ];
  const list = lines.map((line) => `- ${line}`).join('\n');
  return fold('how these numbers were computed', list);
}

function logLines(log: DriftReport['current']['log']): readonly string[] {
  if (log === undefined) return [];
  const left = [
    [log.unanswered, 'requests without a response'],
    [log.orphans, 'responses without a request'],
    [log.repeated, 'records that were written twice'],
    [log.ignored, 'other events'],
    [log.cut, 'records cut at the end of a file'],
  ] as const;
  const found = left.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
  const more = found.length === 0 ? '' : `; left out or without a score: ${found.join(', ')}`;
  return [`Log: ${formatCount(log.requests)} requests with ${formatCount(log.rows)} rows${more}.`];
}

/** A number for people; a dash where there is none. */
export function show(value: number | null): string {
  return value === null ? '—' : formatNumber(value, 3);
}

/** A p-value for people. */
export function showP(p: number | null): string {
  if (p === null) return '—';
  return p < 0.001 ? '< 0.001' : formatNumber(p, 3);
}
