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
 * @throws {UserError} For a column that the table lacks, and for columns of text that drift.text names.
 */
export async function profileInWarehouse(
  request: EvaluationRequest,
  { tables, identity }: JudgedTables,
  ports: TableIdentityPorts,
): Promise<ProfileReport> {
  const { reference, config } = request;
  const names = watchedFeatures(config.data);
  refuseTexts(config.drift?.text);
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
 * Refuses columns of text for a reference in the warehouse.
 *
 * @param names `drift.text`.
 * @throws {UserError} CONFIG_INVALID where it names any.
 */
export function refuseTexts(names: readonly string[] = []): void {
  if (names.length === 0) return;
  throw new UserError('CONFIG_INVALID', 'drift.text is not computed for tables of a warehouse', {
    fix: 'Remove drift.text, or let drift.reference name files.',
  });
}

/** The column of times, where it holds times. */
export function timeOf(
  columns: readonly { readonly name: string; readonly type: string }[],
  time: string | undefined,
): string | undefined {
  return columns.some(({ name, type }) => name === time && type === 'time') ? time : undefined;
}
