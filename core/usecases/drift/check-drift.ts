import type { DriftConfig } from '../../config/drift-config.ts';
import { columnDistribution } from '../../domain/drift/column-distribution.ts';
import {
  type ColumnPair,
  type ComparedColumn,
  compareColumns,
  type DriftPolicy,
  datasetVerdict,
} from '../../domain/drift/compare-columns.ts';
import { lastRows, rowsOfWindow } from '../../domain/drift/current-window.ts';
import { withClusters } from '../../domain/drift/design-effect.ts';
import { type JudgedMetric, judgePerformance } from '../../domain/drift/performance/judge-performance.ts';
import { type ColumnProfile, FULL_RESOLUTION, profileColumn, shareMissing } from '../../domain/drift/profile-column.ts';
import { inSpellingOf, wasText } from '../../domain/drift/same-spelling.ts';
import { clusterRows } from '../../domain/evaluation/cluster-rows.ts';
import { findMetric } from '../../domain/metrics/metric-registry.ts';
import { columnsOfGrouping, type Grouping } from '../../domain/policy/grouping.ts';
import { type ColumnValues, pickRows } from '../../domain/table/column-values.ts';
import { withExactKeys } from '../../domain/table/exact-keys.ts';
import type { TableDescription } from '../../domain/table/table.ts';
import { formatCount } from '../../domain/text/format-number.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { UserError } from '../../errors.ts';
import type { DriftColumn, DriftReport } from '../../reports/drift-report.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';
import { columnOf, span } from '../evaluate/profile-dataset.ts';
import { type ScoringPorts, scoreDataset } from '../evaluate/score-dataset.ts';
import { comparedColumns, type DriftRequest, latestTime } from './drift-request.ts';
import { summarizePredictions, type WindowPredictions } from './window-predictions.ts';

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
    const values = columns.get(column.name);
    return values === undefined ? [] : [withClusters(summarize(column, values, table), values, sampling)];
  });
  const predictions = await summarizePredictions(request, { columns, sampling }, ports);
  const scored = predictions === undefined ? {} : { predictions };
  return compareWindow(request, { rows, from, to, columns: profiles, ...scored });
}

/** A window of the current data, summed up. */
export interface ProfiledWindow {
  readonly rows: number;
  /** ISO 8601; null without times. */
  readonly from: string | null;
  readonly to: string | null;
  readonly columns: readonly ColumnProfile[];
  readonly predictions?: WindowPredictions;
}

/** The report of a window next to its reference. */
export function compareWindow(request: DriftRequest, window: ProfiledWindow): DriftReport {
  const { drift, reference, header, current, log } = request;
  const asGrouped = groupedAs(drift.grouping, reference.profile);
  const pairs = comparedColumns(request).map(
    (column): ColumnPair => ({
      reference: asGrouped(column),
      past: (reference.profile.windows ?? []).flatMap(
        ({ columns }) => columns.find(({ name }) => name === column.name) ?? [],
      ),
      current: window.columns.find(({ name }) => name === column.name),
    }),
  );
  const all = [...pairs, ...predictionPairs(drift, reference.profile, window)];
  const compared = compareColumns(all, policyOf(drift));
  const described = describeColumns(compared, all);
  const [predictions] = described.slice(pairs.length);
  const verdict = datasetVerdict(compared);
  const rules = judgedMetrics(request, window.predictions?.performance);
  return {
    ...header,
    reference: {
      path: reference.path,
      digest: reference.digest,
      rows: reference.profile.dataset.rows,
      ...(reference.version === undefined ? {} : { version: reference.version }),
    },
    current: {
      path: current.shown,
      rows: window.rows,
      from: window.from,
      to: window.to,
      ...(log === undefined ? {} : { log: { ...log } }),
    },
    columns: described.slice(0, pairs.length),
    ...(predictions === undefined ? {} : { predictions }),
    ...(window.predictions?.performance === undefined ? {} : { performance: window.predictions.performance }),
    ...(rules.length === 0 ? {} : { rules: rules.map((rule) => ({ ...rule })) }),
    dataset: {
      verdict,
      drifted: compared.filter((column) => column.verdict === 'drift').length,
      tested: compared.filter(({ pValue }) => pValue !== null).length,
      falseAlarmRate: drift.falseAlarmRate,
      ...(drift.grouping.kind === 'none' ? {} : { group: drift.grouping.label }),
      ...(drift.checks === 1 ? {} : { checks: drift.checks }),
    },
    verdict: rules.length === 0 ? verdict : datasetVerdict([{ verdict }, ...rules]),
  };
}

/** The metrics of `drift.performance`, by the outcomes where they are asked for, else by the scores. */
function judgedMetrics(
  { config, drift, labels }: DriftRequest,
  performance: DriftReport['performance'],
): readonly JudgedMetric[] {
  const by = labels === undefined ? 'scores' : 'labels';
  const found = by === 'labels' ? performance?.realised?.metrics : performance?.estimated;
  return Object.entries(drift.performance ?? {}).flatMap(([name, maxDrop]) => {
    if (maxDrop === undefined) return [];
    const direction = findMetric(name, config.task)?.direction ?? 'higher-is-better';
    const metric = found?.find((one) => one.name === name);
    return judgePerformance(metric, { name, by, maxDrop, direction });
  });
}

/** Columns of a reference, whose groups count only if they are those of the check. */
function groupedAs(grouping: Grouping, { group }: ProfileReport): (column: ColumnProfile) => ColumnProfile {
  const isSame = grouping.kind !== 'none' && grouping.label === group;
  return ({ clusters, ...column }) => (isSame ? { ...column, clusters } : column);
}

/** The scores of both windows; without those of the reference the column cannot be tested, which its verdict says. */
function predictionPairs(
  { predictions: name, grouping }: DriftConfig,
  profile: ProfileReport,
  window: ProfiledWindow,
): readonly ColumnPair[] {
  const { predictions } = profile;
  if (name === undefined) return [];
  const none: ColumnProfile = { name, kind: 'numeric', rows: 0, missing: 0, quantiles: [] };
  const reference = predictions === undefined ? none : { ...groupedAs(grouping, profile)(predictions.column), name };
  return [{ reference, past: null, current: window.predictions?.profile }];
}

/** Chosen: the charts of a page that a person looks at. */
const MAX_DISTRIBUTIONS = 50;

/** The columns as the report has them: shares of missing values, and the distributions of those that drifted. */
function describeColumns(columns: readonly ComparedColumn[], pairs: readonly ColumnPair[]): DriftReport['columns'] {
  const drawn = new Set(columns.filter(({ verdict }) => verdict === 'drift').slice(0, MAX_DISTRIBUTIONS));
  return columns.map((column, at): DriftColumn => {
    const { reference, current } = pairs[at] ?? {};
    const described = { ...column, effect: { ...column.effect } };
    if (reference === undefined || current === undefined) return described;
    const missing = { reference: shareMissing(reference), current: shareMissing(current) };
    const distribution = drawn.has(column) ? columnDistribution(reference, current) : undefined;
    return {
      ...described,
      missing,
      ...(distribution === undefined ? {} : { distribution: distribution.map((cell) => ({ ...cell })) }),
    };
  });
}

function policyOf({ falseAlarmRate, checks, tests, measures, effect, limits }: DriftConfig): DriftPolicy {
  // Holds for checks that depend on each other in any way (Bonferroni), such as those of windows that overlap.
  return { falseAlarmRate: falseAlarmRate / checks, tests, measures, floors: effect, limits };
}

function summarize(reference: ColumnProfile, values: ColumnValues, { columns }: TableDescription): ColumnProfile {
  const { name, kind } = reference;
  const found = profileColumn(name, values, { kind, resolution: FULL_RESOLUTION });
  const isWritten = columns.find((column) => column.name === name)?.isWritten === true;
  return isWritten ? inSpellingOf(reference, found) : found;
}

/** A table in which columns of a file of text that were text in the reference are text, whatever their rows look like now. */
function asInReference(table: TableDescription, reference: readonly ColumnProfile[]): TableDescription {
  const profiles = new Map(reference.map((column) => [column.name, column]));
  const columns = table.columns.map((column) => {
    const profile = profiles.get(column.name);
    const isText = column.isWritten === true && profile !== undefined && wasText(profile, column.type);
    return isText ? { ...column, type: 'text' as const } : column;
  });
  return { ...table, columns };
}

interface CurrentWindow {
  readonly rows: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly columns: ReadonlyMap<string, ColumnValues>;
}

async function readWindow(table: TableDescription, request: DriftRequest, ports: ScoringPorts): Promise<CurrentWindow> {
  const { data } = request.config;
  const known = new Set(table.columns.filter(({ type }) => type !== 'other').map(({ name }) => name));
  const watched = comparedColumns(request).flatMap(({ name }) => (known.has(name) ? [name] : []));
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
