/** The labels that Tidegate reads issues by. */
export type IssueLabel = 'tidegate/stop' | 'tidegate/hold' | 'tidegate/watch' | 'tidegate/drift' | 'tidegate/blocked';

/** An issue, or what a pull request shows in the same place. */
export interface Issue {
  readonly number: number;
  /** It may begin with one of our markers; anyone can write those. */
  readonly body: string;
  /** Login of who opened it. */
  readonly author: string;
  readonly isOpen: boolean;
}

/** Content of an issue. */
export interface IssueText {
  readonly title: string;
  readonly body: string;
}

/** The issues of the repository. Errors as `VersionTags`; a finished write is seen by the next read. */
export interface Issues {
  /** With the label, of all pages, newest first; open ones, or those in any state. Never pull requests. */
  list(label: IssueLabel, state: 'open' | 'all'): Promise<readonly Issue[]>;
  /** The issue or pull request of a number. */
  get(number: number): Promise<Issue>;
  /** Opens one; returns its number. */
  open(label: IssueLabel, text: IssueText): Promise<number>;
  /** Sets text and state. Idempotent. */
  update(number: number, text: IssueText, state: 'open' | 'closed'): Promise<void>;
  /** Closes one, with a last comment. */
  close(number: number, comment: string): Promise<void>;
}
