import { z } from 'zod';
import type { DeployedVersion } from '../../domain/manifest/version-value.ts';
import { metricTitle } from '../../domain/metrics/metric-registry.ts';
import type { UnmetCondition } from '../../domain/promotion/conditions.ts';
import { describeCondition } from '../../domain/promotion/promotion-check.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { VersionEvidence } from '../../reports/version-evidence.ts';
import { comparedWords, originDoubt, originWords } from '../evaluation/dataset-origin.ts';
import { rebaselineWords } from '../evaluation/evaluation-headline.ts';
import {
  type ShownEstimate,
  sharedDecimals,
  showDifference,
  showLevel,
  showPlainRange,
  showValue,
} from '../evaluation/evaluation-numbers.ts';
import { renderRuleTable } from '../evaluation/evaluation-rules.ts';
import { renderSlices } from '../evaluation/evaluation-slices.ts';
import { renderLineageChanges } from '../evaluation/lineage.ts';
import { escapeText } from '../text/escape.ts';
import { fold } from '../text/fold.ts';
import { inlineCode } from '../text/inline-code.ts';
import { formatDataBlock, formatMarker, parseDataBlock } from '../text/marker.ts';
import { renderTable } from '../text/table.ts';
import { renderDeploymentCommit } from './deployment.ts';
import { renderManifestWarnings, type ShownWarning } from './manifest-warnings.ts';

/** A version as a promotion shows it. */
export interface PromotedVersionView extends DeployedVersion {
  readonly tag: string;
  readonly commit: string;
  readonly artifactDigest: string;
  /** Undefined where it is believed by history alone. */
  readonly document: { readonly [Key in keyof VersionEvidence]?: VersionEvidence[Key] | undefined } | undefined;
  readonly provenance: ShownProvenance;
}

/** Why a version is believed. */
export type ShownProvenance =
  | { readonly kind: 'release-run' | 'attestation' | 'store'; readonly runId: number | null }
  | { readonly kind: 'history'; readonly environment: string; readonly commit: string };

/** Content of a promotion pull request. */
export interface PromotionView {
  readonly model: string;
  readonly environment: string;
  readonly version: PromotedVersionView;
  /** Undefined: the environment has no version yet. */
  readonly replaces: PromotedVersionView | undefined;
  readonly files: readonly string[];
  /** Effects of the manifests that the diff does not show, in the order of the targets. */
  readonly warnings?: readonly ShownWarning[] | undefined;
  /** Gates that keep the check pending. */
  readonly waiting: readonly UnmetCondition[];
  /** Full evaluation by its release; undefined if GitHub has deleted it. */
  readonly evaluation?: EvaluationReport | undefined;
  /** The bot merges it once nothing waits. */
  readonly autoMerge?: boolean;
  /** True if the bot is there to answer commands; default true. */
  readonly answersCommands?: boolean;
  /** Numbers of the merged promotion pull requests of this environment, newest first. */
  readonly earlier: readonly number[];
}

/** The text of a promotion pull request, and of its one commit. */
export interface RenderedPromotion {
  readonly title: string;
  readonly body: string;
  readonly commitMessage: string;
}

const written = z.object({
  artifactUri: z.string().max(2000),
  image: z
    .object({ repository: z.string().max(500), tag: z.string().max(128).optional(), digest: z.string().max(100) })
    .optional(),
});
const promotionData = z.object({
  version: z.string().max(128),
  digest: z.string().max(100),
  /** Written form of the version; pull requests of earlier releases have none. */
  written: written.optional(),
});

/** Data of the hidden block of a promotion's body; undefined if it was tampered with. */
export function parsePromotionData(body: string): z.infer<typeof promotionData> | undefined {
  const parsed = promotionData.safeParse(parseDataBlock(body));
  return parsed.success ? parsed.data : undefined;
}

/** Writes a promotion pull request: the evidence, where the version comes from, what waits, and how to take it back. */
export function renderPromotion(view: PromotionView): RenderedPromotion {
  const { model, environment, version, replaces } = view;
  const title = `Promote ${model} v${version.version} to ${environment}`;
  const from = replaces === undefined ? 'the first version here' : `instead of v${replaces.version}`;
  const parts = [
    formatMarker('promotion', model, environment),
    `### Tidegate · ${model} · v${version.version} → ${environment}`,
    `Merging this runs **v${version.version}** in **${environment}**, ${from}. The diff is the changed lines and nothing else.`,
    renderManifestWarnings(view.warnings ?? []),
    renderEvidence(view),
    renderFullEvidence(view),
    renderLineage(view),
    renderWaiting(view),
    renderRollback(view),
    formatDataBlock(dataOf(version)),
  ];
  return {
    title,
    body: `${parts.filter((part) => part !== '').join('\n\n')}\n`,
    commitMessage: renderDeploymentCommit({ model, environment, version }),
  };
}

function dataOf({ version, artifactDigest: digest, artifactUri, image }: PromotedVersionView) {
  const { repository, tag, digest: imageDigest } = image ?? {};
  const own = repository === undefined ? {} : { image: { repository, tag, digest: imageDigest } };
  const named = written.safeParse({ artifactUri, ...own });
  return { version, digest, ...(named.success ? { written: named.data } : {}) };
}

function renderEvidence(view: PromotionView): string {
  const evidence = evidenceOf(view.version);
  if (evidence === undefined) {
    const why =
      view.version.provenance.kind === 'history'
        ? 'The document of its release has expired on GitHub. Values of its tag are not shown, because anyone who may push can write a tag.'
        : 'The document of its release has no metric values.';
    return `#### Evidence\n\n${why}`;
  }
  const comparison = evidence.comparisons.find(({ champion }) => champion.digest === view.replaces?.artifactDigest);
  const doubt = originDoubt(evidence.dataset ?? {});
  const note = doubt === '' ? '' : `> ⚠️ ${escapeText(doubt)}\n\n`;
  const table =
    comparison === undefined ? renderValues(view, evidence) : renderComparison(view, { evidence, comparison });
  const { rebaseline } = evidence.dataset ?? {};
  const baseline = rebaseline === undefined ? '' : `> ⚠️ ${rebaselineWords(rebaseline)}\n\n`;
  return `#### Evidence\n\n${baseline}${note}${table}`;
}

function evidenceOf({ document }: PromotedVersionView): VersionEvidence | undefined {
  const { metrics, comparisons, dataset } = document ?? {};
  return metrics === undefined || comparisons === undefined ? undefined : { metrics, comparisons, dataset };
}

/** Chosen: with the rest it stays below GitHub's limit of a body. */
const MAX_DETAILS_CHARACTERS = 40_000;

/** Folded: the gate's rules as the release applied them, and the slices against the version that is replaced. */
function renderFullEvidence({ evaluation, replaces }: PromotionView): string {
  if (evaluation === undefined) return '';
  const comparisons = evaluation.comparisons.filter(({ champion }) => champion.digest === replaces?.artifactDigest);
  const slices = renderSlices({ ...evaluation, comparisons });
  const folds = [
    fold('the gate, as the release applied it', renderRuleTable(evaluation)),
    ...(slices === '' ? [] : [fold(`slices against v${replaces?.version}, worst first`, slices)]),
  ];
  const text = folds.join('\n\n');
  return text.length > MAX_DETAILS_CHARACTERS ? 'The slices are too many to show here: see the run’s artifact.' : text;
}

/** The speed of a runner on one day is not evidence for an environment. */
function isEvidence({ name }: { readonly name: string }): boolean {
  return !name.startsWith('latency_');
}

function onRows({ dataset }: VersionEvidence): string {
  if (dataset === undefined || dataset.kind === 'numbers') return '';
  return ` on ${formatCount(dataset.rows)} ${dataset.kind === 'examples' ? 'examples' : 'rows'}`;
}

function renderValues({ version, replaces, environment }: PromotionView, evidence: VersionEvidence): string {
  const rows = evidence.metrics.filter(isEvidence).map((metric) => {
    const decimals = sharedDecimals(metric);
    const value = showValue(metric, decimals);
    const known = metric.interval !== null && metric.interval.lower < metric.interval.upper;
    return [
      escapeText(metricTitle(metric.name), 80),
      known && metric.interval !== null ? `${value} (${showPlainRange(metric.interval, decimals)})` : value,
    ];
  });
  const why =
    replaces === undefined
      ? `${environment} ran no version of this model, so there is no comparison`
      : `v${version.version} was not compared with v${replaces.version}`;
  if (rows.length === 0) return `${why}, and its document has no metric values.`;
  return `${why}. Its own values${onRows(evidence)}:\n\n${renderTable(['metric', `v${version.version} (${levelOf(evidence.metrics)})`], rows, ['l', 'r'])}`;
}

function renderComparison(
  { version, replaces, environment }: PromotionView,
  {
    evidence,
    comparison,
  }: { readonly evidence: VersionEvidence; readonly comparison: VersionEvidence['comparisons'][number] },
): string {
  const rows = comparison.metrics.filter(isEvidence).map(({ name, champion, difference }) => {
    const decimals = sharedDecimals(difference);
    const own = evidence.metrics.find((metric) => metric.name === name) ?? { value: null, interval: null };
    return [
      escapeText(metricTitle(name), 80),
      showValue(champion, decimals),
      showValue(own, decimals),
      showDifference(difference, decimals),
    ];
  });
  const level = levelOf(comparison.metrics.map(({ difference }) => difference));
  const head = ['metric', `v${replaces?.version} in ${environment}`, `v${version.version}`, `difference (${level})`];
  return `Against the version that it replaces in ${environment}${onRows(evidence)}:\n\n${renderTable(head, rows, ['l', 'r', 'r', 'r'])}`;
}

function levelOf(estimates: readonly ShownEstimate[]): string {
  const interval = estimates.find((estimate) => estimate.interval !== null)?.interval;
  return interval === null || interval === undefined ? 'CI' : showLevel(interval);
}

function renderLineage({ version, replaces }: PromotionView): string {
  const rows = [
    ['tag', inlineCode(version.tag)],
    ['commit', version.commit],
    ['artifact', inlineCode(version.artifactUri)],
    ['digest', inlineCode(version.artifactDigest)],
    ['trusted by', renderProvenance(version.provenance)],
    ...datasetRows(version.document?.dataset),
    ...(replaces === undefined ? [] : [['replaces', `v${replaces.version} of ${replaces.commit}`]]),
    ...codeChanges(version, replaces),
  ];
  return `#### Where it comes from\n\n${renderTable(['', ''], rows)}${renderChanges({ version, replaces })}`;
}

function renderProvenance(provenance: ShownProvenance): string {
  if (provenance.kind === 'history') {
    const { environment, commit } = provenance;
    return `history: ${escapeText(environment, 100)} had these values on the default branch at ${commit}; the document of its release has expired`;
  }
  const run =
    provenance.runId === null ? 'its release' : `run [${provenance.runId}](../actions/runs/${provenance.runId})`;
  if (provenance.kind === 'store') return `${run}: its store has the document that the tag names`;
  return provenance.kind === 'attestation'
    ? `a signature of ${run}`
    : `${run}: its register job uploaded the document that the tag names`;
}

/** Data on which it was judged, the origin of these bytes, and whether reviewers saw the same. */
function datasetRows(dataset: VersionEvidence['dataset']): readonly string[][] {
  // Without rows, the digest is of nothing.
  if (dataset?.digest === undefined || dataset.kind === 'numbers') return [];
  const compared = comparedWords(dataset);
  return [
    [
      dataset.kind === 'examples' ? 'ids of the examples' : 'dataset',
      `${inlineCode(dataset.digest)} ${escapeText(originWords(dataset))}`.trim(),
    ],
    ...(compared === '' ? [] : [['dataset of the pull request', escapeText(compared)]]),
  ];
}

/** A link to what changed in the code; relative, as GitHub resolves it on the pull request's page. */
function codeChanges(version: PromotedVersionView, replaces: PromotedVersionView | undefined): readonly string[][] {
  const commits = [replaces?.commit ?? '', version.commit];
  if (!commits.every((commit) => /^[0-9a-f]{40}$/.test(commit))) return [];
  return [['changes of code', `[compared](../compare/${commits.join('...')})`]];
}

/** Training inputs of the version that differ from those of the replaced one, as far as its document tells. */
function renderChanges({ version, replaces }: Pick<PromotionView, 'version' | 'replaces'>): string {
  const comparison = version.document?.comparisons?.find(
    ({ champion }) => champion.digest === replaces?.artifactDigest,
  );
  if (comparison?.changes === undefined || replaces === undefined) return '';
  const table = renderLineageChanges(comparison.changes);
  return table === ''
    ? `\n\nIt was trained with the same parameters and files as v${replaces.version}.`
    : `\n\nTrained with other parameters or files than v${replaces.version}:\n\n${table}`;
}

const MERGES_ITSELF =
  'It is merged automatically when the required checks of the default branch have passed; if none are required, a person merges.';

function renderWaiting({ waiting, autoMerge }: PromotionView): string {
  if (waiting.length === 0) {
    return `#### Conditions\n\nAll conditions hold${autoMerge === true ? `. ${MERGES_ITSELF}` : ': a person decides.'}`;
  }
  const rows = waiting.map((one) => [one.kind, escapeText(describeCondition(one), 300)]);
  return `#### Waiting for\n\n${renderTable(['condition', 'waits for'], rows)}\n\nThe check \`tidegate / promotion\` is pending until then.${autoMerge === true ? ` ${MERGES_ITSELF}` : ''}`;
}

const COMMANDS =
  'Commands, one per line in a comment: `/tidegate plan`, `/tidegate rollback [version]`, `/tidegate hold [reason]`, `/tidegate unhold`, `/tidegate help`.';

function renderRollback({ replaces, files, environment, earlier, answersCommands = true }: PromotionView): string {
  const back =
    replaces === undefined
      ? 'Revert this pull request.'
      : `Revert this pull request: ${environment} then runs v${replaces.version} again, until a newer version is promoted.`;
  const history =
    earlier.length === 0 ? '' : ` Earlier promotions here: ${earlier.map((number) => `#${number}`).join(', ')}.`;
  return `#### How to roll back\n\n${back} Files: ${files.map((file) => inlineCode(file)).join(', ')}.${history}\n\nClose this pull request without merging it to decline this version for ${environment}.${answersCommands ? ` ${COMMANDS}` : ''}`;
}
