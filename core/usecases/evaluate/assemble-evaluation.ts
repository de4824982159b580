import { isTrustedOrigin } from '../../domain/data/dataset-origin.ts';
import type { ModelCurves } from '../../domain/evaluation/curves.ts';
import type { JudgedScores } from '../../domain/evaluation/judge-gate.ts';
import type { RuleOutcome } from '../../domain/evaluation/judge-rules.ts';
import { lineageChanges } from '../../domain/evaluation/lineage-changes.ts';
import type { Measured } from '../../domain/evaluation/measure-estimates.ts';
import type { SliceKey } from '../../domain/evaluation/slice.ts';
import { unchangedVersion } from '../../domain/evaluation/unchanged-version.ts';
import { fairnessMetricOf } from '../../domain/fairness/fairness-measure.ts';
import { COUNTED } from '../../domain/gate/test-count-evidence.ts';
import type { TrainingFacts } from '../../domain/gate/training-evidence.ts';
import { checkCountOf } from '../../domain/metrics/check-counts.ts';
import { DATA_SCHEMA_METRIC } from '../../domain/metrics/data-schema-metric.ts';
import { TEST_COUNTS, testCountOf } from '../../domain/metrics/test-counts.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import type { ErrorPlace } from '../../errors.ts';
import type { EvaluationReport, ReportedCurves, RuleResult } from '../../reports/evaluation-report.ts';
import type { JudgedContenders } from './contender-facts.ts';
import type { JudgingRequest } from './evaluation-request.ts';
import type { IdentifiedDataset } from './hash-dataset.ts';
import { fairnessMetrics, fairnessReport } from './report-fairness.ts';
import { readReport } from './table-read.ts';
import { trainingMetricsShown } from './training-metrics.ts';

/** Verdict of the base branch's gate on the same scores. */
export interface BaseJudgement {
  readonly verdict: EvaluationReport['verdict'];
  readonly outcomes: readonly RuleOutcome[];
  /** Why it could not be applied: a clause; null where it was. */
  readonly reason: string | null;
}

/** Everything that was found. */
export interface EvaluationParts {
  readonly request: JudgingRequest;
  readonly scored: JudgedContenders;
  readonly judged: JudgedScores;
  readonly base: BaseJudgement | null;
  /** Metrics that the trainings of both models wrote. */
  readonly training: TrainingFacts;
  readonly dataset: IdentifiedDataset;
  /** Result of the check of the data schema; absent where no schema is named. */
  readonly validation?: EvaluationReport['dataValidation'];
  /** Undefined where no table was read. */
  readonly table: TableDescription | undefined;
  /** First and last time of the rows, ISO 8601. */
  readonly span: { readonly from: string | null; readonly to: string | null };
}

const WORST_FIRST = ['fail', 'inconclusive', 'pass'] as const;

/** The report of a judgement. Of two gates the worse verdict counts. */
export function assembleEvaluation(parts: EvaluationParts): EvaluationReport {
  const { request, scored, judged, base } = parts;
  const { grouping, clusters, outcomes } = judged;
  const { evaluate, gate } = request.config;
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
    metrics: [
      ...metricsOf(parts),
      ...artifactMetrics(parts, evaluate.confidence),
      ...countsShown(parts, evaluate.confidence),
      ...schemaFailuresShown(parts, evaluate.confidence),
      ...fairnessMetrics(judged),
      ...trainingShown(parts).metrics,
    ],
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

function curves({ judged, scored: { classes } }: EvaluationParts): NonNullable<EvaluationReport['curves']> {
  const { candidate, champion } = judged.curves();
  return {
    ...(classes === null ? {} : { classes }),
    candidate: reported(candidate),
    champion: champion && reported(champion),
  };
}

/** The same curves as the report has them. */
function reported({ calibration, residuals, ...curves }: ModelCurves): ReportedCurves {
  return {
    ...curves,
    ...(calibration === undefined ? {} : { calibration: calibration.map((bin) => ({ ...bin })) }),
    ...(residuals === undefined ? {} : { residuals: residuals.map((bin) => ({ ...bin })) }),
  };
}

function metricsOf({ judged: { populations, smallSlices }, request }: EvaluationParts): EvaluationReport['metrics'] {
  const [all] = populations;
  const measured = populations.flatMap(({ metrics }) => metrics.map((metric) => ({ ...metric, ...plain(metric) })));
  const reason = `fewer rows than min-rows (${request.config.evaluate.minRows})`;
  const unmeasured = smallSlices.flatMap(({ slice, rows }) =>
    (all?.metrics ?? []).map(({ name, direction }) => ({
      name,
      direction,
      slice: { ...slice },
      rows,
      value: null,
      interval: null,
      reason,
    })),
  );
  return [...measured.map(({ slice, ...rest }) => ({ ...rest, ...at(slice) })), ...unmeasured];
}

/** Exact values have their own number as both ends. */
function artifactMetrics({ scored }: EvaluationParts, level: number): EvaluationReport['metrics'] {
  return Object.entries(scored.facts.candidate).map(([name, value]) => ({
    name,
    direction: 'lower-is-better' as const,
    rows: 0,
    value,
    interval: { lower: value, upper: value, level, method: 'measured' },
  }));
}

/** Numbers of test cases and of checks that rules name: counted, so that they are exact. */
function countsShown({ judged, training }: EvaluationParts, level: number): EvaluationReport['metrics'] {
  const named = new Set(judged.outcomes.map(({ rule }) => rule.metric));
  return [...named].flatMap((name) => {
    const { value, direction } = countedNumber(name, training);
    if (value === undefined) return [];
    return [{ name, direction, rows: 0, value, interval: { lower: value, upper: value, level, method: COUNTED } }];
  });
}

/** The number of failed checks of the data schema, where a rule names it. */
function schemaFailuresShown({ judged, training }: EvaluationParts, level: number): EvaluationReport['metrics'] {
  const value = training.schemaFailures;
  const isNamed = judged.outcomes.some(({ rule }) => rule.metric === DATA_SCHEMA_METRIC);
  if (!isNamed || typeof value !== 'number') return [];
  const interval = { lower: value, upper: value, level, method: COUNTED };
  return [{ name: DATA_SCHEMA_METRIC, direction: 'lower-is-better', rows: 0, value, interval }];
}

function countedNumber(name: string, { tests, checks }: TrainingFacts) {
  const check = checkCountOf(name);
  if (check !== undefined) return { value: checks?.[check.format]?.[check.name], direction: check.direction };
  const test = testCountOf(name);
  const { direction } = TEST_COUNTS[test ?? 'tests'];
  return { value: test === undefined ? undefined : tests?.[test], direction };
}

function trainingShown({ judged, training }: EvaluationParts): ReturnType<typeof trainingMetricsShown> {
  return trainingMetricsShown(
    judged.outcomes.map(({ rule }) => rule),
    training,
  );
}

function comparisonsOf(parts: EvaluationParts): EvaluationReport['comparisons'] {
  const { judged, scored } = parts;
  const { populations } = judged;
  const { found } = scored;
  if (found.kind !== 'found' || scored.champion === null) return [];
  return [
    {
      champion: {
        digest: found.digest,
        environments: found.environments,
        ...(found.version === undefined ? {} : { version: found.version }),
        ...(scored.scoredBy.champion === null ? {} : { scoredBy: scored.scoredBy.champion }),
        ...ageOf(parts),
      },
      metrics: [
        ...populations.flatMap(({ comparisons }) =>
          comparisons.map(({ slice, champion, difference, ...rest }) => ({
            ...rest,
            ...at(slice),
            champion: plain(champion),
            difference: { ...plain(difference), pValue: difference.pValue, test: difference.test },
          })),
        ),
        ...trainingShown(parts).compared,
      ],
      ...changesOf(parts),
    },
  ];
}

/** When the champion was registered, and whether that is longer ago than the configuration lets pass unmarked. */
function ageOf({ request, scored }: EvaluationParts): { registeredAt?: string; stale?: boolean } {
  const registeredAt = scored.found.kind === 'found' ? scored.found.history?.registeredAt : undefined;
  if (registeredAt === undefined) return {};
  const { championStaleAfter } = request.config.evaluate;
  if (championStaleAfter === undefined) return { registeredAt };
  const ageMs = Date.parse(request.header.createdAt) - Date.parse(registeredAt);
  return { registeredAt, stale: ageMs > championStaleAfter };
}

/** Training inputs of the candidate that differ from the champion's; none if either is unknown. */
function changesOf({ request, scored }: EvaluationParts): Pick<EvaluationReport['comparisons'][number], 'changes'> {
  const history = scored.found.kind === 'found' ? scored.found.history : undefined;
  if (request.lineage === undefined || history?.params === undefined) return {};
  const { params, inputs } = lineageChanges({ params: history.params, inputs: history.trainedOn }, request.lineage);
  return { changes: { params: params.map((one) => ({ ...one })), inputs: inputs.map((one) => ({ ...one })) } };
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

function at(slice: SliceKey | undefined): { slice?: SliceKey } {
  return slice === undefined ? {} : { slice: { ...slice } };
}

function plain({ value, interval, reason, designEffect }: Measured): {
  value: number | null;
  interval: FiniteInterval | null;
  reason?: string;
  designEffect?: number;
} {
  return {
    value,
    interval: interval === null ? null : { ...interval },
    ...(reason === undefined ? {} : { reason }),
    ...(designEffect === undefined ? {} : { designEffect }),
  };
}

type FiniteInterval = { lower: number; upper: number; level: number; method: string };

function championNote({ found, absence }: JudgedContenders): Pick<EvaluationReport, 'championNote' | 'rebaseline'> {
  if (absence.kind === 'rebaselined') {
    const note = `There is no comparison with the champion: ${absence.instead}.`;
    return { championNote: note, rebaseline: { ...absence.decision } };
  }
  if (absence.kind === 'unreadable')
    return { championNote: `The comparison with the champion is not possible: ${absence.reason}.` };
  return found.kind !== 'unreadable' && found.note !== undefined ? { championNote: found.note } : {};
}
