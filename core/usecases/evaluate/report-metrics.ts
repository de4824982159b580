import { lineageChanges } from '../../domain/evaluation/lineage-changes.ts';
import type { Measured } from '../../domain/evaluation/measure-estimates.ts';
import type { SliceKey } from '../../domain/evaluation/slice.ts';
import { COUNTED } from '../../domain/gate/test-count-evidence.ts';
import type { TrainingFacts } from '../../domain/gate/training-evidence.ts';
import { checkCountOf } from '../../domain/metrics/check-counts.ts';
import { DATA_SCHEMA_METRIC } from '../../domain/metrics/data-schema-metric.ts';
import { TEST_COUNTS, testCountOf } from '../../domain/metrics/test-counts.ts';
import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import type { EvaluationParts } from './evaluation-parts.ts';
import { fairnessMetrics } from './report-fairness.ts';
import { trainingMetricsShown } from './training-metrics.ts';

/** The metrics of a report: those of rows, then of the artifact, of counts, of fairness and of training. */
export function metricsShown(parts: EvaluationParts): EvaluationReport['metrics'] {
  const { judged, request } = parts;
  const { confidence } = request.config.evaluate;
  return [
    ...metricsOf(parts),
    ...artifactMetrics(parts, confidence),
    ...countsShown(parts, confidence),
    ...schemaFailuresShown(parts, confidence),
    ...fairnessMetrics(judged),
    ...trainingShown(parts).metrics,
  ];
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

/** The comparison of a report: none without a champion that has scores. */
export function comparisonsOf(parts: EvaluationParts): EvaluationReport['comparisons'] {
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

/** A slice as a field of a report; nothing for all rows. */
export function at(slice: SliceKey | undefined): { slice?: SliceKey } {
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
