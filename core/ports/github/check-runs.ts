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

/** Our check runs. Errors as `VersionTags`. */
export interface CheckRuns {
  /** Shows the check on its commit: makes it, or changes our own of that name; writes nothing where it is so already. */
  show(check: CheckRun): Promise<void>;
}
