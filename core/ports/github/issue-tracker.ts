/** An issue of ours. */
export interface TrackedIssue {
  readonly number: number;
  readonly body: string;
  readonly state: 'open' | 'closed';
}

/** What an issue says. */
export interface IssueText {
  readonly title: string;
  readonly body: string;
}

/** The issues of a repository. Errors: ServiceError GITHUB_REFUSED, or GITHUB_UNREACHABLE (retryable). */
export interface IssueTracker {
  /**
   * The issue of our own with a label and a body that begins with a marker: an open one before closed ones, else the
   * newest. An issue that someone else opened is not found, whatever it says.
   */
  find(label: string, marker: string): Promise<TrackedIssue | undefined>;
  /** Opens an issue. @returns Its number. */
  open(label: string, text: IssueText): Promise<number>;
  /** Sets text and state. Idempotent. */
  update(number: number, text: IssueText, state: TrackedIssue['state']): Promise<void>;
}
