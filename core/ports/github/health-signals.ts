import type { HealthSignal } from '../../domain/promotion/health.ts';

/** Where the health of an environment is told. */
export interface HealthSource {
  readonly from: 'argocd' | 'commit-status' | 'deployment-status' | 'check-run';
  /** Context of the status or name of the check; the environment's name for deployments. */
  readonly context: string;
  /** Login of who has to have said it; undefined: anyone who may. */
  readonly creator: string | undefined;
}

/** What is said about the health of commits. Errors as `VersionTags`. */
export interface HealthSignals {
  /** All that the source said at any of the commits, given newest first; what was said last comes last. */
  of(source: HealthSource, commits: readonly string[]): Promise<readonly HealthSignal[]>;
}
