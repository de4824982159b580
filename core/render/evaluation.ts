import { formatCount, formatPercent } from '../domain/text/format-number.ts';
import type { EvaluationReport } from '../reports/evaluation-report.ts';
import { renderHeadline, renderTitle } from './evaluation-headline.ts';
import { renderMetricTable, renderReasons, renderRuleTable } from './evaluation-rules.ts';
import { countSlices, renderSlices } from './evaluation-slices.ts';
import { escapeText } from './text/escape.ts';
import { inlineCode } from './text/inline-code.ts';

/** The parts of an evaluation as Markdown: step summary and comment are made of the same. Empty where there is nothing. */
export interface EvaluationSections {
  /** A heading: model and verdict. */
  readonly title: string;
  /** The outcome in a sentence or two. */
  readonly headline: string;
  /** A table: a row a rule. */
  readonly rules: string;
  /** A list: why rules failed or are open. */
  readonly reasons: string;
  /** Folded: slices with a chart. */
  readonly slices: string;
  /** Folded: all metrics. */
  readonly metrics: string;
  /** Folded: how these numbers were made. */
  readonly method: string;
}

/** The sections of a report that anyone may have written: every text of it is escaped. */
export function renderEvaluationSections(report: EvaluationReport): EvaluationSections {
  const slices = renderSlices(report);
  return {
    title: renderTitle(report),
    headline: renderHeadline(report),
    rules: renderRuleTable(report),
    reasons: renderReasons(report),
    slices: slices === '' ? '' : fold(`slices (${countSlices(report)}, worst first)`, slices),
    metrics: fold('all metrics', renderMetricTable(report)),
    method: fold('how these numbers were made', renderMethod(report)),
  };
}

/** The step summary of evaluate-and-gate. */
export function renderEvaluationSummary(report: EvaluationReport): string {
  const { title, headline, rules, reasons, slices, metrics, method } = renderEvaluationSections(report);
  return `${[title, headline, rules, reasons, slices, metrics, method].filter((part) => part !== '').join('\n\n')}\n`;
}

function fold(title: string, content: string): string {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}

function renderMethod(report: EvaluationReport): string {
  const { dataset, candidate, comparisons, latency, runtime, metrics } = report;
  const champion = comparisons[0]?.champion;
  const interval = metrics.find((metric) => metric.interval !== null && metric.rows > 0)?.interval;
  const lines = [
    `Dataset ${inlineCode(dataset.path)}, ${formatCount(dataset.rows)} rows, ${inlineCode(dataset.digest)}.`,
    dataset.clusterBy === undefined
      ? 'Rows are taken as independent.'
      : `Rows of one ${escapeText(dataset.clusterBy)} are not independent: intervals are from ${formatCount(dataset.clusters ?? 0)} groups.`,
    ...(interval === null || interval === undefined
      ? []
      : [
          `Intervals: ${formatPercent(interval.level)}, two-sided, ${escapeText(interval.method)}. Slices fail by Holm's adjustment only.`,
        ]),
    `Candidate ${inlineCode(candidate.digest)}.`,
    ...(champion === undefined ? [] : [`Champion ${inlineCode(champion.digest)}.`]),
    ...(report.championNote === undefined ? [] : [escapeText(report.championNote)]),
    ...(latency?.p50Ms === null || latency?.p50Ms === undefined
      ? []
      : [
          `One row takes ${latency.p50Ms.toFixed(2)} ms (median), ${latency.p99Ms?.toFixed(2) ?? '—'} ms (99th percentile), on this runner.`,
        ]),
    ...(runtime === undefined
      ? []
      : [`Computed by ${escapeText(runtime.name)} ${escapeText(runtime.version)} (${escapeText(runtime.provider)}).`]),
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}
