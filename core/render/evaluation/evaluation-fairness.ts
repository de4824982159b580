import { formatGroup } from '../../domain/fairness/fairness-groups.ts';
import { fairnessDefinition, fairnessMetricName } from '../../domain/fairness/fairness-measure.ts';
import { GROUP_RATE_NAMES, GROUP_RATES } from '../../domain/metrics/group-rates.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import type { EvaluationReport, RuleResult } from '../../reports/evaluation-report.ts';
import type { FairnessReport } from '../../reports/fairness-report.ts';
import { escapeText } from '../text/escape.ts';
import { renderTable } from '../text/table.ts';
import { VERDICT_ICONS } from './evaluation-headline.ts';
import { type ShownEstimate, sharedDecimals, showLevel, showPlainRange, showValue } from './evaluation-numbers.ts';

/** Chosen: a label is told from others by this. */
const MOST_LABEL_CHARACTERS = 80;
const MOST_REASON_CHARACTERS = 200;

/** Fairness by column: a table of the groups' rates, and one of the measures. Empty where there is none. */
export function renderFairness({ fairness = [], rules }: EvaluationReport): string {
  return fairness.map((one) => renderColumn(one, rules)).join('\n\n');
}

/** The number of columns whose groups were compared, such as `1 column`. */
export function countFairness({ fairness = [] }: EvaluationReport): string {
  return `${fairness.length} ${fairness.length === 1 ? 'column' : 'columns'}`;
}

function renderColumn(fairness: FairnessReport, rules: readonly RuleResult[]): string {
  const { column, privileged } = fairness;
  const against =
    privileged === undefined
      ? 'each group with each other'
      : `each group with ${formatGroup(column, String(privileged))}`;
  const heading = `**By ${escapeText(column, MOST_LABEL_CHARACTERS)}**, ${escapeText(against, MOST_LABEL_CHARACTERS)}`;
  return [heading, groupTable(fairness), measureTable(fairness, rules)].filter((part) => part !== '').join('\n\n');
}

function groupTable({ column, groups }: FairnessReport): string {
  if (groups.length === 0) return '';
  const rows = groups.map(({ value, rows: count, judged, rates }) => [
    escapeText(formatGroup(column, value), MOST_LABEL_CHARACTERS),
    formatCount(count),
    ...GROUP_RATE_NAMES.map((name) => {
      const rate = rates.find((one) => one.name === name);
      if (!judged || rate === undefined) return 'not judged';
      return withRange(rate);
    }),
  ]);
  const head = ['group', 'rows', ...GROUP_RATE_NAMES.map((name) => GROUP_RATES[name].title.toLowerCase())];
  return renderTable(head, rows, ['l', 'r', ...GROUP_RATE_NAMES.map(() => 'r' as const)]);
}

function measureTable({ column, measures }: FairnessReport, rules: readonly RuleResult[]): string {
  const rows = measures.map(({ name, between, ...measure }) => {
    const metric = fairnessMetricName({ measure: name, column });
    const rule = rules.find((one) => one.rule.metric === metric);
    const groups = (between ?? []).map((value) => escapeText(String(value ?? 'missing'), MOST_LABEL_CHARACTERS));
    return [
      escapeText(fairnessDefinition(name).title),
      withRange(measure),
      groups.join(' and '),
      measure.reason === undefined ? '' : escapeText(measure.reason, MOST_REASON_CHARACTERS),
      rule === undefined ? '' : VERDICT_ICONS[rule.verdict],
    ];
  });
  const level = measures.find(({ interval }) => interval !== null)?.interval ?? undefined;
  const value = level === undefined ? 'value' : `value (${showLevel(level)})`;
  return renderTable(['measure', value, 'between', '', ''], rows, ['l', 'r', 'l', 'l', 'l']);
}

/** `0.62 (0.55 … 0.69)`. */
function withRange(estimate: ShownEstimate): string {
  const decimals = Math.max(2, sharedDecimals(estimate));
  const value = showValue(estimate, decimals);
  return estimate.interval === null ? value : `${value} (${showPlainRange(estimate.interval, decimals)})`;
}
