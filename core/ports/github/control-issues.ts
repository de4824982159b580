/** Issues that control promotion, or say that nobody looks for drift, carry one of these. */
export type ControlLabel = 'tidegate/stop' | 'tidegate/hold' | 'tidegate/watch';

/** An issue that controls promotion. */
export interface ControlIssue {
  readonly number: number;
  readonly body: string;
  /** Login of who opened it. */
  readonly author: string;
  readonly isOpen: boolean;
}

/** Issues that stop the line, hold a version, or say that drift checks have stopped. Errors as `VersionTags`; a finished write is seen by the next read. */
export interface ControlIssues {
  /** With the label, of all pages; open ones, or those in any state. */
  list(label: ControlLabel, state: 'open' | 'all'): Promise<readonly ControlIssue[]>;
  /** Opens one; returns its number. */
  create(issue: { readonly title: string; readonly body: string; readonly label: ControlLabel }): Promise<number>;
  /** Closes one, with a last word. */
  close(number: number, comment: string): Promise<void>;
}
