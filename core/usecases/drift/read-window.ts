import { lastRows, rowsOfWindow } from '../../domain/drift/current-window.ts';
import { sourceOf } from '../../domain/drift/profile-column.ts';
import { columnsOfGrouping } from '../../domain/policy/grouping.ts';
import { type ColumnValues, pickRows } from '../../domain/table/column-values.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { UserError } from '../../errors.ts';
import { span } from '../evaluate/profile-dataset.ts';
import { type ScoringPorts, scoreDataset } from '../evaluate/score-dataset.ts';
import { comparedColumns, type DriftRequest, latestTime } from './drift-request.ts';

/** The rows of the current window. */
export interface CurrentWindow {
  readonly rows: number;
  /** ISO 8601; null without times. */
  readonly from: string | null;
  readonly to: string | null;
  readonly columns: ReadonlyMap<string, ColumnValues>;
}

/**
 * Reads the current window: the compared columns, and what scores, outcomes and groups need.
 *
 * @throws {UserError} DATA_INVALID without the time or the group that is needed, and for rows of the future.
 */
export async function readWindow(
  table: TableDescription,
  request: DriftRequest,
  ports: ScoringPorts,
): Promise<CurrentWindow> {
  const { data } = request.config;
  const known = new Set(table.columns.filter(({ type }) => type !== 'other').map(({ name }) => name));
  const watched = comparedColumns(request)
    .map(sourceOf)
    .filter((name) => known.has(name));
  const time = data.time !== undefined && known.has(data.time) ? data.time : undefined;
  const { window, predictions } = request.drift;
  const isCounted = typeof window === 'object';
  if (window !== undefined && !isCounted && time === undefined) throw withoutTime(request, data.time);
  const joined = request.labels === undefined ? undefined : request.config.evaluate.key;
  const [group] = columnsOfGrouping(request.drift.grouping);
  if (group !== undefined && !known.has(group)) throw withoutGroup(request, group);
  const scores = [predictions, joined, group].flatMap((name) => (name !== undefined && known.has(name) ? [name] : []));
  const keep = [...new Set([...watched, ...scores, ...(time === undefined ? [] : [time])])];
  const { rows, columns } = await scoreDataset({ table, models: [], keep }, ports);
  const times = time === undefined ? undefined : columns.get(time);
  const isTimed = times?.kind === 'time';
  if (!isTimed && !isCounted) return { rows, ...span(undefined), columns };
  if (isTimed && window !== undefined) refuseFuture(times.values, request);
  const inside = isTimed ? rowsOfWindow(times.values, window) : lastRows(rows, isCounted ? window : { rows });
  const picked = [...columns].map(([name, values]) => [name, pickRows(values, inside)] as const);
  const found = isTimed ? span(pickRows(times, inside)) : span(undefined);
  return { rows: inside.length, ...found, columns: new Map(picked) };
}

function withoutGroup({ current }: DriftRequest, group: string): UserError {
  return new UserError('DATA_INVALID', `${current.shown} has no column ${group}, which drift.group names`, {
    fix: `Log ${group} with each prediction, or remove drift.group.`,
  });
}

/** The window ends with the newest row: one row with a wrong clock would leave all others out of it. */
function refuseFuture(times: Float64Array, request: DriftRequest): void {
  const { current, config } = request;
  const last = latestTime(request);
  const row = times.findIndex((time) => time > last);
  if (row === -1) return;
  const count = times.reduce((sum, time) => (time > last ? sum + 1 : sum), 0);
  const message = `${formatCount(count)} rows of ${current.shown} have a ${config.data.time} in the future, row ${row + 1} first (${formatInstant(times[row] ?? 0)}): the newest part of the data is not known`;
  throw new UserError('DATA_INVALID', message, {
    fix: 'Correct the clock that wrote them, and remove those rows; or remove drift.window, to compare all rows.',
  });
}

function withoutTime({ current }: DriftRequest, time: string | undefined): UserError {
  const what = time === undefined ? 'data.time is not set' : `${current.shown} has no column ${time}`;
  return new UserError('DATA_INVALID', `drift.window is set, but ${what}: the window cannot be computed`, {
    fix: 'Log the time of each prediction in the column of data.time, or remove drift.window.',
  });
}
