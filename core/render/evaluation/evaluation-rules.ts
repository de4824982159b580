import { ruleDemand } from '../../domain/gate/rule-reason.ts';
import { metricTitle } from '../../domain/metrics/metric-registry.ts';
import type { ComparedMetric, EvaluationReport, RuleResult } from '../../reports/evaluation-report.ts';
import { escapeText } from '../text/escape.ts';
import { renderTable } from '../text/table.ts';
import { overall, VERDICT_ICONS } from './evaluation-headline.ts';
import { differenceHead, sharedDecimals, showDifference, showValue } from './evaluation-numbers.ts';
import { indexReport, placeLabel, type ReportIndex } from './report-index.ts';
import { boundOf } from './rule-bound.ts';

const MAX_REASONS = 12;
const ORDER = ['fail', 'inconclusive', 'pass', 'not-applicable'] as const;

/** A row a rule: both models, the difference, what was demanded, how it came out. */
export function renderRuleTable(report: EvaluationReport): string {
  const version = report.comparisons[0]?.champion.version;
  const head = [
    'metric',
    version === undefined ? 'champion' : `champion v${escapeText(version)}`,
    'candidate',
    differenceHead(differencesOf(report)),
    'rule',
    '',
  ];
  const byRule = new Map<number, RuleResult[]>();
  for (const result of report.rules) {
    const known = byRule.get(result.index);
    if (known === undefined) byRule.set(result.index, [result]);
    else known.push(result);
  }
  const index = indexReport(report);
  const rows = [...byRule.values()].map((results) => ruleRow(results, index));
  return renderTable(head, rows, ['l', 'r', 'r', 'r', 'l', 'l']);
}

/** Why rules failed or are open, worst first; those that do not count last. */
export function renderReasons({ rules }: EvaluationReport): string {
  const told = rules
    .filter(({ verdict }) => verdict === 'fail' || verdict === 'inconclusive')
    .sort((a, b) => rank(a) - rank(b));
  const lines = told
    .slice(0, MAX_REASONS)
    .map((result) => `- ${iconOf(result)} ${escapeText(result.reason)}${note(result)}`);
  const more = told.length > MAX_REASONS ? [`- … and ${told.length - MAX_REASONS} more in the report`] : [];
  return [...lines, ...more].join('\n');
}

function rank({ verdict, rule }: RuleResult): number {
  const counts = rule.onFail === 'fail' && !(verdict === 'inconclusive' && rule.whenInconclusive === 'warn');
  return (counts ? 0 : 10) + ORDER.indexOf(verdict);
}

function iconOf({ verdict, rule }: RuleResult): string {
  return verdict === 'fail' && rule.onFail === 'warn' ? VERDICT_ICONS.inconclusive : VERDICT_ICONS[verdict];
}

function note({ verdict, rule }: RuleResult): string {
  const counts = rule.onFail === 'fail' && !(verdict === 'inconclusive' && rule.whenInconclusive === 'warn');
  return counts ? '' : ' *(shown, does not count)*';
}

function ruleRow(results: readonly RuleResult[], index: ReportIndex): readonly string[] {
  const [worst] = results
    .map((result) => ({ result, harm: harmOf(result, index) }))
    .sort((a, b) => ORDER.indexOf(a.result.verdict) - ORDER.indexOf(b.result.verdict) || b.harm - a.harm)
    .map(({ result }) => result);
  if (worst === undefined) return [];
  const { rule, slice } = worst;
  const compared = index.compared(rule.metric, slice);
  const own = index.own(rule.metric, slice);
  const decimals = Math.max(3, sharedDecimals(compared?.difference, own));
  const where =
    rule.slices === undefined
      ? ''
      : `, ${slice === undefined ? 'by slice' : `worst of ${results.length} slices: ${placeLabel(slice)}`}`;
  return [
    escapeText(`${metricTitle(rule.metric)}${where}`),
    compared === undefined ? '—' : showValue(compared.champion, decimals),
    own === undefined ? '—' : showValue(own, decimals),
    differenceCell(compared, decimals),
    escapeText(`${ruleDemand(boundOf(worst))}${rule.slices === undefined ? '' : ' in any slice'}`),
    `${iconOf(worst)}${tally(results)}`,
  ];
}

/** Loss of the candidate against the champion where a rule was judged: positive is worse. */
function harmOf({ rule, slice }: RuleResult, index: ReportIndex): number {
  const found = index.compared(rule.metric, slice);
  const value = found?.difference.value ?? 0;
  return found?.direction === 'higher-is-better' ? -value : value;
}

function differenceCell(compared: ComparedMetric | undefined, decimals: number): string {
  return compared === undefined ? '—' : showDifference(compared.difference, decimals);
}

function tally(results: readonly RuleResult[]): string {
  const judged = results.filter(({ verdict }) => verdict !== 'not-applicable');
  if (judged.length < 2) return '';
  return ` ${judged.filter(({ verdict }) => verdict === 'pass').length} of ${judged.length}`;
}

/** All metrics on all rows, gated or not. */
export function renderMetricTable(report: EvaluationReport): string {
  const index = indexReport(report);
  const rows = overall(report.metrics).map((metric) => {
    const pair = index.compared(metric.name, undefined);
    const decimals = Math.max(3, sharedDecimals(pair?.difference, metric));
    const champion = pair === undefined ? '—' : showValue(pair.champion, decimals);
    const reason = metric.reason === undefined ? '' : escapeText(metric.reason, 120);
    return [
      escapeText(metricTitle(metric.name)),
      champion,
      showValue(metric, decimals),
      differenceCell(pair, decimals),
      reason,
    ];
  });
  const head = ['metric', 'champion', 'candidate', differenceHead(differencesOf(report)), ''];
  return renderTable(head, rows, ['l', 'r', 'r', 'r', 'l']);
}

function differencesOf({ comparisons }: EvaluationReport): readonly ComparedMetric['difference'][] {
  return (comparisons[0]?.metrics ?? []).map(({ difference }) => difference);
}
