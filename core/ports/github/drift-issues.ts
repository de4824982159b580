/** The drift issue of a model, as far as the bot reads it. */
export interface DriftIssue {
  readonly number: number;
  readonly body: string;
  /** Login of who opened it. */
  readonly author: string;
}

/** Drift issues of the repository. Errors as `VersionTags`. */
export interface DriftIssues {
  /** Open issues with the label `tidegate/drift` that begin with a marker, of all pages, newest first. */
  open(marker: string): Promise<readonly DriftIssue[]>;
}
