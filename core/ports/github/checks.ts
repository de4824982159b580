import type { HealthSignal } from '../../domain/promotion/health.ts';

/** A check run to show on a commit. */
export interface CheckRun {
  readonly name: string;
  readonly headSha: string;
  /** pending: it waits, and a branch protection that requires it waits too. */
  readonly conclusion: 'success' | 'failure' | 'neutral' | 'pending';
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
  readonly annotations: readonly CheckAnnotation[];
}

/** A note at a line of a file of the repository. */
export interface CheckAnnotation {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly level: 'notice' | 'warning' | 'failure';
  readonly message: string;
}

/** Source of an environment's health. */
export interface HealthSource {
  readonly from: 'argocd' | 'commit-status' | 'deployment-status' | 'check-run';
  /** Context of the status or name of the check; the environment's name for deployments. */
  readonly context: string;
  /** Login of who has to have said it; undefined: anyone who may. */
  readonly creator: string | undefined;
}

/** Our check runs, and what others say about commits. Errors as `VersionTags`. */
export interface Checks {
  /** Shows the check on its commit: makes it, or changes our own of that name; writes nothing where it is so already. */
  show(check: CheckRun): Promise<void>;
  /**
   * Summaries of the check runs of a name on a commit, by any App but GitHub Actions, whose workflows a pull request can
   * change; at most 100, '' where one has none.
   */
  summaries(name: string, headSha: string): Promise<readonly string[]>;
  /** All that a source of health said at any of the commits, given newest first; what was said last comes last. */
  health(source: HealthSource, commits: readonly string[]): Promise<readonly HealthSignal[]>;
}
