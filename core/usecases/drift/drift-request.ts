import type { DriftConfig } from '../../config/drift-config.ts';
import type { ScoredModelConfig } from '../../config/tidegate-config.ts';
import { sourceOf } from '../../domain/drift/profile-column.ts';
import type { LogCounts } from '../../domain/serving-log/join-log.ts';
import { DAY_MS } from '../../domain/time/day.ts';
import type { DriftReport } from '../../reports/drift-report.ts';
import type { ProfileReport } from '../../reports/profile-report.ts';
import type { ShownPath } from '../evaluate/evaluation-request.ts';

/** A profile to compare with, and where it comes from. */
export interface DriftReference {
  readonly profile: ProfileReport;
  readonly path: string;
  /** Of the profile's document or of the table that it was made from. */
  readonly digest: string;
  /** The table that it was made from; absent for a profile, which has no rows. */
  readonly rows?: ShownPath;
  /** The version that it was registered with. */
  readonly version?: string;
}

/** Subjects of the comparison. */
export interface DriftRequest {
  readonly config: ScoredModelConfig;
  readonly drift: DriftConfig;
  readonly header: Pick<DriftReport, 'schema' | 'createdAt' | 'tool' | 'source' | 'model'>;
  readonly reference: DriftReference;
  readonly current: ShownPath;
  /** Of the server's log that current was made from. */
  readonly log?: LogCounts | undefined;
  /** Outcomes that came later. */
  readonly labels?: ShownPath | undefined;
}

/** Chosen: local time that is written as UTC is up to 14 hours ahead. */
const CLOCK_SKEW_MS = DAY_MS;

/** Milliseconds since 1970 after which a row of the current data is of the future: a day after the check. */
export function latestTime({ header }: Pick<DriftRequest, 'header'>): number {
  return Date.parse(header.createdAt) + CLOCK_SKEW_MS;
}

/**
 * The columns of the reference that are compared: without those that only tell rows and groups apart, whose values are always
 * others, unless they are features.
 */
export function comparedColumns({ config, drift, reference }: DriftRequest): ProfileReport['columns'] {
  const { features = [] } = config.data;
  const names = [config.evaluate.key, ...(drift.grouping.kind === 'column' ? [drift.grouping.column] : [])];
  const identifiers = new Set(names.filter((name) => name !== undefined && !features.includes(name)));
  return reference.profile.columns.filter((column) => !identifiers.has(sourceOf(column)));
}
