import { chiSquareUpperTail } from '../statistics/chi-square.ts';
import { normalQuantile } from '../statistics/normal.ts';
import { studentTQuantile, studentTUpperTail } from '../statistics/student-t.ts';
import type { ColumnClusters, ColumnProfile } from './profile-column.ts';

/** Part of a column that a test looks at. */
export type Looked = 'values' | 'ranks' | 'presence';

/** Rows per independent one: 1 where rows are not grouped. Where the one of ranks is not known, that of values is taken. */
export function rowsPerObservation({ clusters }: ColumnProfile, of: Looked): number {
  return clusters?.[of] ?? clusters?.values ?? 1;
}

/**
 * A column as the independent rows that tell as much: its counts divided by the design effect. Counts then need not be whole.
 *
 * Source: J. N. K. Rao and A. J. Scott, J. Amer. Statist. Assoc. 76, 1981.
 */
export function effectiveSample(profile: ColumnProfile, of: Looked): ColumnProfile {
  if (profile.clusters === undefined) return profile;
  const ratio = 1 / rowsPerObservation(profile, of);
  const sizes = { rows: profile.rows * ratio, missing: profile.missing * ratio };
  if (profile.kind === 'numeric') return { ...profile, ...sizes };
  const counts = profile.counts.map(([name, count]) => [name, count * ratio] as const);
  return { ...profile, ...sizes, counts, other: profile.other * ratio };
}

/** The same column in whole rows, which exact tests count. */
export function inWholeRows(profile: ColumnProfile): ColumnProfile {
  if (profile.clusters === undefined) return profile;
  const missing = Math.round(profile.missing);
  if (profile.kind === 'numeric')
    return { ...profile, missing, rows: missing + Math.round(profile.rows - profile.missing) };
  const counts = profile.counts.map(([name, count]) => [name, Math.round(count)] as const);
  const other = Math.round(profile.other);
  return {
    ...profile,
    counts,
    other,
    missing,
    rows: missing + other + counts.reduce((sum, [, count]) => sum + count, 0),
  };
}

/** Groups that tell of the values of a column, or of their presence: a column without any value has the latter. */
export function groupsOf({ groups, rowGroups }: ColumnClusters, of: Looked): number {
  return of === 'presence' ? (rowGroups ?? groups) : groups;
}

/** Degrees of freedom of a variance between groups: of the window with fewer; infinite where rows are not grouped. */
export function degreesOfFreedom(of: Looked, ...columns: readonly ColumnProfile[]): number {
  return Math.min(
    ...columns.map(({ clusters }) => (clusters === undefined ? Number.POSITIVE_INFINITY : groupsOf(clusters, of) - 1)),
  );
}

/** Smaller p-values have the same place in Student's distribution, which a normal one of doubles cannot tell. */
const LEAST = 1e-300;

/**
 * A p-value of a known variance as that of one estimated from few groups: by the place in Student's t distribution.
 *
 * @param pValue In [0, 1].
 * @param df At least 1, or infinite.
 */
export function estimatedVariance(pValue: number, df: number): number {
  if (!Number.isFinite(df) || pValue >= 1) return pValue;
  return 2 * studentTUpperTail(-normalQuantile(Math.max(LEAST, pValue) / 2), df);
}

/** The inverse: the p-value of a known variance. */
export function knownVariance(pValue: number, df: number): number {
  if (!Number.isFinite(df) || pValue >= 1) return pValue;
  return Math.max(LEAST, chiSquareUpperTail(studentTQuantile(1 - pValue / 2, df) ** 2, 1));
}

/** The one-sided 95 % quantile of an estimate whose variance has these degrees of freedom. */
export function oneSidedQuantile(df: number): number {
  return studentTQuantile(0.95, df);
}
