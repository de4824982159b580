import { withClusters } from '../../domain/drift/design-effect.ts';
import { rowsPerObservation } from '../../domain/drift/effective-sample.ts';
import { estimatePerformance } from '../../domain/drift/performance/estimate-performance.ts';
import { type ColumnProfile, FULL_RESOLUTION, profileColumn } from '../../domain/drift/profile-column.ts';
import type { Sampling } from '../../domain/inference/population.ts';
import type { ColumnValues } from '../../domain/table/column-values.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import { UserError } from '../../errors.ts';
import type { DriftReport } from '../../reports/drift-report.ts';
import { columnOf } from '../evaluate/profile-dataset.ts';
import type { ScoringPorts } from '../evaluate/score-dataset.ts';
import type { DriftRequest } from './drift-request.ts';
import { realisedPerformance } from './realised-performance.ts';

/** Scores of a window. */
export interface WindowPredictions {
  readonly profile: ColumnProfile;
  readonly performance?: NonNullable<DriftReport['performance']>;
}

/**
 * The scores of a window, with the performance that they promise, and the one that outcomes show where they are known.
 *
 * @returns undefined where scores are not asked for, or the window has none.
 * @throws {UserError} DATA_INVALID where outcomes cannot be joined.
 */
export async function summarizePredictions(
  request: DriftRequest,
  { columns, sampling }: { readonly columns: ReadonlyMap<string, ColumnValues>; readonly sampling: Sampling },
  ports: ScoringPorts,
): Promise<WindowPredictions | undefined> {
  const { predictions: name } = request.drift;
  const values = name === undefined ? undefined : columns.get(name);
  if (name === undefined || values === undefined) return undefined;
  const ungrouped = profileColumn(name, values, { kind: 'numeric', resolution: FULL_RESOLUTION });
  const profile = withClusters(ungrouped, values, sampling);
  if (values.kind !== 'numeric') return { profile };
  const scores = values.values.filter(Number.isFinite);
  const reason = refusedScores(request, scores);
  if (reason !== undefined) return { profile, performance: { rows: scores.length, reason } };
  const estimated = estimatedOf(request, scores, rowsPerObservation(profile, 'values'));
  const realised = await realisedOf(request, columns, { scores: values.values, ports });
  if (estimated === undefined && realised === undefined) return { profile };
  const performance = {
    rows: scores.length,
    ...(estimated === undefined ? {} : { estimated }),
    ...(realised === undefined ? {} : { realised }),
  };
  return { profile, performance };
}

/** A sentence: why scores are not those of two classes; undefined where they are, or where the task has numbers. */
function refusedScores({ config }: DriftRequest, scores: Float64Array): string | undefined {
  if (config.task !== 'binary-classification') return undefined;
  const outside = scores.filter((score) => score < 0 || score > 1).length;
  if (outside === 0) return undefined;
  return `${formatCount(outside)} scores are not probabilities from 0 to 1, so performance is not computed.`;
}

function estimatedOf({ reference }: DriftRequest, scores: Float64Array, rowsPerObservation: number) {
  const { calibration, threshold, evaluated } = reference.profile.predictions ?? {};
  if (calibration === undefined || threshold === undefined || calibration.length === 0 || scores.length === 0)
    return undefined;
  const metrics = estimatePerformance(scores, { steps: calibration, threshold, rowsPerObservation });
  return metrics.map((metric) => ({ ...metric, evaluated: evaluated?.[metric.name] ?? null }));
}

async function realisedOf(
  { config, drift, labels, reference, current }: DriftRequest,
  columns: ReadonlyMap<string, ColumnValues>,
  { scores, ports }: { readonly scores: Float64Array; readonly ports: ScoringPorts },
) {
  const { key } = config.evaluate;
  if (labels === undefined || key === undefined) return undefined;
  const keys = columns.get(key);
  if (keys === undefined) {
    throw new UserError(
      'DATA_INVALID',
      `${current.shown} has no column ${key}: outcomes cannot be joined with predictions`,
      {
        fix: `Log ${key} with each prediction, or remove drift.labels (now ${drift.labels ?? 'set as an input'}).`,
      },
    );
  }
  const evaluated = reference.profile.predictions?.evaluated ?? {};
  const { grouping } = drift;
  const groups = columnOf(grouping, columns);
  return realisedPerformance({ config, labels, keys, scores, grouping, groups, evaluated }, ports);
}
