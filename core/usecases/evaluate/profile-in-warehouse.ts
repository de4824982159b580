import type { DriftConfig } from '../../config/drift-config.ts';
import type { DataConfig } from '../../config/tidegate-config.ts';
import { pastWindowMs as lengthOfPast } from '../../domain/drift/current-window.ts';
import { UserError } from '../../errors.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';
import { profileReport } from './evaluate-candidate.ts';
import type { JudgedTables } from './evaluate-in-warehouse.ts';
import type { EvaluationRequest } from './evaluation-request.ts';
import { identifyTable, type TableIdentityPorts } from './identify-table.ts';
import { columnsToReport, windowToReport } from './profile-dataset.ts';
import { profileTable } from './warehouse-profile.ts';
import { describeTable } from './warehouse-table.ts';

/** Columns of a table of the warehouse that are watched for drift: the features that tidegate.yaml names. */
export function watchedFeatures({ features = [], label, time, exclude }: DataConfig): readonly string[] {
  const left = new Set([label, time, ...exclude]);
  return features.filter((name) => !left.has(name));
}

/**
 * The profile of a reference in the warehouse, of all its rows.
 *
 * @throws {UserError} For a column that the table lacks, and for columns that `drift.text` or `drift.times` names.
 */
export async function profileInWarehouse(
  request: EvaluationRequest,
  { tables, identity }: JudgedTables,
  ports: TableIdentityPorts,
): Promise<ProfileReport> {
  const { reference, config } = request;
  const names = watchedFeatures(config.data);
  refuseMeasures(config.drift);
  const { time } = config.data;
  const described = [...new Set([config.data.label, ...names, ...(time === undefined ? [] : [time])])];
  const of = await describeTable(reference.shown, described, ports.engine);
  const isJudged = reference.shown === tables.dataset.reference.text;
  const identified = isJudged ? identity : await identifyTable(of, described, ports);
  const columns = new Map(names.map((name) => [name, undefined]));
  const { drift } = config;
  const pastWindowMs = drift?.limits === 'history' ? lengthOfPast(drift.window) : undefined;
  const asked = { of, columns, time: timeOf(of.table.columns, time), pastWindowMs };
  const { windows, ...found } = await profileTable(asked, ports.engine);
  const past = windows && { windows: windows.map(windowToReport) };
  return profileReport(request, { ...found, columns: columnsToReport(found.columns), ...past }, identified);
}

/**
 * Refuses measures of texts and times for a reference in the warehouse.
 *
 * @throws {UserError} CONFIG_INVALID where `drift.text` or `drift.times` names any.
 */
export function refuseMeasures(drift: Pick<DriftConfig, 'text' | 'times'> | undefined): void {
  const key = (['text', 'times'] as const).find((one) => (drift?.[one] ?? []).length > 0);
  if (key === undefined) return;
  throw new UserError('CONFIG_INVALID', `drift.${key} is not computed for tables of a warehouse`, {
    fix: `Remove drift.${key}, or let drift.reference name files.`,
  });
}

/** The column of times, where it holds times. */
export function timeOf(
  columns: readonly { readonly name: string; readonly type: string }[],
  time: string | undefined,
): string | undefined {
  return columns.some(({ name, type }) => name === time && type === 'time') ? time : undefined;
}
