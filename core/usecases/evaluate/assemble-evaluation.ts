import { isTrustedOrigin } from '../../domain/data/dataset-origin.ts';
import type { ModelCurves } from '../../domain/evaluation/curves.ts';
import type { JudgedScores } from '../../domain/evaluation/judge-gate.ts';
import type { RuleOutcome } from '../../domain/evaluation/judge-rules.ts';
import { unchangedVersion } from '../../domain/evaluation/unchanged-version.ts';
import { fairnessMetricOf } from '../../domain/fairness/fairness-measure.ts';
import type { ScoreMeaning } from '../../domain/metrics/metric.ts';
import type { ErrorPlace } from '../../errors.ts';
import type { EvaluationReport, ReportedCurves, RuleResult } from '../../reports/evaluation-report.ts';
import type { JudgedContenders } from './contender-facts.ts';
import type { BaseJudgement, EvaluationParts } from './evaluation-parts.ts';
import type { JudgingRequest } from './evaluation-request.ts';
import { fairnessReport } from './report-fairness.ts';
import { at, comparisonsOf, metricsShown } from './report-metrics.ts';
import { readReport } from './table-read.ts';

const WORST_FIRST = ['fail', 'inconclusive', 'pass'] as const;

/** The report of a judgement. Of two gates the worse verdict counts. */
export function assembleEvaluation(parts: EvaluationParts): EvaluationReport {
  const { request, scored, judged, base } = parts;
  const { grouping, clusters, outcomes } = judged;
  const { gate } = request.config;
  const size = scored.facts.candidate.artifact_size_bytes;
  const unchanged = unchangedOf(parts);
  const worse = WORST_FIRST.find((verdict) => verdict === judged.verdict || verdict === base?.verdict);
  return {
    ...request.header,
    dataset: {
      ...(parts.dataset.kind === undefined ? {} : { kind: parts.dataset.kind }),
      path: request.dataset.shown,
      digest: parts.dataset.digest,
      rows: scored.rows,
      trusted: isTrustedOrigin(parts.dataset.origin),
      origin: parts.dataset.origin,
      ...(parts.dataset.note === undefined ? {} : { originNote: parts.dataset.note }),
      ...(clusters === null ? {} : { clusters }),
      ...(grouping.kind === 'none' ? {} : { clusterBy: grouping.label }),
      ...foldsOf(parts),
      ...(parts.span.from === null || parts.span.to === null ? {} : { from: parts.span.from, to: parts.span.to }),
      ...weightOf(request.config),
      ...(parts.dataset.warehouse === undefined ? {} : { warehouse: { ...parts.dataset.warehouse } }),
      ...(parts.table === undefined ? {} : readReport(parts.table)),
    },
    ...(request.results === undefined ? {} : { results: request.results.map((result) => ({ ...result })) }),
    ...inputsOf(request),
    ...(parts.validation === undefined ? {} : { dataValidation: parts.validation }),
    ...(scored.features === null ? {} : { features: { ...scored.features } }),
    ...(scored.scoredBy.candidate === null ? {} : { scoredBy: scored.scoredBy.candidate }),
    candidate: {
      digest: scored.candidateDigest,
      ...(size === undefined ? {} : { sizeBytes: size }),
      ...(scored.computations.candidate === undefined ? {} : { computation: scored.computations.candidate }),
      ...predictionsOf(request),
    },
    metrics: metricsShown(parts),
    ...fairnessReport(judged),
    comparisons: comparisonsOf(parts),
    rules: outcomes.map((outcome) => ruleResult(outcome, request.rulePlaces[outcome.rule.index])),
    // A rule that fails was changed since, or something that no digest covers.
    verdict: unchanged === undefined || worse === 'fail' ? (worse ?? 'inconclusive') : 'pass',
    ...(unchanged === undefined || worse === 'fail' ? {} : { unchanged: { version: unchanged } }),
    ...(base === null ? {} : { baseGate: baseGate(judged, base) }),
    whenInconclusive: gate.whenInconclusive,
    latency: scored.latency === null ? null : { ...scored.latency, batch: { ...scored.latency.batch } },
    curves: curves(parts),
    signature:
      scored.signature === null
        ? null
        : {
            inputs: scored.signature.inputs.map((tensor) => ({ ...tensor })),
            outputs: scored.signature.outputs.map((tensor) => ({ ...tensor })),
          },
    ...championNote(scored),
    ...(scored.runtime === null ? {} : { runtime: { ...scored.runtime } }),
  };
}

function unchangedOf({ request, scored, dataset }: EvaluationParts): string | undefined {
  const { found, candidateDigest: candidate, computations } = scored;
  const isRegistered = found.kind === 'found' && found.version !== undefined;
  const champion = isRegistered
    ? { version: found.version, digest: found.digest, computation: computations.champion, history: found.history }
    : undefined;
  return unchangedVersion({
    candidate,
    computation: computations.candidate,
    predictions: predictionsOf(request).predictions?.digest,
    results: request.results,
    dataset: dataset.digest,
    champion,
    isJudgedAnew: request.base !== null,
  });
}

function foldsOf({
  request: { config },
  scored: { folds },
}: EvaluationParts): Pick<EvaluationReport['dataset'], 'folds'> {
  const column = config.task === 'custom' ? undefined : config.evaluate.folds;
  if (column === undefined || folds === undefined) return {};
  return { folds: { column, count: folds.names.length, predictions: folds.rows.length } };
}

function weightOf(config: JudgingRequest['config']): Pick<EvaluationReport['dataset'], 'weight'> {
  const weight = config.task === 'custom' ? undefined : config.evaluate.weight;
  return weight === undefined ? {} : { weight };
}

function predictionsOf({ candidate }: JudgingRequest): Pick<EvaluationReport['candidate'], 'predictions'> {
  if (candidate.kind !== 'scored-artifact' || candidate.table === undefined) return {};
  return { predictions: { ...candidate.table } };
}

function inputsOf({ inputs }: JudgingRequest): Pick<EvaluationReport, 'inputsDigest' | 'inputsReason'> {
  if (inputs === undefined) return {};
  return 'digest' in inputs ? { inputsDigest: inputs.digest } : { inputsDigest: null, inputsReason: inputs.reason };
}

function baseGate(judged: JudgedScores, base: BaseJudgement): NonNullable<EvaluationReport['baseGate']> {
  return {
    verdict: base.verdict,
    ownVerdict: judged.verdict,
    rules: base.outcomes.map((outcome) => ruleResult(outcome, undefined)),
    ...(base.reason === null ? {} : { reason: base.reason }),
  };
}

function curves({ judged, scored: { classes }, request }: EvaluationParts): NonNullable<EvaluationReport['curves']> {
  const { candidate, champion } = judged.curves();
  const { config } = request;
  const scores = config.task === 'custom' ? 'probability' : config.evaluate.scores;
  return {
    ...(classes === null ? {} : { classes }),
    candidate: reported(candidate, scores),
    champion: champion && reported(champion, scores),
  };
}

/** The same curves as the report has them. What are not probabilities have no calibration. */
function reported({ calibration: measured, residuals, ...curves }: ModelCurves, scores: ScoreMeaning): ReportedCurves {
  const calibration = scores === 'probability' ? measured : undefined;
  return {
    ...curves,
    ...(calibration === undefined ? {} : { calibration: calibration.map((bin) => ({ ...bin })) }),
    ...(residuals === undefined ? {} : { residuals: residuals.map((bin) => ({ ...bin })) }),
  };
}

function ruleResult(
  { rule, slice, verdict, reason, rowsToDecide, rowsIfEqual, decidableMargin }: RuleOutcome,
  place: ErrorPlace | undefined,
): RuleResult {
  return {
    rule: {
      metric: rule.metric,
      ...boundOf(rule),
      ...(rule.everySlice ? { slices: 'all' as const } : {}),
      ...fairnessOf(rule.metric),
      whenInconclusive: rule.whenInconclusive,
      onFail: rule.onFail,
    },
    index: rule.index,
    ...at(slice),
    verdict,
    reason,
    ...(rowsToDecide === undefined ? {} : { rowsToDecide }),
    ...(rowsIfEqual === undefined ? {} : { rowsIfEqual }),
    ...(decidableMargin === undefined ? {} : { decidableMargin }),
    ...(place?.line === undefined ? {} : { line: place.line }),
  };
}

function fairnessOf(metric: string): Pick<RuleResult['rule'], 'fairness' | 'column'> {
  const named = fairnessMetricOf(metric);
  return named === undefined ? {} : { fairness: named.measure, column: named.column };
}

function boundOf({ bound }: RuleOutcome['rule']): Partial<RuleResult['rule']> {
  if ('value' in bound) return bound.kind === 'min' ? { min: bound.value } : { max: bound.value };
  return bound.kind === 'max-regression'
    ? { maxRegression: { ...bound.margin } }
    : { minImprovement: { ...bound.margin } };
}

function championNote({ found, absence }: JudgedContenders): Pick<EvaluationReport, 'championNote' | 'rebaseline'> {
  if (absence.kind === 'rebaselined') {
    const note = `There is no comparison with the champion: ${absence.instead}.`;
    return { championNote: note, rebaseline: { ...absence.decision } };
  }
  if (absence.kind === 'unreadable')
    return { championNote: `The comparison with the champion is not possible: ${absence.reason}.` };
  return found.kind !== 'unreadable' && found.note !== undefined ? { championNote: found.note } : {};
}
