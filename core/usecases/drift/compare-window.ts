import type { DriftConfig } from '../../config/drift-config.ts';
import { columnDistribution } from '../../domain/drift/column-distribution.ts';
import {
  type ColumnPair,
  type ComparedColumn,
  compareColumns,
  type DriftPolicy,
  datasetVerdict,
} from '../../domain/drift/compare-columns.ts';
import { measuredName } from '../../domain/drift/measured-name.ts';
import { type JudgedMetric, judgePerformance } from '../../domain/drift/performance/judge-performance.ts';
import { type ColumnProfile, isMeasure, shareMissing, sourceOf } from '../../domain/drift/profile-column.ts';
import { findMetric } from '../../domain/metrics/metric-registry.ts';
import type { Grouping } from '../../domain/policy/grouping.ts';
import type { DriftColumn, DriftReport } from '../../reports/drift-report.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';
import { comparedColumns, type DriftRequest } from './drift-request.ts';
import type { WindowPredictions } from './window-predictions.ts';

/** A window of the current data, summed up. */
export interface ProfiledWindow {
  readonly rows: number;
  /** ISO 8601; null without times. */
  readonly from: string | null;
  readonly to: string | null;
  readonly columns: readonly ColumnProfile[];
  readonly predictions?: WindowPredictions;
  /** All columns together. */
  readonly multivariate?: DriftColumn;
}

/** The report of a window next to its reference. */
export function compareWindow(request: DriftRequest, window: ProfiledWindow): DriftReport {
  const { drift, reference, header, current, log } = request;
  const asGrouped = groupedAs(drift.grouping, reference.profile);
  const known = comparedColumns(request).map(
    (column): ColumnPair => ({
      reference: asGrouped(column),
      past: (reference.profile.windows ?? []).flatMap(
        ({ columns }) => columns.find(({ name }) => name === column.name) ?? [],
      ),
      current: window.columns.find(({ name }) => name === column.name),
    }),
  );
  const pairs = [...known, ...unmeasuredPairs(request)];
  const all = [...pairs, ...predictionPairs(drift, reference.profile, window)];
  const compared = compareColumns(all, policyOf(drift));
  const described = describeColumns(compared, all);
  const [predictions] = described.slice(pairs.length);
  const { multivariate } = window;
  const judgedColumns = multivariate === undefined ? compared : [...compared, multivariate];
  const verdict = datasetVerdict(judgedColumns);
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
    ...(multivariate === undefined ? {} : { multivariate }),
    ...(window.predictions?.performance === undefined ? {} : { performance: window.predictions.performance }),
    ...(rules.length === 0 ? {} : { rules: rules.map((rule) => ({ ...rule })) }),
    dataset: {
      verdict,
      drifted: judgedColumns.filter((column) => column.verdict === 'drift').length,
      tested: judgedColumns.filter(({ statistic }) => statistic !== null).length,
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

/** Columns of `drift.text` and `drift.times` of which the reference has no measures: they cannot be tested. */
function unmeasuredPairs({ drift, reference }: DriftRequest): readonly ColumnPair[] {
  const measured = new Set(reference.profile.columns.filter(isMeasure).map(sourceOf));
  return (['text', 'times'] as const).flatMap((key) => {
    const names = (drift[key] ?? []).filter((name) => !measured.has(name));
    return names.map((column): ColumnPair => {
      const name = measuredName(column, key === 'text' ? 'length' : 'hour');
      const problem = `the profile of the reference was made without drift.${key} for ${column}; register a version after it was set`;
      const reference: ColumnProfile = { name, kind: 'numeric', rows: 0, missing: 0, quantiles: [] };
      return { reference, past: null, current: undefined, problem };
    });
  });
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
