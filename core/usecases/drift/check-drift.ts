import { withClusters } from '../../domain/drift/design-effect.ts';
import { type ColumnProfile, FULL_RESOLUTION, profileColumn, sourceOf } from '../../domain/drift/profile-column.ts';
import { profileTimes } from '../../domain/drift/profile-times.ts';
import { inSpellingOf, wasText } from '../../domain/drift/same-spelling.ts';
import { profileCurrentMeasure } from '../../domain/drift/text/profile-text.ts';
import { clusterRows } from '../../domain/evaluation/cluster-rows.ts';
import type { Sampling } from '../../domain/inference/population.ts';
import type { ColumnValues } from '../../domain/table/column-values.ts';
import { withExactKeys } from '../../domain/table/exact-keys.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import type { DriftReport } from '../../reports/drift-report.ts';
import { columnOf } from '../evaluate/profile-dataset.ts';
import type { ScoringPorts } from '../evaluate/score-dataset.ts';
import { compareWindow } from './compare-window.ts';
import { comparedColumns, type DriftRequest } from './drift-request.ts';
import { judgeMultivariate } from './judge-multivariate.ts';
import { readWindow } from './read-window.ts';
import { summarizePredictions } from './window-predictions.ts';

/**
 * Compares the current window of a model's data with its reference.
 *
 * @throws {UserError} Where the current data cannot be read, or lack the time that the window needs. A window without
 *   rows is inconclusive, not an error.
 */
export async function checkDrift(request: DriftRequest, ports: ScoringPorts): Promise<DriftReport> {
  const { reference, current } = request;
  const described = await ports.tables.describe(current.absolute, request.config.data.csv);
  const exact = request.labels === undefined ? described : withExactKeys(described, [request.config], []);
  const table = asInReference(exact, reference.profile.columns);
  const { rows, from, to, columns } = await readWindow(table, request, ports);
  const { grouping } = request.drift;
  const sampling = clusterRows(grouping, columnOf(grouping, columns));
  const profiles = comparedColumns(request).flatMap((column) => {
    const values = columns.get(sourceOf(column));
    return values === undefined ? [] : [summarize(column, values, { table, sampling })];
  });
  const predictions = await summarizePredictions(request, { columns, sampling }, ports);
  const scored = predictions === undefined ? {} : { predictions };
  const multivariate = await judgeMultivariate(request, columns, ports);
  const together = multivariate === undefined ? {} : { multivariate };
  return compareWindow(request, { rows, from, to, columns: profiles, ...scored, ...together });
}

function summarize(
  reference: ColumnProfile,
  values: ColumnValues,
  { table, sampling }: { readonly table: TableDescription; readonly sampling: Sampling },
): ColumnProfile {
  const { name, kind, text, time } = reference;
  if (text !== undefined) return profileCurrentMeasure(text, values, { resolution: FULL_RESOLUTION, sampling });
  if (time !== undefined) return profileTimes(time, values, { resolution: FULL_RESOLUTION, sampling });
  // Groups are looked at in the spelling of the values.
  const found = withClusters(profileColumn(name, values, { kind, resolution: FULL_RESOLUTION }), values, sampling);
  const isWritten = table.columns.find((column) => column.name === name)?.isWritten === true;
  return isWritten ? inSpellingOf(reference, found) : found;
}

/** A table in which columns of a file of text that were text in the reference are text, whatever their rows look like now. */
function asInReference(table: TableDescription, reference: readonly ColumnProfile[]): TableDescription {
  const profiles = new Map(reference.map((column) => [column.name, column]));
  const measured = new Set(reference.flatMap(({ text }) => (text === undefined ? [] : [text.column])));
  const columns = table.columns.map((column) => {
    const profile = profiles.get(column.name);
    const wasOneOfText = measured.has(column.name) || (profile !== undefined && wasText(profile, column.type));
    const isText = column.isWritten === true && wasOneOfText;
    return isText ? { ...column, type: 'text' as const } : column;
  });
  return { ...table, columns };
}
