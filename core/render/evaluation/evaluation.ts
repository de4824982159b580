import { formatCount, formatPercent } from '../../domain/text/format-number.ts';
import { DAY_MS } from '../../domain/time/day.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import { renderValidation } from '../data-validation.ts';
import { escapeText } from '../text/escape.ts';
import { fold } from '../text/fold.ts';
import { inlineCode } from '../text/inline-code.ts';
import { renderPictures } from './comment-charts.ts';
import { originDoubt, originWords } from './dataset-origin.ts';
import { countFairness, renderFairness } from './evaluation-fairness.ts';
import { rebaselineWords, renderHeadline, renderTitle, VERDICT_ICONS } from './evaluation-headline.ts';
import { renderMetricTable, renderReasons, renderRuleTable } from './evaluation-rules.ts';
import { countSlices, renderSlices } from './evaluation-slices.ts';
import { renderLineageChanges } from './lineage.ts';

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
  /** Folded: rates by group, and fairness measures. */
  readonly fairness: string;
  /** Folded: ROC, precision and recall, calibration, residuals, confusion. */
  readonly pictures: string;
  /** Check of the dataset by its schema; folded where all of it holds. */
  readonly data: string;
  /** Verdict of the base branch's gate, if the pull request changes it. */
  readonly baseGate: string;
  /** Folded: parameters and data that the champion was not trained with. */
  readonly changes: string;
  /** Folded: all metrics. */
  readonly metrics: string;
  /** Folded: how these numbers were made. */
  readonly method: string;
}

/** The sections of a report that anyone may have written: every text of it is escaped. */
export function renderEvaluationSections(report: EvaluationReport): EvaluationSections {
  const slices = renderSlices(report);
  const pictures = renderPictures(report);
  const fairness = renderFairness(report);
  return {
    title: renderTitle(report),
    headline: `${renderHeadline(report)}${renderFeatures(report)}${renderStale(report)}${renderOrigin(report)}`,
    rules: renderRuleTable(report),
    reasons: renderReasons(report),
    slices: slices === '' ? '' : fold(`slices (${countSlices(report)}, worst first)`, slices),
    fairness: fairness === '' ? '' : fold(`fairness (${countFairness(report)})`, fairness),
    pictures: pictures === '' ? '' : fold('curves and calibration', pictures),
    data: renderData(report),
    baseGate: renderBaseGate(report),
    changes: renderChanges(report),
    metrics: fold('all metrics', renderMetricTable(report)),
    method: fold('how these numbers were computed', renderMethod(report)),
  };
}

const MAX_FEATURES = 10;

function renderFeatures({ features }: EvaluationReport): string {
  if (features === undefined || features.added.length + features.removed.length === 0) return '';
  const listed = (names: readonly string[], does: string) => {
    if (names.length === 0) return [];
    const more = names.length > MAX_FEATURES ? ` and ${names.length - MAX_FEATURES} more` : '';
    return [
      `${names
        .slice(0, MAX_FEATURES)
        .map((name) => inlineCode(name.slice(0, 80)))
        .join(', ')}${more} ${does}`,
    ];
  };
  return `\n\nFeatures: ${[...listed(features.added, 'added'), ...listed(features.removed, 'removed')].join('; ')}.`;
}

/** The step summary of evaluate-and-gate. */
export function renderEvaluationSummary(report: EvaluationReport): string {
  const { title, headline, baseGate, rules, reasons, data, slices, fairness, pictures, changes, metrics, method } =
    renderEvaluationSections(report);
  const parts = [title, headline, baseGate, rules, reasons, data, slices, fairness, pictures, changes, metrics, method];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function renderData({ dataValidation }: EvaluationReport): string {
  if (dataValidation === undefined) return '';
  const isQuiet = dataValidation.verdict === 'pass' && dataValidation.changes === undefined;
  const table = renderValidation(dataValidation);
  return isQuiet ? fold('data checks (all hold)', table) : table;
}

function renderBaseGate({ baseGate }: EvaluationReport): string {
  if (baseGate === undefined) return '';
  const { verdict, ownVerdict, reason, rules } = baseGate;
  const why = reason === undefined ? '' : ` It could not be applied: ${escapeText(reason)}.`;
  const told = rules.filter((rule) => rule.verdict === 'fail' || rule.verdict === 'inconclusive').slice(0, 5);
  const lines = told.map((rule) => `> - ${VERDICT_ICONS[rule.verdict]} ${escapeText(rule.reason)}`);
  return [
    `> ⚠️ This pull request changes how the model is judged. The verdict of its own gate is **${ownVerdict}**, that of the gate of the base branch **${verdict}**; the worse one counts.${why}`,
    ...lines,
  ].join('\n');
}

/** A comparison with an old champion says little about today: it is marked. */
function renderStale({ comparisons, createdAt }: EvaluationReport): string {
  const { version, registeredAt, stale } = comparisons[0]?.champion ?? {};
  if (stale !== true || registeredAt === undefined) return '';
  const days = Math.floor((Date.parse(createdAt) - Date.parse(registeredAt)) / DAY_MS);
  const which = version === undefined ? 'The champion' : `The champion v${escapeText(version, 140)}`;
  return `\n\n> ⏳ ${which} was registered ${formatCount(days)} days ago, longer than \`champion-stale-after\`.`;
}

/** Numbers on data that the code under review made say less: that is told next to them. */
function renderOrigin({ dataset }: EvaluationReport): string {
  const doubt = originDoubt(dataset);
  return doubt === '' ? '' : `\n\n> ⚠️ ${escapeText(doubt)}`;
}

function renderChanges({ comparisons }: EvaluationReport): string {
  const [comparison] = comparisons;
  if (comparison?.changes === undefined) return '';
  const { params, inputs } = comparison.changes;
  const since = comparison.champion.version === undefined ? 'the champion' : `v${comparison.champion.version}`;
  const title = `parameters and data since ${escapeText(since, 140)} (${params.length + inputs.length} changed)`;
  const table = renderLineageChanges(comparison.changes);
  return table === '' ? '' : fold(title, table);
}

/** Lines about the judged data: the rows of a dataset, or examples by the digest of their ids; and the files of results. */
function renderJudged({ dataset, results = [] }: EvaluationReport): readonly string[] {
  const { kind, path, digest, rows } = dataset;
  const files = results.map((one) => `${one.kind} ${inlineCode(one.path)} ${inlineCode(one.digest)}`).join(', ');
  const origin = originWords(dataset);
  const named = `Dataset ${inlineCode(path)}, ${formatCount(rows)} rows, ${inlineCode(digest)}${origin === '' ? '' : `, ${origin}`}.`;
  const ids = `${formatCount(rows)} examples, with ids ${inlineCode(digest)}.`;
  return [
    ...(kind === undefined ? [named] : kind === 'examples' ? [ids] : []),
    ...(files === '' ? [] : [`Files of results: ${files}.`]),
    ...(kind === 'numbers' ? [] : [renderSampling(dataset), ...renderFolds(dataset)]),
  ];
}

function renderFolds({ folds }: EvaluationReport['dataset']): readonly string[] {
  if (folds === undefined) return [];
  const { column, count, predictions } = folds;
  return [
    `Cross-validation: ${formatCount(predictions)} predictions in ${formatCount(count)} folds by ${inlineCode(column)}. A value is the mean over the folds, of models that were each trained on the other rows. It says how well this training works, with fewer rows than the registered model was trained on.`,
  ];
}

function renderSampling({ kind, clusterBy, clusters }: EvaluationReport['dataset']): string {
  const rows = kind === 'examples' ? 'Examples' : 'Rows';
  return clusterBy === undefined
    ? `${rows} are treated as independent.`
    : `${rows} of one ${escapeText(clusterBy)} are not independent: intervals are clustered (${formatCount(clusters ?? 0)} groups).`;
}

function renderMethod(report: EvaluationReport): string {
  const { dataset, candidate, comparisons, latency, runtime, metrics } = report;
  const champion = comparisons[0]?.champion;
  const methods = [
    ...new Set(metrics.flatMap(({ interval, rows }) => (interval === null || rows === 0 ? [] : [interval.method]))),
  ];
  const level = metrics.find(({ interval }) => interval !== null)?.interval?.level;
  const effects = metrics.flatMap(({ designEffect, slice }) =>
    designEffect === undefined || slice !== undefined ? [] : [designEffect],
  );
  const lines = [
    ...renderJudged(report),
    ...(effects.length === 0
      ? []
      : [
          `Design effect: ${Math.min(...effects).toFixed(1)} to ${Math.max(...effects).toFixed(1)} times the variance of independent rows.`,
        ]),
    ...(dataset.weight === undefined ? [] : [`Rows are weighted by ${inlineCode(dataset.weight)}.`]),
    ...(level === undefined
      ? []
      : [
          `Intervals: ${formatPercent(level)}, two-sided: ${escapeText(methods.join('; '))}. Slices fail only after Holm's adjustment.`,
        ]),
    `Candidate ${inlineCode(candidate.digest)}.`,
    ...(champion === undefined ? [] : [`Champion ${inlineCode(champion.digest)}.`]),
    ...(report.rebaseline === undefined ? [] : [rebaselineWords(report.rebaseline)]),
    ...(report.championNote === undefined ? [] : [escapeText(report.championNote)]),
    ...latencyLines(latency),
    ...(runtime === undefined
      ? []
      : [`Computed by ${escapeText(runtime.name)} ${escapeText(runtime.version)} (${escapeText(runtime.provider)}).`]),
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

function latencyLines(latency: EvaluationReport['latency']): readonly string[] {
  if (latency === null || latency.p50Ms === null) return [];
  const times = (of: NonNullable<typeof latency.batch>) =>
    `${of.p50Ms?.toFixed(2) ?? '—'} ms (median), ${of.p99Ms?.toFixed(2) ?? '—'} ms (99th percentile)`;
  const { batch } = latency;
  const atOnce = batch === undefined ? '' : `; ${formatCount(batch.batchRows)} at once take ${times(batch)}`;
  return [`One row takes ${times(latency)}${atOnce}, on this runner.`];
}
