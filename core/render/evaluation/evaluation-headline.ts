import { formatSlice } from '../../domain/evaluation/slice.ts';
import { ruleDemand, twoDigits } from '../../domain/gate/rule-reason.ts';
import { isResultMetric, metricTitle } from '../../domain/metrics/metric-registry.ts';
import { formatCount, formatDifference } from '../../domain/text/format-number.ts';
import type { ComparedMetric, EvaluationReport, MetricResult, RuleResult } from '../../reports/evaluation-report.ts';
import { escapeText } from '../text/escape.ts';
import { inlineCode } from '../text/inline-code.ts';
import { sharedDecimals, showLevel, showRange, showValue } from './evaluation-numbers.ts';
import { boundOf } from './rule-bound.ts';

/** Symbol and word of a verdict. */
export const VERDICT_ICONS = { pass: '✅', fail: '❌', inconclusive: '⚠️', 'not-applicable': '➖' } as const;
const MAX_NAMED = 3;

/** The sentence that tells who accepted a new baseline, and why. */
export function rebaselineWords({ by, reason, pullRequest }: NonNullable<EvaluationReport['rebaseline']>): string {
  return `The test set is a new baseline, without a comparison with the champion: accepted by ${inlineCode(by)} in pull request ${pullRequest}, because: ${escapeText(reason, 500)}.`;
}

/** The line that says who is judged and how it came out. */
export function renderTitle(report: EvaluationReport): string {
  return `### Tidegate · ${escapeText(report.model)} · ${VERDICT_ICONS[report.verdict]} ${report.verdict}`;
}

/** The sentence that tells the outcome: the first gated metric with its change, on what, and what matters next to it. */
export function renderHeadline(report: EvaluationReport): string {
  const outcome = report.unchanged === undefined ? consequence(report) : unchanged(report, report.unchanged.version);
  const baseline = report.rebaseline === undefined ? '' : ` ⚠️ ${rebaselineWords(report.rebaseline)}`;
  return `${subject(report)} ${population(report)}. ${outcome}`.trim() + baseline;
}

function unchanged({ candidate, comparisons }: EvaluationReport, version: string): string {
  const name = escapeText(version, 140);
  const isSameFile = comparisons.every(({ champion }) => champion.digest === candidate.digest);
  const how = isSameFile ? 'byte for byte' : 'but for names in its file';
  return `Nothing to judge: the model is v${name}, ${how}, on the same data and by the same gate.`;
}

function subject(report: EvaluationReport): string {
  const names = [...report.rules.map(({ rule }) => rule.metric), ...report.metrics.map(({ name }) => name)];
  const compared = overall(report.comparisons[0]?.metrics ?? []);
  // Without rows, numbers are all that there is.
  const isOfNumbers = report.dataset.kind === 'numbers';
  const own = overall(report.metrics).filter(({ rows, value }) => rows > 0 || (isOfNumbers && value !== null));
  const known = new Set([...compared, ...own].map((metric) => metric.name));
  const name = names.find((one) => known.has(one));
  const change = compared.find((metric) => metric.name === name);
  const value = own.find((metric) => metric.name === name);
  if (value === undefined) return '**No metric has a value**';
  return `**${escapeText(metricTitle(value.name))} ${change === undefined ? alone(value) : changed(value, change)}**`;
}

function alone(metric: MetricResult): string {
  const decimals = Math.max(3, sharedDecimals(metric));
  // A number of a file has no sample: it is exact, or nothing is known about its error.
  const interval =
    metric.interval === null || isResultMetric(metric.name)
      ? ''
      : ` (${showLevel(metric.interval)} ${showRange(metric.interval, decimals).replaceAll('+', '')})`;
  return `${showValue(metric, decimals)}${interval}`;
}

function changed(metric: MetricResult, { champion, difference }: ComparedMetric): string {
  const decimals = Math.max(3, sharedDecimals(difference));
  const arrow = `${showValue(champion, decimals)} → ${showValue(metric, decimals)}`;
  if (difference.value === null) return arrow;
  const amount = formatDifference(difference.value, decimals);
  if (isResultMetric(metric.name)) return `${arrow} (${amount})`;
  if (difference.interval === null) return `${arrow} (${amount}, no interval)`;
  return `${arrow} (${amount}, ${showLevel(difference.interval)} ${showRange(difference.interval, decimals)})`;
}

function population({ dataset }: EvaluationReport): string {
  if (dataset.kind === 'numbers') return 'as its training wrote it';
  const rows = `on ${formatCount(dataset.rows)} ${unitOf(dataset)}`;
  if (dataset.folds !== undefined) return `${rows} in ${formatCount(dataset.folds.count)} folds`;
  if (dataset.clusters === undefined || dataset.clusterBy === undefined) return rows;
  const unit = dataset.clusterBy.startsWith('day(') ? 'days' : `groups by ${escapeText(dataset.clusterBy)}`;
  return `${rows} of ${formatCount(dataset.clusters)} ${unit}`;
}

/** The rows of a dataset by their name for people. */
export function unitOf({ kind }: Pick<EvaluationReport['dataset'], 'kind'>): string {
  return kind === 'examples' ? 'examples' : 'rows';
}

function consequence(report: EvaluationReport): string {
  const counting = report.rules.filter(({ rule }) => rule.onFail === 'fail');
  const failed = counting.filter(({ verdict }) => verdict === 'fail');
  if (failed.length > 0) return `Refused by ${listed(failed)}.`;
  const byBase = report.baseGate === undefined || report.baseGate.ownVerdict === report.verdict ? '' : ofBase(report);
  if (byBase !== '') return byBase;
  if (report.verdict === 'inconclusive') return undecided(counting);
  if (report.comparisons.length === 0) return 'There is no champion to compare with; the min and max rules pass.';
  const worse = overall(report.comparisons[0]?.metrics ?? [])
    .filter(gotWorse)
    .map(({ name }) => escapeText(metricTitle(name)));
  if (worse.length > 0) return `Within the margins, but worse: ${worse.join(', ')}.`;
  if (isEquivalent(report)) return 'Equivalent: the change is too small to matter. No metric got worse.';
  return `Shown: ${shown(counting)}.`;
}

/** The demands of the rules that passed on all rows: nothing more was shown. */
function shown(counting: readonly RuleResult[]): string {
  const passed = counting.filter(({ verdict, slice }) => verdict === 'pass' && slice === undefined);
  const demands = new Map<string, string[]>();
  for (const result of passed) {
    const title = escapeText(metricTitle(result.rule.metric));
    demands.set(title, [...(demands.get(title) ?? []), ruleDemand(boundOf(result))]);
  }
  const parts = [...demands].map(([title, all]) => `${title} ${all.join(' and ')}`);
  const more = parts.length > MAX_NAMED ? `; and ${parts.length - MAX_NAMED} more` : '';
  const isFromData = passed.some(({ rule }) => (rule.maxRegression ?? rule.minImprovement)?.from === 'data');
  const origin = isFromData ? ' (a margin that these rows can decide, not one that someone chose)' : '';
  return parts.length === 0 ? 'all rules hold' : `${parts.slice(0, MAX_NAMED).join('; ')}${more}${origin}`;
}

/** The gate of the base branch is the worse one: what it says. */
function ofBase({ baseGate }: EvaluationReport): string {
  const counting = (baseGate?.rules ?? []).filter(({ rule }) => rule.onFail === 'fail');
  const failed = counting.filter(({ verdict }) => verdict === 'fail');
  if (failed.length > 0) return `Refused by the gate of the base branch: ${listed(failed)}.`;
  const open = counting.filter(({ verdict, rule }) => verdict === 'inconclusive' && rule.whenInconclusive === 'fail');
  const what = open.length === 0 ? '' : `: ${listed(open)}`;
  const own = baseGate?.ownVerdict === 'pass' ? 'The rules of this pull request hold. ' : '';
  return `${own}Not decided by the gate of the base branch${what}.`;
}

function undecided(counting: readonly RuleResult[]): string {
  const open = counting.filter(({ verdict, rule }) => verdict === 'inconclusive' && rule.whenInconclusive === 'fail');
  if (open.length === 0) return 'No rule passed, so the gate is not decided.';
  const rows = open.map(({ rowsToDecide }) => rowsToDecide ?? null);
  const most = rows.every((count) => count !== null) ? Math.max(...rows) : null;
  const needed = most === null ? '' : ` About ${formatCount(twoDigits(most))} rows would decide.`;
  return `Not decided: ${listed(open)}.${needed}`;
}

function listed(results: readonly RuleResult[]): string {
  const names = [
    ...new Set(
      results.map(({ rule, slice }) => {
        const where = slice === undefined ? '' : ` on ${formatSlice(sliceKey(slice))}`;
        return escapeText(`${metricTitle(rule.metric)}${where}`, 120);
      }),
    ),
  ];
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  return `${names.slice(0, MAX_NAMED).join(', ')}${more}`;
}

function isEquivalent(report: EvaluationReport): boolean {
  const judged = report.rules.filter(
    ({ rule, slice }) => rule.maxRegression?.kind === 'absolute' && slice === undefined,
  );
  const intervals = new Map(
    overall(report.comparisons[0]?.metrics ?? []).map(({ name, difference }) => [name, difference.interval]),
  );
  return (
    judged.length > 0 &&
    judged.every(({ rule }) => {
      if (rule.maxRegression?.from === 'data') return false;
      const margin = rule.maxRegression?.value ?? 0;
      const interval = intervals.get(rule.metric);
      return interval !== null && interval !== undefined && interval.lower >= -margin && interval.upper <= margin;
    })
  );
}

function gotWorse({ direction, difference }: ComparedMetric): boolean {
  if (difference.interval === null) return false;
  return direction === 'higher-is-better' ? difference.interval.upper < 0 : difference.interval.lower > 0;
}

/** The results on all rows. */
export function overall<T extends { readonly slice?: unknown }>(metrics: readonly T[]): readonly T[] {
  return metrics.filter(({ slice }) => slice === undefined);
}

/** A slice of a report as the domain names it. */
export function sliceKey(slice: NonNullable<RuleResult['slice']>): Parameters<typeof formatSlice>[0] {
  if ('from' in slice && typeof slice.from === 'number' && typeof slice.to === 'number') {
    return { column: slice.column, from: slice.from, to: slice.to };
  }
  const value = 'value' in slice ? slice.value : null;
  const isPlain = typeof value === 'string' || typeof value === 'number';
  return { column: slice.column, value: isPlain ? value : value === null ? null : String(value) };
}
