import { isMeasure, sourceOf } from '../../domain/drift/profile-column.ts';
import { UserError } from '../../errors.ts';
import type { SqlEngine } from '../../ports/evaluate/sql-engine.ts';
import type { DriftReport } from '../../reports/drift-report.ts';
import { timeOf } from '../evaluate/profile-in-warehouse.ts';
import { profileTable } from '../evaluate/warehouse-profile.ts';
import { describeTable } from '../evaluate/warehouse-table.ts';
import { compareWindow } from './compare-window.ts';
import { comparedColumns, type DriftRequest, latestTime } from './drift-request.ts';

/**
 * Compares all rows of the current window with the reference, by counts that the engine computes where the data are.
 *
 * @throws {UserError} For a table without rows, without a column of the reference, or without the time that the window
 *   needs. A window without rows is inconclusive, not an error.
 */
export async function checkDriftInWarehouse(request: DriftRequest, engine: SqlEngine): Promise<DriftReport> {
  const { config, drift, reference, current } = request;
  const { time } = config.data;
  const compared = comparedColumns(request);
  refuseMeasuredReference(compared, reference.path);
  const names = compared.map(({ name }) => name);
  const described = [...new Set([...names, ...(time === undefined ? [] : [time])])];
  if (described.length === 0) throw withoutColumns(reference.path);
  const of = await describeTable(current.shown, described, engine);
  const known = timeOf(of.table.columns, time);
  const { window } = drift;
  if (typeof window === 'object') {
    throw new UserError('CONFIG_INVALID', 'drift.window counts rows, which tables of a warehouse have in no order', {
      fix: 'Set drift.window to a duration such as 7d, to week or to month.',
    });
  }
  if (drift.multivariate !== undefined) {
    throw new UserError('CONFIG_INVALID', 'drift.multivariate is not computed for tables of a warehouse', {
      fix: 'Remove drift.multivariate, or let drift.current name files.',
    });
  }
  if (request.drift.grouping.kind !== 'none') {
    throw new UserError('CONFIG_INVALID', 'drift.group is not computed for tables of a warehouse', {
      fix: 'Remove drift.group, or let drift.current name files.',
    });
  }
  if (window !== undefined && known === undefined) {
    const what = time === undefined ? 'data.time is not set' : `${time} of ${current.shown} holds no times`;
    throw new UserError('DATA_INVALID', `drift.window is set, but ${what}: the window cannot be computed`, {
      fix: 'Name a column of times in data.time, or remove drift.window.',
    });
  }
  const columns = new Map(compared.map(({ name, kind }) => [name, kind]));
  return compareWindow(
    request,
    await profileTable({ of, columns, time: known, window, latestMs: latestTime(request) }, engine),
  );
}

function refuseMeasuredReference(columns: ReturnType<typeof comparedColumns>, path: string): void {
  const measure = columns.find(isMeasure);
  if (measure === undefined) return;
  const [of, key] = [sourceOf(measure), measure.text === undefined ? 'times' : 'text'];
  const message = `the reference ${path} has measures of ${of}, which are not computed for tables of a warehouse`;
  throw new UserError('CONFIG_INVALID', message, {
    fix: `Set drift.${key} to its other columns ([] for none) and register a version again, or let drift.current name files.`,
  });
}

function withoutColumns(path: string): UserError {
  return new UserError('DATA_INVALID', `the reference ${path} has no columns to compare`, {
    fix: 'Name the features in data.features of tidegate.yaml, and register a version again.',
  });
}
