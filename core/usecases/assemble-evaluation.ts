import type { Grouping } from '../domain/evaluation/grouping.ts';
import type { RuleOutcome, SmallSlice } from '../domain/evaluation/judge-rules.ts';
import type { Measured, MeasuredPopulation } from '../domain/evaluation/measure-population.ts';
import type { SliceKey } from '../domain/evaluation/slice.ts';
import type { Sampling } from '../domain/metrics/standard-error.ts';
import type { ErrorPlace } from '../errors.ts';
import type { EvaluationReport, RuleResult } from '../reports/evaluation-report.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import type { ScoredContenders } from './open-contenders.ts';

/** Everything that was found. */
export interface EvaluationParts {
  readonly request: EvaluationRequest;
  readonly scored: ScoredContenders;
  readonly outcomes: readonly RuleOutcome[];
  /** All rows, then the slices that were judged. */
  readonly populations: readonly MeasuredPopulation[];
  readonly smallSlices: readonly SmallSlice[];
  readonly sampling: Sampling;
  readonly grouping: Grouping;
  readonly verdict: EvaluationReport['verdict'];
  readonly datasetDigest: string;
}

/** The report of a judgement. */
export function assembleEvaluation(parts: EvaluationParts): EvaluationReport {
  const { request, scored, sampling, grouping } = parts;
  const { evaluate, gate } = request.config;
  const size = scored.facts.candidate.artifact_size_bytes;
  return {
    ...request.header,
    dataset: {
      path: request.dataset.shown,
      digest: parts.datasetDigest,
      rows: scored.rows,
      ...(sampling.kind === 'clusters' ? { clusters: sampling.count } : {}),
      ...(grouping.kind === 'none' ? {} : { clusterBy: grouping.label }),
    },
    candidate: { digest: scored.candidateDigest, ...(size === undefined ? {} : { sizeBytes: size }) },
    metrics: [...metricsOf(parts), ...artifactMetrics(parts, evaluate.confidence)],
    comparisons: comparisonsOf(parts),
    rules: parts.outcomes.map((outcome) => ruleResult(outcome, request.rulePlaces[outcome.rule.index])),
    verdict: parts.verdict,
    whenInconclusive: gate.whenInconclusive,
    looks: null,
    latency: scored.latency === null ? null : { ...scored.latency },
    dataValidation: { problems: [] },
    signature:
      scored.signature === null
        ? null
        : {
            inputs: scored.signature.inputs.map((tensor) => ({ ...tensor, shape: [...tensor.shape] })),
            outputs: scored.signature.outputs.map((tensor) => ({ ...tensor, shape: [...tensor.shape] })),
          },
    ...championNote(scored),
    ...(scored.runtime === null ? {} : { runtime: { ...scored.runtime } }),
  };
}

function metricsOf({ populations, smallSlices, request }: EvaluationParts): EvaluationReport['metrics'] {
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

function comparisonsOf({ populations, scored }: EvaluationParts): EvaluationReport['comparisons'] {
  const { found } = scored;
  if (found.kind !== 'found' || scored.champion === null) return [];
  return [
    {
      champion: {
        digest: found.digest,
        environments: [...found.environments],
        ...(found.version === undefined ? {} : { version: found.version }),
      },
      metrics: populations.flatMap(({ comparisons }) =>
        comparisons.map(({ slice, champion, difference, ...rest }) => ({
          ...rest,
          ...at(slice),
          champion: plain(champion),
          difference: { ...plain(difference), pValue: difference.pValue, test: difference.test },
        })),
      ),
    },
  ];
}

function ruleResult(
  { rule, slice, verdict, reason, rowsToDecide }: RuleOutcome,
  place: ErrorPlace | undefined,
): RuleResult {
  return {
    rule: {
      metric: rule.metric,
      ...boundOf(rule),
      ...(rule.everySlice ? { slices: 'all' as const } : {}),
      whenInconclusive: rule.whenInconclusive,
      onFail: rule.onFail,
    },
    index: rule.index,
    ...at(slice),
    verdict,
    reason,
    ...(rowsToDecide === undefined ? {} : { rowsToDecide }),
    ...(place?.line === undefined ? {} : { line: place.line }),
  };
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

function plain({ value, interval, reason }: Measured): {
  value: number | null;
  interval: FiniteInterval | null;
  reason?: string;
} {
  return { value, interval: interval === null ? null : { ...interval }, ...(reason === undefined ? {} : { reason }) };
}

type FiniteInterval = { lower: number; upper: number; level: number; method: string };

function championNote({ found, absence }: ScoredContenders): { championNote?: string } {
  if (absence.kind === 'unreadable')
    return { championNote: `The champion could not be compared with: ${absence.reason}.` };
  return found.kind !== 'unreadable' && found.note !== undefined ? { championNote: found.note } : {};
}
